"""Agents come, go and say whether they take new work; supervisors announce. Raises Refused."""

from __future__ import annotations

from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.refused import Refused
from agent_tui.backends.hub.store import agents, announcements, cases, phone
from agent_tui.backends.hub.transaction import Tx
from agent_tui.domain import standing
from agent_tui.domain.events import AgentChanged, Announced
from agent_tui.domain.model import Agent, Announcement
from agent_tui.domain.orders import Announce, Presence
from agent_tui.domain.standing import Standing

MAX_ANNOUNCED = 2000
SUPERVISORS = ("supervisor", "admin")


def say(tx: Tx, agent: Agent, order: Presence) -> str:
    """An agent says it of themselves, or a supervisor of another."""
    whose = order.agent or agent.id
    if whose != agent.id and agent.role not in SUPERVISORS:
        raise Refused("supervisor-only", "Only a supervisor says so of another agent.")
    held = agents.standing(tx.connection, whose)
    if held is None:
        raise Refused("no-agent", "There is no such agent.")
    if whose != agent.id and held.state == standing.OFFLINE:
        raise Refused("not-here", "They are not logged in.")
    state = " ".join(order.state.split())[:64] or standing.OFFLINE
    hand = cases.head_of(tx.connection, order.after) if order.after and tx.case(order.after) is not None else ""
    _keep(tx, whose, standing.said(held, state, tx.now, hand), agent.id)
    return ""


def came(tx: Tx, policy: HubPolicy, agent: str) -> None:
    """The first desk of an agent is connected."""
    held = agents.standing(tx.connection, agent)
    if held is not None:
        _keep(tx, agent, standing.came(held, policy.login, tx.now), agent)


def lost(tx: Tx, agent: str) -> None:
    """No desk of an agent has been connected for the grace."""
    held = agents.standing(tx.connection, agent)
    if held is not None:
        _keep(tx, agent, standing.lost(held, tx.now), "")


def finished(tx: Tx, agent: str, case: str) -> None:
    """The agent answered, gave away or ended a case, or a call in it: perhaps what they finish first."""
    held = agents.standing(tx.connection, agent)
    if held is None or not held.then or cases.head_of(tx.connection, held.hand) != cases.head_of(tx.connection, case):
        return
    if not phone.talks(tx.connection, agent):
        _keep(tx, agent, standing.finished(held, tx.now), agent)


def announce(tx: Tx, agent: Agent, order: Announce) -> str:
    """Tell all who work here; the announcement's id."""
    if agent.role not in SUPERVISORS:
        raise Refused("supervisor-only", "Only a supervisor announces something.")
    if not order.body.raw.strip():
        raise Refused("empty", "Say what is announced.")
    if len(order.body.raw) > MAX_ANNOUNCED:
        raise Refused("too-long", f"An announcement has at most {MAX_ANNOUNCED} characters.")
    if order.until <= tx.now:
        raise Refused("past", "That time is past: choose a later one.")
    new = Announcement(f"n_{tx.next_seq}", order.body, agent.id, tx.now, order.until)
    announcements.add(tx.connection, new)
    tx.append(Announced(new), by=agent.id)
    return new.id


def _keep(tx: Tx, agent: str, now: Standing, by: str) -> None:
    if now == agents.standing(tx.connection, agent):
        return
    agents.set_standing(tx.connection, agent, now)
    changed = agents.find(tx.connection, agent)
    assert changed is not None
    tx.append(AgentChanged(changed), by=by)
