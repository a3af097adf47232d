"""Asks every server at once what its agent has in hand; who does not answer soon is named, not waited for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from agent_tui.desk.shift import InHand, in_hand
from agent_tui.domain.model import CaseRow
from agent_tui.domain.queries import Page, RowsPage, RowsQuery, ShiftPage, ShiftQuery
from agent_tui.domain.time import TimerHandle
from agent_tui.domain.views import Section
from agent_tui.services.workbench import Workbench

PATIENCE_SECONDS = 2.0
_OPEN = (Section("mine", "us"), Section("mine", "customer"), Section("mine", "later"))


class _Asked:
    """One round of questions. `then` is called once."""

    def __init__(self, workbench: Workbench, then: Callable[[InHand], None]) -> None:
        self._then = then
        self._pages: dict[str, ShiftPage] = {}
        self._rows: dict[str, dict[Section, tuple[CaseRow, ...]]] = {}
        backends = workbench.desk.backends
        self._silent = {id: state.name or id for id, state in backends.items() if state.state != "up"}
        self._waiting = {id: state.name or id for id, state in backends.items() if id not in self._silent}
        self._timer: TimerHandle | None = None
        if not self._waiting:
            self._end()
            return
        self._timer = workbench.time.call_later(PATIENCE_SECONDS, self._end)
        for id in list(self._waiting):
            if backends[id].capabilities.shift:
                workbench.inquire(id, ShiftQuery(), partial(self._told, id))
            else:
                for section in _OPEN:
                    workbench.inquire(id, RowsQuery(section), partial(self._listed, id, section))

    def _told(self, backend: str, page: Page) -> None:
        if isinstance(page, ShiftPage):
            self._pages[backend] = page
            self._answered(backend)

    def _listed(self, backend: str, section: Section, page: Page) -> None:
        """A server that knows only what cases I have."""
        if isinstance(page, RowsPage):
            held = self._rows.setdefault(backend, {})
            held[section] = page.rows
            if len(held) == len(_OPEN):
                rows = tuple(row for one in _OPEN for row in held[one])
                self._pages[backend] = ShiftPage(0, rows, (), (), (), page.seq)
                self._answered(backend)

    def _answered(self, backend: str) -> None:
        self._waiting.pop(backend, None)
        if not self._waiting:
            self._end()

    def _end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        then, self._then = self._then, _nothing
        then(in_hand(self._pages, (*self._silent.values(), *self._waiting.values())))


def _nothing(_found: InHand) -> None:
    """It has been told."""


def ask_in_hand(workbench: Workbench, then: Callable[[InHand], None]) -> None:
    """Tell `then` what the agent has in hand, at the latest after PATIENCE_SECONDS."""
    _Asked(workbench, then)
