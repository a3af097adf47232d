"""What supervisors are told about clocks: a queue that holds each word until its target took it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

from sqlalchemy import Connection, bindparam, insert, select

from agent_tui.backends.hub.store.schema import alert, case
from agent_tui.backends.hub.store.tried import Tried
from agent_tui.domain.time import Ms

Way = Literal["mail", "webhook"]


@dataclass(frozen=True, slots=True)
class Alert:
    """A word about a clock of a case to `target`, by `way`. `step`: what of the policy it is; `zone`: of the calendar
    that the clock counts in; `late`: ms by which it was late when this was said, below 0 while it was in time."""

    id: str
    target: str
    way: Way
    case_id: str
    metric: str
    key: str
    started: Ms
    step: str
    due: Ms
    zone: str
    late: int
    queue: str
    channel: str
    brand: str
    agent: str
    at: Ms


@dataclass(frozen=True, slots=True)
class Due:
    """A word that may be tried now: the case's number, tries so far."""

    alert: Alert
    number: int
    attempts: int

    @property
    def id(self) -> str:
        return self.alert.id

    @property
    def at(self) -> Ms:
        return self.alert.at

    @property
    def repeatable(self) -> bool:
        """A webhook knows it again by its id; of a mail nobody knows whether it went."""
        return self.alert.way == "webhook"


_FIELDS = tuple(field.name for field in fields(Alert))
_SAME = ("case_id", "metric", "key", "started", "step", "target", "way")
_KNOWN = select(alert.c.id).where(*(alert.c[name] == bindparam(name) for name in _SAME))
_DUE = (
    select(*(alert.c[name] for name in _FIELDS), alert.c.attempts, case.c.number)
    .join(case, case.c.id == alert.c.case_id)
    .where(alert.c.state == "queued", alert.c.next_try <= bindparam("now"))
    .order_by(alert.c.next_try, alert.c.id)
    .limit(bindparam("limit"))
)
_LEFT = select(alert.c.id, alert.c.way).where(alert.c.state == "sending").order_by(alert.c.id)
TRIED = Tried(alert)


def add(connection: Connection, new: Alert) -> bool:
    """Queue it; False where the same was said before."""
    columns = {name: getattr(new, name) for name in _FIELDS}
    if connection.execute(_KNOWN, {name: columns[name] for name in _SAME}).first() is not None:
        return False
    connection.execute(insert(alert), {**columns, "state": "queued", "attempts": 0, "next_try": new.at, "error": ""})
    return True


def due(connection: Connection, now: Ms, limit: int) -> list[Due]:
    """What may be tried now, first come first."""
    rows = connection.execute(_DUE, {"now": now, "limit": limit})
    return [Due(Alert(*(getattr(row, name) for name in _FIELDS)), row.number, row.attempts) for row in rows]


def left_sending(connection: Connection) -> list[tuple[str, Way]]:
    """What a crash cut in its try."""
    return [(row.id, row.way) for row in connection.execute(_LEFT)]
