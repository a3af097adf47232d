"""Service levels as stored: versions of the rules, clocks that were breached or have ended, whose turn it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, text, update

from agent_tui.backends.hub.store.schema import case, sla_clock, sla_version
from agent_tui.domain.model import Breach, CaseRow
from agent_tui.domain.sla.clocks import SlaClock
from agent_tui.domain.sla.policies import SlaMetric
from agent_tui.domain.time import Ms
from agent_tui.domain.told import ROW_METRIC

_B = bindparam
Place = tuple[str, str, Ms]
"""Which clock of a case: metric, key, start."""
_OF_CASE = select(sla_clock).where(sla_clock.c.case_id == _B("case"))
_BREACHES = (
    select(sla_clock)
    .where(sla_clock.c.case_id.in_(_B("cases", expanding=True)), sla_clock.c.state == "breached")
    .order_by(sla_clock.c.due, sla_clock.c.metric, sla_clock.c.key)
)
_DROP = delete(sla_clock).where(
    sla_clock.c.case_id == _B("b_case"),
    sla_clock.c.metric == _B("b_metric"),
    sla_clock.c.key == _B("b_key"),
    sla_clock.c.started == _B("b_started"),
)
_EXCUSE = (
    update(sla_clock)
    .where(
        sla_clock.c.case_id == _B("b_case"),
        sla_clock.c.metric == _B("b_metric"),
        sla_clock.c.key == _B("b_key"),
        sla_clock.c.started == _B("b_started"),
        sla_clock.c.state == "breached",
    )
    .values(reason=_B("b_reason"), reason_by=_B("b_by"), reason_at=_B("b_at"))
)
# a literal: the index holds only those that have a turn
_TO_TURN = (
    select(case.c.id)
    .where(text("cases.sla_turn > 0"), case.c.sla_turn <= _B("now"))
    .order_by(case.c.sla_turn, case.c.id)
    .limit(_B("limit"))
)
_NEXT_TURN = select(case.c.sla_turn).where(text("cases.sla_turn > 0")).order_by(case.c.sla_turn).limit(1)
_ALL = update(case).where(case.c.stage.in_(("us", "customer", "later", "joined"))).values(sla_turn=1)


def versions(connection: Connection) -> list[tuple[Ms, str, str]]:
    """Since when (Ms) which version, and what it says (JSON); oldest first."""
    found = connection.execute(select(sla_version).order_by(sla_version.c.at))
    return [(row.at, row.version, row.data) for row in found]


def add_version(connection: Connection, at: Ms, version: str, data: str) -> None:
    """From `at` on it is in force; every open case is due to be measured by it."""
    connection.execute(delete(sla_version).where(sla_version.c.at == at))
    connection.execute(insert(sla_version), {"at": at, "version": version, "data": data})
    measure_all(connection)


def measure_all(connection: Connection) -> None:
    """Every open case is due to be measured."""
    connection.execute(_ALL)


def to_turn(connection: Connection, now: Ms, limit: int) -> list[str]:
    """Cases whose clocks are due to be looked at, the first one first."""
    return list(connection.execute(_TO_TURN, {"now": now, "limit": limit}).scalars())


def put_off(connection: Connection, case_id: str, until: Ms) -> None:
    """A case's clocks are looked at again then, or when something happens to it."""
    connection.execute(update(case).where(case.c.id == case_id).values(sla_turn=until))


def next_turn(connection: Connection) -> Ms | None:
    """When the first of them is due."""
    return connection.execute(_NEXT_TURN).scalar()


def replace_clocks(
    connection: Connection, row: CaseRow, queue: str, clocks: Sequence[SlaClock]
) -> tuple[list[SlaClock], list[Breach]]:
    """These are the case's clocks that were breached or have ended. Answers those that were not known as breached, and
    the breaches that are none any more. The reason that somebody gave for one stays."""
    held = {(kept.metric, kept.key, kept.started): kept for kept in connection.execute(_OF_CASE, {"case": row.id})}
    known = {place: breach_of(kept) for place, kept in held.items() if kept.state == "breached"}
    whose = {"queue": queue, "channel": row.channel, "brand": row.brand, "agent": row.owner}
    broken: list[SlaClock] = []
    fresh: list[dict[str, Any]] = []
    for clock in clocks:
        place: Place = (clock.metric, clock.key, clock.started)
        kept, before = held.pop(place, None), None
        if clock.state == "breached":
            before = known.pop(place, None)
            if before is None:
                broken.append(clock)
        columns = _columns(row.id, clock)
        if kept is not None and all(getattr(kept, name) == value for name, value in columns.items()):
            continue
        excuse = (before.reason, before.by, before.at) if before is not None else ("", "", 0)
        fresh.append({**columns, **whose, **dict(zip(("reason", "reason_by", "reason_at"), excuse, strict=True))})
        if kept is not None:
            _drop(connection, row.id, place)
    for place in held:
        _drop(connection, row.id, place)
    if fresh:
        connection.execute(insert(sla_clock), fresh)
    return broken, list(known.values())


def _columns(case: str, clock: SlaClock) -> dict[str, Any]:
    return {
        "case_id": case,
        "metric": clock.metric,
        "key": clock.key,
        "started": clock.started,
        "due": clock.due,
        "within": clock.within,
        # of one that goes on it would be another each time
        "used": clock.used if clock.ended is not None else 0,
        "state": clock.state,
        "ended": clock.ended,
        "by": clock.by,
        "policy": clock.policy,
        "version": clock.version,
        "percent": clock.percent,
    }


def _drop(connection: Connection, case: str, place: Place) -> None:
    metric, key, started = place
    connection.execute(_DROP, {"b_case": case, "b_metric": metric, "b_key": key, "b_started": started})


def breaches(connection: Connection, cases: Sequence[str]) -> tuple[Breach, ...]:
    """What was broken of some cases, the first one first."""
    found = connection.execute(_BREACHES, {"cases": list(cases)})
    return tuple(breach_of(kept) for kept in found)


def breach_of(kept: Row[Any]) -> Breach:
    """From its row."""
    metric = ROW_METRIC[cast(SlaMetric, kept.metric)]
    return Breach(metric, kept.started, kept.due or 0, kept.key, kept.reason, kept.reason_by, kept.reason_at)


def excuse(connection: Connection, case: str, place: Place, reason: str, by: str, at: Ms) -> bool:
    """Somebody said why; False where the case has no such breach."""
    metric, key, started = place
    where = {"b_case": case, "b_metric": metric, "b_key": key, "b_started": started}
    return connection.execute(_EXCUSE, {**where, "b_reason": reason, "b_by": by, "b_at": at}).rowcount > 0
