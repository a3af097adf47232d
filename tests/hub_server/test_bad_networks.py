"""Desks that stall, lines that break: each is cut or comes back, and nobody else notices."""

from __future__ import annotations

import asyncio

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from agent_tui.backends.hub import server as server_room
from agent_tui.backends.hub.server import DeskServer
from agent_tui.backends.wire.codec import encode
from agent_tui.backends.wire.frames import MAX_FRAME_BYTES, SUBPROTOCOL, Command, Hello
from agent_tui.backends.wire.transport import MemoryTransport, TransportClosed, connect_websocket
from agent_tui.domain.model import Agent
from agent_tui.domain.orders import Note, Reopen
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import SystemTime
from tests.hub_server.desks import desk, hub, line
from tests.hub_server.small_workspace import SmallWorkspace
from tests.proxy import Proxy


async def raw(url: str, token: str = "ada-token") -> ClientConnection:
    return await connect(
        url,
        subprotocols=[Subprotocol(SUBPROTOCOL)],
        additional_headers={"Authorization": f"Bearer {token}"},
        compression=None,
        max_size=None,
        ping_interval=None,
    )


async def test_a_stalled_desk_is_cut_and_the_others_lose_nothing() -> None:
    workspace = SmallWorkspace()
    async with hub(workspace) as server, desk(line("websocket", server, "ben-token")) as ben:
        stalled = await raw(server.url)
        await stalled.send(encode(Hello(client="stalled")))
        assert "welcome" in str(await stalled.recv())
        stalled.transport.pause_reading()
        for _ in range(400):  # 24 MB: more than the kernel keeps for a desk that does not read
            workspace.say("x" * 60_000)
            await asyncio.sleep(0)
            if server.stats().cuts:
                break
        assert server.stats().cuts == 1
        last = workspace.say("after").seq
        await ben.until(lambda: len(ben.seqs()) == last)
        assert ben.seqs() == list(range(1, last + 1))
        assert len(ben.connected()) == 1
        stalled.transport.abort()

        async with desk(line("websocket", server)) as again:  # and is told why
            assert "too slow" in again.connected()[0].cut_reason
        async with desk(line("websocket", server)) as again:
            assert again.connected()[0].cut_reason == ""


async def test_a_stalled_desk_in_memory_is_cut_too() -> None:
    workspace = SmallWorkspace()
    async with hub(workspace) as server:
        stalled: MemoryTransport = await server.open_memory("ada-token")
        await stalled.send(encode(Hello()))
        assert "welcome" in await stalled.recv()
        for _ in range(30):
            workspace.say("x" * 60_000)
        with pytest.raises(TransportClosed):
            await stalled.recv()
        assert server.stats().cuts == 1


async def test_a_slow_desk_gets_a_long_replay_at_its_own_pace() -> None:
    """40 MB of missed events must not be poured into the buffer of a desk that reads slowly."""
    workspace = SmallWorkspace()
    for _ in range(4):
        workspace.say_all(["x" * 20_000] * 500)
    async with hub(workspace) as server:
        slow = await raw(server.url)
        await slow.send(encode(Hello(log="log-1", seq=0)))
        assert '"resumed":true' in str(await slow.recv())
        got = 0
        while got < 2_000:
            text = str(await slow.recv())
            got += 1
            assert f'"seq":{got},"prev":{got - 1},' in text
            if got % 200 == 0:
                await asyncio.sleep(0.01)
            if got == 1_000:
                workspace.say("meanwhile")
        assert '"seq":2001,"prev":2000,' in str(await slow.recv())
        assert server.stats().cuts == 0
        await slow.close()


async def test_a_line_that_breaks_again_and_again_ends_complete() -> None:
    workspace = SmallWorkspace()
    async with hub(workspace) as server, Proxy(int(server.url.rpartition(":")[2])) as proxy:
        url = f"ws://127.0.0.1:{proxy.port}"
        async with desk(lambda: connect_websocket(url, "ada-token")) as seen:
            for round in range(8):
                for number in range(30):
                    workspace.say(f"{round}-{number} " + "y" * 2_000)
                if round % 3 == 0:
                    proxy.cut()
                elif round % 3 == 1:
                    proxy.half_close("server")
                else:
                    proxy.cut_after(proxy.to_client + 10_000, "client")
                await asyncio.sleep(0.03)
            workspace.say("last")
            await seen.until(lambda: bool(seen.seqs()) and seen.seqs()[-1] == workspace.head())
            first = seen.connected()[0].seq
            assert seen.seqs() == list(range(first + 1, workspace.head() + 1))
            assert all(connected.resumed for connected in seen.connected()[1:])
            assert len(seen.connected()) > 1


