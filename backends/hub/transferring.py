"""Orders that move a case from one agent to another or to a queue, each one transaction: it is done or not done."""

from __future__ import annotations

from dataclasses import replace

from agent_tui.backends.hub import filing as hub_filing
from agent_tui.backends.hub import placing, putting_through, routing, transfer_keeping
from agent_tui.backends.hub.calls import Wanted
from agent_tui.backends.hub.holding import keep as keep_lease
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.refused import Refused
from agent_tui.backends.hub.routing import Memory, takes_work
from agent_tui.backends.hub.store import agents, cases, leases, transfers
from agent_tui.backends.hub.store.cases import CaseRecord
from agent_tui.backends.hub.transaction import Tx
from agent_tui.domain import joining
from agent_tui.domain import leases as lease_rules
from agent_tui.domain import transfers as rules
from agent_tui.domain.brands import sees
from agent_tui.domain.channels import channel
from agent_tui.domain.events import CaseChanged
from agent_tui.domain.leases import Held, LeaseRefused
from agent_tui.domain.model import Agent, CaseRow
from agent_tui.domain.orders import AnswerTransfer, Follow, TransferCase
from agent_tui.domain.queues import QueueSetup
from agent_tui.domain.standing import OFFLINE
from agent_tui.domain.transfers import Transfer, TransferRefused

ORDERS = ("transfer", "answer-transfer", "follow")
MAX_WORDS = 4000
MOST_FOLLOWERS = 50
SIDE_TALK = "side-talk"
"""What marks a note (`Message.auto`) that two agents write to each other in a warm transfer."""
_WHY = {
    "transfer-over": "That transfer is over: look at the case again.",
    "not-asked": "That case is offered to somebody else.",
    "not-together": "They have not come yet: wait, or take the case back.",
    "not-givers": "That is for whoever gives the case to say.",
    "connecting": "The call is being put through: a moment.",
}


def transfer(tx: Tx, policy: HubPolicy, memory: Memory, agent: Agent, desk: str, order: TransferCase) -> str:
    """Offer it, or send it to a queue; the transfer's id. Raises Refused."""
    record = _leader(tx, order.case)
    row = record.row
    if tx.shown(row.id).stage in joining.CLOSED:
        raise Refused("closed", "The case is closed: reopen it first.")
    if row.transfer is not None:
        raise Refused("transfer-open", "The case is on its way already: take it back first.")
    if bool(order.agent) == bool(order.queue):
        raise Refused("no-target", "Say to whom it goes: an agent or a queue.")
    if row.owner not in ("", agent.id) and agent.role == "agent":
        raise Refused("not-owner", f"{_name(tx, row.owner)} has this case: ask for it first.")
    _check_hands(tx, row.id, agent, desk)
    words = _words(order.note.raw)
    if not words:
        raise Refused("no-note", "Say what was done and what is promised.")
    if order.queue and not order.warm:
        return _to_queue(tx, policy, agent, desk, record, order.queue, words)
    call = putting_through.talk(tx, row.id, agent.id)
    if call is not None and not order.warm:
        putting_through.check(tx, policy, call, agent.id)
    to = _asked(tx, policy, memory, agent, record, order)
    note = _note(tx, row.id, agent, words)
    due = tx.now + policy.transfer_ms
    new = Transfer(tx.ids.new("x"), row.id, agent.id, tx.now, to.id, order.queue, order.warm, due, note=note)
    hub_filing.own(tx, row.id, agent)
    transfers.add(tx.connection, new)
    transfer_keeping.show(tx, new, agent.id)
    return new.id


def answer(
    tx: Tx, policy: HubPolicy, memory: Memory, agent: Agent, desk: str, order: AnswerTransfer
) -> tuple[str, Wanted | None]:
    """Take it, refuse it, take it back, hand it over. The fence where the case is mine at this terminal now, else "";
    what the exchange must do first where a call goes along. Raises Refused."""
    record = _leader(tx, order.case)
    held = transfers.find(tx.connection, order.transfer) if order.transfer else record.row.transfer
    if held is None or held.case not in [part.row.id for part in tx.parts(order.case)]:
        raise Refused("no-transfer", "There is no such transfer of this case.")
    try:
        now = _answered(held, agent, tx, order)
    except TransferRefused as refused:
        raise Refused(refused.code, _WHY[refused.code]) from None
    row, accepted = record.row, order.answer == "accept"
    words = _words(order.words.raw)
    if words:
        _note(tx, row.id, agent, words)
    call = putting_through.talk(tx, row.id, held.by) if now.state == "done" else None
    if call is not None and held.state == "unknown":
        return putting_through.through(tx, policy, held.id, call, desk if agent.id == held.agent else ""), None
    if call is not None:
        if accepted:
            _accepted(tx, row.id, held, agent, desk)
        return "", putting_through.begin(tx, policy, held, call, agent, desk if accepted else "")
    transfer_keeping.keep(tx, now, agent.id)
    if now.state == "withdrawn" and now.queue and not now.warm:
        transfer_keeping.come_back(tx, held, agent.id)
    if now.state == "declined":
        _ask_next(tx, policy, memory, held)
    if now.state != "done":
        return "", None
    transfer_keeping.give(tx, row, held.agent, row.team, row.labels, agent.id)
    return _hand(tx, policy, row.id, held, agent, desk, accepted=accepted), None


