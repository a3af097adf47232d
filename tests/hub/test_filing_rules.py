"""What each fact does to a case: pure functions, no hub."""

from __future__ import annotations

from functools import reduce

import pytest

from agent_tui.domain.channels import channel
from agent_tui.domain.filing import (
    VOICE_FIRST_MS,
    CallBackAsked,
    CalledBack,
    CallMoved,
    CaseState,
    CustomerWrote,
    Done,
    Fact,
    OpenedAgain,
    Promised,
    PromiseSettled,
    PutAway,
    Read,
    Released,
    Replied,
    SendFailed,
    SendSettled,
    Spammed,
    Woke,
    choose_case,
    owed,
    sort_at,
    step,
)
from agent_tui.domain.mail_subject import subject_key
from agent_tui.domain.time import HOUR_MS, MINUTE_MS

MAIL, CHAT = channel("email"), channel("whatsapp")


def after(*facts: Fact, state: CaseState | None = None) -> CaseState:
    return reduce(step, facts, state or CaseState())


def test_a_customers_word_needs_us_by_the_channels_first_target() -> None:
    state = after(CustomerWrote(1000, "email"))
    assert (state.stage, state.unread, sort_at(state)) == ("us", 1, 1000 + MAIL.first_ms)
    clock = owed(state)
    assert clock is not None
    assert clock.metric == "first"


def test_more_words_never_move_the_oldest_promise() -> None:
    state = after(CustomerWrote(1000, "email"), CustomerWrote(9000, "email"), CustomerWrote(5000, "whatsapp"))
    assert (state.unread, sort_at(state)) == (3, 1000 + MAIL.first_ms)


def test_a_word_that_comes_late_counts_from_when_it_was_said() -> None:
    state = after(CustomerWrote(9000, "email"), CustomerWrote(1000, "email"))
    assert sort_at(state) == 1000 + MAIL.first_ms


def test_a_reply_meets_the_clock_and_the_customer_is_next() -> None:
    state = after(CustomerWrote(1000, "email"), Replied(2000, "m1"))
    assert (state.stage, owed(state), sort_at(state)) == ("customer", None, -2000)


def test_after_an_answer_the_next_target_runs() -> None:
    state = after(CustomerWrote(1000, "whatsapp"), Replied(2000, "m1"), CustomerWrote(3000, "whatsapp"))
    clock = owed(state)
    assert clock is not None
    assert (clock.metric, clock.due) == ("next", 3000 + CHAT.next_ms)


def test_a_failed_send_takes_the_answer_back() -> None:
    state = after(CustomerWrote(1000, "email"), Replied(2000, "m1"), SendFailed(3000, "m1"))
    clock = owed(state)
    assert clock is not None
    assert (state.stage, state.failed, clock.metric, clock.since) == ("us", ("m1",), "first", 1000)


def test_a_failed_send_takes_nothing_back_while_another_answer_stands() -> None:
    state = after(CustomerWrote(1000, "email"), Replied(2000, "m1"), Replied(2500, "m2"), SendFailed(3000, "m1"))
    assert (state.stage, owed(state)) == ("us", None)
    assert after(CustomerWrote(1000, "email"), Replied(2000, "m1"), SendFailed(3000, "other")).waiting is None


def test_a_failure_seen_twice_counts_once() -> None:
    once = after(CustomerWrote(1000, "email"), Replied(2000, "m1"), SendFailed(3000, "m1"))
    assert step(once, SendFailed(4000, "m1")) == once


def test_a_retry_answers_again_and_an_unknown_send_that_arrived_settles() -> None:
    failed = after(CustomerWrote(1000, "email"), Replied(2000, "m1"), SendFailed(3000, "m1"))
    assert step(failed, Replied(4000, "m1")).failed == ()
    assert step(failed, Replied(4000, "m1")).stage == "customer"
    settled = step(failed, SendSettled(4000, "m1"))
    assert (settled.stage, settled.failed, settled.waiting) == ("customer", (), None)


@pytest.mark.parametrize("auto", ["auto-reply", "bounce", "list", "loop"])
def test_automatic_mail_starts_no_clock_and_wakes_nothing(auto: str) -> None:
    asleep = after(CustomerWrote(1000, "email"), Replied(1500, "m1"), PutAway(2000, 0))
    assert step(asleep, CustomerWrote(3000, "email", auto)) == asleep
    new = after(CustomerWrote(1000, "email", auto, first=True))
    assert (new.stage, owed(new), new.unread) == ("us", None, 1)


