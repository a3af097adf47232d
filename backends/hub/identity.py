"""Who is one person: joining customers and parting them again, each as an event that says who and when. No key of
theirs is changed by it, so that parting leaves both as they would be had they never been joined.
"""

from __future__ import annotations

from agent_tui.backends.hub.refused import Refused
from agent_tui.backends.hub.store import cases, facts, joins, people, suggestions
from agent_tui.backends.hub.transaction import Tx
from agent_tui.domain import joining
from agent_tui.domain.events import CustomerChanged, CustomersJoined, CustomersParted
from agent_tui.domain.model import Agent, Join, JoinOrigin, Reason
from agent_tui.domain.orders import JoinCustomers, PartCustomers, RefuseSuggestion

MOST = 200
"""Customers that can be one person: more are a mistake, and each job on one of their cases reads all open ones."""


def join(tx: Tx, agent: Agent, order: JoinCustomers) -> str:
    """An agent says that two customers are one person; the join's id. Raises Refused."""
    one, other = (people.root_of(tx.connection, id) for id in (order.one, order.other))
    if not one or not other:
        raise Refused("no-customer", "There is no such customer.")
    if one == other:
        raise Refused("already-joined", "They are one customer already.")
    if order.cases:
        now = [cases.in_play(tx.connection, people.nodes(tx.connection, root)) for root in (one, other)]
        if {cases.head_of(tx.connection, id) for side in now for id in side} != set(order.cases):
            raise Refused("changed", "Their cases have changed since you looked: look again.")
    if not order.suggestion:
        return unite(tx, order.one, order.other, "agent", agent.id)
    held = suggestions.find(tx.connection, order.suggestion)
    if held is None or {people.root_of(tx.connection, id) for id in (held.one, held.other)} != {one, other}:
        raise Refused("no-suggestion", "There is no such suggestion.")
    suggestions.decide(tx.connection, held.id, "accepted", agent.id, tx.now)
    # just these two, so that parting them parts them only
    return unite(tx, held.one, held.other, "agent", agent.id, held.reason)


def unite(tx: Tx, one: str, other: str, origin: JoinOrigin, by: str = "", reason: Reason = "") -> str:
    """Two customers are one person from now on; the join's id. Raises Refused."""
    roots = [people.root_of(tx.connection, id) for id in (one, other)]
    members = [id for root in roots for id in people.nodes(tx.connection, root)]
    if len(members) > MOST:
        raise Refused("too-many-customers", f"One person can be at most {MOST} customers.")
    id = tx.ids.new("j")
    joins.add(tx.connection, Join(id, one, other, origin, tx.now, by, reason))
    people.set_root(tx.connection, members, min(members))
    tx.regroup(members, by)
    made = joins.find(tx.connection, id)
    assert made is not None
    tx.append(CustomersJoined(made, tx.person(one)), by=by)
    return id


def part(tx: Tx, agent: Agent, order: PartCustomers) -> str:
    """Take a join back; its id. Raises Refused."""
    held = joins.find(tx.connection, order.join)
    if held is None:
        raise Refused("no-join", "There is no such join.")
    if held.revoked is not None:
        raise Refused("parted", "That join was taken back already.")
    members = tx.nodes(held.one)
    tx.write_facts()
    joins.revoke(tx.connection, held.id, agent.id, tx.now)
    edges = [(each.one, each.other) for each in joins.of(tx.connection, members)]
    sides = [joining.component(id, edges) for id in (held.one, held.other)]
    for side in sides:
        people.set_root(tx.connection, sorted(side), min(side))
    tx.regroup(members, agent.id)
    # they are two people: what was accepted does not come back as a suggestion
    suggestions.decide_between(tx.connection, [held.one], [held.other], "refused", agent.id, tx.now)
    for side in sides:
        elsewhere: dict[str, list[str]] = {}
        for case, via, whose in facts.vias(tx.connection, sorted(side)):
            if whose not in side:
                elsewhere.setdefault(case, []).append(via)
        for case, others in elsewhere.items():
            tx.forget_via(case, others)
    revoked = joins.find(tx.connection, held.id)
    assert revoked is not None
    tx.append(CustomersParted(revoked, tx.person(held.one), tx.person(held.other)), by=agent.id)
    return held.id


def refuse(tx: Tx, agent: Agent, order: RefuseSuggestion) -> str:
    """They are two people; remembered for this reason. Raises Refused."""
    held = suggestions.find(tx.connection, order.suggestion)
    if held is None:
        raise Refused("no-suggestion", "There is no such suggestion.")
    if held.state == "open":
        suggestions.decide(tx.connection, held.id, "refused", agent.id, tx.now)
        tx.forget_customer(held.one)
        for customer in (held.one, held.other):
            tx.append(CustomerChanged(tx.person(customer)), by=agent.id)
    return str(held.id)
