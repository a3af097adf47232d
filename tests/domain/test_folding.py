"""What the fold makes alike, and what it must never do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.domain import folding
from agent_tui.domain.folding import fold, hebrew_forms, phones, words
from tests.domain.text_strategies import hostile

ALIKE = [
    ("Café", "cafe", "CAFÉ", "cafe\u0301"),
    ("Straße", "STRASSE"),
    ("Øre æther", "ore aether"),
    ("שָׁלוֹם", "שלום", "שלומ"),
    ('צה"ל', "צה״ל", "צהל"),
    ("ג'ירפה", "ג׳ירפה", "גירפה"),
    ("don't", "don’t", "dont"),
    ("مُحَمَّد", "محمد"),
    ("أحمد", "احمد", "إحمد"),
    ("٠٥٤", "054", "۰۵۴"),
    ("ＦＵＬＬ", "full"),
    ("a\u200bb\u00adc", "abc"),
]


@pytest.mark.parametrize("same", ALIKE, ids=lambda same: same[-1])
def test_what_is_written_otherwise_is_the_same_word(same: tuple[str, ...]) -> None:
    assert len({fold(one) for one in same}) == 1


def test_scripts_without_blanks_give_a_word_a_letter() -> None:
    assert fold("我的包裹abc") == "我 的 包 裹 abc"


def test_a_number_is_there_from_both_ends_whatever_stands_between() -> None:
    ways = ["054-987-1234", "0549871234", "(054) 987.1234", "054 987 1234"]
    keys = {" ".join(word for word in fold(way).split() if word.startswith("_")) for way in ways}
    assert keys == {"_d549871234 _r4321789450"}
    abroad = ["+972 54 987 1234", "00972549871234", "+972-54-9871234"]
    assert {(phone.digits, phone.local) for way in abroad for phone in phones(way)} == {("972549871234", "549871234")}
    assert [phone.local for phone in phones("+1 (212) 555-0100")] == ["2125550100"]
    assert [phone.local for phone in phones("+353 86 123 4567")] == ["861234567"]
    assert list(phones("order 882131 of 2026")) == []


def test_hebrew_prefixes_come_and_go() -> None:
    assert hebrew_forms("משלוח")[0] == "משלוח"
    assert {"והמשלוח", "שמשלוח", "למשלוח"} <= set(hebrew_forms("משלוח"))
    assert "משלוח" in hebrew_forms("והמשלוח")
    assert hebrew_forms("refund") == ("refund",)
    assert "ית" not in hebrew_forms("בית"), "two letters are no stem"


@given(hostile)
def test_folding_again_changes_nothing_and_words_stand_where_they_say(text: str) -> None:
    found = list(words(text))
    plain = " ".join(word.folded for word in found)
    assert fold(plain).split()[: len(plain.split())] == plain.split()
    at = 0
    for word in found:
        assert at <= word.start < word.stop <= len(text)
        assert [one.folded for one in words(text[word.start : word.stop])][:1] == [word.folded]
        assert word.folded == word.folded.lower()
        assert all(char.isalnum() for char in word.folded)
        at = word.stop


@given(st.text(alphabet="אבגדהוזחטיכלמנסעפצקרשתךםןףץ", min_size=1, max_size=12))
def test_every_form_has_the_word_or_its_stem_at_its_end(word: str) -> None:
    folded = folding.fold_word(word)
    for form in hebrew_forms(folded):
        assert form.endswith(folded) or any(form.endswith(folded[cut:]) for cut in (1, 2, 3))
