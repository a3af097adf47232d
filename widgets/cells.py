"""Safe text in terminal cells, as Textual counts them: how a line of it is drawn, and fitted into so many."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from rich.cells import cell_len as rich_cell_len
from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style

from agent_tui.domain.frozen import frozen
from agent_tui.domain.text import SafeText, clean, trusted
from agent_tui.domain.text_visual import Bidi, visual_line

Align = Literal["start", "end"]
"""Of a line that is put together from the left, whichever side it will begin at (`agent_tui.widgets.mirror`)."""
_ELLIPSIS = trusted("…")


@frozen
class TextLine:
    """A line as it is drawn, from the left: `text` takes `cells` cells; `right`: it belongs at the right edge."""

    text: SafeText
    cells: int
    right: bool = False


def cell_len(text: str) -> int:
    """Cells as Textual counts them. Rich takes a text apart by slices, which a SafeText answers with repaired pieces;
    so it gets a plain str."""
    return rich_cell_len(str(text))


def segment(text: str, style: Style) -> Segment:
    """Text of ours or safe text as Rich draws it: a plain str, for the same reason."""
    return Segment(str(text), style)


@lru_cache(maxsize=4096)
def shown(text: SafeText, bidi: Bidi, room: int | None = None, ellipsis: SafeText = _ELLIPSIS) -> TextLine:
    """One line of text as it is drawn, in at most `room` cells; what is too long ends with `ellipsis`. Blanks around it
    are of the line that it is part of: they stay on their side, whichever way the words run."""
    start = len(text) - len(text.lstrip(" "))
    stop = len(text.rstrip(" "))
    before, words, after = text[:start], text[start:stop], text[max(start, stop) :]
    line = visual_line(words, bidi)
    drawn = before + line.text + after
    width = cell_len(drawn)
    if room is not None and width > room:
        drawn = before[: max(0, room)] + visual_line(words, bidi, max(0, room - start), ellipsis).text
        width = cell_len(drawn)
        if width > room:  # where the two tables of widths differ
            cut = clean(set_cell_size(str(drawn), max(0, room)))
            return TextLine(cut, cell_len(cut), line.right)
    return TextLine(drawn, width, line.right)


def in_cells(text: SafeText, bidi: Bidi, room: int | None = None) -> SafeText:
    """One line of text in the order of its cells, in at most `room` of them."""
    return shown(text, bidi, room).text


def fit(text: SafeText, cells: int, bidi: Bidi, align: Align = "start") -> str:
    """`text` in exactly `cells` cells: cut with an ellipsis, or padded."""
    if cells <= 0:
        return ""
    line = shown(text, bidi, cells)
    padding = " " * (cells - line.cells)
    return padding + str(line.text) if align == "end" else str(line.text) + padding
