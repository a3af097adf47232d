"""Erasing a customer at their request: what that would take away, and doing it. Rows, times and events stay; nothing in
them says who it was. Nothing takes it back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import Connection

from agent_tui.backends.base import QueryRefused
from agent_tui.backends.hub import identity, sight
from agent_tui.backends.hub.holding import keep
from agent_tui.backends.hub.refused import Refused
from agent_tui.backends.hub.store import cleaning, erasing, facts, incidents, joins, leases, people, promises
from agent_tui.backends.hub.transaction import Tx
from agent_tui.domain import filing, joining
from agent_tui.domain.brands import sees
from agent_tui.domain.events import CaseChanged, CustomerChanged, CustomerErased, PromiseChanged
from agent_tui.domain.incidents import Incident
from agent_tui.domain.leases import Held
from agent_tui.domain.model import EMPTY, Agent, ErasurePart, ErasurePreview
from agent_tui.domain.naming import names
from agent_tui.domain.orders import EraseCustomer, JoinCustomers, Order, PartCustomers, SaveDraft, about_of
from agent_tui.domain.queries import ErasureQuery
from agent_tui.domain.text import CustomerText

OPERATOR = Agent("", "", "admin")
"""Whoever has the server's own command line."""


def preview(connection: Connection, agent: Agent, query: ErasureQuery) -> ErasurePreview | None:
    """Nothing is changed by it. Raises QueryRefused."""
    if agent.role != "admin":
        raise QueryRefused("Only an admin erases customers.")
    if not sight.sees_whole(connection, agent, query.customer):
        raise QueryRefused("They have cases of a brand that you may not see: ask one who may.")
    every = people.nodes(connection, people.root_of(connection, query.customer))
    nodes = (query.part,) if query.part else every
    if not nodes or not set(nodes) <= set(every) or any(erasing.customer_erased(connection, id) for id in every):
        return None
    parts = {id: _part(connection, id) for id in every}
    figures = erasing.figures(connection, nodes)
    told = _naming(connection, agent, nodes)
    return replace(figures, parts=tuple(parts[id] for id in nodes), all=tuple(parts.values()), incidents=told)


def _naming(connection: Connection, agent: Agent, nodes: tuple[str, ...]) -> tuple[CustomerText, ...]:
    """Incidents that speak of them, which was said to others too and stays: somebody should know."""
    held = [known for id in nodes if (known := people.find(connection, id)) is not None]
    words = [known.name.raw for known in held] + [one.value.raw for known in held for one in known.addresses]
    return tuple(
        one.title
        for one in incidents.known(connection)
        if sees(agent, one.brand) and any(names(text.raw, words) for text in _words_of(one))
    )


def _words_of(one: Incident) -> Iterator[CustomerText]:
    yield one.title
    for said in one.updates:
        yield said.english
        yield said.hebrew


def _part(connection: Connection, id: str) -> ErasurePart:
    known = people.find(connection, id)
    assert known is not None
    return ErasurePart(id, known.name, known.addresses[0].value if known.addresses else EMPTY)


def erase(tx: Tx, agent: Agent, order: EraseCustomer) -> str:
    """Erase one customer, or all who are one person; what desks knew them by. Raises Refused."""
    if agent.role != "admin":
        raise Refused("not-admin", "Only an admin erases customers.")
    root = people.root_of(tx.connection, order.customer)
    every = people.nodes(tx.connection, root) if root else ()
    nodes = order.parts
    if not every or not set(nodes) <= set(every):
        raise Refused("no-customer", "There is no such customer.")
    if any(erasing.customer_erased(tx.connection, id) for id in every):
        raise Refused("erased", "That customer was erased.")
    if len(nodes) != 1 and set(nodes) != set(every):
        raise Refused("other-parts", "Others are joined with that customer by now: look again.")
    if erasing.live_calls(tx.connection, nodes):
        raise Refused("call-live", "A call with them is under way: erase them when it is over.")
    if len(every) > len(nodes):
        _part_from(tx, agent, nodes[0])
        root = nodes[0]
    others = erasing.suggested_to(tx.connection, nodes)
    _close(tx, agent, nodes)
    for id in (*nodes, *others):
        tx.forget_customer(id)
    for id in others:
        tx.append(CustomerChanged(tx.person(id)), by=agent.id)
    seq = tx.append(CustomerErased(root, tuple(nodes)), by=agent.id)
    for id in erasing.cases(tx.connection, nodes):
        tx.append(CaseChanged("erased"), id, by=agent.id)
    tx.regroup(nodes)
    cleaning.record(tx.connection, nodes, seq, tx.now, agent.id)
    return root


def _part_from(tx: Tx, agent: Agent, node: str) -> None:
    """The others stay who they are."""
    for join in joins.of(tx.connection, [node]):
        identity.part(tx, agent, PartCustomers(join.id))


def _close(tx: Tx, agent: Agent, nodes: tuple[str, ...]) -> None:
    """Their cases are done and say nothing, nor does anything else of theirs."""
    owed = erasing.open_promises(tx.connection, nodes)
    kept = erasing.labels_of_others(tx.connection, nodes)
    ids = erasing.cases(tx.connection, nodes)
    dropped: set[str] = set()
    for id in ids:
        record = tx.case(id)
        assert record is not None
        if record.state.stage not in joining.CLOSED:
            tx.step(id, filing.Done(tx.now))
    for id in ids:
        keep(tx, id, Held(None, leases.find(tx.connection, id).fence), "released", agent.id)
    erasing.forget(tx.connection, nodes, tx.ids.new("a"), tx.now)
    tx.write_facts()
    facts.forget_labels(tx.connection, ids)
    for id in ids:
        record = tx.case(id)
        assert record is not None
        dropped.update(label for label in record.row.labels if label not in kept)
        labels = tuple(label for label in record.row.labels if label in kept)
        blank = replace(record.row, name=EMPTY, preview=EMPTY, subject=EMPTY, labels=labels, promise=None, erased=True)
        tx.put(blank)
        tx.show_call(id)
    erasing.drop_labels(tx.connection, sorted(dropped))
    for id in owed:
        promise = promises.find(tx.connection, id)
        assert promise is not None
        settled = replace(promise, state="withdrawn", settled=tx.now, settled_by=agent.id)
        promises.save(tx.connection, settled)
        tx.append(PromiseChanged(settled), settled.case, by=agent.id)


def check(tx: Tx, order: Order) -> None:
    """Nothing is done to a case or customer that was erased: it would be words of theirs again. Raises Refused."""
    about = about_of(order)
    gone = bool(about) and erasing.case_erased(tx.connection, about)
    if isinstance(order, JoinCustomers):
        gone = gone or any(erasing.customer_erased(tx.connection, id) for id in (order.one, order.other))
    if gone:
        raise Refused("erased", "That customer was erased.")


def turned_away(tx: Tx, order: Order) -> None:
    """What was brought for a case that is erased by now goes too."""
    about = about_of(order)
    files = order.draft.files if isinstance(order, SaveDraft) else getattr(order, "files", ())
    if files and about and erasing.case_erased(tx.connection, about):
        cleaning.doom(tx.connection, [file.blob for file in files])
