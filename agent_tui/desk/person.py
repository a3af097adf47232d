"""The person who is open, as events and answers come: their cases at all servers, and their history."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agent_tui.backends.base import Watched
from agent_tui.desk.backend_state import BackendState
from agent_tui.desk.changes import Changes
from agent_tui.desk.inbox import Inbox
from agent_tui.desk.journal import Journal
from agent_tui.desk.keys import CaseKey
from agent_tui.desk.leading import Leading
from agent_tui.desk.open_case import OpenCase
from agent_tui.desk.opened import Opened
from agent_tui.desk.outgoing import OutboxEntry
from agent_tui.desk.past import Past
from agent_tui.desk.same_person import SamePerson
from agent_tui.domain.events import (
    AnyBody,
    CaseChanged,
    CustomerChanged,
    CustomersJoined,
    CustomersParted,
    Event,
)
from agent_tui.domain.model import CaseRow
from agent_tui.domain.queries import (
    CardsPage,
    CardsQuery,
    CasePage,
    CaseQuery,
    HistoryPage,
    HistoryQuery,
    Page,
    PastPage,
    PastQuery,
    Query,
    SamePersonPage,
    SuggestPage,
    SuggestQuery,
)
from agent_tui.domain.time import Ms

OTHER_CASE = (CaseQuery, HistoryQuery, CardsQuery)
"""Questions that are put anew when another case is open."""


class Person:
    """Nobody until `open`. `backends`, `journals` and `inbox` are the desk's; `row` tells the newest row of a case."""

    def __init__(
        self,
        backends: Mapping[str, BackendState],
        journals: Mapping[str, Journal],
        inbox: Inbox,
        row: Callable[[CaseKey], CaseRow | None],
    ) -> None:
        self.opened = Opened()
        self.leading = Leading()
        self.past: Past | None = None
        self._backends = backends
        self._journals = journals
        self._inbox = inbox
        self._row = row
        self._same = SamePerson()
        self._asked: set[tuple[str, Query]] = set()
        self._unsent: tuple[OutboxEntry, ...] = ()

    @property
    def case(self) -> OpenCase | None:
        """The case that is worked on."""
        return self.opened.case

    def my_id(self, backend: str) -> str:
        """Who I am at a server, "" while that is not known."""
        state = self._backends.get(backend)
        return state.me.id if state is not None and state.me is not None else ""

    # -- what the agent does -------------------------------------------------------------------------------------------

    def open(self, key: CaseKey, at: tuple[Ms, str] | None) -> Changes:
        """Another case; see `Desk.open`."""
        changes = self.close_past()
        self.opened.open(key, self._row(key)).case.sought = at
        self._same = SamePerson()
        self._forget_asked(*OTHER_CASE)
        self.show_unsent()
        return changes | self.gather() | Changes(timeline=True, customer=True, composer=True)

    def turn(self, key: CaseKey) -> Changes:
        """Work on another server's case of the person."""
        if not self.opened.turn(key):
            return Changes()
        return self.close_past() | Changes(timeline=True, customer=True, composer=True, header=True)

    def close(self) -> Changes:
        """Nobody is open."""
        self.opened.close()
        return self.close_past() | Changes(timeline=True, customer=True, composer=True)

    def show_past(self, key: CaseKey | None) -> Changes:
        """The history of the case's customer is wanted, at the server of the case or of `key`, another of theirs."""
        timeline = self.opened.of(key) if key is not None else self.opened.timeline
        case = timeline.case if timeline is not None else None
        customer = case.customer.id if case is not None and case.customer is not None else ""
        customer = customer or (case.row.customer if case is not None and case.row is not None else "")
        if case is None or not customer:
            return Changes()
        self.past = Past(case.key.backend, customer)
        self._forget_asked(PastQuery)
        return Changes(past=True)

    def suggest(self, key: CaseKey, channel: str, language: str) -> Changes:
        """A reply is begun: canned replies that fit are wanted, where the server suggests any."""
        timeline = self.opened.of(key)
        if timeline is None or not self._backends[key.backend].capabilities.suggest:
            return Changes()
        return Changes(composer=timeline.asks.suggest(channel, language))

    def look_up_cards(self) -> Changes:
        """What the company's systems know of the customer is wanted anew."""
        if self.opened.timeline is None:
            return Changes()
        self.opened.timeline.asks.look_up_again()
        return Changes(customer=True)

    def close_past(self) -> Changes:
        """Back to the case."""
        shown, self.past = self.past is not None, None
        return Changes(past=shown)

    def unsent(self, entries: tuple[OutboxEntry, ...]) -> None:
        """The outbox as it is now, oldest first."""
        self._unsent = entries
        self.show_unsent()

    def show_unsent(self) -> None:
        """What of the outbox is of the person stands in their timelines."""
        self.opened.outbox(self._unsent, self.my_id)

    # -- what came -----------------------------------------------------------------------------------------------------

    def line_changed(self, backend: str) -> None:
        """A line went up or down: what was asked there is asked again."""
        self._asked = {asked for asked in self._asked if asked[0] != backend}
        self._same.line_changed(backend)

    def stale(self, backend: str, cases: frozenset[str] | None) -> None:
        """What is held of these cases (all, when None) may be old."""
        for timeline in self.opened:
            key = timeline.case.key
            if key.backend == backend and (cases is None or key.case in cases):
                timeline.asks.stale = True
        if self.past is not None and self.past.backend == backend:
            self.past.fall_behind()

    def watched(self, backend: str, watched: Watched) -> Changes:
        """Who else has a case open."""
        timeline = self.opened.of(CaseKey(backend, watched.case))
        if timeline is None or timeline.case.watchers == watched.watchers:
            return Changes()
        timeline.case.watchers = watched.watchers
        return Changes(header=True)

    def newer_row(self, key: CaseKey, row: CaseRow) -> Changes:
        """The newest row of a case."""
        self._same.newer_row(key, row)
        timeline = self.opened.of(key)
        if timeline is None or (timeline.case.row is not None and timeline.case.row.version >= row.version):
            return Changes()
        timeline.case.row = row
        return Changes(timeline=True, composer=True)

    def apply(self, state: BackendState, key: CaseKey, event: Event) -> Changes:
        """An event; its row was told already."""
        changes = self._who_changed(state, key, event.body)
        if self.past is not None and self.past.backend == state.id:
            changes.past |= self.past.apply(event)
        timeline = self.opened.of(key)
        if timeline is not None and timeline.apply(event):
            changes.timeline = changes.composer = changes.customer = True
            if state.missed is not None and state.missed.holds(event, self.my_id(state.id)):
                timeline.case.missed += 1
                timeline.case.missed_since = state.missed.since
        if event.row is not None:
            changes |= self.gather()
        return changes

    def _who_changed(self, state: BackendState, key: CaseKey, body: AnyBody) -> Changes:
        """Customers were joined, parted or changed, and cases with them."""
        changes = Changes()
        moved = isinstance(body, CaseChanged) and body.change in ("joined", "parted")
        shown = {part.case.key: self.leading.head(part.case.key) for part in self.opened} if moved else {}
        if moved:
            self.leading.told(key, body)
        for timeline in self.opened:
            case = timeline.case
            if case.key in shown and key in (case.key, shown[case.key], self.leading.head(case.key)):
                changes |= self._go_over(case.key, self.leading.head(case.key))
            if case.customer is not None and case.key.backend == state.id:
                changes |= self._customer_changed(case, body)
        return changes

    def _customer_changed(self, case: OpenCase, body: AnyBody) -> Changes:
        """The customer of an open case was changed, joined with another, or parted."""
        assert case.customer is not None
        if isinstance(body, CustomerChanged) and body.customer.id == case.customer.id:
            case.customer = body.customer
            return Changes(customer=True)
        if isinstance(body, CustomersJoined | CustomersParted):
            whose = {body.join.one, body.join.other}
            if isinstance(body, CustomersJoined):
                whose.add(body.customer.id)
            whose.update(id for join in case.customer.joins for id in (join.one, join.other))
            if case.customer.id in whose:
                return self._go_over(case.key, self.leading.head(case.key))
        return Changes()

    def _go_over(self, key: CaseKey, head: CaseKey) -> Changes:
        """An open case is another one's row now, or other cases are in its row: it is asked for anew."""
        self.opened.renamed(key, head)
        timeline = self.opened.of(head)
        assert timeline is not None
        timeline.case.history, timeline.case.cards = None, None
        if self.past is not None:
            self.past.restart()
        timeline.asks.stale = True
        self._forget_asked(*OTHER_CASE)
        self.show_unsent()
        return Changes(timeline=True, customer=True, composer=True)

    def gather(self) -> Changes:
        """Other servers' cases of the person stand beside the case."""
        case = self.case
        if case is None or len(self._backends) < 2:
            return Changes()
        # a desk with one server does without
        from agent_tui.desk.persons import OPEN, grouped

        near = {key: self._inbox.row(key) for key in self._inbox.beside(case.key)}
        rows = self._same.found | near | {part.key: part.row for part in case.parts}
        rows = {case.key: case.row} | rows
        group = grouped((key, row) for key, row in rows.items() if row is not None).get(case.key, ())
        moved = self.opened.put_beside((key, rows[key]) for key in group)
        for part in case.beside:
            both = all(one.row is not None and one.row.stage in OPEN for one in (case, part))
            if both and part.key not in group:  # an agent said that they are two
                moved |= self.opened.take_away(part.key)
        if not moved:
            return Changes()
        self.show_unsent()
        return Changes(timeline=True, customer=True, composer=True)

    # -- questions and answers -----------------------------------------------------------------------------------------

    def asks(self) -> list[tuple[str, Query]]:
        """What to ask now; marks it as asked."""
        out: list[tuple[str, Query]] = []
        for timeline in self.opened:
            of = timeline.case.key.backend
            if self._up(of):
                cards = timeline is self.opened.timeline and self._backends[of].capabilities.cards
                out += [(of, query) for query in timeline.asks.queries(cards=cards)]
        if self.past is not None and self._up(self.past.backend):
            out += [(self.past.backend, query) for query in self.past.asks()]
        fresh = [asked for asked in out if asked not in self._asked]
        self._asked.update(fresh)
        return [*fresh, *self._same.asks(self.case, self._backends)]

    def _up(self, backend: str) -> bool:
        return backend in self._backends and self._backends[backend].state == "up"

    def _forget_asked(self, *kinds: type) -> None:
        self._asked = {asked for asked in self._asked if not isinstance(asked[1], kinds)}

    def unanswered(self, backend: str, query: Query) -> None:
        """The line broke before the answer."""
        self._asked.discard((backend, query))

    def refused(self, backend: str, query: Query) -> None:
        """The server would not answer."""
        self._asked.discard((backend, query))
        if isinstance(query, CaseQuery) and (timeline := self.opened.of(CaseKey(backend, query.case))) is not None:
            timeline.asks.refused()
        if isinstance(query, CardsQuery) and (timeline := self.opened.of(CaseKey(backend, query.case))) is not None:
            timeline.asks.cards_refused()
        if isinstance(query, SuggestQuery) and (timeline := self.opened.of(CaseKey(backend, query.case))) is not None:
            timeline.asks.suggestions_arrived(query, None)
        if isinstance(query, PastQuery) and self.past is not None:
            self.past.refused()

    def arrived(self, state: BackendState, query: Query, page: Page) -> tuple[Changes, CaseRow | None] | None:
        """An answer about the person, and a row that is the newest by it; None when it is about something else."""
        self._asked.discard((state.id, query))
        if isinstance(query, CaseQuery) and isinstance(page, CasePage):
            return self._case_arrived(state, query, page)
        if isinstance(query, HistoryQuery) and isinstance(page, HistoryPage):
            timeline = self.opened.asking_for(state.id, query.customer)
            told = timeline is not None and timeline.asks.history_arrived(query, page)
            return Changes(customer=told), None
        if isinstance(query, CardsQuery) and isinstance(page, CardsPage):
            timeline = self.opened.of(CaseKey(state.id, query.case))
            if timeline is not None:
                timeline.asks.cards_arrived(query, page)
            return Changes(customer=timeline is not None), None
        if isinstance(query, SuggestQuery) and isinstance(page, SuggestPage):
            timeline = self.opened.of(CaseKey(state.id, query.case))
            if timeline is not None:
                timeline.asks.suggestions_arrived(query, page)
            return Changes(composer=timeline is not None), None
        if isinstance(query, PastQuery) and isinstance(page, PastPage):
            past = self.past
            told = past is not None and past.backend == state.id and past.page(query, page, self._journals[state.id])
            return Changes(past=told), None
        if isinstance(page, SamePersonPage):
            self._same.arrived(state.id, page)
            return self.gather(), None
        return None

    def _case_arrived(self, state: BackendState, query: CaseQuery, page: CasePage) -> tuple[Changes, CaseRow | None]:
        timeline = self.opened.of(CaseKey(state.id, query.case))
        if timeline is None:
            return Changes(), None
        older = bool(query.before)
        if page.detail is not None and page.detail.row.id != query.case:
            head = CaseKey(state.id, page.detail.row.id)
            self.leading.led(timeline.case.key, head)
            return self._go_over(timeline.case.key, head), None
        timeline.page(page.detail, page.seq, older=older)
        if older:
            timeline.asks.older = False
        else:
            timeline.asks.stale = False
            for event in self._journals[state.id].after(page.seq):
                if event.case == query.case:
                    timeline.apply(event)
                    row = timeline.case.row
                    if event.row is not None and row is not None and event.row.version > row.version:
                        timeline.case.row = event.row
        newest = page.detail.row if page.detail is not None and not older and page.seq >= state.seq else None
        return Changes(timeline=True, customer=True, composer=True) | self.gather(), newest
