"""Pieces of text with a look, put together to lines of exactly so many cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.style import Style
from textual.strip import Strip

from agent_tui.domain.frozen import frozen
from agent_tui.domain.text import SafeText, truncate, trusted
from agent_tui.widgets.cells import TextLine, cell_len, shown
from agent_tui.widgets.paint import Paint, Part

NOTHING: SafeText = trusted("")
BLANK: SafeText = trusted(" ")
_SPACES: SafeText = trusted(" " * 1000)


@frozen
class Piece:
    """Words and the part of the screen they are; a `TextLine` is in the order of its cells already."""

    text: SafeText | TextLine
    part: Part = "text"


@frozen
class LinePieces:
    """One line: pieces from its start, pieces that stand at its end. `fill`: the sign drawn in the gap between. `kept`:
    how many of the first pieces stay, in up to half of the line, however much stands at its end."""

    start: tuple[Piece, ...] = ()
    end: tuple[Piece, ...] = ()
    fill: SafeText = BLANK
    fill_part: Part = "text"
    kept: int = 0


def cells(pieces: Iterable[Piece]) -> int:
    """How many cells they take."""
    return sum(_cells(piece) for piece in pieces)


def _cells(piece: Piece) -> int:
    return piece.text.cells if isinstance(piece.text, TextLine) else cell_len(piece.text.drawn())


def spaces(count: int) -> SafeText:
    """So many blanks (`clean_line` would take them for one)."""
    return _SPACES[: max(0, count)]


def blanks(count: int) -> Piece:
    """So many blank cells."""
    return Piece(spaces(count))


def cut(pieces: Sequence[Piece], room: int) -> tuple[Piece, ...]:
    """As many of `pieces` as fit into `room` cells, the last with an ellipsis."""
    kept: list[Piece] = []
    for piece in pieces:
        wide = _cells(piece)
        if wide <= room:
            kept.append(piece)
            room -= wide
            continue
        if room > 0 and not isinstance(piece.text, TextLine):
            short = Piece(truncate(piece.text, room), piece.part)
            if _cells(short) <= room:
                kept.append(short)
        break
    return tuple(kept)


def strip_of(line: LinePieces, width: int, paint: Paint, base: Style) -> Strip:
    """The line in exactly `width` cells. The pieces at its end win where not all fit, but for those that are kept."""
    kept = min(cells(line.start[: line.kept]) + 1, width // 2) if line.kept else 0
    end = cut(line.end, width - kept)
    room = width - cells(end)
    start = cut(line.start, room - 1 if end and cells(line.start) >= room else room)
    gap = max(0, room - cells(start))
    parts: list[tuple[str, Style]] = [(_drawn(piece, paint), _style(paint, base, piece.part)) for piece in start]
    parts.append((_filled(line.fill, gap), _style(paint, base, line.fill_part)))
    parts += [(_drawn(piece, paint), _style(paint, base, piece.part)) for piece in end]
    return paint.strip(parts, width, base)


def _filled(sign: SafeText, gap: int) -> SafeText:
    return NOTHING.join([sign] * gap)


def _drawn(piece: Piece, paint: Paint) -> SafeText:
    return piece.text.text if isinstance(piece.text, TextLine) else shown(piece.text, paint.bidi).text


def _style(paint: Paint, base: Style, part: Part) -> Style:
    return base if part == "text" else base + paint[part]
