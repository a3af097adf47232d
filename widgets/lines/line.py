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
from agent_tui.widgets.cells import cell_len, shown
from agent_tui.widgets.mirror import turned
from agent_tui.widgets.paint import Paint, Part

Piece = tuple[SafeText, Part]
"""Words and the look they have."""

NOTHING = trusted("")

Drawn = tuple[str, Part]
"""A piece in the order of its cells."""

Cell = tuple[str, Part]


class Line(LineView):
    """One row: pieces from its start, pieces that stand at its end. Those at the end win where not all fit."""

    DEFAULT_CSS = """
    Line { height: 1; }
    """

    def __init__(self, paint: Paint, id: str | None = None) -> None:
        super().__init__(id=id)
        self.paint = paint
        self._start: Sequence[Piece] = ()
        self._end: Sequence[Piece] = ()
        self._cells: list[Cell] = []
        self._made_for: tuple[int, Bidi] | None = None

    def put(self, start: Sequence[Piece], end: Sequence[Piece] = ()) -> None:
        """Show these pieces; only the span of cells that changed is painted."""
        width = self.size.width
        if (start, end) == (self._start, self._end) and self._made_for == (width, self.paint.bidi):
            return
        self._start, self._end = start, end
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
        bidi, from_right = self.paint.bidi, self.paint.from_right
        self._made_for = (width, bidi)
        end = _as_drawn(self._end, bidi)
        room = max(0, width - _wide(end) - (1 if end else 0))
        start = _as_drawn(self._start, bidi)
        if _wide(start) > room:
            start = _cut(self._start, room, bidi, from_right)
        parts = [*start, (" " * max(0, width - _wide(start) - _wide(end)), "text"), *end]
        return _cells(turned(parts))[:width] if from_right else _cells(parts)[-width:]

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


def _as_drawn(pieces: Sequence[Piece], bidi: Bidi) -> list[Drawn]:
    return [(str(shown(words, bidi).text), part) for words, part in pieces]


def _wide(parts: Sequence[Drawn]) -> int:
    return sum(cell_len(text) for text, _ in parts)


def _cut(pieces: Sequence[Piece], room: int, bidi: Bidi, from_right: bool) -> list[Drawn]:
    """As many as fit; the ellipsis stands where the reading of the last one ends."""
    parts: list[Drawn] = []
    for words, part in pieces:
        if room <= 0:
            break
        whole = shown(words, bidi)
        if whole.cells < room:
            parts.append((str(whole.text), part))
            room -= whole.cells
            continue
        number = words.strip(" ").isdigit()  # half a number is another number
        short = shown(NOTHING if number else words, bidi, room - 1, NOTHING)
        kept, mark = (str(short.text), part), ("…", "quiet")
        parts += [mark, kept] if short.right != from_right else [kept, mark]
        break
    return parts


def _cells(parts: Sequence[Drawn]) -> list[Cell]:
    """One entry a cell; a wide letter fills its first, its second holds nothing."""
    cells: list[Cell] = []
    for text, part in parts:
        for letter in graphemes(text):
            width = cell_len(letter)
            if width == 0 and cells:
                cells[-1] = (cells[-1][0] + letter, cells[-1][1])
            else:
                cells.append((letter, part))
                cells.extend([("", part)] * (width - 1))
    return cells
