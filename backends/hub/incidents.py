"""Incidents at the hub: cases are linked, and their customers are told something, each once, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from agent_tui.backends.hub import speaking
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.refused import Refused
from agent_tui.backends.hub.sight import sees_case
from agent_tui.backends.hub.store import cases, log, people, talk
from agent_tui.backends.hub.store import incidents as stored
from agent_tui.backends.hub.transaction import Tx
from agent_tui.domain.brands import sees
from agent_tui.domain.events import CaseChanged, IncidentChanged
from agent_tui.domain.incident_reach import where_to_tell, words_for
from agent_tui.domain.incidents import AUTO, MOST_CASES, MOST_TITLE, Hearer, Incident, IncidentUpdate
from agent_tui.domain.model import EMPTY, Agent, CaseRow
from agent_tui.domain.orders import CloseIncident, LinkCases, OpenIncident, Order, UpdateIncident
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import Ms

ORDERS = ("open-incident", "link-cases", "update-incident", "close-incident")


def carry_out(tx: Tx, policy: HubPolicy, agent: Agent, order: Order) -> str | None:
    """The id of what it made, or ""; None for another order. Raises Refused."""
    match order:
        case OpenIncident():
            return _open(tx, agent, order)
        case LinkCases():
            return _link(tx, agent, order)
        case UpdateIncident():
            return _update(tx, policy, agent, order)
        case CloseIncident():
            return _close(tx, agent, order)
    return None


def page(connection: Connection, me: Agent) -> tuple[Incident, ...]:
    """Those that an agent may see."""
    return tuple([one for one in stored.known(connection) if sees(me, one.brand)][: stored.MOST])


def title(connection: Connection, id: str) -> CustomerText:
    """What the incident of a case is called, EMPTY for ""."""
    known = stored.find(connection, id) if id else None
    return known.title if known is not None else EMPTY


def reach(
    connection: Connection, me: Agent, id: str, english: CustomerText, hebrew: CustomerText, now: Ms
) -> tuple[Hearer, ...]:
    """Each customer of an incident once, by case number: whom an update of these words reaches, and whom not and why.
    Of a customer with several rows it is the first through which it works."""
    known = stored.find(connection, id)
    if known is None or not sees(me, known.brand):
        return ()
    heads = dict.fromkeys(cases.head_of(connection, one) for one in stored.cases(connection, id))
    found: dict[str, Hearer] = {}
    for head in heads:
        row = log.case_row(connection, head)
        if row is None or not sees(me, row.brand):
            continue
        hearer = _hearer(connection, row, english, hebrew, now)
        if hearer is not None and (row.customer not in found or (found[row.customer].why and not hearer.why)):
            found[row.customer] = hearer
    return tuple(sorted(found.values(), key=lambda one: one.number))


def _hearer(
    connection: Connection, row: CaseRow, english: CustomerText, hebrew: CustomerText, now: Ms
) -> Hearer | None:
    who = people.person(connection, row.customer)
    if who is None or row.erased:
        return None
    words = words_for(who.language, english, hebrew)
    talks = talk.conversations(connection, cases.parts(connection, row.id) or [row.id])
    place, why = where_to_tell(row.stage, who, talks, words, now)
    there = (place.id, place.channel) if place is not None else ("", "")
    return Hearer(row.id, row.number, row.customer, row.name, who.language, *there, row.owner, why)


def _open(tx: Tx, agent: Agent, order: OpenIncident) -> str:
    _made(order.incident, "i_")
    title = " ".join(order.title.raw.split())
    if not title:
        raise Refused("no-title", "Say what happened, in a few words.")
    if len(title) > MOST_TITLE:
        raise Refused("too-long", f"A title has at most {MOST_TITLE} characters.")
    if stored.find(tx.connection, order.incident) is not None:
        raise Refused("id-reused", "There is an incident of this id already.")
    rows = _rows(tx, agent, order.cases)
    if not rows:
        raise Refused("no-case", "An incident is of cases: name one.")
    new = Incident(order.incident, CustomerText(title), rows[0].brand, tx.now, agent.id)
    stored.add(tx.connection, new)
    _join(tx, agent, new, rows)
    return new.id


def _link(tx: Tx, agent: Agent, order: LinkCases) -> str:
    known = _known(tx, agent, order.incident)
    rows = _rows(tx, agent, order.cases)
    if order.on and known.state == "closed":
        raise Refused("incident-closed", "That incident is closed: open it again first.")
    if order.on:
        _join(tx, agent, known, rows)
        return ""
    gone = [row for row in rows if row.incident == known.id]
    for row in gone:
        _put(tx, agent, row, "")
    if gone:
        _tell(tx, agent, replace(known, cases=known.cases - len(gone)))
    return ""


def _join(tx: Tx, agent: Agent, to: Incident, rows: Sequence[CaseRow]) -> None:
    new = [row for row in rows if row.incident != to.id]
    if to.cases + len(new) > MOST_CASES:
        raise Refused("too-many", f"An incident has at most {MOST_CASES} cases: open another one for the rest.")
    for row in new:
        if row.brand != to.brand:
            raise Refused("other-brand", f"Case {row.number} is of another brand: it needs an incident of its own.")
        held = stored.find(tx.connection, row.incident) if row.incident else None
        if held is not None and held.state == "open":
            raise Refused("other-incident", f"Case {row.number} is of another incident: take it out of that one first.")
    for row in new:
        _put(tx, agent, row, to.id)
    _tell(tx, agent, replace(to, cases=to.cases + len(new)))


def _put(tx: Tx, agent: Agent, row: CaseRow, id: str) -> None:
    tx.put(replace(row, incident=id))
    tx.append(CaseChanged("incident", id), row.id, by=agent.id)


def _update(tx: Tx, policy: HubPolicy, agent: Agent, order: UpdateIncident) -> str:
    """Whoever fell out of reach since the preview is not told, and nobody is who was not in it."""
    _made(order.update, "u_")
    known = _known(tx, agent, order.incident)
    if stored.was_said(tx.connection, order.update):
        return order.update
    if known.state == "closed":
        raise Refused("incident-closed", "That incident is closed: open it again first.")
    if not order.english.raw.strip() and not order.hebrew.raw.strip():
        raise Refused("empty", "Say something.")
    wanted = set(order.cases)
    hearers = reach(tx.connection, agent, known.id, order.english, order.hebrew, tx.now)
    told = [one for one in hearers if not one.why and one.case in wanted]
    if not told:
        raise Refused("nobody", "Nobody of those can be told any more: look at the preview again.")
    said = IncidentUpdate(
        order.update, tx.now, agent.id, order.english, order.hebrew, len(told), len(hearers) - len(told)
    )
    stored.say(tx.connection, known.id, said)
    for one in told:
        thread = talk.find_thread(tx.connection, one.conversation)
        assert thread is not None
        words = words_for(one.language, order.english, order.hebrew)
        message = speaking.say(tx, policy, thread, words.raw, AUTO, agent.id)
        stored.told(tx.connection, said.id, one.case, message)
    _tell(tx, agent, replace(known, updates=(*known.updates, said)))
    return said.id


def _close(tx: Tx, agent: Agent, order: CloseIncident) -> str:
    known = _known(tx, agent, order.incident)
    if (known.state == "closed") == order.on:
        return ""
    closed = tx.now if order.on else None
    stored.close(tx.connection, known.id, closed)
    _tell(tx, agent, replace(known, state="closed" if order.on else "open", closed=closed))
    return ""


def _tell(tx: Tx, agent: Agent, known: Incident) -> None:
    tx.append(IncidentChanged(known), by=agent.id)


def _known(tx: Tx, agent: Agent, id: str) -> Incident:
    known = stored.find(tx.connection, id)
    if known is None or not sees(agent, known.brand):
        raise Refused("no-incident", "There is no such incident.")
    return known


def _rows(tx: Tx, agent: Agent, wanted: Sequence[str]) -> list[CaseRow]:
    """The rows that lead some cases, each once."""
    rows: dict[str, CaseRow] = {}
    for id in wanted[: MOST_CASES + 1]:
        leader = tx.leader(id)
        if leader is None or not sees_case(tx.connection, agent, leader.row.id) or leader.row.erased:
            raise Refused("no-case", "There is no such case.")
        rows.setdefault(leader.row.id, leader.row)
    return list(rows.values())


def _made(id: str, sign: str) -> None:
    """Raises Refused where a client made an id of another form."""
    rest = id.removeprefix(sign)
    if rest == id or not 1 <= len(rest) <= 40 or not rest.isascii() or not rest.replace("-", "").isalnum():
        raise Refused("bad-id", f"An id is {sign} and at most 40 letters, digits and -.")
