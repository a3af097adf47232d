"""The bidirectional class of each character, one letter a character, so that rules are patterns over strings (UAX #9).

The tables are decoded at the first text that needs them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import Final

LETTERS: Final = {
    "L": "L",
    "R": "R",
    "AL": "A",
    "EN": "E",
    "ES": "P",
    "ET": "T",
    "AN": "N",
    "CS": "C",
    "NSM": "M",
    "BN": "Z",
    "B": "B",
    "S": "S",
    "WS": "W",
    "ON": "O",
    "LRE": "F",
    "LRO": "G",
    "RLE": "H",
    "RLO": "I",
    "PDF": "J",
    "LRI": "U",
    "RLI": "V",
    "FSI": "X",
    "PDI": "Y",
}
"""Unicode's name of a class -> our letter for it."""


def classes(text: str) -> str:
    """The class of each character of `text`, as letters."""
    return text.translate(_known_classes())


def mirrored(sign: str) -> str:
    """What is drawn for `sign` right to left: `)` for `(`; most signs are their own mirror."""
    return _mirrors().get(sign, sign)


@lru_cache(maxsize=1)
def brackets() -> tuple[dict[str, str], dict[str, str]]:
    """(opening, closing): each bracket -> the name of its pair; canonically equal brackets have one name (BD16)."""
    opening: dict[str, str] = {}
    closing: dict[str, str] = {}
    for first, second in _pairs_of("BRACKETS"):
        opening[first] = closing[second] = "\u3008" if first == "\u2329" else first
    return opening, closing


def _pairs_of(table: str) -> list[tuple[str, str]]:
    from agent_tui.domain import bidi_tables  # late: most desks never read right to left

    pairs = [pair.split("-") for pair in getattr(bidi_tables, table).split()]
    return [(chr(int(a, 16)), chr(int(b, 16))) for a, b in pairs]


@lru_cache(maxsize=1)
def _mirrors() -> dict[str, str]:
    pairs = _pairs_of("MIRRORS")
    return {second: first for first, second in pairs} | dict(pairs)


class _Classes(dict[int, str]):
    """Code point -> letter, filled with what texts contain; ``str.translate`` reads it."""

    def __init__(self) -> None:
        from agent_tui.domain.bidi_tables import CLASSES

        self._starts: list[int] = []
        self._letters: list[str] = []
        start = 0
        for length, letter in re.findall("([0-9a-z]+)([A-Z])", CLASSES):
            self._starts.append(start)
            self._letters.append(letter)
            start += int(length, 36)

    def __missing__(self, code: int) -> str:
        letter = self[code] = self._letters[bisect_right(self._starts, code) - 1]
        return letter


@lru_cache(maxsize=1)
def _known_classes() -> _Classes:
    return _Classes()
