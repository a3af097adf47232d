"""The rules for hostile text: what may and what may not come out of cleaning."""

import json
import os
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import iter_graphemes

from agent_tui.domain.text import CustomerText, SafeText, clean, clean_line
from tests.domain.text_strategies import hostile

# No control but the line feed, no embedding or override, no mark of direction, no unseen character.
FORBIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2065\u206a-\u206f\u3164\ufeff"
    "\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff\U000e0100-\U000e01ef\U000f0000-\U0010ffff]"
)
POP = "\u2069"


def assert_safe(text: str) -> None:
    assert not FORBIDDEN.search(text)
    for line in text.split("\n"):
        depth = 0
        for char in line:
            if "\u2066" <= char <= "\u2068":
                depth += 1
            elif char == POP:
                depth -= 1
            assert 0 <= depth <= 4
        assert depth == 0
        assert not line or not unicodedata.category(line[0]).startswith("M")
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.category(char).startswith("M") else 0
        assert marks <= 4
    assert max(map(len, iter_graphemes(text)), default=0) <= 24


@given(hostile)
def test_cleaning_is_safe_and_idempotent(raw: str) -> None:
    text = clean(raw)
    assert isinstance(text, SafeText)
    assert_safe(text)
    assert clean(text) == text


@given(hostile)
def test_one_line_is_safe_and_idempotent(raw: str) -> None:
    text = clean_line(raw)
    assert "\n" not in text
    assert text == text.strip()
    assert_safe(text)
    assert clean_line(text) == text
    assert clean(text) == text


@given(hostile, st.integers(0, 200), st.integers(0, 200))
def test_length_is_bounded_and_bounding_is_idempotent(raw: str, max_chars: int, max_line: int) -> None:
    text = clean(raw, max_chars=max_chars, max_line=max_line)
    assert len(text) <= max(max_chars, 64)
    assert max(map(len, text.split("\n"))) <= max(max_line, 64)
    assert_safe(text)
    assert clean(text, max_chars=max_chars, max_line=max_line) == text
    line = clean_line(raw, max_chars=max_chars)
    assert len(line) <= max(max_chars, 64)
    assert clean_line(line, max_chars=max_chars) == line


@given(hostile)
def test_kept_direction_marks_are_idempotent_and_differ_in_nothing_else_unsafe(raw: str) -> None:
    text = clean(raw, keep_marks=True)
    assert clean(text, keep_marks=True) == text
    assert_safe(re.sub("[\u061c\u200e\u200f]", "", text).replace("\u2066\u2069", ""))


@given(
    st.text(
        st.characters(categories=["Lu", "Ll", "Lo", "Nd", "Po", "Zs"], exclude_characters="\u115f\u1160\u3164\uffa0")
    )
)
def test_letters_digits_and_punctuation_survive(raw: str) -> None:
    graphemes = max(map(len, iter_graphemes(raw)), default=0)
    if graphemes <= 24:
        assert clean(raw) == raw


_WORDS = st.sampled_from(
    [
        "שָׁלוֹם",
        "עֲלֵיכֶם",
        "مَرْحَبًا",
        "می\u200cخواهم",
        "สวัสดี",
        "น้ำ",
        "नमस्ते",
        "क्षेत्र",
        "包裹",
        "こんにちは",
        "한국어",
        "👨\u200d👩\u200d👧",
        "👍🏽",
        "🇮🇱",
        "❤️",
        "1️⃣",
        "🏳️\u200d🌈",
    ]
)
_NOISE = st.sampled_from(
    ["\x1b[2J", "\x9b", "\u202e", "\u2066", "\u2069", "\u200b", "\u200f", "\ufeff", "\ue000", "\r", "\U000e0041"]
)


@given(st.lists(_WORDS | _NOISE, max_size=40))
def test_words_of_all_scripts_survive_among_noise(parts: list[str]) -> None:
    """Letters, points, marks and emoji sequences stand as they were, whatever is strewn between them."""
    raw = " ".join(parts)
    kept = clean(raw)
    at = 0
    for word in parts:
        if word[0].isalnum() or (len(word) > 1 and word[0] > "\u2000" and not word.startswith("\u202e")):
            at = kept.index(word, at) + len(word)
    assert len(kept) <= 4 * len(raw) + 64


@given(hostile)
def test_what_is_drawn_and_what_is_asked_for_never_raise_and_are_bounded(raw: str) -> None:
    text = CustomerText(raw)
    for shown in (text.safe, text.safe_line, text.with_cards):
        # marks of direction steer the layout of a message, which takes them out: agent_tui.domain.text_visual
        assert_safe(clean(shown) if shown is not text.safe_line else shown)
        assert not FORBIDDEN.search(shown.drawn())
        assert len(shown) <= 4 * len(raw) + 64
    assert text.altered in (True, False)


