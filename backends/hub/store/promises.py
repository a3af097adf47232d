"""Promises: what we owe, by when and whose; their words apart."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from agent_tui.backends.hub.store.schema import promise, promise_text
from agent_tui.backends.hub.store.values import storable
from agent_tui.domain.model import Promise
from agent_tui.domain.text import CustomerText

_B = bindparam
_ALL = select(promise, promise_text.c.what, promise_text.c.reason).join(
    promise_text, promise_text.c.promise_id == promise.c.id
)
_ONE = _ALL.where(promise.c.id == _B("id"))
_OF_CASE = _ALL.where(promise.c.case_id == _B("case")).order_by(promise.c.at, promise.c.id)
_CHANGES = ("due", "agent", "team", "state", "settled", "settled_by")


def _promise(row: Row[Any]) -> Promise:
    return Promise(
        row.id,
        row.case_id,
        CustomerText(row.what),
        row.due,
        row.at,
        row.by,
        row.agent,
        row.team,
        row.state,
        row.settled,
        row.settled_by,
        CustomerText(row.reason),
    )


def find(connection: Connection, id: str) -> Promise | None:
    row = connection.execute(_ONE, {"id": id}).first()
    return _promise(row) if row is not None else None


def of_case(connection: Connection, case: str) -> tuple[Promise, ...]:
    """All of a case, oldest first."""
    return tuple(_promise(row) for row in connection.execute(_OF_CASE, {"case": case}))


def add(connection: Connection, new: Promise) -> None:
    columns = {name: getattr(new, name) for name in ("id", "at", "by", *_CHANGES)}
    connection.execute(insert(promise), {**columns, "case_id": new.case})
    connection.execute(
        insert(promise_text),
        {"promise_id": new.id, "what": storable(new.what.raw), "reason": storable(new.reason.raw)},
    )


def save(connection: Connection, changed: Promise) -> None:
    """Write all that can change of a promise."""
    columns = {name: getattr(changed, name) for name in _CHANGES}
    connection.execute(update(promise).where(promise.c.id == changed.id).values(**columns))
    reason = storable(changed.reason.raw)
    connection.execute(update(promise_text).where(promise_text.c.promise_id == changed.id).values(reason=reason))
