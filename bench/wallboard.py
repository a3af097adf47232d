"""A wallboard of a hub with 100,000 open cases and a log of a million entries: how long its answer takes.

A month of work: each day as many cases come as the log has room for, are given to agents, handled in two stretches and
resolved, with a dozen words each; 100,000 more wait in the end, of which a tenth came today. Clocks of first answers
ended for all of them, one in five late. `python -m bench wallboard`.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.seeding import SeedCase, SeedMessage, bulk_load
from agent_tui.backends.hub.store import Store, agents, log
from agent_tui.backends.hub.store.schema import event, head, sla_clock
from agent_tui.backends.hub.wallboard import wallboard
from agent_tui.domain.filing import Done
from agent_tui.domain.model import Agent
from agent_tui.domain.queues import QueueSetup
from agent_tui.domain.time import DAY_MS, HOUR_MS, MINUTE_MS, Ms
from agent_tui.domain.wallboard import Board

WAITING = 100_000
EVENTS = 1_000_000
DAYS = 30
NOW: Ms = 1_780_000_000_000
TEAMS = ("sales", "support", "billing")
CHANNELS = ("whatsapp", "email", "webchat", "sms")
SETUPS = tuple(QueueSetup(f"{team}-{one}", team=team, channels=(one,)) for team in TEAMS for one in CHANNELS)
PEOPLE = tuple(f"agent{number:02}" for number in range(50))
_PER_CASE = 12
"""Entries of the log that a case of this bench makes beside those of its seed."""


def _seeds(count: int, done: bool) -> Iterator[SeedCase]:
    span = DAYS * DAY_MS
    for number in range(count):
        at = NOW - HOUR_MS - number * span // count if done else NOW - number * 10 * DAY_MS // count
        said = [SeedMessage("in", at, "where is it?")]
        if done:
            said += [SeedMessage("out", at + 5 * MINUTE_MS, "on its way", PEOPLE[number % 50])]
            said += [SeedMessage("in", at + 6 * MINUTE_MS, "thank you")] if number % 3 == 0 else []
        yield SeedCase(
            name=f"Customer {number}",
            scheme="tel",
            address=f"+97250{'1' if done else '2'}{number:06}",
            channel=CHANNELS[number % 4],
            account="line",
            messages=tuple(said),
            owner=PEOPLE[number % 50] if done else "",
            team=TEAMS[number % 3],
            labels=(f"label{number % 7}",) if number % 2 else (),
            then=(Done(at + 20 * MINUTE_MS),) if done else (),
        )


def _entries(cases: list[tuple[str, Ms]], first: int) -> Iterator[dict[str, Any]]:
    """What happened to each case after it came: assigned, handled twice, read and labelled, resolved."""
    made = []
    for number, (case, at) in enumerate(cases):
        agent = PEOPLE[number % 50]
        why = '{"rule":"longest-idle","queue":"q","through":"q","waited":240000,"idle":0,"load":1,"capacity":4}'
        given = f'{{"change":"assigned","detail":"{agent}","why":{why}}}'
        made.append((at + 4 * MINUTE_MS, case, "case-changed", given))
        for minute, whose in ((4, agent), (6, ""), (15, agent), (19, "")):
            change = "taken" if whose else "released"
            held = f'{{"change":"{change}","agent":"{whose}","desk":"d","fence":1,"until":0,"was":"","was_desk":""}}'
            made.append((at + minute * MINUTE_MS, case, "lease-changed", held))
        for minute in range(7, 13):
            made.append((at + minute * MINUTE_MS, case, "case-changed", '{"change":"read","detail":""}'))
        made.append((at + 20 * MINUTE_MS, case, "case-changed", '{"change":"resolved","detail":""}'))
    made.sort()
    for place, (at, case, kind, data) in enumerate(made):
        yield {
            "seq": first + place,
            "occurred": at,
            "recorded": at,
            "case_id": case,
            "by": "",
            "kind": kind,
            "ref": "",
            "data": data,
        }


def fill(folder: Path, waiting: int = WAITING, events: int = EVENTS) -> Store:
    """A store as told above."""
    store = Store.open(folder, synchronous="OFF")
    with store.writer.begin() as connection:
        for id in PEOPLE:
            agents.add(connection, Agent(id, id, presence="available"), NOW - DAYS * DAY_MS)
    # what a seed puts into the log is recorded at its loading: long ago, since the log's times grow
    done = (events - 2 * waiting) // (_PER_CASE + 4)
    before = NOW - (DAYS + 1) * DAY_MS
    bulk_load(store, _seeds(waiting, False), before, Ids(1))
    bulk_load(store, _seeds(done, True), before, Ids(2))
    with store.writer.begin() as connection:
        rows = connection.exec_driver_sql("SELECT id, last_at, channel, stage FROM cases").all()
        cases = [(row.id, row.last_at - 5 * MINUTE_MS) for row in rows if row.stage == "done"]
        first = log.read_head(connection) + 1
        entries = list(_entries(cases, first))
        connection.execute(insert(event), entries)
        connection.execute(head.update().values(seq=first + len(entries) - 1))
        connection.execute(insert(sla_clock), [_clock(number, row) for number, row in enumerate(rows)])
    return store


def _clock(number: int, row: Any) -> dict[str, Any]:
    late = number % 5 == 0 or row.stage != "done"
    at = row.last_at
    return {
        "case_id": row.id,
        "metric": "first-response",
        "key": "",
        "started": at - 5 * MINUTE_MS,
        "due": at,
        "within": 5 * MINUTE_MS,
        "used": 0,
        "state": "breached" if late else "met",
        "ended": at if row.stage == "done" else None,
        "by": "answered" if row.stage == "done" else "",
        "policy": "all",
        "version": "1",
        "percent": 80,
        "queue": SETUPS[number % len(SETUPS)].id,
        "channel": row.channel,
        "brand": "",
        "agent": "",
    }


def run(folder: Path, rounds: int) -> dict[str, dict[str, float]]:
    """How long an answer takes (ms)."""
    store = fill(folder)
    try:
        took, _ = asked(store, 5 * rounds)
    finally:
        store.close()
    return {"answer": {"median ms": round(statistics.median(took), 1), "worst ms": round(max(took), 1)}}


def asked(store: Store, times: int) -> tuple[list[float], Board]:
    """How long each of so many answers took (ms), and the last of them."""
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        with store.read() as connection:
            me = Agent("boss", "Boss", "supervisor")
            made = wallboard(connection, SETUPS, me, log.read_head(connection), NOW)
        took.append((time.perf_counter() - begun) * 1000)
    return took, made
