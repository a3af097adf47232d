"""The inbox: pages of rows of one section, their place and their number, each served by one index.

Without a text filter the index is one of `cases`; with one it is `case_search`, read in the same order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, func, or_, select, text, true, tuple_

from agent_tui.backends.hub.store import phone
from agent_tui.backends.hub.store.brands import seen
from agent_tui.backends.hub.store.cases import CASES, row_of
from agent_tui.backends.hub.store.leases import with_leases
from agent_tui.backends.hub.store.schema import case, case_count, case_search
from agent_tui.backends.hub.store.values import from_state_column, storable
from agent_tui.domain.model import Agent, CaseRow
from agent_tui.domain.queries import RowsQuery
from agent_tui.domain.views import Cursor, Section

MAX_ROWS = 500
MAX_TEXT = 1_000
"""Characters of a filter that are looked at; SQLite refuses far longer ones."""
_NONE = "''"
"""A literal: the indexes of promises, transfers and followers hold the other rows only."""
_UNCOUNTED = ("promised", "promised-others", "followed")
"""Scopes that no table of counts knows: there are few such rows."""


def _handed(connection: Connection, section: Section, me: Agent) -> tuple[str, ...]:
    """Cases of a stage that colleagues hand to an agent: few, and named one by one, so that nothing is slower where
    there are none."""
    if section.scope != "mine":
        return ()
    given = and_(case.c.transfer_id != text(_NONE), case.c.transfer_to == me.id, case.c.owner != me.id)
    return tuple(connection.execute(select(case.c.id).where(given, case.c.stage == section.stage)).scalars())


def _scope(table: Table, section: Section, me: Agent, handed: Sequence[str] = ()) -> ColumnElement[bool]:
    """The same rule as `domain.views.holds`. `handed`: see `_handed`."""
    mine = or_(table.c.team == "", table.c.team.in_(me.teams)) if me.teams else table.c.team == ""
    match section.scope:
        case "mine":
            mine = table.c.owner == me.id
            return or_(mine, (case.c.id if table is case else table.c.case_id).in_(handed)) if handed else mine
        case "unassigned":
            return and_(table.c.owner == "", mine)
        case "team":
            return and_(table.c.owner.not_in(("", me.id)), mine)
        case "promised" | "promised-others":
            mine = case.c.promise_whose == me.id if section.scope == "promised" else case.c.promise_whose != me.id
            found = and_(case.c.promise_id != text(_NONE), mine, case.c.stage == section.stage)
        case "followed":
            followers = case.c.followers.contains(f",{me.id},", autoescape=True)
            found = and_(case.c.followers != text(_NONE), followers, case.c.stage == section.stage)
        case "all":
            return true()
    return found if table is case else table.c.case_id.in_(select(case.c.id).where(found))


def _section(
    table: Table, section: Section, channel: str, me: Agent, handed: Sequence[str] = ()
) -> ColumnElement[bool]:
    found = and_(table.c.stage == section.stage, _scope(table, section, me, handed), seen(table.c.brand, me))
    if channel:
        found = and_(found, table.c.channels.contains(f",{channel},", autoescape=True))
    return found


def total(connection: Connection, section: Section, channel: str, text: str, me: Agent) -> int:
    """How many rows a section holds."""
    handed = _handed(connection, section, me)
    if text.strip():
        where = and_(_section(case_search, section, channel, me, handed), _matches(text))
        found = select(func.count()).select_from(case_search).where(where)
    elif channel or handed or section.scope in _UNCOUNTED:
        found = select(func.count()).select_from(case).where(_section(case, section, channel, me, handed))
    else:
        found = select(func.coalesce(func.sum(case_count.c.cases), 0)).where(
            case_count.c.stage == section.stage, _scope(case_count, section, me), seen(case_count.c.brand, me)
        )
    return int(connection.execute(found).scalar_one())


def _matches(text: str) -> ColumnElement[bool]:
    wanted = text.strip()[:MAX_TEXT].casefold()
    return case_search.c.search.contains(storable(wanted), autoescape=True)


class _Keys:
    """The sort keys of one section, narrowed by channel and text, in the table whose index holds them in order."""

    def __init__(self, query: RowsQuery, me: Agent, handed: Sequence[str]) -> None:
        text = query.text.strip()
        table = case_search if text else case
        self.id = case_search.c.case_id if text else case.c.id
        self.sort_at = table.c.sort_at
        self.table = table
        self.where = _section(table, query.section, query.channel, me, handed)
        if text:
            self.where = and_(self.where, _matches(text))

    def first(self, limit: int, offset: int = 0, after: Cursor | None = None) -> Select[Any]:
        found = (
            select(self.id.label("id")).where(self.where).order_by(self.sort_at, self.id).limit(limit).offset(offset)
        )
        return found.where(tuple_(self.sort_at, self.id) > tuple_(*after)) if after is not None else found

    def last(self, limit: int, offset: int = 0, before: Cursor | None = None) -> Select[Any]:
        found = select(self.id.label("id")).where(self.where)
        found = found.order_by(self.sort_at.desc(), self.id.desc()).limit(limit).offset(offset)
        return found.where(tuple_(self.sort_at, self.id) < tuple_(*before)) if before is not None else found

    def before(self, row: CaseRow) -> Select[Any]:
        """How many stand before a row."""
        earlier = tuple_(self.sort_at, self.id) < tuple_(row.sort_at, row.id)
        return select(func.count()).select_from(self.table).where(self.where, earlier)


def page(connection: Connection, query: RowsQuery, me: Agent) -> tuple[tuple[CaseRow, ...], int, int]:
    """Rows in order, the index of the first one within its section, and the section's total."""
    limit = max(1, min(query.limit, MAX_ROWS))
    keys = _Keys(query, me, _handed(connection, query.section, me))
    number = total(connection, query.section, query.channel, query.text, me)
    cursor = query.cursor
    if query.anchor == "end":
        rows = _rows(connection, keys.last(limit))
        return rows, max(0, number - len(rows)), number
    if query.anchor == "at":
        first = max(0, query.index)
        if first <= number // 2:
            return _rows(connection, keys.first(limit, first)), first, number
        # from the nearer end: skipped index entries cost time
        wanted = min(limit, number - first)
        rows = _rows(connection, keys.last(wanted, number - first - wanted)) if wanted > 0 else ()
        return rows, min(first, number), number
    if query.anchor == "start" or cursor is None:
        return _rows(connection, keys.first(limit)), 0, number
    rows = _rows(
        connection, keys.first(limit, after=cursor) if query.anchor == "after" else keys.last(limit, before=cursor)
    )
    if not rows:
        return rows, number if query.anchor == "after" else 0, number
    return rows, int(connection.execute(keys.before(rows[0])).scalar_one()), number


def _rows(connection: Connection, keys: Select[Any]) -> tuple[CaseRow, ...]:
    """Whole rows of some ids, in order. The ids come from a covering index first; only they are looked up."""
    chosen = keys.subquery()
    rows = []
    for held in connection.execute(CASES.join(chosen, chosen.c.id == case.c.id)):
        call = phone.find_call(connection, held.call_id) if held.call_id else None
        if call is not None:
            call = replace(call, case=held.id)
        rows.append(row_of(connection, held, from_state_column(held.state), call))
    rows.sort(key=lambda row: (row.sort_at, row.id))
    return tuple(with_leases(connection, rows))
