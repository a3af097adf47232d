"""The most urgent case that waits for its agent; servers are asked where the view does not show what is the agent's."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from agent_tui.desk.keys import CaseKey
from agent_tui.domain.queries import Page, RowsPage, RowsQuery
from agent_tui.domain.views import Cursor, Section, sort_key
from agent_tui.services.workbench import Workbench

PATIENCE_SECONDS = 2.0
"""So long a server that does not answer is waited for."""
_MINE = Section("mine", "us")
_ROWS = 8
"""Of a server: some may be what is left now, or were closed a moment ago."""


def next_waiting(workbench: Workbench, after: CaseKey | None, then: Callable[[CaseKey | None], None]) -> None:
    """Tell `then` the case to go to after this one, None where nothing waits: mine first, then what is nobody's, as the
    view holds it. At once where the view shows mine, else when servers have answered, two seconds later at most."""
    desk = workbench.desk
    up = [id for id, state in desk.backends.items() if state.state == "up"]
    if not up or not {_MINE, Section("all", "us")}.isdisjoint(desk.inbox.view.sections):
        then(desk.next_waiting(after))
    else:
        _Asked(workbench, up, after, then)


class _Asked:
    """One question to each of `servers`. `then` is called once."""

    def __init__(
        self, workbench: Workbench, servers: list[str], after: CaseKey | None, then: Callable[[CaseKey | None], None]
    ) -> None:
        self._desk, self._after, self._then = workbench.desk, after, then
        self._waiting = set(servers)
        self._found: list[tuple[Cursor, CaseKey]] = []
        self._timer = workbench.time.call_later(PATIENCE_SECONDS, self._end)
        for id in servers:
            workbench.inquire(id, RowsQuery(_MINE, limit=_ROWS), partial(self._listed, id))

    def _listed(self, backend: str, page: Page) -> None:
        if backend not in self._waiting or not isinstance(page, RowsPage):
            return
        for listed in page.rows:
            key = CaseKey(backend, listed.id)
            row = self._desk.row(key) or listed
            if key != self._after and row.stage == "us":
                self._found.append((sort_key(row), key))
        self._waiting.discard(backend)
        if not self._waiting:
            self._end()

    def _end(self) -> None:
        self._timer.cancel()
        self._waiting.clear()
        self._then(min(self._found)[1] if self._found else self._desk.next_waiting(self._after))
