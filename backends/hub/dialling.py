"""Calling a customer: the case gets a call of ours, the exchange rings them, and what becomes of it is shown."""

from __future__ import annotations

from dataclasses import replace

from agent_tui.backends.hub import calls, consents
from agent_tui.backends.hub import filing as hub_filing
from agent_tui.backends.hub.calls import Wanted
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.reaching import address_of
from agent_tui.backends.hub.refused import Refused
from agent_tui.backends.hub.replies import recipient
from agent_tui.backends.hub.store import people, phone
from agent_tui.backends.hub.transaction import Tx
from agent_tui.domain.brands import sees
from agent_tui.domain.channels import channel as profile_of
from agent_tui.domain.model import Agent, Call
from agent_tui.domain.orders import Dial
from agent_tui.domain.text import CustomerText

HIDDEN = "unknown"
"""Outcome of a call of ours that was ringing when the hub stopped."""


def dial(tx: Tx, policy: HubPolicy, agent: Agent, order: Dial) -> Wanted:
    """Begin a call in the customer's case; what remains is for the exchange to do. Raises Refused."""
    leader = tx.leader(order.case)
    if leader is None:
        raise Refused("no-case", "There is no such case.")
    if tx.person(leader.node).blocked:
        raise Refused("blocked", "That customer is blocked: reopen the case to take that back.")
    account, channel = _line(policy, agent, leader.row.brand)
    profile = profile_of(channel)
    consents.check(tx, leader.node, profile, None)
    if in_call(tx, agent.id):
        raise Refused("in-call", "You are in a call: end it first.")
    if leader.row.call is not None and leader.row.call.state in ("ringing", "active", "held"):
        raise Refused("call-there", "A call with them is under way.")
    wanted = recipient(profile, order.to.raw)[1] if order.to.raw.strip() else ""
    value = address_of(tx, policy, agent, leader, profile, wanted)
    if not value.lstrip("+*").isdigit():
        raise Refused("bad-address", "That is no number that can be called.")
    known = people.find_address(tx.connection, profile.scheme, value)
    assert known is not None
    case, now = leader.row.id, tx.now
    thread = hub_filing.new_thread(tx, case, channel, account, known.address, value, now)
    call = Call(
        tx.ids.new("k"), case, thread.shown.id, "ringing", now, CustomerText(value), direction="out", agent=agent.id
    )
    line = f"out-{call.id}"
    phone.add_call(tx.connection, call, account, line)
    record = tx.case(case)
    assert record is not None
    row = record.row
    tx.put(replace(row, channel=channel, channels=tuple(dict.fromkeys((*row.channels, channel)))))
    calls.save(tx, call, channel, now, new=True, by=agent.id)
    hub_filing.own(tx, case, agent)
    return Wanted(account, line, "originate", value, call.id, case, undo=lambda later: _never(later, call.id))


def in_call(tx: Tx, agent: str) -> bool:
    """Whether an agent talks with somebody, or rings them."""
    if phone.talks(tx.connection, agent):
        return True
    going = (phone.find_call(tx.connection, id) for id in phone.dialled(tx.connection))
    return any(call is not None and call.agent == agent for call in going)


def _never(tx: Tx, id: str) -> None:
    """The exchange could not do it."""
    call = phone.find_call(tx.connection, id)
    if call is not None and call.state == "ringing":
        calls.save(tx, replace(call, state="ended", ended=tx.now, outcome="failed"), "phone", tx.now)


def settle_crash(tx: Tx) -> None:
    """Calls of ours that rang when the hub stopped: nobody knows what became of them, unless the exchange tells."""
    for id in phone.dialled(tx.connection):
        call = phone.find_call(tx.connection, id)
        assert call is not None
        calls.save(tx, replace(call, state="ended", ended=tx.now, outcome=HIDDEN), "phone", tx.now)


def _line(policy: HubPolicy, agent: Agent, brand: str) -> tuple[str, str]:
    """The account to call from, one of the brand's first, and its channel. Raises Refused."""
    whose = policy.account_brand
    fitting = [line for line in policy.lines if sees(agent, whose.get(line[0], ""))]
    fitting.sort(key=lambda line: whose.get(line[0], "") != brand)
    if not fitting:
        raise Refused("no-line", "This hub has no telephone to call from.")
    return fitting[0]