def test_snooze_ends_at_its_time_or_at_the_customers_word() -> None:
    asleep = after(CustomerWrote(1000, "email"), Replied(1500, "m1"), PutAway(2000, 9000))
    assert (asleep.stage, sort_at(asleep)) == ("later", 9000)
    assert step(asleep, Woke(9000)).stage == "us"
    assert step(asleep, CustomerWrote(3000, "email")).stage == "us"
    assert step(asleep, CustomerWrote(3000, "email")).snoozed is None
    until_word = after(CustomerWrote(1000, "email"), PutAway(2000, 0))
    assert sort_at(until_word) > sort_at(asleep)


def test_done_forgets_what_was_owed_and_reopening_by_hand_starts_no_clock() -> None:
    done = after(CustomerWrote(1000, "email"), Done(2000))
    assert (done.stage, owed(done), done.unread, sort_at(done)) == ("done", None, 0, -2000)
    again = step(done, OpenedAgain(3000))
    assert (again.stage, owed(again), again.resolved) == ("us", None, None)


def test_spam_stays_spam_whatever_comes() -> None:
    spam = after(CustomerWrote(1000, "email"), Spammed(2000), CustomerWrote(3000, "email"), Woke(4000))
    assert (spam.stage, owed(spam)) == ("spam", None)
    assert step(spam, SendFailed(5000, "m1")).stage == "spam"


def test_reading_leaves_what_came_since() -> None:
    state = after(CustomerWrote(1000, "email"), CustomerWrote(2000, "email"))
    assert step(state, Read(3000)).unread == 0
    assert step(state, Read(3000, left=1)).unread == 1


def test_a_ringing_call_stands_before_all_and_by_law_when_there_is_one() -> None:
    state = after(CustomerWrote(1000, "email"), CallMoved(2000, "k1", "ringing", law_due=2000 + MINUTE_MS))
    assert sort_at(state) == 2000 + MINUTE_MS - VOICE_FIRST_MS
    answered = step(state, CallMoved(3000, "k1", "active", human=True))
    assert sort_at(answered) == 1000 + MAIL.first_ms
    ended = step(answered, CallMoved(4000, "k1", "ended", human=True))
    assert ended.ring is not None
    assert ended.ring.metric == "write-up"


def test_a_written_up_call_leaves_the_word_to_the_customer_but_not_over_an_unanswered_message() -> None:
    call: list[Fact] = [
        CallMoved(1000, "k1", "ringing"),
        CallMoved(2000, "k1", "active", human=True),
        CallMoved(3000, "k1", "ended", human=True),
        CallMoved(4000, "k1", "written-up", human=True),
    ]
    assert after(*call).stage == "customer"
    assert after(CustomerWrote(500, "email"), *call).stage == "us"


def test_a_caller_who_gave_up_is_owed_a_call_back() -> None:
    state = after(CallMoved(1000, "k1", "ringing"), CallMoved(60_000, "k1", "abandoned"))
    clock = owed(state)
    assert clock is not None
    assert (state.stage, state.call, clock.since) == ("us", "", 60_000)


def test_a_word_goes_to_the_open_case_else_to_one_done_within_grace() -> None:
    now = 100 * HOUR_MS
    old, recent = CaseState("done", resolved=now - 80 * HOUR_MS), CaseState("done", resolved=now - 10 * HOUR_MS)
    assert choose_case([("open", CaseState("customer")), ("done", recent)], now) == "open"
    assert choose_case([("later", CaseState("later")), ("done", recent)], now) == "later"
    assert choose_case([("old", old), ("recent", recent)], now) == "recent"
    assert choose_case([("old", old)], now) == ""
    assert choose_case([], now) == ""


@pytest.mark.parametrize("subject", ["Lamp", "Re: Lamp", "RE: fwd:  lamp ", "AW: Re[2]: LAMP", "תשובה: lamp"])
def test_subjects_that_mean_the_same_thread(subject: str) -> None:
    assert subject_key(subject) == "lamp"


def test_a_colon_alone_is_no_reply_prefix() -> None:
    assert subject_key("Order: lamp") == "order: lamp"
    assert subject_key("Re:") == ""


def test_a_word_said_before_its_case_was_held_and_come_after_it_is_not_lost() -> None:
    held = after(CustomerWrote(1000, "email"), Replied(2000, "m1"), Spammed(9000, blocked=True))
    late = after(CustomerWrote(8000, "email"), Released(20_000), state=held)
    assert (late.stage, late.unread) == ("us", 1)
    clock = owed(late)
    assert clock is not None
    assert (clock.metric, clock.since) == ("next", 8000)


