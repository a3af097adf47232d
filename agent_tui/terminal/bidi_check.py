"""`agent-tui bidi-check`: a screen on which one line reads right, so that the person can say who reorders. Without I/O.

The first line is in visual order, as the desk sends it by `visual`. The second is in the order of reading, as it sends
it by `terminal`. The third has its words in visual order, their letters not: right where a terminal turns words only.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Literal

from agent_tui.terminal.answers import AnswerReader, questions
from agent_tui.terminal.bidi_mode import DESK_ORDERS, TERMINAL_ORDERS, BidiMode, BidiSetting, Decision, decide

_WORDS = ("שלום", "לכולם", "הכול", "בסדר")
LINES: dict[BidiMode, str] = {
    "visual": " ".join(_WORDS)[::-1],
    "terminal": " ".join(_WORDS),
    "off": " ".join(reversed(_WORDS)),
}
"""What is shown for each mode, by the order of their keys."""
_BY_KEY: dict[str, BidiMode] = dict(zip("123", LINES, strict=True))
_MEANS: dict[BidiMode, str] = {
    "visual": "The desk puts Hebrew and Arabic in order.",
    "terminal": "The terminal puts Hebrew and Arabic in order.",
    "off": "This terminal turns words only. Tell it not to (kitty: force_ltr yes) and look again; off until then.",
}
#: Under the Hebrew keyboard layout too.
_YES, _NO, _LEAVE = ("y", "Y", "ט"), ("n", "N", "מ", "\r", "\n"), ("q", "Q", "/", "\x1b", "\x03", "\x04")

Stage = Literal["choosing", "offering", "left", "chosen"]


class BidiCheck:
    """What to write to the terminal for what comes from it. Moments are seconds of any one clock.

    `file`: the settings, as the person knows them; `setting`: what they say now. `stage` tells how it ended: `chosen`
    is a `choice` to be written into the file.
    """

    def __init__(self, env: Mapping[str, str], setting: BidiSetting, file: str, size: tuple[int, int]) -> None:
        self._env = env
        self._setting = setting
        self._file = file
        self.size = size
        self._reader = AnswerReader(bool(questions(env)))
        self.stage: Stage = "choosing"
        self.choice: BidiMode = "visual"

    @property
    def decision(self) -> Decision:
        """What the desk would do by `auto`."""
        return decide("auto", self._reader.answers, self._env)

    @property
    def over(self) -> bool:
        return self.stage in ("left", "chosen")

    def start(self) -> str:
        return f"{DESK_ORDERS}\x1b[?1049h\x1b[?25l\x1b[?7l{self.screen()}{questions(self._env)}"

    def end(self) -> str:
        return f"\x1b[?7h\x1b[?1049l{TERMINAL_ORDERS}\x1b[?25h"

    def wait(self, now: float) -> float | None:
        """Seconds after which `tick` is to be called, or None."""
        return self._reader.wait(now)

    def tick(self, now: float) -> str:
        return self._keys(self._reader.tick(now))

    def feed(self, text: str, now: float) -> str:
        before = self._reader.answers
        out = self._keys(self._reader.take(text, now))
        return out or (self.screen() if self._reader.answers != before and not self.over else "")

    def _keys(self, keys: str) -> str:
        stage = self.stage
        if keys.startswith("\x1b") and len(keys) > 1:  # an arrow, a function key
            return ""
        for key in keys:
            if self.over:
                break
            if key in _LEAVE:
                self.stage = "left"
            elif self.stage == "choosing" and key in _BY_KEY:
                self.choice, self.stage = _BY_KEY[key], "offering"
            elif self.stage == "offering" and key in _YES:
                self.stage = "chosen"
            elif self.stage == "offering" and key in _NO:
                self.stage = "left"
        return self.screen() if self.stage != stage and not self.over else ""

    def screen(self) -> str:
        """The whole screen anew."""
        columns, rows = self.size
        shown = [line[:columns] for line in self._lines(columns)][:rows]
        return "\x1b[2J" + "".join(f"\x1b[{row}H{line}" for row, line in enumerate(shown, 1) if line)

    def _lines(self, columns: int) -> Iterator[str]:
        decision = self.decision
        yield "Which line reads right? From right to left: shalom, lekulam, hakol, beseder."
        yield "Its first letter, ש, is then at the right end, and its last, ר, at the left."
        yield ""
        for key, mode in _BY_KEY.items():
            yield f"  {key}   {LINES[mode]}"
            yield ""
        yield from _wrapped(f"By itself (auto) the desk takes: {decision.mode}. {decision.reason}", columns)
        if decision.hint:
            yield from _wrapped(decision.hint, columns)
        yield ""
        if self.stage == "choosing":
            yield "Press 1, 2 or 3; q leaves."
            return
        yield from _wrapped(f"{self.choice}: {_MEANS[self.choice]}", columns)
        if self._setting == self.choice:
            yield from _wrapped(f'{self._file} says bidi = "{self.choice}" already. Press n.', columns)
            return
        if self._setting == "auto" and decision.mode == self.choice:
            yield "auto takes the same, so there is no need to write it."
        yield from _wrapped(f'Write bidi = "{self.choice}" into {self._file}?', columns)
        yield "Press y or n."


def told(env: Mapping[str, str]) -> str:
    """What can be said where there is no terminal to look at."""
    decision = decide("auto", AnswerReader().answers, env)
    lines = ["No terminal to look at here; this goes by the environment alone.", f"bidi: {decision.mode}"]
    return "\n".join([*lines, decision.reason, *([decision.hint] if decision.hint else [])])


def _wrapped(text: str, columns: int) -> Iterator[str]:
    """Words wrapped, but a line of somebody's configuration left whole where it fits at all."""
    for line in text.splitlines():
        yield from [line] if len(line) <= columns else textwrap.wrap(line, columns, break_on_hyphens=False)
