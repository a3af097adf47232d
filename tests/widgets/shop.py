"""A small shop's workspace in memory, as one backend: the customers of the look's first sketch, and any number more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import get_args, get_type_hints

from agent_tui.backends.base import (
    Acked,
    BackendDown,
    Capabilities,
    Connected,
    Happening,
    Outcome,
    QueryRefused,
    Rejected,
)
from agent_tui.domain.case_clocks import CaseClock
from agent_tui.domain.events import CaseChanged, Event
from agent_tui.domain.model import (
    Agent,
    AgentLoad,
    Call,
    CaseDetail,
    CaseRow,
    Clock,
    Conversation,
    Customer,
    Directory,
    Message,
    Sender,
)
from agent_tui.domain.orders import FileRef, Order, case_of
from agent_tui.domain.presence import Doing
from agent_tui.domain.queries import (
    AgentsPage,
    AgentsQuery,
    CasePage,
    CaseQuery,
    ClocksPage,
    ClocksQuery,
    DirectoryPage,
    DirectoryQuery,
    HeldPage,
    HeldQuery,
    HistoryPage,
    HistoryQuery,
    Hit,
    LinkPage,
    Page,
    Query,
    RowsPage,
    RowsQuery,
    SearchPage,
    SearchQuery,
    ShiftPage,
    ShiftQuery,
    TotalsPage,
    TotalsQuery,
)
from agent_tui.domain.search import SearchError, marks, parse
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import DAY_MS, HOUR_MS, MINUTE_MS, MS, Ms
from agent_tui.domain.views import Section, holds, sort_key

NOW: Ms = 1_732_000_000_000 // DAY_MS * DAY_MS + 9 * HOUR_MS + 41 * MINUTE_MS + 5 * MS
"""A Tuesday, 09:41:05 UTC."""

NOA = Agent("noa", "Noa", "agent", ("billing",), "available")
AVI = Agent("avi", "Avi", "agent", ("billing",), "available")
RUTI = Agent("ruti", "Ruti", "supervisor", ("billing",), "break")

ORDERS = frozenset(get_args(get_type_hints(kind)["name"])[0] for kind in get_args(Order))
_T = CustomerText


def _due(minutes: float) -> Clock:
    due = NOW + round(minutes * MINUTE_MS)
    return Clock("next", due - 30 * MINUTE_MS, due)


def _row(number: int, name: str, channel: str, stage: str, sort: int, **more: object) -> CaseRow:
    row = CaseRow(f"c{number}", number, f"p{number}", _T(name), channel, "us", sort, 100 + number)
    return replace(row, stage=stage, **more)  # type: ignore[arg-type]  # the fields of CaseRow by name


def sketch_rows() -> list[CaseRow]:
    """The rows of the look's first sketch."""
    noa = {"owner": "noa", "team": "billing"}
    first = Clock("first", NOW - HOUR_MS, NOW + 12 * MINUTE_MS)
    return [
        _row(4471, "Dana Levi", "whatsapp", "us", 1, unread=2, clock=_due(-3.2), preview=_T("אין לי מספר מעקב"), **noa),
        _row(4472, "Omar Haddad", "webchat", "us", 2, unread=1, clock=_due(0.8), preview=_T("see the photo"), **noa),
        _row(
            4473,
            "Ruth Klein",
            "email",
            "us",
            3,
            unread=1,
            clock=first,
            subject=_T("Which form for the refund?"),
            preview=_T("Hello, I would like to know"),
            **noa,
        ),
        _row(4474, "@tlvfoodie", "bluesky", "us", 4, clock=_due(28.5), preview=_T("third time they forget us"), **noa),
        _row(4475, "Avner Ltd", "email", "us", 5, clock=_due(70.2), priority=3, preview=_T("from Avi, night"), **noa),
        _row(4476, "Miri Azulay", "phone", "us", 6, clock=_due(139.2), preview=_T("call by 12:00"), failed=1, **noa),
        _row(4481, "Lea Mor", "whatsapp", "customer", 7, last_at=NOW - 40 * MINUTE_MS, preview=_T("sent you the form"),
             preview_kind="out", **noa),
        _row(4482, "יעל ברק", "whatsapp", "customer", 8, last_at=NOW - 5 * HOUR_MS, preview=_T("תודה רבה"), **noa),
        _row(4483, "054-222-8181", "sms", "customer", 9, last_at=NOW - 3 * HOUR_MS, preview=_T("ok"), **noa),
        _row(4491, "Gil Oren", "email", "later", 10, snoozed=NOW + 79 * MINUTE_MS, subject=_T("Invoice 2231"), **noa),
        _row(4492, "Tamar Fine", "whatsapp", "later", 11, snoozed=0, preview=_T("I will ask my husband"), **noa),
        _row(4501, "Beit Hanan", "email", "us", 12, clock=_due(22.5), unread=3, subject=_T("Offer for 40 lamps")),
        _row(4502, "Noam Bar", "whatsapp", "us", 13, clock=_due(34.5), unread=1, preview=_T("hello?")),
        _row(4503, "Sara Katz", "whatsapp", "us", 14, clock=_due(41.5), owner="avi", team="billing"),
    ]  # fmt: skip


