"""The same desk on two shapes of server: with replay and command ids, and (Chatwoot) with neither; and on both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from agent_tui.desk.changes import Changes
from agent_tui.desk.drafts import Draft
from agent_tui.desk.inbox import InboxRow
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.model import CaseRow
from agent_tui.domain.orders import Label, MarkRead, MarkUnread, Note, Prioritise, Reopen, Resolve, Snooze
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import SystemTime, TimeSource
from agent_tui.domain.views import ALL, DONE
from agent_tui.services.workbench import Workbench
from tests.services.sites import ChatwootSite, HubSite, Site

SPEED = 4.0


class AtWork:
    """A desk and the sites it works on."""

    def __init__(self, work: Workbench, *sites: Site) -> None:
        self.work = work
        self.sites = sites
        self._news = asyncio.Event()
        work.subscribe(self._heard)

    def _heard(self, _: Changes) -> None:
        self._news.set()

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until what is shown makes it true."""
        async with asyncio.timeout(20):
            while not true():
                self._news.clear()
                try:
                    await self._news.wait()
                except asyncio.CancelledError:
                    print("AT", self.rows(), self.lines(), self.work.desk.unsent, self.work.desk.backends)
                    raise

    def rows(self) -> dict[str, CaseRow]:
        """The rows shown, by the customer's name."""
        inbox = self.work.desk.inbox
        items = [inbox.item(index) for index in range(len(inbox))]
        return {item.row.name.raw: item.row for item in items if isinstance(item, InboxRow)}

    def lines(self) -> list[tuple[str, str]]:
        case = self.work.desk.open_case
        spoken = case.messages if case is not None else ()
        return [(message.kind, message.body.raw) for message in spoken if message.kind != "system"]

    def up(self, site: Site) -> bool:
        return self.work.desk.backends[site.backend.id].state == "up"


@asynccontextmanager
async def at_work(time: TimeSource, *sites: Site) -> AsyncIterator[AtWork]:
    async with AsyncExitStack() as stack:
        for site in sites:
            await site.start()
            stack.push_async_callback(site.stop)
        work = Workbench([site.backend for site in sites], None, time, undo_seconds=0.2)
        at = AtWork(work, *sites)
        running = asyncio.create_task(work.run())

        async def stop() -> None:
            await work.stop()
            await running

        stack.push_async_callback(stop)
        work.look_at(0, 30)
        await at.until(lambda: all(at.up(site) for site in sites))
        yield at


