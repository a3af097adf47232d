"""A hub with queues: who is there, what they can, and customers who write."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from agent_tui.backends.base import Acked
from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.store import Store
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.domain.events import CaseChanged, Event
from agent_tui.domain.model import Agent, CaseRow
from agent_tui.domain.orders import Presence, Resolve
from agent_tui.domain.queries import QueuesPage, QueuesQuery, WhyPage, WhyQuery
from agent_tui.domain.queues import Assignment, QueueLine, QueueSetup
from agent_tui.domain.time import VirtualTime
from tests.hub.conftest import Hub
from tests.hub.fakes import T0, Line, chat, mail

CHATS = QueueSetup("chats", "Chats", channels=("whatsapp",), weights=(("whatsapp", 1),))
MAILS = QueueSetup("mails", "Mail", mode="pull", channels=("email",))


@dataclass
class Queued(Hub):
    """Noa and Avi work; nobody is here at first."""

    operator: Operator = field(kw_only=True)
    folder: Path = field(kw_only=True)
    said: int = 0

    async def comes(self, agent: str, state: str = "available") -> None:
        """An agent's desk says how they are; "offline": the last one left."""
        await self.workspace.presence(agent, state != "offline")
        if state != "offline":
            assert isinstance(await self.order(Agent(agent, agent), Presence(state)), Acked)
        await self.settle()

    async def is_(self, agent: Agent, state: str) -> None:
        assert isinstance(await self.order(agent, Presence(state)), Acked)

    async def writes(self, who: str = "", *, by: str = "whatsapp", account: str = "") -> CaseRow:
        """A customer, a new one where none is named, writes; the row of the case as it was then."""
        self.said += 1
        who = who or f"97250{self.said:07}"
        if by == "whatsapp":
            got = replace(chat(f"w{self.said}"), address=who, thread=who, name=who, at=self.time.now())
        else:
            got = replace(mail(f"<{self.said}@x>"), address=f"{who}@example.com", at=self.time.now())
        await self.workspace.port.inbound(replace(got, account=account) if account else got)
        await self.settle()
        return max(self.told().values(), key=lambda row: row.version)

    def told(self) -> dict[str, CaseRow]:
        """Every row as the events told it last."""
        return {event.case: event.row for event in self.events if event.row is not None}

    def row(self, id: str) -> CaseRow:
        return self.told()[id]

    def owners(self) -> dict[str, str]:
        return {id: row.owner for id, row in self.told().items()}

    async def done(self, agent: Agent, case: str) -> None:
        assert isinstance(await self.order(agent, Resolve(case)), Acked)

    async def why(self, case: str, agent: Agent | None = None) -> Assignment | None:
        page = await self.workspace.query(agent or self.noa, WhyQuery(case))
        assert isinstance(page, WhyPage)
        return page.assignment

    async def queues(self, agent: Agent | None = None) -> tuple[QueueLine, ...]:
        page = await self.workspace.query(agent or self.noa, QueuesQuery())
        assert isinstance(page, QueuesPage)
        return page.queues

    def set_up(self, *queues: QueueSetup) -> None:
        self.workspace.policy = replace(self.workspace.policy, queues=queues)

    def given(self) -> list[tuple[str, str]]:
        """(case, agent) of all that the hub gave out, in order."""
        return [
            (event.case, event.body.detail)
            for event in self.events
            if isinstance(event.body, CaseChanged) and event.body.change == "assigned" and event.body.why is not None
        ]

    async def start_again(self) -> None:
        """The hub stops and starts on the same store; nobody is here then."""
        await self.workspace.stop()
        policy = self.workspace.policy
        self.store = Store.open(self.folder, synchronous="OFF")
        self.workspace = Workspace(self.store, self.time, Ids(90 + self.said), _lines(), policy, inline=True)
        self.workspace.subscribe(self.events.extend)
        await self.workspace.start()
        await self.settle()


def _lines() -> tuple[Line, Line, Line]:
    return Line(), Line("wa", "whatsapp"), Line("pbx", "phone")


@asynccontextmanager
async def open_queued(folder: Path, *queues: QueueSetup, agents: tuple[Agent, ...] = ()) -> AsyncIterator[Queued]:
    store = Store.open(folder / "hub", synchronous="OFF")
    time = VirtualTime(T0)
    operator = Operator(store, time, Ids(1))
    for agent in agents or (Agent("noa", "Noa", capacity=2), Agent("avi", "Avi", capacity=2)):
        operator.add_agent(agent.id, agent.name, agent.role, agent.teams, agent.brands)
        operator.set_skills(agent.id, agent.skills, agent.capacity)
    found = {agent.id: agent for agent in operator.agents()}
    lines = _lines()
    workspace = Workspace(store, time, Ids(2), lines, HubPolicy(queues=queues or (CHATS, MAILS)), inline=True)
    events: list[Event] = []
    workspace.subscribe(events.extend)
    await workspace.start()
    held = Queued(
        workspace, store, time, *lines, found["noa"], found["avi"], events, operator=operator, folder=folder / "hub"
    )
    try:
        yield held
    finally:
        await held.workspace.stop()
