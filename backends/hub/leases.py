"""Leases at the hub: who handles a case now, by the rules of `domain.leases`, as events and rows that desks see."""

from __future__ import annotations

from dataclasses import replace

from agent_tui.backends.hub import filing as hub_filing
from agent_tui.backends.hub.holding import keep
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.refused import Refused
from agent_tui.backends.hub.store import agents, leases, phone, talk
from agent_tui.backends.hub.store.cases import CaseRecord
from agent_tui.backends.hub.transaction import Tx
from agent_tui.domain import leases as rules
from agent_tui.domain.channels import channel
from agent_tui.domain.events import CaseChanged, LeaseAsked
from agent_tui.domain.leases import LeaseRefused
from agent_tui.domain.model import Agent
from agent_tui.domain.orders import (
    AskLease,
    Assign,
    Block,
    CallAction,
    Dial,
    HandOver,
    MoveChannel,
    NewMessage,
    Order,
    Presence,
    ReleaseLease,
    Reply,
    Resolve,
    RetrySend,
    Snooze,
    Spam,
    TakeLease,
    TakeOver,
)
from agent_tui.domain.standing import OFFLINE

ORDERS = ("take-lease", "release-lease", "ask-lease", "hand-over", "take-over")
ENDING = (Resolve, Snooze, Spam, Block)
MAX_WORDS = 4000


def lease_key(tx: Tx, case: str) -> str:
    """The case whose lease stands for `case`: the one that leads its row."""
    leader = tx.leader(case)
    return leader.row.id if leader is not None else case


# -- what an order needs ----------------------------------------------------------------------------------------------


def guard(tx: Tx, agent: Agent, desk: str, order: Order, fence: int) -> None:
    """Before an order that speaks to the customer or ends the matter. Raises Refused `lease-held`, `stale-fence`."""
    case = _guarded(tx, order)
    if not case or tx.case(case) is None:
        return
    if isinstance(order, Block) and not order.on:
        return
    try:
        rules.check(leases.find(tx.connection, lease_key(tx, case)), agent.id, desk, fence, tx.now)
    except LeaseRefused as refused:
        raise _words(tx, refused, agent, desk) from None


def followed(tx: Tx, agent: Agent, desk: str, order: Order, result: str, fence: int = 0) -> None:
    """After the order, given under `fence`: what a matter's end, a call and a first message mean for the lease. Raises
    Refused (a message to somebody whose case a colleague handles)."""
    if isinstance(order, NewMessage):
        _wrote_first(tx, agent, desk, result)
    elif isinstance(order, CallAction):
        _call_answered(tx, agent, desk, order)
    elif isinstance(order, Presence) and order.state == OFFLINE and not order.agent:
        _logged_out(tx, agent, desk)
    elif isinstance(order, Assign) and order.agent != agent.id and not phone.talks(tx.connection, agent.id):
        key = lease_key(tx, order.case)
        keep(tx, key, rules.release(leases.find(tx.connection, key), agent.id, desk, tx.now), "released", agent.id)
    elif case := _guarded(tx, order):
        key = lease_key(tx, case)
        held = rules.settled(leases.find(tx.connection, key), tx.now)
        record = tx.case(case)
        if isinstance(order, ENDING) and record is not None and record.state.stage in ("done", "later", "spam"):
            keep(tx, key, rules.release(held, agent.id, desk, tx.now), "released", agent.id)
        if not fence:
            # whoever had the newest fence has it still: of two replies that waited for a line, both go
            _acted(tx, key)


def _logged_out(tx: Tx, agent: Agent, desk: str) -> None:
    """Who has left this terminal handles nothing there."""
    for case in leases.of_agent(tx.connection, agent.id):
        held = rules.release(leases.find(tx.connection, case), agent.id, desk, tx.now)
        keep(tx, case, held, "released", agent.id)


def _guarded(tx: Tx, order: Order) -> str:
    if isinstance(order, RetrySend):
        message = talk.find_message(tx.connection, order.message)
        return message.case if message is not None else ""
    return order.case if isinstance(order, (Reply, MoveChannel, Dial, *ENDING)) else ""


