"""Calls: what the exchange reports and what agents do with them. One agent only answers a ringing call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from agent_tui.backends.connectors.base import CallReport, CallUpdate
from agent_tui.backends.hub import consents, wrap_ups
from agent_tui.backends.hub import filing as hub_filing
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.refused import Refused
from agent_tui.backends.hub.store import cases, erasing, ledger, phone, talk
from agent_tui.backends.hub.transaction import Tx
from agent_tui.domain.events import CallChanged, CaseChanged
from agent_tui.domain.filing import CallBackAsked, CalledBack, CallMoved, CallTold
from agent_tui.domain.model import Agent, Call, CallState
from agent_tui.domain.orders import CallAction, WriteUp
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import Ms

TOPIC = "topic:"
"""How a label begins that says what a case is about; policies ask about it."""
_ORDER: dict[CallState, int] = {"ringing": 0, "active": 1, "held": 1, "ended": 2, "abandoned": 2, "written-up": 3}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to ask of the exchange, and what to do in a further transaction when it did (`done`, which may say another
    result of the order), could not, or did not answer. `giver`, `to`: from whom a call is put through, and to whom."""

    account: str
    line: str
    action: str
    keys: str
    call: str
    case: str
    done: Callable[[Tx], str | None] | None = None
    undo: Callable[[Tx], None] | None = None
    unknown: Callable[[Tx], None] | None = None
    giver: str = ""
    to: str = ""


def file_call(tx: Tx, policy: HubPolicy, channel: str, update: CallUpdate) -> None:
    """A call as the exchange sees it now. Repeated and late reports change nothing."""
    at = min(update.at, tx.now)
    known = phone.call_by_channel_id(tx.connection, update.account, update.channel_id)
    if not known and phone.call_by_channel_id(
        tx.connection, update.account, erasing.digest(update.account, update.channel_id)
    ):
        return
    if not known:
        _begin(tx, policy, channel, update, at)
        return
    call = phone.find_call(tx.connection, known)
    assert call is not None
    _about(tx, call.case, update.topic)
    state: CallState = update.state
    if call.outcome == "unknown" and state in ("active", "held") and call.direction == "out":
        call = replace(call, state="ringing", ended=None, outcome="")  # the exchange knows
    if state == "ended" and call.answered is None and call.direction == "in":
        state = "abandoned"
    if _ORDER[state] < _ORDER[call.state] or (_ORDER[state] == 2 and _ORDER[call.state] == 2):
        return
    changed = _moved(call, state, at, update.agent)
    changed = replace(
        changed, muted=update.muted, queue=update.queue or call.queue, law_due=update.law_due or call.law_due
    )
    if changed.direction == "out" and changed.state == "ended" and changed.answered is None:
        changed = replace(changed, outcome=update.reason or "no-answer")
        if changed.outcome != "failed":
            _tried(tx, changed, at)
    if changed != call:
        save(tx, changed, channel, at)


def _tried(tx: Tx, call: Call, at: Ms) -> None:
    """Who asked to be called back was called, and did not answer."""
    record = tx.case(call.case)
    for asked in record.state.asked if record is not None else ():
        tx.step(call.case, CalledBack(at, asked))


def _begin(tx: Tx, policy: HubPolicy, channel: str, update: CallUpdate, at: Ms) -> None:
    value = update.address or f"withheld-{update.channel_id}"
    wrote_on = channel if update.direction == "in" else ""
    met = hub_filing.meet(tx, update.scheme, value, update.name, at, update.language, "call", policy.country, wrote_on)
    if wrote_on:
        consents.heard(tx, met.customer, channel, "", at)
    customer = tx.customer(met.customer)
    case, opened = hub_filing.case_for(tx, policy, customer, channel, update.account, at)
    thread = hub_filing.new_thread(tx, case, channel, update.account, met.address, value, at)
    caller = CustomerText(update.name or (update.address or "withheld number"))
    ringing = Call(
        tx.ids.new("k"),
        case,
        thread.shown.id,
        "ringing",
        at,
        caller,
        update.queue,
        update.direction,
        law_due=update.law_due,
    )
    call = _moved(ringing, update.state, at, update.agent)
    phone.add_call(tx.connection, call, update.account, update.channel_id)
    record = tx.case(case)
    assert record is not None
    row = record.row
    channels = row.channels if channel in row.channels else (*row.channels, channel)
    tx.put(replace(row, channel=channel, channels=channels))
    if not opened and record.state.stage in ("later", "done") and update.direction == "in":
        tx.append(CaseChanged("woken" if record.state.stage == "later" else "reopened"), case, occurred=at)
    if update.direction == "in":
        talk.touch_thread(tx.connection, thread.shown.id, case, at, at, 1)
    save(tx, call, channel, at, new=True)
    _about(tx, case, update.topic)


def _about(tx: Tx, case: str, topic: str) -> None:
    """What a call is about is a label of its case, one at a time: `topic:fault`."""
    word = "".join(letter for letter in topic.lower() if letter.isalnum() or letter in "-_")[:40]
    record = tx.case(case)
    if not word or record is None or (label := f"{TOPIC}{word}") in record.row.labels:
        return
    gone = [one for one in record.row.labels if one.startswith(TOPIC)]
    cases.add_labels(tx.connection, [label])
    tx.put(replace(record.row, labels=(*(one for one in record.row.labels if one not in gone), label)))
    tx.append(CaseChanged("labelled", " ".join([f"+{label}", *(f"-{one}" for one in gone)])), case)


