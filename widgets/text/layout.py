"""Lays text out in lines of cells. The one place through which all that a customer wrote reaches the screen.

Paragraph by paragraph: wrapped as it is read, then each line put into the order of the cells.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from rich.cells import set_cell_size

from agent_tui.domain.frozen import frozen
from agent_tui.domain.text import SafeText, clean
from agent_tui.domain.text_visual import Bidi, visual_lines
from agent_tui.widgets.cells import TextLine, cell_len


def lay_out(text: SafeText, width: int, bidi: Bidi) -> tuple[TextLine, ...]:
    """`text` in lines of at most `width` cells, as Textual counts them; a paragraph's side is that of its first strong
    letter. At least one line when `width` is above 0."""
    if "\n" not in text:
        return _paragraph(text, width, bidi)
    return tuple(line for paragraph in text.lines() for line in _paragraph(paragraph, width, bidi))


LONG = 2_000
"""Characters. Of paragraphs this long or longer only a few are kept: customers may send half a megabyte in one, and
two thousand of those would fill the machine within a shift."""


def _paragraph(text: SafeText, width: int, bidi: Bidi) -> tuple[TextLine, ...]:
    return _short(text, width, bidi) if len(text) < LONG else _long(text, width, bidi)


@lru_cache(maxsize=2048)
def _short(text: SafeText, width: int, bidi: Bidi) -> tuple[TextLine, ...]:
    return _broken_and_drawn(text, width, bidi)


@lru_cache(maxsize=32)
def _long(text: SafeText, width: int, bidi: Bidi) -> tuple[TextLine, ...]:
    return _broken_and_drawn(text, width, bidi)


def _broken_and_drawn(text: SafeText, width: int, bidi: Bidi) -> tuple[TextLine, ...]:
    for narrower in (0, 1, 2):  # where Textual's table of widths differs from that of wcwidth
        drawn = [(line, cell_len(line.text)) for line in visual_lines(text, max(1, width - narrower), bidi)]
        if all(cells <= width for _, cells in drawn):
            break
    return tuple(_within(TextLine(line.text, cells, line.right), width) for line, cells in drawn)


def _within(line: TextLine, width: int) -> TextLine:
    if line.cells <= width:
        return line
    cut = clean(set_cell_size(str(line.text), width))
    return TextLine(cut, cell_len(cut), line.right)


@frozen
class Span:
    """A line of a text that is being edited: its characters `start`..`stop` of that text, without the line break."""

    start: int
    stop: int


def edit_spans(text: str, width: int) -> tuple[Span, ...]:
    """The lines that an editor of `width` cells shows: every character belongs to one of them, the blank at a break to
    the line it ends. At least one; after a final line break an empty one."""
    spans: list[Span] = []
    start = 0
    for line in text.split("\n"):
        spans.extend(Span(start + a, start + b) for a, b in _broken(line, max(1, width)))
        start += len(line) + 1
    return tuple(spans)


def _broken(line: str, width: int) -> Iterator[tuple[int, int]]:
    """The parts of one line, broken after blanks where that is possible."""
    begin = after_blank = place = 0
    cells = cells_after_blank = 0
    for grapheme in graphemes(line):
        step = cell_len(grapheme)
        if cells + step > width and place > begin:
            if grapheme == " ":  # a blank may hang over the edge
                place += 1
                yield begin, place
                begin = after_blank = place
                cells = cells_after_blank = 0
                continue
            if after_blank > begin:
                yield begin, after_blank
                cells -= cells_after_blank
                begin = after_blank
            else:
                yield begin, place
                begin, cells = place, 0
            cells_after_blank = 0
        place += len(grapheme)
        cells += step
        if grapheme == " ":
            after_blank, cells_after_blank = place, cells
    yield begin, len(line)


def graphemes(text: str) -> Iterator[str]:
    """What a person takes for one letter, one after another (UAX #29)."""
    if text.isascii():
        return iter(text)
    from wcwidth import iter_graphemes  # late: the import takes 10 ms

    return iter_graphemes(text)
