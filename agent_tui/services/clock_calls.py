"""Gathers what clocks have to say: at most one line a case and minute, and one line where many turn at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from agent_tui.desk.changes import Changes, Notice
from agent_tui.desk.clock_notices import gathered
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.time import MINUTE_MS, Ms, TimerHandle, TimeSource

GATHER_SECONDS = 0.5
"""How long the first waits for others: after an edited sla.toml hundreds come one after another."""


class ClockCalls:
    """`changed` gets what is told."""

    def __init__(self, time: TimeSource, changed: Callable[[Changes], None]) -> None:
        self._time = time
        self._changed = changed
        self._waiting: dict[CaseKey, Notice] = {}
        self._told: dict[CaseKey, Ms] = {}
        self._timer: TimerHandle | None = None

    def without_clocks(self, notices: Sequence[Notice]) -> list[Notice]:
        """The notices that are of no clock; those that are will be told soon."""
        now = self._time.now()
        for notice in notices:
            key = notice.key
            if not notice.clock or key is None or now - self._told.get(key, now - MINUTE_MS) < MINUTE_MS:
                continue
            if key not in self._waiting or notice.clock == "late":
                self._waiting[key] = notice
        if self._waiting and self._timer is None:
            self._timer = self._time.call_later(GATHER_SECONDS, self._tell)
        return [notice for notice in notices if not notice.clock]

    def stop(self) -> None:
        """Nothing is told any more."""
        if self._timer is not None:
            self._timer.cancel()

    def _tell(self) -> None:
        self._timer = None
        now = self._time.now()
        self._told = {key: at for key, at in self._told.items() if now - at < MINUTE_MS}
        waiting, self._waiting = self._waiting, {}
        self._told |= dict.fromkeys(waiting, now)
        told = [replace(notice, clock="") for notice in gathered(tuple(waiting.values()))]
        self._changed(Changes(notices=told))
