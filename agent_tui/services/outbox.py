"""The outbox: orders on the disk from the moment they are given until a backend has acknowledged them."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any, get_args

from agent_tui.desk.drafts import Draft, LocalFile, draft_of
from agent_tui.desk.keys import CaseKey
from agent_tui.desk.outgoing import EntryState, OutboxEntry
from agent_tui.domain.orders import MoveChannel, Order, Presence, Reply, UpdateIncident
from agent_tui.domain.taught import key_of
from agent_tui.domain.text import SafeText, clean_line, compose, marked, trusted
from agent_tui.domain.time import Ms
from agent_tui.services.drafts import Drafts
from agent_tui.services.state import State
from agent_tui.services.stored import from_json, to_json

_STATES = get_args(EntryState)
CRASHED = marked("the desk ended before it was sent; send it again")
TAKEN = marked("taken back: :incident has the words")
MAYBE = marked("the desk ended while it was being sent; it may have arrived")


class Outbox:
    """Entries in the order they were given. Every change is durable when its call returns (StateError: it was not, and
    nothing changed). Call `recover` once after opening."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._entries: dict[str, OutboxEntry] = {}
        self._repeatable: dict[str, bool] = {}
        columns = "id, backend, case_id, body, files, state, hold_until, created, attempts, reason, repeatable, fence"
        self.unreadable = 0
        """Entries that this version cannot read; they are left in the file."""
        for stored in state.db.execute(f"SELECT {columns} FROM outbox ORDER BY position"):
            entry = _entry(stored)
            if entry is None:
                self.unreadable += 1
                continue
            self._entries[entry.id] = entry
            self._repeatable[entry.id] = bool(stored[10])

    @property
    def entries(self) -> tuple[OutboxEntry, ...]:
        """All of them, oldest first."""
        return tuple(self._entries.values())

    def get(self, id: str) -> OutboxEntry | None:
        return self._entries.get(id)

    def recover(self, drafts: Drafts, now: Ms) -> None:
        """After a start: what was said of the agent's presence was of the desk that ended, and is dropped; held sends
        become drafts again (or failed entries, where a newer draft is there); what was on its way goes out again if the
        backend knows command ids, else its outcome is unknown."""
        for entry in self.entries:
            if isinstance(entry.order, Presence):
                self.remove(entry.id)
            elif entry.state == "held":
                draft = draft_of(entry.key, entry.order, entry.files, entry.created)
                if isinstance(entry.order, UpdateIncident):
                    self.change(entry.id, state="failed", hold_until=None, reason=CRASHED.text)
                elif draft is None:
                    self.change(entry.id, state="waiting", hold_until=None)
                elif drafts.get(draft.key) is not None:
                    self.change(entry.id, state="failed", hold_until=None, reason=CRASHED.text)
                else:
                    drafts.save(draft)
                    self.remove(entry.id)
            elif entry.state == "sending":
                again = self._repeatable[entry.id]
                self.change(
                    entry.id, state="waiting" if again else "unknown", reason=trusted("") if again else MAYBE.text
                )

    def add(
        self,
        key: CaseKey,
        order: Order,
        now: Ms,
        hold_until: Ms | None = None,
        files: tuple[LocalFile, ...] = (),
        fence: int = 0,
    ) -> OutboxEntry:
        """Keep a new order; `files` must go up before it. Held until `hold_until`, else waiting. `fence`: of the lease
        that the desk holds."""
        state: EntryState = "waiting" if hold_until is None else "held"
        entry = OutboxEntry(str(uuid.uuid4()), key, order, state, hold_until, now, files=files, fence=fence)
        self._state.write(
            "INSERT INTO outbox (id, backend, case_id, body, files, state, hold_until, created, attempts,"
            " reason, repeatable, fence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, '', 0, ?)",
            entry.id,
            key.backend,
            key.case,
            to_json(order),
            to_json(files),
            state,
            hold_until,
            now,
            fence,
        )
        self._entries[entry.id] = entry
        self._repeatable[entry.id] = False
        return entry

    def change(self, id: str, *, repeatable: bool | None = None, **fields: Any) -> OutboxEntry:
        """Another state, reason, order ... of an entry. `repeatable`: sending it twice would take effect once."""
        entry = replace(self._entries[id], **fields)
        if repeatable is not None:
            self._repeatable[id] = repeatable
        self._state.write(
            "UPDATE outbox SET body=?, files=?, state=?, hold_until=?, attempts=?, reason=?, repeatable=?, fence=?"
            " WHERE id=?",
            to_json(entry.order),
            to_json(entry.files),
            entry.state,
            entry.hold_until,
            entry.attempts,
            str(entry.reason),
            self._repeatable[id],
            entry.fence,
            id,
        )
        self._entries[id] = entry
        return entry

    def renew(self, id: str) -> OutboxEntry:
        """A refused entry is given once more, under an id of its own."""
        old = self._entries[id]
        order = replace(old.order, seen=0) if isinstance(old.order, Reply | MoveChannel) else old.order
        made = self.add(old.key, order, old.created, None, old.files)
        self.remove(id)
        return made

    def remove(self, id: str) -> None:
        """Acknowledged, taken back or put away."""
        self._state.write("DELETE FROM outbox WHERE id=?", id)
        self._entries.pop(id, None)
        self._repeatable.pop(id, None)

    def remove_case(self, key: CaseKey) -> int:
        """All that was to go to a case whose customer was erased; how many entries with words that was."""
        gone = [entry for entry in self._entries.values() if entry.key == key]
        self._state.write("DELETE FROM outbox WHERE backend=? AND case_id=?", key.backend, key.case)
        for entry in gone:
            self._entries.pop(entry.id)
            self._repeatable.pop(entry.id)
        return sum(entry.writes for entry in gone)

    def youngest_held(self) -> OutboxEntry | None:
        """The send that can still be taken back, the last one first."""
        return next((entry for entry in reversed(self.entries) if entry.state == "held"), None)

    def take_back(self, id: str, drafts: Drafts, now: Ms) -> Draft | None:
        """A held or failed entry as the draft it came from, kept as such before it leaves the outbox, with what was
        written there since below it; None when it is on its way already, or carries no words (then a held one is simply
        not done), or where a note is written and this is none, or the other way round: it stays then, as failed."""
        entry = self._entries.get(id)
        if entry is None or entry.state not in ("held", "failed"):
            return None
        draft = draft_of(entry.key, entry.order, entry.files, now)
        there = drafts.get(draft.key) if draft is not None else None
        if draft is not None and there is not None:
            if there.note != draft.note:  # never one into the other: a note must not reach the customer
                self.change(id, state="failed", hold_until=None, reason=_beside())
                return None
            words = [body for body in (draft.body.rstrip(), there.body) if body]
            draft = replace(draft, body="\n\n".join(words), files=(*draft.files, *there.files))
        if draft is not None:
            drafts.save(draft)
        if isinstance(entry.order, UpdateIncident):  # words of no case: they stay here until they are used or put away
            self.change(id, state="failed", hold_until=None, reason=TAKEN.text)
        elif draft is not None or entry.state == "held":
            self.remove(id)
        return draft


def _beside() -> SafeText:
    key = key_of("retry-send", "Z")
    return compose(
        "taken back, not sent: something else is written here; send or clear that, then {key} sends this", key=key
    )


def _entry(stored: tuple[Any, ...]) -> OutboxEntry | None:
    id, backend, case, body, files, state, hold_until, created, attempts, reason, _, fence = stored
    try:
        order, local = from_json(body), from_json(files)
    except (ValueError, TypeError, KeyError):
        return None
    if state not in _STATES:
        return None
    text: SafeText = clean_line(reason)
    return OutboxEntry(id, CaseKey(backend, case), order, state, hold_until, created, attempts, text, local, fence)
