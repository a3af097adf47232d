"""Suggested replies: what was picked after such words comes first and says why, in English and Hebrew; whatever comes,
no more is looked at and remembered than was said."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.domain.suggested import Reason
from agent_tui.domain.suggesting import CannedReply, Count, Suggesting
from agent_tui.domain.suggesting_signs import MOST_CHARACTERS, Moment, signs, written

REPLIES = (
    CannedReply(
        "refund", (("en", "Your refund of {amount} is on its way."), ("he", "ההחזר בדרך אליך.")), tags=("billing",)
    ),
    CannedReply("where", (("en", "Where should the parcel go?"), ("he", "לאן לשלוח את החבילה?"))),
    CannedReply("bye", (("en", "Thank you and goodbye!"), ("he", "תודה ולהתראות!"))),
    CannedReply("hours", (("en", "We are here from nine to five."),), channels=("email",)),
)


def place(*replies: CannedReply) -> Suggesting:
    suggesting = Suggesting()
    for reply in replies or REPLIES:
        suggesting.put(reply)
    return suggesting


def keys(suggesting: Suggesting, moment: Moment, limit: int = 3) -> list[str]:
    return [one.key for one in suggesting.suggest(moment, limit)]


def test_a_reply_is_found_by_its_own_words_before_it_was_ever_used() -> None:
    first = place().suggest(Moment(typed="Refund"))[0]
    assert first.key == "refund" and first.used == 0
    assert Reason("typed", "refund", 0, 0, written=True) in first.reasons


def test_hebrew_is_found_with_and_without_what_is_written_onto_it() -> None:
    assert keys(place(), Moment(typed="החזר"))[0] == "refund"
    assert keys(place(), Moment(typed="והחבילה"))[0] == "where"
    assert keys(place(), Moment(typed="חֲבִילָה"))[0] == "where"


def test_what_was_picked_after_the_customers_words_comes_first_and_says_so() -> None:
    suggesting = place()
    for said in ("my money is still not there", "where is my money", "כסף", "איפה הכסף שלי"):
        suggesting.pick(Moment(said=said), "refund")
    suggesting.pick(Moment(said="where is it"), "where")
    for _ in range(5):
        suggesting.pick(Moment(said="thanks"), "bye")
    first = suggesting.suggest(Moment(said="I want my MONEY"))[0]
    assert (first.key, first.used) == ("refund", 4)
    assert first.reasons[1] == Reason("said", "money", 2, 2, written=False)
    assert keys(suggesting, Moment(said="הכסף!"))[0] == "refund"
    assert keys(suggesting, Moment(said="ומהכסף?")) != [], "a stem that nobody wrote does no harm"
    assert keys(suggesting, Moment(said="thanks"))[0] == "bye"


def test_what_usually_follows_a_reply_follows_it() -> None:
    suggesting = place()
    for _ in range(3):
        suggesting.pick(Moment(sent=()), "where")
        suggesting.pick(Moment(sent=("where",)), "bye")
    assert keys(suggesting, Moment())[0] == "where"
    first = suggesting.suggest(Moment(sent=("where",)))[0]
    assert first.key == "bye" and first.reasons == (Reason("after", "where", 3, 3, written=False),)


def test_only_what_is_for_the_channel_and_in_the_language() -> None:
    suggesting = place()
    assert "hours" in keys(suggesting, Moment(typed="nine", channel="email"))
    assert "hours" not in keys(suggesting, Moment(typed="nine", channel="sms"), 9)
    assert "hours" not in keys(suggesting, Moment(typed="nine", language="he"), 9)
    assert "refund" in keys(suggesting, Moment(typed="refund", language="he"))


def test_of_equals_the_first_by_key_and_the_most_used_where_nothing_speaks() -> None:
    assert keys(place(), Moment()) == ["bye", "hours", "refund"]
    suggesting = place()
    suggesting.learn([Count("", "where", 7)])
    assert keys(suggesting, Moment(said="?"), 2) == ["where", "bye"]
    assert suggesting.suggest(Moment())[0].reasons == ()


def test_a_reply_that_is_removed_is_suggested_no_more_and_remembered_when_it_comes_back() -> None:
    suggesting = place()
    suggesting.pick(Moment(said="money"), "refund")
    suggesting.remove("refund")
    suggesting.remove("refund")
    assert "refund" not in keys(suggesting, Moment("refund", "money"), 9)
    suggesting.put(REPLIES[0])
    assert keys(suggesting, Moment(said="money"))[0] == "refund"
    suggesting.put(CannedReply("refund", (("en", "Paid back."),)))
    assert not any("way" in reason.seen for one in suggesting.suggest(Moment(typed="way")) for reason in one.reasons)


WORDS = st.lists(st.sampled_from(["refund", "money", "parcel", "תודה", "והחבילה", "1", "?"]), max_size=4).map(" ".join)
MOMENTS = st.builds(
    Moment,
    WORDS,
    WORDS,
    st.lists(st.sampled_from(["", "where", "bye"]), max_size=3).map(tuple),
    st.lists(st.sampled_from(["billing", "vip"]), max_size=2).map(tuple),
)
PICKS = st.lists(st.tuples(MOMENTS, st.sampled_from([reply.key for reply in REPLIES])), max_size=12)


@given(PICKS, st.randoms(use_true_random=False), MOMENTS)
def test_in_which_order_it_was_learned_does_not_matter(
    picks: list[tuple[Moment, str]], chance: Random, asked: Moment
) -> None:
    one, other = place(), place(*reversed(REPLIES))
    for moment, key in picks:
        one.pick(moment, key)
    shuffled = sorted(picks, key=lambda _: chance.random())
    for moment, key in shuffled:
        other.pick(moment, key)
    assert one.suggest(asked, 4) == other.suggest(asked, 4)


@given(PICKS, MOMENTS)
def test_what_is_stored_brings_all_of_it_back(picks: list[tuple[Moment, str]], asked: Moment) -> None:
    one, stored, added = place(), place(), place()
    for moment, key in picks:
        added.learn(one.pick(moment, key))
    stored.learn(one.counts())
    assert one.suggest(asked, 4) == stored.suggest(asked, 4) == added.suggest(asked, 4)


@given(st.text(max_size=80), st.text(max_size=80), st.lists(st.text(max_size=20), max_size=5).map(tuple))
def test_any_text_is_asked_about_and_learned(typed: str, said: str, names: tuple[str, ...]) -> None:
    suggesting = place()
    moment = Moment(typed, said, names, names)
    assert len(signs(moment)) <= 400
    suggesting.pick(moment, "refund")
    assert keys(suggesting, moment)[0] == "refund"
    suggesting.put(CannedReply(typed, (("", said),), said, names))
    known = {typed, *(reply.key for reply in REPLIES)}
    assert set(keys(suggesting, moment, 9)) == known


@pytest.mark.parametrize("part", ["a", "a ", "a b ", "\u0301", "ו", "1-"])
def test_a_huge_text_is_read_no_further_than_its_beginning(part: str) -> None:
    text = part * 1_000_000
    start = text[:MOST_CHARACTERS]
    found = signs(Moment(text, text, (text,), (text,)))
    assert found == signs(Moment(start, start, (start,), (start,)))
    assert len(found) < 200 and max(map(len, found)) < 500
    assert written(text) == written(start)


def test_a_word_that_is_everywhere_is_not_gone_through() -> None:
    suggesting = Suggesting(most_looked_at=90)
    for number in range(100):
        suggesting.put(CannedReply(f"r{number}", (("", f"the word{number}"),)))
    first, *others = suggesting.suggest(Moment(typed="the word77"))
    assert first.key == "r77" and not any(other.reasons for other in others)
    assert {reason.seen for reason in first.reasons} == {"word77", "the word77"}


def test_no_more_is_remembered_than_was_allowed_and_what_came_up_least_goes_first() -> None:
    suggesting = Suggesting(most_counts=100)
    for reply in REPLIES:
        suggesting.put(reply)
    for _ in range(3):
        suggesting.pick(Moment(said="money"), "refund")
    for number in range(500):
        suggesting.pick(Moment(said=f"nonce{number}"), "bye")
    left = list(suggesting.counts())
    assert len(left) <= 100 + len(REPLIES)
    assert Count("said:money", "refund", 3) in left
    told = {one.key: one.reasons for one in suggesting.suggest(Moment(said="money"))}
    assert Reason("said", "money", 3, 3, written=False) in told["refund"]
