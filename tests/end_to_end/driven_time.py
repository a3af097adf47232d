"""A clock that runs like the machine's and can be put forward: what comes due in between happens on the way, in its
order. A process that has one listens on a socket; the test says there how far to go."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from contextvars import copy_context
from pathlib import Path

from agent_tui.domain.time import MS, Ms, TimerHandle


class _Timer:
    def __init__(self, due: Ms, order: int, call: Callable[[], None]) -> None:
        self.due, self.order, self.ended = due, order, False
        self._call, self._context = call, copy_context()
        self.real: asyncio.TimerHandle | None = None

    def fire(self) -> None:
        if not self.ended:
            self.cancel()
            self._context.run(self._call)

    def cancel(self) -> None:
        self.ended = True
        if self.real is not None:
            self.real.cancel()


class DrivenTime:
    """Begins at `start`. `control`: where its socket is."""

    def __init__(self, start: Ms, control: Path) -> None:
        self._began, self._start, self._jumped = time.monotonic(), start, 0
        self._timers: list[_Timer] = []
        self._order = itertools.count()
        self._control = control
        self._serving = asyncio.get_running_loop().create_task(self._serve())

    def now(self) -> Ms:
        return self._start + self._jumped + round((time.monotonic() - self._began) * MS)

    async def sleep(self, seconds: float) -> None:
        done = asyncio.Event()
        timer = self.call_later(seconds, done.set)
        try:
            await done.wait()
        finally:
            timer.cancel()

    def call_later(self, seconds: float, call: Callable[[], None]) -> TimerHandle:
        timer = _Timer(self.now() + max(0, round(seconds * MS)), next(self._order), call)
        self._timers = [held for held in self._timers if not held.ended]
        self._timers.append(timer)
        self._arm(timer)
        return timer

    def _arm(self, timer: _Timer) -> None:
        if timer.real is not None:
            timer.real.cancel()
        wait = max(0, timer.due - self.now()) / MS
        timer.real = asyncio.get_running_loop().call_later(wait, timer.fire)

    async def _put_forward(self, by: int) -> None:
        end = self.now() + by
        while timers := [timer for timer in self._timers if not timer.ended and timer.due <= end]:
            timer = min(timers, key=lambda one: (one.due, one.order))
            self._jumped += max(0, timer.due - self.now())
            timer.fire()
            await asyncio.sleep(0.002)  # what it begins goes on at that time
        self._jumped += max(0, end - self.now())
        for timer in self._timers:
            if not timer.ended:
                self._arm(timer)

    async def _serve(self) -> None:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while line := await reader.readline():
                await self._put_forward(int(line))
                writer.write(b"done\n")

        await asyncio.start_unix_server(talk, self._control)


async def put_forward(control: Path, seconds: float) -> None:
    """Put the clock of a process forward."""
    reader, writer = await asyncio.open_unix_connection(control)
    try:
        writer.write(f"{round(seconds * MS)}\n".encode())
        assert await asyncio.wait_for(reader.readline(), 30) == b"done\n"
    finally:
        writer.close()
