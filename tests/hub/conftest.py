"""A hub on virtual time: everything happens inline, in call order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

import pytest
import pytest_asyncio

from agent_tui.backends.base import Outcome
from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.store import Store
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.domain.events import Event
from agent_tui.domain.model import Agent, CaseDetail, CaseRow
from agent_tui.domain.orders import Order
from agent_tui.domain.queries import CasePage, CaseQuery, RowsPage, RowsQuery
from agent_tui.domain.time import VirtualTime
from agent_tui.domain.views import ALL, DONE, SPAM
from tests.hub.fakes import T0, Line


@dataclass
class Hub:
    """A running workspace and the hands to work it."""

    workspace: Workspace
    store: Store
    time: VirtualTime
    mail: Line
    wa: Line
    phone: Line
    noa: Agent
    avi: Agent
    events: list[Event]
    orders: int = 0

    async def settle(self) -> None:
        """Until only time can make something happen."""
        for _ in range(3):
            await asyncio.sleep(0)
            while not self.workspace.idle():  # noqa: ASYNC110 - idleness has no event
                await asyncio.sleep(0)

    async def advance(self, ms: int) -> None:
        """Let virtual time pass, with all that is due in it."""
        end = self.time.now() + ms
        await self.settle()
        while self.time.advance_to_next(end):
            await self.settle()

    async def order(self, agent: Agent, order: Order, id: str = "", *, fence: int = 0, desk: str = "") -> Outcome:
        self.orders += 1
        outcome = await self.workspace.order(agent, id or f"cmd-{self.orders}", order, fence, desk)
        await self.settle()
        return outcome

    async def rows(self) -> list[CaseRow]:
        """All cases, in the order of their stages."""
        found: list[CaseRow] = []
        for view in (ALL, DONE, SPAM):
            for section in view.sections:
                page = await self.workspace.query(self.noa, RowsQuery(section, limit=500))
                assert isinstance(page, RowsPage)
                assert len(page.rows) == page.total
                found.extend(page.rows)
        return found

    async def only(self) -> CaseRow:
        rows = await self.rows()
        assert len(rows) == 1, [row.stage for row in rows]
        return rows[0]

    async def case(self, id: str) -> CaseDetail:
        page = await self.workspace.query(self.noa, CaseQuery(id))
        assert isinstance(page, CasePage)
        assert page.detail is not None
        return page.detail


@pytest.fixture(scope="session")
def new_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a store that was opened once: to copy it takes a tenth of making one."""
    folder = tmp_path_factory.mktemp("store") / "hub"
    Store.open(folder, synchronous="OFF").close()
    return folder


@pytest_asyncio.fixture
async def hub(tmp_path: Path, new_store: Path) -> AsyncIterator[Hub]:
    copytree(new_store, tmp_path / "hub")
    store = Store.open(tmp_path / "hub", synchronous="OFF")
    time = VirtualTime(T0)
    operator = Operator(store, time, Ids(1))
    noa = operator.add_agent("noa", "Noa", "agent", ("support",))
    avi = operator.add_agent("avi", "Avi", "supervisor", ("support", "billing"))
    lines = (Line(), Line("wa", "whatsapp"), Line("pbx", "phone"))
    workspace = Workspace(store, time, Ids(2), lines, inline=True)
    events: list[Event] = []
    workspace.subscribe(events.extend)
    await workspace.start()
    yield Hub(workspace, store, time, *lines, noa, avi, events)
    await workspace.stop()
