"""Orders on cases and customers, each one job in one transaction. Raises Refused; what is left undone is undone."""

from __future__ import annotations

from dataclasses import replace

from agent_tui.backends.hub import (
    calls,
    clock_pages,
    consents,
    elsewhere,
    erasing,
    identity,
    incidents,
    leases,
    moves,
    notes,
    preferences,
    promises,
    replies,
    scripts,
    standings,
    transferring,
    wrap_ups,
)
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.refused import Refused
from agent_tui.backends.hub.store import agents, cases, people, talk
from agent_tui.backends.hub.store.cases import CaseRecord
from agent_tui.backends.hub.transaction import Tx
from agent_tui.domain import filing, joining
from agent_tui.domain.events import CardShown, CaseChange, CaseChanged, CustomerChanged
from agent_tui.domain.filing import Fact
from agent_tui.domain.model import Agent
from agent_tui.domain.orders import (
    Announce,
    Assign,
    Block,
    ChangePromise,
    EraseCustomer,
    Excuse,
    Follow,
    JoinCustomers,
    Label,
    LinkElsewhere,
    MakePromise,
    MarkRead,
    MarkUnread,
    MoveChannel,
    NewMessage,
    Note,
    Order,
    PartCustomers,
    Prefer,
    Presence,
    Prioritise,
    RefuseSuggestion,
    Reopen,
    Reply,
    Resolve,
    RetrySend,
    RunScript,
    SetConsent,
    SettlePromise,
    ShowCard,
    Snooze,
    Spam,
    WriteUp,
)

ORDERS = (
    "reply",
    "move-channel",
    "new-message",
    "note",
    "assign",
    "label",
    "prioritise",
    "snooze",
    "resolve",
    "reopen",
    "mark-read",
    "mark-unread",
    "spam",
    "block",
    "join-customers",
    "part-customers",
    "refuse-suggestion",
    "link-elsewhere",
    "erase-customer",
    "retry-send",
    "show-card",
    "make-promise",
    "change-promise",
    "settle-promise",
    "prefer",
    "set-consent",
    "call",
    "dial",
    "write-up",
    "presence",
    *leases.ORDERS,
    *transferring.ORDERS,
    *scripts.ORDERS,
    *incidents.ORDERS,
    "save-draft",
    "pull",
    "announce",
    "excuse",
)


def carry_out(tx: Tx, policy: HubPolicy, agent: Agent, order: Order) -> str:
    """Do it; the id of what it made, or "". Calls that need the exchange go through `calls.act` instead."""
    match order:
        case Reply():
            return replies.reply(tx, policy, agent, order)
        case NewMessage():
            return replies.new_message(tx, policy, agent, order)
        case Excuse():
            return clock_pages.excuse(tx, agent, order)
        case RetrySend():
            return replies.retry(tx, agent, order)
        case ShowCard():
            return _show_card(tx, agent, order)
        case MakePromise():
            return promises.make(tx, agent, order)
        case ChangePromise():
            return promises.change(tx, agent, order)
        case SettlePromise():
            return promises.settle(tx, agent, order)
        case RunScript():
            return scripts.run(tx, policy, agent, order)
        case Prefer():
            return preferences.prefer(tx, agent, order)
        case SetConsent():
            return consents.set_consent(tx, agent, order)
        case MoveChannel():
            return moves.move(tx, policy, agent, order)
        case Note():
            case = leader_of(tx, order.case).row.id
            auto = transferring.SIDE_TALK if transferring.is_side_talk(tx, case, agent) else ""
            return notes.write(tx, agent, case, order.body, auto)
        case Assign():
            return _assign(tx, agent, order)
        case Follow():
            return transferring.follow(tx, agent, order)
        case Label():
            return _label(tx, agent, order)
        case Prioritise():
            row = leader_of(tx, order.case).row
            tx.put(replace(row, priority=max(0, min(3, order.priority))))
            tx.append(CaseChanged("prioritised", str(order.priority)), row.id, by=agent.id)
            return ""
        case Snooze():
            return _snooze(tx, agent, order)
        case Resolve():
            parts = [part for part in parts_of(tx, order.case) if part.state.stage != "done"]
            for part in parts:
                promises.close_with(tx, agent, part.row.id, order.promises)
            detail = order.reason if order.reason.isascii() and order.reason.isidentifier() else ""
            for part in parts:
                _step(tx, agent, part.row.id, filing.Done(tx.now), "resolved", detail)
            if parts:
                wrap_ups.queue(tx, policy, agent, leader_of(tx, order.case).row.id, "done", detail)
            return ""
        case Reopen():
            return _reopen(tx, agent, order)
        case MarkRead():
            return _mark_read(tx, agent, order)
        case MarkUnread():
            leader = leader_of(tx, order.case)
            return _step(tx, agent, leader.row.id, filing.Unread(tx.now), "unread")
        case Spam():
            return _spam(tx, agent, order)
        case Block():
            return _block(tx, agent, order)
        case JoinCustomers():
            return identity.join(tx, agent, order)
        case PartCustomers():
            return identity.part(tx, agent, order)
        case RefuseSuggestion():
            return identity.refuse(tx, agent, order)
        case LinkElsewhere():
            return elsewhere.link(tx, agent, order)
        case EraseCustomer():
            return erasing.erase(tx, agent, order)
        case WriteUp():
            return calls.write_up(tx, policy, agent, order)
        case Presence():
            return standings.say(tx, agent, order)
        case Announce():
            return standings.announce(tx, agent, order)
    about_incident = incidents.carry_out(tx, policy, agent, order)
    if about_incident is not None:
        return about_incident
    raise Refused("unknown-order", "This hub does not know that order.")


