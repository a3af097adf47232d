"""The hub's folder of canned replies while it runs: desks are told, what is wrong leaves the rest, files go along."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

import pytest
from pytest import MonkeyPatch

from agent_tui.backends.base import Acked, Outcome, Rejected
from agent_tui.config import reply_folder
from agent_tui.config.hub_settings import load_hub_settings
from agent_tui.domain.events import RepliesChanged
from agent_tui.domain.model import Agent, Directory
from agent_tui.domain.orders import FileRef, NewMessage
from agent_tui.domain.queries import DirectoryPage, DirectoryQuery, RepliesPage, RepliesQuery
from agent_tui.domain.replies.reply import Canned, ReplyFile, canned_for
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import SystemTime, VirtualTime
from agent_tui.hub_process import serve
from agent_tui.hub_replies import HubReplies, follow
from tests.hub.brand_house import open_house
from tests.hub.conftest import Hub

FORM = b"%PDF-1.4 a form"


async def directory(hub: Hub) -> Directory:
    page = await hub.workspace.query(hub.noa, DirectoryQuery())
    assert isinstance(page, DirectoryPage)
    return page.directory


async def test_a_folder_is_followed(hub: Hub, tmp_path: Path) -> None:
    folder, time = tmp_path / "replies", VirtualTime(0)
    folder.mkdir()
    (folder / "a.md").write_text("first")
    replies = HubReplies(folder, (Canned("own", "of hub.toml"),), ())
    canned = await replies.with_blobs(replies.load(), hub.workspace.put_blob)
    assert [one.text for one in canned] == ["of hub.toml", "first"]
    following = asyncio.create_task(follow(replies, time, hub.workspace.put_blob, hub.workspace.stock))

    async def until(true: Callable[[], bool]) -> None:
        while not true() and not following.done():
            time.advance_to_next(time.now() + 10_000)
            await asyncio.sleep(0.001)
        await hub.settle()

    def told() -> int:
        return sum(isinstance(event.body, RepliesChanged) for event in hub.events)

    (folder / "b.toml").write_text('[[reply]]\nkey = "b"\ntext = "{{ oh }}"\n[[reply]]\nkey = "c"\ntext = "c"\n')
    (folder / "form.pdf").write_bytes(FORM)
    (folder / "a.md").write_text('+++\nfiles = ["form.pdf"]\n+++\nsecond')
    await until(lambda: told() == 1)
    known = canned_for((await directory(hub)).canned, "")
    assert {key: one.text for key, one in known.items()} == {"own": "of hub.toml", "a": "second", "c": "c"}
    assert "b.toml:3: reply[1].text: oh is no field of it" in replies.trouble
    (file,) = known["a"].files
    assert (file.name, file.media, file.size, file.path) == ("form.pdf", "application/pdf", len(FORM), "")
    blob = await hub.workspace.find_blob(file.blob)
    assert blob is not None
    assert blob.size == len(FORM)
    (folder / "b.toml").write_text('[[reply]]\nkey = "b"\ntext = "b"\n')
    await until(lambda: told() == 2)
    assert (replies.trouble, sorted(canned_for((await directory(hub)).canned, ""))) == ("", ["a", "b", "own"])
    (folder / "form.pdf").write_bytes(FORM * 2)
    await until(lambda: told() == 3)
    assert canned_for((await directory(hub)).canned, "")["a"].files[0].blob != file.blob, (
        "another file, though no reply changed"
    )
    following.cancel()
    with suppress(asyncio.CancelledError):
        await following


async def test_many_are_asked_for_in_pages(hub: Hub) -> None:
    many = tuple(Canned(f"k{n}", "x" * 1_000) for n in range(250))
    await hub.workspace.stock(many)
    told = await directory(hub)
    assert (told.canned, bool(told.replies)) == ((), True)
    held: list[Canned] = []
    while len(held) < len(many):
        page = await hub.workspace.query(hub.noa, RepliesQuery(told.replies, len(held)))
        assert isinstance(page, RepliesPage)
        assert (page.first, page.total, page.version) == (len(held), 250, told.replies)
        assert 0 < sum(len(one.text) for one in page.replies) <= 100_000
        held += page.replies
    assert tuple(held) == many
    page = await hub.workspace.query(hub.noa, RepliesQuery("another", 200))
    assert isinstance(page, RepliesPage)
    assert page.first == 0, "they are others now"
    await hub.workspace.stock(many[:3])
    assert (await directory(hub)).canned == many[:3]


async def test_a_file_of_a_reply_goes_along_whoever_got_it_before(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:

        async def chunks() -> AsyncIterator[bytes]:
            yield FORM

        kept = await house.workspace.put_blob(chunks(), "application/pdf")
        file = FileRef(kept.blob, CustomerText("form.pdf"), "application/pdf", len(FORM))

        async def sent(agent: Agent, account: str, to: str) -> Outcome:
            order = NewMessage("email", (CustomerText(to),), CustomerText("here"), account, files=(file,), consent=True)
            return await house.order(agent, order)

        assert isinstance(await sent(house.oren, "ogen", "a@x.example"), Acked)
        assert isinstance(await sent(house.noa, "mail", "b@x.example"), Rejected), "it is in another brand's case only"
        await house.workspace.stock((Canned("form", "here", files=(ReplyFile("form.pdf", blob=kept.blob),)),))
        assert isinstance(await sent(house.noa, "mail", "c@x.example"), Acked)


async def test_a_hub_that_starts_again_checks_no_reply_again(tmp_path: Path, monkeypatch: MonkeyPatch) -> None:
    (tmp_path / "replies").mkdir()
    (tmp_path / "replies" / "a.md").write_text("Hello {{ customer.name }}")
    hub = tmp_path / "hub.toml"
    hub.write_text('replies = "replies"\n[listen]\nport = 0\n[http]\nport = 0\n')
    loaded = load_hub_settings(hub, {})

    async def started() -> None:
        stop = asyncio.Event()
        await serve(loaded, {}, tmp_path, SystemTime(), stop, lambda _: stop.set())

    await started()
    monkeypatch.setattr(reply_folder, "_checked", lambda *of: pytest.fail(f"checked {of}"))
    await started()
    (tmp_path / "replies" / "a.md").write_text("Hello")
    with pytest.raises(pytest.fail.Exception):
        await started()
