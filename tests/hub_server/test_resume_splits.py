"""Lines cut at any moment, a short memory, events not for everybody: each desk ends with exactly its own."""

from __future__ import annotations

import asyncio
import random

import pytest

from agent_tui.backends.hub import fanout
from agent_tui.backends.hub.server import DeskServer
from agent_tui.backends.hub_client import HubBackend
from agent_tui.backends.wire.transport import MemoryTransport, Transport
from agent_tui.domain.time import SystemTime
from tests.hub_server.desks import Seen
from tests.hub_server.small_workspace import SmallWorkspace


class Cutting:
    """Opens lines and cuts them."""

    def __init__(self, server: DeskServer, token: str) -> None:
        self._server = server
        self._token = token
        self.line: MemoryTransport | None = None

    async def connect(self) -> Transport:
        self.line = await self._server.open_memory(self._token)
        return self.line

    def cut(self) -> None:
        if self.line is not None:
            self.line.abort("cut by the test")


@pytest.mark.parametrize("seed", range(25))
async def test_any_cuts_leave_every_desk_complete(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fanout, "RECENT_EVENTS", 7)
    chance = random.Random(seed)
    workspace = SmallWorkspace()
    time = SystemTime(speed=2_000)
    server = DeskServer(workspace, time)
    lines = [Cutting(server, "ada-token"), Cutting(server, "ben-token")]
    desks = [Seen(HubBackend("hub", line.connect, time, chance=random.Random(seed))) for line in lines]
    try:
        for seen in desks:
            await seen.until(lambda seen=seen: bool(seen.connected()))  # type: ignore[misc]
        for _ in range(chance.randint(20, 120)):
            what = chance.random()
            if what < 0.35:
                workspace.say_all(["x"] * chance.randint(1, 40), hidden=chance.random() < 0.4)
            elif what < 0.55:
                chance.choice(lines).cut()
            else:
                await asyncio.sleep(chance.choice([0, 0, 0, 0.001]))
        last = workspace.say("last").seq
        for seen in desks:
            await seen.until(lambda seen=seen: seen.seqs()[-1:] == [last])  # type: ignore[misc]
        assert desks[0].seqs() == list(range(1, last + 1))
        assert desks[1].seqs() == [seq for seq in range(1, last + 1) if seq not in workspace.hidden]
        assert all(connected.resumed for seen in desks for connected in seen.connected()[1:])
    finally:
        for seen in desks:
            await seen.backend.close()
        await asyncio.gather(*(asyncio.wait_for(seen.task, 10) for seen in desks))
        await server.stop()
