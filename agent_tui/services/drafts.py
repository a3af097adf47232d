"""Drafts on the disk: one per case, and one for a message to somebody new; beside it what was put aside for another
terminal's text, until the server has it."""

from __future__ import annotations

from agent_tui.desk.drafts import Draft
from agent_tui.desk.keys import CaseKey
from agent_tui.services.state import State
from agent_tui.services.stored import from_json, to_json


class Drafts:
    """Durable when a call returns; raises StateError when it could not be kept."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._drafts: dict[CaseKey | None, Draft] = {}
        self.unreadable = 0
        """Drafts that this version cannot read; they are left in the file."""
        self.asides: dict[CaseKey, Draft] = {}
        for backend, case, body in state.db.execute("SELECT backend, case_id, body FROM drafts"):
            if (draft := self._read(body)) is not None:
                self._drafts[CaseKey(backend, case) if case else None] = draft
        for backend, case, body in state.db.execute("SELECT backend, case_id, body FROM asides"):
            if (draft := self._read(body)) is not None:
                self.asides[CaseKey(backend, case)] = draft

    def _read(self, body: str) -> Draft | None:
        try:
            draft: Draft = from_json(body)
        except (ValueError, TypeError, KeyError):
            self.unreadable += 1
            return None
        return draft

    def all(self) -> tuple[Draft, ...]:
        return tuple(self._drafts.values())

    def get(self, key: CaseKey | None) -> Draft | None:
        return self._drafts.get(key)

    def save(self, draft: Draft) -> None:
        """Keep it; an empty one is forgotten."""
        if draft.empty:
            self.discard(draft.key)
            return
        backend, case = draft.key or ("", "")
        self._state.write(
            "INSERT INTO drafts (backend, case_id, body) VALUES (?, ?, ?)"
            " ON CONFLICT (backend, case_id) DO UPDATE SET body = excluded.body",
            backend,
            case,
            to_json(draft),
        )
        self._drafts[draft.key] = draft

    def discard(self, key: CaseKey | None) -> None:
        backend, case = key or ("", "")
        self._state.write("DELETE FROM drafts WHERE backend=? AND case_id=?", backend, case)
        self._drafts.pop(key, None)

    def put_aside(self, key: CaseKey, draft: Draft) -> None:
        """Keep it beside the draft that takes its place."""
        self._state.write(
            "INSERT OR REPLACE INTO asides (backend, case_id, body) VALUES (?, ?, ?)", *key, to_json(draft)
        )
        self.asides[key] = draft

    def aside_kept(self, key: CaseKey) -> None:
        """The server has it."""
        if self.asides.pop(key, None) is not None:
            self._state.write("DELETE FROM asides WHERE backend=? AND case_id=?", *key)

    def forget(self, key: CaseKey) -> int:
        """All of a case whose customer was erased, what cannot be read too; how many texts that was."""
        for table in ("drafts", "asides"):
            self._state.write(f"DELETE FROM {table} WHERE backend=? AND case_id=?", *key)
        return (self._drafts.pop(key, None) is not None) + (self.asides.pop(key, None) is not None)
