"""Customers known beforehand: from a shop's or CRM's list, with several addresses that were verified there."""

from __future__ import annotations

from collections.abc import Sequence

from agent_tui.backends.hub import suggesting
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.likeness import address_keys, name_keys
from agent_tui.backends.hub.store import Store, people
from agent_tui.backends.hub.transaction import Tx
from agent_tui.backends.hub.writer import Committer
from agent_tui.domain.events import CustomerChanged
from agent_tui.domain.time import Ms, TimeSource

ORIGIN = "import"


def know(
    store: Store, time: TimeSource, ids: Ids, name: str, addresses: Sequence[tuple[str, str]], language: str, since: Ms
) -> str:
    """One customer with `addresses` (scheme, canonical value). One that somebody else has stays theirs: when a channel
    or list vouches for it there too the two are joined, else that is suggested. Answers the customer's id. Raises
    StoreError. No hub may run on the store meanwhile."""
    customer = ids.new("u")

    def job(tx: Tx) -> None:
        people.add_customer(tx.connection, customer, name, since, language)
        for scheme, value in addresses:
            held = people.find_address(tx.connection, scheme, value)
            if held is None:
                address = ids.new("a")
                people.add_address(tx.connection, address, scheme, value)
                people.link(tx.connection, ids.new("l"), address, customer, ORIGIN, tx.now, verified=True)
            elif not held.customer:
                people.link(tx.connection, ids.new("l"), held.address, customer, ORIGIN, tx.now, verified=True)
            else:
                suggesting.claimed(tx, customer, scheme, held)
        known = people.person(tx.connection, customer)
        if known is not None:
            tx.append(CustomerChanged(known))
            keys = [key for each in known.addresses for key in address_keys(each.scheme, each.value.raw, "")]
            suggesting.look(tx, customer, [*keys, *name_keys(name)])

    Committer(store, time, ids, None).one(job)
    return customer
