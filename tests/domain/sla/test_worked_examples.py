"""The worked examples of the three servers whose rules ours unite, and what becomes of a case's clocks."""

from __future__ import annotations

import pytest

from agent_tui.domain.sla.clocks import clocks
from agent_tui.domain.sla.facts import (
    CallMoved,
    Created,
    CustomerWrote,
    Fact,
    InForce,
    Merged,
    MergedAway,
    Pinned,
    Reopened,
    Replied,
    Resolved,
    SendFailed,
    SendSettled,
    Snoozed,
    StatusChanged,
    Tagged,
    TraitChanged,
    Woke,
)
from agent_tui.domain.sla.policies import REPLY_KINDS, Fit, Policy, Rulebook, Rules, Traits
from tests.domain.sla.cases import MIN, OFFICE, at, book, clock, target, told, wall

PENDING = frozenset({"pending"})
T10 = at("2026-11-23 10:00")
FIRST30 = book(target("first-response", 30))


def m(minutes: float) -> int:
    """Minutes after 10:00 of a Monday."""
    return T10 + round(minutes * MIN)


def states(facts: list[Fact], rulebook: Rulebook, now: int) -> list[tuple[str, str, str]]:
    return [told(one) for one in clocks(facts, rulebook, now)]


def test_a_holiday_and_a_weekend_are_left_out() -> None:
    start = at("2026-12-24 16:30")
    one = clock([Created(start), CustomerWrote(start)], book(target("first-response", 60), calendar=OFFICE), start)
    assert one.due is not None
    assert wall(one.due) == "2026-12-28 09:30"


def test_lunch_is_left_out_and_pending_too() -> None:
    start = at("2026-11-23 12:00")
    rules = book(target("first-response", 60, pauses=PENDING), calendar=OFFICE)
    facts: list[Fact] = [Created(start), CustomerWrote(start)]
    assert told(clock(facts, rules, start))[2] == "2026-11-23 14:00"
    pending, back = at("2026-11-23 12:15"), at("2026-11-23 13:45")
    facts += [StatusChanged(pending, "pending"), StatusChanged(back, "open")]
    one = clock(facts, rules, back)
    assert (told(one)[2], one.used, one.remaining) == ("2026-11-23 14:30", 15 * MIN, 45 * MIN)
    paused = clock(facts, rules, at("2026-11-23 13:00"))
    assert (paused.state, paused.due, paused.used) == ("paused", None, 15 * MIN)


def test_eight_hours_across_the_hour_that_spring_leaves_out() -> None:
    start = at("2026-03-28 22:00")
    assert told(clock([CustomerWrote(start)], book(target("first-response", 480)), start))[2] == "2026-03-29 07:00"


def test_neither_a_bot_nor_a_note_answers() -> None:
    begun: list[Fact] = [Created(T10), CustomerWrote(T10)]
    bot = [*begun, Replied(m(5), "b", "bot"), Replied(m(31), "h")]
    note = [*begun, Replied(m(10), "n", "note"), Replied(m(31), "h")]
    for facts in (bot, note):
        one = clock(facts, FIRST30, m(31))
        assert (one.state, one.breached_at, one.ended, one.remaining) == ("breached", m(30), m(31), -MIN)


def test_what_answers_is_a_table() -> None:
    met = {
        kind
        for kind in REPLY_KINDS
        if clock([CustomerWrote(T10), Replied(m(5), "x", kind)], FIRST30, m(5)).state == "met"
    }
    assert met == {"human", "echo", "call", "template"}
    bots = book(target("first-response", 30), answers=frozenset({"bot"}))
    assert clock([CustomerWrote(T10), Replied(m(5), "x", "bot")], bots, m(5)).state == "met"
    assert clock([CustomerWrote(T10), Replied(m(5), "x", "human")], bots, m(5)).state == "running"


