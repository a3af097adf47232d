"""What giving out cases has to know: what waits, what agents have, who had a customer last. Read from a few columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, exists, func, or_, select, text

from agent_tui.backends.hub.store.brands import seen
from agent_tui.backends.hub.store.schema import WAITING, agent, case, customer, event, lease
from agent_tui.backends.hub.store.values import from_state_column, from_words, loads
from agent_tui.domain.model import Agent
from agent_tui.domain.queues import Assignment, Why
from agent_tui.domain.time import Ms

_LEADS = or_(case.c.head == "", case.c.head == case.c.id)
_HANDLED = and_(lease.c.case_id == case.c.id, lease.c.agent != text("''"))
_WAITING = (
    select(
        case.c.id,
        case.c.brand,
        case.c.channel,
        case.c.team,
        case.c.labels,
        case.c.priority,
        case.c.state,
        customer.c.root,
        customer.c.language,
    )
    .join(customer, customer.c.id == case.c.customer_id)
    # a call that rings or runs is the exchange's to give out, and a case that somebody handles is theirs
    .where(WAITING, _LEADS, ~exists().where(_HANDLED))
)
_PLACE = (case.c.team, case.c.channel, case.c.brand, case.c.labels)
_IN_HAND = select(lease.c.case_id).where(text("agent <> ''"))
BY_PLACE = (
    # the same cases, counted by an index of just them, that has each place together
    select(*_PLACE, func.count().label("cases"), func.min(case.c.entered).label("oldest"))
    .where(WAITING, case.c.id.not_in(_IN_HAND))
    .group_by(*_PLACE)
)
LATELY = 20_000
"""Events: that far back the log is read for who was given what. A few milliseconds of a start."""
_LATELY = (
    select(event.c.case_id, event.c.recorded, event.c.by, event.c.data, case.c.head)
    .join(case, case.c.id == event.c.case_id)
    # the kind is bound: the index of such events is in the order of cases, and the log is to be read from its end
    .where(event.c.seq > select(func.max(event.c.seq)).scalar_subquery() - LATELY, event.c.kind == "case-changed")
    .where(event.c.data.startswith('{"change":"assigned"', autoescape=True))
    .order_by(event.c.seq)
)
_OWNED = select(case.c.owner, case.c.stage, case.c.brand, case.c.channel, case.c.team, case.c.labels).where(
    case.c.stage.in_(("us", "customer")), _LEADS
)


@dataclass(frozen=True, slots=True)
class Where:
    """What says in which queue a case is."""

    team: str
    channel: str
    brand: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """How many cases of one place wait, and since when the first of them does (Ms)."""

    where: Where
    cases: int
    oldest: Ms


@dataclass(frozen=True, slots=True)
class WaitingCase:
    """A row that nobody has and that needs us, since when (Ms). `customer`: the person."""

    id: str
    brand: str
    channel: str
    team: str
    labels: tuple[str, ...]
    priority: int
    since: Ms
    customer: str
    language: str


@dataclass(frozen=True, slots=True)
class OwnedCase:
    """A row that somebody has. `waits`: for the customer, not for us."""

    owner: str
    waits: bool
    brand: str
    channel: str
    team: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assigned:
    """A case (the one that leads its row now) went to an agent at a time, or, `to` "", back to its queue, by somebody
    or ("") by the hub."""

    case: str
    at: Ms
    by: str
    to: str


def waiting(connection: Connection, ids: Sequence[str] | None = None) -> list[WaitingCase]:
    """All of them, or those of some ids, in no order."""
    wanted = _WAITING if ids is None else _WAITING.where(case.c.id.in_(ids))
    return [
        WaitingCase(
            row.id,
            row.brand,
            row.channel,
            row.team,
            from_words(row.labels),
            row.priority,
            from_state_column(row.state).entered,
            row.root,
            row.language or "",
        )
        for row in connection.execute(wanted)
    ]


def by_place(connection: Connection, me: Agent) -> list[Place]:
    """What waits of what an agent may see, where it is."""
    found = connection.execute(BY_PLACE.where(seen(case.c.brand, me)))
    return [Place(where_of(row), row.cases, row.oldest) for row in found]


def where_of(row: Any) -> Where:
    """From the columns of a case."""
    return Where(row.team, row.channel, row.brand, from_words(row.labels))


def owned(connection: Connection, owners: Sequence[str]) -> list[OwnedCase]:
    """Open rows of some agents."""
    return [
        OwnedCase(row.owner, row.stage == "customer", row.brand, row.channel, row.team, from_words(row.labels))
        for row in connection.execute(_OWNED.where(case.c.owner.in_(owners)))
    ]


def last_owners(connection: Connection, customers: Iterable[str]) -> dict[str, str]:
    """By person, who had their newest case that anybody had."""
    held = (
        select(customer.c.root, case.c.owner)
        .join(customer, customer.c.id == case.c.customer_id)
        .where(customer.c.root.in_(list(customers)), case.c.owner != "")
        .order_by(case.c.last_at, case.c.id)
    )
    return {row.root: row.owner for row in connection.execute(held)}


def assigned_lately(connection: Connection) -> list[Assigned]:
    """Who was given which case in the last LATELY events, and what was put back, in order."""
    people = set(connection.execute(select(agent.c.id)).scalars())
    found = []
    for row in connection.execute(_LATELY):
        to = loads(row.data)["detail"]
        found.append(Assigned(row.head or row.case_id, row.recorded, row.by, to if to in people else ""))
    return found


def last_assignment(connection: Connection, cases: Sequence[str]) -> Assignment | None:
    """The newest of the cases of a row."""
    held = (
        select(event.c.occurred, event.c.by, event.c.data, case.c.owner)
        .join(case, case.c.id == event.c.case_id)
        .where(
            event.c.kind == text("'case-changed'"),
            event.c.case_id.in_(cases),
            event.c.data.startswith('{"change":"assigned"', autoescape=True),
        )
        .order_by(event.c.occurred.desc(), event.c.seq.desc())
        .limit(1)
    )
    row = connection.execute(held).first()
    if row is None:
        return None
    data = loads(row.data)
    return Assignment(row.owner, row.occurred, row.by, why_of(data.get("why")))


def why_of(data: dict[str, Any] | None) -> Why | None:
    """As the log keeps it."""
    if not data:
        return None
    return Why(**{**data, "needs": tuple(data["needs"])})
