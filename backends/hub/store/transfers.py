"""Transfers: which case is on its way to whom, and what became of it. What was said with one is a message."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from agent_tui.backends.hub.store.schema import transfer
from agent_tui.domain.time import Ms
from agent_tui.domain.transfers import OPEN, Transfer

_B = bindparam
_CHANGES = ("agent", "due", "state", "ended", "ended_by")
_ONE = select(transfer).where(transfer.c.id == _B("id"))
_OF_CASE = select(transfer).where(transfer.c.case_id == _B("case")).order_by(transfer.c.at, transfer.c.id)
_OPEN_OF = _OF_CASE.where(transfer.c.state.in_(OPEN))
_LAPSED = (
    select(transfer.c.id)
    .where(transfer.c.due > 0, transfer.c.due <= _B("now"))
    .order_by(transfer.c.due, transfer.c.id)
    .limit(100)
)
_CONNECTING = (
    select(transfer.c.id)
    .where(transfer.c.due > 0, transfer.c.state == "connecting")
    .order_by(transfer.c.at, transfer.c.id)
)
_NEXT = select(transfer.c.due).where(transfer.c.due > 0).order_by(transfer.c.due).limit(1)


def _transfer(row: Row[Any]) -> Transfer:
    return Transfer(
        row.id,
        row.case_id,
        row.by,
        row.at,
        row.agent,
        row.queue,
        row.warm,
        row.due,
        row.state,
        row.note,
        row.ended,
        row.ended_by,
    )


def find(connection: Connection, id: str) -> Transfer | None:
    row = connection.execute(_ONE, {"id": id}).first()
    return _transfer(row) if row is not None else None


def of_case(connection: Connection, case: str) -> tuple[Transfer, ...]:
    """All of a case, oldest first."""
    return tuple(_transfer(row) for row in connection.execute(_OF_CASE, {"case": case}))


def open_of(connection: Connection, case: str) -> Transfer | None:
    """The one that is open: a case has one at most."""
    row = connection.execute(_OPEN_OF, {"case": case}).first()
    return _transfer(row) if row is not None else None


def came_from(connection: Connection, id: str) -> tuple[str, str]:
    """The team that the case was of before it was sent to a queue, and the label that it got for it ("" none)."""
    row = connection.execute(_ONE, {"id": id}).one()
    return row.was_team, row.label


def add(connection: Connection, new: Transfer, was_team: str = "", label: str = "") -> None:
    columns = {name: getattr(new, name) for name in ("id", "by", "at", "queue", "warm", "note", *_CHANGES)}
    connection.execute(insert(transfer), {**columns, "case_id": new.case, "was_team": was_team, "label": label})


def save(connection: Connection, changed: Transfer) -> None:
    """Write all that can change of one."""
    columns = {name: getattr(changed, name) for name in _CHANGES}
    connection.execute(update(transfer).where(transfer.c.id == changed.id).values(**columns))


def lapsed(connection: Connection, now: Ms) -> list[str]:
    """Offers and waits for an exchange whose time has come, at most 100."""
    return list(connection.execute(_LAPSED, {"now": now}).scalars())


def connecting(connection: Connection) -> list[str]:
    """Those that wait for the exchange."""
    return list(connection.execute(_CONNECTING).scalars())


def next_due(connection: Connection) -> Ms | None:
    """When the next one of those lapses."""
    return connection.execute(_NEXT).scalar()