def test_a_next_response_counts_from_the_oldest_or_the_last_word() -> None:
    facts: list[Fact] = [CustomerWrote(T10), CustomerWrote(m(50))]
    oldest, last = (book(target("next-response", 60, first=True, last=last)) for last in (False, True))
    assert told(clock(facts, oldest, m(50)))[2] == "2026-11-23 11:00"
    assert told(clock(facts, last, m(50)))[2] == "2026-11-23 11:50"
    late: list[Fact] = [CustomerWrote(T10), CustomerWrote(m(70))]
    assert states(late, last, m(75)) == [
        ("next-response", "breached", "2026-11-23 11:00"),
        ("next-response", "running", "2026-11-23 12:10"),
    ]


def test_first_then_next() -> None:
    rules = book(target("first-response", 30), target("next-response", 60))
    facts: list[Fact] = [CustomerWrote(T10), CustomerWrote(m(5)), Replied(m(20), "a"), Replied(m(21), "b")]
    facts += [CustomerWrote(m(40)), CustomerWrote(m(50)), Replied(m(100), "c"), CustomerWrote(m(120))]
    assert states(facts, rules, m(130)) == [
        ("first-response", "met", "2026-11-23 10:30"),
        ("next-response", "met", "2026-11-23 11:40"),
        ("next-response", "running", "2026-11-23 13:00"),
    ]


def test_a_case_that_we_began_owes_a_response_to_the_customers_first_word() -> None:
    facts: list[Fact] = [Created(T10), Replied(T10, "ours"), CustomerWrote(m(60))]
    assert clock(facts, FIRST30, m(60)).started == m(60)
    from_creation = book(target("first-response", 30, created=True), target("next-response", 60))
    assert states(facts, from_creation, m(60)) == [
        ("first-response", "met", "2026-11-23 10:30"),
        ("next-response", "running", "2026-11-23 12:00"),
    ]


def test_a_failed_send_takes_the_answer_back_as_if_it_never_was() -> None:
    facts: list[Fact] = [CustomerWrote(T10), Replied(m(10), "a"), SendFailed(m(40), "a")]
    assert clock(facts, FIRST30, m(20)).state == "met"
    assert told(clock(facts, FIRST30, m(40))) == ("first-response", "breached", "2026-11-23 10:30")
    settled = [*facts, SendSettled(m(50), "a")]
    assert (clock(settled, FIRST30, m(50)).state, clock(settled, FIRST30, m(50)).ended) == ("met", m(10))
    again = [*facts, Replied(m(45), "a")]
    assert (clock(again, FIRST30, m(50)).breached_at, clock(again, FIRST30, m(50)).ended) == (m(30), m(45))


def test_a_breach_is_dated_at_its_due_second_though_it_was_repaired_a_second_later() -> None:
    facts: list[Fact] = [CustomerWrote(T10), Replied(m(30) + 1000, "a")]
    one = clock(facts, FIRST30, m(600))
    assert (one.state, one.breached_at, one.ended) == ("breached", m(30), m(30) + 1000)


def test_at_the_due_instant_nothing_is_left_and_an_answer_is_in_time() -> None:
    facts: list[Fact] = [CustomerWrote(T10)]
    due = clock(facts, FIRST30, m(30))
    assert (due.state, due.remaining) == ("running", 0)
    assert clock(facts, FIRST30, m(30) + 1).breached_at == m(30)
    assert clock([*facts, Replied(m(30), "a")], FIRST30, m(31)).state == "met"


def test_snooze_pauses_only_where_the_policy_says_so_and_a_word_wakes() -> None:
    facts: list[Fact] = [Created(T10), Snoozed(m(10), m(40))]
    work = book(target("agent-work", 60))
    consents = book(target("agent-work", 60, pauses=frozenset({"snoozed"})))
    assert told(clock(facts, work, m(20)))[1:] == ("running", "2026-11-23 11:00")
    assert told(clock(facts, consents, m(20)))[1:] == ("paused", "2026-11-23 11:30")
    assert told(clock(facts, consents, m(41)))[1:] == ("running", "2026-11-23 11:30")
    for waking in (CustomerWrote(m(25)), Woke(m(25)), StatusChanged(m(25), "open")):
        assert told(clock([*facts, waking], consents, m(41)))[1:] == ("running", "2026-11-23 11:15")


