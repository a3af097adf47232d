"""Two texts beside each other, with marks where they differ: `<` only left, `>` only right, `|` not the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest

from agent_tui.config.problems import printable
from agent_tui.domain.text_cells import cell_width, graphemes

AROUND = 1
"""Lines that are the same shown around those that are not."""
LEAD = 10
"""Letters shown before the first that differs, where a line is too long for its side."""


def side_by_side(left: str, right: str, width: int) -> list[str]:
    """The lines that differ and those around them, `width` cells for each side; "..." stands for what is left out."""
    lines = list(_pairs(left.splitlines(), right.splitlines()))
    shown = {
        near
        for place, (mark, _, _) in enumerate(lines)
        if mark != " "
        for near in range(place - AROUND, place + AROUND + 1)
    }
    out: list[str] = []
    for place, (mark, old, new) in enumerate(lines):
        if place in shown:
            begin = _begin(old, new, width) if mark == "|" else 0
            out.append(f"{_fitted(old, begin, width)} {mark} {_fitted(new, begin, width)}".rstrip())
        elif not out or out[-1] != "...":
            out.append("...")
    return out


def first_other(left: Sequence[str], right: Sequence[str]) -> int:
    """The first place at which they are not the same; where the shorter one ends, if it is what both begin with."""
    pairs = enumerate(zip(left, right, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(left), len(right)))


def _pairs(left: list[str], right: list[str]) -> Iterator[tuple[str, str, str]]:
    for kind, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        for old, new in zip_longest(left[a:b], right[c:d]):
            mark = " " if kind == "equal" else "<" if new is None else ">" if old is None else "|"
            yield mark, old or "", new or ""


def _begin(old: str, new: str, width: int) -> int:
    """The first letter to show of both, so that where they part is seen."""
    same = first_other(old, new)
    return same - LEAD if same > width - 2 * LEAD and max(len(old), len(new)) > width else 0


def _fitted(line: str, begin: int, width: int) -> str:
    """Exactly `width` cells from letter `begin` on; what is left out is a ~."""
    line = printable("~" + line[begin:] if begin else line)
    if cell_width(line) > width:
        kept, room = "", width - 1
        for letter in graphemes(line):
            room -= cell_width(letter)
            if room < 0:
                break
            kept += letter
        line = kept + "~"
    return line + " " * (width - cell_width(line))
