"""A workspace in a few lines: what a backend would answer, as the plainest sort and filter tell it."""

from __future__ import annotations

from dataclasses import replace

from agent_tui.backends.base import Capabilities, Connected
from agent_tui.desk.desk import Desk
from agent_tui.desk.inbox import InboxGap, InboxHeader, InboxRow
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.events import AnyBody, CaseChanged, Event, MessageAdded, MessageChanged
from agent_tui.domain.model import Agent, CaseDetail, CaseRow, Customer, Delivery, Directory, Message, Stage
from agent_tui.domain.queries import (
    CasePage,
    CaseQuery,
    DirectoryPage,
    DirectoryQuery,
    HistoryPage,
    HistoryQuery,
    Page,
    Query,
    RowsPage,
    RowsQuery,
    TotalsPage,
    TotalsQuery,
)
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import Ms
from agent_tui.domain.views import Section, View, holds, sort_key

NOW: Ms = 1_800_000_000_000
ME = Agent("noa", "Noa", teams=("billing",))


def row(id: str, sort_at: int = 0, stage: Stage = "us", owner: str = "noa", version: int = 0) -> CaseRow:
    """A row with little in it."""
    return CaseRow(id, 1, "c" + id, CustomerText("Customer " + id), "email", stage, sort_at, version, owner=owner)


class World:
    """One backend's truth: rows, messages, and the log of what changed. `page_rows` bounds a page."""

    def __init__(self, name: str = "hub", page_rows: int = 200) -> None:
        self.name = name
        self.page_rows = page_rows
        self.rows: dict[str, CaseRow] = {}
        self.messages: dict[str, list[Message]] = {}
        self.log: list[Event] = []
        self.seq = 0

    def put(self, changed: CaseRow, body: AnyBody | None = None, by: str = "") -> Event:
        """A case is now like this; answers the event that tells it."""
        self.seq += 1
        new = changed.id not in self.rows
        changed = replace(changed, version=self.seq)
        self.rows[changed.id] = changed
        body = body or CaseChanged("opened" if new else "assigned")
        event = Event(self.seq, self.seq - 1, NOW, NOW, body, changed.id, by, changed)
        self.log.append(event)
        return event

    def say(self, case: str, text: str, kind: str = "in", by: str = "") -> Event:
        """A message comes into a case."""
        message = Message(
            f"m{self.seq + 1}",
            case,
            "v" + case,
            "email",
            "out" if kind == "out" else "in",
            NOW + self.seq,
            CustomerText(text),
            "sent" if kind == "out" else "received",
            by,
        )
        self.messages.setdefault(case, []).append(message)
        return self.put(replace(self.rows[case], preview=message.body), MessageAdded(message), by)

    def deliver(self, case: str, state: Delivery) -> Event | None:
        """The last message of a case moves on."""
        if not self.messages.get(case):
            return None
        last = self.messages[case][-1]
        self.messages[case][-1] = replace(last, state=state, error=CustomerText("why"))
        return self.put(self.rows[case], MessageChanged(last.id, state, CustomerText("why")))

    def section(self, section: Section, channel: str = "", text: str = "") -> list[CaseRow]:
        """The rows of a section, in order."""
        found = [r for r in self.rows.values() if holds(section, r, ME) and (not channel or r.channel == channel)]
        return sorted((r for r in found if text in r.name.raw), key=sort_key)

    def answer(self, query: Query) -> Page:
        """The page for a query, as of now."""
        if isinstance(query, RowsQuery):
            return self._rows(query)
        if isinstance(query, TotalsQuery):
            return TotalsPage(tuple(len(self.section(s, query.channel, query.text)) for s in query.sections), self.seq)
        if isinstance(query, CaseQuery):
            if query.case not in self.rows:
                return CasePage(None, self.seq)
            messages = self.messages.get(query.case, [])
            if query.before:
                messages = messages[: next(i for i, m in enumerate(messages) if m.id == query.before)]
            page = tuple(messages[-query.limit :])
            customer = Customer("c" + query.case, CustomerText("Customer " + query.case))
            more = len(messages) > len(page)
            return CasePage(CaseDetail(self.rows[query.case], customer, (), page, more_before=more), self.seq)
        if isinstance(query, HistoryQuery):
            return HistoryPage(None, (), False, self.seq)
        assert isinstance(query, DirectoryQuery)
        return DirectoryPage(Directory(agents=(ME,)), self.seq)

    def _rows(self, query: RowsQuery) -> RowsPage:
        rows = self.section(query.section, query.channel, query.text)
        limit = min(query.limit, self.page_rows)
        keys = [sort_key(r) for r in rows]
        if query.anchor == "start":
            first = 0
        elif query.anchor == "end":
            first = max(0, len(rows) - limit)
        elif query.anchor == "at":
            first = min(query.index, len(rows))
        elif query.anchor == "after":
            assert query.cursor is not None
            first = sum(key <= query.cursor for key in keys)
        else:
            assert query.cursor is not None
            last = sum(key < query.cursor for key in keys)
            first = max(0, last - limit)
            limit = last - first
        return RowsPage(query.section, tuple(rows[first : first + limit]), first, len(rows), self.seq)


def up(world: World, *, resumed: bool = False) -> Connected:
    """The line to a world comes up."""
    return Connected(ME, Capabilities(replay=True), world.seq, resumed)


def settle_questions(desk: Desk, worlds: dict[str, World], start: int, stop: int, rounds: int = 60) -> None:
    """Answer everything the desk asks until it asks nothing more."""
    for _ in range(rounds):
        asked = desk.asks(start, stop) + desk.doubts()
        if not asked:
            return
        for backend, query in asked:
            desk.arrived(backend, query, worlds[backend].answer(query), NOW)
    raise AssertionError(f"still asking: {desk.asks(start, stop)} {desk.doubts()}")


def shown(desk: Desk, start: int = 0, stop: int | None = None) -> list[str]:
    """The inbox as words: headers with totals, rows, gaps."""
    words = []
    for index in range(start, min(len(desk.inbox), stop if stop is not None else len(desk.inbox))):
        item = desk.inbox.item(index)
        if isinstance(item, InboxHeader):
            words.append(f"[{item.section.scope} {item.section.stage} {item.total}]")
        elif isinstance(item, InboxRow):
            words.append(f"{item.key.backend}:{item.key.case}@{item.row.sort_at}v{item.row.version}")
        else:
            assert isinstance(item, InboxGap)
            words.append("...")
    return words


def truth(view: View, worlds: dict[str, World]) -> list[str]:
    """What `shown` must be, by a plain sort of everything."""
    words = []
    for section in view.sections:
        rows = [
            (sort_key(r), name, r) for name, w in worlds.items() for r in w.section(section, view.channel, view.text)
        ]
        rows.sort(key=lambda entry: entry[:2])
        words.append(f"[{section.scope} {section.stage} {len(rows)}]")
        words += [f"{name}:{r.id}@{r.sort_at}v{r.version}" for _, name, r in rows]
    return words


def key(world: World, id: str) -> CaseKey:
    return CaseKey(world.name, id)