def test_what_was_pending_before_a_snooze_is_pending_after_it() -> None:
    rules = book(target("agent-work", 60, pauses=PENDING))
    facts: list[Fact] = [Created(T10), StatusChanged(m(10), "pending"), Snoozed(m(30), m(50))]
    for now, state, used in ((40, "running", 20 * MIN), (50, "paused", 30 * MIN), (70, "paused", 30 * MIN)):
        one = clock(facts, rules, m(now))
        assert (one.state, one.used, one.due) == (state, used, None)
    short = book(target("agent-work", 25, pauses=PENDING))
    assert clock(facts, short, m(40)).due == m(45)


def test_a_snooze_into_the_past_is_none() -> None:
    rules = book(target("agent-work", 60, pauses=PENDING | {"snoozed"}))
    facts: list[Fact] = [Created(T10), StatusChanged(m(10), "pending"), Snoozed(m(30), m(20))]
    for now, used in ((m(40), 10 * MIN), (m(60), 20 * MIN)):
        assert clock([*facts, StatusChanged(m(50), "open")], rules, now).used == used


def test_another_priority_counts_from_the_original_start() -> None:
    urgent = Policy("urgent", Fit(priorities=frozenset({"urgent"})), (target("first-response", 30),))
    rules = Rulebook.only(Rules("1", (urgent, Policy("all", targets=(target("first-response", 240),)))))
    facts: list[Fact] = [CustomerWrote(T10), TraitChanged(m(20), "priority", "urgent")]
    assert told(clock(facts, rules, m(19)))[2] == "2026-11-23 14:00"
    assert told(clock(facts, rules, m(20)))[1:] == ("running", "2026-11-23 10:30")
    late: list[Fact] = [CustomerWrote(T10), TraitChanged(m(60), "priority", "urgent")]
    assert told(clock(late, rules, m(60)))[1:] == ("breached", "2026-11-23 10:30")
    calmed = [*facts, TraitChanged(m(40), "priority", "")]
    assert clock(calmed, rules, m(50)).breached_at == m(30)
    answered = [*facts, Replied(m(25), "a"), TraitChanged(m(60), "priority", "")]
    assert clock(answered, rules, m(70)).state == "met"
    by_priority = book(target("first-response", 240, by_priority=(("urgent", 30 * MIN),)))
    assert told(clock(facts, by_priority, m(20)))[2] == "2026-11-23 10:30"
    raised_late: list[Fact] = [CustomerWrote(T10), Replied(m(40), "a"), TraitChanged(m(60), "priority", "urgent")]
    assert clock(raised_late, by_priority, m(70)).state == "met"
    lowered = book(target("first-response", 30, by_priority=(("low", 240 * MIN),)))
    assert clock([CustomerWrote(T10), TraitChanged(m(60), "priority", "low")], lowered, m(70)).breached_at == m(30)


def test_what_changes_at_one_instant_changes_at_once() -> None:
    topic = Policy("topic", Fit(topics=frozenset({"x"})), (target("first-response", 240),))
    urgent = Policy("urgent", Fit(priorities=frozenset({"urgent"})), (target("first-response", 30),))
    rules = Rulebook.only(Rules("1", (topic, urgent, Policy("all", targets=(target("first-response", 240),)))))
    facts: list[Fact] = [
        CustomerWrote(T10),
        TraitChanged(m(60), "priority", "urgent"),
        TraitChanged(m(60), "topic", "x"),
    ]
    assert (clock(facts, rules, m(61)).policy, clock(facts, rules, m(61)).state) == ("topic", "running")
    assert clock(facts[:2], rules, m(61)).breached_at == m(30)


