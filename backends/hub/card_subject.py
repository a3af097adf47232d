"""Whom cards are about: what a system can be asked by, as far as the asking agent may see it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from agent_tui.backends.hub import sight
from agent_tui.backends.hub.store import agents, cases, log, talk
from agent_tui.domain.brands import sees
from agent_tui.domain.model import Address, Agent, Conversation
from agent_tui.domain.phone_address import reachable


@dataclass(frozen=True, slots=True)
class Subject:
    """`known`: what places of a request are filled with, by their names."""

    customer: str
    brand: str
    channel: str
    known: dict[str, str]


def subject(connection: Connection, agent: Agent, case: str) -> Subject | None:
    """None where there is no such case for the agent, or its customer was erased."""
    me = agents.find(connection, agent.id) or agent
    head = cases.head_of(connection, case)
    row = log.case_row(connection, head)
    if row is None or not sees(me, row.brand):
        return None
    customer = sight.person(connection, me, row.customer)
    if customer is None or customer.erased:
        return None
    known = {"case": str(row.number), "labels": ",".join(row.labels), "brand": row.brand, "language": customer.language}
    talks = talk.conversations(connection, cases.parts(connection, head))
    for address in _in_turn(customer.addresses, talks):
        if reachable(address.value):
            known.setdefault(address.scheme, address.value.raw)
    return Subject(customer.id, row.brand, row.channel, known)


def _in_turn(addresses: tuple[Address, ...], talks: tuple[Conversation, ...]) -> list[Address]:
    """Whichever stands for the customer first: where they wrote or called from last, then what is vouched for."""
    last = {talk.address.raw: talk.last_inbound or 0 for talk in sorted(talks, key=lambda talk: talk.last_inbound or 0)}
    return sorted(addresses, key=lambda one: (-last.get(one.value.raw, 0), not one.verified))
