"""When the screen is drawn: changes are gathered, countdowns step, and between them nothing wakes."""

from __future__ import annotations

from collections.abc import Callable

from agent_tui.desk.changes import Changes
from agent_tui.domain.time import MS, Ms, TimerHandle, TimeSource

LEAST_MS = 50
"""Milliseconds between two drawings of what happened: at most 20 a second, however much happens."""


class Pulse:
    """`draw` brings the widgets up to what changed. `tick` brings countdowns up to now and answers when the next one
    steps. One timer for each, none when there is nothing to wait for."""

    def __init__(self, time: TimeSource, draw: Callable[[Changes], None], tick: Callable[[Ms], Ms | None]) -> None:
        self._time, self._draw, self._tick = time, draw, tick
        self._gathered = Changes()
        self._drawn: Ms | None = None
        self._drawing: TimerHandle | None = None
        self._ticking: TimerHandle | None = None
        self._tick_due: Ms | None = None
        self._stopped = False

    def changed(self, changes: Changes) -> None:
        """Something changed: drawn now, or when 50 ms have passed since the last drawing."""
        if self._stopped:
            return
        self._gathered |= changes
        if self._drawing is not None or not self._gathered:
            return
        since = None if self._drawn is None else self._time.now() - self._drawn
        if since is None or since >= LEAST_MS or since < 0:
            self.flush()
        else:
            self._drawing = self._time.call_later((LEAST_MS - since) / MS, self.flush)

    def flush(self) -> None:
        """Draw what was gathered now: after a key, or before a picture is taken."""
        if self._drawing is not None:
            self._drawing.cancel()
            self._drawing = None
        if self._stopped:
            return
        gathered, self._gathered = self._gathered, Changes()
        if gathered:
            self._drawn = self._time.now()
            self._draw(gathered)
        self.wind()

    def hurry(self) -> None:
        """The agent acted: what comes of it is drawn without waiting for the 50 ms to pass."""
        self._drawn = None
        if self._drawing is not None:
            self.flush()

    def wind(self) -> None:
        """Bring countdowns up to now and sleep until the next one steps."""
        if self._stopped:
            return
        now = self._time.now()
        due = self._tick(now)
        if due == self._tick_due and self._ticking is not None:
            return
        if self._ticking is not None:
            self._ticking.cancel()
            self._ticking = None
        self._tick_due = due
        if due is not None:
            self._ticking = self._time.call_later(max(1, due - now) / MS, self._ticked)

    def stop(self) -> None:
        """No timer is left behind."""
        self._stopped = True
        for timer in (self._drawing, self._ticking):
            if timer is not None:
                timer.cancel()

    def _ticked(self) -> None:
        self._ticking = None
        self._tick_due = None
        self.wind()
