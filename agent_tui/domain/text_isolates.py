"""Balances directional isolates, so that no line's direction leaks into the next field (UAX #9)."""

import re
from typing import Final

MAX_DEPTH: Final = 4
POP: Final = "\u2069"
ISOLATES: Final = re.compile("[\u2066-\u2069]")
UNSEEN: Final = re.compile("[\u2066-\u2069\u200e\u200f\u061c]")
"""What steers the direction of a text and must never reach a terminal's cells: isolates, LRM, RLM and ALM."""
_EMPTY: Final = re.compile("[\u2066-\u2068]\u2069")
_REPEATED_MARK: Final = re.compile("([\u200e\u200f\u061c])\\1+")


def balance(text: str) -> str:
    """Close what a line opens, drop what closes nothing, what nests deeper than 4, and pairs around nothing.

    Line by line; linear; adds at most 4 characters to a line.
    """
    if ISOLATES.search(text):
        text = "\n".join(map(_balance_line, text.split("\n")))
        found = 1
        while found:  # at most MAX_DEPTH rounds: nothing nests deeper
            text, found = _EMPTY.subn("", text)
    return _REPEATED_MARK.sub(r"\1", text)


def open_isolates(line: str) -> str:
    """The isolate initiators still open at the end of a part of a balanced line, outermost first."""
    stack: list[str] = []
    for match in ISOLATES.finditer(line):
        if match.group() != POP:
            stack.append(match.group())
        elif stack:
            stack.pop()
    return "".join(stack)


def _balance_line(line: str) -> str:
    parts: list[str] = []
    end = 0
    depth = 0  # isolates open in the input, of which those beyond MAX_DEPTH were dropped
    for match in ISOLATES.finditer(line):
        parts.append(line[end : match.start()])
        end = match.end()
        char = match.group()
        if char != POP:
            depth += 1
            if depth <= MAX_DEPTH:
                parts.append(char)
        elif depth:
            if depth <= MAX_DEPTH:
                parts.append(char)
            depth -= 1
    parts.append(line[end:])
    parts.append(POP * min(depth, MAX_DEPTH))
    return "".join(parts)
