"""Tells when the inbox's cursor has come to rest on a case."""

from __future__ import annotations

from collections.abc import Callable

from agent_tui.desk.keys import CaseKey
from agent_tui.domain.time import TimerHandle, TimeSource

REST_SECONDS = 0.3
"""Long enough that a held arrow key asks for no case on its way."""


class Resting:
    """`rested` is called with the case on which the cursor stood for REST_SECONDS."""

    def __init__(self, time: TimeSource, rested: Callable[[CaseKey], None]) -> None:
        self._time, self._rested = time, rested
        self._key: CaseKey | None = None
        self._timer: TimerHandle | None = None

    def moved(self, key: CaseKey | None) -> None:
        """The cursor stands on `key`, None: on no case."""
        if key == self._key:
            return
        self.stop()
        self._key = key
        if key is not None:
            self._timer = self._time.call_later(REST_SECONDS, self._over)

    def stop(self) -> None:
        """No timer is left behind."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _over(self) -> None:
        self._timer = None
        if self._key is not None:
            self._rested(self._key)
