"""A workbench over scripted backends on a clock that stands still until told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from agent_tui.backends.base import Backend
from agent_tui.desk.changes import Changes
from agent_tui.desk.desk import Desk
from agent_tui.domain.time import VirtualTime
from agent_tui.services.workbench import Workbench
from tests.desk.world import NOW


class Bench:
    """`bench` as an agent uses it; `rest()` lets everything finish that needs no time, `pass_time` lets time pass."""

    def __init__(self, backends: Sequence[Backend], folder: Path | None, undo_seconds: float) -> None:
        self.time = VirtualTime(NOW)
        self.work = Workbench(backends, folder, self.time, undo_seconds)
        self.seen: list[Changes] = []
        self.work.subscribe(self.seen.append)

    @property
    def desk(self) -> Desk:
        return self.work.desk

    async def rest(self) -> None:
        quiet = 0
        while quiet < 5:
            await asyncio.sleep(0)
            quiet = 0 if self.work.busy() else quiet + 1

    async def pass_time(self, seconds: float) -> None:
        until = self.time.now() + round(seconds * 1000)
        await self.rest()
        while self.time.advance_to_next(until):
            await self.rest()

    def lines(self) -> list[tuple[str, str]]:
        """The open timeline as (text, state)."""
        case = self.desk.open_case
        assert case is not None
        return [(message.body.raw, message.state) for message in case.messages]


@asynccontextmanager
async def bench(*backends: Backend, folder: Path | None = None, undo_seconds: float = 5.0) -> AsyncIterator[Bench]:
    """Run a workbench until the block ends."""
    made = Bench(backends, folder, undo_seconds)
    running = asyncio.create_task(made.work.run())
    made.work.look_at(0, 30)
    await made.rest()
    try:
        yield made
    finally:
        await made.work.stop()
        await running
