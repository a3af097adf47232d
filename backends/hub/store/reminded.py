"""Which reminders to silent customers are done, so that none comes twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from sqlalchemy import Connection, bindparam, insert, select, update

from agent_tui.backends.hub.store.schema import reminded
from agent_tui.domain.time import Ms

Done = Literal["sent", "draft", "told", "none"]
"""It went out; it is a draft that somebody may send; desks were told, no more; there was nobody to remind."""

_ONE = select(reminded.c.done).where(
    reminded.c.case_id == bindparam("case"),
    reminded.c.since == bindparam("since"),
    reminded.c.number == bindparam("number"),
)
_DRAFTED = (
    select(reminded.c.text, reminded.c.since, reminded.c.number)
    .where(reminded.c.case_id.in_(bindparam("cases", expanding=True)), reminded.c.done == "draft")
    .order_by(reminded.c.at.desc())
    .limit(1)
)


def known(connection: Connection, case: str, since: Ms, number: int) -> bool:
    """Whether that reminder is done."""
    return connection.execute(_ONE, {"case": case, "since": since, "number": number}).first() is not None


def add(connection: Connection, case: str, since: Ms, number: int, done: Done, text: str, at: Ms) -> None:
    """It is done now. `text`: the canned reply that it is."""
    row = {"case_id": case, "since": since, "number": number, "done": done, "text": text, "at": at}
    connection.execute(insert(reminded), row)


def drafted(connection: Connection, cases: Sequence[str]) -> str:
    """The canned reply of the newest reminder of a row's cases that waits as a draft, "" none."""
    return connection.execute(_DRAFTED, {"cases": list(cases)}).scalar() or ""


def sent(connection: Connection, cases: Sequence[str]) -> None:
    """Their drafts went out."""
    connection.execute(
        update(reminded).where(reminded.c.case_id.in_(cases), reminded.c.done == "draft").values(done="sent")
    )
