"""A backend in memory over a `World`: answers at once, goes down and comes back when told, loses or refuses on
demand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from agent_tui.backends.base import (
    Acked,
    BackendDown,
    Capabilities,
    Connected,
    Disconnected,
    Happening,
    Outcome,
    OutcomeUnknown,
    Rejected,
)
from agent_tui.domain.orders import Assign, FileRef, Note, Order, Reopen, Reply, Resolve
from agent_tui.domain.presence import Doing
from agent_tui.domain.queries import Page, Query
from agent_tui.domain.text import CustomerText
from tests.desk.world import ME, World


class ScriptedBackend:
    """`hidden`: the next order takes effect, but its answer is lost. `refusing`: the reason orders are refused
    for, `refused_as`: its code."""

    def __init__(self, world: World, command_ids: bool = True) -> None:
        self.id = world.name
        self.world = world
        self.capabilities = Capabilities(replay=True, command_ids=command_ids)
        self.up = False
        self.hidden = False
        self.refusing = ""
        self.refused_as = "no"
        self.orders: list[Order] = []
        self.desk = ""
        self.watched: list[tuple[str, Doing, str]] = []
        self.uploaded: list[str] = []
        self.gate: asyncio.Event | None = None
        self._done: dict[str, str] = {}
        self._told = 0
        self._happenings: asyncio.Queue[Happening | None] = asyncio.Queue()

    def connect(self, *, resumed: bool = False) -> None:
        self.up = True
        self._happenings.put_nowait(Connected(ME, self.capabilities, self._told or self.world.seq, resumed))
        if not resumed:
            self._told = self.world.seq
        self.tell()

    def tell(self) -> None:
        """Send what happened since the last time."""
        if self.up:
            for event in self.world.log[self._told :]:
                self._happenings.put_nowait(event)
            self._told = len(self.world.log)

    def drop(self) -> None:
        self.up = False
        self._happenings.put_nowait(Disconnected("the line broke", 1.0))

    def introduce(self, desk: str) -> None:
        self.desk = desk

    async def watch(self, case: str, doing: Doing, channel: str = "") -> None:
        self.watched.append((case, doing, channel))

    async def feed(self) -> AsyncIterator[Happening]:
        while (happening := await self._happenings.get()) is not None:
            yield happening

    async def query(self, query: Query) -> Page:
        await asyncio.sleep(0)
        if not self.up:
            raise BackendDown("down")
        return self.world.answer(query)

    async def order(self, command_id: str, order: Order, fence: int = 0) -> Outcome:
        if self.gate is not None:
            await self.gate.wait()
        if not self.up:
            raise BackendDown("down")
        if self.refusing:
            return Rejected(command_id, self.refused_as, self.refusing)
        if command_id not in self._done or not self.capabilities.command_ids:
            self._done[command_id] = self._carry_out(order)
        if self.hidden:
            self.hidden = False
            self.drop()
            raise BackendDown("lost") if self.capabilities.command_ids else OutcomeUnknown("the line broke")
        self.tell()
        return Acked(command_id, self._done[command_id])

    def _carry_out(self, order: Order) -> str:
        self.orders.append(order)
        if isinstance(order, Reply | Note):
            event = self.world.say(order.case, order.body.raw, "out", ME.id)
            return f"m{event.seq}"
        if isinstance(order, Resolve):
            self.world.put(replace(self.world.rows[order.case], stage="done"), by=ME.id)
        if isinstance(order, Reopen):
            self.world.put(replace(self.world.rows[order.case], stage="us"), by=ME.id)
        if isinstance(order, Assign):
            self.world.put(replace(self.world.rows[order.case], owner=order.agent, team=order.team), by=ME.id)
        return ""

    async def upload(self, path: Path, name: str) -> FileRef:
        if not self.up:
            raise BackendDown("down")
        self.uploaded.append(name)
        data = path.read_bytes()  # noqa: ASYNC240 - a few bytes of a test
        return FileRef(f"blob-{name}", CustomerText(name), "text/plain", len(data))

    async def download(self, blob: str, target: Path) -> None:
        if not self.up:
            raise BackendDown("down")
        target.write_bytes(blob.encode())  # noqa: ASYNC240 - a few bytes of a test

    async def close(self) -> None:
        self._happenings.put_nowait(None)
