"""Whom another server knows too: who has the addresses that a desk read there, as far as the agent may see them, and
what agents say of it where addresses do not tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy import Connection

from agent_tui.backends.hub import sight
from agent_tui.backends.hub.refused import Refused
from agent_tui.backends.hub.store import cases, log, people
from agent_tui.backends.hub.store import elsewhere as store
from agent_tui.backends.hub.transaction import Tx
from agent_tui.domain.events import CaseChanged
from agent_tui.domain.folding import digits_of
from agent_tui.domain.known_as import OTHER, PHONES, SAME, known_as
from agent_tui.domain.model import Address, Agent, CaseRow
from agent_tui.domain.orders import LinkElsewhere
from agent_tui.domain.queries import SamePersonQuery

MOST_ADDRESSES = 50
"""Of a question; what comes after is not looked at."""
MOST_ROWS = 20
MOST_SAID = 50
_DIGEST = re.compile("[0-9a-f]{16}")


def same_person(connection: Connection, me: Agent, query: SamePersonQuery) -> tuple[CaseRow, ...]:
    """Rows of open cases of those who are known by one of the addresses, the most urgent first."""
    wanted = {digest[1:] for digest in known_as(query.addresses[:MOST_ADDRESSES])}
    roots = dict.fromkeys(
        root
        for address in query.addresses[:MOST_ADDRESSES]
        for scheme, value in _written(address)
        for root in people.who_has(connection, f"{scheme}:{value}")
    )
    found: dict[str, CaseRow] = {}
    for root in list(roots)[:MOST_ROWS]:  # what so many have says nothing
        for id in cases.in_play(connection, people.nodes(connection, root)):
            row = log.case_row(connection, cases.head_of(connection, id))
            if row is not None and sight.sees_case(connection, me, row.id):
                found[row.id] = row
    own = [row for row in found.values() if wanted & {digest[1:] for digest in row.known_as}]
    return tuple(sorted(own, key=lambda row: (row.stage != "us", row.sort_at, row.id))[:MOST_ROWS])


def _written(address: Address) -> Iterator[tuple[str, str]]:
    """How the address may stand here: a phone number under whatever service, with its sign or without."""
    value = address.value.raw.strip()
    if address.scheme in PHONES:
        digits = digits_of(value).removeprefix("00")
        for scheme in sorted(PHONES):
            yield scheme, f"+{digits}"
            yield scheme, digits
    elif address.scheme == "mailto":
        yield address.scheme, value
        yield address.scheme, value.casefold()
    else:
        yield address.scheme, value


def link(tx: Tx, agent: Agent, order: LinkElsewhere) -> str:
    """An agent says that a customer of another server is the same person, or another. It is said of the person as the
    case's brand has them: who sees other brands only hears nothing of it. Raises Refused."""
    if not _DIGEST.fullmatch(order.other):
        raise Refused("no-customer", "That names nobody at another server.")
    record = tx.leader(order.case)
    if record is None:
        raise Refused("no-case", "There is no such case.")
    nodes = sorted(tx.shown_nodes(record), key=lambda node: (node != record.node, node))
    brand = record.row.brand
    if order.same is not None and len(store.known(tx.connection, nodes, brand)) - len(nodes) >= MOST_SAID:
        raise Refused("too-many-customers", f"At most {MOST_SAID} customers elsewhere can be told of one person.")
    store.say(tx.connection, nodes, brand, order.other, order.same, agent.id, tx.now)
    sign = {True: SAME, False: OTHER, None: ""}[order.same]
    for head in dict.fromkeys((record.row.id, *_open_rows(tx, nodes, brand))):
        tx.know_anew(head)
        tx.append(CaseChanged("elsewhere", sign + order.other), head, by=agent.id)
    return ""


def _open_rows(tx: Tx, nodes: list[str], brand: str) -> Iterator[str]:
    for id in cases.in_play(tx.connection, nodes):
        head = tx.leader(id)
        if head is not None and head.row.brand == brand:
            yield head.row.id
