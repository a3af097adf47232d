"""The source shows every character that the picture hides, and its letters readable."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.domain.text import CustomerText
from agent_tui.domain.text_source import escaped, headers_of


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain words, 12%", "plain words, 12%"),
        ("a\u202egpj.exe", "a\\u202egpj.exe"),
        ("\x1b[2J", "\\x1b[2J"),
        ("a\\u202e", "a\\\\u202e"),  # what looks like an escape is told apart
        ("pa\u200by\u00adpal", "pa\\u200by\\xadpal"),
        ("שָׁלוֹם", "שָׁלוֹם"),
        ("\u2067שלום\u2069", "\\u2067שלום\\u2069"),
        ("สวัสดี नमस्ते 你好", "สวัสดี नमस्ते 你好"),
        ("\U0001f468\u200d\U0001f466", "\U0001f468\\u200d\U0001f466"),
        ("\U000e0041", "\\U000e0041"),
        ("e" + "\u0301" * 6, "e" + "\u0301" * 4 + "\\u0301\\u0301"),
        ("one\r\n\ttwo", "one\\r\n\\ttwo"),
        ("\ue000\ufffd\u00a0", "\\ue000\\ufffd\\xa0"),
    ],
)
def test_what_is_escaped(raw: str, shown: str) -> None:
    assert escaped(raw) == shown


def test_a_long_source_says_how_much_more_there_is() -> None:
    assert escaped("\x1b" * 30, most=10) == "\\x1b" * 10 + "\n… 20 more"


@given(st.text(max_size=300))
def test_it_can_be_read_back_and_steers_nothing(raw: str) -> None:
    shown = escaped(raw)
    assert not [char for char in shown if unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs") and char != "\n"]
    if "\u25cc" not in shown and "…" not in shown:  # a mark without a base gets one to stand on
        assert _read_back(shown) == raw


def _read_back(shown: str) -> str:
    short = {"\\\\": "\\", "\\t": "\t", "\\r": "\r"}

    def char(found: re.Match[str]) -> str:
        return short.get(found[0]) or chr(int(found[0][2:], 16))

    return re.sub(r"\\\\|\\t|\\r|\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|\\U[0-9a-f]{8}", char, shown)


def test_headers_of_a_mail() -> None:
    assert headers_of(b"Subject: =?x?\r\nX: \xe9\r\n\r\nbody") == "Subject: =?x?\nX: \\xe9"


def test_headers_hide_a_card_number_that_goes_on_in_their_next_line() -> None:
    sent = b"Subject: 4111\t1111\r\n 1111 1111\r\n\r\nbody"
    assert headers_of(sent) == "Subject: ••••\\x09••••\n •••• 1111"


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "one\r\ntwo\tthree",
        "שלום \u200fabc\u200e",
        "שָׁלוֹם",
        "👨‍👩‍👧 🇮🇱",
        "नमस्ते",
        "\ufeffhi",
        "4111 1111 1111 1111",
    ],
)
def test_ordinary_text_counts_as_unaltered(text: str) -> None:
    assert not CustomerText(text).altered


@pytest.mark.parametrize(
    "text", ["\x1b[31m", "a\u202eb", "pa\u200bypal", "e" + "\u0301" * 9, "\ue000", "\U000e0041x", "a\x85b"]
)
def test_what_is_drawn_otherwise_counts_as_altered(text: str) -> None:
    assert CustomerText(text).altered
