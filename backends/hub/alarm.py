"""Wakes the hub when something stored comes due: a snoozed case, a lease whose grace is over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from agent_tui.backends.hub.store import StoreError
from agent_tui.backends.hub.worker import Rest, Spawn, Worker
from agent_tui.domain.time import MS, Ms, TimeSource

AGAIN_SECONDS = 1.0
"""After a disk that would not take it."""


class Alarm:
    """`due`: when the next one is, None for never; `ring`: does what is due. Silent until `start`."""

    def __init__(
        self,
        time: TimeSource,
        due: Callable[[], Ms | None],
        ring: Callable[[], Awaitable[None]],
        spawn: Spawn,
    ) -> None:
        self._time = time
        self._due = due
        self._ring = ring
        self._worker = Worker(time, spawn, self._look)

    def start(self) -> None:
        """From now on."""
        self._worker.start()

    def set(self) -> None:
        """Look again when the next one is due."""
        self._worker.wake()

    def stop(self) -> None:
        self._worker.stop()

    async def _look(self) -> Rest:
        try:
            if (wait := self._until_due()) == 0:
                await self._ring()
                wait = self._until_due()
        except StoreError:
            return Rest(AGAIN_SECONDS, AGAIN_SECONDS)
        return Rest(again=wait)

    def _until_due(self) -> float | None:
        due = self._due()
        return None if due is None else max(0.0, (due - self._time.now()) / MS)
