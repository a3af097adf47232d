"""What supervisors told all who work here."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select

from agent_tui.backends.hub.store.schema import announcement
from agent_tui.backends.hub.store.values import storable
from agent_tui.domain.model import Announcement
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import Ms

MOST = 50
"""Announcements that hold at once and are told."""

_ONE = select(announcement).where(announcement.c.id == bindparam("id"))
_HOLDING = (
    select(announcement)
    .where(announcement.c.until > bindparam("now"))
    .order_by(announcement.c.at.desc(), announcement.c.id.desc())
    .limit(MOST)
)


def _announcement(row: Row[Any]) -> Announcement:
    return Announcement(row.id, CustomerText(row.body), row.by, row.at, row.until)


def add(connection: Connection, new: Announcement) -> None:
    connection.execute(
        insert(announcement),
        {"id": new.id, "by": new.by, "at": new.at, "until": new.until, "body": storable(new.body.raw)},
    )


def find(connection: Connection, id: str) -> Announcement | None:
    row = connection.execute(_ONE, {"id": id}).first()
    return _announcement(row) if row is not None else None


def holding(connection: Connection, now: Ms) -> tuple[Announcement, ...]:
    """Those that still hold, the newest first."""
    return tuple(_announcement(row) for row in connection.execute(_HOLDING, {"now": now}))
