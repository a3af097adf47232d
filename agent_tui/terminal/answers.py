"""What kind of terminal this is, asked of it: the questions, and its answers taken out of what is typed. Without I/O.

Answers come in the order of the questions, when they come: after a second over a slow line, in pieces, or never. So
nobody waits for them, and whatever becomes of them they are never keys.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from agent_tui.domain.frozen import frozen
from agent_tui.terminal.ground import ASK_GROUND, WATCH_SCHEME, light_by_colour

#: The last question, which every terminal answers: what has no answer before this one's has none
#: (DA1, https://vt100.net/docs/vt510-rm/DA1.html).
FENCE = "\x1b[c"
#: DECRQM of the ANSI mode 8 (https://vt100.net/docs/vt510-rm/DECRQM.html): who reorders, as
#: https://terminal-wg.pages.freedesktop.org/bidi/recommendation/escape-sequences.html has it.
ASK_MODE_8 = "\x1b[8$p"
#: XTVERSION and DA2 (https://invisible-island.net/xterm/ctlseqs/ctlseqs.html): name, and what has to do for a name.
ASK_VERSION, ASK_SECONDARY = "\x1b[>q", "\x1b[>c"

#: Seconds after which ESC, with which an answer may have begun, was the key Escape after all.
KEY = 0.1
#: Seconds that the rest of an answer may take; then it is given up, and still it is no key.
REST = 5.0
#: Code points of a name that is believed.
LONGEST = 256

_ANSWER = re.compile(
    r"\x1b\[8;(?P<mode>\d)\$y"
    r"|\x1b\[\?(?P<primary>[\d;]*)c"
    r"|\x1b\[>(?P<secondary>[\d;]*)c"
    rf"|\x1bP>\|(?P<version>[^\x1b\x07]{{0,{LONGEST}}})(?:\x1b\\|\x07)"
    rf"|\x1b\]11;(?P<ground>[^\x1b\x07]{{0,{LONGEST}}})(?:\x1b\\|\x07)"
    r"|\x1b\[\?997;(?P<scheme>[12])n"
)
#: An answer that something else broke into.
_BROKEN = re.compile(rf"\x1b(?:P>\||\]11;)[^\x1b\x07]{{0,{LONGEST}}}(?=\x1b[^\\])")
#: What may become an answer, or a report of a private mode, which is not for us but must not fall apart either.
_BEGUN = re.compile(
    rf"\x1b(?:\[(?:8(?:;(?:\d\$?)?)?|\?[\d;]*\$?|>[\d;]*)?|P(?:>(?:\|[^\x1b\x07]{{0,{LONGEST}}}\x1b?)?)?"
    rf"|\](?:1(?:1(?:;[^\x1b\x07]{{0,{LONGEST}}}\x1b?)?)?)?)?"
)
#: What may become a report that the terminal has become dark or light, whenever that comes; no key begins so.
_REPORT_BEGUN = re.compile(r"\x1b\[\?(?:9(?:9(?:7(?:;[12]?)?)?)?)?")
_ESCAPE = "\x1b"


@frozen
class Answers:
    """What the terminal has said so far. `mode8`: 0 not known to it, 1 it reorders, 2 it does not, 3 and 4 the same
    for ever. `version`: name and version. `secondary`: kind, version, hardware. `complete`: nothing more will come."""

    mode8: int | None = None
    version: str = ""
    secondary: tuple[int, ...] = ()
    complete: bool = False
    light: bool | None = None
    """Whether its ground is light; the newest word on it."""


def questions(env: Mapping[str, str], *, order: bool = True, ground: bool = False) -> str:
    """What to ask of the terminal in `env`; nothing of one that would print it. `order`: who puts Hebrew in order;
    `ground`: whether it is light or dark, now and when that changes."""
    if env.get("TERM", "") in ("", "dumb", "linux") or not (order or ground):
        return ""
    ask = ""
    if order:
        mode_8 = "" if env.get("TERM_PROGRAM") == "Apple_Terminal" else ASK_MODE_8  # prints the "p"
        ask = mode_8 + ASK_VERSION + ASK_SECONDARY
    return ask + (ASK_GROUND + WATCH_SCHEME if ground else "") + FENCE


class AnswerReader:
    """Reads the answers to `questions` out of what comes from the terminal. Moments are seconds of any one clock."""

    def __init__(self, asked: bool = True) -> None:
        """Not `asked`: nothing will come, so nothing is held back."""
        self.answers = Answers(complete=not asked)
        self._held = ""
        self._due = 0.0
        self._let_go: float | None = None
        """When Escape was taken for a key, because it came alone, and nothing has come since."""
        self._given = False
        """What is held begins with an Escape that was given as a key already."""

    def take(self, text: str, now: float) -> str:
        """What of `text` is not an answer. What may become one is held back until more comes, or until `tick`."""
        if self.answers.complete and not self._held and _ESCAPE not in text:
            return text
        if self._let_go is not None and now - self._let_go <= REST:
            late = _ESCAPE + text
            if _ANSWER.match(late) or _BEGUN.fullmatch(late):
                text, self._given = late, True  # the rest of an answer after all
        self._let_go = None
        was_key, given = self._may_be_a_key(), self._given
        seen, self._held, self._given = self._held + text, "", False
        out = []
        at = 0
        while (escape := seen.find(_ESCAPE, at)) >= 0:
            out.append(seen[at:escape])
            if found := _ANSWER.match(seen, escape):
                self._note(found)
                at = found.end()
            elif broken := _BROKEN.match(seen, escape):
                at = broken.end()
            elif (not self.answers.complete and _BEGUN.fullmatch(seen, escape)) or self._report_begun(seen, escape):
                self._held, self._given = seen[escape:], given and not escape
                if escape or was_key:
                    self._due = now + (KEY if self._may_be_a_key() else REST)
                return "".join(out)
            else:
                if escape or not given:
                    out.append(_ESCAPE)
                at = escape + 1
        out.append(seen[at:])
        return "".join(out)

    def wait(self, now: float) -> float | None:
        """Seconds after which `tick` is to be called, or None."""
        return max(0.0, self._due - now) if self._held else None

    def tick(self, now: float) -> str:
        """What was held back and is a key, now that nothing has followed it."""
        if not self._held or now < self._due:
            return ""
        held, given, key = self._held, self._given, self._may_be_a_key()
        self._held, self._given = "", False
        if held == _ESCAPE:
            self._let_go = now
        return held[given:] if key else ""

    def _report_begun(self, seen: str, at: int) -> bool:
        return self.answers.light is not None and _REPORT_BEGUN.fullmatch(seen, at) is not None

    def _may_be_a_key(self) -> bool:
        """Whether what is held is as likely typed as the beginning of an answer: an Escape, or the one key after it."""
        return len(self._held) <= 1 + self._given

    def _note(self, found: re.Match[str]) -> None:
        kind = found.lastgroup
        if kind == "mode":
            self.answers = replace(self.answers, mode8=int(found["mode"]))
        elif kind == "version":
            name = "".join(c for c in found["version"] if " " <= c <= "~")  # it will be shown
            self.answers = replace(self.answers, version=name)
        elif kind == "scheme":
            self.answers = replace(self.answers, light=found["scheme"] == "2")
        elif kind == "ground":
            if (light := light_by_colour(found["ground"])) is not None:
                self.answers = replace(self.answers, light=light)
        elif kind == "secondary":
            self.answers = replace(self.answers, secondary=tuple(int(n or 0) for n in found["secondary"].split(";")))
        else:
            self.answers = replace(self.answers, complete=True)
