"""All clocks of a case, with why each stands where it does; and why promises of time were broken."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from agent_tui.backends.hub import measuring, sight
from agent_tui.backends.hub.measuring import Known, Measured
from agent_tui.backends.hub.refused import Refused
from agent_tui.backends.hub.rules import RulesInForce, reasons_of
from agent_tui.backends.hub.store import cases, facts, people, sla
from agent_tui.backends.hub.store.cases import CaseRecord
from agent_tui.backends.hub.transaction import Tx
from agent_tui.domain.case_clocks import CaseClock, Hours, Pause
from agent_tui.domain.events import ClockTurned
from agent_tui.domain.model import Agent, Breach
from agent_tui.domain.orders import Excuse
from agent_tui.domain.sla.clocks import SlaClock
from agent_tui.domain.time import Ms
from agent_tui.domain.told import ROW_METRIC, SLA_METRIC, traits_of


def measured_cases(
    connection: Connection, rules: RulesInForce, case: str, now: Ms
) -> Iterator[tuple[CaseRecord, Measured]]:
    """All cases of the row that a case is in, measured from what is stored."""
    for part in cases.parts(connection, cases.head_of(connection, case)):
        record = cases.find(connection, part)
        if record is None:
            continue
        customer = people.find(connection, record.node)
        language = customer.language if customer is not None else ""
        traits, kept = traits_of(record.row, rules.queues), facts.kept(connection, part)
        yield record, measuring.measure(rules, kept, traits, language, Known.read(record.sla), now)


def clocks_of(
    connection: Connection, rules: RulesInForce | None, me: Agent, case: str, now: Ms
) -> tuple[CaseClock, ...]:
    """Of all cases of the row that a case is in; none for an agent who may not see it."""
    if rules is None or not sight.sees_case(connection, me, case):
        return ()
    found: list[CaseClock] = []
    for record, measured in measured_cases(connection, rules, case, now):
        part = record.row.id
        said = {(b.metric, b.started, b.key): b for b in sla.breaches(connection, [part])}
        for clock in measured.clocks:
            broken = said.get((ROW_METRIC[clock.metric], clock.started, clock.key))
            found.append(_told(part, clock, rules, broken))
    return tuple(found)


def _told(case: str, clock: SlaClock, rules: RulesInForce, broken: Breach | None) -> CaseClock:
    calendar = rules.book.versions[clock.version].calendars[clock.calendar].calendar
    zone = calendar.zone
    if calendar.always:  # times are said in the policy's own zone, also of what counts every hour
        own = rules.book.versions[clock.version].by_id[clock.policy].calendar
        zone = rules.book.versions[clock.version].calendars[own or clock.calendar].calendar.zone
    return CaseClock(
        case,
        clock.metric,
        clock.state,
        clock.policy,
        clock.version,
        clock.started,
        clock.within,
        clock.used,
        clock.due,
        Hours(calendar.id, zone, calendar.week, calendar.always),
        clock.key,
        clock.ended,
        clock.by,
        tuple(Pause(pause.start, pause.end, pause.word) for pause in clock.pauses),
        clock.percent,
        clock.next_day,
        broken.reason if broken is not None else "",
        broken.by if broken is not None else "",
        broken.at if broken is not None else 0,
    )


def excuse(tx: Tx, agent: Agent, order: Excuse) -> str:
    """Somebody says why a promise of time was broken. Raises Refused."""
    if tx.case(order.case) is None:
        raise Refused("no-case", "There is no such case.")
    if order.reason not in (code for code, _ in reasons_of(tx.rules)):
        raise Refused("no-reason", "There is no such reason.")
    place = (SLA_METRIC.get(order.metric, ""), order.key, order.started)
    for part in tx.parts(order.case):
        if sla.excuse(tx.connection, part.row.id, place, order.reason, agent.id, tx.now):
            broken = sla.breaches(tx.connection, [part.row.id])
            due = next(
                b.due for b in broken if (b.metric, b.started, b.key) == (order.metric, order.started, order.key)
            )
            body = ClockTurned("excused", order.metric, order.started, due, order.key, order.reason)
            tx.append(body, part.row.id, by=agent.id)
            return ""
    raise Refused("no-breach", "No such promise was broken.")
