"""One desk: everything it holds, changed only by what happened, what arrived and what its agent did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from agent_tui.backends.base import Connected, Disconnected, Happening, Stale, Watched
from agent_tui.desk import countdown
from agent_tui.desk.backend_state import BackendState
from agent_tui.desk.calls import Calls
from agent_tui.desk.changes import Changes, Notice
from agent_tui.desk.counts import SECTIONS, Counts
from agent_tui.desk.drafts import Draft
from agent_tui.desk.erasing import forget_case
from agent_tui.desk.inbox import Inbox
from agent_tui.desk.journal import Journal
from agent_tui.desk.keys import CaseKey
from agent_tui.desk.leading import Leading
from agent_tui.desk.leases import Leases
from agent_tui.desk.missed import Missed
from agent_tui.desk.notices import Near, line_notice, notice_of
from agent_tui.desk.open_case import OpenCase
from agent_tui.desk.opened import Opened
from agent_tui.desk.outgoing import OutboxEntry
from agent_tui.desk.past import Past
from agent_tui.desk.same_person import SamePerson
from agent_tui.desk.saved import Saved
from agent_tui.domain.events import (
    AgentChanged,
    AnyBody,
    CallChanged,
    CaseChanged,
    CustomerChanged,
    CustomersJoined,
    CustomersParted,
    DraftChanged,
    Event,
    is_erased,
)
from agent_tui.domain.model import Agent, Call, CaseRow
from agent_tui.domain.orders import JoinCustomers, Pull
from agent_tui.domain.queries import (
    CasePage,
    CaseQuery,
    DirectoryPage,
    DirectoryQuery,
    HeldPage,
    HeldQuery,
    HistoryPage,
    HistoryQuery,
    Page,
    PastPage,
    PastQuery,
    Query,
    RowsPage,
    RowsQuery,
    SamePersonPage,
    SearchPage,
    SearchQuery,
    TotalsPage,
    TotalsQuery,
)
from agent_tui.domain.text import SafeText
from agent_tui.domain.time import Ms
from agent_tui.domain.views import View

if TYPE_CHECKING:
    from agent_tui.desk.finding import Finding


class Desk:
    """Pure state. Every method that changes something returns what changed."""

    def __init__(self, id: str = "") -> None:
        """`id`: names this terminal to the servers; leases are held by it."""
        self.id = id
        self.leases = Leases(id)
        self.other_drafts: dict[CaseKey, Draft] = {}
        """Drafts that another terminal of mine wrote while this one wrote too."""
        self.writing_on: CaseKey | None = None
        """The case whose composer has the focus."""
        self.inbox = Inbox()
        self.backends: dict[str, BackendState] = {}
        self.drafts: dict[CaseKey | None, Draft] = {}
        self.unsent: tuple[OutboxEntry, ...] = ()
        self.finding: Finding | None = None
        self.saved = Saved()
        self.past: Past | None = None
        """The history that is shown, of the open case's customer."""
        self._opened = Opened()
        self._same_person = SamePerson()
        self._calls = Calls()
        self._leading = Leading()
        self.made: dict[str, str] = {}
        """What acknowledged orders that can be undone have made, by command id (the newest few)."""
        self._counts = Counts()
        self._journals: dict[str, Journal] = {}
        self._asked: set[tuple[str, Query]] = set()
        self._directory_known: set[str] = set()

    @property
    def open_case(self) -> OpenCase | None:
        """The opened case, None while the inbox alone is used."""
        return self._opened.case

    # -- backends ------------------------------------------------------------------------------------------------------

    def add_backend(self, id: str, name: str) -> Changes:
        """A backend of the configuration; shown as connecting until its feed says more."""
        self.backends[id] = BackendState(id, name)
        self._journals[id] = Journal()
        self.inbox.line(id, False)
        return Changes(header=True)

    def happened(self, backend: str, happening: Happening, now: Ms) -> Changes:
        """Something came from a backend's feed."""
        state = self.backends[backend]
        if isinstance(happening, Connected):
            return self._connected(state, happening)
        if isinstance(happening, Disconnected):
            return self._disconnected(state, happening, now)
        if isinstance(happening, Stale):
            return self._stale(backend, happening.cases)
        if isinstance(happening, Watched):
            return self._watched(backend, happening)
        if happening.seq <= state.seq:
            return Changes()
        changes = Changes()
        if state.seq and happening.prev > state.seq:
            changes |= self._stale(backend, None)
        state.seq = happening.seq
        self._journals[backend].add(happening)
        changes |= self._apply(state, happening)
        key = CaseKey(backend, happening.case)
        notice = notice_of(happening, state, self.row(key), self.id, self._near(key))
        if notice is not None:
            changes.notices.append(notice)
        if state.missed is not None:
            caught_up = state.missed.saw(happening, state, now)
            if caught_up is not None:
                changes.notices.append(caught_up)
            if state.missed.over(happening.seq):
                state.missed = None
        return changes

    def _near(self, key: CaseKey) -> Near:
        if key == self.writing_on:
            return "composer"
        return "open" if self.open_case is not None and self.open_case.key == key else "elsewhere"

    def _connected(self, state: BackendState, up: Connected) -> Changes:
        first = state.me is None
        state.me, state.capabilities, state.clock_skew = up.me, up.capabilities, up.clock_skew
        state.state, state.reason, state.retry_at = "up", up.cut_reason, None
        state.caught_up_to = up.caught_up_to
        state.held_known = False
        state.missed = Missed(up.seq, up.caught_up_to) if up.resumed and up.caught_up_to is not None else None
        self.inbox.line(state.id, True)
        self._same_person.line_changed(state.id)
        self._asked = {asked for asked in self._asked if asked[0] != state.id}
        self._counts.doubtful.add(state.id)
        changes = Changes(header=True, inbox=True, composer=True, found=self._line_of_finding(state.id))
        if first or not up.resumed:
            state.seq = up.seq
            self._journals[state.id].restart(up.seq)
            self._directory_known.discard(state.id)
            changes |= self._stale(state.id, None)
        return changes

    def _disconnected(self, state: BackendState, down: Disconnected, now: Ms) -> Changes:
        notice = line_notice(state, down)
        state.state = "refused" if down.retry_in is None else "down"
        state.reason = down.reason
        state.retry_at = None if down.retry_in is None else now + round(down.retry_in * 1000)
        self.inbox.line(state.id, False)
        self._asked = {asked for asked in self._asked if asked[0] != state.id}
        told = [] if notice is None else [notice]
        return Changes(
            header=True,
            inbox=True,
            composer=True,
            timeline=self.open_case is not None,
            found=self._line_of_finding(state.id),
            notices=told,
        )

    def _line_of_finding(self, backend: str) -> bool:
        if self.finding is not None:
            self.finding.line_changed(backend)
        return self.finding is not None

    def _stale(self, backend: str, cases: frozenset[str] | None) -> Changes:
        for timeline in self._opened:
            key = timeline.case.key
            if key.backend == backend and (cases is None or key.case in cases):
                timeline.asks.stale = True
        if self.past is not None and self.past.backend == backend:
            self.past.fall_behind()
        self.inbox.stale(backend)
        self._counts.doubtful.add(backend)
        return Changes(inbox=True)

    def _watched(self, backend: str, watched: Watched) -> Changes:
        timeline = self._opened.of(CaseKey(backend, watched.case))
        if timeline is None or timeline.case.watchers == watched.watchers:
            return Changes()
        timeline.case.watchers = watched.watchers
        return Changes(header=True)

    # -- events --------------------------------------------------------------------------------------------------------

    def _apply(self, state: BackendState, event: Event) -> Changes:
        changes = Changes()
        key = CaseKey(state.id, event.case)
        body = event.body
        if is_erased(body):
            held = (self.inbox, self._opened.of(key), self.finding, self._journals[state.id])
            changes |= forget_case(key, self.row(key), *held)
        if event.row is not None:
            opened = isinstance(body, CaseChanged) and body.change == "opened"
            changes |= self._newer_row(state, event.row, known_new=opened)
            if state.me is not None and event.by == state.me.id and self.inbox.held is not None:
                self.inbox.release(key)
                changes.inbox = True  # it may have been held elsewhere than where it stands now
        if isinstance(body, CallChanged):
            changes.calls |= self._calls.changed(state.id, body.call)
        if isinstance(body, DraftChanged) and body.desk != self.id:
            state.held_known = False
        if isinstance(body, AgentChanged):
            changes |= self._agent_changed(state, body.agent)
        changes |= self._who_changed(state, key, body)
        if self.past is not None and self.past.backend == state.id:
            changes.past = self.past.apply(event)
        timeline = self._opened.of(key)
        if timeline is not None and timeline.apply(event):
            changes.timeline = changes.composer = True
            changes.customer = True
            me = state.me.id if state.me is not None else ""
            if state.missed is not None and state.missed.holds(event, me):
                timeline.case.missed += 1
                timeline.case.missed_since = state.missed.since
        if event.row is not None:
            changes |= self._gather()
        return changes

    def _who_changed(self, state: BackendState, key: CaseKey, body: AnyBody) -> Changes:
        """Customers were joined, parted or changed, and cases with them."""
        changes = Changes()
        moved = isinstance(body, CaseChanged) and body.change in ("joined", "parted")
        shown = {part.case.key: self._leading.head(part.case.key) for part in self._opened} if moved else {}
        if moved:
            self._leading.told(key, body)
        for timeline in self._opened:
            case = timeline.case
            if case.key in shown and key in (case.key, shown[case.key], self._leading.head(case.key)):
                changes |= self._go_over(case.key, self._leading.head(case.key))
            if case.customer is not None and case.key.backend == state.id:
                changes |= self._customer_changed(case, body)
        return changes

    def _customer_changed(self, case: OpenCase, body: AnyBody) -> Changes:
        """The customer of an open case was changed, joined with another, or parted."""
        changes = Changes()
        assert case.customer is not None
        if isinstance(body, CustomerChanged) and body.customer.id == case.customer.id:
            case.customer = body.customer
            changes.customer = True
        elif isinstance(body, CustomersJoined | CustomersParted):
            whose = {body.join.one, body.join.other}
            if isinstance(body, CustomersJoined):
                whose.add(body.customer.id)
            whose.update(id for join in case.customer.joins for id in (join.one, join.other))
            if case.customer.id in whose:
                changes |= self._go_over(case.key, self._leading.head(case.key))
        return changes

    def _go_over(self, key: CaseKey, head: CaseKey) -> Changes:
        """An open case is another one's row now, or other cases are in its row: it is asked for anew."""
        self._opened.renamed(key, head)
        timeline = self._opened.of(head)
        assert timeline is not None
        timeline.case.history = None
        if self.past is not None:
            self.past.restart()
        timeline.asks.stale = True
        self._asked = {asked for asked in self._asked if not isinstance(asked[1], CaseQuery | HistoryQuery)}
        self._refresh_outbox()
        return Changes(timeline=True, customer=True, composer=True)

    def strayed(self) -> list[tuple[CaseKey, CaseKey]]:
        """Drafts of cases that another case leads now, with the case that they are of from now on. Where that has a
        draft of its own, both stay."""
        return [(key, head) for key, head in self._leading.strayed(self.drafts) if head not in self.drafts]

    def _newer_row(self, state: BackendState, row: CaseRow, *, known_new: bool = False) -> Changes:
        key = CaseKey(state.id, row.id)
        changes = Changes()
        if state.me is None:
            return changes
        self.leases.seen(state.id, row, state.me.id)
        moved = self.inbox.place(state.id, row, state.me, known_new=known_new)
        if moved is not None:
            changes.inbox = moved
            changes.rows.add(key)
        self._counts.doubtful.add(state.id)
        changes.calls = self._calls.seen(state.id, row)
        timeline = self._opened.of(key)
        if timeline is not None and (timeline.case.row is None or timeline.case.row.version < row.version):
            timeline.case.row = row
            changes.timeline = changes.composer = True
        return changes

    def _agent_changed(self, state: BackendState, agent: Agent) -> Changes:
        known = state.directory.agents
        others = tuple(a for a in known if a.id != agent.id)
        agents = tuple(agent if a.id == agent.id else a for a in known) if len(others) < len(known) else (*known, agent)
        directory = state.directory
        state.directory = replace(directory, agents=agents)
        changes = Changes(header=True)
        if state.me is not None and state.me.id == agent.id:
            teams_changed = state.me.teams != agent.teams
            state.me = agent
            if teams_changed:
                changes |= self._stale(state.id, None)
        return changes

    # -- questions and answers -----------------------------------------------------------------------------------------

    def asks(self, start: int, stop: int) -> list[tuple[str, Query]]:
        """What to ask now: rows of the visible items start..stop, the open case, directories. Marks them as asked."""
        out: list[tuple[str, Query]] = []
        for name, state in self.backends.items():
            if state.state == "up" and name not in self._directory_known:
                out.append((name, DirectoryQuery()))
            if state.state == "up" and not state.held_known and "save-draft" in state.capabilities.orders:
                out.append((name, HeldQuery()))
        for timeline in self._opened:
            of = timeline.case.key.backend
            if of in self.backends and self.backends[of].state == "up":
                out += [(of, query) for query in timeline.asks.queries()]
        if self.past is not None and self.backends[self.past.backend].state == "up":
            out += [(self.past.backend, query) for query in self.past.asks()]
        out += self._same_person.asks(self.open_case, self.backends)
        fresh = [asked for asked in out if asked not in self._asked]
        self._asked.update(fresh)
        if self.finding is not None:
            fresh += self.finding.asks(self.backends)
        return [*fresh, *self.inbox.wanted(start, stop)]

    def doubts(self) -> list[tuple[str, Query]]:
        """Totals and places that events left in doubt; ask them now and then, not for each event. Marks them as
        asked."""
        out: list[tuple[str, Query]] = []
        view = self.inbox.view
        for name, state in self.backends.items():
            if state.state != "up":
                continue
            inbox = self.inbox.doubtful(name)
            plain = not (view.channel or view.text)
            if name in self._counts.doubtful:
                sections = tuple(dict.fromkeys((*SECTIONS, *(view.sections if inbox and plain else ()))))
                self._counts.doubtful.discard(name)
                out.append((name, TotalsQuery(sections)))
            elif inbox and plain:
                out.append((name, TotalsQuery(view.sections)))
            if inbox and not plain:
                out.append((name, TotalsQuery(view.sections, view.channel, view.text)))
            if inbox:
                out += [(name, query) for query in self.inbox.doubts(name)]
        return out

    def in_doubt(self) -> bool:
        """Whether `doubts` has something to ask."""
        up = [name for name, state in self.backends.items() if state.state == "up"]
        return any(name in self._counts.doubtful or self.inbox.doubtful(name) for name in up)

    def unanswered(self, backend: str, query: Query) -> Changes:
        """The line broke before the answer: it will be asked again when the line is up."""
        self._asked.discard((backend, query))
        if isinstance(query, RowsQuery):
            self.inbox.unanswered(backend, query)
        if isinstance(query, TotalsQuery):
            self._counts.doubtful.add(backend)
        if not self.saved.unanswered(backend, query) and isinstance(query, SearchQuery) and self.finding is not None:
            self.finding.unanswered(backend, query)
        return Changes()

    def refused(self, backend: str, query: Query, reason: SafeText) -> Changes:
        """The backend will not answer: say so, and do not ask the same again until it reconnects."""
        if self.saved.unanswered(backend, query):
            return Changes()
        if isinstance(query, SearchQuery):
            return Changes(found=self.finding is not None and self.finding.refused(backend, query, reason))
        if isinstance(query, CaseQuery):
            self._asked.discard((backend, query))
            timeline = self._opened.of(CaseKey(backend, query.case))
            if timeline is not None:
                timeline.asks.refused()
        if isinstance(query, PastQuery) and self.past is not None:
            self._asked.discard((backend, query))
            self.past.refused()
        if isinstance(query, TotalsQuery):
            self.inbox.never_mind(backend)
        return Changes(timeline=True, past=True, notices=[Notice(reason, "failure")])

    def arrived(self, backend: str, query: Query, page: Page, now: Ms) -> Changes:
        """The answer to a query."""
        self._asked.discard((backend, query))
        state = self.backends[backend]
        if (counted := self.saved.arrived(backend, query, page)) is not None:
            return Changes(header=counted)
        if isinstance(query, RowsQuery) and isinstance(page, RowsPage):
            return self._rows_arrived(state, query, page)
        if isinstance(query, TotalsQuery) and isinstance(page, TotalsPage):
            return self._totals_arrived(state, query, page)
        if isinstance(query, CaseQuery) and isinstance(page, CasePage):
            return self._case_arrived(state, query, page)
        if isinstance(query, HistoryQuery) and isinstance(page, HistoryPage):
            timeline = self._opened.asking_for(backend, query.customer)
            if timeline is None:
                return Changes()
            return Changes(customer=timeline.asks.history_arrived(query, page))
        if isinstance(query, SearchQuery) and isinstance(page, SearchPage):
            return Changes(found=self.finding is not None and self.finding.arrived(backend, query, page))
        if isinstance(query, PastQuery) and isinstance(page, PastPage):
            past = self.past
            if past is None or past.backend != backend:
                return Changes()
            return Changes(past=past.page(query, page, self._journals[backend]))
        if isinstance(page, SamePersonPage):
            self._same_person.arrived(backend, page)
            return self._gather()
        if isinstance(query, HeldQuery):
            state.held_known = True
        if isinstance(page, HeldPage):
            state.held = page.drafts
            state.elsewhere = {draft.case for draft in page.drafts if draft.desk != self.id}
            changes = Changes(composer=True)
            for row in page.rows:
                changes |= self._newer_row(state, row)
            return changes
        if isinstance(page, DirectoryPage):
            state.directory = page.directory
            self._directory_known.add(backend)
            self.inbox.directory(state.id, page.directory)
            return Changes(header=True, composer=True, inbox=True)  # rows name colleagues, brands and queues
        return Changes()

    def _rows_arrived(self, state: BackendState, query: RowsQuery, page: RowsPage) -> Changes:
        if not self.inbox.page(state.id, query, page):
            return Changes()
        changes = Changes(inbox=True)
        for row in page.rows:
            changes.calls |= self._calls.seen(state.id, row)
        journal = self._journals[state.id]
        for event in journal.after(page.seq):
            if event.row is not None:
                changes |= self._newer_row(state, event.row)
        if not journal.reaches(page.seq):
            self.inbox.stale(state.id)
        return changes

    def _totals_arrived(self, state: BackendState, query: TotalsQuery, page: TotalsPage) -> Changes:
        changes = Changes()
        if not (query.channel or query.text):
            changes.header = self._counts.told(state.id, query, page.totals)
        view = self.inbox.view
        if (query.channel, query.text) == (view.channel, view.text):
            for section, total in zip(query.sections, page.totals, strict=False):
                before = self.inbox.total_of(state.id, section)
                self.inbox.total(state.id, section, total)
                changes.inbox |= before != self.inbox.total_of(state.id, section)
        if page.seq < state.seq and next(self._journals[state.id].after(page.seq), None) is not None:
            self._counts.doubtful.add(state.id)
        return changes

    def _case_arrived(self, state: BackendState, query: CaseQuery, page: CasePage) -> Changes:
        timeline = self._opened.of(CaseKey(state.id, query.case))
        if timeline is None:
            return Changes()
        older = bool(query.before)
        if page.detail is not None and page.detail.row.id != query.case:
            head = CaseKey(state.id, page.detail.row.id)
            self._leading.led(timeline.case.key, head)
            return self._go_over(timeline.case.key, head)
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
        changes = Changes(timeline=True, customer=True, composer=True)
        if page.detail is not None and not older and page.seq >= state.seq:
            changes |= self._newer_row(state, page.detail.row)
        return changes | self._gather()

    def _gather(self) -> Changes:
        """Other servers' cases of the person who is open stand beside the case."""
        case = self.open_case
        if case is None or len(self.backends) < 2:
            return Changes()
        # a desk with one server does without
        from agent_tui.desk.persons import OPEN, grouped

        near = {key: self.inbox.row(key) for key in self.inbox.beside(case.key)} | self._same_person.found
        rows = {part.key: part.row for part in (case, *case.beside)} | near
        group = grouped((key, row) for key, row in rows.items() if row is not None).get(case.key, ())
        moved = self._opened.put_beside((key, rows[key]) for key in group)
        for part in case.beside:
            shown = part.row is not None and part.row.stage in OPEN and case.row is not None and case.row.stage in OPEN
            if shown and part.key not in group:  # an agent said that they are two
                moved |= self._opened.take_away(part.key)
        if not moved:
            return Changes()
        self._refresh_outbox()
        return Changes(timeline=True, customer=True, composer=True)

    # -- what the agent does -------------------------------------------------------------------------------------------

    def set_view(self, view: View) -> Changes:
        """Another view, channel or filter text."""
        if view != self.inbox.view:
            self.inbox.set_view(view)
        return Changes(inbox=True, header=True)

    def mark(self, keys: Iterable[CaseKey], on: bool) -> Changes:
        """Mark cases of the inbox, or take their marks off."""
        marked = self.inbox.marked
        changed = set()
        for key in keys:
            row = self.row(key)
            if on and key not in marked and row is not None:
                marked[key] = row
                changed.add(key)
            elif not on and marked.pop(key, None) is not None:
                changed.add(key)
        return Changes(rows=changed, header=bool(changed))

    def find(self, text: str, now: Ms, zone_minutes: int = 0, *, prefixes: bool = True) -> Changes:
        """Look for something in all that was said; nothing is asked before `find_now`. "" ends it."""
        before = self.finding
        if not text.strip():
            self.finding = None
            return Changes(found=before is not None)
        if before is not None and before.text == text:
            return Changes()
        # not before somebody looks for something
        from agent_tui.desk.finding import Finding
        from agent_tui.domain.search import SearchError, Sought, parse

        try:
            sought, problem = parse(text, now, zone_minutes), None
        except SearchError as error:
            sought, problem = Sought(), error.text
        self.finding = Finding(text, sought, zone_minutes, problem, prefixes=prefixes).after(before)
        return Changes(found=True)

    def find_now(self) -> Changes:
        """The agent has stopped typing for a moment."""
        if self.finding is None or self.finding.ready:
            return Changes()
        self.finding.ready = True
        return Changes(found=True)

    def find_more(self) -> Changes:
        """Older hits are wanted."""
        return Changes(found=self.finding is not None and self.finding.want_more())

    def settle(self) -> Changes:
        """The inbox takes its true order."""
        return Changes(inbox=self.inbox.settle())

    def open(self, key: CaseKey, at: tuple[Ms, str] | None = None) -> Changes:
        """Open a case: its timeline is asked for; what is known of it shows at once. `at`: the time and id of something
        in it, up to which older pages are asked for."""
        key = self._leading.head(key)
        row = self.row(key)
        changes = self.close_past()
        if (state := self.backends.get(key.backend)) is not None and key.case in state.elsewhere:
            state.held_known = False  # a pause of the other terminal's agent is no event
        self._opened.open(key, row).case.sought = at
        self._same_person = SamePerson()
        self._asked = {asked for asked in self._asked if not isinstance(asked[1], CaseQuery | HistoryQuery)}
        self._refresh_outbox()
        return changes | self._gather() | Changes(timeline=True, customer=True, composer=True)

    def turn(self, key: CaseKey) -> Changes:
        """Work on another server's case of the person who is open."""
        if not self._opened.turn(key):
            return Changes()
        return self.close_past() | Changes(timeline=True, customer=True, composer=True, header=True)

    def beside(self, key: CaseKey) -> tuple[CaseKey, ...]:
        """The cases that other servers have of a case's person, as far as they are known here."""
        case = self.open_case
        if case is not None and any(part.key == key for part in case.parts):
            return tuple(part.key for part in case.parts if part.key != key)
        return self.inbox.beside(key)

    def close_case(self) -> Changes:
        """Back to the inbox; the draft stays."""
        self._opened.close()
        return self.close_past() | Changes(timeline=True, customer=True, composer=True)

    def show_past(self) -> Changes:
        """The history of the open case's customer is wanted."""
        case = self.open_case
        customer = case.customer.id if case is not None and case.customer is not None else ""
        customer = customer or (case.row.customer if case is not None and case.row is not None else "")
        if case is None or not customer:
            return Changes()
        self.past = Past(case.key.backend, customer)
        self._asked = {asked for asked in self._asked if not isinstance(asked[1], PastQuery)}
        return Changes(past=True)

    def close_past(self) -> Changes:
        """Back to the case."""
        shown, self.past = self.past is not None, None
        return Changes(past=shown)

    def narrow_past(self, channel: str) -> Changes:
        """Only what was said on one channel; "" everything again."""
        if self.past is None or self.past.channel == channel:
            return Changes()
        self.past.narrow(channel)
        return Changes(past=True)

    def seek(self, at: Ms, id: str) -> Changes:
        """Bring the place of an entry into the open timeline."""
        if self.open_case is not None:
            self.open_case.sought = (at, id)
        return Changes(timeline=True)

    def want_history(self) -> Changes:
        """A further page of the customer's earlier cases is wanted."""
        timeline = self._opened.timeline
        if timeline is not None:
            timeline.asks.history = timeline.case.more_history
        return Changes()

    def want_older(self) -> Changes:
        """An older page of the open timeline is wanted."""
        for timeline in self._opened:
            timeline.asks.older = timeline.case.more_before
        return Changes()

    def set_draft(self, draft: Draft, *, from_outside: bool = False) -> Changes:
        """Hold a draft (an empty one is dropped). `from_outside`: not typed just now, so the composer must take it."""
        if draft.empty:
            return self.drop_draft(draft.key, from_outside=from_outside)
        self.drafts[draft.key] = draft
        return self._drafts_changed(draft.key, from_outside)

    def drop_draft(self, key: CaseKey | None, *, from_outside: bool = True) -> Changes:
        """The draft was sent or thrown away."""
        if self.drafts.pop(key, None) is None:
            return Changes()
        return self._drafts_changed(key, from_outside)

    def _drafts_changed(self, key: CaseKey | None, from_outside: bool) -> Changes:
        marked = {k for k in self.drafts if k is not None}
        changes = Changes(rows=marked ^ self.inbox.drafts, composer=from_outside)
        self.inbox.drafts = marked
        return changes

    def outbox_changed(self, entries: Iterable[OutboxEntry]) -> Changes:
        """The outbox as it is now, oldest first."""
        before = dict(self.inbox.pending)
        self.unsent = tuple(entries)
        pending: dict[CaseKey, int] = {}
        for entry in self.unsent:
            if entry.writes and entry.key.case:
                pending[entry.key] = pending.get(entry.key, 0) + 1
        self.inbox.pending = pending
        self._refresh_outbox()
        rows = {key for key in before.keys() | pending.keys() if before.get(key) != pending.get(key)}
        return Changes(rows=rows, header=True, timeline=self.open_case is not None, composer=True)

    def acknowledged(self, entry: OutboxEntry, result: str, now: Ms) -> Changes:
        """A backend took an entry of the outbox; `result`: the id of what it made."""
        if isinstance(entry.order, JoinCustomers | Pull):
            self.made = {**dict(list(self.made.items())[-50:]), entry.id: result}
        timeline = self._opened.of(entry.key)
        if timeline is None:
            return Changes()
        timeline.acknowledged(entry, result, now)
        timeline.case.missed = 0
        return Changes(timeline=True)

    def _refresh_outbox(self) -> None:
        self._opened.outbox(self.unsent, self.my_id)

    # -- what there is -------------------------------------------------------------------------------------------------

    def row(self, key: CaseKey) -> CaseRow | None:
        """The newest row known of a case."""
        row = self.inbox.row(key)
        if row is None and self.finding is not None:
            row = next((one.hit.row for one in self.finding.found if one.key == key), None)
        timeline = self._opened.of(key)
        shown = timeline.case.row if timeline is not None else None
        if shown is not None and (row is None or shown.version > row.version):
            return shown
        return row or self.inbox.marked.get(key)

    def my_id(self, backend: str) -> str:
        """Who I am at a server, "" while that is not known."""
        state = self.backends.get(backend)
        return state.me.id if state is not None and state.me is not None else ""

    def live_calls(self) -> tuple[tuple[CaseKey, Call], ...]:
        """Calls that concern me: ringing first, then mine active or held, then those to write up."""
        return self._calls.live({name: state.me for name, state in self.backends.items() if state.me is not None})

    def counts(self) -> tuple[tuple[str, int], ...]:
        """(view name, cases) for the header: mine, team (unassigned), all."""
        return self._counts.all()

    def next_waiting(self, after: CaseKey | None) -> CaseKey | None:
        """The most urgent held case other than `after` that needs me: mine first, then unassigned ones."""
        best: tuple[tuple[bool, int, str], CaseKey] | None = None
        for key, section, row in self.inbox.rows():
            me = self.backends[key.backend].me
            if section.stage != "us" or key == after or me is None or row.owner not in ("", me.id):
                continue
            rank = (row.owner != me.id, row.sort_at, row.id)
            if best is None or rank < best[0]:
                best = (rank, key)
        return best[1] if best is not None else None

    def next_change(self, now: Ms, visible: Iterable[CaseRow]) -> Ms | None:
        """The next instant at which a countdown text of these rows changes; None: not by time alone."""
        return min((step for row in visible if (step := countdown.next_step(row, now)) is not None), default=None)
