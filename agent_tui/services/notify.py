"""Calls the agent: a bell, or a desktop notification by OSC 9, for what came on their cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from agent_tui.desk.changes import Notice
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.text import clean_line, truncate
from agent_tui.domain.time import Ms

Mode = Literal["off", "bell", "osc9", "both"]
QUIET_MS = 2000
MAX_CELLS = 120
BELL = "\a"


def signal(notices: Iterable[Notice], mode: Mode, looking_at: CaseKey | None = None) -> str:
    """The bytes to write for what happened at once: "" when nothing of it calls for attention. What the agent has open
    and in front (`looking_at`) does not. Several notices are one signal. OSC 9 carries cleaned text only, and no text
    ends it early: control characters are gone (terminals: iTerm2, kitty, WezTerm, Windows Terminal, ghostty)."""
    wanted = [n for n in notices if n.attention and (n.key is None or n.key != looking_at or n.level == "failure")]
    if mode == "off" or not wanted:
        return ""
    text = truncate(clean_line(str(wanted[0].text)).drawn(), MAX_CELLS)
    more = f" (+{len(wanted) - 1})" if len(wanted) > 1 else ""
    osc = f"\x1b]9;{text}{more}\x1b\\" if mode in ("osc9", "both") else ""
    return osc + (BELL if mode in ("bell", "both") else "")


class Notifier:
    """Writes signals, at most one in `QUIET_MS`. `write` gets them as text for the terminal."""

    def __init__(self, write: Callable[[str], None], mode: Mode = "bell") -> None:
        self.mode: Mode = mode
        self._write = write
        self._last: Ms | None = None
        self.silent = False
        """Whether no words may be told, the desk being locked: the bell alone rings."""

    def notify(self, notices: Iterable[Notice], now: Ms, looking_at: CaseKey | None = None) -> bool:
        """True when a signal was written."""
        text = signal(notices, "bell" if self.silent and self.mode != "off" else self.mode, looking_at)
        if not text or (self._last is not None and now - self._last < QUIET_MS):
            return False
        self._last = now
        self._write(text)
        return True
