"""Which brands things are of, and which brands agents were granted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Connection, bindparam, delete, insert, select, text, true, union, update

from agent_tui.backends.hub.store.schema import (
    agent,
    agent_brand,
    attachment,
    case,
    case_count,
    case_search,
    message,
)
from agent_tui.domain.brands import sees, sees_every
from agent_tui.domain.model import Agent

_OF_CASE = select(case.c.brand).where(case.c.id == bindparam("id"))
_OF_CUSTOMERS = select(case.c.brand).distinct().where(case.c.customer_id.in_(bindparam("customers", expanding=True)))
_BY_CUSTOMER = (
    select(case.c.customer_id, case.c.brand)
    .distinct()
    .where(case.c.customer_id.in_(bindparam("customers", expanding=True)))
)
_LEADER = case.alias()
_MIXED = (
    select(case.c.customer_id)
    .distinct()
    .join(_LEADER, _LEADER.c.id == case.c.head)
    .where(case.c.head != text("''"), case.c.brand != _LEADER.c.brand)
)
_OF_FILE = union(
    select(case.c.brand)
    .join(message, message.c.case_id == case.c.id)
    .join(attachment, attachment.c.message_id == message.c.id)
    .where(attachment.c.blob == bindparam("blob")),
    select(case.c.brand)
    .join(message, message.c.case_id == case.c.id)
    .where(message.c.source == bindparam("blob"), message.c.source != text("''")),
)


def seen(column: ColumnElement[str], me: Agent) -> ColumnElement[bool]:
    """The same rule as `domain.brands.sees`, of a column that holds a brand."""
    return true() if sees_every(me) else column.in_(["", *me.brands])


def of_case(connection: Connection, id: str) -> str:
    return connection.execute(_OF_CASE, {"id": id}).scalar() or ""


def of_customers(connection: Connection, customers: Sequence[str]) -> tuple[str, ...]:
    """The brands of all cases of some customers; "" is the one of none."""
    return tuple(sorted(connection.execute(_OF_CUSTOMERS, {"customers": list(customers)}).scalars()))


def by_customer(connection: Connection, customers: Sequence[str]) -> dict[str, set[str]]:
    """The brands of the cases of each of some customers; who has none is not in it."""
    found: dict[str, set[str]] = {}
    for row in connection.execute(_BY_CUSTOMER, {"customers": list(customers)}):
        found.setdefault(row.customer_id, set()).add(row.brand)
    return found


def seen_customers(connection: Connection, customers: Sequence[str], me: Agent) -> list[str]:
    """Those of some customers, each by itself, of whom an agent may see something: one of the brands of their cases is
    the agent's, or they have no case."""
    if sees_every(me):
        return list(customers)
    held = by_customer(connection, customers)
    return [one for one in customers if one not in held or any(sees(me, brand) for brand in held[one])]


def of_file(connection: Connection, blob: str) -> tuple[str, ...]:
    """The brands of the cases that a file is in."""
    return tuple(sorted(connection.execute(_OF_FILE, {"blob": blob}).scalars()))


def grant(connection: Connection, id: str, granted: Iterable[str], seq: int) -> None:
    """These and no other brands are the agent's, from a place in the log on; 0: as ever."""
    connection.execute(delete(agent_brand).where(agent_brand.c.agent_id == id))
    for brand in sorted(set(granted)):
        connection.execute(insert(agent_brand).values(agent_id=id, brand=brand))
    connection.execute(update(agent).where(agent.c.id == id).values(granted=seq))


def granted_at(connection: Connection, id: str) -> int:
    """The place in the log since when the agent sees what they see now."""
    return connection.execute(select(agent.c.granted).where(agent.c.id == id)).scalar() or 0


def mixed(connection: Connection) -> list[str]:
    """Customers with a case in a row that another brand's case leads."""
    return list(connection.execute(_MIXED).scalars())


def call_by_name(connection: Connection, titles: Sequence[tuple[str, str]]) -> None:
    """Cases of before brands were known by their short name get it."""
    for name, title in titles:
        if name == title:
            continue
        for table in (case, case_search, case_count):
            connection.execute(update(table).where(table.c.brand == title).values(brand=name))
