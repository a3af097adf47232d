"""Pages about persons: what joining two customers would make of them, or parting them; and customers found by what an
agent types.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from agent_tui.backends.hub import sight
from agent_tui.backends.hub.store import cases, facts, joins, log, people, phone, rows
from agent_tui.domain import joining
from agent_tui.domain.joining import Part
from agent_tui.domain.model import Agent, CaseRow, JoinPreview, JoinSide, Met
from agent_tui.domain.queries import CustomersQuery, JoinQuery
from agent_tui.domain.text import CustomerText


def preview(connection: Connection, me: Agent, query: JoinQuery) -> JoinPreview | None:
    """Nothing is changed by it. None: there is nothing to join or to part, or not for this
    agent, who may see a part of it only."""
    if query.join:
        return _parting(connection, me, query.join)
    roots = [people.root_of(connection, id) for id in (query.one, query.other)]
    if not all(roots) or roots[0] == roots[1] or not all(sight.sees_whole(connection, me, root) for root in roots):
        return None
    found = [people.nodes(connection, root) for root in roots]
    sides = [_side(connection, root, nodes) for root, nodes in zip(roots, found, strict=True)]
    parts = [part for nodes in found for part in _parts(connection, nodes)]
    return JoinPreview(sides[0], sides[1], _row(connection, parts))


def _parting(connection: Connection, me: Agent, id: str) -> JoinPreview | None:
    held = joins.find(connection, id)
    if held is None or held.revoked is not None or not sight.sees_whole(connection, me, held.one):
        return None
    members = people.nodes(connection, people.root_of(connection, held.one))
    edges = [(each.one, each.other) for each in joins.of(connection, members) if each.id != id]
    sides = []
    for customer in (held.one, held.other):
        nodes = joining.component(customer, edges)
        parts = _parts(connection, sorted(nodes), nodes)
        row = _row(connection, parts)
        past = cases.number(connection, sorted(nodes)) - len(parts)
        person = people.together(connection, sorted(nodes))
        sides.append(JoinSide(person, (row,) if row is not None else (), past))
    together = _row(connection, _parts(connection, members))
    return JoinPreview(sides[0], sides[1], together, held)


def _side(connection: Connection, root: str, nodes: Sequence[str]) -> JoinSide:
    person = people.person(connection, root)
    assert person is not None
    held = cases.in_play(connection, nodes)
    heads = dict.fromkeys(cases.head_of(connection, id) for id in held)
    rows = tuple(row for head in heads if (row := log.case_row(connection, head)) is not None)
    return JoinSide(person, rows, cases.number(connection, nodes) - len(held))


def _parts(connection: Connection, nodes: Sequence[str], only: Collection[str] | None = None) -> list[Part]:
    """The open cases of some customers; `only`: as they are without what happened in anybody else's."""
    found = []
    for id in cases.in_play(connection, nodes):
        record = cases.find(connection, id)
        if record is None:
            continue
        seen = record.view if only is None else facts.fold(connection, id, only)[1]
        if seen.stage not in joining.CLOSED:
            found.append(Part(record.row, seen, record.opened, record.head))
    return found


def _row(connection: Connection, parts: Sequence[Part]) -> CaseRow | None:
    if not parts:
        return None
    brand = joining.lead(parts).row.brand
    row, state = joining.row_of([part for part in parts if part.row.brand == brand])
    call = phone.find_call(connection, state.call) if state.call else None
    return replace(row, call=replace(call, case=row.id)) if call is not None else row


def found(connection: Connection, me: Agent, query: CustomersQuery) -> tuple[Met, ...]:
    """Customers by name, case number or address, each person once."""
    text = " ".join(CustomerText(query.text[: rows.MAX_TEXT]).raw.split())
    if not text:
        return ()
    limit = max(1, min(query.limit, 50))
    met = people.search(connection, text, people.root_of(connection, query.without), limit)
    return tuple(one for one in met if sight.sees_whole(connection, me, one.id))
