"""Desks without a screen: a workbench on a real websocket, with its outbox on disk."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from agent_tui.backends.hub import queries
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.store import Store
from agent_tui.backends.hub_client import HubBackend
from agent_tui.backends.wire.transport import Transport, connect_websocket
from agent_tui.desk.desk import Desk
from agent_tui.desk.drafts import Draft
from agent_tui.desk.inbox import InboxRow
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.model import Agent, CaseRow, Message
from agent_tui.domain.queries import RowsPage, RowsQuery
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import SystemTime
from agent_tui.domain.views import VIEWS, Section, View
from agent_tui.services.workbench import Workbench
from tests.end_to_end.hub_run import PATIENCE, HubRun, until

PAGE = 40


class TestDesk:
    """One agent's desk. `bench` as commands and widgets use it."""

    __test__ = False

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench

    @property
    def desk(self) -> Desk:
        return self.bench.desk

    @property
    def me(self) -> Agent:
        me = self.desk.backends["hub"].me
        assert me is not None
        return me

    def up(self) -> bool:
        return self.desk.backends["hub"].state == "up"

    def rows(self) -> list[CaseRow]:
        """The rows of the view that are held."""
        return [row for _, _, row in self.desk.inbox.rows()]

    def row_of(self, name: str) -> CaseRow | None:
        """By the customer's name or address, as the row shows it."""
        return next((row for row in self.rows() if row.name.raw == name), None)

    async def until(self, true: Callable[[], bool], seconds: float = PATIENCE, what: str = "") -> None:
        await until(true, seconds, what)

    async def until_row(self, name: str, seconds: float = PATIENCE) -> CaseRow:
        await until(lambda: self.row_of(name) is not None, seconds, f"a row of {name}")
        row = self.row_of(name)
        assert row is not None
        return row

    async def open(self, row: CaseRow) -> None:
        """Open the case and wait for its timeline."""
        self.bench.open(CaseKey("hub", row.id))
        await until(lambda: self.desk.open_case is not None and not self.desk.open_case.loading, what="the timeline")

    def messages(self) -> tuple[Message, ...]:
        assert self.desk.open_case is not None
        return self.desk.open_case.messages

    def reply(self, row: CaseRow, body: str, **more: object) -> str:
        """Send at once; the command id."""
        draft = Draft(CaseKey("hub", row.id), row.channel, body=body)
        for name, value in more.items():
            setattr(draft, name, value)
        return self.bench.send(draft)

    def unsent(self) -> list[str]:
        return [entry.state for entry in self.desk.unsent]

    async def all_rows(self, view: View) -> dict[Section, list[CaseRow]]:
        """Page through a whole view as a person with much time would."""
        self.bench.show(view)
        inbox = self.desk.inbox
        await until(lambda: all(inbox.total_of("hub", section) is not None for section in view.sections), what="totals")
        found: dict[Section, list[CaseRow]] = {section: [] for section in view.sections}
        seen: set[tuple[Section, str]] = set()
        start = 0
        while start < len(inbox):
            stop = min(start + PAGE, len(inbox))
            self.bench.look_at(start, stop)
            await until(lambda a=start, b=stop: self._loaded(a, b), what=f"rows {start} to {stop}")  # type: ignore[misc]
            section = view.sections[0]
            for index in range(start, min(stop, len(inbox))):
                item = inbox.item(index)
                section = item.section if not isinstance(item, InboxRow) else self._section_at(index)
                if isinstance(item, InboxRow) and (section, item.row.id) not in seen:
                    seen.add((section, item.row.id))
                    found[section].append(item.row)
            start = stop
        return found

    def _loaded(self, start: int, stop: int) -> bool:
        inbox = self.desk.inbox
        items = [inbox.item(index) for index in range(start, min(stop, len(inbox)))]
        return all(type(item).__name__ != "InboxGap" for item in items) and not self.bench.busy()

    def _section_at(self, index: int) -> Section:
        inbox = self.desk.inbox
        while isinstance(item := inbox.item(index), InboxRow):
            index -= 1
        return item.section


@asynccontextmanager
async def desk(
    url: str, token: str, folder: Path | None = None, *, speed: float = 20.0, undo_seconds: float = 0.0, seed: int = 1
) -> AsyncIterator[TestDesk]:
    """A running desk. Its line's back-off runs `speed` times as fast as the clock, so that kills can follow quickly."""

    async def connect() -> Transport:
        return await connect_websocket(url, token)

    backend = HubBackend("hub", connect, SystemTime(speed=speed), token=token, chance=random.Random(seed))
    bench = Workbench([backend], folder, SystemTime(), undo_seconds)
    running = asyncio.create_task(bench.run())
    bench.look_at(0, PAGE)
    try:
        yield TestDesk(bench)
    finally:
        await bench.stop()
        await asyncio.wait_for(running, PATIENCE)


def hub_rows(hub: HubRun, agent: Agent, section: Section) -> list[CaseRow]:
    """What the hub holds of a section, straight from its store."""
    store = Store.open(hub.data, check=False)
    found: list[CaseRow] = []
    try:
        with store.read() as connection:
            while True:
                cursor = (found[-1].sort_at, found[-1].id) if found else None
                query = RowsQuery(section, anchor="after" if cursor else "start", cursor=cursor, limit=500)
                page = queries.answer(connection, HubPolicy(), agent, query, 0)
                assert isinstance(page, RowsPage)
                found += page.rows
                if len(found) >= page.total or not page.rows:
                    return found
    finally:
        store.close()


async def same_as_hub(hub: HubRun, desk: TestDesk) -> int:
    """Every row that the desk can page to equals the hub's; the number of rows."""
    await until(lambda: desk.up() and desk.desk.backends["hub"].seq == hub.head(), PATIENCE, "the desk has caught up")
    rows = 0
    for name in VIEWS:
        paged = await desk.all_rows(VIEWS[name])
        for section, shown in paged.items():
            held = hub_rows(hub, desk.me, section)
            assert shown == held, f"{name}: {section} differs: {len(shown)} rows on the desk, {len(held)} at the hub"
            rows += len(held)
    return rows


def text(value: str) -> CustomerText:
    return CustomerText(value)
