"""At log-in the start page opens by itself, once, unless the agent has begun with something already."""

from __future__ import annotations

from collections.abc import Callable

from agent_tui.domain.standing import AWAY, NOT_READY, OFFLINE
from agent_tui.services.workbench import Workbench
from agent_tui.widgets.shell.desk_ui import DeskUi


class Arrival:
    """`show`: opens the page."""

    def __init__(self, workbench: Workbench, ui: DeskUi, show: Callable[[], None]) -> None:
        self._workbench, self._ui, self._show = workbench, ui, show
        self._over = False

    def typed(self) -> None:
        """A key was pressed: whoever works already is not interrupted."""
        self._over = True

    def look(self) -> None:
        """Something changed: perhaps a server has said that a shift begins."""
        if self._over:
            return
        known = [state for state in self._workbench.desk.backends.values() if state.capabilities.shift]
        presences = [state.me.presence for state in known if state.me is not None]
        if NOT_READY in presences:
            self._over = True
            self._show()
        elif any(presence not in (AWAY, OFFLINE) for presence in presences):
            self._over = True
