"""The hub's HTTP side, served by uvicorn on loopback: files, links, health, metrics."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from agent_tui.backends.base import BackendDown, QueryRefused
from agent_tui.backends.blob_client import download, upload
from agent_tui.backends.hub.file_routes import FileRoutes
from agent_tui.backends.hub.files import LinkGrant
from agent_tui.backends.hub.http import HttpServer
from agent_tui.backends.hub.http_app import make_app
from agent_tui.backends.hub.incoming_files import IncomingFiles
from agent_tui.backends.hub.link_routes import UPLOAD_MS, LinkRoutes
from agent_tui.backends.hub.metrics import HubMetrics
from agent_tui.backends.hub.server import ServerStats
from agent_tui.domain.time import DAY_MS, VirtualTime
from tests.hub_server.small_files import SmallFiles
from tests.proxy import Proxy

LIMIT = 4 * 1024 * 1024
ADA = {"Authorization": "Bearer ada-token"}


class House:
    """A served HTTP side and what is behind it."""

    def __init__(self, folder: Path) -> None:
        self.files = SmallFiles()
        self.time = VirtualTime(1_000)
        self.incoming = IncomingFiles(folder / "incoming")
        self.wrong = ""
        self.metrics = HubMetrics(
            lambda: ServerStats(2, 1, 10, 20, 3, 4, 5), lambda: {"mail": "", "sms": "down"}, lambda: {"outbound": 7}
        )
        routes = [
            *FileRoutes(self.files, self.incoming, LIMIT).routes(),
            *LinkRoutes(self.files, self.time, LIMIT).routes(),
        ]
        self.server = HttpServer(make_app(self.metrics, routes, lambda: self.wrong))

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def blobs(self) -> str:
        return f"{self.url}/blobs"


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    made = House(folder)
    await made.server.start()
    try:
        yield made
    finally:
        await made.server.stop()


async def test_health_and_metrics(tmp_path: Path) -> None:
    async with house(tmp_path) as hub, httpx.AsyncClient(base_url=hub.url) as browser:
        assert (await browser.get("/healthz")).json()["status"] == "ok"
        hub.wrong = "the disk is full"
        sick = await browser.get("/healthz")
        assert (sick.status_code, sick.json()["reason"]) == (503, "the disk is full")
        hub.metrics.commit_seconds.observe(0.003)
        text = (await browser.get("/metrics")).text
        for line in (
            "agent_tui_desks 2.0",
            "agent_tui_desk_cuts_total 3.0",
            'agent_tui_connector_up{account="mail"} 1.0',
            'agent_tui_connector_up{account="sms"} 0.0',
            'agent_tui_queue_length{queue="outbound"} 7.0',
            "agent_tui_commit_seconds_count 1.0",
        ):
            assert line in text


async def test_a_file_goes_up_and_comes_down(tmp_path: Path) -> None:
    async with house(tmp_path) as hub:
        for content in (b"", b"x" * 1_000_003):
            path = tmp_path / "file"
            path.write_bytes(content)
            file = await upload(hub.blobs, "ada-token", path, "שלום.txt")
            assert (file.blob, file.size, file.name.raw) == (
                hashlib.sha256(content).hexdigest(),
                len(content),
                "שלום.txt",
            )
            again = await upload(hub.blobs, "ada-token", path, "b.txt")  # known already: no bytes travel
            assert again.blob == file.blob and again.media == "image/png"
            target = tmp_path / "down"
            await download(hub.blobs, "ada-token", file.blob, target)
            assert target.read_bytes() == content and target.stat().st_mode & 0o777 == 0o600
        assert not list((tmp_path / "incoming").iterdir())


async def test_broken_transfers_go_on_where_they_ended(tmp_path: Path) -> None:
    content = bytes(range(256)) * 8_000
    path = tmp_path / "file"
    path.write_bytes(content)
    async with house(tmp_path) as hub, Proxy(int(hub.url.rpartition(":")[2])) as proxy:
        blobs = f"http://127.0.0.1:{proxy.port}/blobs"
        proxy.cut_after(600_000, "server")
        file = await upload(blobs, "ada-token", path, "file")
        assert hub.files.kept[file.blob] == content
        assert proxy.to_server < 1.5 * len(content)
        before = proxy.to_client
        proxy.cut_after(before + 700_000, "client")
        target = tmp_path / "down"
        await download(blobs, "ada-token", file.blob, target)
        assert target.read_bytes() == content
        assert proxy.to_client - before < 1.5 * len(content)
        proxy.outage()
        with pytest.raises(BackendDown):
            await download(blobs, "ada-token", file.blob, target)


async def test_what_is_refused(tmp_path: Path) -> None:
    async with house(tmp_path) as hub, httpx.AsyncClient(base_url=hub.url, headers=ADA) as client:
        big = tmp_path / "big"
        big.write_bytes(b"x" * (LIMIT + 1))
        with pytest.raises(QueryRefused, match="large"):
            await upload(hub.blobs, "ada-token", big, "big")
        with pytest.raises(QueryRefused, match="token"):
            await download(hub.blobs, "wrong", "0" * 64, tmp_path / "x")
        with pytest.raises(QueryRefused, match="any more"):
            await download(hub.blobs, "ada-token", "0" * 64, tmp_path / "x")
        with pytest.raises(QueryRefused):
            await download(hub.blobs, "ada-token", "../../etc/passwd", tmp_path / "x")
        small = tmp_path / "small"
        small.write_bytes(b"small")
        hub.files.full = True
        with pytest.raises(QueryRefused, match="full"):
            await upload(hub.blobs, "ada-token", small, "small")
        hub.files.full = False
        assert (await client.put("/blobs/%2e%2e%2fx", content=b"x")).status_code in (400, 404)
        assert (await client.put(f"/blobs/{'0' * 64}", content=b"not that")).status_code == 422
        assert (await client.put(f"/blobs/{'A' * 64}", content=b"x")).status_code == 400
        assert (await client.get(f"/blobs/{'0' * 64}", headers={"Authorization": ""})).status_code == 401
        held = {**ADA, "Content-Range": "bytes 5-9/10"}
        moved = await client.put(f"/blobs/{'1' * 64}", content=b"56789", headers=held)
        assert (moved.status_code, moved.headers["Upload-Offset"]) == (409, "0")


async def test_begun_uploads_are_bounded_and_forgotten(tmp_path: Path) -> None:
    async with house(tmp_path) as hub, httpx.AsyncClient(base_url=hub.url, headers=ADA) as client:
        statuses = []
        for number in range(21):
            span = {"Content-Range": "bytes 0-0/2"}
            statuses.append((await client.put(f"/blobs/{number:064x}", content=b"x", headers=span)).status_code)
        assert statuses == [202] * 20 + [429]
        written = max(part.stat().st_mtime for part in (tmp_path / "incoming").iterdir())
        hub.incoming.clean(int(written * 1000))
        assert len(list((tmp_path / "incoming").iterdir())) == 20
        hub.incoming.clean(int(written * 1000) + DAY_MS + 2_000)
        assert not list((tmp_path / "incoming").iterdir())


@pytest.mark.parametrize(
    ("asked", "status", "got"),
    [
        ("bytes=0-3", 206, b"0123"),
        ("bytes=4-", 206, b"456789"),
        ("bytes=-2", 206, b"89"),
        ("bytes=5-500", 206, b"56789"),
        ("bytes=10-", 416, b""),
        ("bytes=7-3", 416, b""),
        ("bytes=-", 200, b"0123456789"),
        ("lines=1-2", 200, b"0123456789"),
        ("bytes=" + "9" * 200 + "-", 200, b"0123456789"),
    ],
)
async def test_ranges(tmp_path: Path, asked: str, status: int, got: bytes) -> None:
    async with house(tmp_path) as hub, httpx.AsyncClient(headers=ADA) as client:
        blob = hub.files.keep(b"0123456789")
        answer = await client.get(f"{hub.blobs}/{blob}", headers={"Range": asked})
        assert (answer.status_code, answer.content) == (status, got)


async def test_a_link_fetches_once_and_a_preview_does_not_use_it_up(tmp_path: Path) -> None:
    async with house(tmp_path) as hub, httpx.AsyncClient(base_url=hub.url) as browser:
        blob = hub.files.keep(b"<script>alert(1)</script>")
        hub.files.links["s3cret"] = LinkGrant("fetch", blob, 'ev"il\r\n\u202eשלום.html', "", "", "ada")
        preview = await browser.get("/links/s3cret")
        assert preview.status_code == 200 and "script>" not in preview.text
        file = await browser.post("/links/s3cret")
        assert file.content == b"<script>alert(1)</script>"
        assert file.headers["Content-Type"] == "application/octet-stream"
        assert file.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in file.headers["Content-Security-Policy"]
        disposition = file.headers["Content-Disposition"]
        assert disposition.startswith("attachment; ") and "%D7%A9" in disposition and "%E2%80%AE" not in disposition
        assert (await browser.post("/links/s3cret")).status_code == 410


async def test_a_link_takes_one_file_from_the_agents_own_machine(tmp_path: Path) -> None:
    async with house(tmp_path) as hub, httpx.AsyncClient(base_url=hub.url) as browser:
        hub.files.links["up"] = LinkGrant("upload", "", "", "", "c1", "ada")
        form = (await browser.post("/links/up")).text
        assert "At most 4 MB." in form, "in the unit of `file_mb`"
        [action] = re.findall(r'action="\.\.(/uploads/[\w-]+)"', form)
        assert (await browser.post(action, data={"x": "y"})).status_code == 400
        assert (await browser.post(action, files={"file": ("b", b"x" * (LIMIT + 100_000))})).status_code == 413
        assert (await browser.post(action, content=_in_chunks())).status_code == 411
        hub.files.full = True
        assert (await browser.post(action, files={"file": ("b", b"x")})).status_code == 507
        hub.files.full = False
        sent = await browser.post(action, files={"file": ("../../<b>.txt", b"hello")})
        assert sent.status_code == 200 and "<b>" not in sent.text
        [(blob, name)] = hub.files.uploaded
        assert hub.files.kept[blob] == b"hello" and "/" not in name
        assert (await browser.post(action, files={"file": ("c", b"x")})).status_code == 410

        hub.files.links["late"] = LinkGrant("upload", "", "", "", "c1", "ada")
        [action] = re.findall(r'action="\.\.(/uploads/[\w-]+)"', (await browser.post("/links/late")).text)
        hub.time.advance_to_next(hub.time.now() + UPLOAD_MS)
        assert (await browser.post(action, files={"file": ("c", b"x")})).status_code == 410


async def _in_chunks() -> AsyncIterator[bytes]:
    """A body whose length nobody tells beforehand."""
    yield b"x"


async def test_a_port_in_use_is_an_error_not_an_exit(tmp_path: Path) -> None:
    async with house(tmp_path) as hub:
        second = House(tmp_path)
        with pytest.raises(OSError, match="in use"):
            await second.server.start(port=int(hub.url.rpartition(":")[2]))
