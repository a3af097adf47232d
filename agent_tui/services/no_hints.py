"""Cases for which the agent wants to hear of no other channel, in the desk's own database."""

from __future__ import annotations

import json

from agent_tui.desk.keys import CaseKey
from agent_tui.services.state import State

MOST = 500


class NoHints:
    """`keys`: the newest of them; older cases are over long since."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.keys = self._read()

    def add(self, key: CaseKey) -> None:
        """Durable when it returns. Raises StateError."""
        self.keys = (*(one for one in self.keys if one != key), key)[-MOST:]
        self._state.write("INSERT OR REPLACE INTO desk (name, value) VALUES ('no-hints', ?)", json.dumps(self.keys))

    def _read(self) -> tuple[CaseKey, ...]:
        known = self._state.db.execute("SELECT value FROM desk WHERE name='no-hints'").fetchone()
        try:
            return tuple(CaseKey(str(backend), str(case)) for backend, case in json.loads(known[0])) if known else ()
        except (ValueError, TypeError):
            return ()  # a hint too many is no loss
