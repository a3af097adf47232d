"""A hub on which much happens: real desk server and real cases, but its events lie nowhere, so that what is measured is
the desk. python -m bench.busy_hub FOLDER RATE: serves the cases of a folder of bench.fill_hub, prints one line of JSON,
and lets RATE events a second happen from SIGUSR1 to SIGUSR2 (see bench.rouse).
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
from dataclasses import replace
from pathlib import Path

from agent_tui.backends.base import Acked, Outcome
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.server import DeskServer
from agent_tui.backends.hub.store import Store
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.config.hub_settings import load_hub_settings
from agent_tui.domain.events import Event, MessageAdded
from agent_tui.domain.model import Agent, CaseRow, Message
from agent_tui.domain.orders import Order
from agent_tui.domain.queries import Page, Query, RowsPage, RowsQuery
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import SystemTime
from agent_tui.domain.views import Section
from agent_tui.hub_process import data_folder
from bench.fill_hub import AGENT
from bench.only_looked_at import OnlyLookedAt

WRITING = 1_000
"""Customers who write again and again, those at the top of the inbox among them."""
TURN = 0.01
"""Seconds between two batches."""


class Busy(OnlyLookedAt):
    """A workspace whose agents only look. Raises what the workspace raises."""

    def __init__(self, workspace: Workspace, rate: int) -> None:
        super().__init__()
        self._workspace = workspace
        self._each = max(1, round(rate * TURN))
        self._seq = workspace.head()
        self._rows: list[CaseRow] = []
        self._chance = random.Random(3)
        self._playing: asyncio.Task[None] | None = None
        self.log = workspace.log
        self.orders = workspace.orders
        self.cards = workspace.cards

    def head(self) -> int:
        return self._seq

    async def authenticate(self, token: str) -> Agent | None:
        return await self._workspace.authenticate(token)

    async def access(self) -> object:
        return await self._workspace.access()

    async def order(self, agent: Agent, command_id: str, order: Order, fence: int = 0, desk: str = "") -> Outcome:
        return Acked(command_id, "")

    async def query(self, agent: Agent, query: Query) -> Page:
        return replace(await self._workspace.query(agent, query), seq=self._seq)

    async def load(self) -> None:
        """Learn who will write."""
        me, cursor = Agent(AGENT, AGENT), None
        while len(self._rows) < WRITING:
            query = RowsQuery(Section("mine", "us"), anchor="after" if cursor else "start", cursor=cursor, limit=500)
            page = await self._workspace.query(me, query)
            assert isinstance(page, RowsPage)
            if not page.rows:
                break
            self._rows += page.rows
            cursor = (page.rows[-1].sort_at, page.rows[-1].id)

    def rouse(self) -> None:
        self._playing = self._playing or asyncio.get_running_loop().create_task(self._play())

    def calm(self) -> None:
        if self._playing is not None:
            self._playing.cancel()
            self._playing = None

    async def _play(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            self._callback([self._writes() for _ in range(self._each)])
            due += TURN
            await asyncio.sleep(max(0.0, due - loop.time()))

    def _writes(self) -> Event:
        at = self._chance.randrange(len(self._rows))
        row = self._rows[at]
        self._seq += 1
        said = CustomerText(f"and another thing, {self._seq}: {'please answer ' * 4}")
        now = SystemTime().now()
        message = Message(f"m{self._seq}", row.id, "", row.channel, "in", now, said, sender=row.name)
        row = self._rows[at] = replace(row, version=self._seq, unread=row.unread + 1, preview=said, last_at=now)
        return Event(self._seq, self._seq - 1, now, now, MessageAdded(message), row.id, "", row)


async def serve(folder: Path, rate: int) -> None:
    env = {**os.environ, "HOME": str(folder)}
    loaded = load_hub_settings(folder / "hub.toml", env)
    time = SystemTime()
    workspace = Workspace(Store.open(data_folder(loaded, folder), check=False), time, Ids())
    busy = Busy(workspace, rate)
    await busy.load()
    desks = DeskServer(busy, time)
    await desks.start("127.0.0.1", 0)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, busy.rouse)
    loop.add_signal_handler(signal.SIGUSR2, busy.calm)
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    print(json.dumps({"ready": True, "desk_url": desks.url}), flush=True)
    await stop.wait()
    busy.calm()
    await desks.stop()
    await workspace.stop()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