@pytest.fixture(params=["hub", "chatwoot"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Site:
    return make(request.param, tmp_path)


TIME = SystemTime(SPEED)


def make(shape: str, folder: Path) -> Site:
    return HubSite(folder, TIME) if shape == "hub" else ChatwootSite(TIME)


async def test_a_customer_writes_and_gets_an_answer(site: Site) -> None:
    async with at_work(TIME, site) as at:
        key = CaseKey(site.backend.id, await site.writes("Dana", "where is my lamp?"))
        await at.until(lambda: "Dana" in at.rows())
        row = at.rows()["Dana"]
        assert (row.stage, row.owner) == ("us", site.me)
        assert row.clock is not None and row.clock.metric == "first"
        assert row.clock.estimated == (not site.backend.capabilities.due_times)
        at.work.open(key)
        await at.until(lambda: at.lines() == [("in", "where is my lamp?")])
        at.work.send(Draft(key, row.channel, body="in Haifa"))
        await at.until(lambda: site.said() == ["in Haifa"])
        await at.until(lambda: at.rows().get("Dana", row).stage == "customer" and at.work.desk.unsent == ())
        assert at.lines() == [("in", "where is my lamp?"), ("out", "in Haifa")]
        await site.writes("Dana", "thanks")
        await at.until(lambda: at.rows()["Dana"].stage == "us" and len(at.lines()) == 3)
        assert at.lines()[-1] == ("in", "thanks")


async def test_every_order_that_both_know_shows_in_the_row(site: Site) -> None:
    async with at_work(TIME, site) as at:
        case = await site.writes("Dana", "hello")
        at.work.show(ALL)
        at.work.open(CaseKey(site.backend.id, case))
        await at.until(lambda: "Dana" in at.rows() and at.rows()["Dana"].owner == site.me)
        order = at.work.order
        order(site.backend.id, Note(case, CustomerText("knows Avi")))
        await at.until(lambda: ("note", "knows Avi") in at.lines())
        order(site.backend.id, Label(case, ("vip",)))
        await at.until(lambda: at.rows()["Dana"].labels == ("vip",))
        order(site.backend.id, Prioritise(case, 3))
        await at.until(lambda: at.rows()["Dana"].priority == 3)
        order(site.backend.id, MarkRead(case, at.rows()["Dana"].version))
        await at.until(lambda: at.rows()["Dana"].unread == 0)
        order(site.backend.id, MarkUnread(case))
        await at.until(lambda: at.rows()["Dana"].unread == 1)
        until = TIME.now() + 3_600_000
        order(site.backend.id, Snooze(case, until))
        await at.until(lambda: at.rows()["Dana"].stage == "later")
        assert (at.rows()["Dana"].snoozed or 0) // 1000 == until // 1000
        order(site.backend.id, Reopen(case))
        await at.until(lambda: at.rows()["Dana"].stage == "us")
        order(site.backend.id, Resolve(case))
        await at.until(lambda: "Dana" not in at.rows())
        at.work.show(DONE)
        await at.until(lambda: "Dana" in at.rows())
        await at.until(lambda: at.work.desk.unsent == ())


async def test_a_colleague_takes_a_case_from_my_view(site: Site) -> None:
    async with at_work(TIME, site) as at:
        await site.writes("Dana", "hello")
        await site.writes("Omar", "hi")
        await at.until(lambda: {"Dana", "Omar"} <= at.rows().keys())
        await site.colleague_takes("Dana")
        await at.until(lambda: set(at.rows()) == {"Omar"})


async def test_what_happened_in_an_outage_is_there_after_it(site: Site) -> None:
    async with at_work(TIME, site) as at:
        key = CaseKey(site.backend.id, await site.writes("Dana", "one"))
        await at.until(lambda: "Dana" in at.rows())
        at.work.open(key)
        await at.until(lambda: at.lines() == [("in", "one")])
        await site.goes_down()
        await at.until(lambda: not at.up(site))
        assert "Dana" in at.rows()
        await site.writes("Dana", "two")
        await site.writes("Omar", "new")
        at.work.send(Draft(key, "email", body="written while away"))
        await at.until(lambda: [entry.state for entry in at.work.desk.unsent] == ["waiting"])
        await site.comes_back()
        await at.until(lambda: at.up(site) and {"Dana", "Omar"} <= at.rows().keys())
        await at.until(lambda: len(at.lines()) == 3 and at.work.desk.unsent == ())
        assert at.lines() == [("in", "one"), ("in", "two"), ("out", "written while away")]
        assert site.said() == ["written while away"]


async def test_two_backends_at_once_one_goes_down_and_comes_back(tmp_path: Path) -> None:
    hub, chatwoot = make("hub", tmp_path), make("chatwoot", tmp_path)
    async with at_work(TIME, hub, chatwoot) as at:
        await hub.writes("Dana", "hub")
        lea = CaseKey("chatwoot", await chatwoot.writes("Lea", "chatwoot"))
        await at.until(lambda: {"Dana", "Lea"} <= at.rows().keys())
        await chatwoot.goes_down()
        await at.until(lambda: not at.up(chatwoot))
        assert at.up(hub)
        await chatwoot.writes("Ruth", "meanwhile")
        await hub.writes("Omar", "while it is away")
        await at.until(lambda: "Omar" in at.rows())
        assert {"Dana", "Lea", "Omar"} == set(at.rows())
        at.work.send(Draft(lea, "email", body="later"))
        await chatwoot.comes_back()
        await at.until(lambda: {"Dana", "Lea", "Omar", "Ruth"} == set(at.rows()))
        await at.until(lambda: chatwoot.said() == ["later"])
        places = [row.sort_at for row in at.rows().values() if row.stage == "us"]
        assert places == sorted(places)
