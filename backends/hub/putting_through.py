"""A call that goes along with its case: whoever gives the case away talks with the customer, and the exchange connects
the call to whoever takes it. Nothing but the transfer changes before the exchange has said that it did; then the call,
the owner and the transfer change in one transaction.
"""

from __future__ import annotations

from dataclasses import replace

from agent_tui.backends.connectors.base import CallUpdate
from agent_tui.backends.hub import calls, dialling, transfer_keeping
from agent_tui.backends.hub.calls import Wanted
from agent_tui.backends.hub.holding import keep as keep_lease
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.refused import Refused
from agent_tui.backends.hub.store import leases, phone, transfers
from agent_tui.backends.hub.transaction import Tx
from agent_tui.domain import leases as lease_rules
from agent_tui.domain import transfers as rules
from agent_tui.domain.channels import channel as profile_of
from agent_tui.domain.events import CallChanged
from agent_tui.domain.model import Agent, Call
from agent_tui.domain.transfers import Transfer

ACTION = "transfer"


def talk(tx: Tx, case: str, agent: str) -> Call | None:
    """The call that an agent has with the customer of a case now."""
    id = phone.talk_with(tx.connection, agent, [part.row.id for part in tx.parts(case)])
    return phone.find_call(tx.connection, id) if id else None


def check(tx: Tx, policy: HubPolicy, call: Call, agent: str) -> None:
    """Raises Refused where the call's exchange cannot put it through; `agent`: who wants it."""
    if phone.call_line(tx.connection, call.id)[0] in policy.puts_through:
        return
    if agent != call.agent:
        raise Refused("they-talk", "They still talk with the customer: take it when they have hung up.")
    raise Refused("call-stays", "The exchange cannot put a call through: hang up first, or look at it together.")


def begin(tx: Tx, policy: HubPolicy, held: Transfer, call: Call, agent: Agent, desk: str) -> Wanted:
    """This agent's answer hands the case over, and the call with it; what remains is for the exchange to do. `desk`: of
    whoever takes it, "" where that is not known. Raises Refused."""
    check(tx, policy, call, agent.id)
    if dialling.in_call(tx, held.agent):
        if held.agent == agent.id:
            raise Refused("in-call", "You are in a call: end it first.")
        raise Refused("busy-there", "They are in a call by now: wait until it is over, or keep this one.")
    transfer_keeping.keep(tx, rules.connect(held, tx.now), agent.id)
    account, line = phone.call_line(tx.connection, call.id)
    return Wanted(
        account,
        line,
        ACTION,
        "",
        call.id,
        call.case,
        done=lambda later: through(later, policy, held.id, phone.find_call(later.connection, call.id), desk),
        undo=lambda later: _not_through(later, policy, held.id, call.id, agent.id),
        unknown=lambda later: _lost(later, policy, held.id, call.id, agent.id),
        giver=held.by,
        to=held.agent,
    )


def through(tx: Tx, policy: HubPolicy, id: str, call: Call | None, desk: str = "") -> str:
    """The call, as it is now, is with whoever takes the case, or is over: the case is theirs. The fence where it is at
    that desk."""
    held = transfers.find(tx.connection, id)
    assert held is not None, id
    if call is not None and call.talks and call.agent == held.by:
        _pass_on(tx, call, held.agent)
    now = rules.put_through(held, tx.now)
    record = tx.case(held.case)
    assert record is not None, held.case
    if now != held:
        transfer_keeping.keep(tx, now, now.ended_by)
        transfer_keeping.give(tx, record.row, held.agent, record.row.team, record.row.labels, now.ended_by)
    elif record.row.owner != held.agent:
        return ""  # it went another way meanwhile
    before = leases.find(tx.connection, held.case)
    if desk:  # a voice does not wait for who is writing
        taken = lease_rules.answer_call(before, held.agent, desk, tx.next_seq, tx.now)
    else:
        grace = policy.lease_ms if policy.lease_ms is not None else profile_of(tx.shown(held.case).channel).lease_ms
        taken = lease_rules.hand_over(before, held.by, "", held.agent, "supervisor", tx.next_seq, tx.now, grace)
    fence = keep_lease(tx, held.case, taken, "handed-over", held.agent)
    return fence if desk else ""


def settle_crash(tx: Tx, policy: HubPolicy) -> None:
    """The hub stopped while the exchange was asked: nobody knows whether it did it."""
    for id in transfers.connecting(tx.connection):
        held = transfers.find(tx.connection, id)
        assert held is not None, id
        if talk(tx, held.case, held.by) is not None:
            transfer_keeping.keep(tx, rules.lose_sight(held))
        else:
            through(tx, policy, id, None)


def file_call(tx: Tx, policy: HubPolicy, channel: str, update: CallUpdate) -> None:
    """A call as the exchange sees it now, which may tell what became of one that was put through."""
    known = phone.call_by_channel_id(tx.connection, update.account, update.channel_id)
    call = phone.find_call(tx.connection, known) if known else None
    held = _waiting(tx, call) if call is not None else None
    if call is not None and call.talks and update.agent not in ("", call.agent):
        if held is not None and held.agent == update.agent and update.state in ("active", "held"):
            through(tx, policy, held.id, call)
        elif update.agent in phone.had_by(tx.connection, call.id):
            if update.state != "ended":
                return  # it was said before the call was put through
            update = replace(update, agent="")
    calls.file_call(tx, policy, channel, update)
    if held is not None and held.state == "unknown" and call is not None:
        now = phone.find_call(tx.connection, call.id)
        if now is not None and not now.talks:
            through(tx, policy, held.id, None)


def _waiting(tx: Tx, call: Call) -> Transfer | None:
    """The transfer of the call's case that the exchange is asked for."""
    leader = tx.leader(call.case)
    held = leader.row.transfer if leader is not None else None
    return held if held is not None and held.state in ("connecting", "unknown") else None


def _pass_on(tx: Tx, call: Call, to: str) -> None:
    """The part that an agent had of it is theirs to write up, the call is another's."""
    began = call.passed or call.answered or call.since
    part = replace(
        call,
        id=tx.ids.new("k"),
        state="ended",
        since=began,
        answered=began,
        ended=tx.now,
        law_due=None,
        muted=False,
        part_of=call.id,
        passed=None,
    )
    account, _ = phone.call_line(tx.connection, call.id)
    phone.add_call(tx.connection, part, account, f"part-{part.id}")
    tx.append(CallChanged(part), part.case)
    passed = replace(call, state="active", agent=to, muted=False, keys="", passed=tx.now)
    calls.save(tx, passed, calls.find(tx, call.id)[1], tx.now, by=to)


def _not_through(tx: Tx, policy: HubPolicy, id: str, call_id: str, by: str) -> None:
    """The exchange could not: whoever talks keeps the case too, unless the customer has hung up."""
    held, call = transfers.find(tx.connection, id), phone.find_call(tx.connection, call_id)
    assert held is not None and call is not None
    if not call.talks:
        through(tx, policy, id, None)
    elif (now := rules.not_through(held, tx.now)) != held:
        transfer_keeping.keep(tx, now, by)


def _lost(tx: Tx, policy: HubPolicy, id: str, call_id: str, by: str) -> None:
    """The exchange was asked and did not answer."""
    held, call = transfers.find(tx.connection, id), phone.find_call(tx.connection, call_id)
    assert held is not None and call is not None
    if not call.talks:
        through(tx, policy, id, None)
    elif (now := rules.lose_sight(held)) != held:
        transfer_keeping.keep(tx, now, by)
