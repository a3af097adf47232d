"""What holds of the clocks of any case, whatever its facts, policies and calendars."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_tui.domain.sla.changes import foremost, next_change, next_turn, steps, warnings
from agent_tui.domain.sla.clocks import SlaClock, clocks
from agent_tui.domain.sla.facts import CustomerWrote, Fact, Replied, SendFailed, Snoozed, StatusChanged
from agent_tui.domain.sla.policies import RESPONSES, Rulebook, Step, Warn
from agent_tui.domain.time import DAY_MS, MINUTE_MS, MS
from tests.domain.sla.cases import MIN, OFFICE, at, book, clock, target
from tests.domain.sla.test_reference import LENGTH, some_case

_seeds = st.integers(0, 2**32)
_PENDING = frozenset({"pending"})
T10 = at("2026-11-23 10:00")


def at_any_time(facts: list[Fact], rulebook: Rulebook) -> list[tuple[SlaClock, ...]]:
    begin = min(fact.at for fact in facts)
    return [clocks(facts, rulebook, begin + second * MS) for second in range(0, 2 * LENGTH, 237)]


@settings(max_examples=60, deadline=None)
@given(_seeds, st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_says_anything(seed: int, shuffled: random.Random) -> None:
    """Late events, replays and the order of what shares a time: the same clocks at every time."""
    facts, rulebook, _, _ = some_case(seed)
    coarse = [replace(fact, at=fact.at // 300_000 * 300_000) for fact in facts]  # many at one time
    for kept in (facts, coarse):
        other = [*kept, *shuffled.sample(kept, len(kept) // 2)]
        shuffled.shuffle(other)
        assert at_any_time(other, rulebook) == at_any_time(kept, rulebook)


@settings(max_examples=100, deadline=None)
@given(_seeds)
def test_at_its_due_instant_exactly_nothing_is_left(seed: int) -> None:
    facts, rulebook, _, now = some_case(seed)
    known = [fact for fact in facts if fact.at <= now * MS]
    for one in clocks(known, rulebook, now * MS):
        if one.state != "running" or one.due is None or one.remaining <= 0 or one.metric == "notice":
            continue
        due = next(c for c in clocks(known, rulebook, one.due) if _same(c, one))
        assert (due.state, due.remaining) == ("running", 0)
        late = next(c for c in clocks(known, rulebook, one.due + 1) if _same(c, one))
        assert late.breached_at == one.due
        kept = replace(late, used=0, pauses=())
        for later in (one.due + MINUTE_MS, one.due + 30 * DAY_MS):
            again = next(c for c in clocks(known, rulebook, later) if _same(c, one))
            assert replace(again, used=0, pauses=()) == kept


@settings(max_examples=60, deadline=None)
@given(_seeds)
def test_what_is_left_only_shrinks_and_a_breach_stays(seed: int) -> None:
    facts, rulebook, _, now = some_case(seed)
    known = [fact for fact in facts if fact.at <= now * MS]
    before: dict[tuple[str, str, int], SlaClock] = {}
    for step in range(60):
        for one in clocks(known, rulebook, (now + step * 41) * MS):
            place = (one.metric, one.key, one.started)
            last = before.get(place, one)
            assert one.remaining <= last.remaining
            if one.state == last.state == "running":
                assert one.due == last.due
            if last.state == "breached":
                assert one.breached_at == last.breached_at
            before[place] = one


@settings(max_examples=100, deadline=None)
@given(_seeds, st.integers(0, LENGTH))
def test_an_answer_never_breaches_a_response(seed: int, second: int) -> None:
    facts, rulebook, _, now = some_case(seed)
    first = min(fact.at for fact in facts)
    answer = Replied(first + second * MS, "answer", min(rulebook.versions["1"].policies[0].answers))
    without = {(c.metric, c.started): c for c in clocks(facts, rulebook, now * MS)}
    for one in clocks([*facts, answer], rulebook, now * MS):
        before = without.get((one.metric, one.started))
        if one.metric in RESPONSES and one.state == "breached" and one.started <= answer.at and before is not None:
            assert before.breached_at == one.breached_at
    at_once = {(c.metric, c.started) for c in clocks(facts, rulebook, answer.at) if c.state == "breached"}
    after = clocks([*facts, answer], rulebook, answer.at)
    assert {(c.metric, c.started) for c in after if c.state == "breached" and c.metric in RESPONSES} <= at_once


@settings(max_examples=80, deadline=None)
@given(_seeds, st.integers(0, LENGTH), st.integers(0, 2 * LENGTH))
def test_an_answer_that_failed_never_was(seed: int, second: int, later: int) -> None:
    facts, rulebook, _, _ = some_case(seed)
    sent = min(fact.at for fact in facts) + second * MS
    failed = [*facts, Replied(sent, "x"), SendFailed(sent + later * MS, "x")]
    for now in (sent + later * MS, sent + 3 * LENGTH * MS):
        assert clocks(failed, rulebook, now) == clocks(facts, rulebook, now)


@given(st.integers(1, 29), st.integers(1, 100_000), st.booleans())
def test_a_pause_moves_the_due_time_by_its_length(begin: int, length: int, office: bool) -> None:
    start = T10
    rules = book(target("first-response", 30, pauses=_PENDING), calendar=OFFICE if office else None)
    plain: list[Fact] = [CustomerWrote(start)]
    back = start + begin * MIN + length * MS
    paused = [*plain, StatusChanged(start + begin * MIN, "pending"), StatusChanged(back, "open")]
    one, shifted = clock(plain, rules, start), clock(paused, rules, back)
    assert one.due is not None
    assert shifted.due is not None
    hours = rules.versions["1"].calendars["office" if office else "always"]
    worked = hours.between(start + begin * MIN, back)
    if not hours.is_open(back):
        assert hours.between(back, shifted.due) == (30 - begin) * MIN
    else:
        assert shifted.due == hours.add(one.due, worked)
    assert hours.between(start, shifted.due) == 30 * MIN + worked


@given(st.integers(1, 28), st.integers(1, 50), st.integers(1, 49))
def test_one_pause_in_two_parts_is_the_same(begin: int, length: int, part: int) -> None:
    rules = book(target("first-response", 30, pauses=_PENDING | {"on-hold"}), calendar=OFFICE)
    first, last = T10 + begin * MIN, T10 + (begin + length) * MIN
    paused: list[Fact] = [CustomerWrote(T10), StatusChanged(first, "pending"), StatusChanged(last, "open")]
    parted = [*paused, StatusChanged(min(first + part * MIN, last - 1), "on-hold")]
    one, other = clock(paused, rules, last), clock(parted, rules, last)
    assert (one.due, one.used) == (other.due, other.used)


@settings(max_examples=60, deadline=None)
@given(_seeds)
def test_nothing_changes_before_the_next_change(seed: int) -> None:
    facts, rulebook, _, now = some_case(seed)
    known = [fact for fact in facts if fact.at <= now * MS]

    def text(one: SlaClock) -> tuple[str, int]:
        """Late counts up from 0, what is left counts down to 0: both in whole minutes."""
        return one.state, -(-one.used // MINUTE_MS) if one.state == "running" else one.used // MINUTE_MS

    for one in clocks(known, rulebook, now * MS):
        change = next_change(one, rulebook, now * MS)
        if change is None or one.metric == "notice":
            continue
        assert change > now * MS
        within = one.within // MINUTE_MS * MINUTE_MS == one.within
        before = next(c for c in clocks(known, rulebook, change - 1) if _same(c, one))
        assert before.state == one.state
        if within:
            assert (text(before)) == text(one) or one.state == "paused"


def test_the_next_change_is_a_minute_less_the_due_time_or_a_warning() -> None:
    warn = (Warn(percent=75), Warn(left_ms=90 * MS))
    rules = book(target("first-response", 10, warn=warn), calendar=OFFICE)
    facts: list[Fact] = [CustomerWrote(T10)]

    def after(ms: int) -> int | None:
        change = next_change(clock(facts, rules, T10 + ms), rules, T10 + ms)
        return change - T10 if change is not None else None

    assert after(0) == 1
    assert after(1) == MIN + 1
    assert after(7 * MIN + 1) == 7 * MIN + 30 * MS
    assert after(8 * MIN + 1) == 8 * MIN + 30 * MS
    assert after(9 * MIN + 1) == 10 * MIN + 1
    assert after(10 * MIN + 1) == 11 * MIN
    assert [at - T10 for _, at in warnings(clock(facts, rules, T10), rules)] == [7 * MIN + 30 * MS, 8 * MIN + 30 * MS]
    closed: list[Fact] = [CustomerWrote(at("2026-11-23 12:30"))]
    lunch = clock(closed, rules, at("2026-11-23 12:30") + 1)
    assert next_change(lunch, rules, at("2026-11-23 12:30") + 1) == at("2026-11-23 13:30") + 1
    met = clock([*facts, Replied(T10 + MIN)], rules, T10 + MIN)
    assert next_change(met, rules, T10 + MIN) is None
    assert warnings(met, rules) == ()


def test_the_clock_that_matters_is_due_first_and_a_call_before_all() -> None:
    seeds = (some_case(seed) for seed in range(300))
    seen = 0
    for facts, rulebook, _, now in seeds:
        found = clocks(facts, rulebook, now * MS)
        first = foremost(found)
        going = [one for one in found if one.counts]
        if first is None:
            assert not going
            continue
        calls = [one for one in going if one.metric in ("pickup", "notice")]
        known = [one.due for one in calls or going if one.due is not None]
        assert first.due == min(known, default=None)
        assert not calls or first in calls
        seen += bool(calls)
    assert seen


def _same(one: SlaClock, other: SlaClock) -> bool:
    return (one.metric, one.key, one.started) == (other.metric, other.key, other.started)


@pytest.mark.parametrize("state", ["running", "paused", "met", "breached", "ended"])
def test_random_cases_come_into_every_state(state: str) -> None:
    """Else the properties above say nothing of it."""
    assert any(one.state == state for seed in range(40) for one in _asked(seed))


def _asked(seed: int) -> tuple[SlaClock, ...]:
    facts, rulebook, _, now = some_case(seed)
    return clocks(facts, rulebook, now * MS)


@settings(max_examples=80, deadline=None)
@given(_seeds)
def test_no_state_and_no_warning_comes_before_the_next_turn(seed: int) -> None:
    facts, rulebook, _, now = some_case(seed)
    known = [fact for fact in facts if fact.at <= now * MS]
    for one in clocks(known, rulebook, now * MS):
        if one.metric == "notice":
            continue
        turn = next_turn(one, rulebook, now * MS)
        late = (now + 4 * LENGTH) * MS
        before = next(c for c in clocks(known, rulebook, turn - 1 if turn is not None else late) if _same(c, one))
        assert (before.state, before.by) == (one.state, one.by)
        if turn is not None:
            assert turn > now * MS
            after = next(c for c in clocks(known, rulebook, turn) if _same(c, one))
            assert after.state != one.state or one.state == "paused"


def test_steps_are_due_before_and_after_a_clock_is_late_and_never_once_it_has_ended() -> None:
    tell, add = Step("tell", "lead", Warn(percent=90)), Step("add", "agent:noa", late_ms=10 * MIN)
    late, other = Step("raise", "urgent"), Step("tell", "x", metrics=frozenset({"pickup"}))
    rules = book(target("first-response", 60), calendar=OFFICE, steps=(add, other, late, tell))
    start = at("2026-11-23 11:30")
    facts: list[Fact] = [CustomerWrote(start)]
    due = [(tell, start + 54 * MIN), (late, start + 60 * MIN + 1), (add, at("2026-11-23 13:40"))]
    seen, now = [], start
    while (turn := next_turn(clock(facts, rules, now), rules, now)) is not None:
        assert list(steps(clock(facts, rules, now), rules)) == due
        seen.append(turn)
        now = turn
    assert seen == [when for _, when in due]
    ended = clock([*facts, Replied(start + 59 * MIN)], rules, start + 59 * MIN)
    assert steps(ended, rules) == ()
    paused = book(target("first-response", 60, pauses=_PENDING), steps=(late, tell))
    stopped = clock([*facts, StatusChanged(start + MIN, "pending")], paused, start + 2 * MIN)
    assert steps(stopped, paused) == ()


def test_a_turn_is_a_warning_or_the_due_time() -> None:
    rules = book(target("first-response", 10, warn=(Warn(percent=75),)), calendar=OFFICE)
    facts: list[Fact] = [CustomerWrote(T10)]
    seen, now = [], T10
    while (turn := next_turn(clock(facts, rules, now), rules, now)) is not None:
        seen.append(turn - T10)
        now = turn
    assert seen == [7 * MIN + 30 * MS, 10 * MIN + 1]
    pending = book(target("agent-work", 60, pauses=_PENDING))
    back: list[Fact] = [StatusChanged(T10, "pending"), Snoozed(T10 + MIN, T10 + 5 * MIN)]
    assert next_turn(clock(back, pending, T10 + 2 * MIN), pending, T10 + 2 * MIN) == T10 + 5 * MIN