def case_of(tx: Tx, id: str) -> CaseRecord:
    """Raises Refused."""
    record = tx.case(id)
    if record is None:
        raise Refused("no-case", "There is no such case.")
    return record


def leader_of(tx: Tx, id: str) -> CaseRecord:
    """The case that leads the row: it has the row's owner, labels and priority. Raises Refused."""
    case_of(tx, id)
    record = tx.leader(id)
    assert record is not None
    return record


def parts_of(tx: Tx, id: str) -> list[CaseRecord]:
    """All cases of the row. Raises Refused."""
    case_of(tx, id)
    return tx.parts(id)


def _step(tx: Tx, agent: Agent, case: str, fact: Fact, change: CaseChange, detail: str = "") -> str:
    tx.step(case, fact)
    tx.append(CaseChanged(change, detail), case, by=agent.id)
    return ""


def _show_card(tx: Tx, agent: Agent, order: ShowCard) -> str:
    """Every asking is written down, also of what was shown before."""
    held = {part.row.id for part in parts_of(tx, order.case)}
    message = talk.find_message(tx.connection, order.message)
    if message is None or message.case not in held:
        raise Refused("no-message", "There is no such message in this case.")
    if not (message.body.has_card or message.folded.has_card):
        raise Refused("no-card", "There is no card number in this message.")
    tx.append(CardShown(message.id), message.case, by=agent.id)
    return message.id


def _assign(tx: Tx, agent: Agent, order: Assign) -> str:
    record = leader_of(tx, order.case)
    if order.agent and agents.find(tx.connection, order.agent) is None:
        raise Refused("no-agent", f"There is no agent {order.agent} here, or they are disabled.")
    if order.team and order.team not in agents.teams(tx.connection):
        raise Refused("no-team", f"There is no team {order.team}.")
    team = order.team or record.row.team
    if order.note.raw.strip():
        notes.write(tx, agent, record.row.id, order.note)
        record = leader_of(tx, order.case)
    if (order.agent, team) == (record.row.owner, record.row.team):
        return ""
    tx.put(replace(record.row, owner=order.agent, team=team))
    tx.append(CaseChanged("assigned", order.agent or team), record.row.id, by=agent.id)
    return ""


def _label(tx: Tx, agent: Agent, order: Label) -> str:
    record = leader_of(tx, order.case)
    added = [" ".join(label.replace(",", " ").split())[:64] for label in order.add]
    added = [label for label in added if label]
    kept = [label for label in record.row.labels if label not in order.remove]
    labels = (*kept, *(label for label in dict.fromkeys(added) if label not in kept))
    if len(labels) > 50:
        raise Refused("too-many", "A case has at most 50 labels.")
    if labels == record.row.labels:
        return ""
    cases.add_labels(tx.connection, added)
    tx.put(replace(record.row, labels=labels))
    detail = " ".join([*(f"+{label}" for label in added), *(f"-{label}" for label in order.remove)])
    tx.append(CaseChanged("labelled", detail), record.row.id, by=agent.id)
    return ""


