"""Who handles which case, and the newest fence of each; see `domain.leases`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, bindparam, func, insert, select, text, update

from agent_tui.backends.hub.store.schema import lease
from agent_tui.domain.leases import NOTHING_HELD, Held
from agent_tui.domain.model import CaseRow, Lease
from agent_tui.domain.time import Ms

_HELD = text("agent <> ''")  # a literal: the index holds these only
_FIELDS = (lease.c.agent, lease.c.desk, lease.c.fence, lease.c.taken, lease.c.until, lease.c.away)
_ONE = select(*_FIELDS, lease.c.newest).where(lease.c.case_id == bindparam("case"))
_SAVE = (
    update(lease)
    .where(lease.c.case_id == bindparam("b_case"))
    .values({c.name: bindparam(c.name) for c in lease.c if c.name != "case_id"})
)
_OF_AGENT = select(lease.c.case_id).where(_HELD, lease.c.agent == bindparam("agent")).order_by(lease.c.case_id)
_ALL = select(lease.c.case_id).where(_HELD).order_by(lease.c.case_id)
_ENDED = select(lease.c.case_id).where(_HELD, lease.c.until > 0, lease.c.until <= bindparam("now")).limit(200)
_NEXT_END = select(func.min(lease.c.until)).where(_HELD, lease.c.until > 0)
_ENDLESS = select(lease.c.case_id).where(_HELD, lease.c.away > 0, lease.c.until == 0).order_by(lease.c.case_id)


def find(connection: Connection, case: str) -> Held:
    row = connection.execute(_ONE, {"case": case}).first()
    if row is None:
        return NOTHING_HELD
    held = Lease(row.agent, row.desk, row.fence, row.taken, row.until, row.away) if row.agent else None
    return Held(held, row.newest)


def save(connection: Connection, case: str, held: Held) -> None:
    known = held.lease or Lease("", "", 0, 0)
    values = {
        "agent": known.agent,
        "desk": known.desk,
        "fence": known.fence,
        "newest": held.fence,
        "taken": known.taken,
        "until": known.until,
        "away": known.away,
    }
    if connection.execute(_SAVE, {**values, "b_case": case}).rowcount == 0:
        connection.execute(insert(lease), {**values, "case_id": case})


def with_leases(connection: Connection, rows: Sequence[CaseRow]) -> list[CaseRow]:
    """The rows, each with its lease."""
    ids = [row.id for row in rows]
    if not ids:
        return []
    found = connection.execute(select(lease.c.case_id, *_FIELDS).where(_HELD, lease.c.case_id.in_(ids)))
    held = {row.case_id: Lease(*row[1:]) for row in found}
    return [replace(row, lease=held[row.id]) if row.id in held else row for row in rows] if held else list(rows)


def of_agent(connection: Connection, agent: str) -> list[str]:
    """Cases that an agent handles, at whichever desk."""
    return list(connection.execute(_OF_AGENT, {"agent": agent}).scalars())


def everything(connection: Connection) -> list[str]:
    """Cases that somebody handles."""
    return list(connection.execute(_ALL).scalars())


def ended(connection: Connection, now: Ms) -> list[str]:
    """Cases whose lease has run out, at most 200."""
    return list(connection.execute(_ENDED, {"now": now}).scalars())


def next_end(connection: Connection) -> Ms | None:
    """When the next lease runs out."""
    return connection.execute(_NEXT_END).scalar()


def endless(connection: Connection) -> list[str]:
    """Cases whose holder's line is down, and that are kept without an end: by a call."""
    return list(connection.execute(_ENDLESS).scalars())