def test_editing_the_rules_rewrites_no_breach_and_holds_for_what_goes_on() -> None:
    old = Rules("old", (Policy("p", targets=(target("first-response", 30),)),))
    new = Rules("new", (Policy("p", targets=(target("first-response", 240),)),))
    rules = Rulebook({"old": old, "new": new}, "old")
    facts: list[Fact] = [InForce(T10 - 1000, "old"), CustomerWrote(T10), InForce(m(31), "new"), Replied(m(40), "a")]
    one = clock(facts, rules, m(300))
    assert (one.breached_at, one.version) == (m(30), "old")
    before: list[Fact] = [InForce(T10 - 1000, "old"), CustomerWrote(T10), InForce(m(29), "new")]
    assert told(clock(before, rules, m(35)))[1:] == ("running", "2026-11-23 14:00")
    nothing = Rulebook({"old": old, "new": Rules("new", ())}, "old")
    one = clock(before, nothing, m(35))
    assert (one.state, one.by, one.ended) == ("ended", "policy", m(29))


def test_the_first_policy_that_fits_unless_one_is_pinned() -> None:
    he = Policy("he", Fit(languages=frozenset({"he"})), (target("first-response", 1),))
    vip = Policy("vip", Fit(tags=frozenset({"vip"}), kinds=frozenset({"live"})), (target("first-response", 2),))
    rules = Rulebook.only(Rules("1", (he, vip, Policy("all", targets=(target("first-response", 9),)))))

    def policy(*facts: Fact) -> str:
        return clock([CustomerWrote(T10), *facts], rules, T10).policy

    assert policy(Created(T10, Traits(language="he", tags=frozenset({"vip"})))) == "he"
    assert policy(Created(T10, Traits(channel="webchat")), Tagged(T10, frozenset({"vip", "x"}))) == "vip"
    assert policy(Created(T10, Traits(channel="email", tags=frozenset({"vip"})))) == "all"
    assert policy(Created(T10, Traits(channel="webchat", tags=frozenset({"x"})))) == "all"
    assert policy(Created(T10, Traits(language="he")), Pinned(T10, "all")) == "all"


def test_a_move_to_another_queue_is_matched_anew_only_where_asked() -> None:
    fast = Policy("fast", Fit(queues=frozenset({"chats"})), (target("first-response", 1),))
    slow = Policy("slow", targets=(target("first-response", 9),))
    facts: list[Fact] = [Created(T10, Traits(queue="chats")), CustomerWrote(T10), TraitChanged(T10 + 1, "queue", "x")]
    for follows, policy in ((False, "fast"), (True, "slow")):
        rules = Rulebook.only(Rules("1", (fast, slow), follows=follows))
        assert clock(facts, rules, T10 + 2).policy == policy


def test_ownership_counts_for_each_team() -> None:
    facts: list[Fact] = [Created(T10, Traits(team="a")), TraitChanged(m(20), "team", "b"), Resolved(m(60))]
    rules = book(target("ownership", 30))
    one, other = clocks([*facts, Reopened(m(90))], rules, m(60))
    assert (one.key, one.state, one.by) == ("a", "met", "handed-on")
    assert (other.key, other.state, other.breached_at, other.by) == ("b", "breached", m(50), "resolved")
    assert [c.started for c in clocks([*facts, Reopened(m(90))], rules, m(95))] == [T10, m(20), m(90)]


def test_reopening() -> None:
    rules = book(target("first-resolution", 60), target("total-resolution", 90), target("first-response", 10))
    facts: list[Fact] = [CustomerWrote(T10), Resolved(m(50)), Reopened(m(600))]
    first, resolution, total = clocks(facts, rules, m(610))
    assert (first.state, first.breached_at) == ("breached", m(10))
    assert (resolution.state, resolution.used) == ("met", 50 * MIN)
    assert (total.state, total.used, total.due) == ("running", 60 * MIN, m(640))
    short = book(target("total-resolution", 90), grace_ms=60 * MIN)
    begun = clocks(facts, short, m(610))
    assert [(c.started, c.state) for c in begun] == [(T10, "met"), (m(600), "running")]
    just: list[Fact] = [CustomerWrote(T10), Resolved(m(50)), Reopened(m(110))]
    assert [(c.started, c.used) for c in clocks(just, short, m(120))] == [(T10, 60 * MIN)]


