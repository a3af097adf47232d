"""Customers and the addresses that link to them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, insert, select, update

from agent_tui.backends.hub.store.schema import address, address_link, customer, customer_text
from agent_tui.backends.hub.store.values import storable
from agent_tui.domain.model import Address, Customer
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import Ms

_CUSTOMER = (
    select(customer.c.id, customer.c.since, customer.c.language, customer.c.blocked, customer_text.c.name)
    .join(customer_text, customer_text.c.customer_id == customer.c.id)
    .where(customer.c.id == bindparam("id"))
)
_ADDRESSES = (
    select(address.c.scheme, address.c.value)
    .join(address_link, address_link.c.address_id == address.c.id)
    .where(address_link.c.customer_id == bindparam("id"), address_link.c.revoked.is_(None))
    .order_by(address_link.c.at.desc(), address_link.c.id)
)
_ADDRESS = select(address.c.id).where(address.c.scheme == bindparam("scheme"), address.c.value == bindparam("value"))
_ADDRESS_BY_ID = select(address.c.scheme, address.c.value).where(address.c.id == bindparam("id"))
_LINKED = (
    select(address_link.c.customer_id)
    .where(address_link.c.address_id == bindparam("address"), address_link.c.revoked.is_(None))
    .order_by(address_link.c.at, address_link.c.id)
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Known:
    """An address as the store knows it: its id and whose it is ("" nobody's)."""

    address: str
    customer: str


def find_address(connection: Connection, scheme: str, value: str) -> Known | None:
    row = connection.execute(_ADDRESS, {"scheme": scheme, "value": storable(value)}).first()
    if row is None:
        return None
    owner = connection.execute(_LINKED, {"address": row.id}).scalar()
    return Known(row.id, owner or "")


def address_by_id(connection: Connection, id: str) -> Address:
    row = connection.execute(_ADDRESS_BY_ID, {"id": id}).one()
    return Address(row.scheme, CustomerText(row.value))


def add_address(connection: Connection, id: str, scheme: str, value: str) -> None:
    connection.execute(insert(address), {"id": id, "scheme": scheme, "value": storable(value)})


def link(connection: Connection, id: str, address_id: str, customer_id: str, origin: str, at: Ms) -> None:
    connection.execute(
        insert(address_link),
        {"id": id, "address_id": address_id, "customer_id": customer_id, "origin": origin, "at": at},
    )


def add_customer(connection: Connection, id: str, name: str, since: Ms, language: str) -> None:
    connection.execute(insert(customer), {"id": id, "since": since, "language": language, "blocked": False})
    connection.execute(insert(customer_text), {"customer_id": id, "name": storable(name)})


def find(connection: Connection, id: str) -> Customer | None:
    row = connection.execute(_CUSTOMER, {"id": id}).first()
    if row is None:
        return None
    links = connection.execute(_ADDRESSES, {"id": id}).all()
    addresses = tuple(Address(held.scheme, CustomerText(held.value)) for held in links)
    return Customer(row.id, CustomerText(row.name), addresses, row.since, row.language, bool(row.blocked))


def rename(connection: Connection, id: str, name: str) -> None:
    connection.execute(update(customer_text).where(customer_text.c.customer_id == id).values(name=storable(name)))


def set_blocked(connection: Connection, id: str, blocked: bool) -> None:
    connection.execute(update(customer).where(customer.c.id == id).values(blocked=blocked))
