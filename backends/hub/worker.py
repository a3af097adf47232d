"""Work that the hub does beside its orders: one step at a time, again when something woke it or its time has come."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass

from agent_tui.domain.time import TimerHandle, TimeSource

Spawn = Callable[[Coroutine[None, None, None]], None]
"""Runs a coroutine among the workspace's tasks."""


@dataclass(frozen=True, slots=True)
class Rest:
    """What a step says of the next one. `pause`: seconds before anything begins, whatever asks for it; `again`: seconds
    until it begins unasked, None for never."""

    pause: float = 0.0
    again: float | None = None


class Worker:
    """`step` does one piece; it handles what may fail in it. What wakes the worker meanwhile makes one more step.
    `soon`: seconds that a wake waits for others, so that one step serves them all."""

    def __init__(
        self, time: TimeSource, spawn: Spawn, step: Callable[[], Awaitable[Rest]], *, soon: float = 0.0
    ) -> None:
        self._time = time
        self._spawn = spawn
        self._step = step
        self._soon = soon
        self._timer: TimerHandle | None = None
        self._held = False  # the timer is not to be overtaken
        self._woken = False
        self._working = False
        self._running = False

    def start(self) -> None:
        """Go on with what a run before still owed."""
        self._running = True
        self.wake()

    def stop(self) -> None:
        """Nothing further is begun."""
        self._running = False
        self._end_timer()

    def wake(self) -> None:
        """There may be something to do."""
        self._woken = True
        if self._running and not self._working and not self._held:
            self._after(self._soon, held=True)

    def _after(self, seconds: float, *, held: bool) -> None:
        self._end_timer()
        if seconds > 0:
            self._held = held
            self._timer = self._time.call_later(seconds, self._begin)
        else:
            self._begin()

    def _end_timer(self) -> None:
        self._held = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _begin(self) -> None:
        self._end_timer()
        self._working = True
        self._spawn(self._work())

    async def _work(self) -> None:
        self._woken = False
        rest = Rest()
        try:
            if self._running:
                rest = await self._step()
        finally:
            self._working = False
            if self._running:
                self._then(rest)

    def _then(self, rest: Rest) -> None:
        if self._woken:
            self._after(rest.pause, held=True)
        elif rest.again is not None:
            self._after(max(rest.pause, rest.again), held=rest.again <= rest.pause)
