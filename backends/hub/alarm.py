"""Wakes the hub when something stored comes due: a snoozed case, a lease whose grace is over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from agent_tui.backends.hub.store import StoreError
from agent_tui.domain.time import MS, Ms, TimerHandle, TimeSource

AGAIN_SECONDS = 1.0
"""After a disk that would not take it."""


class Alarm:
    """`due`: when the next one is, None for never; `ring`: does what is due. `spawn` runs it. Silent until `set`."""

    def __init__(
        self,
        time: TimeSource,
        due: Callable[[], Ms | None],
        ring: Callable[[], Awaitable[None]],
        spawn: Callable[[Awaitable[None]], None],
    ) -> None:
        self._time = time
        self._due = due
        self._ring = ring
        self._spawn = spawn
        self._timer: TimerHandle | None = None

    def set(self) -> None:
        """Look again when the next one is due."""
        self.stop()
        due = self._due()
        if due is not None:
            self._wait(max(0.0, (due - self._time.now()) / MS))

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wait(self, seconds: float) -> None:
        self._timer = self._time.call_later(seconds, lambda: self._spawn(self._rung()))

    async def _rung(self) -> None:
        try:
            await self._ring()
        except StoreError:
            self._wait(AGAIN_SECONDS)
            return
        self.set()
