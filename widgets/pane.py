"""What the shell asks of every region of the screen: look again at what changed, and at what a moment changes."""

from __future__ import annotations

from typing import Protocol

from agent_tui.desk.changes import Changes
from agent_tui.domain.time import Ms


class Pane(Protocol):
    """A region of the screen. Both calls repaint only the cells that differ, and nothing when none does."""

    def changed(self, changes: Changes) -> None:
        """The desk changed; `changes` may name things this region does not show."""

    def tick(self, now: Ms) -> Ms | None:
        """Time passed: bring countdowns up to `now`; the instant at which the next one changes its text, or None.

        Panes own no timers: the shell sleeps once until the earliest of these instants."""
