"""What a desk has of a customer who is erased goes from its screen and its disk, while it runs and at its start."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from agent_tui.backends.base import Acked
from agent_tui.backends.chatwoot.backend import ChatwootBackend
from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.desk.drafts import Draft, LocalFile
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.model import Agent
from agent_tui.domain.orders import EraseCustomer, Label, Note
from agent_tui.domain.queries import CasePage, CaseQuery
from agent_tui.domain.saved_views import SavedView
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import SystemTime
from agent_tui.domain.views import ALL
from agent_tui.services.workbench import Workbench
from tests.desk.world import World, row
from tests.hub.traces import traces
from tests.services.bench import bench
from tests.services.scripted import ScriptedBackend
from tests.services.sites import HubSite
from tests.services.test_both_shapes import AtWork

TIME = SystemTime(4.0)
NAME, SAID, WRITTEN, NOTED, FILE = (
    "Zebulonica",
    "xylophonically mine",
    "draftish quibbling",
    "noteish dawdling",
    "blobbily",
)
MARKS = (NAME, f"{NAME}@example.com", SAID, WRITTEN, NOTED, FILE)


@asynccontextmanager
async def desk_on(site: HubSite, folder: Path) -> AsyncIterator[AtWork]:
    import asyncio

    work = Workbench([site.backend], folder, TIME)
    at = AtWork(work, site)
    running = asyncio.create_task(work.run())
    work.show(ALL)
    work.look_at(0, 30)
    try:
        await at.until(lambda: work.desk.backends["hub"].state == "up")
        yield at
    finally:
        await work.stop()
        await running


@asynccontextmanager
async def hub_at(folder: Path) -> AsyncIterator[tuple[HubSite, Agent]]:
    site = HubSite(folder, TIME)
    eve = Operator(site._store, TIME, Ids(9)).add_agent("eve", "Eve", "admin")
    await site.start()
    try:
        yield site, eve
    finally:
        await site.stop()


async def erase(site: HubSite, eve: Agent, case: str) -> None:
    page = await site.workspace.query(eve, CaseQuery(case))
    assert isinstance(page, CasePage) and page.detail is not None
    customer = page.detail.customer.id
    outcome = await site.workspace.order(eve, f"erase-{case}", EraseCustomer(customer, (customer,)))
    assert isinstance(outcome, Acked), outcome


async def test_a_running_desk_forgets_them_and_says_what_was_not_sent(tmp_path: Path) -> None:
    state = tmp_path / "state"
    async with hub_at(tmp_path) as (site, eve), desk_on(site, state) as at:
        desk, work = at.work.desk, at.work
        key = CaseKey("hub", await site.writes(NAME, SAID))
        other = CaseKey("hub", await site.writes("Ruth", "what about my parcel"))
        await at.until(lambda: {NAME, "Ruth"} <= at.rows().keys())
        work.open(key)
        await at.until(lambda: at.lines() == [("in", SAID)])
        work.order("hub", Label(key.case, ("vip",)))
        await at.until(lambda: desk.unsent == ())
        work.toggle_mark(key)
        work.find(SAID)
        await at.until(lambda: desk.finding is not None and len(desk.finding.found) > 0)
        work.show_past()
        await at.until(lambda: desk.past is not None and not desk.past.loading)
        views = (
            SavedView("hers", "all", text=f'from:"{NAME.lower()}@example.com"'),
            SavedView("late", "all", text="is:late"),
        )
        work.save_views(views)
        (state / "files").mkdir(exist_ok=True)
        (state / "files" / "hub-0123").write_text(FILE)
        await site.goes_down()
        await at.until(lambda: desk.backends["hub"].state == "down")
        work.order("hub", Note(key.case, CustomerText(NOTED)))
        work.send(Draft(key, "email", body=f"{WRITTEN} held"))
        work.save_draft(Draft(key, "email", body=WRITTEN, files=(LocalFile(f"/x/{FILE}", FILE, "", 1),)))
        work._drafts.put_aside(key, Draft(key, "email", body=f"{WRITTEN} aside"))
        desk.other_drafts |= work._drafts.asides
        work.save_draft(Draft(other, "email", body="to Ruth"))
        assert len(traces(state, MARKS)) >= 4
        await erase(site, eve, key.case)
        told: list[str] = []
        work.subscribe(lambda changes: told.extend(str(notice.text) for notice in changes.notices))
        await site.comes_back()
        await at.until(lambda: desk.unsent == () and (row := desk.row(key)) is not None and row.erased)
        await at.until(lambda: bool(at.lines()))
        assert at.lines() == [("in", "")]
        assert "4 unsent texts were for a customer who was erased: they are gone" in told
        assert traces(state, MARKS) == []
        assert (list(desk.drafts), desk.other_drafts) == ([other], {})
        assert [view.name for view in desk.saved.views] == ["late"]
        assert key not in desk.inbox.marked
        assert desk.finding is not None and desk.finding.found == ()
        work.save_draft(Draft(key, "email", body=WRITTEN))
        assert (traces(state, MARKS), str(work.undo())) == ([], "nothing to undo")
        assert site.said() == []
        await at.until(lambda: desk.past is not None and not desk.past.loading)
        assert desk.past is not None
        assert NAME not in repr([entry.message and entry.message.sender.raw for c in desk.past.chunks for entry in c])


async def test_a_desk_that_was_away_looks_at_what_it_has(tmp_path: Path) -> None:
    state = tmp_path / "state"
    async with hub_at(tmp_path) as (site, eve):
        async with desk_on(site, state) as at:
            key = CaseKey("hub", await site.writes(NAME, SAID))
            other = CaseKey("hub", await site.writes("Ruth", "what about my parcel"))
            second = CaseKey("hub", await site.writes("Second", "of mine too"))
            await at.until(lambda: {NAME, "Ruth", "Second"} <= at.rows().keys())
            await site.goes_down()
            await at.until(lambda: at.work.desk.backends["hub"].state == "down")
            at.work.save_draft(Draft(key, "email", body=WRITTEN))
            at.work.save_draft(Draft(other, "email", body="to Ruth"))
            at.work.order("hub", Note(second.case, CustomerText(NOTED)))
        assert {trace.partition(": ")[2] for trace in traces(state, MARKS)} == {WRITTEN, NOTED}
        await erase(site, eve, key.case)
        await erase(site, eve, second.case)
        site._down = False
        site.backend = site._hub = type(site._hub)("hub", site._connect, TIME)
        async with desk_on(site, state) as at:
            await at.until(lambda: list(at.work.desk.drafts) == [other] and at.work.desk.unsent == ())
        assert traces(state, MARKS) == []


async def test_a_refusal_is_enough_to_know(tmp_path: Path) -> None:
    """It may come before the event does."""
    world = World()
    world.put(row("c1"))
    backend = ScriptedBackend(world)
    async with bench(backend, folder=tmp_path / "state", undo_seconds=0) as b:
        backend.connect()
        await b.rest()
        backend.refused_as = "erased"
        backend.refusing = "That customer was erased."
        key = CaseKey("hub", "c1")
        b.work.send(Draft(key, "email", body=WRITTEN))
        await b.rest()
        assert (b.desk.unsent, b.desk.drafts) == ((), {})
        assert traces(tmp_path / "state", [WRITTEN]) == []


async def test_a_server_that_cannot_erase_does_not_say_that_it_can() -> None:
    chatwoot = ChatwootBackend("chatwoot", "http://127.0.0.1:1", "token", TIME)
    assert "erase-customer" not in chatwoot.capabilities.orders
    assert chatwoot.capabilities.orders