async def test_too_many_commands_end_the_line_and_a_desk_that_paces_itself_never_sees_it() -> None:
    workspace = SmallWorkspace()
    async with hub(workspace) as server:
        rude = await raw(server.url)
        await rude.send(encode(Hello()))
        with pytest.raises(ConnectionClosed) as closed:
            for number in range(2_000):
                await rude.send(encode(Command(id=f"c{number}", order=Reopen("k1"))))
                if number % 100 == 0:
                    await asyncio.sleep(0)
            async for _ in rude:
                pass
            raise ConnectionClosed(rude.protocol.close_rcvd, rude.protocol.close_sent)
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 1008

        async with desk(line("websocket", server, "ben-token")) as ben:
            orders = (ben.backend.order(f"b{number}", Note("k1", CustomerText("n"))) for number in range(150))
            await asyncio.gather(*orders)
            assert not ben.downs()


async def test_a_frame_too_large_ends_only_its_own_line() -> None:
    workspace = SmallWorkspace()
    async with hub(workspace) as server, desk(line("websocket", server, "ben-token")) as ben:
        rude = await raw(server.url)
        await rude.send(encode(Hello()))
        await rude.recv()
        await rude.send("x" * (MAX_FRAME_BYTES + 1))
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                await rude.recv()
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 1009
        workspace.say("hello")
        await ben.until(lambda: ben.seqs() == [1])


async def test_an_event_too_large_for_a_frame_goes_without_its_body() -> None:
    workspace = SmallWorkspace()
    async with hub(workspace) as server, desk(line("websocket", server)) as seen:
        workspace.say("z" * (MAX_FRAME_BYTES + 1))
        workspace.say("small")
        await seen.until(lambda: seen.seqs() == [1, 2])
        assert not seen.downs()


async def test_a_withdrawn_token_loses_its_desk() -> None:
    workspace = SmallWorkspace()
    async with hub(workspace) as server, desk(line("websocket", server, "ben-token")) as ben:
        del workspace.tokens["ben-token"]
        await server.check_tokens()
        await asyncio.wait_for(asyncio.shield(ben.task), 20)
        [down] = ben.downs()
        assert down.retry_in is None and "withdrawn" in down.reason


async def test_who_was_let_in_while_being_shut_out_loses_the_desk_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """The token held when it was looked up, and was looked for in vain among the desks when it was revoked."""
    monkeypatch.setattr(server_room, "RECHECK_SECONDS", 0.01)
    workspace = SlowDoor()
    async with hub(workspace) as server:
        connecting = asyncio.create_task(connect_websocket(server.url, "ben-token"))
        await asyncio.wait_for(workspace.looked_up.wait(), 20)
        del workspace.tokens["ben-token"]
        async with asyncio.timeout(20):
            for _ in range(3):  # it has been seen that somebody was shut out, and all desks there are were checked
                workspace.accesses.clear()
                await workspace.accesses.wait()
        workspace.open.set()
        line = await connecting
        with pytest.raises(TransportClosed):
            await asyncio.wait_for(line.recv(), 20)
            await asyncio.wait_for(line.recv(), 20)


class SlowDoor(SmallWorkspace):
    """Looks a token up, and takes its time to check it."""

    def __init__(self) -> None:
        super().__init__()
        self.looked_up, self.open, self.accesses = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def authenticate(self, token: str) -> Agent | None:
        found = self.tokens.get(token)
        self.looked_up.set()
        await self.open.wait()
        return found

    async def access(self) -> object:
        self.accesses.set()
        return await super().access()


async def test_the_token_is_asked_for_at_the_door() -> None:
    async with hub(SmallWorkspace()) as server:
        for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Basic ada-token"}):
            with pytest.raises(InvalidStatus) as refused:
                await connect(server.url, subprotocols=[Subprotocol(SUBPROTOCOL)], additional_headers=headers)
            assert refused.value.response.status_code == 401
            assert refused.value.response.headers["WWW-Authenticate"].startswith("Bearer")
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"{server.url}/?token=ada-token", subprotocols=[Subprotocol(SUBPROTOCOL)])
        assert refused.value.response.status_code == 401


async def test_who_is_shut_out_loses_the_desk_by_itself_within_seconds() -> None:
    """The time source runs 20 times as fast, so that the second of waiting is short."""
    workspace = SmallWorkspace()
    server = DeskServer(workspace, SystemTime(speed=20))
    await server.start()
    try:
        async with desk(line("websocket", server, "ben-token")) as ben, desk(line("websocket", server)) as ada:
            del workspace.tokens["ben-token"]
            await asyncio.wait_for(asyncio.shield(ben.task), 20)
            assert "withdrawn" in ben.downs()[0].reason
            assert not ada.downs()
    finally:
        await server.stop()