def _wrote_first(tx: Tx, agent: Agent, desk: str, case: str) -> None:
    key = lease_key(tx, case)
    try:
        rules.check(leases.find(tx.connection, key), agent.id, desk, 0, tx.now)
    except LeaseRefused as refused:
        raise _words(tx, refused, agent, desk) from None
    _acted(tx, key)


def _acted(tx: Tx, key: str) -> None:
    held = rules.settled(leases.find(tx.connection, key), tx.now)
    if held.lease is None:
        leases.save(tx.connection, key, rules.acted(held, tx.next_seq - 1))


def _call_answered(tx: Tx, agent: Agent, desk: str, order: CallAction) -> None:
    call = phone.find_call(tx.connection, order.call) if order.action == "answer" else None
    if call is not None:
        key = lease_key(tx, call.case)
        held = leases.find(tx.connection, key)
        keep(tx, key, rules.answer_call(held, agent.id, desk, tx.next_seq, tx.now), "call-answered", agent.id)


def _words(tx: Tx, refused: LeaseRefused, agent: Agent, desk: str) -> Refused:
    holder = refused.holder
    if refused.code == "stale-fence":
        return Refused("stale-fence", "Somebody else had the case since: look at it again, then send again.")
    if refused.code == "lease-free":
        return Refused("lease-free", "Nobody handles this case: take it yourself.")
    if refused.code == "lease-yours":
        return Refused("lease-yours", "You have this case yourself.")
    if refused.code == "not-supervisor":
        return Refused("not-supervisor", "Only a supervisor takes a case over: ask for it instead.")
    if holder is not None and holder.agent == agent.id:
        where = "at another terminal of yours" if holder.desk else "handed to you"
        return Refused("lease-held", f"This case is {where}: take it here first.")
    known = agents.find(tx.connection, holder.agent) if holder is not None else None
    name = known.name if known is not None else "Somebody else"
    return Refused("lease-held", f"{name} handles this case now: ask for it, or wait.")


# -- orders about the lease itself -------------------------------------------------------------------------------------


def carry_out(tx: Tx, policy: HubPolicy, agent: Agent, desk: str, order: Order) -> str | None:
    """The result of an order about a lease (its fence, or ""), None for another order. Raises Refused."""
    try:
        match order:
            case TakeLease():
                return _take(tx, agent, desk, order.case)
            case ReleaseLease():
                key = _case(tx, order.case)
                held = rules.release(leases.find(tx.connection, key), agent.id, desk, tx.now)
                return keep(tx, key, held, "released", agent.id)
            case AskLease():
                key = _case(tx, order.case)
                lease = rules.ask(leases.find(tx.connection, key), agent.id, tx.now)
                tx.append(LeaseAsked(lease.agent), key, by=agent.id)
                return ""
            case HandOver():
                return _hand_over(tx, policy, agent, desk, order)
            case TakeOver():
                return _take_over(tx, agent, desk, order)
    except LeaseRefused as refused:
        raise _words(tx, refused, agent, desk) from None
    return None


def _case(tx: Tx, case: str) -> str:
    if tx.case(case) is None:
        raise Refused("no-case", "There is no such case.")
    return lease_key(tx, case)


def _take(tx: Tx, agent: Agent, desk: str, case: str) -> str:
    key = _case(tx, case)
    before = leases.find(tx.connection, key)
    other = before.lease is not None and before.lease.agent == agent.id and before.lease.desk not in ("", desk)
    held = rules.take(before, agent.id, desk, tx.next_seq, tx.now)
    return keep(tx, key, held, "other-desk" if other else "taken", agent.id)


