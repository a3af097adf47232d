"""Joins: which customers are one person, who said so, and when it was taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, or_, select, update

from agent_tui.backends.hub.store.schema import customer_join, customer_text
from agent_tui.domain.model import Join
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import Ms

_B = bindparam
_NAME_ONE, _NAME_OTHER = customer_text.alias(), customer_text.alias()
_JOINS = (
    select(customer_join, _NAME_ONE.c.name.label("name_one"), _NAME_OTHER.c.name.label("name_other"))
    .join(_NAME_ONE, _NAME_ONE.c.customer_id == customer_join.c.one)
    .join(_NAME_OTHER, _NAME_OTHER.c.customer_id == customer_join.c.other)
)
_JOIN = _JOINS.where(customer_join.c.id == _B("id"))
_EVER_OF = _JOINS.where(
    or_(
        customer_join.c.one.in_(_B("customers", expanding=True)),
        customer_join.c.other.in_(_B("customers", expanding=True)),
    )
)
_OF = _EVER_OF.where(customer_join.c.revoked.is_(None)).order_by(customer_join.c.at, customer_join.c.id)
_PARTED = (
    select(customer_join.c.id)
    .where(
        or_(
            (customer_join.c.one == _B("one")) & (customer_join.c.other == _B("other")),
            (customer_join.c.one == _B("other")) & (customer_join.c.other == _B("one")),
        ),
        customer_join.c.revoked.is_not(None),
    )
    .limit(1)
)


def _join(row: Row[Any]) -> Join:
    return Join(
        row.id,
        row.one,
        row.other,
        row.origin,
        row.at,
        row.by,
        row.reason,
        (CustomerText(row.name_one), CustomerText(row.name_other)),
        row.revoked,
        row.revoked_by,
    )


def find(connection: Connection, id: str) -> Join | None:
    row = connection.execute(_JOIN, {"id": id}).first()
    return _join(row) if row is not None else None


def of(connection: Connection, customers: Sequence[str]) -> tuple[Join, ...]:
    """The joins in force of some customers, oldest first."""
    return tuple(_join(row) for row in connection.execute(_OF, {"customers": list(customers)}))


def ever_of(connection: Connection, customers: Sequence[str]) -> list[Join]:
    """The joins of some customers, also those that were taken back."""
    return [_join(row) for row in connection.execute(_EVER_OF, {"customers": list(customers)})]


def add(connection: Connection, new: Join) -> None:
    connection.execute(
        insert(customer_join),
        {
            "id": new.id,
            "one": new.one,
            "other": new.other,
            "origin": new.origin,
            "reason": new.reason,
            "by": new.by,
            "at": new.at,
            "revoked_by": "",
        },
    )


def revoke(connection: Connection, id: str, by: str, at: Ms) -> None:
    connection.execute(update(customer_join).where(customer_join.c.id == id).values(revoked=at, revoked_by=by))


def were_parted(connection: Connection, one: str, other: str) -> bool:
    """Whether a join of just these two was taken back: then nothing but an agent joins them again."""
    return connection.execute(_PARTED, {"one": one, "other": other}).first() is not None
