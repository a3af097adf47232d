"""Steps that a policy names about clocks that run out: telling, raising, adding, reassigning, saying.

What is done is told by the event that the caller appends with the words returned here: desks of those who are named say
it aloud. A target that is not there is passed over; `missing` names all of them for operators.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from sqlalchemy import Connection

from agent_tui.backends.hub import alerts, leases
from agent_tui.backends.hub.holding import keep
from agent_tui.backends.hub.placing import in_queue
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.store import agents, cases
from agent_tui.backends.hub.store import leases as stored_leases
from agent_tui.backends.hub.store.alerts import Alert
from agent_tui.backends.hub.transaction import Tx
from agent_tui.domain import joining
from agent_tui.domain import leases as lease_rules
from agent_tui.domain.brands import sees
from agent_tui.domain.events import CaseChanged
from agent_tui.domain.model import CaseRow
from agent_tui.domain.queues import queue_of
from agent_tui.domain.replies.known import FILLED_BY_HUB
from agent_tui.domain.replies.reply import Canned
from agent_tui.domain.replies.template import Refused, shape_of
from agent_tui.domain.sla.clocks import SlaClock
from agent_tui.domain.sla.policies import Rules, Step
from agent_tui.domain.told import PRIORITIES

SUPERVISORS = "supervisors"
"""All of them, at their desks; and the [[alert]] of that name, where there is one."""


def do(tx: Tx, policy: HubPolicy, case: str, step: Step, clock: SlaClock) -> str:
    """Do it; what was done (`tell supervisors`, `raise urgent`, `add team:lead`, `reassign agent:noa`, `say wait`), ""
    where there was nothing to do. The case that leads the row is what is changed."""
    leader = tx.leader(case)
    if leader is None or tx.shown(case).stage in joining.CLOSED or not there(tx.connection, policy, step):
        return ""
    if step.act == "raise":
        return _raise(tx, leader.row, step.to)
    if step.act == "say":
        return f"say {step.to}" if clock.key else ""
    if step.act == "reassign":
        return _reassign(tx, policy, leader.row, step, clock)
    return _tell(tx, policy, leader.row, step, clock)


def _tell(tx: Tx, policy: HubPolicy, row: CaseRow, step: Step, clock: SlaClock) -> str:
    """Whoever is told of a case can take it: to add somebody is no more than that."""
    alerts.queue(tx, policy, step.to, _said(tx, policy, row, step, clock))
    return f"{'add' if step.act == 'add' else 'tell'} {step.to}"


def _raise(tx: Tx, row: CaseRow, to: str) -> str:
    """Never lowers."""
    priority = PRIORITIES.index(to)
    if priority <= row.priority:
        return ""
    tx.put(replace(row, priority=priority))
    tx.append(CaseChanged("prioritised", str(priority)), row.id)
    return f"raise {to}"


def _reassign(tx: Tx, policy: HubPolicy, row: CaseRow, step: Step, clock: SlaClock) -> str:
    """From nobody's hands: while somebody talks with the customer, or has the case in hand, it is told instead."""
    now = _given(tx, policy, row, step.to)
    if now is None or (now.owner, now.team, now.labels) == (row.owner, row.team, row.labels):
        return ""
    key = leases.lease_key(tx, row.id)
    held = lease_rules.settled(stored_leases.find(tx.connection, key), tx.now)
    calls = (part.row.call for part in tx.parts(row.id))
    talks = any(call is not None and call.state in ("active", "held") for call in calls)
    if talks or (held.lease is not None and not held.lease.away and held.lease.agent != now.owner):
        return _tell(tx, policy, row, step, clock)
    if held.lease is not None and held.lease.agent != now.owner:
        released = lease_rules.release(held, held.lease.agent, held.lease.desk, tx.now)
        keep(tx, key, released, "released", "")
    added = [label for label in now.labels if label not in row.labels]
    cases.add_labels(tx.connection, added)
    leader = tx.case(row.id)
    assert leader is not None
    tx.put(replace(leader.row, owner=now.owner, team=now.team, labels=now.labels))
    if added:
        tx.append(CaseChanged("labelled", " ".join(f"+{label}" for label in added)), row.id)
    tx.append(CaseChanged("assigned", now.owner or now.team), row.id)
    return f"reassign {step.to}"


