"""Which events deserve a line for their agent, and which of them the bell."""

from __future__ import annotations

from agent_tui.desk.changes import Notice
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.channels import channel
from agent_tui.domain.events import CallChanged, CaseChanged, Event, MessageAdded, MessageChanged
from agent_tui.domain.model import Agent, CaseRow
from agent_tui.domain.text import clean_line, compose


def notice_of(event: Event, me: Agent | None, row: CaseRow | None, backend: str) -> Notice | None:
    """The line for an event on one of my cases; None for what needs none."""
    row = event.row if event.row is not None else row
    if me is None or row is None or (event.by and event.by == me.id):
        return None
    key = CaseKey(backend, event.case)
    name = row.name.safe_line
    body = event.body
    if isinstance(body, CallChanged):
        if body.call.state == "ringing" and body.call.agent in ("", me.id):
            return Notice(compose("call from {name}", name=name), "info", key, True)
        return None
    if row.owner != me.id:
        return None
    if isinstance(body, MessageAdded) and body.message.kind == "in" and not body.message.auto:
        return Notice(
            compose("new from {name} on {channel}", name=name, channel=clean_line(channel(body.message.channel).name)),
            "info",
            key,
            True,
        )
    if isinstance(body, MessageChanged) and body.state == "failed":
        reason = body.error.safe_line
        if reason:
            return Notice(compose("not sent to {name}: {reason}", name=name, reason=reason), "failure", key, True)
        return Notice(compose("not sent to {name}", name=name), "failure", key, True)
    if isinstance(body, CaseChanged) and body.change == "assigned":
        return Notice(compose("handed to you: {name}", name=name), "info", key, True)
    return None
