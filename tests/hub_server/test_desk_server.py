"""Desks on a hub over real websockets on loopback, and over lines in memory."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from agent_tui.backends.base import Acked, BackendDown, Disconnected, QueryRefused, Rejected
from agent_tui.backends.hub.server import DeskServer
from agent_tui.backends.wire.transport import connect_websocket
from agent_tui.domain.events import Event
from agent_tui.domain.orders import Note, Resolve
from agent_tui.domain.queries import CasePage, CaseQuery, DirectoryQuery, TotalsPage, TotalsQuery
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import SystemTime
from agent_tui.domain.views import Section
from tests.hub_server.desks import desk, hub, line
from tests.hub_server.small_workspace import ADA, SmallWorkspace

HERE = replace(ADA, presence="available")


@pytest.mark.parametrize("kind", ["memory", "websocket"])
async def test_a_desk_hears_asks_and_orders(kind: str) -> None:
    workspace = SmallWorkspace()
    workspace.say("before")
    async with hub(workspace) as server, desk(line(kind, server)) as seen:
        hello = seen.connected()[0]
        assert hello.me == HERE
        assert (hello.seq, hello.resumed, hello.caught_up_to) == (1, False, None)
        assert hello.capabilities.replay and hello.capabilities.command_ids and "note" in hello.capabilities.orders

        assert await seen.backend.order("n1", Note("k1", CustomerText("שלום \x1b[31m"))) == Acked("n1", "m2")
        assert await seen.backend.order("n1", Note("k1", CustomerText("שלום \x1b[31m"))) == Acked("n1", "m2")
        other = await seen.backend.order("n1", Note("k1", CustomerText("again")))
        assert isinstance(other, Rejected) and other.code == "id-reused"
        refused = await seen.backend.order("n2", Resolve("k1"))
        assert isinstance(refused, Rejected) and refused.message == "only notes here"

        page = await seen.backend.query(TotalsQuery((Section("all", "us"),)))
        assert page == TotalsPage((2,), 2)
        with pytest.raises(QueryRefused, match="no directory here"):
            await seen.backend.query(DirectoryQuery())
        await seen.until(lambda: seen.seqs() == [2])
        [event] = [h for h in seen.all if isinstance(h, Event)]
        assert event == workspace.events[1]


@pytest.mark.parametrize("body", ["x\n" * 500_000, "\x1b" * 1_000_000], ids=["lines", "controls"])
async def test_a_case_with_an_endless_message_opens(body: str) -> None:
    """In JSON it is larger than a frame may be: it is cut, and the desk is told."""
    workspace = SmallWorkspace()
    workspace.say("before")
    workspace.say(body)
    async with hub(workspace) as server, desk(line("memory", server)) as seen:
        seen.connected()
        page = await seen.backend.query(CaseQuery("k1"))
        assert isinstance(page, CasePage) and page.detail is not None and page.detail.more_before
        (message,) = page.detail.messages
        assert body.startswith(message.body.raw) and len(message.body) == 50_000
        assert message.problems == (f"too long to show whole: {len(body) - 50_000} more characters",)


async def test_a_refused_token_is_final() -> None:
    async with hub(SmallWorkspace()) as server:
        for kind in ("memory", "websocket"):
            async with desk(line(kind, server, "wrong")) as seen:
                await asyncio.wait_for(asyncio.shield(seen.task), 20)
                [down] = seen.all
                assert isinstance(down, Disconnected) and down.retry_in is None and "token" in down.reason


async def test_a_desk_comes_back_and_misses_nothing() -> None:
    workspace = SmallWorkspace()
    server = DeskServer(workspace, SystemTime())
    await server.start()
    port = int(server.url.rpartition(":")[2])
    url = server.url
    async with desk(lambda: connect_websocket(url, "ada-token")) as seen:
        workspace.say("one")
        await seen.until(lambda: seen.seqs() == [1])
        await server.stop()
        await seen.until(lambda: bool(seen.downs()))
        with pytest.raises(BackendDown):
            await seen.backend.query(DirectoryQuery())
        with pytest.raises(BackendDown):
            await seen.backend.order("x", Note("k1", CustomerText("x")))
        for number in range(450):
            workspace.say(f"while away {number}")
        second = DeskServer(workspace, SystemTime())
        await second.start(port=port)
        try:
            await seen.until(lambda: len(seen.connected()) == 2)
            workspace.say("live again")
            await seen.until(lambda: len(seen.seqs()) == 452)
            assert seen.seqs() == list(range(1, 453))
            assert seen.connected()[1].resumed
            assert seen.connected()[1].caught_up_to is not None
        finally:
            await second.stop()


async def test_an_order_that_the_line_swallowed_is_safe_to_give_again() -> None:
    workspace = SmallWorkspace()
    async with hub(workspace) as server, desk(line("websocket", server)) as seen:
        workspace.gate.clear()
        order = asyncio.create_task(seen.backend.order("n1", Note("k1", CustomerText("once"))))
        await asyncio.sleep(0.05)
        await server.drop("ada", "test", retry=0.0)
        with pytest.raises(BackendDown):
            await order
        workspace.gate.set()
        await seen.until(lambda: len(seen.connected()) == 2)
        assert await seen.backend.order("n1", Note("k1", CustomerText("once"))) == Acked("n1", "m1")
        assert workspace.head() == 1


async def test_what_an_agent_may_not_see_is_no_gap() -> None:
    workspace = SmallWorkspace()
    async with (
        hub(workspace) as server,
        desk(line("websocket", server)) as ada,
        desk(line("websocket", server, "ben-token")) as ben,
    ):
        workspace.say("open")
        workspace.say("secret", hidden=True)
        workspace.say_all(["open", "open"])
        workspace.say("secret", hidden=True)
        workspace.say("open")
        await ada.until(lambda: len(ada.seqs()) == 6)
        await ben.until(lambda: len(ben.seqs()) == 4)
        assert ada.seqs() == [1, 2, 3, 4, 5, 6]
        assert ben.seqs() == [1, 3, 4, 6]
        assert not ben.downs()


async def test_a_log_that_cannot_go_on_is_said_so() -> None:
    workspace = SmallWorkspace()
    url = ""
    server = DeskServer(workspace, SystemTime())
    await server.start()
    url = server.url
    port = int(url.rpartition(":")[2])
    async with desk(lambda: connect_websocket(url, "ada-token")) as seen:
        workspace.say("one")
        await seen.until(lambda: seen.seqs() == [1])
        await server.stop()
        restored = SmallWorkspace("log-2")
        restored.say("one")
        restored.say("another")
        second = DeskServer(restored, SystemTime())
        await second.start(port=port)
        try:
            await seen.until(lambda: len(seen.connected()) == 2)
            assert not seen.connected()[1].resumed and seen.connected()[1].seq == 2
            restored.say("three")
            await seen.until(lambda: seen.seqs() == [1, 3])
        finally:
            await second.stop()


async def test_pages_too_big_for_a_frame_come_smaller() -> None:
    workspace = SmallWorkspace()
    for number in range(40):
        workspace.say(f"{number} " + "x" * 60_000)
    async with hub(workspace) as server, desk(line("websocket", server)) as seen:
        page = await seen.backend.query(CaseQuery("k1", limit=100))
        assert isinstance(page, CasePage) and page.detail is not None
        assert page.detail.more_before and 1 <= len(page.detail.messages) < 40
        assert page.detail.messages[-1].body.raw.startswith("39 ")


async def test_a_failing_store_is_named_and_the_desk_stays() -> None:
    workspace = SmallWorkspace()
    async with hub(workspace) as server, desk(line("websocket", server)) as seen:
        workspace.broken = True
        with pytest.raises(QueryRefused, match="the hub failed"):
            await seen.backend.query(TotalsQuery(()))
        workspace.broken = False
        assert await seen.backend.query(TotalsQuery(())) == TotalsPage((), 0)
        assert not seen.downs()


async def test_presence_follows_the_first_and_last_desk() -> None:
    workspace = SmallWorkspace()
    async with hub(workspace) as server:
        async with desk(line("memory", server)), desk(line("memory", server)):
            pass
        while len(workspace.present) < 2:
            workspace.presence_told.clear()
            await workspace.presence_told.wait()
        assert workspace.present == [("ada", "available"), ("ada", "offline")]


async def test_the_welcome_says_how_i_am_there() -> None:
    workspace = SmallWorkspace()
    workspace.presence_is_logged = True
    async with hub(workspace) as server, desk(line("memory", server)) as first:
        assert first.connected()[0].me.presence == "available"
        await workspace.presence_told.wait()
        workspace.tell_presence("ada", "lunch")
        async with desk(line("memory", server)) as second:
            assert second.connected()[0].me.presence == "lunch"


async def test_a_store_put_back_and_written_on_is_not_resumed() -> None:
    """The copy ends before the desk's place; other events have come there since."""
    workspace = SmallWorkspace()
    server = DeskServer(workspace, SystemTime())
    await server.start()
    port = int(server.url.rpartition(":")[2])
    url = server.url
    async with desk(lambda: connect_websocket(url, "ada-token")) as seen:
        for words in ("one", "two", "three"):
            workspace.say(words)
        await seen.until(lambda: seen.seqs() == [1, 2, 3])
        await server.stop()
        await seen.until(lambda: bool(seen.downs()))
        del workspace.events[1:]
        for number in range(5):
            event = workspace.say(f"another {number}")
            workspace.events[-1] = replace(event, recorded=event.recorded + 60_000)
        second = DeskServer(workspace, SystemTime())
        await second.start(port=port)
        try:
            await seen.until(lambda: len(seen.connected()) == 2)
            assert not seen.connected()[1].resumed
        finally:
            await second.stop()
