"""One desk: everything it holds, changed only by what happened, what arrived and what its agent did."""

from __future__ import annotations

from collections.abc import Iterable

from agent_tui.backends.base import Happening
from agent_tui.desk.backend_state import BackendState
from agent_tui.desk.changes import Changes
from agent_tui.desk.drafts import Draft
from agent_tui.desk.inbox import Inbox
from agent_tui.desk.keys import CaseKey
from agent_tui.desk.open_case import OpenCase
from agent_tui.desk.outgoing import OutboxEntry
from agent_tui.domain.model import Call, CaseRow
from agent_tui.domain.queries import Page, Query
from agent_tui.domain.time import Ms
from agent_tui.domain.views import View


class Desk:
    """Pure state. Every method that changes something returns what changed."""

    def __init__(self) -> None:
        self.inbox = Inbox()
        self.open_case: OpenCase | None = None
        self.backends: dict[str, BackendState] = {}
        self.drafts: dict[CaseKey | None, Draft] = {}
        self.unsent: tuple[OutboxEntry, ...] = ()

    def add_backend(self, id: str, name: str) -> Changes:
        """A backend of the configuration; shown as connecting until its feed says more."""
        self.backends[id] = BackendState(id, name)
        return Changes(header=True)

    def happened(self, backend: str, happening: Happening, now: Ms) -> Changes:
        """Something came from a backend's feed."""
        return Changes()

    def arrived(self, backend: str, query: Query, page: Page, now: Ms) -> Changes:
        """The answer to a query."""
        return Changes()

    def unanswered(self, backend: str, query: Query) -> Changes:
        """The query was refused or the line broke: what it was for may be asked again."""
        return Changes()

    def asks(self, start: int, stop: int) -> list[tuple[str, Query]]:
        """Everything to ask now: rows of the visible range start..stop, totals that are in doubt, the open case."""
        return []

    def set_view(self, view: View) -> Changes:
        """Another view, channel or filter text."""
        self.inbox.view = view
        return Changes(inbox=True)

    def open(self, key: CaseKey) -> Changes:
        """Open a case: its timeline is asked for."""
        self.open_case = OpenCase(key)
        return Changes(timeline=True, customer=True, composer=True)

    def close_case(self) -> Changes:
        """Back to the inbox; the draft stays."""
        self.open_case = None
        return Changes(timeline=True, customer=True, composer=True)

    def set_draft(self, draft: Draft) -> Changes:
        """Hold a draft (an empty one is dropped)."""
        return Changes()

    def drop_draft(self, key: CaseKey | None) -> Changes:
        """The draft was sent or thrown away."""
        return Changes()

    def outbox_changed(self, entries: Iterable[OutboxEntry]) -> Changes:
        """The outbox as it is now."""
        return Changes()

    def row(self, key: CaseKey) -> CaseRow | None:
        """The newest row known of a case."""
        return None

    def live_calls(self) -> tuple[tuple[CaseKey, Call], ...]:
        """Calls that concern me: ringing first, then mine active or held, then those to write up."""
        return ()

    def counts(self) -> tuple[tuple[str, int], ...]:
        """(view name, cases) for the header: mine, team (unassigned), all."""
        return (("mine", 0), ("team", 0), ("all", 0))

    def next_waiting(self, after: CaseKey | None) -> CaseKey | None:
        """The most urgent case other than `after` that needs me: mine first, then unassigned ones."""
        return None

    def next_change(self, now: Ms, visible: Iterable[CaseRow]) -> Ms | None:
        """The next instant at which a countdown text of these rows changes; None: not by time alone."""
        return None
