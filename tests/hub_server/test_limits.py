"""The limits of `hub.toml`, each changed and felt by a desk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from agent_tui.backends.hub.desk_session import ORDERS_WAITING
from agent_tui.backends.hub.server import DeskServer
from agent_tui.backends.wire.codec import encode
from agent_tui.backends.wire.frames import SUBPROTOCOL, Command, Hello
from agent_tui.backends.wire.transport import MemoryTransport, TransportClosed, TransportRefused, connect_websocket
from agent_tui.config.hub_settings import HubSettings, LimitSettings
from agent_tui.domain.orders import Note
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import SystemTime
from agent_tui.hub_process import desk_server
from tests.end_to_end.hub_run import until
from tests.hub_server.desks import desk, line
from tests.hub_server.small_workspace import SmallWorkspace


@asynccontextmanager
async def limited(workspace: SmallWorkspace, **limits: int) -> AsyncIterator[DeskServer]:
    """A hub with these under [limits]."""
    server = desk_server(HubSettings(limits=LimitSettings(**limits)), workspace, SystemTime())
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


@pytest.mark.parametrize("kind", ["memory", "websocket"])
async def test_an_agent_has_as_many_desks_as_the_hub_allows(kind: str) -> None:
    workspace = SmallWorkspace()
    async with limited(workspace, desks_per_agent=2) as server:
        async with desk(line(kind, server)), desk(line(kind, server)), desk(line(kind, server, "ben-token")):
            async with desk(line(kind, server)) as third:
                down = third.downs()[0]
                assert "2 desks of yours are connected" in down.reason and ":quit" in down.reason
                assert down.retry_in is not None  # one of the others may leave
            with pytest.raises(TransportRefused) as refused:
                await line(kind, server)()
            assert (refused.value.status, refused.value.final) == (429, False)
        async with desk(line(kind, server)) as again:
            assert again.connected()


async def test_a_full_hub_says_so() -> None:
    async with limited(SmallWorkspace(), desks=1) as server, desk(line("websocket", server)):
        with pytest.raises(TransportRefused, match="as many desks as it may"):
            await connect_websocket(server.url, "ben-token")


async def test_how_much_may_wait_for_a_slow_desk_is_a_setting() -> None:
    said = ["x" * 60_000] * 4
    for kib, cut in ((64, True), (1024, False)):
        workspace = SmallWorkspace()
        async with limited(workspace, unsent_kib=kib) as server:
            slow: MemoryTransport = await server.open_memory("ada-token")
            await slow.send(encode(Hello()))
            assert "welcome" in await slow.recv()
            for text in said:
                workspace.say(text)
            if not cut:
                assert "x" * 60_000 in await slow.recv()
                assert server.stats().cuts == 0
                continue
            with pytest.raises(TransportClosed):
                await slow.recv()
            assert server.stats().cuts == 1
            async with desk(line("memory", server)) as again:
                assert "64 KiB" in again.connected()[0].cut_reason


async def test_a_desk_that_resumes_is_not_told_more_at_once_than_may_wait_for_it() -> None:
    """Else it is cut with the next event, and resumes, and is cut."""
    workspace = SmallWorkspace()
    async with limited(workspace, unsent_kib=64) as server:
        for _ in range(20):
            workspace.say("x" * 20_000)
        slow: MemoryTransport = await server.open_memory("ada-token")
        await slow.send(encode(Hello(log="log-1", seq=0)))
        assert '"resumed":true' in await slow.recv()
        await asyncio.sleep(0.05)
        workspace.say("after")
        await asyncio.sleep(0.05)
        for _ in range(21):
            await asyncio.wait_for(slow.recv(), 20)
        assert server.stats().cuts == 0


async def _welcomed(url: str) -> ClientConnection:
    connection = await connect(
        url,
        subprotocols=[Subprotocol(SUBPROTOCOL)],
        additional_headers={"Authorization": "Bearer ada-token"},
        compression=None,
    )
    await connection.send(encode(Hello()))
    assert "welcome" in str(await connection.recv())
    return connection


def _note(id: str, size: int) -> str:
    return encode(Command(id=id, order=Note("k1", CustomerText("y" * size))))


async def test_frames_and_pace_are_bounded_as_set() -> None:
    async with limited(SmallWorkspace(), frame_kib=16, commands_per_second=3) as server:
        one = await _welcomed(server.url)
        with pytest.raises(ConnectionClosed) as closed:
            await one.send(_note("n1", 20_000))
            while True:
                await one.recv()
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 1009
        fast = await _welcomed(server.url)
        with pytest.raises(ConnectionClosed) as closed:
            for n in range(10):
                await fast.send(_note(f"m{n}", 10))
            while True:
                await fast.recv()
        assert closed.value.rcvd is not None and "more than 3 commands" in closed.value.rcvd.reason


async def test_a_line_that_breaks_with_many_orders_under_way_ends() -> None:
    workspace = SmallWorkspace()
    async with limited(workspace, commands_per_second=1000) as server:
        token = {"Authorization": "Bearer ada-token"}
        connection = await connect(server.url, subprotocols=[Subprotocol(SUBPROTOCOL)], additional_headers=token)
        await connection.send(encode(Hello()))
        assert "welcome" in str(await connection.recv())
        workspace.gate.clear()
        for number in range(2 * ORDERS_WAITING):
            await connection.send(encode(Command(id=f"n{number}", order=Note("k1", CustomerText("late")))))
        (session,) = server._sessions
        await until(session._orders.full, what="the hub takes no more orders")
        connection.transport.abort()
        await connection.wait_closed()
        workspace.gate.set()
        await until(lambda: not server.stats().desks, what="the session ends")
