"""Calls: as the exchange and the agents left them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, text, update

from agent_tui.backends.hub.store.brands import seen
from agent_tui.backends.hub.store.schema import call, call_text, case, customer
from agent_tui.backends.hub.store.values import storable
from agent_tui.domain.model import Agent, Call
from agent_tui.domain.text import CustomerText

_B = bindparam
_CALLS = select(call, call_text.c.caller, call_text.c.digits, call_text.c.outcome).join(
    call_text, call_text.c.call_id == call.c.id
)
_CALL = _CALLS.where(call.c.id == _B("id"))
_CALL_BY_CHANNEL = select(call.c.id).where(call.c.account == _B("account"), call.c.channel_id == _B("channel_id"))
_TALKS = select(call.c.id).where(call.c.agent == _B("agent"), text("state IN ('active', 'held')")).limit(1)
_TALKING = select(call.c.agent).where(text("state IN ('active', 'held')"))
# literals: the index holds these only
_ENDED_PART = text("call.state = 'ended' AND call.part_of <> ''")
_CALL_FIELDS = ("state", "since", "queue", "direction", "agent", "answered", "ended", "law_due", "muted", "passed")


def _call(row: Row[Any]) -> Call:
    return Call(
        row.id,
        row.case_id,
        row.conversation_id,
        row.state,
        row.since,
        CustomerText(row.caller),
        row.queue,
        row.direction,
        row.agent,
        row.answered,
        row.ended,
        row.law_due,
        bool(row.muted),
        row.digits,
        row.outcome,
        row.part_of,
        row.passed,
    )


def find_call(connection: Connection, id: str) -> Call | None:
    row = connection.execute(_CALL, {"id": id}).first()
    return _call(row) if row is not None else None


def talks(connection: Connection, agent: str) -> bool:
    """Whether an agent is in a call now."""
    return connection.execute(_TALKS, {"agent": agent}).first() is not None


def talk_with(connection: Connection, agent: str, cases: Sequence[str]) -> str:
    """The call of some cases that an agent is in now, "" none."""
    return connection.execute(_TALKS.where(call.c.case_id.in_(cases)), {"agent": agent}).scalar() or ""


def parts_to_write_up(connection: Connection, me: Agent) -> tuple[Call, ...]:
    """An agent's parts of calls that were put through, of the brands that they see, the oldest first; each with the
    case that leads its row."""
    wanted = (
        _CALLS.add_columns(case.c.head)
        .join(case, case.c.id == call.c.case_id)
        .join(customer, customer.c.id == case.c.customer_id)
        .where(call.c.agent == me.id, _ENDED_PART, customer.c.erased == 0)
        .where(seen(case.c.brand, me))
        .order_by(call.c.since, call.c.id)
    )
    return tuple(replace(_call(row), case=row.head or row.case_id) for row in connection.execute(wanted))


def dialled(connection: Connection) -> list[str]:
    """Calls of ours that the customer has not answered yet."""
    wanted = select(call.c.id).where(call.c.state == "ringing", call.c.direction == "out")
    return list(connection.execute(wanted.order_by(call.c.since, call.c.id)).scalars())


def talking(connection: Connection) -> frozenset[str]:
    """The agents who are in a call now."""
    return frozenset(connection.execute(_TALKING).scalars())


def had_by(connection: Connection, id: str) -> frozenset[str]:
    """The agents who had a call before it was put through."""
    parts = select(call.c.agent).where(call.c.part_of == id, text("part_of <> ''"))
    return frozenset(connection.execute(parts).scalars())


def call_line(connection: Connection, id: str) -> tuple[str, str]:
    """Account and the exchange's id of a call."""
    row = connection.execute(select(call.c.account, call.c.channel_id).where(call.c.id == id)).one()
    return row.account, row.channel_id


def call_by_channel_id(connection: Connection, account: str, channel_id: str) -> str:
    return connection.execute(_CALL_BY_CHANNEL, {"account": account, "channel_id": storable(channel_id)}).scalar() or ""


def calls(connection: Connection, cases: Sequence[str]) -> tuple[Call, ...]:
    """The calls of some cases, the oldest first."""
    wanted = _CALLS.where(call.c.case_id.in_(cases)).order_by(call.c.since, call.c.id)
    return tuple(_call(row) for row in connection.execute(wanted))


def add_call(connection: Connection, new: Call, account: str, channel_id: str) -> None:
    columns = {name: getattr(new, name) for name in _CALL_FIELDS}
    keys = {"id": new.id, "case_id": new.case, "conversation_id": new.conversation, "part_of": new.part_of}
    connection.execute(insert(call), {**keys, **columns, "account": account, "channel_id": storable(channel_id)})
    connection.execute(
        insert(call_text),
        {"call_id": new.id, "caller": storable(new.caller.raw), "digits": new.keys, "outcome": storable(new.outcome)},
    )


def save_call(connection: Connection, now: Call) -> None:
    connection.execute(update(call).where(call.c.id == now.id).values({n: getattr(now, n) for n in _CALL_FIELDS}))
    connection.execute(
        update(call_text)
        .where(call_text.c.call_id == now.id)
        .values(caller=storable(now.caller.raw), digits=now.keys, outcome=storable(now.outcome))
    )
