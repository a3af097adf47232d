"""Everything of a customer by its time: which entries stand around a place, without reading their texts; and figures of
the whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select, text, tuple_

from agent_tui.backends.hub.store.brands import seen
from agent_tui.backends.hub.store.cases import head_of
from agent_tui.backends.hub.store.schema import (
    call,
    case,
    case_text,
    conversation,
    event,
    message,
    promise,
    sla_clock,
)
from agent_tui.backends.hub.store.sla import breach_of
from agent_tui.backends.hub.store.values import loads
from agent_tui.domain.model import Agent, Join, PastCase
from agent_tui.domain.past import STEPS, CaseStep, PastEntry, late_entry, step_id, usual_answer
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import Ms
from agent_tui.domain.views import Cursor

What = Literal["message", "call", "promise", "step", "join", "parting", "late"]
Key = tuple[Ms, str, What]
"""Place of an entry, and what it is."""
ANSWERS = 400
"""Of so many of the newest messages it is worked out how long the customer takes to answer."""
_ALL, _NONE = 1 << 62, -1


def cases_of(customers: Sequence[str], me: Agent) -> Select[Any]:
    """The cases of some customers that an agent may see."""
    return select(case.c.id).where(case.c.customer_id.in_(customers), seen(case.c.brand, me))


def keys(
    connection: Connection,
    cases: Select[Any],
    joins: Sequence[Join],
    late: Iterable[PastEntry],
    channel: str,
    before: Cursor | None,
    after: Cursor | None,
    most: int,
) -> list[Key]:
    """At most `most` entries nearest to a place: the newest ones first, with `after` the oldest first. `joins` and
    `late`: those that are among them."""
    found: list[Key] = []

    def take(what: What, at: ColumnElement[Any], id: ColumnElement[Any], *which: ColumnElement[bool]) -> None:
        wanted = select(at, id).where(*which, *_near(at, id, before, after))
        found.extend((row[0], row[1], what) for row in connection.execute(_nearest(wanted, at, id, after, most)))

    there = [message.c.channel == channel] if channel else []
    take("message", message.c.at, message.c.id, message.c.case_id.in_(cases), *there)
    talks = select(conversation.c.id).where(conversation.c.case_id.in_(cases), conversation.c.channel == channel)
    there = [call.c.conversation_id.in_(talks)] if channel else []
    take("call", call.c.since, call.c.id, call.c.case_id.in_(cases), *there)
    if not channel:
        take("promise", promise.c.at, promise.c.id, promise.c.case_id.in_(cases), promise.c.state != "withdrawn")
        found += _steps(connection, cases, before, after, most)
        found += _around(_joins(joins), before, after)
        found += _around([(entry.at, entry.id, "late") for entry in late], before, after)
    found.sort(key=lambda key: key[:2], reverse=after is None)
    return found[:most]


def _near(
    at: ColumnElement[Any], id: ColumnElement[Any], before: Cursor | None, after: Cursor | None
) -> list[ColumnElement[bool]]:
    if after is not None:
        return [tuple_(at, id) > tuple_(*after)]
    return [tuple_(at, id) < tuple_(*before)] if before is not None else []


def _nearest(
    wanted: Select[Any], at: ColumnElement[Any], id: ColumnElement[Any], after: Cursor | None, most: int
) -> Select[Any]:
    order = (at, id) if after is not None else (at.desc(), id.desc())
    return wanted.order_by(*order).limit(most)


def _steps(
    connection: Connection, cases: Select[Any], before: Cursor | None, after: Cursor | None, most: int
) -> list[Key]:
    # by seq, not by id: the index has it
    near = None
    if after is not None:
        near = tuple_(event.c.occurred, event.c.seq) > tuple_(after[0], _seq_upto(after[1]))
    elif before is not None:
        near = tuple_(event.c.occurred, event.c.seq) <= tuple_(before[0], _seq_upto(before[1], itself=False))
    told = [event.c.data.startswith(f'{{"change":"{change}"', autoescape=True) for change in STEPS]
    wanted = select(event.c.occurred, event.c.seq).where(
        event.c.kind == text("'case-changed'"), event.c.case_id.in_(cases), or_(*told)
    )
    if near is not None:
        wanted = wanted.where(near)
    rows = connection.execute(_nearest(wanted, event.c.occurred, event.c.seq, after, most))
    return [(row.occurred, step_id(row.seq), "step") for row in rows]


def _seq_upto(id: str, *, itself: bool = True) -> int:
    """The greatest seq whose entry's id is not after `id`; not `itself`: is before it."""
    try:
        if id[:2] == "e_" and step_id(int(id[2:], 16)) == id:
            return int(id[2:], 16) - (not itself)
    except ValueError:
        pass
    return _ALL if id > "e_0" else _NONE  # another thing's id: before all of them, or after all


