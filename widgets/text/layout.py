"""Lays text out in lines of cells. The one place through which all that a customer wrote reaches the screen.

Right-to-left text is set to the right here; the order of its letters within a line is still the logical one.
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import set_cell_size

from agent_tui.domain.frozen import frozen
from agent_tui.domain.text import SafeText, clean_line, wrap
from agent_tui.widgets.cells import cell_len, reads_from_right


@frozen
class TextLine:
    """A line as it is drawn: `text` takes `cells` cells; `right`: it belongs at the right edge."""

    text: SafeText
    cells: int
    right: bool = False


def lay_out(text: SafeText, width: int) -> tuple[TextLine, ...]:
    """`text` in lines of at most `width` cells, as Textual counts them; a paragraph's side is that of its first strong
    letter. At least one line when `width` is above 0."""
    lines: list[TextLine] = []
    for paragraph in text.lines():
        right = reads_from_right(paragraph)
        for piece in wrap(paragraph, width):
            drawn = piece.drawn()
            cells = cell_len(drawn)
            if cells > width:  # where the two tables of widths differ
                drawn = clean_line(set_cell_size(str(drawn), width))
                cells = cell_len(drawn)
            lines.append(TextLine(drawn, cells, right))
    return tuple(lines)


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
