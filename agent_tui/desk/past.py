"""The history of one customer as the desk holds it: pages from the newest back, and what happens meanwhile."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace

from agent_tui.desk.journal import Journal
from agent_tui.domain.events import (
    CallChanged,
    CaseChanged,
    ClockTurned,
    CustomerChanged,
    CustomerErased,
    CustomersJoined,
    CustomersParted,
    Event,
    MessageAdded,
    MessageChanged,
    PromiseChanged,
)
from agent_tui.domain.model import Breach, Conversation, Customer, PastCase
from agent_tui.domain.past import STEPS, CaseStep, PastEntry, PastSummary, late_entry, step_id
from agent_tui.domain.queries import PastPage, PastQuery
from agent_tui.domain.views import Cursor

FIRST_ENTRIES = 60
"""Of the first page: a screen and a little more."""
PAGE_ENTRIES = 100

Chunk = tuple[PastEntry, ...]


class Past:
    """`chunks`: the entries in order, as they came in pages; a chunk is another tuple only where something in it
    changed. `more`: there are older ones. `loading`: nothing has come yet. `missing`: there is no such customer.
    `channel`: only what was said there."""

    def __init__(self, backend: str, customer: str, channel: str = "") -> None:
        self.backend = backend
        self.customer = customer
        self.channel = channel
        self.chunks: tuple[Chunk, ...] = ()
        self.conversations: dict[str, Conversation] = {}
        self.cases: dict[str, PastCase] = {}
        self.who: Customer | None = None
        self.summary: PastSummary | None = None
        self.more = False
        self.loading = True
        self.missing = False
        self._nodes: frozenset[str] = frozenset()
        self._as_of: dict[str, int] = {}
        self._older_wanted = False
        self._behind = False

    # -- asking

    def asks(self) -> list[PastQuery]:
        """What is to be asked now."""
        if self.loading:
            return [PastQuery(self.customer, self.channel, limit=FIRST_ENTRIES)]
        found = []
        if self._behind:
            newest = self.chunks[-1][-1].place if self.chunks else None
            found.append(self._query(after=newest))
        if self._older_wanted and self.more and self.chunks:
            found.append(self._query(before=self.chunks[0][0].place))
        return found

    def _query(self, before: Cursor | None = None, after: Cursor | None = None) -> PastQuery:
        return PastQuery(self.customer, self.channel, before, after, PAGE_ENTRIES)

    def want_older(self) -> None:
        """What came before the oldest entry is wanted."""
        self._older_wanted = self.more

    @property
    def wants_older(self) -> bool:
        """Whether it is asked for already."""
        return self._older_wanted

    def fall_behind(self) -> None:
        """The server does not tell again what happened while the line was down: ask what came since."""
        self._behind = not self.loading

    def restart(self, customer: str = "") -> None:
        """Whose history it is has changed: ask from the newest again. What is shown stays until the answer."""
        self.customer = customer or self.customer
        self.loading = True
        self._older_wanted = self._behind = False

    def _forget(self, customers: tuple[str, ...]) -> bool:
        """These were erased: when this is a history of theirs, nothing of it is held any more."""
        if {*self._nodes, self.customer}.isdisjoint(customers):
            return False
        self.who = self.summary = None
        self.chunks, self._as_of = (), {}
        self.conversations, self.cases = {}, {}
        self.restart()
        return True

    def narrow(self, channel: str) -> None:
        """Only what was said on one channel, "" everything."""
        self.channel = channel
        self.restart()

    def refused(self) -> None:
        """The server will not answer."""
        self._older_wanted = self._behind = self.loading = False

    # -- what comes

    def page(self, query: PastQuery, page: PastPage, journal: Journal) -> bool:
        """A page came; False when it answers a question that is no longer put."""
        if (query.customer, query.channel) != (self.customer, self.channel):
            return False
        if query.after is not None:
            return self._newer(query, page, journal)
        if query.before is None:
            if not self.loading:
                return False
            self.loading, self.missing = False, page.customer is None
            self.who, self.summary, self._nodes = page.customer, page.summary, frozenset(page.nodes)
            self.chunks, self._as_of = (), {}
            self.conversations, self.cases = {}, {}
        elif not self.chunks or query.before != self.chunks[0][0].place or self.loading:
            return False
        self._older_wanted = False
        self.more = page.more
        self._take(page)
        fresh = tuple(entry for entry in page.entries if entry.id not in self._as_of and not entry.empty)
        if fresh:
            self.chunks = (fresh, *self.chunks)
        self._as_of |= dict.fromkeys((entry.id for entry in fresh), page.seq)
        self._catch_up(page, journal)
        return True

    def _newer(self, query: PastQuery, page: PastPage, journal: Journal) -> bool:
        if self.loading:
            return False
        self._take(page)
        for entry in page.entries:
            self._put(entry, page.seq)
        newest = self.chunks[-1][-1].place if self.chunks else None
        self._behind = page.more and newest != query.after
        self._catch_up(page, journal)
        return True

    def _take(self, page: PastPage) -> None:
        self.conversations |= {talk.id: talk for talk in page.conversations}
        self.cases |= {case.id: case for case in page.cases}

    def _catch_up(self, page: PastPage, journal: Journal) -> None:
        for event in list(journal.after(page.seq)):
            self.apply(event)

    def apply(self, event: Event) -> bool:
        """Something happened; True when it is in this history."""
        if self.loading:
            return False
        body = event.body
        if isinstance(body, CustomerErased):
            return self._forget(body.parts)
        if isinstance(body, CustomersJoined | CustomersParted):
            whose = {body.join.one, body.join.other}
            if whose & self._nodes:
                self.restart()
                return True
            return False
        if isinstance(body, CustomerChanged):
            if body.customer.id not in self._nodes:
                return False
            self.who = body.customer
            return True
        if isinstance(body, MessageChanged):
            return self._changed(body, event.seq)
        if event.row is None or event.row.customer not in self._nodes:
            return False
        entry = entry_of(event)
        if entry is None or not self._holds(entry):
            return False
        if isinstance(body, MessageAdded):
            if entry.id in self._as_of:
                return False
            if body.conversation is not None:
                self.conversations[body.conversation.id] = body.conversation
        return self._put(entry, event.seq)

    def _holds(self, entry: PastEntry) -> bool:
        """Whether it is of the channel that is shown, and not of a page that is still to come."""
        if self.channel:
            said = entry.message.channel if entry.message is not None else ""
            if entry.call is not None:
                talk = self.conversations.get(entry.call.conversation)
                said = talk.channel if talk is not None else "phone"
            if said != self.channel:
                return False
        return not self.more or not self.chunks or entry.place > self.chunks[0][0].place

    def _changed(self, body: MessageChanged, seq: int) -> bool:
        if self._as_of.get(body.message, seq) >= seq:
            return False
        for chunk in self.chunks:
            for entry in chunk:
                if entry.id == body.message and entry.message is not None:
                    changed = replace(entry.message, state=body.state, error=body.error)
                    return self._put(replace(entry, message=changed), seq)
        return False

    def _put(self, entry: PastEntry, seq: int) -> bool:
        """At its place, in place of what it was before."""
        if self._as_of.get(entry.id, -1) >= seq:
            return False
        if entry.id in self._as_of:
            self.chunks = tuple(
                kept
                for chunk in self.chunks
                if (kept := chunk if all(e.id != entry.id for e in chunk) else _without(chunk, entry.id))
            )
        self._as_of[entry.id] = seq
        if entry.empty or (entry.promise is not None and entry.promise.state == "withdrawn"):
            return True
        chunks = list(self.chunks)
        place = next((n for n in range(len(chunks) - 1, -1, -1) if chunks[n][0].place < entry.place), 0)
        if not chunks:
            chunks = [(entry,)]
        else:
            chunk = chunks[place]
            at = bisect_left(chunk, entry.place, key=lambda held: held.place)
            chunks[place] = (*chunk[:at], entry, *chunk[at:])
        self.chunks = tuple(chunks)
        return True


def _without(chunk: Chunk, id: str) -> Chunk:
    return tuple(entry for entry in chunk if entry.id != id)


def entry_of(event: Event) -> PastEntry | None:
    """What an event is in a history, None when nothing; an empty entry takes away what was there."""
    body = event.body
    if isinstance(body, MessageAdded):
        message = body.message
        return PastEntry(message.at, message.id, message.case, message=message)
    if isinstance(body, CallChanged):
        return PastEntry(body.call.since, body.call.id, body.call.case, call=body.call)
    if isinstance(body, PromiseChanged):
        promise = body.promise
        return PastEntry(promise.at, promise.id, promise.case, promise=promise)
    if isinstance(body, ClockTurned) and body.change in ("breached", "excused", "withdrawn"):
        excuse = (body.detail, event.by, event.occurred) if body.change == "excused" else ("", "", 0)
        late = late_entry(event.case, Breach(body.metric, body.started, body.due, body.key, *excuse))
        return late if body.change != "withdrawn" else replace(late, breach=None)
    if isinstance(body, CaseChanged) and body.change in STEPS:
        id = step_id(event.seq)
        step = CaseStep(id, event.case, body.change, event.occurred, event.by, body.detail)
        return PastEntry(event.occurred, id, event.case, step=step)
    return None
