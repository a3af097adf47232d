"""Suggestions that two customers are one person, and the index of what they have in common. No personal text: keys are
digests, evidence is named by id.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy import Connection, Row, bindparam, insert, or_, select, update

from agent_tui.backends.hub.store.schema import identity_key, suggestion
from agent_tui.domain.model import Reason
from agent_tui.domain.time import Ms

_B = bindparam
_HOLDERS = (
    select(identity_key.c.customer_id, identity_key.c.kind)
    .where(identity_key.c.digest == _B("digest"), identity_key.c.customer_id != _B("customer"))
    .limit(_B("most"))
)
_HOLDS = select(identity_key.c.kind).where(
    identity_key.c.digest == _B("digest"),
    identity_key.c.customer_id == _B("customer"),
    identity_key.c.kind == _B("kind"),
)
_ADD_KEY = insert(identity_key)
_KNOWN = select(suggestion.c.id).where(
    suggestion.c.one == _B("one"), suggestion.c.other == _B("other"), suggestion.c.reason == _B("reason")
)
_FIND = select(suggestion).where(suggestion.c.id == _B("id"))
_OPEN = (
    select(suggestion)
    .where(
        or_(
            suggestion.c.one.in_(_B("customers", expanding=True)),
            suggestion.c.other.in_(_B("customers", expanding=True)),
        ),
        suggestion.c.state == "open",
    )
    .order_by(suggestion.c.at.desc(), suggestion.c.id)
    .limit(50)
)
_DECIDE = (
    update(suggestion)
    .where(suggestion.c.id == _B("b_id"))
    .values(state=_B("state"), by=_B("by"), decided=_B("decided"))
)


def holders(connection: Connection, digest: str, customer: str, most: int) -> list[tuple[str, str]]:
    """Others who have this key, and what it is to them; at most `most`."""
    found = connection.execute(_HOLDERS, {"digest": digest, "customer": customer, "most": most})
    return [(row.customer_id, row.kind) for row in found]


def add_key(connection: Connection, digest: str, kind: str, customer: str, at: Ms) -> bool:
    """Whether the customer did not have it before."""
    held = {"digest": digest, "customer": customer, "kind": kind}
    if connection.execute(_HOLDS, held).first() is not None:
        return False
    connection.execute(_ADD_KEY, {"digest": digest, "customer_id": customer, "kind": kind, "at": at})
    return True


def suggest(connection: Connection, id: str, pair: tuple[str, str], reason: Reason, evidence: str, at: Ms) -> bool:
    """False when this pair was suggested for this reason before, whatever came of it."""
    one, other = sorted(pair)
    if connection.execute(_KNOWN, {"one": one, "other": other, "reason": reason}).first() is not None:
        return False
    connection.execute(
        insert(suggestion),
        {
            "id": id,
            "one": one,
            "other": other,
            "reason": reason,
            "evidence": evidence,
            "at": at,
            "state": "open",
            "by": "",
        },
    )
    return True


def find(connection: Connection, id: str) -> Row[Any] | None:
    return connection.execute(_FIND, {"id": id}).first()


def open_of(connection: Connection, customers: Sequence[str]) -> Sequence[Row[Any]]:
    """Open suggestions that name one of these customers, the newest first."""
    return connection.execute(_OPEN, {"customers": list(customers)}).all()


def decide(connection: Connection, id: str, state: Literal["accepted", "refused"], by: str, at: Ms) -> None:
    connection.execute(_DECIDE, {"b_id": id, "state": state, "by": by, "decided": at})


def decide_between(
    connection: Connection, one: Sequence[str], other: Sequence[str], state: Literal["refused"], by: str, at: Ms
) -> None:
    """The same for all that was suggested or accepted between two sides."""
    for left, right in ((one, other), (other, one)):
        connection.execute(
            update(suggestion)
            .where(suggestion.c.one.in_(left), suggestion.c.other.in_(right), suggestion.c.state != "refused")
            .values(state=state, by=by, decided=at)
        )
