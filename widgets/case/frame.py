"""The columns of a timeline and a history: when, who, and what was said or done. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import tzinfo

from agent_tui.domain.frozen import frozen
from agent_tui.domain.text import SafeText, truncate, trusted
from agent_tui.domain.text_visual import Bidi
from agent_tui.domain.time import Ms
from agent_tui.widgets.case.pieces import BLANK, LinePieces, Piece, blanks, cells
from agent_tui.widgets.case.when import clock_time
from agent_tui.widgets.paint import Part
from agent_tui.widgets.text.layout import lay_out

TIME = 6
"""Cells of the time and the blank after it."""
STATE = 5
"""Cells of the delivery state and the blank before it."""
BROAD = 56
"""From this width authors have more room."""
BLANK_PIECE = Piece(BLANK)
UNCUT = trusted("")


@frozen
class Frame:
    """The columns of a timeline `width` cells wide, who orders right-to-left text in them, and whether they
    begin at the right."""

    width: int
    bidi: Bidi
    from_right: bool

    @property
    def author(self) -> int:
        """Cells of the author's column, with the blank after it."""
        return 9 if self.width >= BROAD else 5

    @property
    def body(self) -> int:
        """Cells for what was said."""
        return max(8, self.width - TIME - self.author - STATE)


def wrapped(text: SafeText, frame: Frame, part: Part) -> Iterator[tuple[Piece, ...]]:
    """Words in the column of what was said, as many lines as they need."""
    for line in lay_out(text, frame.body, frame.bidi):
        yield (Piece(line, part),)


def told(at: Ms, who: SafeText, rows: Iterable[tuple[Piece, ...]], frame: Frame, zone: tzinfo) -> Iterator[LinePieces]:
    """Lines about something that a colleague did."""
    short = truncate(who, frame.author - 1, UNCUT if frame.author < 7 else trusted("…"))
    lead = (Piece(clock_time(at, zone), "quiet"), BLANK_PIECE, Piece(short, "quiet"))
    pad = blanks(frame.author - cells((Piece(short),)))
    for place, pieces in enumerate(rows):
        yield LinePieces((*lead, pad, *pieces) if place == 0 else (blanks(TIME + frame.author), *pieces))