def test_a_word_that_is_held_promises_nothing_before_it_is_released() -> None:
    held = after(CustomerWrote(1000, "email"), Spammed(2000, blocked=True), CustomerWrote(3000, "email"))
    assert (held.stage, owed(held)) == ("spam", None)


def test_a_send_that_fails_while_its_case_is_held_gives_the_promise_back() -> None:
    sent = after(CustomerWrote(1000, "email"), Replied(2000, "m1"), Spammed(3000))
    state = after(SendFailed(4000, "m1"), Released(5000), state=sent)
    clock = owed(state)
    assert clock is not None
    assert (state.stage, clock.since, clock.metric) == ("us", 1000, "first")


@pytest.mark.parametrize("held", [Spammed(4000), Spammed(4000, blocked=True)])
def test_a_write_up_is_still_owed_after_a_spam_that_was_none(held: Spammed) -> None:
    talked = (CallMoved(1000, "c1", "ringing"), CallMoved(2000, "c1", "active"))
    ended = after(*talked, CallMoved(3000, "c1", "ended", human=True))
    assert owed(after(held, Released(5000), state=ended)) == owed(ended)


def test_who_gave_up_calling_while_held_is_owed_a_call_back_once_released() -> None:
    state = after(Done(1000), Spammed(2000), CallMoved(3000, "c1", "ringing"), CallMoved(4000, "c1", "abandoned"))
    assert (state.stage, owed(state)) == ("spam", None)
    released = step(state, Released(5000))
    assert released.stage == "us"
    assert owed(released) is not None


def test_a_reminder_answers_nothing_and_its_failure_is_shown() -> None:
    said = after(CustomerWrote(1000, "email"), Replied(2000, "m1"))
    reminded = step(said, Replied(9000, "m2", "reminder"))
    assert (reminded.stage, reminded.entered, reminded.last_at, reminded.asides) == ("customer", 2000, 9000, ("m2",))
    assert (reminded.waiting, reminded.answered, reminded.answers) == (said.waiting, said.answered, said.answers)
    failed = step(reminded, SendFailed(9100, "m2"))
    assert (failed.stage, failed.failed, failed.waiting) == ("us", ("m2",), None)
    again = after(Replied(9200, "m2", "reminder"), SendSettled(9300, "m2"), state=failed)
    assert (again.failed, again.waiting) == ((), None)


def test_an_acknowledgement_that_arrived_after_all_answers_nothing_either() -> None:
    waiting = after(CustomerWrote(1000, "email"), Replied(1100, "m1", "auto"))
    assert (waiting.stage, waiting.unread, waiting.replied) == ("us", 1, False)
    known = after(SendFailed(1200, "m1", certain=False), SendSettled(1300, "m1"), state=waiting)
    clock = owed(known)
    assert (known.stage, known.failed, clock and clock.metric, clock and clock.since) == ("us", (), "first", 1000)


def test_a_reminder_of_unknown_outcome_that_arrived_needs_nobody() -> None:
    said = after(CustomerWrote(1000, "email"), Replied(2000, "m1"), Replied(9000, "m2", "reminder"))
    known = after(SendFailed(9100, "m2", certain=False), SendSettled(9200, "m2"), state=said)
    assert (known.stage, known.failed) == ("customer", ())


def test_who_asked_to_be_called_back_is_ours_until_they_are_talked_with() -> None:
    rang = (CallMoved(1000, "k", "ringing"), CallBackAsked(2000, "k"), CallMoved(2100, "k", "abandoned"))
    asked = after(*rang)
    clock = owed(asked)
    assert clock is not None
    assert (asked.stage, clock.metric, clock.since, asked.waiting) == ("us", "call-back", 2000, None)
    for over in (CalledBack(9000, "k"), CallMoved(9000, "out", "active", inbound=False)):
        assert (step(asked, over).asked, owed(step(asked, over))) == ((), None)
    assert step(asked, CalledBack(9000, "k")).stage == "customer"
    assert step(asked, CalledBack(9000, "other")) == asked
    assert step(asked, Replied(9000, "m1")).stage == "us"
    assert after(Promised(9000, "p", 9900), PromiseSettled(9100, "p"), state=asked).stage == "us"
    assert (step(asked, Done(9000)).asked, step(asked, Done(9000)).call_back) == ((), None)


def test_whoever_is_answered_after_all_needs_no_call_back() -> None:
    asked = after(CallMoved(1000, "k", "ringing"), CallBackAsked(2000, "k"))
    assert step(asked, CallMoved(3000, "k", "active")).asked == ()
    two = step(asked, CallBackAsked(2500, "l"))
    assert (step(two, CallMoved(3000, "k", "active")).asked, two.call_back) == (("l",), asked.call_back)