def many_rows(count: int) -> list[CaseRow]:
    """`count` cases of mine that need me."""
    return [
        _row(
            n, f"Customer {n}", "email", "us", n, owner="noa", unread=n % 3, clock=_due(5 + n), preview=_T(f"words {n}")
        )
        for n in range(count)
    ]


class Shop:
    """A backend that answers at once from a list of rows, and keeps the orders it was given."""

    def __init__(
        self,
        rows: list[CaseRow] | None = None,
        id: str = "hub",
        me: Agent = NOA,
        shift: ShiftPage | None = None,
    ) -> None:
        self.id = id
        self.me = me
        self.rows = {row.id: row for row in (rows if rows is not None else sketch_rows())}
        self.orders: list[Order] = []
        self.hits: list[Hit] = []
        self.clocks: dict[str, tuple[CaseClock, ...]] = {}
        self.searches: list[SearchQuery] = []
        self.desk = ""
        self.watched: list[tuple[str, Doing, str]] = []
        self.capabilities = Capabilities(
            True, True, "hard", True, True, True, True, True, ORDERS, search=True, presence=True
        )
        self.shift = shift
        self.capabilities = replace(self.capabilities, shift=shift is not None)
        self.silent = False
        self.refused_cases: dict[str, Rejected] = {}
        self.seq = 10_000
        self.answering = asyncio.Event()
        self.answering.set()
        self._happenings: asyncio.Queue[Happening | None] = asyncio.Queue()
        self.happens(Connected(me, self.capabilities, self.seq, False))

    def happens(self, happening: Happening) -> None:
        """The line goes up or down, or an event comes."""
        self._happenings.put_nowait(happening)

    def changes(self, row: CaseRow, call: Call | None = None) -> None:
        """A case is otherwise from now on, and the desk is told."""
        from agent_tui.domain.events import CallChanged

        self.seq += 1
        row = replace(row, version=self.seq)
        self.rows[row.id] = row
        body = CallChanged(call) if call is not None else CaseChanged("read")
        self.happens(Event(self.seq, self.seq - 1, NOW, NOW, body, row.id, "", row))

    def introduce(self, desk: str) -> None:
        self.desk = desk

    async def watch(self, case: str, doing: Doing, channel: str = "") -> None:
        self.watched.append((case, doing, channel))

    async def feed(self) -> AsyncIterator[Happening]:
        while (happening := await self._happenings.get()) is not None:
            yield happening

    async def query(self, query: Query) -> Page:
        await self.answering.wait()
        if isinstance(query, RowsQuery):
            return self._page(query)
        if isinstance(query, TotalsQuery):
            totals = tuple(len(self._held(one, query.channel, query.text)) for one in query.sections)
            return TotalsPage(totals, self.seq)
        if isinstance(query, CaseQuery):
            return CasePage(self._detail(query.case), self.seq)
        if isinstance(query, HistoryQuery):
            return HistoryPage(None, (), False, self.seq)
        if isinstance(query, SearchQuery):
            return self._search(query)
        if isinstance(query, ShiftQuery) and self.shift is not None:
            if self.silent:
                raise BackendDown
            return self.shift
        if isinstance(query, AgentsQuery):
            return AgentsPage((AgentLoad(AVI, 1, 1, True), AgentLoad(self.me, 11, 6), AgentLoad(RUTI)), self.seq)
        if isinstance(query, DirectoryQuery):
            directory = Directory(
                (NOA, AVI, RUTI),
                ("billing", "night"),
                ("refund", "damaged", "vip"),
                (Sender("main", "email", "Nofar Home", "help@nofar.example"),),
            )
            return DirectoryPage(directory, self.seq)
        if isinstance(query, HeldQuery):
            return HeldPage((), self.seq)
        if isinstance(query, ClocksQuery):
            return ClocksPage(self.clocks.get(query.case, ()), NOW, self.seq)
        return LinkPage("https://hub.example/once", NOW + HOUR_MS, self.seq)

    async def order(self, command_id: str, order: Order, fence: int = 0) -> Outcome:
        self.orders.append(order)
        return self.refused_cases.get(case_of(order)) or Acked(command_id)

    async def upload(self, path: Path, name: str) -> FileRef:
        return FileRef("b" * 64, _T(name), "text/plain", 1)

    async def download(self, blob: str, target: Path) -> None:
        raise QueryRefused("the shop keeps no files")

    async def close(self) -> None:
        self._happenings.put_nowait(None)

    def _held(self, section: Section, channel: str, text: str) -> list[CaseRow]:
        rows = [row for row in self.rows.values() if holds(section, row, self.me)]
        if channel:
            rows = [row for row in rows if row.channel == channel]
        if text:
            rows = [row for row in rows if text.casefold() in row.name.raw.casefold()]
        return sorted(rows, key=sort_key)

    def _page(self, query: RowsQuery) -> RowsPage:
        rows = self._held(query.section, query.channel, query.text)
        keys = [sort_key(row) for row in rows]
        start = 0
        if query.anchor == "end":
            start = max(0, len(rows) - query.limit)
        elif query.anchor == "at":
            start = max(0, min(query.index, len(rows)))
        elif query.anchor == "after" and query.cursor is not None:
            start = sum(key <= query.cursor for key in keys)
        elif query.anchor == "before" and query.cursor is not None:
            start = max(0, sum(key < query.cursor for key in keys) - query.limit)
        return RowsPage(query.section, tuple(rows[start : start + query.limit]), start, len(rows), self.seq)

    def _search(self, query: SearchQuery) -> SearchPage:
        self.searches.append(query)
        try:
            sought = parse(query.text, NOW)
        except SearchError as error:
            raise QueryRefused(str(error)) from error
        found = [hit for hit in self.hits if not sought.wanted or marks(hit.said.raw, sought)]
        first = int(query.before or 0)
        more = str(first + query.limit) if len(found) > first + query.limit else ""
        return SearchPage(tuple(found[first : first + query.limit]), self.seq, more)

    def _detail(self, case: str) -> CaseDetail | None:
        row = self.rows.get(case)
        if row is None:
            return None
        talk = Conversation(f"t{case}", case, row.channel, "main", _T("054-987-1234"), NOW - DAY_MS)
        talk = replace(talk, last_inbound=NOW - 12 * MINUTE_MS, count=1)
        said = Message(f"m{case}", case, talk.id, row.channel, "in", NOW - 12 * MINUTE_MS, row.preview, sender=row.name)
        return CaseDetail(row, Customer(row.customer, row.name), (talk,), (said,))
