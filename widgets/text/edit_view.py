"""A text being written as an editor shows it: its lines, where the caret stands among them, how they are drawn."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import groupby

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from agent_tui.domain.text_visual import Bidi
from agent_tui.widgets.paint import Paint
from agent_tui.widgets.text.edit_row import EditRow, Letter, drawn, edit_row
from agent_tui.widgets.text.editing import EditText
from agent_tui.widgets.text.layout import Span, edit_spans

EDGE = 1
"""Blank cells at the left; at the right one where a blank that ends a line may hang."""


class EditView:
    """`edit` in lines of a width, of which `shown` are seen from `top` on. Call `fit` after each change."""

    def __init__(self) -> None:
        self.edit = EditText()
        self.top = 0
        self.shown = 1
        self._width = 4
        self._spans: tuple[Span, ...] = (Span(0, 0),)
        self._spans_of: tuple[str, int] | None = None
        self._column: int | None = None
        self._bidi: Bidi = "visual"
        self._rows: dict[tuple[int, Bidi], EditRow] = {}
        self._rows_of = ""

    def put(self, text: str, caret: int | None = None) -> None:
        """Another text, with nothing to undo."""
        self.edit = EditText(text, caret)
        self.top = 0
        self._column = None

    def wrap(self, width: int, bidi: Bidi = "visual") -> int:
        """Break into lines for a widget `width` cells wide; how many there are."""
        self._width = max(4, width - EDGE - 1)
        self._bidi = bidi
        made_of = (self.edit.text, self._width)
        if made_of != self._spans_of:
            self._spans, self._spans_of = edit_spans(*made_of), made_of
            self._rows = {}
        return len(self._spans)

    def fit(self, shown: int) -> None:
        """`shown` lines are seen, the caret's among them."""
        self.shown = max(1, shown)
        row = self.row
        self.top = max(0, min(self.top, row, len(self._spans) - self.shown))
        if row >= self.top + self.shown:
            self.top = row - self.shown + 1

    # -- the caret among lines

    @property
    def row(self) -> int:
        """The line on which the caret stands."""
        caret, last = self.edit.caret, 0
        for row, span in enumerate(self._spans):
            if span.start > caret:
                break
            last = row
            if caret < span.stop or (caret == span.stop and self._ends_hard(row)):
                break
        return last

    @property
    def caret_cell(self) -> tuple[int, int]:
        """(column, line of the widget) of the caret."""
        row = self.row
        return self._column_of(row, self.edit.caret), row - self.top

    def put_caret_at(self, column: int, line: int, mark: bool = False) -> None:
        """The caret to where the mouse is; `mark`: what it was drawn over is marked. Beyond the first and the last
        line of the text the nearest one counts."""
        row = max(0, min(line + self.top, len(self._spans) - 1))
        self.edit.put_caret(self._place_at(row, column), mark)
        self._column = None

    def _row(self, row: int) -> EditRow:
        span, text = self._spans[row], self.edit.text
        kept = self._rows.get((row, self._bidi)) if text is self._rows_of else None
        if kept is None:
            if text is not self._rows_of:
                self._rows, self._rows_of = {}, text
            begin = text.rfind("\n", 0, span.start) + 1
            end = text.find("\n", span.start)
            paragraph = text[begin : end if end >= 0 else len(text)]
            kept = edit_row(paragraph, span.start - begin, span.stop - begin, self._bidi)
            self._rows[row, self._bidi] = kept
        return kept

    def _left_edge(self, line: EditRow) -> int:
        """The column of a line's first cell; a blank that ends a line from the right hangs over the left edge."""
        return EDGE + self._width - line.cells if line.right else EDGE

    def _column_of(self, row: int, place: int) -> int:
        line = self._row(row)
        return max(0, self._left_edge(line) + line.cell_of(place - self._spans[row].start))

    def _place_at(self, row: int, column: int) -> int:
        """The place at a column of a line; its end only where it ends hard, else its last letter."""
        span, line = self._spans[row], self._row(row)
        place = span.start + line.place_at(column - self._left_edge(line))
        if place == span.stop and place > span.start and not self._ends_hard(row):
            place = span.start + line.last
        return place

    def move(self, key: str, mark: bool = False) -> bool:
        """Move by a key's name, marking on the way if `mark`; False when it is no key of moving."""
        edit = self.edit
        if key in ("up", "down"):
            self._vertical(1 if key == "down" else -1, mark)
            return True
        from_right = self._row(self.row).right
        steps: dict[str, Callable[[bool], None]] = {
            "left": partial(self._step, -1),
            "right": partial(self._step, 1),
            "ctrl+left": edit.word_right if from_right else edit.word_left,
            "ctrl+right": edit.word_left if from_right else edit.word_right,
            "home": self._line_start,
            "end": self._line_end,
        }
        self._column = None
        if key in steps:
            steps[key](mark)
        elif key in ("ctrl+home", "ctrl+end"):
            edit.put_caret(0 if key == "ctrl+home" else len(edit.text), mark)
        else:
            return False
        return True

    def _ends_hard(self, row: int) -> bool:
        """Whether the line ends with the text or a line break, not where it was only too long."""
        return row + 1 >= len(self._spans) or self._spans[row + 1].start > self._spans[row].stop

    def _line_start(self, mark: bool) -> None:
        self.edit.put_caret(self._spans[self.row].start, mark)

    def _line_end(self, mark: bool) -> None:
        row = self.row
        span = self._spans[row]
        self.edit.put_caret(span.stop if self._ends_hard(row) else span.start + self._row(row).last, mark)

    def _step(self, step: int, mark: bool) -> None:
        """One letter to the right (`step` 1) or the left (-1) on the screen; past a line's edge to the line that is
        read before or after it."""
        edit, row = self.edit, self.row
        line, span = self._row(row), self._spans[row]
        onward = (step > 0) is not line.right
        if edit.caret != edit.anchor and not mark:
            edit.put_caret(edit.marked[1] if onward else edit.marked[0])
            return
        beside = line.beside(edit.caret - span.start, step)
        if beside is not None and (beside < line.length or self._ends_hard(row)):
            edit.put_caret(span.start + beside, mark)
        elif onward and row + 1 < len(self._spans):
            edit.put_caret(self._spans[row + 1].start, mark)
        elif not onward and row:
            before = self._spans[row - 1]
            edit.put_caret(before.stop, mark)
            if not self._ends_hard(row - 1):
                edit.left(mark)

    def _vertical(self, step: int, mark: bool) -> None:
        row = self.row
        if self._column is None:
            self._column = self._column_of(row, self.edit.caret)
        target = row + step
        if 0 <= target < len(self._spans):
            self.edit.put_caret(self._place_at(target, self._column), mark)

    # -- drawing

    def strip(self, line: int, width: int, paint: Paint, base: Style, ink: Style, *, caret: bool) -> Strip:
        """Line `line` of those seen. `ink`: how the words look; `caret`: whether it is shown."""
        row = line + self.top
        if row >= len(self._spans):
            return Strip.blank(width, base)
        shown, begin = self._row(row), self._spans[row].start
        start, stop = (place - begin for place in self.edit.marked)
        at = self.edit.caret - begin if caret and row == self.row else None
        left = self._left_edge(shown)
        beside = Segment(" ", ink + paint["caret"]) if at is not None and at >= shown.length else None
        segments = [Segment(" " * (left - 1 if beside is not None and shown.right else left), base)]
        if beside is not None and shown.right:
            segments.append(beside)
        for look, run in groupby(shown.drawn, lambda pair: _look(pair[0], start, stop, at)):
            style = ink + paint[look] if look else ink
            segments.append(Segment(drawn("".join([sign for _, sign in run])), style))
        if beside is not None and not shown.right:
            segments.append(beside)
        return Strip(segments).adjust_cell_length(width, base)


def _look(letter: Letter, start: int, stop: int, caret: int | None) -> str:
    if caret is not None and letter.start <= caret < letter.stop:
        return "caret"
    return "selection" if start <= letter.start and letter.stop <= stop and start < stop else ""
