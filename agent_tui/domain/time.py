"""Time as a value: every room gets a TimeSource; only composition roots make one from the system's clock.

Instants are UTC epoch milliseconds (`Ms`), durations are seconds unless a name ends in `_ms`.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable
from contextvars import copy_context
from datetime import datetime, tzinfo
from typing import Protocol

Ms = int
"""UTC epoch milliseconds."""

MS = 1000
MINUTE_MS = 60 * MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

_FIRST_DAY: Ms = -62_135_510_400_000
_LAST_DAY: Ms = 253_402_214_400_000


def local_time(at: Ms, zone: tzinfo) -> datetime:
    """The instant in `zone`. Never raises: what stands outside the years 1 to 9999 (a customer's odd Date field, a
    server's far `until`) becomes the nearest day within them, a day from the ends so that no zone leaves them."""
    return datetime.fromtimestamp(min(max(at, _FIRST_DAY), _LAST_DAY) / MS, zone)


class TimerHandle(Protocol):
    """A scheduled call that can be taken back."""

    def cancel(self) -> None: ...


class TimeSource(Protocol):
    """What a desk, hub or connector may know of time."""

    def now(self) -> Ms: ...

    async def sleep(self, seconds: float) -> None: ...

    def call_later(self, seconds: float, call: Callable[[], None]) -> TimerHandle: ...


class SystemTime:
    """The machine's clock; sleeps on the running asyncio loop. `speed` 2 makes everything happen twice as fast;
    with `start` the clock begins there instead of at the machine's own time (a demo's day)."""

    def __init__(self, speed: float = 1.0, start: Ms | None = None) -> None:
        if speed <= 0:
            raise ValueError(f"speed must be greater than 0, got {speed}")
        self._speed = speed
        self._real = time.time()
        self._start = self._real if start is None else start / MS

    def now(self) -> Ms:
        return int((self._start + (time.time() - self._real) * self._speed) * MS)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds) / self._speed)

    def call_later(self, seconds: float, call: Callable[[], None]) -> TimerHandle:
        return asyncio.get_running_loop().call_later(max(0.0, seconds) / self._speed, call)


class _VirtualTimer:
    """Runs in the context it was set in, as those of an event loop do."""

    __slots__ = ("_call", "_context", "cancelled")

    def __init__(self, call: Callable[[], None]) -> None:
        self._call = call
        self._context = copy_context()
        self.cancelled = False

    def call(self) -> None:
        self._context.run(self._call)

    def cancel(self) -> None:
        self.cancelled = True


class VirtualTime:
    """A clock that stands still until `advance_to_next` is called; ties run in the order they were scheduled."""

    def __init__(self, start: Ms) -> None:
        self._now = start
        self._order = itertools.count()
        self._timers: list[tuple[Ms, int, _VirtualTimer]] = []

    def now(self) -> Ms:
        return self._now

    async def sleep(self, seconds: float) -> None:
        done = asyncio.Event()
        timer = self.call_later(seconds, done.set)
        try:
            await done.wait()
        finally:
            timer.cancel()

    def call_later(self, seconds: float, call: Callable[[], None]) -> TimerHandle:
        timer = _VirtualTimer(call)
        due = self._now + max(0, round(seconds * MS))
        heapq.heappush(self._timers, (due, next(self._order), timer))
        return timer

    def next_due(self) -> Ms | None:
        """When the next timer fires, or None when nothing is scheduled."""
        while self._timers and self._timers[0][2].cancelled:
            heapq.heappop(self._timers)
        return self._timers[0][0] if self._timers else None

    def advance_to_next(self, limit: Ms) -> bool:
        """Move to the next timer and fire it; False (and time stands at `limit`) when none is due by then."""
        due = self.next_due()
        if due is None or due > limit:
            self._now = max(self._now, limit)
            return False
        _, _, timer = heapq.heappop(self._timers)
        self._now = max(self._now, due)
        timer.call()
        return True
