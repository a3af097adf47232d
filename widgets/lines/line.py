"""A widget of one row that repaints only the cells that differ from what it showed before."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip

from agent_tui.domain.text import SafeText, trusted
from agent_tui.domain.text_cells import graphemes
from agent_tui.domain.text_visual import Bidi
from agent_tui.terminal.line_view import LineView
from agent_tui.widgets.cells import TextLine, cell_len, shown
from agent_tui.widgets.paint import Paint, Part

Piece = tuple[SafeText, Part]
"""Words and the look they have."""

NOTHING = trusted("")

Cell = tuple[str, Part]


class Line(LineView):
    """One row: pieces from the left, pieces at the right edge. The right ones win where both do not fit."""

    DEFAULT_CSS = """
    Line { height: 1; }
    """

    def __init__(self, paint: Paint, id: str | None = None) -> None:
        super().__init__(id=id)
        self.paint = paint
        self._left: Sequence[Piece] = ()
        self._right: Sequence[Piece] = ()
        self._cells: list[Cell] = []
        self._made_for: tuple[int, Bidi] | None = None

    def put(self, left: Sequence[Piece], right: Sequence[Piece] = ()) -> None:
        """Show these pieces; only the span of cells that changed is painted."""
        width = self.size.width
        if (left, right) == (self._left, self._right) and self._made_for == (width, self.paint.bidi):
            return
        self._left, self._right = left, right
        if not self.is_attached or not width:
            return
        before, self._cells = self._cells, self._lay_out(width)
        changed = [
            column for column, (old, new) in enumerate(zip_longest(before, self._cells, fillvalue=None)) if old != new
        ]
        if changed:
            self.refresh(Region(changed[0], 0, changed[-1] + 1 - changed[0], 1))

    def repaint(self) -> None:
        """Draw everything anew: another theme."""
        self.refresh()

    def _lay_out(self, width: int) -> list[Cell]:
        self._made_for = (width, self.paint.bidi)
        right = _cells(self._right, self.paint.bidi)[-width:]
        room = max(0, width - len(right) - (1 if right else 0))
        left = _cells(self._left, self.paint.bidi)
        if len(left) > room:
            left = _cut(self._left, room, self.paint.bidi)
        gap: list[Cell] = [(" ", "text")] * (width - len(left) - len(right))
        return left + gap + right

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.base
        if self._made_for != (width, self.paint.bidi):
            self._cells = self._lay_out(width)
        segments: list[Segment] = []
        text, part = "", None
        for character, look in [*self._cells, ("", None)]:
            if look != part and text:
                segments.append(Segment(text, self._style(base, part)))
                text = ""
            text, part = text + character, look
        return Strip(segments).adjust_cell_length(width, base)

    def _style(self, base: Style, part: Part | None) -> Style:
        return base + self.paint[part] if part is not None and part != "text" else base


def _cells(pieces: Sequence[Piece], bidi: Bidi) -> list[Cell]:
    return [cell for words, part in pieces for cell in _cells_of(shown(words, bidi), part)]


def _cells_of(line: TextLine, part: Part) -> list[Cell]:
    """One entry a cell; a wide letter fills its first, its second holds nothing."""
    cells: list[Cell] = []
    for letter in graphemes(line.text):
        width = cell_len(letter)
        if width == 0 and cells:
            cells[-1] = (cells[-1][0] + letter, part)
        else:
            cells.append((letter, part))
            cells.extend([("", part)] * (width - 1))
    return cells


def _cut(pieces: Sequence[Piece], room: int, bidi: Bidi) -> list[Cell]:
    """As many as fit; the ellipsis stands where the reading of the last one ends."""
    cells: list[Cell] = []
    for words, part in pieces:
        left = room - len(cells)
        if left <= 0:
            break
        whole = _cells_of(shown(words, bidi), part)
        if len(whole) < left:
            cells += whole
            continue
        short = shown(words, bidi, left - 1, NOTHING)
        kept = _cells_of(short, part)[: left - 1]
        cells += [("…", "quiet"), *kept] if short.right else [*kept, ("…", "quiet")]
        break
    return cells
