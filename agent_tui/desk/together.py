"""What an order about one case means for the cases that other servers have of the same person. Pure.

Done, snoozed, open again, read, spam: that is the person's, whichever server they wrote to. So is whose they are, where
an agent takes them or gives them back: one agent, one customer. Labels, priority, notes, promises and other people's
names are a server's own.
"""

from __future__ import annotations

from dataclasses import replace

from agent_tui.desk.persons import OPEN
from agent_tui.domain.model import CaseRow
from agent_tui.domain.orders import Assign, MarkRead, MarkUnread, Order, Reopen, Resolve, Snooze, Spam


def also(order: Order, me: str, row: CaseRow, my_id: str) -> Order | None:
    """The same order for `row`, the case at another server, None where it means nothing there. `me`: who gives the
    order at its own server; `my_id`: who that is at the other one."""
    if isinstance(order, Resolve):
        return replace(order, case=row.id) if row.stage in OPEN else None
    if isinstance(order, Snooze):
        return replace(order, case=row.id) if row.stage in OPEN else None
    if isinstance(order, Reopen):
        return replace(order, case=row.id) if row.stage in ("done", "later", "spam") else None
    if isinstance(order, Spam):
        return replace(order, case=row.id) if order.on != (row.stage == "spam") else None
    if isinstance(order, MarkRead):
        return MarkRead(row.id, row.version) if row.unread else None
    if isinstance(order, MarkUnread):
        return MarkUnread(row.id) if not row.unread else None
    if isinstance(order, Assign):
        if not order.agent and not order.team:
            return Assign(row.id, team=row.team) if my_id and row.owner == my_id else None
        if me and order.agent == me and my_id and row.owner != my_id:
            return Assign(row.id, my_id, row.team)
    return None