def test_resolved_at_the_due_instant_and_reopened_is_late_only_from_then_on() -> None:
    rules = book(target("total-resolution", 60))
    facts: list[Fact] = [Created(T10), Resolved(m(60)), Reopened(m(90))]
    assert clock(facts, rules, m(80)).state == "met"
    assert clock(facts, rules, m(91)).breached_at == m(90)


def test_what_is_resolved_without_an_answer_is_neither_met_nor_breached() -> None:
    facts: list[Fact] = [CustomerWrote(T10), Resolved(m(20)), Reopened(m(25)), CustomerWrote(m(26))]
    rules = book(target("first-response", 30), target("next-response", 60))
    assert states(facts, rules, m(100)) == [
        ("first-response", "ended", "2026-11-23 10:30"),
        ("next-response", "breached", "2026-11-23 11:26"),
    ]


def test_the_earliest_unanswered_word_and_the_earliest_creation_survive_a_merge() -> None:
    rules = book(target("first-response", 30), target("next-response", 60), target("first-resolution", 120))
    facts: list[Fact] = [Created(m(20)), CustomerWrote(m(20)), Replied(m(25), "a"), CustomerWrote(m(30))]
    merged = [*facts, Merged(m(40), T10, m(5))]
    assert [(c.metric, c.started, c.state) for c in clocks(merged, rules, m(45))] == [
        ("first-response", m(20), "met"),
        ("next-response", m(5), "running"),
        ("first-resolution", T10, "running"),
    ]
    unanswered: list[Fact] = [Created(m(20)), CustomerWrote(m(20)), Merged(m(40), T10, m(5))]
    assert clocks(unanswered, rules, m(50))[0].breached_at == m(35)
    source: list[Fact] = [Created(T10), CustomerWrote(m(5)), MergedAway(m(20)), Replied(m(25), "z")]
    assert {(c.state, c.by, c.ended) for c in clocks(source, rules, m(300))} == {("ended", "merged", m(20))}


def test_a_merge_into_what_is_resolved_moves_no_start() -> None:
    rules = book(target("total-resolution", 60))
    facts: list[Fact] = [Created(m(20)), Resolved(m(50)), Merged(m(55), T10)]
    one = clock(facts, rules, m(60))
    assert (one.started, one.state, one.used) == (m(20), "met", 30 * MIN)
    later = [*facts[:2], Reopened(m(60)), Merged(m(70), T10)]
    assert clock(later, book(target("first-resolution", 60)), m(80)).started == m(20)
    assert clock(later, rules, m(80)).started == T10
    assert clock([*facts, Reopened(m(60))], rules, m(80)).started == m(20)


def test_periodic_updates() -> None:
    facts: list[Fact] = [Created(T10), Replied(m(10), "a"), Replied(m(50), "b"), StatusChanged(m(60), "pending")]
    plain, pausable = (book(target("periodic-update", 60, pauses=p)) for p in (frozenset(), PENDING))
    assert states(facts, plain, m(70)) == [
        ("periodic-update", "met", "2026-11-23 11:10"),
        ("periodic-update", "running", "2026-11-23 11:50"),
    ]
    assert states(facts, pausable, m(70))[1][1:] == ("paused", "")
    ended = [*facts, Resolved(m(80)), Replied(m(85), "c"), Reopened(m(90)), Replied(m(95), "d")]
    assert [(c.started, c.by) for c in clocks(ended, plain, m(100))] == [
        (m(10), "answered"),
        (m(50), "resolved"),
        (m(95), ""),
    ]


def test_requester_wait_and_agent_work() -> None:
    rules = book(target("requester-wait", 60, pauses=PENDING), target("agent-work", 60, pauses=PENDING | {"on-hold"}))
    facts: list[Fact] = [Created(T10), StatusChanged(m(10), "on-hold"), StatusChanged(m(20), "pending")]
    wait, work = clocks([*facts, CustomerWrote(m(30))], rules, m(40))
    assert (wait.used, work.used) == (30 * MIN, 20 * MIN)


