"""Which events, and which troubles of a line, deserve a line for their agent, and which of them the bell."""

from __future__ import annotations

from typing import Literal

from agent_tui.backends.base import Disconnected
from agent_tui.desk.backend_state import BackendState
from agent_tui.desk.changes import Notice
from agent_tui.desk.keys import CaseKey
from agent_tui.desk.leases import colleague
from agent_tui.domain.channels import channel
from agent_tui.domain.events import (
    Announced,
    CallChanged,
    CaseChanged,
    Event,
    LeaseAsked,
    LeaseChanged,
    MessageAdded,
    MessageChanged,
)
from agent_tui.domain.model import Agent, CaseRow
from agent_tui.domain.taught import key_of
from agent_tui.domain.text import SafeText, clean_line, compose

Near = Literal["composer", "open", "elsewhere"]
"""Where the agent is, seen from a case: in its composer, at it, or somewhere else."""


def notice_of(
    event: Event, state: BackendState, row: CaseRow | None, desk: str, near: Near, asked: bool = False
) -> Notice | None:
    """The line for an event on one of my cases; None for what needs none. `desk`: this terminal; `asked`: I asked for
    the case that changes hands."""
    row, me = event.row if event.row is not None else row, state.me
    if isinstance(event.body, Announced) and me is not None and event.by != me.id:
        return Notice(compose("announced: {words}", words=event.body.announcement.body.safe_line), "info", None, True)
    if me is None or row is None:
        return None
    key = CaseKey(state.id, event.case)
    if isinstance(event.body, LeaseChanged | LeaseAsked):
        heard = _of_lease(event, event.body, state, me, row, desk, near)
        if heard is None and asked and isinstance(event.body, LeaseChanged) and event.body.agent != me.id:
            return Notice(_not_held_by_whom_i_asked(event.body, state, row, near), "info", key, True)
        return heard
    if event.by and event.by == me.id:
        return None
    name = row.name.safe_line
    body = event.body
    if isinstance(body, CallChanged):
        if body.call.comes and body.call.agent in ("", me.id):
            return Notice(compose("call from {name}", name=name), "info", key, True)
        return None
    if row.owner != me.id:
        return None
    if isinstance(body, MessageAdded) and body.message.kind == "in" and not body.message.auto:
        return Notice(
            compose("new from {name} on {channel}", name=name, channel=channel(body.message.channel).title),
            "info",
            key,
            True,
        )
    if isinstance(body, MessageChanged) and body.state == "failed":
        reason = body.error.safe_line
        if reason:
            return Notice(compose("not sent to {name}: {reason}", name=name, reason=reason), "failure", key, True)
        return Notice(compose("not sent to {name}", name=name), "failure", key, True)
    if isinstance(body, MessageChanged) and body.state == "sent" and body.error:
        return Notice(compose("not to all: {reason}", reason=body.error.safe_line), "failure", key, True)
    if isinstance(body, CaseChanged) and body.change == "assigned":
        if body.why is not None:
            queue = clean_line(state.directory.queue_title(body.why.queue))
            return Notice(compose("from {queue}: {name}", queue=queue, name=name), "info", key, True)
        return Notice(compose("handed to you: {name}", name=name), "info", key, True)
    return None


def _of_lease(
    event: Event, body: LeaseChanged | LeaseAsked, state: BackendState, me: Agent, row: CaseRow, desk: str, near: Near
) -> Notice | None:
    """Who asks for a case that I have here, and who has it now that I had it."""
    key, name = CaseKey(state.id, event.case), row.name.safe_line
    who = colleague(state, event.by)
    if isinstance(body, LeaseAsked):
        if body.holder != me.id or (row.lease is not None and row.lease.desk != desk):
            return None
        return Notice(_asked(who, name, near), "warning", key, True)
    if body.change == "handed-over" and body.agent == me.id and event.by != me.id:
        return Notice(compose("handed to you by {who}: {name}", who=who, name=name), "info", key, True)
    if (body.was, body.was_desk) != (me.id, desk) or (body.agent, body.desk) == (me.id, desk):
        return None
    if body.agent == me.id:
        words = compose("{name} is at your other terminal now; what you wrote is kept", name=name)
    elif event.by == me.id or (body.change == "handed-over" and event.by == body.agent):
        return None  # that they took what I offered is told with the transfer
    elif body.change == "expired":
        words = compose(
            "the line was down too long: {name} is free again; {key} takes it",
            name=name,
            key=key_of("case-open", "Enter"),
        )
    elif body.change == "call-answered":
        words = compose("{who} talks with {name} and has the case; what you wrote is kept", who=who, name=name)
    elif body.change == "taken-over":
        words = compose("{who} took {name} over; what you wrote is kept", who=who, name=name)
    else:
        words = compose("{who} has {name} now; what you wrote is kept", who=colleague(state, body.agent), name=name)
    return Notice(words, "warning", key, True)


def _not_held_by_whom_i_asked(body: LeaseChanged, state: BackendState, row: CaseRow, near: Near) -> SafeText:
    name = row.name.safe_line
    if body.agent:
        return compose("{who} has {name} now", who=colleague(state, body.agent), name=name)
    if near == "elsewhere":
        return compose("{name} is free now: {key} on that case takes it", name=name, key=key_of("case-open", "Enter"))
    return compose("{name} is free now: {key} takes it", name=name, key=key_of("case-open", "Enter"))


def _asked(who: SafeText, name: SafeText, near: Near) -> SafeText:
    """With what hands it over from where the agent is: in a composer a `t` is a letter."""
    key = key_of("transfer", "t")
    if near == "composer":
        out = key_of("go-back", "Esc")
        return compose("{who} asks for {name}: {out}, then {key} hands it over", who=who, name=name, out=out, key=key)
    if near == "open":
        return compose("{who} asks for {name}: {key} hands it over", who=who, name=name, key=key)
    return compose("{who} asks for {name}: {key} on that case hands it over", who=who, name=name, key=key)


def line_notice(state: BackendState, down: Disconnected) -> Notice | None:
    """Why a server lets this desk in no more, or could not be reached at all yet, once for each reason. A line that
    worked and dropped comes back by itself: the header says so."""
    if not down.reason or down.reason == state.reason:
        return None
    if down.retry_in is not None and state.me is not None:
        return None
    words = compose("{name}: {why}", name=clean_line(state.name), why=clean_line(down.reason))
    return Notice(words, "failure" if down.retry_in is None else "warning")
