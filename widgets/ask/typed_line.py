"""How a line that is typed is drawn: the part of it around the caret, in the order of the cells."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from rich.style import Style

from agent_tui.domain.text_visual import Bidi
from agent_tui.widgets.ask.line_text import LineText
from agent_tui.widgets.text.edit_row import EditRow, drawn, edit_row


def row_of(line: LineText, bidi: Bidi) -> EditRow:
    """The whole line in the order of its cells."""
    return edit_row(line.text, 0, len(line.text), bidi)


def step(line: LineText, by: int, bidi: Bidi) -> None:
    """The caret one letter to the right (`by` 1) or the left (-1) on the screen."""
    place = row_of(line, bidi).beside(line.caret, by)
    if place is not None:
        line.caret = place


def typed_cells(line: LineText, room: int, base: Style, caret: Style, bidi: Bidi) -> Iterator[tuple[str, Style]]:
    """The part of the line around the caret that `room` cells hold, from the left."""
    row = row_of(line, bidi)
    place = row.cell_of(line.caret)
    first = min(place, max(-1, row.cells - room)) if row.right else max(0, place - room + 1)
    beside = (" ", caret) if line.caret >= row.length else None
    if beside is not None and row.right:
        yield beside
    shown = [pair for pair in row.drawn if first <= pair[0].cell and pair[0].cell + pair[0].cells <= first + room]
    for here, run in groupby(shown, lambda pair: pair[0].start <= line.caret < pair[0].stop):
        yield drawn("".join([sign for _, sign in run])), caret if here else base
    if beside is not None and not row.right:
        yield beside
