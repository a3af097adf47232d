"""A hub that tells the customers of an incident one thing after the other, until a test kills it.

What the channel accepted is appended to the file `sends`; each acknowledged update goes to standard output. `number`:
that of the first update, given again where nobody knows whether it was done.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from agent_tui.backends.base import Acked
from agent_tui.backends.connectors.base import Inbound
from agent_tui.backends.hub.access import AccessError, Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.store import Store
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.domain.model import Agent
from agent_tui.domain.orders import OpenIncident, UpdateIncident
from agent_tui.domain.queries import ReachPage, ReachQuery, RowsPage, RowsQuery
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import SystemTime
from agent_tui.domain.views import Section
from tests.hub.crash_worker import Channel, tell

CUSTOMERS = 40


async def main(folder: Path, sends: Path, number: int) -> None:
    time = SystemTime()
    store = Store.open(folder, exclusive=True)
    try:
        me = Operator(store, time, Ids()).add_agent("noa", "Noa")
    except AccessError:
        me = Agent("noa", "Noa")
    workspace = Workspace(store, time, Ids(), [Channel(sends)])
    await workspace.start()
    if not number:
        await _begin(workspace, me, time)
    page = await workspace.query(me, ReachQuery("i_1"))
    assert isinstance(page, ReachPage)
    cases = tuple(one.case for one in page.hearers if not one.why)
    tell("ready")
    while True:
        order = UpdateIncident("i_1", f"u_{number}", cases, CustomerText(f"news {number}"))
        outcome = await workspace.order(me, f"cmd-{number}", order)
        assert isinstance(outcome, Acked), outcome
        tell(f"u_{number}")
        number += 1


async def _begin(workspace: Workspace, me: Agent, time: SystemTime) -> None:
    for who in range(CUSTOMERS):
        said = Inbound(
            "wa", "whatsapp", f"in-{who}", "wa", f"+{who}", f"C{who}", "no internet", time.now(), thread=f"+{who}"
        )
        await workspace.port.inbound(said)
    page = await workspace.query(me, RowsQuery(Section("all", "us"), limit=500))
    assert isinstance(page, RowsPage)
    await workspace.order(me, "open", OpenIncident("i_1", CustomerText("down"), tuple(row.id for row in page.rows)))


def run(folder: Path, sends: Path, number: int) -> None:
    asyncio.run(main(folder, sends, number))
