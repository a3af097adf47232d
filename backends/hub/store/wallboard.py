"""What a wallboard is made from: what waits, which promises ended, and what the log says was done lately.

What waits is counted by an index of its own, and promises by the time they ended; of the log its end is read, found by
its times, which grow with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, and_, bindparam, func, or_, select, text
from sqlalchemy import case as when

from agent_tui.backends.hub.store import waiting
from agent_tui.backends.hub.store.brands import seen
from agent_tui.backends.hub.store.schema import call, case, event, lease, message, sla_clock
from agent_tui.backends.hub.store.values import loads
from agent_tui.backends.hub.store.waiting import Where
from agent_tui.domain.model import Agent
from agent_tui.domain.time import HOUR_MS, Ms
from agent_tui.domain.worked import Holding, Move, Turn

MOST_READ = 60_000
"""Entries of the log: no more are read for one board."""
FIRST_ANSWERS = ("first-response", "pickup")
"""Metrics of the first answer to a message and to a call."""
_TURNS: dict[str, Turn] = {
    "opened": "needed",
    "reopened": "needed",
    "woken": "needed",
    "resolved": "away",
    "snoozed": "away",
    "spam": "away",
}
_B = bindparam
_CHUNK = 500
_AT = select(event.c.recorded).where(event.c.seq >= _B("seq")).order_by(event.c.seq).limit(1)
_PLACES = select(case.c.id, case.c.team, case.c.channel, case.c.brand, case.c.labels, case.c.owner).where(
    case.c.id.in_(_B("ids", expanding=True))
)
_FIRST_SENT = (message.c.kind == "out", message.c.auto == "", message.c.state.not_in(("failed", "unknown")))
_WORDS = (
    select(
        message.c.case_id,
        func.max(when((and_(message.c.kind == "in", message.c.auto == ""), message.c.at))).label("word"),
        func.min(when((and_(*_FIRST_SENT), message.c.at))).label("answer"),
    )
    .where(message.c.case_id.in_(_B("ids", expanding=True)))
    .group_by(message.c.case_id)
)
_CALLS = select(call.c.case_id, call.c.direction, call.c.since, call.c.answered).where(
    call.c.case_id.in_(_B("ids", expanding=True)), call.c.part_of == ""
)


def _hours_before(at: ColumnElement[int]) -> ColumnElement[int]:
    """Whole hours that have passed since then."""
    return (bindparam("now", type_=BigInteger) - at) // HOUR_MS


_HOURS_WAITED = _hours_before(case.c.entered).label("hours")
# asked beside all that waits, since only few came so lately that their hours are to be sorted
_CAME_LATELY = waiting.BY_PLACE.add_columns(_HOURS_WAITED).where(case.c.entered > _B("since")).group_by(_HOURS_WAITED)


def _ended(state: ColumnElement[bool], at: ColumnElement[int]) -> Select[Any]:
    """Promises of a first answer, counted."""
    columns = (sla_clock.c.queue, sla_clock.c.channel, sla_clock.c.percent, _hours_before(at).label("hours"))
    return (
        select(*columns, func.count().label("clocks"))
        .where(state, at > _B("since"), at <= _B("now"), sla_clock.c.metric.in_(FIRST_ANSWERS))
        .group_by(*columns)
    )


_MET = _ended(sla_clock.c.state == "met", sla_clock.c.ended)
# a literal: the index holds no others
_BROKEN = _ended(and_(text("state = 'breached'")), sla_clock.c.due)


@dataclass(frozen=True, slots=True)
class Waiting:
    """So many cases of one place wait, all for as many whole hours, or for the time asked about and longer; since when
    the first of them does (Ms)."""

    where: Where
    hours: int
    cases: int
    oldest: Ms


@dataclass(frozen=True, slots=True)
class Ended:
    """So many promises of a first answer ended like this so many whole hours ago. `queue`: that of the case, as it was
    written with them."""

    queue: str
    channel: str
    hours: int
    state: str
    percent: int
    clocks: int


@dataclass(frozen=True, slots=True)
class Lately:
    """The end of the log from `since` on, in its order: turns of cases, who handles them; which cases were resolved and
    which were opened again in it."""

    since: Ms
    moves: tuple[Move, ...]
    holdings: tuple[Holding, ...]
    resolved: frozenset[str]
    reopened: frozenset[str]


def waits(connection: Connection, me: Agent, since: Ms, now: Ms) -> list[Waiting]:
    """What nobody has and nobody handles, of what an agent may see, by place and hour; what came before `since`
    together."""
    lately = connection.execute(_CAME_LATELY.where(seen(case.c.brand, me)), {"since": since, "now": now})
    found = [Waiting(waiting.where_of(row), row.hours, row.cases, row.oldest) for row in lately]
    known: Counter[Where] = Counter()
    for one in found:
        known[one.where] += one.cases
    for place in waiting.by_place(connection, me):
        if place.cases > known[place.where]:
            hours, cases = (now - since) // HOUR_MS, place.cases - known[place.where]
            found.append(Waiting(place.where, hours, cases, place.oldest))
    return found


def ended(connection: Connection, me: Agent, since: Ms, now: Ms) -> list[Ended]:
    """Promises of a first answer that were kept, by their end, and broken, by their due instant, since then."""
    return [
        Ended(row.queue, row.channel, row.hours, state, row.percent, row.clocks)
        for state, counted in (("met", _MET), ("breached", _BROKEN))
        for row in connection.execute(counted.where(seen(sla_clock.c.brand, me)), {"since": since, "now": now})
    ]


def lately(connection: Connection, me: Agent, head: int, since: Ms, people: Iterable[str]) -> Lately:
    """What the log says since then, or of as much as is read of it. `people`: ids of agents."""
    first = _first_after(connection, head, since)
    if first <= head - MOST_READ:
        first = head - MOST_READ + 1
        since = connection.execute(_AT, {"seq": first}).scalar_one()
    agents = set(people)
    moves: list[Move] = []
    holdings: list[Holding] = []
    resolved: set[str] = set()
    reopened: set[str] = set()
    changed = (event.c.data.startswith(f'{{"change":"{name}"', autoescape=True) for name in (*_TURNS, "assigned"))
    wanted = (
        select(event.c.case_id, event.c.occurred, event.c.recorded, event.c.kind, event.c.data)
        .join(case, case.c.id == event.c.case_id)
        .where(event.c.seq >= first, seen(case.c.brand, me))
        # the kinds are bound: the index of such events is in the order of cases, and the log is to be read from its end
        .where(or_(event.c.kind == "lease-changed", and_(event.c.kind == "case-changed", or_(*changed))))
        .order_by(event.c.seq)
    )
    for id, occurred, recorded, kind, data in connection.execute(wanted):
        said = loads(data)
        if kind == "lease-changed":
            holdings.append(Holding(id, recorded, said["agent"]))
            continue
        change = said["change"]
        if change == "assigned":
            why = said.get("why")
            turn: Turn = "taken" if said["detail"] in agents else "free"
            moves.append(Move(id, recorded, turn, why["waited"] if why else None))
            continue
        moves.append(Move(id, occurred, _TURNS[change]))
        if change == "resolved":
            resolved.add(id)
        elif change == "reopened":
            reopened.add(id)
    return Lately(since, tuple(moves), tuple(holdings), frozenset(resolved), frozenset(reopened))


def places(connection: Connection, cases: Iterable[str]) -> dict[str, tuple[Where, str]]:
    """Where each case is now, and who has it."""
    return {
        row.id: (waiting.where_of(row), row.owner)
        for ids in _chunks(cases)
        for row in connection.execute(_PLACES, {"ids": ids})
    }


def contacts(connection: Connection, cases: Iterable[str]) -> dict[str, tuple[list[Ms], list[Ms]]]:
    """Of each case when its customer wrote last and called (Ms), and when we first answered each way."""
    found: dict[str, tuple[list[Ms], list[Ms]]] = {}
    for ids in _chunks(cases):
        found |= {id: ([], []) for id in ids}
        for row in connection.execute(_WORDS, {"ids": ids}):
            found[row.case_id][0].extend([row.word] if row.word is not None else [])
            found[row.case_id][1].extend([row.answer] if row.answer is not None else [])
        for rang in connection.execute(_CALLS, {"ids": ids}):
            if rang.direction == "in":
                found[rang.case_id][0].append(rang.since)
            if rang.answered is not None:
                found[rang.case_id][1].append(rang.answered)
    return found


def at_work(connection: Connection) -> set[str]:
    """The agents who handle a case now."""
    return set(connection.execute(select(lease.c.agent).distinct().where(text("agent <> ''"))).scalars())


def _first_after(connection: Connection, head: int, since: Ms) -> int:
    """The place in the log of the first entry after a time: what is recorded later stands later."""
    low, high = 1, head + 1
    while low < high:
        middle = (low + high) // 2
        at = connection.execute(_AT, {"seq": middle}).scalar()
        if at is None or at > since:
            high = middle
        else:
            low = middle + 1
    return low


def _chunks(ids: Iterable[str]) -> Iterator[Sequence[str]]:
    rest = iter(ids)
    while some := list(islice(rest, _CHUNK)):
        yield some