def end_those_lapsed(tx: Tx, policy: HubPolicy, memory: Memory) -> None:
    """Offers whose time has come: a case comes back out of its queue, the next of a queue's agents is asked."""
    for id in transfers.lapsed(tx.connection, tx.now):
        held = transfers.find(tx.connection, id)
        assert held is not None, id
        now = rules.lapse(held, tx.now)
        if now == held:
            continue
        transfer_keeping.keep(tx, now)
        if held.queue and not held.warm:
            transfer_keeping.come_back(tx, held)
        if not now.open:
            _ask_next(tx, policy, memory, held)


def follow(tx: Tx, agent: Agent, order: Follow) -> str:
    """Hear of it, or no longer. Raises Refused."""
    row = _leader(tx, order.case).row
    others = tuple(one for one in row.followers if one != agent.id)
    now = (*others, agent.id) if order.on else others
    if order.on == (agent.id in row.followers):
        return ""
    if len(now) > MOST_FOLLOWERS:
        raise Refused("too-many", f"At most {MOST_FOLLOWERS} agents follow a case.")
    tx.put(replace(row, followers=now))
    tx.append(CaseChanged("followed" if order.on else "unfollowed", agent.id), row.id, by=agent.id)
    return ""


def is_side_talk(tx: Tx, case: str, agent: Agent) -> bool:
    """Whether a note of this agent is said to the other one of a warm transfer."""
    record = tx.leader(case)
    held = record.row.transfer if record is not None else None
    return held is not None and held.state == "together" and held.concerns(agent.id)


# -- to whom -----------------------------------------------------------------------------------------------------------


def _asked(tx: Tx, policy: HubPolicy, memory: Memory, agent: Agent, record: CaseRecord, order: TransferCase) -> Agent:
    if order.queue:
        return _of_queue(tx, policy, memory, agent, record, order.queue)
    to = agents.find(tx.connection, order.agent)
    if to is None:
        raise Refused("no-agent", f"There is no agent {order.agent} here, or they are disabled.")
    if to.id == agent.id:
        raise Refused("to-yourself", "That is you: choose a colleague.")
    if to.presence == OFFLINE:
        raise Refused("not-here", f"{to.name} is not here: choose another, or assign it to them all the same.")
    return to


def _of_queue(tx: Tx, policy: HubPolicy, memory: Memory, agent: Agent, record: CaseRecord, queue: str) -> Agent:
    """Of those who work the queue and could take the case, whoever has been idle the longest; who said no before, last.
    Raises Refused."""
    setup = _setup(policy, queue)
    asked = {
        one.agent for one in transfers.of_case(tx.connection, record.row.id) if one.state in ("declined", "lapsed")
    }
    able = _able(tx, policy, memory, agent.id, record, setup)
    if not able:
        raise Refused("nobody-ready", f"Nobody of {setup.name} takes work now: send it there without waiting.")
    return min(able, key=lambda one: one.id in asked)


def _ask_next(tx: Tx, policy: HubPolicy, memory: Memory, held: Transfer) -> None:
    """Whom a queue's case was offered to does not look at it: whoever of its agents is idle longest and was not asked
    is asked now, with the same words, while the case is still the giver's and they are there."""
    record, giver = tx.case(held.case), agents.find(tx.connection, held.by)
    setup = next((setup for setup in policy.queues if setup.id == held.queue), None)
    if not held.warm or setup is None or record is None or record.row.owner != held.by:
        return
    if giver is None or giver.presence == OFFLINE:
        return
    asked = {one.agent for one in transfers.of_case(tx.connection, held.case) if one.note == held.note}
    able = _able(tx, policy, memory, held.by, record, setup)
    to = next((one.id for one in able if one.id not in asked), "")
    if to:
        due = tx.now + policy.transfer_ms
        new = Transfer(tx.ids.new("x"), held.case, held.by, tx.now, to, held.queue, True, due, note=held.note)
        transfers.add(tx.connection, new)
        transfer_keeping.show(tx, new, "")


def _able(tx: Tx, policy: HubPolicy, memory: Memory, giver: str, record: CaseRecord, setup: QueueSetup) -> list[Agent]:
    """Who works the queue and could take the case now, but for who gives it; whoever has been idle longest first."""
    row = record.row
    language = tx.customer(record.node).language
    needs = frozenset(setup.needs_of(channel=row.channel, brand="", labels=row.labels, language=language))
    load = routing.weights(tx.connection, policy.queues)
    able = [
        one
        for one in agents.everyone(tx.connection)
        if one.id != giver
        and takes_work(one)
        and one.id in memory.idle_since
        and setup.worked_by(one.id, one.teams)
        and sees(one, row.brand)
        and needs <= frozenset(one.skills)
    ]
    return sorted(able, key=lambda one: (load.get(one.id, 0), memory.idle_since[one.id], one.id))