def _hand_over(tx: Tx, policy: HubPolicy, agent: Agent, desk: str, order: HandOver) -> str:
    key = _case(tx, order.case)
    to = agents.find(tx.connection, order.agent)
    if to is None:
        raise Refused("no-agent", f"There is no agent {order.agent} here, or they are disabled.")
    if to.id == agent.id:
        raise Refused("lease-yours", "You have this case yourself.")
    grace = _grace(tx, policy, key)
    held = rules.hand_over(
        leases.find(tx.connection, key), agent.id, desk, to.id, agent.role, tx.next_seq, tx.now, grace
    )
    keep(tx, key, held, "handed-over", agent.id)
    _say(tx, key, agent, order.note.raw)
    record = _record(tx, key)
    if record.row.owner != to.id:
        tx.put(replace(record.row, owner=to.id))
        tx.append(CaseChanged("assigned", to.id), key, by=agent.id)
    return ""


def _take_over(tx: Tx, agent: Agent, desk: str, order: TakeOver) -> str:
    key = _case(tx, order.case)
    if not order.reason.raw.strip():
        raise Refused("no-reason", "Say why you take it over.")
    held = rules.take_over(leases.find(tx.connection, key), agent.id, desk, agent.role, tx.next_seq, tx.now)
    result = keep(tx, key, held, "taken-over", agent.id)
    _say(tx, key, agent, order.reason.raw)
    return result


def _say(tx: Tx, case: str, agent: Agent, words: str) -> None:
    """What was said with it is a note of the case."""
    if len(words) > MAX_WORDS:
        raise Refused("too-long", "That is too long for a word along the way: write a note.")
    if words.strip():
        note = hub_filing.note_or_line(tx, "note", case, words, agent, tx.now)
        hub_filing.add_message(tx, note, None, "", None, agent.id)


# -- lines, calls and time ---------------------------------------------------------------------------------------------


def desk_came(tx: Tx, agent: str, desk: str, begins: bool) -> None:
    """A desk's line is up. `begins`: it was started just now, so the agent sits here and not at another terminal."""
    for case in leases.of_agent(tx.connection, agent):
        held = leases.find(tx.connection, case)
        if held.lease is None:
            continue
        if held.lease.desk == desk:
            keep(tx, case, rules.line_back(held, agent, desk, tx.now), "line-back", agent)
        elif begins:
            keep(tx, case, rules.newer_desk(held, agent, desk, tx.next_seq, tx.now), "other-desk", agent)


def desk_left(tx: Tx, policy: HubPolicy, agent: str, desk: str) -> None:
    """A desk's last line broke."""
    for case in leases.of_agent(tx.connection, agent):
        held = leases.find(tx.connection, case)
        if held.lease is not None and held.lease.desk == desk:
            keep(tx, case, rules.line_lost(held, agent, desk, tx.now, _end(tx, policy, case)), "line-lost", "")


def hub_started(tx: Tx, policy: HubPolicy) -> None:
    """Nobody is connected: every lease has its grace from now on."""
    for case in leases.everything(tx.connection):
        held = leases.find(tx.connection, case)
        keep(tx, case, rules.hub_started(held, tx.now, _end(tx, policy, case)), "line-lost", "")


def end_those_run_out(tx: Tx) -> None:
    for case in leases.ended(tx.connection, tx.now):
        keep(tx, case, rules.settled(leases.find(tx.connection, case), tx.now), "expired", "")


def calls_over(tx: Tx, policy: HubPolicy) -> None:
    """Leases that a call kept without an end have one, now that it is over."""
    for case in leases.endless(tx.connection):
        grace = _end(tx, policy, case)
        if grace is not None:
            keep(tx, case, rules.call_over(leases.find(tx.connection, case), tx.now, grace), "line-lost", "")


def _grace(tx: Tx, policy: HubPolicy, case: str) -> int:
    own = policy.lease_ms
    return own if own is not None else channel(_record(tx, case).row.channel).lease_ms


def _end(tx: Tx, policy: HubPolicy, case: str) -> int | None:
    """Grace in ms; None while the holder talks with the customer."""
    lease = leases.find(tx.connection, case).lease
    calls = [part.row.call for part in tx.parts(case) if part.row.call is not None]
    talks = lease is not None and any(c.state in ("active", "held") and c.agent == lease.agent for c in calls)
    return None if talks else _grace(tx, policy, case)


def _record(tx: Tx, case: str) -> CaseRecord:
    record = tx.case(case)
    assert record is not None, case
    return record
