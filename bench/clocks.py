"""What the clocks of one case cost: evaluated anew from its facts, under a policy of five metrics in working time."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial

from agent_tui.domain.sla.agenda import Agenda
from agent_tui.domain.sla.calendars import Calendar, WorkingTime
from agent_tui.domain.sla.changes import foremost, next_change
from agent_tui.domain.sla.clocks import clocks
from agent_tui.domain.sla.facts import (
    Created,
    CustomerWrote,
    Fact,
    Reopened,
    Replied,
    Resolved,
    StatusChanged,
    TraitChanged,
)
from agent_tui.domain.sla.policies import Policy, Rulebook, Rules, Target, Traits, Warn
from agent_tui.domain.time import HOUR_MS, MINUTE_MS, MS, Ms

AT_ONCE = 50
MANY = 100_000
_BEGAN = round(datetime(2026, 11, 23, 9, tzinfo=UTC).timestamp() * MS)
_DAY = ((9 * 60, 12 * 60 + 30), (13 * 60 + 30, 17 * 60))
_CALENDAR = Calendar("office", "Europe/Berlin", (_DAY,) * 5 + ((), ()), ((date(2026, 12, 25), ()),))


def run(rounds: int) -> dict[str, dict[str, float]]:
    """Medians in us by kind of case; the kinds take turns, so that noise falls on all alike."""
    rules = _rules()
    acts: dict[str, Callable[[], object]] = {
        name: partial(clocks, facts, rules, now) for name, (facts, now) in _cases().items()
    }
    usual, now = _cases()["usual"]
    acts["usual, foremost and when it changes next"] = partial(_row, usual, rules, now)
    spent: dict[str, list[float]] = {name: [] for name in acts}
    for _ in range(20 * rounds):
        for name, act in acts.items():
            spent[name].append(_took(act))
    spent |= _agenda()
    return {
        name: {"median us": round(statistics.median(each) * 1e6, 1), "p95 us": round(_p95(each) * 1e6, 1)}
        for name, each in spent.items()
    }


def _agenda() -> dict[str, list[float]]:
    """An hour of many open cases, each of which turns once in it: a tick a second finds those that are due, and one is
    placed anew."""
    agenda, chance = Agenda(), random.Random(1)
    for number in range(MANY):
        agenda.place(f"case-{number}", _BEGAN + chance.randrange(HOUR_MS))
    spent: dict[str, list[float]] = {f"a tick of {MANY:,} cases": [], f"placing one of {MANY:,}": []}
    tick, placing = spent.values()
    for second in range(3600):
        begun = time.thread_time()
        agenda.due(_BEGAN + second * MS)
        tick.append(time.thread_time() - begun)
        case, at = f"case-{chance.randrange(MANY)}", _BEGAN + HOUR_MS + chance.randrange(HOUR_MS)
        begun = time.thread_time()
        agenda.place(case, at)
        placing.append(time.thread_time() - begun)
    return spent


def _row(facts: list[Fact], rules: Rulebook, now: Ms) -> None:
    first = foremost(clocks(facts, rules, now))
    if first is not None:
        next_change(first, rules, now)


def _rules() -> Rulebook:
    warn = (Warn(percent=75), Warn(percent=90))
    targets = (
        Target("first-response", 30 * MINUTE_MS, warn=warn),
        Target("next-response", HOUR_MS, pauses=frozenset({"pending"}), warn=warn),
        Target("periodic-update", 8 * HOUR_MS, warn=warn),
        Target("total-resolution", 16 * HOUR_MS, pauses=frozenset({"pending"}), warn=warn),
        Target("ownership", 4 * HOUR_MS, warn=warn),
    )
    return Rulebook.only(
        Rules("1", (Policy("p", targets=targets, calendar="office"),), {"office": WorkingTime(_CALENDAR)})
    )


def _cases() -> dict[str, tuple[list[Fact], Ms]]:
    """Facts, and when they are looked at."""

    def at(minutes: float) -> Ms:
        return _BEGAN + round(minutes * MINUTE_MS)

    new: list[Fact] = [Created(at(0), Traits("whatsapp", team="care")), CustomerWrote(at(0), "1")]
    usual: list[Fact] = [
        *new,
        CustomerWrote(at(2), "2"),
        TraitChanged(at(3), "priority", "high"),
        Replied(at(10), "3"),
        CustomerWrote(at(15), "4"),
        StatusChanged(at(20), "pending"),
        CustomerWrote(at(40), "5"),
        Replied(at(50), "6"),
        CustomerWrote(at(60), "7"),
    ]
    reopened = list(usual)
    for day in range(1, 4):
        reopened += [Resolved(at(day * 1440)), Reopened(at(day * 1440 + 300)), CustomerWrote(at(day * 1440 + 300))]
    long = list(new)
    for turn in range(100):
        long += [CustomerWrote(at(20 * turn), f"c{turn}"), Replied(at(20 * turn + 7), f"r{turn}")]
    return {
        "new": (new, at(5)),
        "usual": (usual, at(70)),
        "reopened three times": (reopened, at(3 * 1440 + 310)),
        "200 messages": (long, at(2000)),
    }


def _took(act: Callable[[], object]) -> float:
    """Seconds of this thread's own for one of them."""
    begun = time.thread_time()
    for _ in range(AT_ONCE):
        act()
    return (time.thread_time() - begun) / AT_ONCE


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]
