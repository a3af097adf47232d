"""What the clocks of one case cost: evaluated anew from its facts, under a policy of five metrics in working time."""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import bindparam, select, update

from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.measuring import Known, measure
from agent_tui.backends.hub.rules import RulesInForce, as_kept
from agent_tui.backends.hub.seeding import bulk_load
from agent_tui.backends.hub.store import Store, sla
from agent_tui.backends.hub.store.schema import case
from agent_tui.backends.hub.transaction import Tx
from agent_tui.backends.hub.writer import Committer
from agent_tui.domain import filing
from agent_tui.domain.sla.calendars import Calendar
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
from agent_tui.domain.sla.policies import Policy, Rulebook, Target, Traits, Warn
from agent_tui.domain.sla.written import Sla
from agent_tui.domain.time import DAY_MS, HOUR_MS, MINUTE_MS, MS, Ms, SystemTime
from bench.fill_hub import cases

AT_ONCE = 50
MANY = 100_000
TICK, PLACING, LOOKING = f"a tick of {MANY:,} cases", f"placing one of {MANY:,}", "a case looked at"
_PLACE = update(case).where(case.c.id == bindparam("b_id")).values(sla_turn=bindparam("at"))
_BEGAN = round(datetime(2026, 11, 23, 9, tzinfo=UTC).timestamp() * MS)
_DAY = ((9 * 60, 12 * 60 + 30), (13 * 60 + 30, 17 * 60))
_CALENDAR = Calendar("office", "Europe/Berlin", (_DAY,) * 5 + ((), ()), ((date(2026, 12, 25), ()),))


def run(rounds: int) -> dict[str, dict[str, float]]:
    """Medians in us by kind of case; the kinds take turns, so that noise falls on all alike."""
    rules = Rulebook.only(five_metrics().rules())
    acts: dict[str, Callable[[], object]] = {
        name: partial(clocks, facts, rules, now) for name, (facts, now) in _cases().items()
    }
    usual, now = _cases()["usual"]
    acts["usual, foremost and when it changes next"] = partial(_row, usual, rules, now)
    acts["usual, all that a hub wants to know, from its own facts"] = _as_a_hub()
    spent: dict[str, list[float]] = {name: [] for name in acts}
    for _ in range(20 * rounds):
        for name, act in acts.items():
            spent[name].append(_took(act))
    spent |= _hub()
    return {
        name: {"median us": round(statistics.median(each) * 1e6, 1), "p95 us": round(_p95(each) * 1e6, 1)}
        for name, each in spent.items()
    }


def _hub() -> dict[str, list[float]]:
    """A hub's store of many open cases, each of which turns once in an hour: a tick finds those that are due; one is
    placed elsewhere; one is looked at, from its facts to its row, in a transaction of its own that waits for no
    disk."""
    spent: dict[str, list[float]] = {name: [] for name in (TICK, PLACING, LOOKING)}
    chance = random.Random(1)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        store = Store.open(Path(name) / "hub", synchronous="OFF")
        now = SystemTime().now()
        bulk_load(store, cases(MANY), now, Ids(1))
        committer = Committer(store, SystemTime(), Ids(2), None)
        committer.one(lambda tx: sla.add_version(tx.connection, now - DAY_MS, "1", as_kept(five_metrics())))
        with store.writer.begin() as connection:
            ids = list(connection.execute(select(case.c.id)).scalars())
            spread = [{"b_id": id, "at": now + HOUR_MS + chance.randrange(HOUR_MS)} for id in ids]
            connection.execute(_PLACE, spread)
            committer.rules = RulesInForce(sla.versions(connection), ())
        for second in range(600):
            with store.read() as connection:
                begun = time.thread_time()
                sla.to_turn(connection, now + HOUR_MS + second * 6 * MS, 50)
                sla.next_turn(connection)
                spent[TICK].append(time.thread_time() - begun)
            with store.writer.begin() as connection:
                begun = time.thread_time()
                connection.execute(_PLACE, {"b_id": chance.choice(ids), "at": now + chance.randrange(HOUR_MS)})
                spent[PLACING].append(time.thread_time() - begun)
        for id in chance.sample(ids, 300):
            begun = time.thread_time()
            committer.one(partial(_look, id))
            spent[LOOKING].append(time.thread_time() - begun)
        store.close()
    return spent


def _look(case: str, tx: Tx) -> None:
    tx.look(case)


def _as_a_hub() -> Callable[[], object]:
    """The same talk as the hub keeps it: told to the engine, measured, with warnings and when it changes next."""

    def at(minutes: float) -> Ms:
        return _BEGAN + round(minutes * MINUTE_MS)

    normal, high = (("whatsapp", "", "care", "", priority, "") for priority in ("normal", "high"))
    kept: list[filing.Fact | filing.CaseState] = [
        filing.CaseState(entered=at(0), last_at=at(0)),
        filing.CustomerWrote(at(0), "whatsapp", first=True),
        filing.CustomerWrote(at(2), "whatsapp"),
        filing.TraitsChanged(at(3), normal, high),
        filing.Replied(at(10), "3"),
        filing.CustomerWrote(at(15), "whatsapp"),
        filing.PutAway(at(20), at(300)),
        filing.CustomerWrote(at(40), "whatsapp"),
        filing.Replied(at(50), "6"),
        filing.CustomerWrote(at(60), "whatsapp"),
    ]
    rules = RulesInForce([(_BEGAN, "1", as_kept(five_metrics()))], ())
    return partial(measure, rules, kept, high, "he", Known(), at(70))


def _row(facts: list[Fact], rules: Rulebook, now: Ms) -> None:
    first = foremost(clocks(facts, rules, now))
    if first is not None:
        next_change(first, rules, now)


def five_metrics() -> Sla:
    """One policy for all: five metrics in working time, warned of twice."""
    warn = (Warn(percent=75), Warn(percent=90))
    targets = (
        Target("first-response", 30 * MINUTE_MS, warn=warn),
        Target("next-response", HOUR_MS, pauses=frozenset({"pending"}), warn=warn),
        Target("periodic-update", 8 * HOUR_MS, warn=warn),
        Target("total-resolution", 16 * HOUR_MS, pauses=frozenset({"pending"}), warn=warn),
        Target("ownership", 4 * HOUR_MS, warn=warn),
    )
    return Sla("1", (Policy("p", targets=targets, calendar="office"),), (_CALENDAR,))


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
