"""Measuring, truncating and wrapping by cells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import iter_graphemes, wcswidth

from agent_tui.domain.text import SafeText, cell_width, clean, clean_line, truncate, trusted, wrap
from agent_tui.domain.text_cells import NARROW
from agent_tui.domain.text_clean import PLAIN_TEXT
from tests.domain.text_strategies import hostile

ISOLATES = dict.fromkeys(range(0x2066, 0x206A))


def seen(text: str) -> str:
    return text.translate(ISOLATES)


@given(hostile, st.integers(-1, 30))
def test_truncate_never_exceeds_nor_splits(raw: str, cells: int) -> None:
    text = clean(raw)
    short = truncate(text, cells)
    assert isinstance(short, SafeText)
    assert cell_width(short) <= max(cells, 0)
    assert "\n" not in short
    assert clean(short) == short
    whole = list(iter_graphemes(seen(text.split("\n")[0])))
    if short != text and short.endswith("…"):
        kept = list(iter_graphemes(seen(short[:-1])))
        assert kept == whole[: len(kept)]


@given(hostile, st.integers(1, 30))
def test_wrap_never_exceeds_and_loses_only_spaces(raw: str, cells: int) -> None:
    text = clean(raw)
    lines = wrap(text, cells)
    assert lines
    for line in lines:
        assert isinstance(line, SafeText)
        assert cell_width(line) <= cells
        assert "\n" not in line
        assert clean(line) == line
    if cells >= max(map(cell_width, iter_graphemes(seen(text))), default=0):
        assert "".join(map(seen, lines)).replace(" ", "") == seen(text).replace("\n", "").replace(" ", "")


@given(hostile, st.integers(1, 30))
def test_wrap_breaks_between_graphemes(raw: str, cells: int) -> None:
    text = seen(clean_line(raw))
    graphemes = list(iter_graphemes(text))
    if max(map(cell_width, graphemes), default=0) > cells:
        return
    pieces = [g for line in wrap(clean(text), cells) for g in iter_graphemes(line) if g != " "]
    assert pieces == [g for g in graphemes if g != " "]


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("", 0),
        ("abc", 3),
        ("\u05e9\u05b8\u05c1\u05dc\u05d5\u05dd", 4),
        ("\u65e5\u672c", 4),
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467", 2),
        ("ab\n\u65e5\u672c", 4),
        ("a\x1bb", 2),
    ],
)
def test_width(text: str, cells: int) -> None:
    assert cell_width(text) == cells


def test_truncate_at_the_logical_end() -> None:
    assert truncate(clean("abcdef"), 6) == "abcdef"
    assert truncate(clean("abcdef"), 4) == "abc…"
    assert truncate(clean("abc\ndef"), 10) == "abc…"
    assert truncate(clean("\u65e5\u672c\u8a9e"), 4) == "\u65e5…"
    assert truncate(clean("\u05d0\u05d1\u05d2\u05d3"), 3) == "\u05d0\u05d1…"
    assert truncate(clean("\u2067\u05d0\u05d1\u05d2\u2069"), 2) == "\u2067\u05d0…\u2069"
    assert truncate(clean("abcdef"), 4, trusted("...")) == "a..."
    assert truncate(clean("abcdef"), 2, trusted("...")) == "ab"


def test_wrap_keeps_words_and_indents() -> None:
    assert wrap(clean("the quick brown fox"), 10) == ["the quick", "brown fox"]
    assert wrap(clean("  a b\n\nc"), 10) == ["  a b", "", "c"]
    assert wrap(clean("see https://example.com/long"), 10) == ["see", "https://ex", "ample.com/", "long"]
    assert wrap(clean("ab \u65e5\u672c\u8a9e\u65e5"), 6) == ["ab \u65e5", "\u672c\u8a9e\u65e5"]
    assert wrap(clean("\u65e5a"), 1) == ["…", "a"]
    assert wrap(clean("     "), 3) == [""]
    assert wrap(clean("a"), 0) == []


def test_wrap_closes_and_reopens_isolates() -> None:
    assert wrap(clean("\u2067abc def\u2069 x"), 4) == ["\u2067abc\u2069", "\u2067def\u2069", "x"]


def test_what_is_measured_without_tables_is_one_cell_each_and_a_grapheme_by_itself() -> None:
    signs = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000 and NARROW.fullmatch(chr(code))]
    assert len(signs) > 1_000
    assert {sign for sign in signs if wcswidth(sign) != 1} == set()
    assert {sign for sign in signs if not PLAIN_TEXT.fullmatch(sign)} == set()
    assert cell_width("─ Dana · דנה … ▌") == wcswidth("─ Dana · דנה … ▌") == 16
    assert wcswidth("".join(signs)) == len(signs) == len(list(iter_graphemes("".join(signs))))
