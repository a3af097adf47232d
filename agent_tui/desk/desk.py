"""One desk: everything it holds, changed only by what happened, what arrived and what its agent did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from agent_tui.backends.base import Connected, Disconnected, Happening, Stale, Watched
from agent_tui.desk import countdown
from agent_tui.desk.asked_for import AskedFor
from agent_tui.desk.backend_state import BackendState
from agent_tui.desk.breaches import Breaches, unexplained
from agent_tui.desk.calls import Calls
from agent_tui.desk.changes import Changes, Notice
from agent_tui.desk.clock_notices import clock_notice
from agent_tui.desk.counts import SECTIONS, Counts
from agent_tui.desk.drafts import Draft
from agent_tui.desk.erasing import forget_case
from agent_tui.desk.inbox import Inbox
from agent_tui.desk.journal import Journal
from agent_tui.desk.keys import CaseKey
from agent_tui.desk.leases import Leases
from agent_tui.desk.missed import Missed
from agent_tui.desk.notices import Near, line_notice, notice_of
from agent_tui.desk.open_case import OpenCase
from agent_tui.desk.outgoing import OutboxEntry
from agent_tui.desk.past import Past
from agent_tui.desk.person import Person
from agent_tui.desk.saved import Saved
from agent_tui.desk.transfer_notices import transfer_notice
from agent_tui.domain.events import (
    AgentChanged,
    CallChanged,
    CaseChanged,
    DraftChanged,
    Event,
    IncidentChanged,
    RepliesChanged,
    RulesChanged,
    is_erased,
)
from agent_tui.domain.model import Agent, Breach, Call, CaseRow
from agent_tui.domain.orders import JoinCustomers, Pull
from agent_tui.domain.queries import (
    CasePage,
    CaseQuery,
    DirectoryPage,
    DirectoryQuery,
    HeldPage,
    HeldQuery,
    Page,
    Query,
    RowsPage,
    RowsQuery,
    SearchPage,
    SearchQuery,
    TotalsPage,
    TotalsQuery,
)
from agent_tui.domain.text import SafeText
from agent_tui.domain.time import Ms
from agent_tui.domain.views import View, is_handed

if TYPE_CHECKING:
    from agent_tui.desk.finding import Finding


class Desk:
    """Pure state. Every method that changes something returns what changed."""

    def __init__(self, id: str = "") -> None:
        """`id`: names this terminal to the servers; leases are held by it."""
        self.id = id
        self.leases = Leases(id)
        self.no_hints: set[CaseKey] = set()
        """Cases for which no other channel is suggested any more."""
        self.asked_for = AskedFor()
        self._breaches = Breaches()
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
        self._calls = Calls()
        self.made: dict[str, str] = {}
        """What acknowledged orders that can be undone have made, by command id (the newest few)."""
        self._counts = Counts()
        self._journals: dict[str, Journal] = {}
        self._asked: set[tuple[str, Query]] = set()
        self._directory_known: set[str] = set()
        self._person = Person(self.backends, self._journals, self.inbox, self.row)

    @property
    def past(self) -> Past | None:
        """The history that is shown, of the open case's customer."""
        return self._person.past

    @property
    def open_case(self) -> OpenCase | None:
        """The opened case, None while the inbox alone is used."""
        return self._person.case

    # -- backends ------------------------------------------------------------------------------------------------------

    def add_backend(self, id: str, name: str) -> Changes:
        """A backend of the configuration; shown as connecting until its feed says more."""
        self.backends[id] = BackendState(id, name)
        self._journals[id] = Journal()
        self.inbox.servers[id] = name
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
            return self._person.watched(backend, happening)
        if happening.seq <= state.seq:
            return Changes()
        changes = Changes()
        if state.seq and happening.prev > state.seq:
            changes |= self._stale(backend, None)
        state.seq = happening.seq
        self._journals[backend].add(happening)
        changes |= self._apply(state, happening)
        key = CaseKey(backend, happening.case)
        self._breaches.heard(key, happening)
        asked = self.asked_for.heard(key, happening, state.me.id if state.me is not None else "")
        notice = notice_of(happening, state, self.row(key), self.id, self._near(key), asked)
        moved = transfer_notice(happening, state, self.row(key), self._near(key) != "elsewhere")
        for told in (notice, moved, clock_notice(happening, state, self.row(key), now)):
            if told is not None:
                changes.notices.append(told)
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
        self._line_changed(state.id)
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
        self._line_changed(state.id)
        told = [] if notice is None else [notice]
        return Changes(
            header=True,
            inbox=True,
            composer=True,
            timeline=self.open_case is not None,
            found=self._line_of_finding(state.id),
            notices=told,
        )

    def _line_changed(self, backend: str) -> None:
        """What was asked there is asked again."""
        self._asked = {asked for asked in self._asked if asked[0] != backend}
        self._person.line_changed(backend)

    def _line_of_finding(self, backend: str) -> bool:
        if self.finding is not None:
            self.finding.line_changed(backend)
        return self.finding is not None

    def _stale(self, backend: str, cases: frozenset[str] | None) -> Changes:
        self._person.stale(backend, cases)
        self.inbox.stale(backend)
        self._counts.doubtful.add(backend)
        return Changes(inbox=True)

    # -- events --------------------------------------------------------------------------------------------------------

    def _apply(self, state: BackendState, event: Event) -> Changes:
        changes = Changes()
        key = CaseKey(state.id, event.case)
        body = event.body
        if is_erased(body):
            held = (self.inbox, self._person.opened.of(key), self.finding, self._journals[state.id])
            changes |= forget_case(key, self.row(key), *held)
            changes.calls |= self._calls.erased(key)
        if event.row is not None:
            opened = isinstance(body, CaseChanged) and body.change == "opened"
            changes |= self._newer_row(state, event.row, known_new=opened)
            if state.me is not None and event.by == state.me.id and self.inbox.held is not None:
                self.inbox.release(key)
                if isinstance(body, CaseChanged) and body.change == "elsewhere":
                    self.inbox.release_known(body.detail.lstrip("+-"))
                changes.inbox = True  # it may have been held elsewhere than where it stands now
        if isinstance(body, CallChanged):
            changes.calls |= self._calls.changed(state.id, body.call)
        if isinstance(body, DraftChanged) and body.desk != self.id:
            state.held_known, state.held_moved = False, True
        if isinstance(body, RulesChanged | RepliesChanged):
            self._directory_known.discard(state.id)  # it has reasons for breaches, and canned replies
        if isinstance(body, AgentChanged):
            changes |= self._agent_changed(state, body.agent)
        if isinstance(body, IncidentChanged):
            state.incidents[body.incident.id] = body.incident.title
            changes.header = True
        return changes | self._person.apply(state, key, event)

    def strayed(self) -> list[tuple[CaseKey, CaseKey]]:
        """Drafts of cases that another case leads now, with the case that they are of from now on. Where that has a
        draft of its own, both stay."""
        return [(key, head) for key, head in self._person.leading.strayed(self.drafts) if head not in self.drafts]

    def _newer_row(self, state: BackendState, row: CaseRow, *, known_new: bool = False) -> Changes:
        key = CaseKey(state.id, row.id)
        changes = Changes()
        if state.me is None:
            return changes
        self.leases.seen(state.id, row, state.me.id)
        moved = self.inbox.place(state.id, row, state.me, known_new=known_new)
        if moved is not None:
            changes.inbox = moved
            changes.header = moved and len(self.backends) > 1  # rows may have become one
            changes.rows.add(key)
        self._counts.doubtful.add(state.id)
        changes.calls = self._calls.seen(state.id, row)
        changes |= self._person.newer_row(key, row)
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
        fresh = [asked for asked in out if asked not in self._asked]
        for name, query in fresh:
            if isinstance(query, HeldQuery):
                self.backends[name].held_moved = False
        self._asked.update(fresh)
        fresh += self._person.asks()
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
        self._person.unanswered(backend, query)
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
        self._person.refused(backend, query)
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
        if isinstance(query, CaseQuery) and isinstance(page, CasePage) and page.detail is not None:
            since = self._journals[backend].after(page.seq)
            self._breaches.told(CaseKey(backend, page.detail.row.id), page.detail.breaches, since)
        if (told := self._person.arrived(state, query, page)) is not None:
            changes, newest = told
            return changes | self._newer_row(state, newest) if newest is not None else changes
        if isinstance(query, SearchQuery) and isinstance(page, SearchPage):
            return Changes(found=self.finding is not None and self.finding.arrived(backend, query, page))
        if isinstance(query, HeldQuery):
            state.held_known = True
        if isinstance(page, HeldPage):
            state.held = page.drafts
            state.elsewhere = {draft.case for draft in page.drafts if draft.desk != self.id}
            changes = Changes(composer=True, calls=self._calls.parts(state.id, page.parts))
            for event in self._journals[backend].after(page.seq):
                if event.seq > page.seq and isinstance(event.body, CallChanged) and event.body.call.part_of:
                    changes.calls |= self._calls.changed(state.id, event.body.call)
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
        changes = Changes(inbox=True, header=len(self.backends) > 1)
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
        key = self._person.leading.head(key)
        if (state := self.backends.get(key.backend)) is not None and key.case in state.elsewhere:
            state.held_known = False  # a pause of the other terminal's agent is no event
        return self._person.open(key, at)

    def turn(self, key: CaseKey) -> Changes:
        """Work on another server's case of the person who is open."""
        return self._person.turn(key)

    def beside(self, key: CaseKey) -> tuple[CaseKey, ...]:
        """The cases that other servers have of a case's person, as far as they are known here."""
        case = self.open_case
        if case is not None and any(part.key == key for part in case.parts):
            return tuple(part.key for part in case.parts if part.key != key)
        return self.inbox.beside(key)

    def close_case(self) -> Changes:
        """Back to the inbox; the draft stays."""
        return self._person.close()

    def show_past(self, key: CaseKey | None = None) -> Changes:
        """The history of the open case's customer is wanted; `key`: another of their cases, at that one's server."""
        return self._person.show_past(key)

    def suggest(self, key: CaseKey, channel: str, language: str) -> Changes:
        """See `Person.suggest`."""
        return self._person.suggest(key, channel, language)

    def look_up_cards(self) -> Changes:
        """See `Person.look_up_cards`."""
        return self._person.look_up_cards()

    def close_past(self) -> Changes:
        """Back to the case."""
        return self._person.close_past()

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
        timeline = self._person.opened.timeline
        if timeline is not None:
            timeline.asks.history = timeline.case.more_history
        return Changes()

    def want_older(self) -> Changes:
        """An older page of the open timeline is wanted."""
        for timeline in self._person.opened:
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
        self._person.unsent(self.unsent)
        rows = {key for key in before.keys() | pending.keys() if before.get(key) != pending.get(key)}
        return Changes(rows=rows, header=True, timeline=self.open_case is not None, composer=True)

    def acknowledged(self, entry: OutboxEntry, result: str, now: Ms) -> Changes:
        """A backend took an entry of the outbox; `result`: the id of what it made."""
        if isinstance(entry.order, JoinCustomers | Pull):
            self.made = {**dict(list(self.made.items())[-50:]), entry.id: result}
        timeline = self._person.opened.of(entry.key)
        if timeline is None:
            return Changes()
        timeline.acknowledged(entry, result, now)
        timeline.case.missed = 0
        return Changes(timeline=True)

    # -- what there is -------------------------------------------------------------------------------------------------

    def row(self, key: CaseKey) -> CaseRow | None:
        """The newest row known of a case."""
        row = self.inbox.row(key)
        if row is None and self.finding is not None:
            row = next((one.hit.row for one in self.finding.found if one.key == key), None)
        timeline = self._person.opened.of(key)
        shown = timeline.case.row if timeline is not None else None
        if shown is not None and (row is None or shown.version > row.version):
            return shown
        return row or self.inbox.marked.get(key)

    def breaches(self, key: CaseKey) -> tuple[Breach, ...]:
        """The promises of time of a case that were broken, as far as is known here, oldest first."""
        timeline, row = self._person.opened.of(key), self.row(key)
        if timeline is not None and timeline.case.customer is not None:
            return timeline.case.breaches
        return self._breaches.of(key, row) if row is not None else ()

    def unexplained(self, key: CaseKey) -> tuple[Breach, ...]:
        """Those of them for which nobody has said why."""
        return unexplained(self.breaches(key))

    def my_id(self, backend: str) -> str:
        """Who I am at a server, "" while that is not known."""
        return self._person.my_id(backend)

    def live_calls(self) -> tuple[tuple[CaseKey, Call], ...]:
        """Calls that concern me: ringing first, then mine active or held, then those to write up."""
        return self._calls.live({name: state.me for name, state in self.backends.items() if state.me is not None})

    def counts(self) -> tuple[tuple[str, int], ...]:
        """(view name, cases) for the header: mine, team (unassigned), all."""
        return self._counts.all(self.inbox.twice())

    def needs_me(self) -> int:
        """How many rows need me, whatever view is shown."""
        return self._counts.needing(self.inbox.twice())

    def next_waiting(self, after: CaseKey | None) -> CaseKey | None:
        """The most urgent held case other than `after` that needs me: mine first, then unassigned ones."""
        best: tuple[tuple[bool, int, str], CaseKey] | None = None
        for key, section, row in self.inbox.rows():
            me = self.backends[key.backend].me
            if section.stage != "us" or key == after or me is None:
                continue
            mine = row.owner == me.id or is_handed(row, me.id)
            if row.owner and not mine:
                continue
            rank = (not mine, row.sort_at, row.id)
            if best is None or rank < best[0]:
                best = (rank, key)
        return best[1] if best is not None else None

    def next_change(self, now: Ms, visible: Iterable[CaseRow]) -> Ms | None:
        """The next instant at which a countdown text of these rows changes; None: not by time alone."""
        return min((step for row in visible if (step := countdown.next_step(row, now)) is not None), default=None)
