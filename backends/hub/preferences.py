"""How customers want to be dealt with: one text for a person, whichever of their customers it is kept with."""

from __future__ import annotations

from agent_tui.backends.hub.refused import Refused
from agent_tui.backends.hub.store import people
from agent_tui.backends.hub.transaction import Tx
from agent_tui.domain.events import CustomerChanged
from agent_tui.domain.model import Agent
from agent_tui.domain.orders import Prefer

MOST = 200
"""Characters; it is read at a glance."""


def prefer(tx: Tx, agent: Agent, order: Prefer) -> str:
    """The words stand with the customer who had some already, else with the case's own. What another one of the same
    person has stays there, for when they are parted, unless the agent has taken it out of the words."""
    record = tx.case(order.case)
    if record is None:
        raise Refused("no-case", "There is no such case.")
    words = " ".join(order.words.raw.split())
    if len(words) > MOST:
        raise Refused("too-long", f"Preferences have at most {MOST} characters.")
    held = {id: tx.customer(id).preferences.raw for id in tx.nodes(record.node)}
    keeper = next((id for id, text in held.items() if text), record.node)
    wanted = {id: text if text in words else "" for id, text in held.items()} | {keeper: words}
    changed = [id for id in held if held[id] != wanted[id]]
    for id in changed:
        people.prefer(tx.connection, id, wanted[id])
        tx.forget_customer(id)
    if changed:
        tx.append(CustomerChanged(tx.person(record.node)), by=agent.id)
    return ""
