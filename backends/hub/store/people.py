"""Customers and the addresses that link to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, bindparam, insert, or_, select, update

from agent_tui.backends.hub.store import consents, joins, suggestions
from agent_tui.backends.hub.store.schema import address, address_link, case, customer, customer_text
from agent_tui.backends.hub.store.values import storable
from agent_tui.domain.consents import newest
from agent_tui.domain.model import Address, Customer, Met, Suggestion
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import Ms

_CUSTOMER = (
    select(
        customer.c.id,
        customer.c.since,
        customer.c.language,
        customer.c.blocked,
        customer.c.root,
        customer.c.erased,
        customer_text.c.name,
        customer_text.c.preferences,
    )
    .join(customer_text, customer_text.c.customer_id == customer.c.id)
    .where(customer.c.id == bindparam("id"))
)
_NODES = select(customer.c.id).where(customer.c.root == bindparam("root")).order_by(customer.c.since, customer.c.id)
_ROOT = select(customer.c.root).where(customer.c.id == bindparam("id"))
_ERASED = select(customer.c.erased).where(customer.c.id == bindparam("root"))
_SET_ROOT = update(customer).where(customer.c.id == bindparam("b_id")).values(root=bindparam("root_"))
_ADDRESSES = (
    select(
        address.c.scheme,
        address.c.value,
        address_link.c.origin,
        address_link.c.verified,
        address_link.c.at,
        address_link.c.id,
    )
    .join(address_link, address_link.c.address_id == address.c.id)
    .where(address_link.c.customer_id == bindparam("id"), address_link.c.revoked.is_(None))
    .order_by(address_link.c.at.desc(), address_link.c.id)
)
_ADDRESS = select(address.c.id).where(address.c.scheme == bindparam("scheme"), address.c.value == bindparam("value"))
_ADDRESS_BY_ID = select(address.c.scheme, address.c.value).where(address.c.id == bindparam("id"))
_LINKED = (
    select(address_link.c.customer_id, address_link.c.verified)
    .where(address_link.c.address_id == bindparam("address"), address_link.c.revoked.is_(None))
    .order_by(address_link.c.at, address_link.c.id)
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Known:
    """An address as the store knows it: its id and whose it is ("" nobody's); `verified`: a channel or a list vouches
    that it is theirs."""

    address: str
    customer: str
    verified: bool = False


def find_address(connection: Connection, scheme: str, value: str) -> Known | None:
    row = connection.execute(_ADDRESS, {"scheme": scheme, "value": storable(value)}).first()
    if row is None:
        return None
    owner = connection.execute(_LINKED, {"address": row.id}).first()
    return Known(row.id, owner.customer_id, bool(owner.verified)) if owner is not None else Known(row.id, "")


def who_has(connection: Connection, value: str) -> tuple[str, ...]:
    """The persons whom an address is of: `scheme:value`, or the value alone on whatever channel."""
    scheme, _, rest = value.partition(":")
    either = or_(address.c.value == storable(value), (address.c.scheme == scheme) & (address.c.value == storable(rest)))
    found = (
        select(customer.c.root)
        .join(address_link, address_link.c.customer_id == customer.c.id)
        .join(address, address.c.id == address_link.c.address_id)
        .where(either, address_link.c.revoked.is_(None))
        .distinct()
        .order_by(customer.c.root)
    )
    return tuple(connection.execute(found).scalars())


def has_address(connection: Connection, id: str, value: str) -> bool:
    """Whether an address is this customer's own."""
    own = {(a.scheme, a.value.raw) for *_, a in _own_addresses(connection, id)}
    return any(value in (held, f"{scheme}:{held}") for scheme, held in own)


def address_by_id(connection: Connection, id: str) -> Address:
    row = connection.execute(_ADDRESS_BY_ID, {"id": id}).one()
    return Address(row.scheme, CustomerText(row.value))


def add_address(connection: Connection, id: str, scheme: str, value: str) -> None:
    connection.execute(insert(address), {"id": id, "scheme": scheme, "value": storable(value)})


def link(
    connection: Connection,
    id: str,
    address_id: str,
    customer_id: str,
    origin: str,
    at: Ms,
    *,
    verified: bool = False,
) -> None:
    connection.execute(
        insert(address_link),
        {
            "id": id,
            "address_id": address_id,
            "customer_id": customer_id,
            "origin": origin,
            "at": at,
            "verified": verified,
        },
    )


def vouch(connection: Connection, address_id: str, customer_id: str) -> None:
    """A channel or a list says that the address is theirs."""
    held = (address_link.c.address_id == address_id, address_link.c.customer_id == customer_id)
    connection.execute(update(address_link).where(*held).values(verified=True))


def add_customer(connection: Connection, id: str, name: str, since: Ms, language: str) -> None:
    connection.execute(
        insert(customer),
        {"id": id, "since": since, "language": language, "blocked": False, "root": id},
    )
    connection.execute(insert(customer_text), {"customer_id": id, "name": storable(name)})


def _own_addresses(connection: Connection, id: str) -> list[tuple[Ms, str, Address]]:
    links = connection.execute(_ADDRESSES, {"id": id}).all()
    return [
        (-held.at, held.id, Address(held.scheme, CustomerText(held.value), held.origin, bool(held.verified), held.at))
        for held in links
    ]


def find(connection: Connection, id: str) -> Customer | None:
    """A customer by itself, whoever it is joined with."""
    row = connection.execute(_CUSTOMER, {"id": id}).first()
    if row is None:
        return None
    addresses = tuple(address for _, _, address in _own_addresses(connection, id))
    return Customer(
        row.id,
        CustomerText(row.name),
        addresses,
        row.since,
        row.language,
        bool(row.blocked),
        preferences=CustomerText(row.preferences),
        erased=row.erased,
        consents=consents.of(connection, (id,)),
    )


def root_of(connection: Connection, id: str) -> str:
    """The id that the person is known by; "" for a customer that does not exist."""
    return str(connection.execute(_ROOT, {"id": id}).scalar() or "")


def nodes(connection: Connection, root: str) -> tuple[str, ...]:
    """All customers that are one person, the longest known first."""
    return tuple(connection.execute(_NODES, {"root": root}).scalars())


def set_root(connection: Connection, ids: Iterable[str], root: str) -> None:
    """These are one person, known by `root`."""
    connection.execute(_SET_ROOT, [{"b_id": id, "root_": root} for id in ids])


def person(connection: Connection, id: str) -> Customer | None:
    """The person that a customer is, with the addresses of all who are joined with them, the joins and suggestions.
    They are called by the first name, in order of how long they are known, that is more than an address."""
    root = root_of(connection, id)
    members = nodes(connection, root) if root else ()
    if not members:
        return None
    rows = [connection.execute(_CUSTOMER, {"id": member}).one() for member in members]
    held = [_own_addresses(connection, member) for member in members]
    named = next(
        (row.name for row, own in zip(rows, held, strict=True) if row.name not in {a.value.raw for *_, a in own}),
        rows[0].name,
    )
    every = sorted((entry for own in held for entry in own), key=lambda entry: entry[:2])
    unique = {(address.scheme, address.value.raw): address for *_, address in reversed(every)}
    return Customer(
        root,
        CustomerText(named),
        tuple(address for *_, address in every if unique[address.scheme, address.value.raw] is address),
        min(row.since for row in rows),
        next((row.language for row in rows if row.language), ""),
        any(row.blocked for row in rows),
        joins.of(connection, members) if len(members) > 1 else (),
        _suggestions(connection, members),
        CustomerText("; ".join(dict.fromkeys(row.preferences for row in rows if row.preferences))),
        max(row.erased for row in rows),
        consents.of(connection, members),
    )


def together(connection: Connection, nodes: Sequence[str]) -> Customer:
    """Who some customers are without the others they are joined with."""
    known = [customer for id in nodes if (customer := find(connection, id)) is not None]
    named = [c.name for c in known if c.name.raw not in {address.value.raw for address in c.addresses}]
    return Customer(
        min(nodes),
        named[0] if named else known[0].name,
        tuple(address for customer in known for address in customer.addresses),
        min(customer.since for customer in known),
        blocked=any(customer.blocked for customer in known),
        consents=newest(one for customer in known for one in customer.consents),
    )


def _suggestions(connection: Connection, members: Sequence[str]) -> tuple[Suggestion, ...]:
    """The newest suggestions first; one who became the same person some other way is none any more."""
    found = []
    for row in suggestions.open_of(connection, members):
        one, other = (row.one, row.other) if row.one in members else (row.other, row.one)
        if other in members:
            continue
        theirs = find(connection, other)
        if theirs is not None:
            reached = theirs.addresses[0] if theirs.addresses else Address("", CustomerText(""))
            found.append(Suggestion(row.id, one, other, row.reason, row.at, theirs.name, reached.value, reached.scheme))
    return tuple(found)


def rename(connection: Connection, id: str, name: str) -> None:
    connection.execute(update(customer_text).where(customer_text.c.customer_id == id).values(name=storable(name)))


def prefer(connection: Connection, id: str, words: str) -> None:
    """What they prefer from now on."""
    connection.execute(
        update(customer_text).where(customer_text.c.customer_id == id).values(preferences=storable(words))
    )


def set_blocked(connection: Connection, id: str, blocked: bool) -> None:
    connection.execute(update(customer).where(customer.c.id == id).values(blocked=blocked))


def search(connection: Connection, text: str, without: str, limit: int) -> tuple[Met, ...]:
    """Persons whose name or address has `text`, or whose case has that number; each once, never `without`."""
    wanted: list[Select[Any]] = []
    if text.lstrip("#").isdigit() and len(text) < 12:
        wanted.append(select(case.c.customer_id).where(case.c.number == int(text.lstrip("#"))))
    held = storable(text)
    wanted.append(select(customer_text.c.customer_id).where(customer_text.c.name.icontains(held, autoescape=True)))
    digits = "".join(c for c in text if c.isdigit()).lstrip("0")
    spelt = address.c.value.icontains(held, autoescape=True)
    if len(digits) >= 4 and not any(c.isalpha() for c in text):
        spelt = or_(spelt, address.c.value.contains(digits))
    wanted.append(
        select(address_link.c.customer_id)
        .join(address, address.c.id == address_link.c.address_id)
        .where(spelt, address_link.c.revoked.is_(None))
    )
    roots: dict[str, None] = {}
    for each in wanted:
        for id in connection.execute(each.limit(limit * 4)).scalars():
            root = root_of(connection, id)
            if root != without and not connection.execute(_ERASED, {"root": root}).scalar():
                roots[root] = None
    return tuple(_met(connection, root) for root in list(roots)[:limit])


def _met(connection: Connection, root: str) -> Met:
    known = person(connection, root)
    assert known is not None
    newest = connection.execute(
        select(case.c.number, case.c.last_at)
        .where(case.c.customer_id.in_(nodes(connection, root)))
        .order_by(case.c.number.desc())
        .limit(1)
    ).first()
    reached = known.addresses[0] if known.addresses else Address("", CustomerText(""))
    return Met(
        root,
        known.name,
        reached.value,
        reached.scheme,
        newest.number if newest is not None else 0,
        newest.last_at if newest is not None else 0,
    )
