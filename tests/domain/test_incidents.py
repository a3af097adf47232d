"""Whom an update of an incident reaches, in which words, and which incident a new case may be of."""

from __future__ import annotations

import pytest

from agent_tui.domain.consents import Consent
from agent_tui.domain.incident_fit import fitting
from agent_tui.domain.incident_reach import wants_no_messages, where_to_tell, words_for
from agent_tui.domain.incidents import Incident
from agent_tui.domain.model import Conversation, Customer
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import DAY_MS, HOUR_MS

EN, HE, NONE = CustomerText("back by noon"), CustomerText("עד הצהריים"), CustomerText(" ")
NOW = 100 * DAY_MS


def talk(id: str, channel: str, heard: int | None) -> Conversation:
    return Conversation(id, "k", channel, channel, CustomerText("x"), NOW - 2 * DAY_MS, last_inbound=heard)


WA, MAIL = talk("w", "whatsapp", NOW - HOUR_MS), talk("m", "email", NOW - DAY_MS)
OLD_WA, CALL = talk("o", "whatsapp", NOW - 2 * DAY_MS), talk("c", "phone", NOW)


@pytest.mark.parametrize(
    ("talks", "consents", "expected"),
    [
        ((MAIL, WA, CALL), (), ("w", "")),
        ((OLD_WA, MAIL), (), ("m", "")),
        ((OLD_WA,), (), ("o", "window")),
        ((CALL,), (), ("", "no-address")),
        ((WA,), (Consent("whatsapp", False, NOW),), ("w", "consent")),
        ((WA, MAIL), (Consent("whatsapp", False, NOW),), ("m", "")),
        ((WA,), (Consent("whatsapp", False, NOW - DAY_MS),), ("w", "")),  # they wrote since
    ],
)
def test_where_a_customer_is_told(
    talks: tuple[Conversation, ...], consents: tuple[Consent, ...], expected: tuple[str, str]
) -> None:
    place, why = where_to_tell("us", Customer("c", CustomerText("Dana"), consents=consents), talks, EN, NOW)
    assert (place.id if place is not None else "", why) == expected


def test_in_whose_language() -> None:
    assert [words_for(language, EN, HE) for language in ("he-IL", "iw", "en", "", "fr")] == [HE, HE, EN, EN, EN]
    assert (words_for("he", EN, NONE), words_for("en", NONE, HE)) == (EN, HE)


@pytest.mark.parametrize(
    "words", ["no messages please", "Phone only", "only calls, evenings", "בלי הודעות", "רק בטלפון"]
)
def test_who_asked_for_no_messages(words: str) -> None:
    assert wants_no_messages(words)


@pytest.mark.parametrize("words", ["", "no calls", "evenings only", "prefers WhatsApp", "בלי שיחות"])
def test_who_did_not(words: str) -> None:
    assert not wants_no_messages(words)


def test_which_incident_a_case_may_be_of() -> None:
    titles = ("Router down in Haifa", "תקלה באתר התשלומים", "Parcel van broke down", "Old one")
    known = [Incident(f"i_{place}", CustomerText(title), "", place, "noa") for place, title in enumerate(titles)]

    def fits(*said: str) -> list[tuple[str, tuple[str, ...]]]:
        return [(one.id, words) for one, words in fitting(known, said)]

    assert fits("my ROUTER is dead,", "I live in Haifa") == [("i_0", ("Router", "Haifa"))]
    assert fits("יש לי תקלה, התשלומים לא עוברים") == [("i_1", ("תקלה", "התשלומים"))]
    assert fits("where is my parcel?") == []  # one word of three
    assert fits("the internet is down") == []  # a word that names no cause
