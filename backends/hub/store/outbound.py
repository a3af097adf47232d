"""The outbound queue: what is to be sent, being tried, sent, failed, or of unknown outcome after a crash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, bindparam, func, insert, select, update

from agent_tui.backends.hub.store.schema import outbound
from agent_tui.backends.hub.store.values import dumps, from_texts, loads, texts
from agent_tui.domain.templates import UsedTemplate
from agent_tui.domain.time import Ms

SendState = Literal["queued", "sending", "sent", "failed", "unknown"]

_DUE = (
    select(outbound.c.message_id, outbound.c.attempts, outbound.c.queued, outbound.c.in_reply_to, outbound.c.template)
    .where(
        outbound.c.account == bindparam("account"),
        outbound.c.state == "queued",
        outbound.c.next_try <= bindparam("now"),
    )
    .order_by(outbound.c.next_try, outbound.c.queued, outbound.c.message_id)
    .limit(bindparam("limit"))
)
_NEXT = select(func.min(outbound.c.next_try)).where(
    outbound.c.account == bindparam("account"), outbound.c.state == "queued"
)
_SET = (
    update(outbound)
    .where(outbound.c.message_id == bindparam("b_message"))
    .values(state=bindparam("state"), attempts=bindparam("attempts"), next_try=bindparam("next_try"))
)


def add(
    connection: Connection,
    message: str,
    account: str,
    at: Ms,
    in_reply_to: str,
    template: UsedTemplate | None = None,
) -> None:
    connection.execute(
        insert(outbound),
        {
            "message_id": message,
            "account": account,
            "state": "queued",
            "queued": at,
            "attempts": 0,
            "next_try": at,
            "in_reply_to": in_reply_to,
            "template": _column(template),
        },
    )


@dataclass(frozen=True, slots=True)
class Due:
    """A message that may be tried now: tries so far, when it was queued, the message it answers ("" none), the template
    that it is."""

    message: str
    attempts: int
    queued: Ms
    in_reply_to: str
    template: UsedTemplate | None = None


def _column(template: UsedTemplate | None) -> str:
    return dumps([template.name, template.language, texts(template.values)]) if template is not None else ""


def _template(column: str) -> UsedTemplate | None:
    if not column:
        return None
    name, language, values = loads(column)
    return UsedTemplate(name, language, from_texts(values))


def template_of(connection: Connection, message: str) -> UsedTemplate | None:
    """The template that a message is, None for free words."""
    held = connection.execute(select(outbound.c.template).where(outbound.c.message_id == message)).scalar()
    return _template(held or "")


def due(connection: Connection, account: str, now: Ms, limit: int) -> list[Due]:
    """What may be tried now, first come first."""
    rows = connection.execute(_DUE, {"account": account, "now": now, "limit": limit})
    return [Due(row.message_id, row.attempts, row.queued, row.in_reply_to, _template(row.template)) for row in rows]


def next_try(connection: Connection, account: str) -> Ms | None:
    return connection.execute(_NEXT, {"account": account}).scalar()


def set_state(connection: Connection, message: str, state: SendState, attempts: int, next_try: Ms) -> None:
    connection.execute(_SET, {"b_message": message, "state": state, "attempts": attempts, "next_try": next_try})


def state_of(connection: Connection, message: str) -> SendState | None:
    found: SendState | None = connection.execute(
        select(outbound.c.state).where(outbound.c.message_id == message)
    ).scalar()
    return found


def requeue(connection: Connection, message: str, at: Ms) -> None:
    """Back to the end of the queue, by an agent's hand; attempts and patience begin anew."""
    connection.execute(
        update(outbound)
        .where(outbound.c.message_id == message)
        .values(state="queued", attempts=0, next_try=at, queued=at)
    )


def left_sending(connection: Connection) -> list[str]:
    """Messages whose try a crash cut."""
    wanted = select(outbound.c.message_id).where(outbound.c.state == "sending")
    return list(connection.execute(wanted.order_by(outbound.c.message_id)).scalars())


def waiting(connection: Connection) -> int:
    """How many wait to be sent, on all accounts."""
    found = select(func.count()).select_from(outbound).where(outbound.c.state == "queued")
    return int(connection.execute(found).scalar_one())