def _joins(joins: Sequence[Join]) -> list[Key]:
    """All of them: there are few."""
    found: list[Key] = []
    for join in joins:
        found.append((join.at, join.id, "join"))
        if join.revoked is not None:
            found.append((join.revoked, f"{join.id}/parted", "parting"))
    return found


def _around(found: Sequence[Key], before: Cursor | None, after: Cursor | None) -> list[Key]:
    if after is not None:
        return [key for key in found if key[:2] > tuple(after)]
    return [key for key in found if before is None or key[:2] < tuple(before)]


def late(connection: Connection, cases: Select[Any]) -> dict[str, PastEntry]:
    """All promises of time that were broken, by the ids of their entries: there are few. Each is told of the case that
    leads the row now."""
    held = select(sla_clock).where(sla_clock.c.case_id.in_(cases), sla_clock.c.state == "breached")
    heads: dict[str, str] = {}
    found = {}
    for row in connection.execute(held):
        head = heads.get(row.case_id) or heads.setdefault(row.case_id, head_of(connection, row.case_id))
        entry = late_entry(head, breach_of(row))
        found[entry.id] = entry
    return found


def steps(connection: Connection, ids: Sequence[str]) -> dict[str, CaseStep]:
    """What became of cases, by the ids of the entries."""
    seqs = [int(id[2:], 16) for id in ids]
    held = select(event.c.seq, event.c.case_id, event.c.occurred, event.c.by, event.c.data).where(event.c.seq.in_(seqs))
    found = {}
    for row in connection.execute(held):
        data = loads(row.data)
        id = step_id(row.seq)
        found[id] = CaseStep(id, row.case_id, data["change"], row.occurred, row.by, data["detail"])
    return found


def past_cases(connection: Connection, ids: Sequence[str]) -> tuple[PastCase, ...]:
    """Cases as lines of a history, the oldest first."""
    said = select(conversation.c.case_id, func.sum(conversation.c.messages)).group_by(conversation.c.case_id)
    counts = {row[0]: row[1] for row in connection.execute(said.where(conversation.c.case_id.in_(ids)))}
    held = (
        select(case.c.id, case.c.number, case.c.channel, case_text.c.subject, case.c.last_at, case.c.stage)
        .join(case_text, case_text.c.case_id == case.c.id)
        .where(case.c.id.in_(ids))
        .order_by(case.c.number)
    )
    return tuple(
        PastCase(
            row.id, row.number, row.channel, CustomerText(row.subject), row.last_at, counts.get(row.id, 0), row.stage
        )
        for row in connection.execute(held)
    )


def figures(connection: Connection, cases: Select[Any]) -> tuple[int, int]:
    """How many cases and calls there are."""
    number = select(func.count()).select_from(cases.subquery())
    calls = select(func.count()).select_from(call).where(call.c.case_id.in_(cases), call.c.part_of == "")
    return connection.execute(number).scalar_one(), connection.execute(calls).scalar_one()


def messages_by_channel(connection: Connection, cases: Select[Any]) -> dict[str, int]:
    """How much was said on each channel."""
    said = (
        select(conversation.c.channel, func.sum(conversation.c.messages))
        .where(conversation.c.case_id.in_(cases))
        .group_by(conversation.c.channel)
    )
    return {row[0]: row[1] for row in connection.execute(said)}


def answers_in(connection: Connection, cases: Select[Any]) -> int | None:
    """How long the customer usually takes to answer us (ms), by the newest messages."""
    newest = (
        select(message.c.id)
        .where(message.c.case_id.in_(cases))
        .order_by(message.c.at.desc(), message.c.id.desc())
        .limit(ANSWERS)
    )
    said = select(message.c.conversation_id, message.c.kind, message.c.at).where(
        message.c.id.in_(newest), message.c.kind.in_(("in", "out"))
    )
    return usual_answer((row.conversation_id, row.kind, row.at) for row in connection.execute(said))


def topic(connection: Connection, cases: Select[Any]) -> str:
    """What the newest case with a subject is about."""
    held = (
        select(case_text.c.subject)
        .join(case, case.c.id == case_text.c.case_id)
        .where(case.c.id.in_(cases), case_text.c.subject != "")
        .order_by(case.c.number.desc())
        .limit(1)
    )
    return connection.execute(held).scalar() or ""
