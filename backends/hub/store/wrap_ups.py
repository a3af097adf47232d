"""What other systems are told when a case is done or a call written up: a queue that names it, and holds no word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, bindparam, insert, select, update

from agent_tui.backends.hub.store.schema import wrap_up
from agent_tui.backends.hub.store.tried import Tried
from agent_tui.domain.time import Ms

What = Literal["done", "written-up"]


@dataclass(frozen=True, slots=True)
class WrapUp:
    """`target` is told `what` became of a case, or of the call `call`, which may be tried now. `outcome`: a short word
    why it is done; `agent` did it at `at`; `attempts`: tries so far."""

    id: str
    target: str
    case_id: str
    what: What
    call: str
    outcome: str
    agent: str
    at: Ms
    attempts: int = 0

    @property
    def repeatable(self) -> bool:
        """Who takes it knows it again by its id."""
        return True


_FIELDS = ("id", "target", "case_id", "what", "call", "outcome", "agent", "at", "attempts")
TRIED = Tried(wrap_up)
_DUE = (
    select(*(wrap_up.c[name] for name in _FIELDS))
    .where(wrap_up.c.state == "queued", wrap_up.c.next_try <= bindparam("now"))
    .order_by(wrap_up.c.next_try, wrap_up.c.id)
    .limit(bindparam("limit"))
)
_LEFT = (
    update(wrap_up)
    .where(wrap_up.c.state == "sending")
    .values(state="queued", next_try=bindparam("now"), attempts=wrap_up.c.attempts)
)


def add(connection: Connection, new: WrapUp, first_try: Ms) -> None:
    """Queue it."""
    columns = {name: getattr(new, name) for name in _FIELDS}
    connection.execute(insert(wrap_up), {**columns, "state": "queued", "next_try": first_try, "error": ""})


def due(connection: Connection, now: Ms, limit: int) -> list[WrapUp]:
    """What may be tried now, first come first."""
    return [WrapUp(*row) for row in connection.execute(_DUE, {"now": now, "limit": limit})]


def try_again(connection: Connection, now: Ms) -> None:
    """What a crash cut in its try."""
    connection.execute(_LEFT, {"now": now})
