"""The real workspace behind the real servers: rows, replies, files and links, in the clear and over TLS."""

from __future__ import annotations

import asyncio
import random
import re
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from agent_tui.backends.base import Acked
from agent_tui.backends.conformance.probe import Target
from agent_tui.backends.conformance.suite import run
from agent_tui.backends.connectors.base import Inbound
from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.http_side import http_side, tell_http_url
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.server import DeskServer
from agent_tui.backends.hub.store import Store
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.backends.hub_client import HubBackend
from agent_tui.backends.wire.transport import connect_websocket
from agent_tui.domain.events import Event, MessageAdded
from agent_tui.domain.orders import Note, Reply
from agent_tui.domain.queries import CasePage, CaseQuery, LinkPage, LinkQuery, RowsPage, RowsQuery
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import SystemTime
from agent_tui.domain.views import ALL
from tests.hub.fakes import Line
from tests.hub_server.desks import Seen


@dataclass
class WholeHub:
    workspace: Workspace
    desks: DeskServer
    url: str
    http: str
    token: str
    tls: ssl.SSLContext | None

    async def inbound(self, number: int, body: str) -> None:
        await self.workspace.port.inbound(
            Inbound("mail", "email", f"<{number}@x>", "mailto", "dana@example.org", "Dana", body, 1_000 + number)
        )

    def backend(self) -> HubBackend:
        async def connect() -> object:
            return await connect_websocket(self.desks.url, self.token, tls=self.tls)

        time = SystemTime()
        return HubBackend("hub", connect, time, token=self.token, tls=self.tls, chance=random.Random(1))  # type: ignore[arg-type]


def certificate(folder: Path) -> tuple[Path, Path]:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    cert, key = folder / "cert.pem", folder / "key.pem"
    words = f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout {key} -out {cert}"
    names = ["-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"]
    subprocess.run([*words.split(), *names], check=True, capture_output=True)
    return cert, key


@asynccontextmanager
async def whole_hub(folder: Path, *, secure: bool = False) -> AsyncIterator[WholeHub]:
    time = SystemTime()
    store = Store.open(folder / "hub", synchronous="OFF")
    operator = Operator(store, time, Ids())
    operator.add_agent("noa", "Noa", "agent", ())
    token = operator.add_token("noa").text
    workspace = Workspace(store, time, Ids(), (Line(),))
    desks = DeskServer(workspace, time)
    http = http_side(workspace, desks, time, folder, 1_000_000)
    cert, key = certificate(folder) if secure else (None, None)
    await http.start(certificate=cert, key=key)
    tell_http_url(workspace, desks, http.url)
    await workspace.start()
    await desks.start(certificate=cert, key=key)
    tls = ssl.create_default_context(cafile=cert) if secure else None
    try:
        yield WholeHub(workspace, desks, desks.url, http.url, token, tls)
    finally:
        await desks.stop()
        await workspace.stop()
        await http.stop()


@pytest.mark.parametrize("secure", [False, True], ids=["clear", "tls"])
async def test_mail_in_reply_out_files_both_ways(tmp_path: Path, secure: bool) -> None:
    async with whole_hub(tmp_path, secure=secure) as hub:
        assert hub.url.startswith("wss:" if secure else "ws:")
        seen = Seen(hub.backend())
        await seen.until(lambda: bool(seen.connected()))
        await hub.inbound(1, "Where is my table? שלום")
        await seen.until(lambda: any(isinstance(e, Event) and isinstance(e.body, MessageAdded) for e in seen.all))
        page = await seen.backend.query(RowsQuery(ALL.sections[0]))
        assert isinstance(page, RowsPage) and page.total == 1
        case = page.rows[0].id

        (tmp_path / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 400_000)
        file = await seen.backend.upload(tmp_path / "photo.png", "photo.png")
        assert file.media == "image/png"
        reply = Reply(case, "email", CustomerText("On its way."), files=(file,))
        answers = await asyncio.gather(*(seen.backend.order("r1", reply) for _ in range(3)))
        assert len(set(answers)) == 1 and isinstance(answers[0], Acked)
        opened = await seen.backend.query(CaseQuery(case))
        assert isinstance(opened, CasePage) and opened.detail is not None
        assert [m.body.raw for m in opened.detail.messages if m.kind in ("in", "out")] == [
            "Where is my table? שלום",
            "On its way.",
        ]
        await seen.backend.download(file.blob, tmp_path / "again.png")
        assert (tmp_path / "again.png").read_bytes() == (tmp_path / "photo.png").read_bytes()

        async with httpx.AsyncClient(verify=hub.tls or True) as browser:
            link = await seen.backend.query(LinkQuery(file.blob, "photo.png", case))
            assert isinstance(link, LinkPage)
            fetched = await browser.post(link.url)
            assert fetched.content == (tmp_path / "photo.png").read_bytes()
            assert (await browser.post(link.url)).status_code == 410

            link = await seen.backend.query(LinkQuery("", "", case))
            assert isinstance(link, LinkPage)
            [action] = re.findall(r'action="\.\.(/uploads/[\w-]+)"', (await browser.post(link.url)).text)
            sent = await browser.post(hub.http + action, files={"file": ("from my machine.txt", b"hello")})
            assert sent.status_code == 200
            metrics = (await browser.get(f"{hub.http}/metrics")).text
            assert "agent_tui_desks 1.0" in metrics and 'agent_tui_connector_up{account="mail"} 1.0' in metrics
        opened = await seen.backend.query(CaseQuery(case))
        assert isinstance(opened, CasePage) and opened.detail is not None
        assert any(a.name.raw == "from my machine.txt" for m in opened.detail.messages for a in m.attachments)
        await seen.backend.close()
        await seen.task


async def test_the_real_hub_conforms(tmp_path: Path) -> None:
    async with whole_hub(tmp_path) as hub:
        await hub.inbound(1, "hello")
        seen = Seen(hub.backend())
        await seen.until(lambda: bool(seen.connected()))
        page = await seen.backend.query(RowsQuery(ALL.sections[0]))
        assert isinstance(page, RowsPage)
        await seen.backend.order("warm", Note(page.rows[0].id, CustomerText("first note")))
        await seen.backend.close()
        await seen.task
        results = [r async for r in run(Target(hub.url, hub.token, case=page.rows[0].id))]
    assert [result for result in results if result.outcome != "passed"] == []
