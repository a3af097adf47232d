"""What was found out, as lines: each thing with its value beside it, or under it where both have no room. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from agent_tui.domain.text import SafeText
from agent_tui.domain.text_visual import Bidi
from agent_tui.widgets.case.pieces import BLANK, LinePieces, Piece, blanks
from agent_tui.widgets.cells import cell_len
from agent_tui.widgets.text.layout import lay_out

EDGE = Piece(BLANK)
IN = 3
"""Cells before a value that stands under what it is about."""


def found_lines(pairs: Iterable[tuple[SafeText, SafeText]], width: int, bidi: Bidi) -> Iterator[LinePieces]:
    """`pairs`: what, and its value."""
    for what, value in pairs:
        if cell_len(what) + cell_len(value) + 4 <= width:
            yield LinePieces((EDGE, Piece(what, "quiet")), (Piece(value), EDGE))
            continue
        yield LinePieces((EDGE, Piece(what, "quiet")))
        for line in lay_out(value, max(4, width - IN - 1), bidi):
            yield LinePieces((blanks(IN), Piece(line)))