def _setup(policy: HubPolicy, queue: str) -> QueueSetup:
    """Raises Refused."""
    setup = next((setup for setup in policy.queues if setup.id == queue), None)
    if setup is None:
        raise Refused("no-queue", f"There is no queue {queue}.")
    return setup


def _to_queue(tx: Tx, policy: HubPolicy, agent: Agent, desk: str, record: CaseRecord, queue: str, words: str) -> str:
    row = record.row
    _check_fits(policy, row, _setup(policy, queue))
    moved = placing.in_queue(policy, row, queue)
    assert moved is not None
    if putting_through.talk(tx, row.id, agent.id) is not None:
        raise Refused(
            "in-call-queue",
            "The call with them is still on: hang up first, or look at it together.",
        )
    note = _note(tx, row.id, agent, words)
    label = next((one for one in moved.labels if one not in row.labels), "")
    cases.add_labels(tx.connection, [label] if label else [])
    due = tx.now + policy.queue_transfer_ms
    new = Transfer(tx.ids.new("x"), row.id, agent.id, tx.now, "", queue, False, due, note=note)
    transfers.add(tx.connection, new, row.team, label)
    transfer_keeping.show(tx, new, agent.id)
    transfer_keeping.give(tx, row, "", moved.team, moved.labels, agent.id)
    held = lease_rules.release(leases.find(tx.connection, row.id), agent.id, desk, tx.now)
    keep_lease(tx, row.id, held, "released", agent.id)
    return new.id


def _check_fits(policy: HubPolicy, row: CaseRow, setup: QueueSetup) -> None:
    why, earlier = placing.misfit(policy, row, setup)
    match why:
        case "channel":
            raise Refused("queue-channel", f"{setup.name} has no cases on {channel(row.channel).name}: choose another.")
        case "brand":
            raise Refused("queue-brand", f"{setup.name} has cases of other brands alone: choose another.")
        case "earlier":
            name = next(one.name for one in policy.queues if one.id == earlier)
            raise Refused("not-its-queue", f"A case like this one waits in {name}: choose that, or an agent.")
        case "there":
            raise Refused("waits-there", "It waits in that queue already.")


# -- answers -----------------------------------------------------------------------------------------------------------


def _answered(held: Transfer, agent: Agent, tx: Tx, order: AnswerTransfer) -> Transfer:
    match order.answer:
        case "accept":
            return rules.accept(held, agent.id, tx.now)
        case "decline":
            return rules.decline(held, agent.id, tx.now)
        case "withdraw":
            return rules.withdraw(held, agent.id, tx.now, agent.role != "agent")
        case "complete":
            return rules.complete(held, agent.id, tx.now)


def _hand(tx: Tx, policy: HubPolicy, case: str, given: Transfer, agent: Agent, desk: str, *, accepted: bool) -> str:
    """Whose case it is now has it in hand too: here, where they took it, else at whichever desk they take it up."""
    before = leases.find(tx.connection, case)
    if accepted:
        held = _accepted(tx, case, given, agent, desk)
    else:
        own = policy.lease_ms
        grace = own if own is not None else channel(tx.shown(case).channel).lease_ms
        held = lease_rules.hand_over(before, agent.id, desk, given.agent, "supervisor", tx.next_seq, tx.now, grace)
    fence = keep_lease(tx, case, held, "handed-over", agent.id)
    return fence if accepted else ""


def _accepted(tx: Tx, case: str, given: Transfer, agent: Agent, desk: str) -> Held:
    """The lease where they take it here. Raises Refused."""
    before = leases.find(tx.connection, case)
    try:
        return lease_rules.accepted(before, given.by, agent.id, desk, tx.next_seq, tx.now)
    except LeaseRefused as refused:
        who = _name(tx, refused.holder.agent) if refused.holder is not None else "Somebody"
        raise Refused("lease-held", f"{who} handles this case now: ask for it, or wait.") from None


def _check_hands(tx: Tx, case: str, agent: Agent, desk: str) -> None:
    held = lease_rules.settled(leases.find(tx.connection, case), tx.now).lease
    if held is not None and held.agent != agent.id and agent.role == "agent":
        raise Refused("lease-held", f"{_name(tx, held.agent)} handles this case now: ask for it, or wait.")


def _leader(tx: Tx, case: str) -> CaseRecord:
    record = tx.leader(case)
    if record is None:
        raise Refused("no-case", "There is no such case.")
    return record


def _name(tx: Tx, agent: str) -> str:
    known = agents.find(tx.connection, agent)
    return known.name if known is not None else "Somebody else"


def _words(text: str) -> str:
    if len(text) > MAX_WORDS:
        raise Refused("too-long", "That is too long for a word along the way: write a note.")
    return text.strip()


def _note(tx: Tx, case: str, agent: Agent, words: str) -> str:
    note = hub_filing.note_or_line(tx, "note", case, words, agent, tx.now)
    hub_filing.add_message(tx, note, None, "", None, agent.id)
    return note.id
