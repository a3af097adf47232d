"""The order that takes an order back, from the row as it was before; and what is taken back as one."""

from __future__ import annotations

from collections.abc import Container

from agent_tui.desk.keys import CaseKey
from agent_tui.domain.frozen import frozen
from agent_tui.domain.known_as import OTHER, SAME
from agent_tui.domain.model import CaseRow, Promise
from agent_tui.domain.orders import (
    AnswerTransfer,
    Assign,
    Block,
    ChangePromise,
    CloseIncident,
    Follow,
    Label,
    LinkCases,
    LinkElsewhere,
    MakePromise,
    MarkRead,
    MarkUnread,
    Note,
    OpenIncident,
    Order,
    Prioritise,
    Reopen,
    Resolve,
    SettlePromise,
    Snooze,
    Spam,
    TransferCase,
    case_of,
)
from agent_tui.domain.text import SafeText, trusted

Step = tuple[str, str, Order]
"""A command id, its backend, and the order that takes it back."""


@frozen
class Undoable:
    """What `undo` takes back as one."""

    steps: tuple[Step, ...]
    words: SafeText

    def touches(self, cases: Container[CaseKey]) -> bool:
        """Whether it would do something to one of these."""
        return any(CaseKey(backend, case_of(order)) in cases for _, backend, order in self.steps)


def writes_note(order: Order) -> bool:
    """Whether it says something in a case, which stays said: a colleague may have read it."""
    return isinstance(order, Note | TransferCase) or (isinstance(order, Assign) and bool(order.note.raw.strip()))


def inverse(order: Order, before: CaseRow | None, promised: Promise | None = None) -> tuple[Order, SafeText] | None:
    """The opposite order and words for what it undoes; None when there is none or the row was not known. `promised`:
    the promise that it changes, as it was."""
    if isinstance(order, ChangePromise):
        held = promised or (before.promise if before is not None else None)
        if held is None or held.id != order.promise:
            return None
        back = ChangePromise(order.case, held.id, held.due, held.agent, held.team)
        return back, trusted("undone: the promise as before")
    if isinstance(order, OpenIncident | LinkCases):
        linked = isinstance(order, OpenIncident) or order.on
        words = trusted("undone: they are of no incident") if linked else trusted("undone: they are of the incident")
        return LinkCases(order.incident, order.cases, not linked), words
    if isinstance(order, CloseIncident):
        words = trusted("undone: the incident is open") if order.on else trusted("undone: the incident is closed")
        return CloseIncident(order.incident, not order.on), words
    if before is None:
        return None
    case = before.id
    if isinstance(order, Assign):
        words = trusted("undone: assigned as before")
        if writes_note(order):
            words = trusted("undone: assigned as before; the note stays")
        return Assign(case, before.owner, before.team), words
    if isinstance(order, TransferCase):
        return AnswerTransfer(case, "", "withdraw"), trusted("undone: the transfer; the note stays")
    if isinstance(order, Follow):
        return Follow(case, not order.on), trusted("undone: follow")
    if isinstance(order, Resolve | Snooze):
        words = trusted("undone: done") if isinstance(order, Resolve) else trusted("undone: snooze")
        return Reopen(case, promises=True) if isinstance(order, Resolve) and order.promises else _back_to(before), words
    if isinstance(order, MakePromise):
        return SettlePromise(case, order.promise, "withdrawn"), trusted("undone: the promise")
    if isinstance(order, SettlePromise) and order.state != "open":
        return SettlePromise(case, order.promise, "open"), trusted("undone: the promise is open again")
    if isinstance(order, Reopen):
        return _back_to(before), trusted("undone: reopen")
    if isinstance(order, Label):
        added = tuple(label for label in order.add if label not in before.labels)
        removed = tuple(label for label in order.remove if label in before.labels)
        return (Label(case, removed, added), trusted("undone: labels")) if added or removed else None
    if isinstance(order, Prioritise):
        return Prioritise(case, before.priority), trusted("undone: priority")
    if isinstance(order, MarkUnread):
        return MarkRead(case, before.version), trusted("undone: read again")
    if isinstance(order, MarkRead):
        return (MarkUnread(case), trusted("undone: unread again")) if before.unread else None
    if isinstance(order, LinkElsewhere):
        said = next((sign for sign in (SAME, OTHER) if sign + order.other in before.known_as), "")
        as_before = LinkElsewhere(case, order.other, {SAME: True, OTHER: False, "": None}[said])
        return as_before, trusted("undone: the join") if order.same else trusted("undone: the parting")
    if isinstance(order, Spam):
        return Spam(case, not order.on), trusted("undone: spam") if order.on else trusted("undone: no spam")
    if isinstance(order, Block):
        return Block(case, not order.on), trusted("undone: block") if order.on else trusted("undone: unblock")
    return None


def _back_to(before: CaseRow) -> Order:
    if before.stage == "done":
        return Resolve(before.id)
    if before.stage == "later" and before.snoozed is not None:
        return Snooze(before.id, before.snoozed)
    if before.stage == "spam":
        return Spam(before.id)
    return Reopen(before.id)
