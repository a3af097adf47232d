"""Balances directional isolates, so that no line's direction leaks into the next field (UAX #9)."""

import re
from typing import Final

MAX_DEPTH: Final = 4
POP: Final = "\u2069"
ISOLATES: Final = re.compile("[\u2066-\u2069]")
UNSEEN: Final = re.compile("[\u2066-\u2069\u200e\u200f\u061c]")
"""What steers the direction of a text and must never reach a terminal's cells: isolates, LRM, RLM and ALM."""
_EMPTY: Final = re.compile("[\u2066-\u2068]\u2069")
_SIGN: Final = re.compile("[\u2066-\u2069\n]")
_BETWEEN: Final = re.compile("[^\u2066-\u2069\n]+")
_REPEATED_MARK: Final = re.compile("([\u200e\u200f\u061c])(?=\\1)")


def balance(text: str) -> str:
    """Close what a line opens, drop what closes nothing, what nests deeper than 4, and pairs around nothing.

    Line by line; linear; adds at most 4 characters to a line.
    """
    if ISOLATES.search(text):
        text = _closed(text)
        found = 1
        while found:  # at most MAX_DEPTH rounds: nothing nests deeper
            text, found = _EMPTY.subn("", text)
    return _REPEATED_MARK.sub("", text)


def open_isolates(line: str) -> str:
    """The isolate initiators still open at the end of a part of a balanced line, outermost first."""
    stack: list[str] = []
    for match in ISOLATES.finditer(line):
        if match.group() != POP:
            stack.append(match.group())
        elif stack:
            stack.pop()
    return "".join(stack)


def _closed(text: str) -> str:
    signs = _BETWEEN.sub("", text)
    known: dict[str, list[str]] = {}  # many lines are alike in their isolates
    ends: list[str] = []
    for line in signs.split("\n"):
        kept = known.get(line)
        if kept is None:
            kept = known[line] = _balanced(line)
        ends += kept
    if "".join(ends) == signs + "\n":
        return text
    parts = _SIGN.split(text)
    return "".join([part for pair in zip(parts, ends, strict=True) for part in pair])[:-1]


def _balanced(signs: str) -> list[str]:
    """What stands for each isolate of one line and for the line feed at its end."""
    kept: list[str] = []
    depth = 0  # isolates open in the input, of which those beyond MAX_DEPTH were dropped
    for char in signs:
        if char != POP:
            depth += 1
            kept.append(char if depth <= MAX_DEPTH else "")
        elif depth:
            kept.append(char if depth <= MAX_DEPTH else "")
            depth -= 1
        else:
            kept.append("")
    kept.append(POP * min(depth, MAX_DEPTH) + "\n")
    return kept
