"""A recording of a scripted desk in asciicast v2 (https://docs.asciinema.org/manual/asciicast/v2/): what a terminal
would have been sent, timed by the demo's own clock, so that the same demo gives the same bytes anywhere."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, Literal

from agent_tui.domain.time import MS
from agent_tui.terminal.app_base import console_for
from agent_tui.terminal.diffscreen import DiffScreen

if TYPE_CHECKING:
    from agent_tui.demo.headless import HeadlessDesk

TERMINAL: Final = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
LONGEST_PAUSE: Final = 2.0
"""Seconds that a player may make of any longer pause."""
_BEGIN, _END = "\x1b[?25l\x1b[2J", "\x1b[m\x1b[?25h"
"""No cursor and an empty screen; the cursor again: a player goes on to a prompt."""


class Cast:
    """Takes down what `desk` shows whenever it rests: by differences, as the desk's own terminal gets it."""

    def __init__(self, desk: HeadlessDesk, title: str) -> None:
        self._desk = desk
        self._title = title
        self._diff = DiffScreen(console_for(TERMINAL), erases_with_colour=True)
        self._events: list[tuple[float, Literal["o", "m"], str]] = []
        self._put("o", _BEGIN)

    def look(self) -> None:
        """Take down what has changed."""
        app = self._desk.app
        cursor = app.screen.outer_size.clamp_offset(app.cursor_position)
        frame = self._diff.frame(app.screen._compositor.render_full_update(), app.size, cursor)
        assert frame is not None, "the desk draws what its own terminal does not understand"
        if frame:
            self._put("o", frame)

    def mark(self, words: str) -> None:
        """A place to jump to: the first line of `words`."""
        self._put("m", words.strip().split("\n")[0])

    def _put(self, kind: Literal["o", "m"], data: str) -> None:
        self._events.append(((self._desk.time.now() - self._desk.zero) / MS, kind, data))

    def text(self) -> str:
        """The file: a line for its head, one for each event."""
        columns, rows = self._desk.app.size
        head = {
            "version": 2,
            "width": columns,
            "height": rows,
            "timestamp": self._desk.zero // MS,
            "idle_time_limit": LONGEST_PAUSE,
            "title": self._title,
            "env": {"TERM": TERMINAL["TERM"]},
        }
        self._put("o", _END)
        return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in (head, *self._events))
