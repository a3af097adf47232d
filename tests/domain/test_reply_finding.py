"""Finding canned replies: by words in any spelling, then by what is being written and what was used."""

from __future__ import annotations

from time import perf_counter

import pytest

from agent_tui.domain.replies.finding import Occasion, ReplyIndex
from agent_tui.domain.replies.reply import Canned, Variant

REPLIES = {
    one.key: one
    for one in (
        Canned("late-parcel", "It is on its way.", title="The parcel is late", tags=("delivery",), language="en"),
        Canned("parcel-lost", "We are looking for it.", language="en", variants=(Variant("אנחנו מחפשים אותה.", "he"),)),
        Canned("refund", "We return {{ amount }}, the parcel stays with you.", channels=("mail",)),
        Canned("hours", "שעות הפתיחה: א-ה", title="שעות פתיחה", language="he", brand="nofar"),
        Canned("thanks", "Thank you for waiting!"),
    )
}
INDEX = ReplyIndex(REPLIES)


def found(typed: str, occasion: Occasion | None = None) -> list[str]:
    return [one.key for one in INDEX.find(typed, occasion or Occasion(), 10)]


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("parcel", ["parcel-lost", "late-parcel", "refund"]),  # the key itself, a word of it, a word of the text
        ("LATE par", ["late-parcel"]),
        ("deliv", ["late-parcel"]),
        ("arcel", ["late-parcel", "parcel-lost", "refund"]),
        ("lete parsel", ["late-parcel"]),
        ("פתיחה", ["hours"]),
        ("מחפשימ", ["parcel-lost"]),  # final letters are as others
        ("amount", []),  # a field is no word of the reply
        ("zzzz", []),
    ],
)
def test_words_find(typed: str, keys: list[str]) -> None:
    assert found(typed) == keys


def test_among_equals_what_fits_stands_first() -> None:
    assert found("", Occasion("email", "he", "nofar")) == ["hours", "parcel-lost", "refund", "thanks", "late-parcel"]
    assert found("", Occasion("whatsapp", "en"))[-2:] == ["hours", "refund"], "what is meant for mail comes late"
    assert found("", Occasion("whatsapp", "en", "", {"thanks": 0.5, "parcel-lost": 0.1}))[0] == "thanks"
    assert found("parcel", Occasion("whatsapp", "en", "", {"late-parcel": 9}))[0] == "parcel-lost", "words before use"


def test_ten_thousand_replies_are_searched_while_one_types() -> None:
    words = "שלום {{ customer.name }}, החבילה בדרך אלייך ותגיע מחר בבוקר, תודה על הסבלנות"
    many = ReplyIndex({f"k{n}": Canned(f"k{n}", f"{words} {n}", title=f"the parcel {n}") for n in range(10_000)})
    many.find("parcel", Occasion(), 200)  # what is looked for is made ready then
    begun = perf_counter()
    assert [one.key for one in many.find("k777", Occasion(), 200)][:2] == ["k777", "k7770"]
    assert perf_counter() - begun < 1  # some 40 ms
