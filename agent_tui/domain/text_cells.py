"""Measures, truncates and wraps text in terminal cells, never splitting a grapheme (UAX #29, widths by wcwidth)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from agent_tui.domain.text_clean import PLAIN_TEXT
from agent_tui.domain.text_isolates import ISOLATES, open_isolates
from agent_tui.domain.text_safe import SafeText, repair, seal

_ELLIPSIS: Final = seal("…")
_WORDS: Final = re.compile(" +|[^ ]+")


def cell_width(text: str) -> int:
    """Cells that `text` takes; of several lines the widest. Controls other than a line feed count as nothing."""
    if text.isascii() and text.isprintable():
        return len(text)
    return max(map(_line_width, text.split("\n"))) if "\n" in text else _line_width(text)


def truncate(text: SafeText, cells: int, ellipsis: SafeText = _ELLIPSIS) -> SafeText:
    """The first line of `text` in at most `cells` cells; `ellipsis` at its logical end when something was cut.

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
    for grapheme in _graphemes(first):
        room -= cell_width(grapheme)
        if room < 0:
            break
        kept.append(grapheme)
    short = seal(repair("".join(kept)) + mark)
    while kept and cell_width(short) > cells:  # see _split_odd
        kept.pop()
        short = seal(repair("".join(kept)) + mark)
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
            wrapped.extend(_resealed(_wrap_line(line, cells), line))
    return wrapped


def _fits(line: str, cells: int) -> bool:
    return len(line) <= cells if line.isascii() else cell_width(line) <= cells


def _wrap_line(line: str, cells: int) -> list[str]:
    lines: list[str] = []
    current: list[str] = []
    width = 0
    spaces = ""

    def end_line() -> None:
        nonlocal current, width
        piece = "".join(current)
        if current:
            lines.extend([piece] if _fits(piece, cells) else _split_odd(piece, cells))
        current, width = [], 0

    for word in _words(line):
        if word.startswith(" ") and not word.strip(" "):
            spaces = word
            continue
        wide = cell_width(word)
        if width + len(spaces) + wide <= cells:
            current += (spaces, word)
            width += len(spaces) + wide
        elif wide <= cells and wide <= len(word):
            end_line()
            current, width = [word], wide
        else:
            # Scripts of wide characters have no spaces and break anywhere; other long words begin a line.
            if wide > len(word) and width + len(spaces) < cells:
                current.append(spaces)
                width += len(spaces)
            else:
                end_line()
            for grapheme in _graphemes(word):
                step = cell_width(grapheme)
                if step > cells:
                    grapheme, step = _ELLIPSIS, 1
                if width + step > cells:
                    end_line()
                current.append(grapheme)
                width += step
        spaces = ""
    end_line()
    return lines or [""]


def _split_odd(piece: str, cells: int) -> Iterator[str]:
    """Split a piece that is wider than its graphemes are together.

    wcwidth lets a few signs (such as a spacing mark after a lone final jamo) widen by what stands before them.
    """
    kept = ""
    for grapheme in _graphemes(piece):
        if kept and not _fits(kept + grapheme, cells):
            yield kept
            kept = ""
        kept += grapheme if _fits(grapheme, cells) else _ELLIPSIS
    yield kept


def _words(line: str) -> Iterator[str]:
    """Words and runs of spaces in turn; a space that carries a mark belongs to a word."""
    if line.isascii() or PLAIN_TEXT.fullmatch(line):
        yield from _WORDS.findall(line)
        return
    word: list[str] = []
    for grapheme in _graphemes(line):
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


def _graphemes(text: str) -> Iterator[str]:
    if text.isascii() or PLAIN_TEXT.fullmatch(text):
        return iter(text)
    from wcwidth import iter_graphemes  # late: the import takes 10 ms

    return iter_graphemes(text)


@lru_cache(maxsize=4096)
def _line_width(line: str) -> int:
    from wcwidth import wcswidth

    width = wcswidth(line)
    # -1: a control character stands in it, which no safe text has.
    return width if width >= 0 else sum(max(0, wcswidth(char)) for char in line)
