"""The words in a picture of a screen, cell by cell: so that two pictures can be compared by reading."""

from __future__ import annotations

import re
from html import unescape

from agent_tui.domain.text_cells import cell_width, graphemes

_PIECE = re.compile(r'<text class="[^"]*-(r\d+)" x="([\d.]+)" [^>]*clip-path="url\(#[^"]*-line-(\d+)\)">([^<]*)</text>')
_CELL = 12.2
"""Units of a cell's width in the pictures that Rich draws (20 px letters, 0.61 as wide as high)."""


def picture_text(svg: str) -> str:
    """The screen's lines, blanks at their ends gone; "" for what is no such picture."""
    rows: dict[int, list[tuple[int, str]]] = {}
    for _, x, row, words in _PIECE.findall(svg):
        rows.setdefault(int(row), []).append((round(float(x) / _CELL), unescape(words).replace("\xa0", " ")))
    return "".join(f"{_line(rows.get(row, []))}\n" for row in range(max(rows, default=-1) + 1))


def _line(pieces: list[tuple[int, str]]) -> str:
    line, column = "", 0
    for place, words in sorted(pieces):
        line += " " * (place - column) + words
        column = max(place, column) + sum(cell_width(letter) for letter in graphemes(words))
    return line.rstrip()
