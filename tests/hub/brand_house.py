"""A hub of two brands: who speaks for which of them, and what they write to each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.store import Store
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.domain.events import Event
from agent_tui.domain.model import Agent, CaseRow, Sender
from agent_tui.domain.queries import RowsPage, RowsQuery
from agent_tui.domain.time import VirtualTime
from agent_tui.domain.views import ALL
from tests.hub.conftest import Hub
from tests.hub.fakes import T0, Line, mail


@dataclass
class House(Hub):
    """Noa speaks for Nofar, Oren for Ogen, Avi for both."""

    oren: Agent = field(kw_only=True)
    operator: Operator = field(kw_only=True)

    async def writes(self, brand: str, id: str, text: str = "hello", address: str = "") -> CaseRow:
        """A customer writes to a brand; the row of their case."""
        got = mail(id, text)
        got = replace(got, account="mail" if brand == "nofar" else "ogen", address=address or got.address)
        await self.workspace.port.inbound(got)
        await self.settle()
        rows = await self.seen_by(self.avi)
        return max((row for row in rows if row.brand == brand), key=lambda row: row.version)

    async def seen_by(self, agent: Agent, text: str = "") -> list[CaseRow]:
        found: list[CaseRow] = []
        for section in ALL.sections:
            page = await self.workspace.query(agent, RowsQuery(section, text=text))
            assert isinstance(page, RowsPage)
            assert len(page.rows) == page.total
            found.extend(page.rows)
        return found


@asynccontextmanager
async def open_house(folder: Path) -> AsyncIterator[House]:
    store = Store.open(folder / "hub", synchronous="OFF")
    time = VirtualTime(T0)
    operator = Operator(store, time, Ids(1))
    noa = operator.add_agent("noa", "Noa", brands=("nofar",))
    oren = operator.add_agent("oren", "Oren", brands=("ogen",))
    avi = operator.add_agent("avi", "Avi")
    lines = (Line(), Line("wa", "whatsapp"), Line("pbx", "phone"))
    ogen = Line("ogen", "email")
    policy = HubPolicy(
        senders=(
            Sender("mail", "email", "nofar", "care@nofar.example"),
            Sender("ogen", "email", "ogen", "care@ogen.example"),
        ),
        account_brand={"mail": "nofar", "ogen": "ogen"},
        brand_titles=(("nofar", "Nofar Home"), ("ogen", "Ogen")),
    )
    workspace = Workspace(store, time, Ids(2), (*lines, ogen), policy, inline=True)
    events: list[Event] = []
    workspace.subscribe(events.extend)
    await workspace.start()
    try:
        yield House(workspace, store, time, *lines, noa, avi, events, oren=oren, operator=operator)
    finally:
        await workspace.stop()
