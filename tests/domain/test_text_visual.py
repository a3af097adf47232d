"""Lines in the order of the cells. Texts stand as escapes here, since an editor would put them in order itself."""

from __future__ import annotations

from collections import Counter
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import iter_graphemes

from agent_tui.domain.bidi_classes import mirrored
from agent_tui.domain.text import CustomerText, SafeText, cell_width, clean, clean_line, compose, listed
from agent_tui.domain.text_visual import Bidi, visual_line, visual_lines
from tests.domain.text_strategies import hostile

ABC = "\u05d0\u05d1\u05d2"
CBA = ABC[::-1]
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
FLAG = "\U0001f1ee\U0001f1f1"
THUMB = "\U0001f44d\U0001f3fd"
STEERING = set("\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
scripts = st.text(
    st.sampled_from(
        f"{ABC}\u05e9\u05c1\u05b8\u0628\u0627\u064e\u0661\u0e01\u0e33\u0e49\u0915\u094d\u0937\u093f\u4e2d\u65e5\uac00"
        "abc 12()[]<.,+-:/@#\u2067\u2066\u2068\u2069\U0001f44d\U0001f3fd\U0001f1ee\U0001f1f1\u2764\ufe0f"
    ),
    max_size=80,
)


@pytest.mark.parametrize(
    ("raw", "drawn", "right"),
    [
        (f"{ABC}.", f".{CBA}", True),
        (f"Dana {ABC}.", f"Dana {CBA}.", False),
        (f"{ABC} (a)", f"(a) {CBA}", True),
        (f"({ABC})", f"({CBA})", True),
        (f"{ABC} +972-54-333-1234 {ABC}", f"{CBA} +972-54-333-1234 {CBA}", True),
        (f"{ABC} *6050", f"*6050 {CBA}", True),
        (f"{ABC} 054 333 1234", f"054 333 1234 {CBA}", True),
        (f"{ABC} dana@example.co.il, {ABC}", f"{CBA} ,dana@example.co.il {CBA}", True),
        (f"{ABC} https://a.example/b?c=1.", f".https://a.example/b?c=1 {CBA}", True),
        (f"{ABC} 1234-AB {ABC}", f"{CBA} 1234-AB {CBA}", True),
        (f"call {ABC} 054-333-1234 now", f"call {CBA} 054-333-1234 now", False),
        ("\u05e9\u05c1\u05b8\u05dc", "\u05dc\u05e9\u05c1\u05b8", True),
        (f"{ABC} {FAMILY}{FLAG}{THUMB}", f"{THUMB}{FLAG}{FAMILY} {CBA}", True),
        (f"{ABC}\u200e!", f"!{CBA}", True),
        (f"\u2067{ABC} 1-a\u2069 b-2 {ABC}", f"1-a {CBA} b-2 {CBA}", False),
        (f"\u2067{ABC} a\u2069 b", f"a {CBA} b", False),
        ("\u0627\u0628 12/5", "12/5 \u0628\u0627", True),
        ("12 + 5 =", "12 + 5 =", False),
    ],
)
def test_a_line_is_drawn_as_it_reads(raw: str, drawn: str, right: bool) -> None:
    line = visual_line(clean_line(raw), "visual")
    assert (line.text, line.right) == (drawn, right)


def test_a_mark_of_direction_steers_and_is_not_drawn() -> None:
    """Without the mark the sign would stand at the other side."""
    (line,) = visual_lines(CustomerText(f"say {ABC}!\u200f now").safe, 40, "visual")
    assert line.text == f"say !{CBA} now"
    (line,) = visual_lines(CustomerText(f"say {ABC}! now").safe, 40, "visual")
    assert line.text == f"say {CBA}! now"


def test_the_ellipsis_stands_where_the_reading_ends() -> None:
    assert visual_line(clean_line(f"{ABC} {ABC} {ABC}"), "visual", 6).text == f"…\u05d0 {CBA}"
    assert visual_line(clean_line(f"Re: {ABC} {ABC}"), "visual", 7).text == "Re: \u05d1\u05d0…"
    assert visual_line(clean_line(f"12. 34 {ABC}"), "visual", 5).right, "the side is that of the whole text"


def test_levels_are_those_of_the_paragraph_not_of_the_line() -> None:
    """The comma ends the first line between two Hebrew words of an English paragraph: it goes with them."""
    lines = visual_lines(clean(f"say {ABC}, {ABC} now"), 9, "visual")
    assert [line.text for line in lines] == [f"say ,{CBA}", f"{CBA} now"]


def test_each_paragraph_has_its_own_side() -> None:
    text = clean(f"{ABC} one\nthe {ABC}")
    assert [line.right for paragraph in text.lines() for line in visual_lines(paragraph, 20, "visual")] == [True, False]


def test_a_terminal_that_reorders_is_sent_what_it_will_show_right() -> None:
    """Words as they are read, in the order in which they stand from the left."""
    assert visual_line(clean_line(f"{ABC} (a)!"), "terminal").text == f"!(a) {ABC}"
    assert visual_line(clean_line(f"a {ABC} {ABC} b"), "terminal").text == f"a {ABC} {ABC} b"
    assert visual_line(clean_line(f"{ABC} {ABC}"), "terminal").right


def test_off_draws_as_it_is_stored() -> None:
    line = visual_line(clean_line(f"{ABC} (a)\u2067{ABC}\u2069"), "off")
    assert (line.text, line.right) == (f"{ABC} (a){ABC}", False)


def test_what_is_filled_in_steers_nothing_around_it() -> None:
    name = clean_line(f"{ABC} 5")
    assert visual_line(compose("{name} 12 left", name=name), "visual").text == f"5 {CBA} 12 left"
    assert visual_line(listed(" · ", [clean_line(ABC), clean_line("x"), clean_line(ABC)]), "visual").text == (
        f"{CBA} · x · {CBA}"
    )
    assert compose("{name} left", name=clean_line("Dana")) == "Dana left"


@given(st.one_of(hostile, scripts), st.integers(1, 40), st.sampled_from(get_args(Bidi)))
def test_lines_hold_their_width_and_every_letter(raw: str, cells: int, bidi: Bidi) -> None:
    text = clean(raw)
    for paragraph in text.lines():
        lines = visual_lines(paragraph, cells, bidi)
        assert lines
        for line in lines:
            assert isinstance(line.text, SafeText)
            assert not STEERING & set(line.text)
            assert cell_width(line.text) <= cells
        if cells >= max(map(cell_width, iter_graphemes(paragraph)), default=0):
            drawn = Counter(sign for line in lines for sign in map(alike, line.text))
            assert drawn - NOTHING == Counter(map(alike, paragraph.drawn())) - NOTHING


NOTHING = Counter({"": 10**6})


def alike(sign: str) -> str:
    """A sign and its mirror are one here; blanks, which a break takes away, and joiners, which go with them, none; nor
    the circle under a mark whose base went."""
    return "" if sign in " \u200c\u200d\u25cc" else min(sign, mirrored(sign))


@given(scripts, st.integers(4, 40))
def test_no_grapheme_is_split_nor_lost(raw: str, cells: int) -> None:
    """Hebrew, Arabic, Thai, Devanagari, CJK, niqqud, emoji: each grapheme is drawn whole."""
    for paragraph in clean(raw).lines():
        drawn = "\n".join(line.text for line in visual_lines(paragraph, cells, "visual"))
        plain = "".join(map(alike_or_itself, drawn))
        for letter, count in Counter(iter_graphemes(paragraph.drawn())).items():
            if not letter.startswith(" "):
                assert plain.count("".join(map(alike_or_itself, letter))) >= count


def alike_or_itself(sign: str) -> str:
    return alike(sign) or sign


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("\u05d4\u05d6\u05de\u05e0\u05d4 (order #4471)", "(order #4471) \u05d4\u05e0\u05de\u05d6\u05d4"),
        ("\u05e7\u05e0\u05d9\u05ea\u05d9 T-shirt XL", "T-shirt XL \u05d9\u05ea\u05d9\u05e0\u05e7"),
        ("\u05d0\u05dc Dana d@x.example.", ".Dana d@x.example \u05dc\u05d0"),
        ("\u05d0\u05dc @nofar \u05d0\u05d5 #sale!", "!#sale \u05d5\u05d0 @nofar \u05dc\u05d0"),
        ("\u05d0\u05d9\u05df: ^T", "^T :\u05df\u05d9\u05d0"),
        ("\u05d0 d@x.example \u05d1 +972-54-1234567", "+972-54-1234567 \u05d1 d@x.example \u05d0"),
    ],
)
def test_what_is_whole_stays_in_the_phrase_it_stands_in(text: str, drawn: str) -> None:
    assert visual_line(clean(text), "visual").text == drawn


def test_a_name_that_is_cut_shows_it_where_its_reading_ends() -> None:
    row = clean("\u05d0\u05e0\u05d7\u05e0\u05d5: \u2068Forty chairs\u2069")
    assert visual_line(row, "visual", 15).text == "Forty c\u2026 :\u05d5\u05e0\u05d7\u05e0\u05d0"
