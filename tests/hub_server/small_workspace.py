"""A workspace in memory, as small as the desk server's contract allows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from agent_tui.backends.base import Acked, Outcome, QueryRefused, Rejected
from agent_tui.domain.events import AgentChanged, CaseChanged, Event, MessageAdded
from agent_tui.domain.model import Agent, CaseDetail, CaseRow, Customer, Message
from agent_tui.domain.orders import Note, Order
from agent_tui.domain.queries import (
    CasePage,
    CaseQuery,
    DirectoryQuery,
    Page,
    Query,
    RowsPage,
    RowsQuery,
    TotalsPage,
    TotalsQuery,
)
from agent_tui.domain.text import CustomerText

ADA = Agent("ada", "Ada")
BEN = Agent("ben", "Ben")


def row(case: str, version: int, preview: str = "") -> CaseRow:
    return CaseRow(
        id=case,
        number=1,
        customer="c1",
        name=CustomerText("Dana"),
        channel="email",
        stage="us",
        sort_at=version,
        version=version,
        preview=CustomerText(preview),
    )


def message(id: str, case: str, body: str) -> Message:
    return Message(
        id=id,
        case=case,
        conversation="v1",
        channel="email",
        kind="in",
        at=1_000,
        body=CustomerText(body),
        state="received",
    )


class SmallWorkspace:
    """`hidden`: seqs that Ben may not see. `gate`: while cleared, orders wait. `oldest`: events before it are gone."""

    orders = ("note",)
    cards = False

    def __init__(self, log: str = "log-1") -> None:
        self.log = log
        self.events: list[Event] = []
        self.tokens = {"ada-token": ADA, "ben-token": BEN}
        self.hidden: set[int] = set()
        self.oldest = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.done: dict[str, tuple[Order, Outcome]] = {}
        self.asked = 0
        self.present: list[tuple[str, str]] = []
        self.desks: list[tuple[str, str, str]] = []
        self.presence_told = asyncio.Event()
        self.presence_is_logged = False
        self.broken = False
        self._subscribers: list[Callable[[list[Event]], None]] = []

    def head(self) -> int:
        return len(self.events)

    async def authenticate(self, token: str) -> Agent | None:
        return self.tokens.get(token)

    async def access(self) -> object:
        return len(self.tokens)

    async def order(self, agent: Agent, command_id: str, order: Order, fence: int = 0, desk: str = "") -> Outcome:
        await self.gate.wait()
        if command_id in self.done:
            given, known = self.done[command_id]
            return known if given == order else Rejected(command_id, "id-reused", "another order had this id")
        if not isinstance(order, Note):
            outcome: Outcome = Rejected(command_id, "not-here", "only notes here")
        else:
            self.say(order.body.raw, by=agent.id)
            outcome = Acked(command_id, f"m{self.head()}")
        self.done[command_id] = (order, outcome)
        return outcome

    async def query(self, agent: Agent, query: Query) -> Page:
        self.asked += 1
        if self.broken:
            raise RuntimeError("no disk")
        if isinstance(query, TotalsQuery):
            return TotalsPage(tuple(self.head() for _ in query.sections), self.head())
        if isinstance(query, RowsQuery):
            rows = tuple(row(f"k{number}", number) for number in range(600))[: query.limit]
            return RowsPage(query.section, rows, 0, 600, self.head())
        if isinstance(query, CaseQuery):
            mine = [e.body.message for e in self.events if e.case == query.case and isinstance(e.body, MessageAdded)]
            detail = CaseDetail(
                row(query.case, self.head()),
                Customer("c1", CustomerText("Dana")),
                (),
                tuple(mine[-query.limit :]),
                more_before=len(mine) > query.limit,
            )
            return CasePage(detail, self.head())
        if isinstance(query, DirectoryQuery):
            raise QueryRefused("no directory here")
        raise NotImplementedError

    async def replay(self, agent: Agent, after_seq: int, limit: int) -> list[Event] | None:
        await asyncio.sleep(0)
        if after_seq < self.oldest or after_seq > self.head():
            return None
        return [event for event in self.events[after_seq:] if self.visible(agent, event)][:limit]

    def subscribe(self, callback: Callable[[list[Event]], None]) -> Callable[[], None]:
        self._subscribers.append(callback)
        return lambda: self._subscribers.remove(callback)

    def visible(self, agent: Agent, event: Event) -> bool:
        return agent.id != "ben" or event.seq not in self.hidden

    async def may_open(self, agent: Agent, case: str) -> bool:
        return agent.id != "ben" or case != "hidden"

    async def desk_came(self, agent: str, desk: str, begins: bool) -> None:
        self.desks.append((agent, desk, "begins" if begins else "came"))

    async def desk_left(self, agent: str, desk: str) -> None:
        self.desks.append((agent, desk, "left"))

    login = "available"

    async def presence(self, agent: str, here: bool) -> None:
        state = "available" if here else "offline"
        self.tell_presence(agent, state)

    def tell_presence(self, agent: str, state: str) -> None:
        self.present.append((agent, state))
        if self.presence_is_logged:
            seq = len(self.events) + 1
            changed = AgentChanged(replace(ADA, presence=state))
            self.events.append(Event(seq, seq - 1, 1_000, 1_000, changed, "", agent))
            for callback in list(self._subscribers):
                callback(self.events[-1:])
        self.presence_told.set()

    # -- what tests do -----------------------------------------------------------------------------------------------

    def say(self, body: str, case: str = "k1", by: str = "", hidden: bool = False) -> Event:
        return self.say_all([body], case, by, hidden)[0]

    def say_all(self, bodies: list[str], case: str = "k1", by: str = "", hidden: bool = False) -> list[Event]:
        """One committed batch."""
        batch = []
        for body in bodies:
            seq = len(self.events) + 1
            if hidden:
                self.hidden.add(seq)
            made = MessageAdded(message(f"m{seq}", case, body))
            event = Event(seq, seq - 1, 1_000, 1_000 + seq, made, case, by, row(case, seq, body[:50]))
            self.events.append(event)
            batch.append(event)
        for callback in list(self._subscribers):
            callback(batch)
        return batch

    def change(self) -> Event:
        """An event without text."""
        seq = len(self.events) + 1
        event = Event(seq, seq - 1, 1_000, 1_000, CaseChanged("resolved"), "k1", "ada", row("k1", seq))
        self.events.append(event)
        for callback in list(self._subscribers):
            callback([event])
        return event
