"""Joining by itself where a channel or a list vouches for an address, and suggesting where there are only signs."""

from __future__ import annotations

from collections.abc import Iterable

from agent_tui.backends.hub import identity, likeness
from agent_tui.backends.hub.likeness import Key
from agent_tui.backends.hub.refused import Refused
from agent_tui.backends.hub.store import joins, people, suggestions
from agent_tui.backends.hub.store.people import Known
from agent_tui.backends.hub.transaction import Tx
from agent_tui.domain.events import CustomerChanged
from agent_tui.domain.model import Reason

COMMON = 20
"""A key that more customers have than this is no sign of anything."""


def vouched(tx: Tx, customer: str, addresses: Iterable[str]) -> None:
    """The channel vouches that these (`scheme:value`) are the customer's too. Whoever else has one that is vouched for
    is the same person; whoever has one that is not, may be."""
    for address in addresses:
        scheme, _, value = address.partition(":")
        if not scheme or not value:
            continue
        known = people.find_address(tx.connection, scheme, value)
        if known is None or not known.customer:
            id = known.address if known is not None else tx.ids.new("a")
            if known is None:
                people.add_address(tx.connection, id, scheme, value)
            people.link(tx.connection, tx.ids.new("l"), id, customer, "verified", tx.now, verified=True)
            tx.forget_customer(customer)
            tx.append(CustomerChanged(tx.person(customer)))
        elif known.customer == customer:
            if not known.verified:
                people.vouch(tx.connection, known.address, customer)
                tx.forget_customer(customer)
        else:
            claimed(tx, customer, scheme, known)


def claimed(tx: Tx, customer: str, scheme: str, known: Known) -> None:
    """An address is vouched for as this customer's, and is linked to another one."""
    if known.verified:
        _unite(tx, customer, known.customer)
    else:
        reason: Reason = "same-handle" if scheme == "mailto" else "shared-phone"
        _suggest(tx, customer, known.customer, reason, "")


def _unite(tx: Tx, one: str, other: str) -> None:
    if people.root_of(tx.connection, one) == people.root_of(tx.connection, other):
        return
    if joins.were_parted(tx.connection, one, other):
        return
    try:
        identity.unite(tx, one, other, "verified")
    except Refused:
        return  # too many already: an agent has to look


def look(tx: Tx, customer: str, keys: Iterable[Key], evidence: str = "") -> None:
    """Index what a customer has now, and suggest whoever has the same. `evidence`: id of the message it is from."""
    for key in keys:
        if not suggestions.add_key(tx.connection, key.digest, key.kind, customer, tx.now):
            continue
        others = suggestions.holders(tx.connection, key.digest, customer, COMMON + 1)
        if len(others) > COMMON:
            continue
        for other, kind in others:
            reason = likeness.reason_for(key.kind, kind)
            if reason == "similar-name" and not _alike(tx, customer, other):
                continue
            if reason:
                _suggest(tx, customer, other, reason, evidence)


def _alike(tx: Tx, one: str, other: str) -> bool:
    return likeness.alike(tx.customer(one).name.raw, tx.customer(other).name.raw)


def _suggest(tx: Tx, one: str, other: str, reason: Reason, evidence: str) -> None:
    if people.root_of(tx.connection, one) == people.root_of(tx.connection, other):
        return
    if joins.were_parted(tx.connection, one, other):
        return
    if suggestions.suggest(tx.connection, tx.ids.new("g"), (one, other), reason, evidence, tx.now):
        tx.forget_customer(one)
        for customer in (one, other):
            tx.append(CustomerChanged(tx.person(customer)))
