"""Where an agent writes or calls to: an address that is named becomes the customer's, unless it is somebody else's."""

from __future__ import annotations

from agent_tui.backends.hub import filing as hub_filing
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.refused import Refused
from agent_tui.backends.hub.store import people
from agent_tui.backends.hub.store.cases import CaseRecord
from agent_tui.backends.hub.transaction import Tx
from agent_tui.domain.channels import Channel
from agent_tui.domain.events import CustomerChanged
from agent_tui.domain.model import Agent


def address_of(tx: Tx, policy: HubPolicy, agent: Agent, leader: CaseRecord, profile: Channel, wanted: str) -> str:
    """Where the customer of a case is reached on a channel. `wanted`: what an agent named, canonical, "" for one that
    is known. Raises Refused."""
    own = [one.value.raw for one in tx.person(leader.node).addresses if one.scheme == profile.scheme]
    if not wanted:
        if not own:
            raise Refused("no-address", f"No {profile.name} address of this customer is known: name one.")
        return own[0]
    value = _as_known(tx, profile, wanted)
    if value in own:
        return value
    known = people.find_address(tx.connection, profile.scheme, value)
    if known is not None and known.customer and known.customer not in tx.nodes(leader.node):
        raise Refused("others-address", "That address is another customer's: join them first.")
    hub_filing.belongs(tx, profile.scheme, value, leader.node, policy.country)
    tx.append(CustomerChanged(tx.person(leader.node)), by=agent.id)
    return value


def _as_known(tx: Tx, profile: Channel, value: str) -> str:
    """WhatsApp writes phone numbers without a plus; a gateway may write them with one: as it is known, else without."""
    if profile.scheme != "wa" or not value.lstrip("+").isdigit():
        return value
    digits = value.lstrip("+")
    return f"+{digits}" if people.find_address(tx.connection, profile.scheme, f"+{digits}") is not None else digits
