"""A text being written as an editor shows it: its lines, where the caret stands among them, how they are drawn."""

from __future__ import annotations

from itertools import pairwise

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from agent_tui.domain.bidi import base_level
from agent_tui.domain.text import clean
from agent_tui.widgets.cells import cell_len
from agent_tui.widgets.paint import Paint
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

    def put(self, text: str, caret: int | None = None) -> None:
        """Another text, with nothing to undo."""
        self.edit = EditText(text, caret)
        self.top = 0
        self._column = None

    def wrap(self, width: int) -> int:
        """Break into lines for a widget `width` cells wide; how many there are."""
        self._width = max(4, width - EDGE - 1)
        made_of = (self.edit.text, self._width)
        if made_of != self._spans_of:
            self._spans, self._spans_of = edit_spans(*made_of), made_of
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
        span = self._spans[row]
        text = self.edit.text[span.start : span.stop]
        return EDGE + self._shift(text) + cell_len(drawn(text[: self.edit.caret - span.start])), row - self.top

    def put_caret_at(self, column: int, line: int) -> None:
        """The caret to where was clicked."""
        row = line + self.top
        if 0 <= row < len(self._spans):
            span = self._spans[row]
            text = self.edit.text[span.start : span.stop]
            self.edit.put_caret(span.start + _at_cell(text, column - EDGE - self._shift(text)))
            self._column = None

    def move(self, key: str, mark: bool = False) -> bool:
        """Move by a key's name, marking on the way if `mark`; False when it is no key of moving."""
        edit = self.edit
        if key in ("up", "down"):
            self._vertical(1 if key == "down" else -1, mark)
            return True
        steps = {
            "left": edit.left,
            "right": edit.right,
            "ctrl+left": edit.word_left,
            "ctrl+right": edit.word_right,
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
        self.edit.put_caret(span.stop if self._ends_hard(row) else max(span.start, span.stop - 1), mark)

    def _vertical(self, step: int, mark: bool) -> None:
        row = self.row
        span = self._spans[row]
        if self._column is None:
            self._column = cell_len(drawn(self.edit.text[span.start : self.edit.caret]))
        target = row + step
        if 0 <= target < len(self._spans):
            span = self._spans[target]
            place = span.start + _at_cell(self.edit.text[span.start : span.stop], self._column)
            if place == span.stop and not self._ends_hard(target) and place > span.start:
                place -= 1
            self.edit.put_caret(place, mark)

    # -- drawing

    def strip(self, line: int, width: int, paint: Paint, base: Style, ink: Style, *, caret: bool) -> Strip:
        """Line `line` of those seen. `ink`: how the words look; `caret`: whether it is shown."""
        row = line + self.top
        if row >= len(self._spans):
            return Strip.blank(width, base)
        span = self._spans[row]
        text = self.edit.text[span.start : span.stop]
        start, stop = (place - span.start for place in self.edit.marked)
        at = self.edit.caret - span.start if caret and row == self.row else None
        segments = [Segment(" " * (EDGE + self._shift(text)), base)]
        edges = sorted({0, len(text), *(place for place in (start, stop) if 0 <= place <= len(text))})
        for left, right in pairwise(edges):
            look = ink + paint["selection"] if start <= left and right <= stop else ink
            segments += _with_caret(text[left:right], at - left if at is not None else None, look, paint)
        if at is not None and at >= len(text):
            segments.append(Segment(" ", ink + paint["caret"]))
        return Strip(segments).adjust_cell_length(width, base)

    def _shift(self, text: str) -> int:
        """Blank cells before a line that belongs at the right edge."""
        line = clean(text)
        return max(0, self._width - cell_len(line.drawn())) if base_level(line) else 0


def drawn(text: str) -> str:
    """A part of one line as it is drawn; unlike `clean_line` it keeps every blank."""
    return str(clean(text).lines()[0].drawn())


def _with_caret(text: str, caret: int | None, look: Style, paint: Paint) -> list[Segment]:
    if caret is None or not 0 <= caret < len(text):
        return [Segment(drawn(text), look)]
    edit = EditText(text, caret)
    edit.right()
    under = drawn(text[caret : edit.caret]) or " "
    after = Segment(drawn(text[edit.caret :]), look)
    return [Segment(drawn(text[:caret]), look), Segment(under, look + paint["caret"]), after]


def _at_cell(text: str, cell: int) -> int:
    """The place in `text` that lies nearest to `cell`, never inside a grapheme."""
    edit = EditText(text, 0)
    while edit.caret < len(text):
        before = edit.caret
        edit.right()
        if cell_len(drawn(text[: edit.caret])) > cell:
            return before
    return len(text)
