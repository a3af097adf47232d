"""One transaction of the hub: reads what a job needs, gathers what it changed, and appends its events in order."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.store import cases, people, phone, promises
from agent_tui.backends.hub.store.cases import CaseRecord
from agent_tui.domain import filing
from agent_tui.domain.events import Body, Event
from agent_tui.domain.filing import CaseState, Fact
from agent_tui.domain.model import CaseRow, Customer
from agent_tui.domain.time import Ms


class Head:
    """Where the log stands inside the open transaction; a failed job puts it back."""

    __slots__ = ("number", "seq")

    def __init__(self, seq: int, number: int) -> None:
        self.seq = seq
        self.number = number


@dataclass(slots=True)
class _Edit:
    """A case being changed: as stored (None: new), as it is now, and the addresses the text filter knows."""

    stored: CaseRow | None
    now: CaseRecord
    version: int = 0


class Tx:
    """What a job may do. `now`: the hub's time (Ms) for all of the job."""

    def __init__(self, connection: Connection, head: Head, ids: Ids, now: Ms) -> None:
        self.connection = connection
        self.ids = ids
        self.now = now
        self._head = head
        self._edits: dict[str, _Edit] = {}
        self._customers: dict[str, Customer] = {}
        self._events: list[Event] = []

    # people

    def customer(self, id: str) -> Customer:
        """Raises KeyError."""
        known = self._customers.get(id) or people.find(self.connection, id)
        if known is None:
            raise KeyError(id)
        self._customers[id] = known
        return known

    def forget_customer(self, id: str) -> None:
        """The customer was changed: read again."""
        self._customers.pop(id, None)

    # cases

    def case(self, id: str) -> CaseRecord | None:
        """The case as it is now, with this job's changes."""
        edit = self._edits.get(id)
        if edit is None:
            found = cases.find(self.connection, id)
            if found is None:
                return None
            if found.call:
                found = replace(found, row=replace(found.row, call=phone.find_call(self.connection, found.call)))
            edit = self._edits[id] = _Edit(found.row, found)
        return edit.now

    def open_case(self, row: CaseRow, state: CaseState) -> CaseRecord:
        """A new case; its number is the next one."""
        self._head.number += 1
        shown = filing.show(replace(row, number=self._head.number), state)
        record = CaseRecord(shown, state)
        self._edits[row.id] = _Edit(None, record)
        # at once: conversations and messages refer to it
        cases.add(self.connection, record, ())
        self._edits[row.id].stored = shown
        return record

    def put(self, row: CaseRow) -> None:
        """The case shows otherwise now (owner, labels, preview ...)."""
        edit = self._edits[row.id]
        edit.now = replace(edit.now, row=row)

    def step(self, id: str, fact: Fact) -> tuple[CaseState, CaseState]:
        """Apply a fact; the state before and after."""
        record = self.case(id)
        assert record is not None
        before, after = record.state, filing.step(record.state, fact)
        row = filing.show(record.row, after)
        if after.call != record.call:
            call = phone.find_call(self.connection, after.call) if after.call else None
            row = replace(row, call=call)
        if after.promises != before.promises or row.promise is not None:
            first = after.promises[0].promise if after.promises else ""
            row = replace(row, promise=promises.find(self.connection, first) if first else None)
        self._edits[id].now = CaseRecord(row, after, after.call)
        return before, after

    def show_call(self, id: str) -> None:
        """The case's call was saved: the row shows it as it is."""
        edit = self._edits[id]
        if edit.now.call:
            call = phone.find_call(self.connection, edit.now.call)
            edit.now = replace(edit.now, row=replace(edit.now.row, call=call))

    # events

    def append(self, body: Body, case: str = "", occurred: Ms | None = None, by: str = "") -> int:
        """One more event; `occurred` is never after the hub's time."""
        self._head.seq += 1
        seq = self._head.seq
        at = self.now if occurred is None else min(occurred, self.now)
        self._events.append(Event(seq, seq - 1, at, self.now, body, case, by))
        if case and self.case(case) is not None:
            self._edits[case].version = seq
        return seq

    def message_id(self) -> str:
        """Ids of messages grow with the log, so that equal times keep their order."""
        return f"m_{self._head.seq + 1:011x}{self.ids.new('m')[2:7]}"

    def finish(self) -> list[Event]:
        """Write what changed; the events for the log, each with its case's row as the job leaves it."""
        rows: dict[str, CaseRow] = {}
        for id, edit in self._edits.items():
            if edit.version:
                row = replace(edit.now.row, version=edit.version)
                edit.now = replace(edit.now, row=row)
                assert edit.stored is not None
                cases.save(self.connection, edit.stored, edit.now, self._addresses(row.customer))
            rows[id] = edit.now.row
        return [replace(e, row=rows[e.case]) if e.case in rows else e for e in self._events]

    def _addresses(self, customer: str) -> list[str]:
        return [address.value.raw for address in self.customer(customer).addresses]