@pytest.mark.parametrize(
    "text",
    [
        "\u05e9\u05b8\u05c1\u05dc\u05d5\u05b9\u05dd",  # Hebrew with points
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian with a needed ZWNJ
        "\u0643\u064e\u062a\u064e\u0628\u064e",  # Arabic with vowels
        "\u0e20\u0e32\u0e29\u0e32\u0e44\u0e17\u0e22 \u0e19\u0e49\u0e33",  # Thai
        "\u0939\u093f\u0928\u094d\u0926\u0940 \u0915\u094d\u200d\u0937",  # Devanagari with a ZWJ
        "\u65e5\u672c\u8a9e \ud55c\uad6d\uc5b4 \u1112\u1161\u11ab",  # CJK and conjoining jamo
        "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",  # a family
        "\U0001f3f3\ufe0f\u200d\U0001f308 \U0001f44d\U0001f3fd \U0001f469\U0001f3fd\u200d\U0001f680",
        "\U0001f1ee\U0001f1f1 1\ufe0f\u20e3 #\ufe0f\u20e3 \u2764\ufe0f",  # a flag, keycaps, a red heart
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",  # England
        "order [A-17] [b] \\[bold] \u20aa1,000",
        "\u2067\u05e9\u05dc\u05d5\u05dd \u2066abc\u2069\u2069",
        "line one\n\n  line two",
    ],
)
def test_honest_text_is_unchanged(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("\x1b[2J", "\u241b[2J"),
        ("a\x7fb\x00", "a\u2421b\u2400"),
        ("\x9b31m", "\\x9b31m"),
        ("a\r\nb\rc\vd\fe\x85f\u2028g\u2029h", "a\nb\nc\nd\ne\nf\ng\nh"),
        ("a\x1cb", "a\u241cb"),
        ("a\tb", "a    b"),
        ("\ue000\ud800\ufdd0\U0010ffff", "\ufffd" * 4),
        ("\u202e000,1\u202c", "000,1"),
        ("\u2067 a\nb", "\u2067 a\u2069\nb"),
        ("\u2069x\u2069", "x"),
        ("\u2067" * 9 + "x", "\u2067" * 4 + "x" + POP * 4),
        ("a\u200db\u200cc\ufe0f", "abc"),
        ("h" + "\u0301" * 300 + "i", "h" + "\u0301" * 4 + "i"),
        ("\u0301abc\n\u0301", "\u25cc\u0301abc\n\u25cc\u0301"),
        ("x\U000e0068\U000e0069", "x"),
        ("\u200f" * 5000 + "end", "end"),
        ("\u2800\u3164", " "),
    ],
)
def test_rules(raw: str, text: str) -> None:
    assert clean(raw) == text


def test_one_line_joins_lines_by_a_space() -> None:
    assert clean_line("\nHi\r\n\nBcc: x@evil.example\u2028!\n") == "Hi Bcc: x@evil.example !"


def test_cuts_are_counted_and_seen() -> None:
    assert clean("a" * 100, max_line=80) == "a" * 48 + "… 52 more"
    assert clean("ab\n" * 40, max_chars=70) == "ab\n" * 12 + "ab\n… 82 more"
    assert clean("\u1100" * 100) == "\u1100" * 23 + "…"
    cut = clean("\U0001f468\u200d\U0001f469\u200d\U0001f467" * 30, max_line=64)
    assert cut.startswith("\U0001f468\u200d\U0001f469\u200d\U0001f467")
    assert not re.search("\u200d…", cut)


def test_a_flood_of_unseen_characters_does_not_hide_the_words_behind_it() -> None:
    for char in "\u200b\u200f\u200d\u2067\u2069\ufe0f\U000e0061\u0301":
        assert clean("a" + char * 1_000_000 + " words").rstrip(POP).endswith("words")


def corpus() -> list[Any]:
    root = Path(os.environ.get("AGENT_TUI_CORPUS", Path(__file__).parents[3] / "shared"))
    path = root / "text" / "hostile.jsonl"
    if not path.exists():
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"no corpus at {path}; set AGENT_TUI_CORPUS"))]
    cases = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [pytest.param(case, id=case["name"]) for case in cases]


@pytest.mark.parametrize("case", corpus())
def test_corpus(case: dict[str, str]) -> None:
    raw, name = case["text"], case["name"]
    text, line = clean(raw), clean_line(raw)
    assert_safe(text)
    assert_safe(line)
    assert clean(text) == text
    assert clean_line(line) == line
    if case["cls"] == "markup" or name in (
        "niqqud-ok",
        "emoji-zwj-family",
        "emoji-vs16",
        "emoji-tagflag",
        "file-hebrew",
    ):
        assert text == raw
    if name.startswith("zw-"):
        assert not set(text) & set("\u200b\u200c\u200d\u2060\ufeff\u3164\u2800\ufff9")
    if name in ("zw-only", "zw-hangul-filler", "zw-braille-blank", "bidi-rlm-flood"):
        assert not line
    if case["cls"] in ("csi", "osc", "dcs") and "\n" not in raw and "\r" not in raw:
        assert text.splitlines() == [text]
