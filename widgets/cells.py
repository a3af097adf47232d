"""Fitting safe text into a number of terminal cells, as Textual counts them."""

from __future__ import annotations

import unicodedata
from typing import Literal

from rich.cells import cell_len as rich_cell_len
from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style

from agent_tui.domain.text import SafeText, truncate, trusted

Align = Literal["left", "right", "natural"]
"""`natural`: left, but right for text whose first strong letter is Hebrew or Arabic."""


def cell_len(text: str) -> int:
    """Cells as Textual counts them. Rich takes a text apart by slices, which a SafeText answers with repaired pieces;
    so it gets a plain str."""
    return rich_cell_len(str(text))


def segment(text: str, style: Style) -> Segment:
    """Text of ours or safe text as Rich draws it: a plain str, for the same reason."""
    return Segment(str(text), style)


def fit(text: SafeText, cells: int, align: Align = "left") -> str:
    """`text` in exactly `cells` cells: cut with an ellipsis, or padded."""
    if cells <= 0:
        return ""
    text = text.drawn()
    width = cell_len(text)
    if width > cells:
        text = truncate(text, cells, trusted("…"))
        width = cell_len(text)
        if width > cells:
            return set_cell_size(str(text), cells)
    padding = " " * (cells - width)
    if align == "right" or (align == "natural" and reads_from_right(text)):
        return padding + str(text)
    return str(text) + padding


def reads_from_right(text: SafeText) -> bool:
    """Whether the first strong character is a right-to-left one (UAX #9, rules P2 and P3)."""
    for character in text:
        if character < "\u0590":
            if character.isalpha():
                return False
            continue
        kind = unicodedata.bidirectional(character)
        if kind in ("R", "AL"):
            return True
        if kind == "L":
            return False
    return False
