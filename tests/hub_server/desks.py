"""Desks for tests: a backend whose feed is read in the background, and a hub around a workspace."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager

from agent_tui.backends.base import Connected, Disconnected, Happening
from agent_tui.backends.hub.server import DeskServer
from agent_tui.backends.hub_client import HubBackend
from agent_tui.backends.wire.frames import Limits
from agent_tui.backends.wire.transport import Transport, connect_websocket
from agent_tui.domain.events import Event
from agent_tui.domain.time import SystemTime
from tests.hub_server.small_workspace import SmallWorkspace

Connect = Callable[[], Awaitable[Transport]]


class Seen:
    """A desk's feed, read in the background."""

    def __init__(self, backend: HubBackend) -> None:
        self.backend = backend
        self.all: list[Happening] = []
        self._news = asyncio.Event()
        self.task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async with aclosing(self.backend.feed()) as feed:  # type: ignore[type-var]
            async for happening in feed:
                self.all.append(happening)
                self._news.set()

    async def until(self, enough: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not enough():
                self._news.clear()
                await self._news.wait()

    def seqs(self) -> list[int]:
        return [h.seq for h in self.all if isinstance(h, Event)]

    def connected(self) -> list[Connected]:
        return [h for h in self.all if isinstance(h, Connected)]

    def downs(self) -> list[Disconnected]:
        return [h for h in self.all if isinstance(h, Disconnected)]


@asynccontextmanager
async def desk(connect: Connect, id: str = "hub") -> AsyncIterator[Seen]:
    backend = HubBackend(id, connect, SystemTime(speed=20), chance=random.Random(1))
    seen = Seen(backend)
    try:
        await seen.until(lambda: bool(seen.all))
        yield seen
    finally:
        await backend.close()
        await asyncio.wait_for(seen.task, 20)


@asynccontextmanager
async def hub(workspace: SmallWorkspace, limits: Limits | None = None) -> AsyncIterator[DeskServer]:
    server = DeskServer(workspace, SystemTime(), limits=limits)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


def line(kind: str, server: DeskServer, token: str = "ada-token") -> Connect:
    if kind == "memory":
        return lambda: server.open_memory(token)
    return lambda: connect_websocket(server.url, token)
