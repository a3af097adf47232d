"""Logging out: every server is told, and the desk closes when they have heard it, or soon anyway."""

from __future__ import annotations

from collections.abc import Callable, Collection

from agent_tui.desk.changes import Changes
from agent_tui.domain.orders import Presence
from agent_tui.domain.standing import OFFLINE
from agent_tui.domain.time import TimerHandle
from agent_tui.services.workbench import Workbench

PATIENCE_SECONDS = 2.0


class _Leaving:
    def __init__(self, workbench: Workbench, staying: Collection[str], leave: Callable[[], None]) -> None:
        self._workbench, self._leave = workbench, leave
        self._orders = {
            workbench.order(id, Presence(OFFLINE))
            for id, state in workbench.desk.backends.items()
            if state.state == "up" and "presence" in state.capabilities.orders and id not in staying
        }
        self._unsubscribe = workbench.subscribe(self._changed)
        self._timer: TimerHandle = workbench.time.call_later(PATIENCE_SECONDS, self._end)
        self._changed(Changes())

    def _changed(self, _changes: Changes) -> None:
        if not self._orders & {entry.id for entry in self._workbench.desk.unsent}:
            self._end()

    def _end(self) -> None:
        self._timer.cancel()
        self._unsubscribe()
        leave, self._leave = self._leave, _gone
        leave()


def _gone() -> None:
    """It has left."""


def log_out(workbench: Workbench, staying: Collection[str], leave: Callable[[], None]) -> None:
    """Say so to all servers that can be reached, then `leave`. `staying`: servers where another terminal of the agent
    goes on, so that they are told nothing."""
    _Leaving(workbench, staying, leave)