def _given(tx: Tx, policy: HubPolicy, row: CaseRow, to: str) -> CaseRow | None:
    """The row as it is then; None where that agent may not see it, or it would wait elsewhere than in that queue."""
    kind, _, name = to.partition(":")
    if kind == "agent":
        agent = agents.find(tx.connection, name)
        return replace(row, owner=name) if agent is not None and sees(agent, row.brand) else None
    if kind == "team":
        return replace(row, owner="", team=name)
    return in_queue(policy, row, name)


def _said(tx: Tx, policy: HubPolicy, row: CaseRow, step: Step, clock: SlaClock) -> Alert:
    queue = queue_of(policy.queues, team=row.team, channel=row.channel, brand=row.brand, labels=row.labels)
    return Alert(
        id="",
        target="",
        way="mail",
        case_id=row.id,
        metric=clock.metric,
        key=clock.key,
        started=clock.started,
        step=_name_of(step),
        due=clock.due or 0,
        zone=tx.rules.zone_of(clock) if tx.rules is not None else "UTC",
        late=-clock.remaining,
        queue=queue.id if queue is not None else "",
        channel=row.channel,
        brand=row.brand,
        agent=row.owner,
        at=tx.now,
    )


def _name_of(step: Step) -> str:
    """What tells it from the other steps of a policy: `90% tell supervisors`."""
    if step.warn is None:
        when = f"late {step.late_ms}"
    else:
        when = f"{step.warn.percent}%" if step.warn.percent else f"left {step.warn.left_ms}"
    return f"{when} {step.act} {step.to}"[:255]


# -- what policies name ------------------------------------------------------------------------------------------------


def there(connection: Connection, policy: HubPolicy, step: Step) -> bool:
    """Whether a step's target is known here; what an exchange can say is not."""
    if step.act == "raise":
        return step.to in PRIORITIES
    if step.act == "say":
        return True
    kind, colon, name = step.to.partition(":")
    if kind == "agent" and colon:
        return agents.find(connection, name) is not None
    if kind == "team" and colon:
        return name in dict(policy.team_titles) or name in agents.teams(connection)
    if step.act == "reassign":
        return kind == "queue" and any(setup.id == name for setup in policy.queues)
    named = any(target.name == step.to for target in policy.alerts)
    return named or (step.act == "tell" and step.to == SUPERVISORS)


def missing(connection: Connection, policy: HubPolicy, rules: Rules) -> Iterator[str]:
    """What the rules name that is not there: a line for each, for the log and for health."""
    keys = {canned.key for canned in policy.canned}
    for one in rules.policies:
        for step in one.steps:
            if not there(connection, policy, step):
                yield f"policy {one.id}: there is nobody or nothing called {step.to} to {step.act}"
        if one.acknowledge and one.acknowledge not in keys:
            yield f"policy {one.id}: there is no canned reply {one.acknowledge}"
        keyed = (canned for canned in policy.canned if canned.key in (one.acknowledge, f"{one.acknowledge}-he"))
        if unfilled := sorted({name for canned in keyed for name in _unfilled(canned)}):
            names = ", ".join(unfilled)
            yield f"policy {one.id}: nobody fills {names} of the canned reply {one.acknowledge}"
    for plan in rules.reminders:
        if plan.text not in keys:
            yield f"reminder {plan.id}: there is no canned reply {plan.text}"


def _unfilled(canned: Canned) -> set[str]:
    """What nobody fills when the hub says it by itself, with a time that is promised."""
    with suppress(Refused):  # `hub check` says so of the reply itself
        shapes = [shape_of(one.text) for one in canned.texts]
        named = {name for shape in shapes for name in (*shape.fields, *shape.variables)}
        return named - FILLED_BY_HUB - {"promised"}
    return set()
