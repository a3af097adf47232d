"""Our orders as calls of Chatwoot's REST API."""

from __future__ import annotations

from typing import Any

from agent_tui.backends.chatwoot.convert import PRIORITIES
from agent_tui.backends.chatwoot.rest import Refused, Rest
from agent_tui.domain.model import CaseRow
from agent_tui.domain.orders import (
    Assign,
    Label,
    MarkRead,
    MarkUnread,
    Note,
    Order,
    Presence,
    Prioritise,
    Reopen,
    Reply,
    Resolve,
    RetrySend,
    Snooze,
)
from agent_tui.domain.time import MS

ORDERS = frozenset(
    {
        "reply",
        "note",
        "assign",
        "label",
        "prioritise",
        "snooze",
        "resolve",
        "reopen",
        "mark-read",
        "mark-unread",
        "retry-send",
        "presence",
    }
)
"""Names of the orders that this backend carries out."""


async def carry_out(
    rest: Rest, root: str, command_id: str, order: Order, row: CaseRow | None, teams: dict[str, int]
) -> str:
    """Do it; answers the id of the message it made, or "". `root`: the account's path; `row`: the case as it is known;
    `teams`: ids by name. Raises as `Rest` does, and Refused for what this server cannot do."""
    if not isinstance(
        order,
        Reply | Note | Assign | Label | Prioritise | Snooze | Resolve | Reopen | MarkRead | MarkUnread | RetrySend,
    ):
        raise Refused(501, f"Chatwoot has no way to do this ({order.name})")
    if not order.case.isdigit():
        raise Refused(404, f"there is no conversation {order.case!r} here")
    path = f"{root}/conversations/{order.case}"
    if isinstance(order, Reply | Note):
        answer = await rest.post(f"{path}/messages", _message(command_id, order))
        return str(answer.get("id", "")) if isinstance(answer, dict) else ""
    if isinstance(order, Assign):
        await _assign(rest, path, order, row, teams)
    elif isinstance(order, Label):
        held = row.labels if row is not None else ()
        kept = [label for label in (*held, *order.add) if label not in order.remove]
        await rest.post(f"{path}/labels", {"labels": list(dict.fromkeys(kept))})
    elif isinstance(order, Prioritise):
        await rest.post(f"{path}/toggle_priority", {"priority": PRIORITIES[max(0, min(3, order.priority))]})
    elif isinstance(order, Snooze):
        until = order.until // MS if order.until else None
        await rest.post(f"{path}/toggle_status", {"status": "snoozed", "snoozed_until": until})
    elif isinstance(order, Resolve | Reopen):
        status = "resolved" if isinstance(order, Resolve) else "open"
        await rest.post(f"{path}/toggle_status", {"status": status})
    elif isinstance(order, MarkRead | MarkUnread):
        await rest.post(f"{path}/{'update_last_seen' if isinstance(order, MarkRead) else 'unread'}")
    else:
        if not order.message.isdigit():
            raise Refused(404, f"there is no message {order.message!r} here")
        await rest.post(f"{path}/messages/{order.message}/retry")
    return ""


def availability_of(state: str) -> str:
    """Which of Chatwoot's three states it is: it keeps no reasons."""
    return {"available": "online", "online": "online", "offline": "offline"}.get(state, "busy")


async def be_available(rest: Rest, number: int, order: Presence) -> str:
    """Say whether I take new work, at the account of that number; answers Chatwoot's word for it. Raises as `Rest`
    does, and Refused for another agent's."""
    if order.agent:
        raise Refused(501, "Chatwoot lets nobody say that of another agent")
    word = availability_of(order.state)
    profile = {"account_id": number, "availability": word}
    await rest.post("/api/v1/profile/availability", {"profile": profile})
    return word


async def _assign(rest: Rest, path: str, order: Assign, row: CaseRow | None, teams: dict[str, int]) -> None:
    """The team first: changing it may take the agent away. What is said with it is a private note, before both."""
    if order.note.raw.strip():
        await rest.post(f"{path}/messages", {"content": order.note.raw, "private": True})
    if row is None or row.team != order.team:
        if order.team and order.team not in teams:
            raise Refused(404, f"there is no team {order.team!r} here")
        await rest.post(f"{path}/assignments", {"team_id": teams.get(order.team, 0)})
    await rest.post(f"{path}/assignments", {"assignee_id": int(order.agent) if order.agent.isdigit() else None})


def _message(command_id: str, order: Reply | Note) -> dict[str, Any]:
    """The echo id comes back with the message, for whoever wants to match the two."""
    body: dict[str, Any] = {"content": order.body.raw, "private": isinstance(order, Note), "echo_id": command_id}
    if isinstance(order, Reply):
        if order.conversation not in ("", order.case):
            raise Refused(422, "in Chatwoot a reply stays in its own conversation")
        for name, people in (("to_emails", order.to), ("cc_emails", order.cc), ("bcc_emails", order.bcc)):
            if people:
                body[name] = ", ".join(person.raw for person in people)
        if order.in_reply_to.isdigit():
            body["content_attributes"] = {"in_reply_to": int(order.in_reply_to)}
        if order.files:
            body["attachments"] = [file.blob for file in order.files]
    return body
