"""The engine and a slow evaluator that counts every second agree on random cases, policies and calendars."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

import pytest

from agent_tui.domain.sla import facts as f
from agent_tui.domain.sla.calendars import Calendar, Hours, WorkingTime
from agent_tui.domain.sla.clocks import clocks
from agent_tui.domain.sla.policies import (
    METRICS,
    REPLY_KINDS,
    Fit,
    Policy,
    Rulebook,
    Rules,
    SlaMetric,
    Target,
    Trait,
    Traits,
)
from tests.domain.sla.reference import Said, evaluate

SPANS: tuple[str, ...] = (
    "Europe/Berlin 2026-03-29 01:45",
    "Europe/Berlin 2026-10-25 02:40",
    "Asia/Jerusalem 2026-03-27 01:40",
)
SPANS += ("Australia/Lord_Howe 2026-04-05 01:45", "America/Santiago 2026-09-05 23:40", "UTC 2026-12-31 23:45")
SPANS += ("Asia/Jerusalem 2026-11-23 23:50", "Europe/Berlin 2026-11-25 10:05")
"""Where the wall jumps, midnights, New Year, and a plain morning."""
LENGTH = 1500
"""Seconds a case is lived through."""


def some_case(seed: int) -> tuple[list[f.Fact], Rulebook, dict[str, Calendar], int]:
    """Facts, rules, calendars and the second at which to ask."""
    pick = random.Random(seed)
    zone, _, text = pick.choice(SPANS).partition(" ")
    start = int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp())
    local = datetime.fromisoformat(text)
    calendars = {name: _calendar(pick, name, zone, local) for name in ("one", "other")}
    return _facts(pick, start), _rules(pick, calendars), calendars, start + pick.randrange(60, LENGTH)


def _calendar(pick: random.Random, name: str, zone: str, local: datetime) -> Calendar:
    noon = local.hour * 60 + local.minute

    def hours() -> tuple[Hours, ...]:
        found = []
        for _ in range(pick.randrange(6)):
            begin = (noon + pick.randrange(-30, 90)) % 1440
            found.append((begin, min(begin + pick.randrange(1, 15), 2880)))
        if pick.random() < 0.3:
            found.append((1440 - pick.randrange(1, 20), 1440 + pick.randrange(1, 200)))
        return tuple(found)

    special = [local.date() + timedelta(days=pick.randrange(-1, 2)) for _ in range(pick.randrange(2))]
    days: tuple[tuple[date, tuple[Hours, ...]], ...] = tuple((day, hours()) for day in special)
    return Calendar(name, zone, tuple(hours() for _ in range(7)), days)


def _rules(pick: random.Random, calendars: dict[str, Calendar]) -> Rulebook:
    shape = {metric: (pick.random() < 0.3, pick.random() < 0.3, pick.random() < 0.3) for metric in METRICS}
    answers = frozenset(pick.sample(REPLY_KINDS, 4))
    grace = pick.choice((None, 60_000, 600_000))
    voice = {metric: pick.randrange(10, 300) * 1000 for metric in ("pickup", "notice")}

    always = {*voice, "first-response"}  # what these promise says what others count

    def target(metric: SlaMetric) -> Target:
        created, last, first = shape[metric]
        within, wall = voice.get(metric, pick.randrange(1, 900) * 1000), metric in voice or pick.random() < 0.2
        priorities = (("urgent", pick.randrange(1, 300) * 1000),) * (metric not in voice and pick.random() < 0.4)
        pauses = frozenset(
            word for word in ("pending", "on-hold", "snoozed") if metric not in voice and pick.random() < 0.4
        )
        return Target(metric, within, priorities, wall, pauses, created=created, last=last, first=first)

    def policy(name: str, fit: Fit, every: bool) -> Policy:
        targets = tuple(target(metric) for metric in METRICS if every or metric in always or pick.random() < 0.8)
        return Policy(name, fit, targets, pick.choice(("one", "other", "")), answers, grace)

    def rules(version: str) -> Rules:
        some = policy("some", Fit(priorities=frozenset({"urgent"}), topics=frozenset({"x", "y"})), True)
        policies = (some, policy("all", Fit(channels=frozenset(pick.sample(("phone", "email"), 1))), False))
        return Rules(version, policies, {name: WorkingTime(one) for name, one in calendars.items()}, follows=True)

    return Rulebook({version: rules(version) for version in ("1", "2")}, "1")


def _facts(pick: random.Random, start: int) -> list[f.Fact]:
    def when() -> int:
        return (start + pick.randrange(0, LENGTH, pick.choice((1, 60)))) * 1000

    def trait() -> f.Fact:
        known: tuple[tuple[Trait, tuple[str, ...]], ...]
        known = (("priority", ("urgent", "")), ("topic", ("x", "")), ("team", ("a", "b", "")))
        name, values = pick.choice(known)
        return f.TraitChanged(when(), name, pick.choice(values))

    def snooze() -> f.Fact:
        at = when()
        return f.Snoozed(at, pick.choice((None, at + pick.randrange(1, 600) * 1000)))

    def call(name: str) -> list[f.Fact]:
        told: list[list[f.CallMove]] = [["told"], []]
        ends: list[list[f.CallMove]] = [["answered"], ["asked", "called-back"], [], ["ended"]]
        moved: list[f.CallMove] = ["rang", *pick.choice(told), *pick.choice(ends)]
        times = sorted({when() for _ in moved})
        return [f.CallMoved(at, name, move) for at, move in zip(times, moved, strict=False)]

    def merge() -> f.Fact:
        at = when()
        created = at - pick.randrange(1, 900) * 1000
        return f.Merged(at, created, pick.choice((None, pick.randrange(created, at, 1000))))

    makers: list[Callable[[], f.Fact]] = [
        lambda: f.CustomerWrote(when()),
        lambda: f.CustomerWrote(when()),
        lambda: f.Replied(when(), pick.choice("abc"), pick.choice(REPLY_KINDS)),
        lambda: f.Replied(when(), pick.choice("abc")),
        lambda: f.SendFailed(when(), pick.choice("abc")),
        lambda: f.SendSettled(when(), pick.choice("abc")),
        lambda: f.StatusChanged(when(), pick.choice(("open", "pending", "on-hold"))),
        snooze,
        lambda: f.Woke(when()),
        lambda: f.SignOfLife(when()),
        lambda: f.Resolved(when()),
        lambda: f.Reopened(when()),
        trait,
        trait,
        lambda: f.InForce(when(), pick.choice("12")),
    ]
    traits = Traits(pick.choice(("phone", "email", "sms")), priority=pick.choice(("", "urgent")), topic="y", team="a")
    facts: list[f.Fact] = [f.Created(start * 1000, traits)]
    facts += [pick.choice(makers)() for _ in range(pick.randrange(1, 24))]
    facts += [move for name in "cd" if pick.random() < 0.4 for move in call(name)]
    if pick.random() < 0.15:
        facts.append(merge())
    if pick.random() < 0.1:
        facts.append(f.MergedAway(when()))
    pick.shuffle(facts)
    return facts


def differing(seed: int) -> tuple[set[Said], set[Said]]:
    """What only the engine says, and only the evaluator."""
    facts, rulebook, calendars, now = some_case(seed)
    ours = {
        (one.metric, one.key, one.started // 1000, one.state, one.breached_at, one.used, one.ended, one.by)
        for one in clocks(facts, rulebook, now * 1000)
    }
    slow = evaluate(facts, rulebook, calendars, now)
    return cast(set[Said], ours) - slow, slow - cast(set[Said], ours)


@pytest.mark.parametrize("seeds", [range(60)])
def test_both_agree(seeds: range) -> None:
    assert {seed: found for seed in seeds if any(found := differing(seed))} == {}


@pytest.mark.slow
@pytest.mark.parametrize("hundred", range(10))
def test_both_agree_a_thousand_times(hundred: int) -> None:
    seeds = range(1000 + hundred * 100, 1100 + hundred * 100)
    assert {seed: found for seed in seeds if any(found := differing(seed))} == {}
