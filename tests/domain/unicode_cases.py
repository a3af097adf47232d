"""The cases that Unicode publishes for UAX #9, read from Debian's package `unicode-data`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent_tui.domain.bidi import Base
from agent_tui.domain.bidi_classes import LETTERS
from agent_tui.unicode_build import DATABASE

CHARACTER_CASES = 91_707
CLASS_CASES = 770_241
installed = pytest.mark.skipif(
    not (DATABASE / "BidiTest.txt").exists(), reason="the package unicode-data is not installed"
)
_DIRECTIONS: tuple[Base, ...] = ("ltr", "rtl", "auto")


@dataclass(frozen=True, slots=True)
class Case:
    """`levels` and `order` in the file's words: `x` for what X9 removes; the places that stay, from the left."""

    base: Base
    levels: list[str]
    order: list[int]
    text: str = ""
    kinds: str = ""
    own: int | None = None


def character_cases(folder: Path = DATABASE) -> Iterator[Case]:
    """BidiCharacterTest.txt."""
    for line in _lines(folder / "BidiCharacterTest.txt"):
        codes, direction, own, levels, order = line.split(";")
        text = "".join(chr(int(code, 16)) for code in codes.split())
        yield Case(
            _DIRECTIONS[int(direction)], levels.split(), [int(n) for n in order.split()], text=text, own=int(own)
        )


def class_cases(folder: Path = DATABASE) -> Iterator[Case]:
    """BidiTest.txt: each line stands for up to three cases, one a direction."""
    levels: list[str] = []
    order: list[int] = []
    for line in _lines(folder / "BidiTest.txt"):
        if line.startswith("@"):
            name, _, values = line.partition(":")
            if name == "@Levels":
                levels = values.split()
            elif name == "@Reorder":
                order = [int(n) for n in values.split()]
            continue
        names, _, directions = line.partition(";")
        kinds = "".join(LETTERS[name] for name in names.split())
        for bit, base in ((1, "auto"), (2, "ltr"), (4, "rtl")):
            if int(directions, 16) & bit:
                yield Case(base, levels, order, kinds=kinds)  # type: ignore[arg-type]


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            stripped = line.strip()
            if stripped and not stripped.startswith("#"):
                yield stripped