@pytest.mark.parametrize(
    ("ends", "state", "by"),
    [
        (CallMoved(m(5), "c", "answered"), "met", "answered"),
        (CallMoved(m(6), "c", "answered"), "met", "answered"),
        (CallMoved(m(6) + 1, "c", "answered"), "breached", "answered"),
        (CallMoved(m(5), "c", "ended"), "ended", "hung-up"),
        (CallMoved(m(5), "c", "asked"), "ended", "asked-back"),
    ],
)
def test_a_call_is_answered_by_a_human(ends: Fact, state: str, by: str) -> None:
    facts: list[Fact] = [CallMoved(T10, "c", "rang"), StatusChanged(m(1), "pending"), ends]
    one = clock(facts, book(target("pickup", 6)), m(7))
    assert (one.key, one.state, one.by) == ("c", state, by)


def test_a_notice_is_owed_only_to_who_waits_longer() -> None:
    rules = book(target("notice", 2), target("pickup", 3))
    rang: list[Fact] = [CallMoved(T10, "c", "rang")]

    def notice(minutes: float, *facts: Fact) -> tuple[str, int | None]:
        one = next(c for c in clocks([*rang, *facts], rules, m(minutes)) if c.metric == "notice")
        return one.state, one.breached_at

    assert notice(2.5) == ("running", None)
    assert notice(3.1) == ("breached", m(2))
    assert notice(3.1, CallMoved(m(2.5), "c", "answered")) == ("ended", None)
    assert notice(3.1, CallMoved(m(2), "c", "told")) == ("met", None)
    assert notice(2.9, CallMoved(m(2.5), "c", "told")) == ("running", None)
    assert notice(3.1, CallMoved(m(1), "c", "answered"), CallMoved(m(1.5), "c", "told")) == ("ended", None)
    assert notice(3.1, CallMoved(m(2.5), "c", "told")) == ("breached", m(2))


def test_an_exchange_whose_clocks_disagree_ends_no_call_before_it_rang() -> None:
    facts: list[Fact] = [CallMoved(T10, "c", "rang"), CallMoved(T10 - 900, "c", "answered")]
    one = clock(facts, book(target("pickup", 6)), m(1))
    assert (one.state, one.ended, one.used) == ("met", T10, 0)
    asked: list[Fact] = [CallMoved(T10, "c", "asked"), CallMoved(T10 - 900, "c", "called-back")]
    one = clock(asked, book(target("call-back", 6)), m(1))
    assert (one.state, one.ended, one.used) == ("met", T10, 0)


def test_pauses_count_as_far_as_they_lie_within() -> None:
    facts: list[Fact] = [Created(T10), StatusChanged(T10, "pending"), Replied(m(10), "a"), StatusChanged(m(20), "open")]
    facts += [Replied(m(40), "b"), StatusChanged(m(50), "pending")]
    met, going = clocks(facts, book(target("periodic-update", 60, pauses=PENDING)), m(60))
    assert (met.state, met.used, met.due, len(met.pauses)) == ("met", 20 * MIN, m(80), 1)
    assert (going.state, going.used, len(going.pauses)) == ("paused", 10 * MIN, 1)


def test_a_call_back_that_was_asked_for_late_is_made_on_the_next_working_day() -> None:
    rules = book(target("call-back", 180, wall=True, next_day_under_ms=120 * MIN), calendar=OFFICE)

    def due(text: str) -> str:
        return told(clock([CallMoved(at(text), "c", "asked")], rules, at(text)))[2]

    assert due("2026-12-23 15:00") == "2026-12-23 18:00"
    assert due("2026-12-23 15:01") == "2026-12-24 17:00"
    assert due("2026-12-24 18:00") == "2026-12-28 17:00"
    assert due("2026-12-26 10:00") == "2026-12-28 17:00"
    asked = at("2026-12-23 15:01")
    one = clock([CallMoved(asked, "c", "asked"), CallMoved(asked + MIN, "c", "called-back")], rules, asked + 5 * MIN)
    assert (one.state, one.used, one.due) == ("met", MIN, asked + one.within)
