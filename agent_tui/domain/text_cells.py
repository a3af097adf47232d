"""Measures, truncates and wraps text in terminal cells, never splitting a grapheme (UAX #29, widths by wcwidth)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from agent_tui.domain import text_tables as tables
from agent_tui.domain.text_clean import PLAIN_TEXT
from agent_tui.domain.text_isolates import ISOLATES, open_isolates
from agent_tui.domain.text_safe import SafeText, repair, seal

ELLIPSIS: Final = seal("…")
NARROW: Final = re.compile(f"[{tables.char_class(tables.NARROW)}]*")
_WORDS: Final = re.compile(" +|[^ ]+")


def cell_width(text: str) -> int:
    """Cells that `text` takes; of several lines the widest. Controls other than a line feed count as nothing."""
    if text.isascii() and text.isprintable():
        return len(text)
    return max(map(_line_width, text.split("\n"))) if "\n" in text else _line_width(text)


def truncate(text: SafeText, cells: int, ellipsis: SafeText = ELLIPSIS) -> SafeText:
    """The first line of `text` in at most `cells` cells; `ellipsis` at its logical end when something was cut: inside
    the isolate that was cut, where the words it stands for would be read.

    An ellipsis that does not fit is left out. Nothing fits into no cells.
    """
    if cells <= 0:
        return seal("")
    first, more, _ = text.partition("\n")
    if not more and _fits(first, cells):
        return text
    mark = ellipsis if cell_width(ellipsis) <= cells else seal("")
    room = cells - cell_width(mark)
    if first.isascii():
        return seal(first[:room] + mark)
    kept: list[str] = []
    for grapheme in graphemes(first):
        room -= cell_width(grapheme)
        if room < 0:
            break
        kept.append(grapheme)
    short = seal(repair("".join(kept) + mark))
    while kept and cell_width(short) > cells:  # see _split_odd
        kept.pop()
        short = seal(repair("".join(kept) + mark))
    return short


def wrap(text: SafeText, cells: int) -> list[SafeText]:
    """Lines of at most `cells` cells, broken at spaces, inside words only where a word is longer than a line.

    The spaces at a break go; those at the start of a line of `text` stay. Isolates open at a break are closed and
    opened again. A grapheme wider than a line shows as "…". At least one line, but none for `cells` below 1.
    """
    if cells < 1:
        return []
    wrapped: list[SafeText] = []
    for line in text.split("\n"):
        if _fits(line, cells):
            wrapped.append(seal(line))
        else:
            pieces = [narrowed(line[start:stop], cells) for start, stop in wrapped_places(line, cells)]
            wrapped.extend(_resealed(pieces, line))
    return wrapped


def wrapped_places(line: str, cells: int) -> list[tuple[int, int]]:
    """Where the lines that `wrap` makes of one line of at least one cell begin and end in it."""
    if _fits(line, cells):
        return [(0, len(line))]
    lines: list[tuple[int, int]] = []
    begin = end = place = blanks = width = 0  # the line being filled, and the spaces that stand behind it

    def end_line() -> None:
        if end > begin:
            fits = _fits(line[begin:end], cells)
            lines.extend([(begin, end)] if fits else _split_odd(line, begin, end, cells))

    for word in _words(line):
        start, place = place, place + len(word)
        if word.startswith(" ") and not word.strip(" "):
            blanks = len(word)
            continue
        wide = cell_width(word)
        if width + blanks + wide <= cells:
            if end == begin:
                begin = start - blanks
            end, width = place, width + blanks + wide
        elif wide <= cells and wide <= len(word):
            end_line()
            begin, end, width = start, place, wide
        else:
            # Scripts of wide characters have no spaces and break anywhere; other long words begin a line.
            if wide > len(word) and width + blanks < cells:
                if end == begin:
                    begin = start - blanks
                width += blanks
            else:
                end_line()
                begin, width = start, 0
            end = start
            for grapheme in graphemes(word):
                step = cell_width(grapheme)
                if step > cells:
                    step = 1  # see narrowed
                if width + step > cells:
                    end_line()
                    begin, width = end, 0
                end += len(grapheme)
                width += step
        blanks = 0
    end_line()
    return lines or [(0, 0)]


def narrowed(piece: str, cells: int) -> str:
    """A line that `wrapped_places` found, with "…" for each grapheme that is wider than a line."""
    if _fits(piece, cells):
        return piece
    return "".join(grapheme if _fits(grapheme, cells) else ELLIPSIS for grapheme in graphemes(piece))


def _fits(line: str, cells: int) -> bool:
    return len(line) <= cells if line.isascii() else cell_width(line) <= cells


def _split_odd(line: str, begin: int, end: int, cells: int) -> Iterator[tuple[int, int]]:
    """Split a piece that is wider than its graphemes are together.

    wcwidth lets a few signs (such as a spacing mark after a lone final jamo) widen by what stands before them.
    """
    start, kept = begin, ""
    for grapheme in graphemes(line[begin:end]):
        if kept and not _fits(kept + grapheme, cells):
            yield start, begin
            start, kept = begin, ""
        begin += len(grapheme)
        kept += grapheme if _fits(grapheme, cells) else ELLIPSIS
    yield start, begin


def _words(line: str) -> Iterator[str]:
    """Words and runs of spaces in turn; a space that carries a mark belongs to a word."""
    if line.isascii() or PLAIN_TEXT.fullmatch(line):
        yield from _WORDS.findall(line)
        return
    word: list[str] = []
    for grapheme in graphemes(line):
        if word and (grapheme == " ") != (word[-1] == " "):
            yield "".join(word)
            word = []
        word.append(grapheme)
    yield "".join(word)


def _resealed(pieces: list[str], line: str) -> Iterator[SafeText]:
    if not ISOLATES.search(line):
        yield from map(repair, pieces)
        return
    opened = ""
    for piece in pieces:
        piece = opened + piece
        opened = open_isolates(piece)
        yield repair(piece)


def graphemes(text: str) -> Iterator[str]:
    """What a person takes for one letter, one after another (UAX #29)."""
    if text.isascii() or PLAIN_TEXT.fullmatch(text):
        return iter(text)
    from wcwidth import iter_graphemes  # late: the import takes 10 ms

    return iter_graphemes(text)


@lru_cache(maxsize=4096)
def _line_width(line: str) -> int:
    if NARROW.fullmatch(line):
        return len(line)
    from wcwidth import wcswidth  # late: see `graphemes`

    width = wcswidth(line)
    # -1: a control character stands in it, which no safe text has.
    return width if width >= 0 else sum(max(0, wcswidth(char)) for char in line)
