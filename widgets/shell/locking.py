"""Locks the desk by its agent's word or after a time without a key, and opens it again."""

from __future__ import annotations

from textual import events

from agent_tui.domain.time import MINUTE_MS, MS, Ms, TimerHandle, TimeSource
from agent_tui.widgets.shell.desk_screen import DeskScreen
from agent_tui.widgets.shell.desk_ui import DeskUi


class Locking:
    """`idle_minutes`: locks after so long without a key; 0 never."""

    def __init__(self, time: TimeSource, screen: DeskScreen, ui: DeskUi, idle_minutes: float = 0.0) -> None:
        self._time, self._screen, self._ui = time, screen, ui
        self._idle_ms: Ms = round(idle_minutes * MINUTE_MS)
        self._last = time.now()
        self._timer: TimerHandle | None = None
        ui.lock = self.lock
        screen.cover.opened = self._open

    @property
    def locked(self) -> bool:
        return self._screen.has_class("locked")

    def start(self) -> None:
        """Watch for nothing happening."""
        if self._idle_ms and self._timer is None:
            self._wait(self._idle_ms)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def lock(self, by_hand: bool = True) -> None:
        """Nothing of a customer is on the screen from now on."""
        if not self.locked:
            self._screen.explained()
            self._screen.add_class("locked")
            self._screen.cover.begin(by_hand)
            self._screen.set_focus(self._screen.cover, scroll_visible=False)

    def take(self, event: events.Key | events.Paste) -> bool:
        """A key or a paste: whether the locked desk took it."""
        self._last = self._time.now()
        if not self.locked:
            return False
        if isinstance(event, events.Key):
            self._screen.cover.press(event)
        else:
            self._screen.cover.paste(event.text)
        return True

    def _open(self) -> None:
        self._screen.remove_class("locked")
        self._last = self._time.now()
        self._ui.focus_again()

    def _wait(self, ms: Ms) -> None:
        self._timer = self._time.call_later(ms / MS, self._look)

    def _look(self) -> None:
        quiet = self._time.now() - self._last
        if quiet >= self._idle_ms:
            self.lock(by_hand=False)
            quiet = 0
        self._wait(self._idle_ms - quiet)
