"""What other servers have of the person who is open: asked for by the addresses that the open case's customer has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agent_tui.desk.backend_state import BackendState
from agent_tui.desk.keys import CaseKey
from agent_tui.desk.open_case import OpenCase
from agent_tui.domain.model import CaseRow
from agent_tui.domain.queries import SamePersonPage, SamePersonQuery


class SamePerson:
    """Of one opened person; each server is asked once, and again when its line was down."""

    def __init__(self) -> None:
        self._asked: set[tuple[str, SamePersonQuery]] = set()
        self.found: dict[CaseKey, CaseRow] = {}

    def asks(
        self, case: OpenCase | None, backends: Mapping[str, BackendState]
    ) -> Iterator[tuple[str, SamePersonQuery]]:
        """What to ask now; marks it as asked."""
        if case is None or case.customer is None or not case.customer.addresses:
            return
        query = SamePersonQuery(case.customer.addresses)
        have = {part.key.backend for part in case.parts}
        for name, state in backends.items():
            can = state.state == "up" and state.capabilities.persons and name not in have
            if can and (name, query) not in self._asked:
                self._asked.add((name, query))
                yield name, query

    def line_changed(self, backend: str) -> None:
        """What it was asked before is asked again."""
        self._asked = {asked for asked in self._asked if asked[0] != backend}

    def newer_row(self, key: CaseKey, row: CaseRow) -> None:
        """What was found is another by now."""
        held = self.found.get(key)
        if held is not None and held.version < row.version:
            if row.erased:
                del self.found[key]
            else:
                self.found[key] = row

    def arrived(self, backend: str, page: SamePersonPage) -> None:
        """Rows that may be theirs."""
        self.found |= {CaseKey(backend, row.id): row for row in page.rows}
