"""The inbox: pages of rows of one section, their place and their number, each served by one index."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, func, or_, select, true, tuple_

from agent_tui.backends.hub.store import talk
from agent_tui.backends.hub.store.cases import CASES, row_of
from agent_tui.backends.hub.store.schema import case, case_count, case_search
from agent_tui.backends.hub.store.values import from_state_column, storable
from agent_tui.domain.model import Agent, CaseRow
from agent_tui.domain.queries import RowsQuery
from agent_tui.domain.views import Cursor, Section

MAX_ROWS = 500


def _scope(table: Table, section: Section, me: Agent) -> ColumnElement[bool]:
    """The same rule as `domain.views.holds`."""
    mine = or_(table.c.team == "", table.c.team.in_(me.teams)) if me.teams else table.c.team == ""
    match section.scope:
        case "mine":
            return table.c.owner == me.id
        case "unassigned":
            return and_(table.c.owner == "", mine)
        case "team":
            return and_(table.c.owner != "", mine)
        case "all":
            return true()


def _section(table: Table, section: Section, channel: str, me: Agent) -> ColumnElement[bool]:
    found = and_(table.c.stage == section.stage, _scope(table, section, me))
    if channel:
        found = and_(found, table.c.channels.contains(f",{channel},", autoescape=True))
    return found


def total(connection: Connection, section: Section, channel: str, text: str, me: Agent) -> int:
    """How many rows a section holds."""
    if text.strip():
        found = select(func.count()).select_from(case_search)
        found = found.where(_section(case_search, section, channel, me), _matches(text))
    elif channel:
        found = select(func.count()).select_from(case).where(_section(case, section, channel, me))
    else:
        found = select(func.coalesce(func.sum(case_count.c.cases), 0)).where(
            case_count.c.stage == section.stage, _scope(case_count, section, me)
        )
    return int(connection.execute(found).scalar_one())


def _matches(text: str) -> ColumnElement[bool]:
    return case_search.c.search.contains(storable(text.strip().casefold()), autoescape=True)


def page(connection: Connection, query: RowsQuery, me: Agent) -> tuple[tuple[CaseRow, ...], int, int]:
    """Rows in order, the index of the first one within its section, and the section's total."""
    limit = max(1, min(query.limit, MAX_ROWS))
    if query.text.strip():
        return _filtered(connection, query, me, limit)
    where = _section(case, query.section, query.channel, me)
    number = total(connection, query.section, query.channel, "", me)
    keys = select(case.c.id).where(where)
    forward = (case.c.sort_at, case.c.id)
    backward = (case.c.sort_at.desc(), case.c.id.desc())
    anchor = query.anchor if query.cursor is not None or query.anchor == "at" or query.anchor == "end" else "start"
    match anchor:
        case "start":
            rows, first = _rows(connection, keys.order_by(*forward).limit(limit)), 0
        case "end":
            rows = _rows(connection, keys.order_by(*backward).limit(limit))
            first = max(0, number - len(rows))
        case "at":
            first = max(0, query.index)
            rows = _at(connection, keys, forward, backward, first, limit, number)
        case "after":
            assert query.cursor is not None
            rows = _rows(
                connection, keys.where(_beyond(case, query.cursor, after=True)).order_by(*forward).limit(limit)
            )
            first = _rank(connection, where, rows[0]) if rows else number
        case "before":
            assert query.cursor is not None
            older = keys.where(_beyond(case, query.cursor, after=False))
            rows = _rows(connection, older.order_by(*backward).limit(limit))
            first = _rank(connection, where, rows[0]) if rows else 0
    return rows, first, number


def _at(
    connection: Connection, keys: Select[Any], forward: Any, backward: Any, first: int, limit: int, number: int
) -> tuple[CaseRow, ...]:
    """From the nearer end: skipping index entries costs time."""
    if first <= number // 2:
        return _rows(connection, keys.order_by(*forward).limit(limit).offset(first))
    wanted = min(limit, number - first)
    if wanted <= 0:
        return ()
    return _rows(connection, keys.order_by(*backward).limit(wanted).offset(number - first - wanted))


def _beyond(table: Table, cursor: Cursor, *, after: bool) -> ColumnElement[bool]:
    id = table.c.case_id if table is case_search else table.c.id
    place = tuple_(table.c.sort_at, id)
    value = tuple_(cursor[0], cursor[1])
    return place > value if after else place < value


def _rank(connection: Connection, where: ColumnElement[bool], row: CaseRow) -> int:
    before = select(func.count()).select_from(case).where(where, _beyond(case, (row.sort_at, row.id), after=False))
    return int(connection.execute(before).scalar_one())


def _rows(connection: Connection, keys: Select[Any]) -> tuple[CaseRow, ...]:
    """Whole rows of some ids, in order. The ids come from a covering index first; only they are looked up."""
    chosen = keys.subquery()
    return _read(connection, CASES.join(chosen, chosen.c.id == case.c.id))


def _read(connection: Connection, found: Select[Any]) -> tuple[CaseRow, ...]:
    rows = []
    for held in connection.execute(found):
        call = talk.find_call(connection, held.call_id) if held.call_id else None
        rows.append(row_of(held, from_state_column(held.state), call))
    rows.sort(key=lambda row: (row.sort_at, row.id))
    return tuple(rows)


def _filtered(connection: Connection, query: RowsQuery, me: Agent, limit: int) -> tuple[tuple[CaseRow, ...], int, int]:
    """One pass over the section's search text gives matches, order and number."""
    found = (
        select(case_search.c.sort_at, case_search.c.case_id)
        .where(_section(case_search, query.section, query.channel, me), _matches(query.text))
        .order_by(case_search.c.sort_at, case_search.c.case_id)
    )
    keys = connection.execute(found).all()
    first, end = _window(query, limit, [(key[0], key[1]) for key in keys])
    ids = [key[1] for key in keys[first:end]]
    rows = _read(connection, CASES.where(case.c.id.in_(ids))) if ids else ()
    return rows, first, len(keys)


def _window(query: RowsQuery, limit: int, keys: list[Cursor]) -> tuple[int, int]:
    """Where the page asked for begins and ends among all keys in order."""
    if query.anchor == "end":
        return max(0, len(keys) - limit), len(keys)
    if query.anchor == "at":
        first = min(max(0, query.index), len(keys))
        return first, first + limit
    if query.cursor is None or query.anchor == "start":
        return 0, limit
    if query.anchor == "after":
        first = bisect_right(keys, query.cursor)
        return first, first + limit
    end = bisect_left(keys, query.cursor)
    return max(0, end - limit), end