def file_report(tx: Tx, report: CallReport) -> None:
    """What else became of a call. Repeated reports, and those of calls that nobody knows, change nothing."""
    known = phone.call_by_channel_id(tx.connection, report.account, report.channel_id)
    call = phone.find_call(tx.connection, known) if known else None
    if call is None or not ledger.first_time(
        tx.connection, report.account, f"call:{report.what}:{report.channel_id}", tx.now
    ):
        return
    at = min(report.at, tx.now)
    fact = {"told": CallTold, "asked": CallBackAsked, "called-back": CalledBack}[report.what](at, call.id)
    record = tx.case(call.case)
    assert record is not None
    before, _ = tx.step(call.case, fact)
    if before.stage in ("later", "done") and report.what == "asked":
        tx.append(CaseChanged("woken" if before.stage == "later" else "reopened"), call.case, occurred=at)
    tx.append(CallChanged(call), call.case, occurred=at)


def _moved(call: Call, state: CallState, at: Ms, agent: str) -> Call:
    answered = call.answered
    if state in ("active", "held") and answered is None:
        answered = at
    ended = at if state in ("ended", "abandoned") and call.ended is None else call.ended
    return replace(call, state=state, agent=agent or call.agent, answered=answered, ended=ended)


def save(tx: Tx, call: Call, channel: str, at: Ms, *, new: bool = False, by: str = "") -> None:
    """Store a call and what it means for its case, where it is not the part of one that goes on."""
    if not new:
        phone.save_call(tx.connection, call)
    if call.part_of:
        tx.append(CallChanged(call), call.case, occurred=at, by=by)
        return
    tx.case(call.case)
    tx.step(
        call.case,
        CallMoved(
            at,
            call.id,
            call.state,
            channel,
            call.direction == "in",
            call.law_due,
            call.answered is not None,
        ),
    )
    tx.show_call(call.case)
    tx.append(CallChanged(call), call.case, occurred=at, by=by)


def find(tx: Tx, id: str) -> tuple[Call, str]:
    """A call and its channel. Raises Refused."""
    call = phone.find_call(tx.connection, id)
    if call is None:
        raise Refused("no-call", "There is no such call.")
    thread = talk.find_thread(tx.connection, call.conversation)
    return call, thread.shown.channel if thread is not None else "phone"


def act(tx: Tx, agent: Agent, order: CallAction) -> Wanted:
    """Check and claim; what remains is for the exchange to do. Raises Refused."""
    call, channel = find(tx, order.call)
    account, line = phone.call_line(tx.connection, call.id)
    wanted = Wanted(account, line, order.action, order.keys, call.id, call.case)
    if order.action in ("answer", "decline"):
        if call.state != "ringing":
            raise Refused(*_gone(tx, call, agent))
        if order.action == "decline":
            return wanted
        save(tx, _moved(call, "active", tx.now, agent.id), channel, tx.now, by=agent.id)
        hub_filing.own(tx, call.case, agent)
        return replace(wanted, undo=lambda later: _ring_again(later, call, channel))
    dialled = call.goes and order.action == "hang-up"
    if call.state not in ("active", "held") and not dialled:
        raise Refused("not-active", "The call is over.")
    if call.agent != agent.id and agent.role == "agent":
        raise Refused("not-yours", "A colleague holds this call.")
    leader = tx.leader(call.case)
    held = leader.row.transfer if leader is not None else None
    if held is not None and held.state == "connecting" and held.by == call.agent:
        raise Refused("connecting", "The call is being put through: a moment.")
    return replace(wanted, done=lambda later: _after(later, call.id, order, agent))


def _gone(tx: Tx, call: Call, agent: Agent) -> tuple[str, str]:
    if call.agent and call.agent != agent.id:
        return "taken", "A colleague was first: the call is answered."
    if call.agent == agent.id:
        return "answered", "You have answered this call already."
    return "gone", "The caller has hung up."


def _ring_again(tx: Tx, before: Call, channel: str) -> None:
    """The exchange could not put the agent through; the caller still waits since they began."""
    now = phone.find_call(tx.connection, before.id)
    if now is not None and now.state == "active":
        save(tx, before, channel, before.since)


def _after(tx: Tx, id: str, order: CallAction, agent: Agent) -> None:
    call, channel = find(tx, id)
    if call.state not in ("active", "held") and not call.goes:
        return
    match order.action:
        case "hang-up":
            changed = _moved(call, "ended", tx.now, "")
        case "hold":
            changed = replace(call, state="held")
        case "resume":
            changed = replace(call, state="active")
        case "mute" | "unmute":
            changed = replace(call, muted=order.action == "mute")
        case _:
            changed = replace(call, keys=(call.keys + order.keys)[-64:])
    if changed != call:
        save(tx, changed, channel, tx.now, by=agent.id)


def write_up(tx: Tx, policy: HubPolicy, agent: Agent, order: WriteUp) -> str:
    """Document an ended call: an outcome and, with a body, a note. Raises Refused."""
    call, channel = find(tx, order.call)
    if call.state not in ("ended", "written-up"):
        raise Refused("not-ended", "The call is not over yet.")
    if not order.outcome.strip():
        raise Refused("no-outcome", "Say what came of the call.")
    save(
        tx,
        replace(call, state="written-up", outcome=order.outcome.strip()[:500], agent=call.agent or agent.id),
        channel,
        tx.now,
        by=agent.id,
    )
    wrap_ups.queue(tx, policy, agent, call.case, "written-up", call=call.id)
    if order.body.raw.strip():
        note = hub_filing.note_or_line(tx, "note", call.case, order.body.raw, agent, tx.now)
        hub_filing.add_message(tx, note, None, "", None, agent.id)
        return note.id
    return call.id