def _snooze(tx: Tx, agent: Agent, order: Snooze) -> str:
    parts = parts_of(tx, order.case)
    if order.until and order.until <= tx.now:
        raise Refused("past", "That time is past: choose a later one.")
    if tx.shown(order.case).stage == "spam":
        raise Refused("spam", "The case is spam: reopen it first.")
    closed = all(part.state.stage in joining.CLOSED for part in parts)
    for part in parts:
        if closed or part.state.stage not in joining.CLOSED:
            _step(tx, agent, part.row.id, filing.PutAway(tx.now, order.until), "snoozed", str(order.until))
    return ""


def _reopen(tx: Tx, agent: Agent, order: Reopen) -> str:
    stage = tx.shown(case_of(tx, order.case).row.id).stage
    if stage in ("us", "customer"):
        return ""
    if stage == "spam" and tx.person(case_of(tx, order.case).node).blocked:
        _block(tx, agent, Block(order.case, on=False))
        if tx.shown(order.case).stage in ("us", "customer"):
            return ""
    for part in parts_of(tx, order.case):
        if part.state.stage not in ("us", "customer"):
            woken, resolved = part.state.stage == "later", part.state.resolved
            _step(tx, agent, part.row.id, filing.OpenedAgain(tx.now), "woken" if woken else "reopened")
            if order.promises and resolved is not None:
                promises.open_again(tx, agent, part.row.id, resolved)
    return ""


def _mark_read(tx: Tx, agent: Agent, order: MarkRead) -> str:
    version = tx.shown(case_of(tx, order.case).row.id).version
    for part in parts_of(tx, order.case):
        unread = max(part.state.unread, part.view.unread)
        left = 0
        if order.version and order.version < version:
            left = talk.came_after(tx.connection, part.row.id, order.version)
        if left < unread:
            _step(tx, agent, part.row.id, filing.Read(tx.now, left), "read")
    return ""


def _spam(tx: Tx, agent: Agent, order: Spam) -> str:
    parts = parts_of(tx, order.case)
    if not order.on and any(part.state.held_as == "blocked" for part in parts if part.state.stage == "spam"):
        raise Refused("blocked", "That customer is blocked: reopen the case to take that back.")
    for part in parts:
        if order.on and part.state.stage != "spam" and (part.state.stage != "done" or len(parts) == 1):
            _step(tx, agent, part.row.id, filing.Spammed(tx.now), "spam")
        elif not order.on and part.state.stage == "spam":
            _step(tx, agent, part.row.id, filing.Released(tx.now), "not-spam")
    return ""


def _block(tx: Tx, agent: Agent, order: Block) -> str:
    """Of a person with several customers, all are blocked, or none."""
    changed = [id for id in tx.nodes(case_of(tx, order.case).node) if tx.customer(id).blocked != order.on]
    for id in changed:
        people.set_blocked(tx.connection, id, order.on)
        tx.forget_customer(id)
    if changed:
        tx.append(CustomerChanged(tx.person(changed[0])), by=agent.id)
    for customer in changed:
        for id, state in cases.of_customer(tx.connection, customer):
            if order.on and state.stage not in ("done", "spam"):
                tx.case(id)
                _step(tx, agent, id, filing.Spammed(tx.now, blocked=True), "blocked")
            elif not order.on and state.stage == "spam" and state.held_as != "spam":
                tx.case(id)
                _step(tx, agent, id, filing.Released(tx.now), "unblocked")
    return ""


def wake(tx: Tx) -> None:
    """Bring back the snoozed cases whose time has come."""
    for id in cases.to_wake(tx.connection, tx.now):
        record = tx.case(id)
        assert record is not None
        due = record.row.snoozed or tx.now
        tx.step(id, filing.Woke(due))
        tx.append(CaseChanged("woken"), id, occurred=due)
