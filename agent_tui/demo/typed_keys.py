"""`--keys`: what a scripted run types, as keys by name, quoted text, and waits."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent_tui.keymaps.keys import is_key

_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')
_WAIT = re.compile(r"wait:(\d+(?:\.\d+)?)")
_NAMES = {
    "esc": "escape",
    "pgdn": "pagedown",
    "pgup": "pageup",
    "/": "slash",
    ":": "colon",
    "?": "question_mark",
    "!": "exclamation_mark",
    "-": "minus",
    "*": "asterisk",
    "#": "number_sign",
    "return": "enter",
    "bs": "backspace",
}


class BadKeys(ValueError):
    """The keys cannot be read; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Press:
    """One key, by Textual's name."""

    key: str


@dataclass(frozen=True, slots=True)
class Type:
    """Text, letter by letter."""

    text: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Let this many seconds of the scenario's time pass."""

    seconds: float


Step = Press | Type | Wait


def parse_keys(text: str) -> tuple[Step, ...]:
    """`j j enter "Good morning" ctrl+g wait:6` in steps. Raises BadKeys."""
    steps: list[Step] = []
    position = 0
    for found in _TOKEN.finditer(text):
        if text[position : found.start()].strip():
            raise BadKeys(f"cannot read {text[position:]!r} in the keys")
        position = found.end()
        quoted, word = found.groups()
        if quoted is not None:
            steps.append(Type(re.sub(r"\\(.)", r"\1", quoted)))
        elif word.startswith('"'):
            raise BadKeys(f'a quote is not closed in the keys: {word}; expected "text"')
        elif wait := _WAIT.fullmatch(word):
            steps.append(Wait(float(wait[1])))
        elif word.startswith("wait:"):
            raise BadKeys(f"{word!r} in the keys: expected wait:SECONDS, for example wait:2.5")
        elif not is_key(key := _NAMES.get(word.lower(), word)):
            raise BadKeys(f"{word} is no key; expected keys by name such as enter, ctrl+g, f2, j")
        else:
            steps.append(Press(key))
    return tuple(steps)
