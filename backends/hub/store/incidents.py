"""Incidents: which there are, the cases of each, and what was told to whom."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from agent_tui.backends.hub.store.schema import (
    case,
    incident,
    incident_text,
    incident_told,
    incident_update,
    incident_update_text,
)
from agent_tui.backends.hub.store.values import storable
from agent_tui.domain.incidents import Incident, IncidentUpdate
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import Ms

MOST = 100
"""Incidents in a list, and updates told of one."""

_B = bindparam
_ALL = select(incident, incident_text.c.title).join(incident_text, incident_text.c.incident_id == incident.c.id)
_ONE = _ALL.where(incident.c.id == _B("id"))
_LIST = _ALL.order_by(incident.c.closed.is_not(None), incident.c.at.desc(), incident.c.id.desc())
_UPDATES = (
    select(incident_update, incident_update_text.c.english, incident_update_text.c.hebrew)
    .join(incident_update_text, incident_update_text.c.update_id == incident_update.c.id)
    .where(incident_update.c.incident_id == _B("id"))
    .order_by(incident_update.c.at.desc(), incident_update.c.id.desc())
    .limit(MOST)
)
_UPDATE = select(incident_update.c.id).where(incident_update.c.id == _B("id"))
_CASES = select(case.c.id).where(case.c.incident_id == _B("id"), case.c.incident_id != "").order_by(case.c.number)
_COUNT = select(func.count()).select_from(_CASES.subquery())


def _incident(connection: Connection, row: Row[Any]) -> Incident:
    said = [_update(one) for one in connection.execute(_UPDATES, {"id": row.id})]
    return Incident(
        row.id,
        CustomerText(row.title),
        row.brand,
        row.at,
        row.by,
        "open" if row.closed is None else "closed",
        row.closed,
        int(connection.execute(_COUNT, {"id": row.id}).scalar_one()),
        tuple(reversed(said)),
    )


def _update(row: Row[Any]) -> IncidentUpdate:
    english, hebrew = CustomerText(row.english), CustomerText(row.hebrew)
    return IncidentUpdate(row.id, row.at, row.by, english, hebrew, row.told, row.unreached)


def find(connection: Connection, id: str) -> Incident | None:
    row = connection.execute(_ONE, {"id": id}).first()
    return _incident(connection, row) if row is not None else None


def known(connection: Connection) -> list[Incident]:
    """All, the open ones first and the newest of each first."""
    return [_incident(connection, row) for row in connection.execute(_LIST).all()]


def cases(connection: Connection, id: str) -> list[str]:
    """The cases that are linked to one, by number; those too that another case leads."""
    return list(connection.execute(_CASES, {"id": id}).scalars())


def add(connection: Connection, new: Incident) -> None:
    columns = {name: getattr(new, name) for name in ("id", "brand", "at", "by", "closed")}
    connection.execute(insert(incident), columns)
    connection.execute(insert(incident_text), {"incident_id": new.id, "title": storable(new.title.raw)})


def close(connection: Connection, id: str, at: Ms | None) -> None:
    """It is over since `at` (Ms), None: it is not."""
    connection.execute(update(incident).where(incident.c.id == id).values(closed=at))


def was_said(connection: Connection, update_id: str) -> bool:
    return connection.execute(_UPDATE, {"id": update_id}).first() is not None


def say(connection: Connection, to: str, said: IncidentUpdate) -> None:
    """Keep an update of an incident."""
    columns = {name: getattr(said, name) for name in ("id", "at", "by", "told", "unreached")}
    connection.execute(insert(incident_update), {**columns, "incident_id": to})
    words = {"english": storable(said.english.raw), "hebrew": storable(said.hebrew.raw)}
    connection.execute(insert(incident_update_text), {"update_id": said.id, **words})


def told(connection: Connection, update_id: str, case_id: str, message_id: str) -> None:
    """An update goes out through a case, as a message. Raises IntegrityError when it did already."""
    columns = {"update_id": update_id, "case_id": case_id, "message_id": message_id}
    connection.execute(insert(incident_told), columns)
