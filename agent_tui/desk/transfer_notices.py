"""Which steps of a transfer, and what of a followed case, deserve a line for their agent. Pure."""

from __future__ import annotations

from agent_tui.desk.backend_state import BackendState
from agent_tui.desk.changes import Notice
from agent_tui.desk.keys import CaseKey
from agent_tui.desk.leases import colleague
from agent_tui.domain.events import CaseChanged, Event, MessageAdded, TransferChanged
from agent_tui.domain.model import CaseRow
from agent_tui.domain.taught import key_of
from agent_tui.domain.text import SafeText, clean_line, compose
from agent_tui.domain.transfers import Transfer


def transfer_notice(event: Event, state: BackendState, row: CaseRow | None, open_here: bool) -> Notice | None:
    """The line for what becomes of a transfer of mine, for what the other one says in it, and for what happens in a
    case that I follow; None for what needs none. `open_here`: the case is open before me."""
    row, me = event.row if event.row is not None else row, state.me
    if row is None or me is None or event.by == me.id:
        return None
    key, name = CaseKey(state.id, event.case), row.name.safe_line
    if isinstance(event.body, TransferChanged):
        words = _of_transfer(event.body.transfer, row.transfer, state, me.id, name)
        return Notice(words, "info", key, True) if words is not None else None
    if isinstance(event.body, MessageAdded) and event.body.message.auto == "side-talk":
        if open_here or row.transfer is None or not row.transfer.concerns(me.id):
            return None
        said = event.body.message.body.safe_line
        words = compose("{who} about {name}: {said}", who=colleague(state, event.by), name=name, said=said)
        return Notice(words, "info", key, True)
    if open_here or row.owner == me.id or me.id not in row.followers:
        return None
    followed = _of_followed(event, state, name)
    return Notice(followed, "info", key) if followed is not None else None


def _of_transfer(held: Transfer, now: Transfer | None, state: BackendState, me: str, name: SafeText) -> SafeText | None:
    """`now`: the one that is open by now."""
    by, other = colleague(state, held.by), colleague(state, held.agent)
    if held.state == "unknown" and held.concerns(me):
        return compose(
            "nobody knows whether {name} was put through to {who}: {key} on that case says it",
            name=name,
            who=other,
            key=key_of("transfer", "t"),
        )
    if held.asks(me):
        key = key_of("transfer", "t")
        if held.warm:
            return compose(
                "{who} asks you to {name}, to look at it together: {key} on that case answers",
                who=by,
                name=name,
                key=key,
            )
        return compose("{who} hands you {name}: {key} on that case answers", who=by, name=name, key=key)
    if held.by == me:
        if held.warm and held.queue and held.state in ("declined", "lapsed"):
            return _of_asked(held, now, state, other, name)
        return _of_given(held, state, other, name)
    if held.agent != me:
        return None
    if held.state == "connecting":
        return compose("{who} puts {name} through to you", who=by, name=name)
    if held.state in ("failed", "together"):  # who comes hears of that from themselves
        return compose("{name} could not be put through to you: {who} has call and case still", name=name, who=by)
    if held.state == "withdrawn":
        return compose("{who} keeps {name}", who=by, name=name)
    return compose("{name} is with {who} again: nobody answered", who=by, name=name) if held.state == "lapsed" else None


def _of_given(held: Transfer, state: BackendState, other: SafeText, name: SafeText) -> SafeText | None:
    match held.state:
        case "together":
            return compose("{who} is at {name} with you", who=other, name=name)
        case "done":
            return compose("{who} took {name}", who=other, name=name)
        case "declined":
            return compose("{who} does not take {name}: it is yours still", who=other, name=name)
        case "connecting":
            return compose("{who} takes {name}: the call is being put through", who=other, name=name)
        case "failed":
            return compose(
                "{name} could not be put through to {who}: call and case are yours still", name=name, who=other
            )
        case "lapsed" if held.queue and not held.warm:
            queue = clean_line(state.directory.queue_title(held.queue))
            return compose("nobody took {name} in {queue}: it is back", name=name, queue=queue)
        case "lapsed":
            return compose("{who} did not answer: {name} is yours still", who=other, name=name)
        case "withdrawn" if held.ended_by == held.agent and held.agent:
            return compose("{who} left {name} with you", who=other, name=name)
        case _:
            return None


def _of_asked(held: Transfer, now: Transfer | None, state: BackendState, other: SafeText, name: SafeText) -> SafeText:
    """One of a queue's agents does not come: whoever is asked next, or that nobody is left."""
    if held.state == "declined":
        said = compose("{who} does not come to {name}", who=other, name=name)
    else:
        said = compose("{who} did not answer about {name}", who=other, name=name)
    if now is not None and now.note == held.note and now.id != held.id:
        return compose("{said}: {other} is asked now", said=said, other=colleague(state, now.agent))
    queue = clean_line(state.directory.queue_title(held.queue))
    return compose("{said}, and nobody else of {queue} is free: it is yours still", said=said, queue=queue)


def _of_followed(event: Event, state: BackendState, name: SafeText) -> SafeText | None:
    body = event.body
    if isinstance(body, MessageAdded) and body.message.kind == "in" and not body.message.auto:
        return compose("followed: {name} wrote", name=name)
    if isinstance(body, MessageAdded) and body.message.kind == "out" and event.by:
        return compose("followed: {who} wrote to {name}", who=colleague(state, event.by), name=name)
    if not isinstance(body, CaseChanged):
        return None
    if body.change == "resolved":
        return compose("followed: {name} is done", name=name)
    if body.change == "reopened":
        return compose("followed: {name} is open again", name=name)
    if body.change == "assigned" and body.detail:
        who = clean_line(state.directory.names.get(body.detail, body.detail))
        return compose("followed: {name} is with {who} now", name=name, who=who)
    return None
