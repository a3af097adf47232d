"""The ticks of a desk whose inbox has 100,000 open cases, all with clocks: what they cost, and what they write."""

from __future__ import annotations

import asyncio
import os
import pty
import statistics
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC

from agent_tui.app import DeskApp
from agent_tui.desk_settings import DeskSettings
from agent_tui.domain.time import HOUR_MS, VirtualTime
from agent_tui.keymaps.loader import load_keymap
from agent_tui.services.workbench import Workbench
from agent_tui.terminal.terminal import Terminal
from agent_tui.themes.loader import load_themes
from tests.widgets.shop import NOW, Shop, many_rows

CASES = 100_000
SIZE = (120, 40)
PAINTED_SECONDS = 0.01
"""By then it has painted; the time that it sleeps costs nothing."""
ENV = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "TEXTUAL_DISABLE_KITTY_KEY": "1"}


class Sink:
    """The far end of a pseudo-terminal: counts what is written to it."""

    def __init__(self) -> None:
        self._master, self.slave = pty.openpty()
        self.bytes = 0
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while True:
            try:
                taken = os.read(self._master, 65536)
            except OSError:
                return
            self.bytes += len(taken)

    def close(self) -> None:
        os.close(self.slave)
        self._thread.join(timeout=5)
        os.close(self._master)


@asynccontextmanager
async def _desk(sink: Sink, clock: VirtualTime) -> AsyncIterator[Workbench]:
    workbench = Workbench([Shop(many_rows(CASES))], None, clock)
    terminal = Terminal(sink.slave, sink.slave, SIZE, ENV)
    app = DeskApp(workbench, DeskSettings(UTC), load_keymap()[0], load_themes()[0]["dark"], clock, terminal)
    work, shown = asyncio.create_task(workbench.run()), asyncio.create_task(app.run_async())
    await _rest(workbench, sink)
    yield workbench
    app.exit()
    await shown
    await workbench.stop()
    await work


async def _rest(workbench: Workbench, sink: Sink) -> None:
    """Until it has said all it has to say."""
    seen = -1
    while workbench.busy() or seen != sink.bytes:
        seen = sink.bytes
        await asyncio.sleep(0.3)


async def run() -> dict[str, dict[str, float]]:
    """The desk's own CPU time for each time that it wakes, until it has painted, and what an hour of it writes."""
    sink, clock = Sink(), VirtualTime(NOW)
    spent: list[float] = []
    async with _desk(sink, clock) as workbench:
        before, begun = sink.bytes, time.thread_time()
        while clock.advance_to_next(NOW + HOUR_MS):
            await asyncio.sleep(PAINTED_SECONDS)
            now = time.thread_time()
            spent.append(now - begun)
            begun = now
        await _rest(workbench, sink)
        written = sink.bytes - before
    sink.close()
    each = [one * 1e6 for one in spent[5:]]
    return {
        f"a tick of a desk of {CASES:,} cases": {
            "median us": round(statistics.median(each), 1),
            "p95 us": round(statistics.quantiles(each, n=20)[-1], 1),
            "bytes an hour": written,
            "ticks an hour": len(spent),
        }
    }
