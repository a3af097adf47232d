"""The same person at two help desks is one row and one story on the desk, and each word goes out where it belongs."""

from __future__ import annotations

from pathlib import Path

from agent_tui.desk.drafts import Draft
from agent_tui.desk.inbox import InboxRow
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.known_as import name_of
from agent_tui.domain.orders import Assign, LinkElsewhere, Resolve, Snooze
from agent_tui.domain.time import SystemTime
from agent_tui.domain.views import ALL, MINE
from tests.services.sites import ChatwootSite, HubSite
from tests.services.test_both_shapes import SPEED, AtWork, at_work

TIME = SystemTime(SPEED)


def story(at: AtWork) -> list[tuple[str, str, str]]:
    """What was said, wherever: server, kind, words."""
    case = at.work.desk.open_case
    said = [
        (m.at, part.key.backend, m.kind, m.body.raw) for part in (case.parts if case else ()) for m in part.messages
    ]
    return [(server, kind, words) for _, server, kind, words in sorted(said) if kind != "system"]


def items(at: AtWork) -> list[InboxRow]:
    inbox = at.work.desk.inbox
    return [item for n in range(len(inbox)) if isinstance(item := inbox.item(n), InboxRow)]


async def test_one_row_one_story_and_each_answer_where_it_belongs(tmp_path: Path) -> None:
    hub, wood = HubSite(tmp_path, TIME), ChatwootSite(TIME)
    async with at_work(TIME, hub, wood) as at:
        here = CaseKey("hub", await hub.writes("Dana", "where is my lamp?"))
        there = CaseKey("chatwoot", await wood.writes("Dana", "did you get my mail?"))
        await at.until(lambda: [{i.key, *i.beside} for i in items(at)] == [{here, there}])
        assert sum(total for _, total in at.work.desk.inbox.totals()) == 1
        assert items(at)[0].row.unread == 2
        at.work.open(here)
        await at.until(lambda: len(story(at)) == 2)
        assert set(story(at)) == {("hub", "in", "where is my lamp?"), ("chatwoot", "in", "did you get my mail?")}
        at.work.send(Draft(here, "email", body="in Haifa"))
        at.work.turn(there)
        assert at.work.desk.open_case is not None and at.work.desk.open_case.key == there
        at.work.send(Draft(there, "email", body="we did"))
        await at.until(lambda: (hub.said(), wood.said()) == (["in Haifa"], ["we did"]))
        await at.until(lambda: at.work.desk.unsent == () and len(story(at)) == 4)
        assert {("hub", "out", "in Haifa"), ("chatwoot", "out", "we did")} <= set(story(at))


async def test_done_is_the_persons_and_is_taken_back_as_one(tmp_path: Path) -> None:
    hub, wood = HubSite(tmp_path, TIME), ChatwootSite(TIME)
    async with at_work(TIME, hub, wood) as at:
        at.work.show(ALL)
        here = CaseKey("hub", await hub.writes("Dana", "where is my lamp?"))
        await wood.writes("Dana", "did you get my mail?")
        await at.until(lambda: len(items(at)) == 1 and bool(items(at)[0].beside))
        at.work.order("hub", Resolve(here.case))
        await at.until(lambda: items(at) == [] and at.work.desk.unsent == ())
        at.work.undo()
        await at.until(lambda: len(items(at)) == 1 and bool(items(at)[0].beside))
        at.work.order("hub", Snooze(here.case, TIME.now() + 3_600_000))
        await at.until(lambda: len(items(at)) == 1 and items(at)[0].row.stage == "later" and bool(items(at)[0].beside))


async def test_whose_they_are_is_said_at_both(tmp_path: Path) -> None:
    hub, wood = HubSite(tmp_path, TIME), ChatwootSite(TIME)
    async with at_work(TIME, hub, wood) as at:
        at.work.show(ALL)
        here = CaseKey("hub", await hub.writes("Dana", "where is my lamp?"))
        there = CaseKey("chatwoot", await wood.writes("Dana", "did you get my mail?"))
        await hub.colleague_takes("Dana")
        await wood.colleague_takes("Dana")

        def owners() -> dict[CaseKey, str]:
            return {key: row.owner for key in (here, there) if (row := at.work.desk.row(key)) is not None}

        await at.until(lambda: owners() == {here: hub.other, there: wood.other} and bool(items(at)[0].beside))
        at.work.order("chatwoot", Assign(there.case, wood.me))
        await at.until(lambda: owners() == {here: hub.me, there: wood.me})


async def test_what_another_server_has_is_found_though_no_view_shows_it(tmp_path: Path) -> None:
    hub, wood = HubSite(tmp_path, TIME), ChatwootSite(TIME)
    async with at_work(TIME, hub, wood) as at:
        at.work.show(MINE)
        here = CaseKey("hub", await hub.writes("Dana", "where is my lamp?"))
        await wood.writes("Dana", "did you get my mail?")
        await at.until(lambda: len(items(at)) == 1 and bool(items(at)[0].beside))
        await wood.colleague_takes("Dana")  # it stands in no section of "mine" any more
        await at.until(lambda: [i.beside for i in items(at)] == [()])
        at.work.open(here)
        await at.until(lambda: len(story(at)) == 2)
        assert {server for server, *_ in story(at)} == {"hub", "chatwoot"}


async def test_who_begins_to_write_has_them_at_both_servers(tmp_path: Path) -> None:
    hub, other = HubSite(tmp_path, TIME), HubSite(tmp_path, TIME, id="yard")
    async with at_work(TIME, hub, other) as at:
        here = CaseKey("hub", await hub.writes("Dana", "where is my lamp?"))
        there = CaseKey("yard", await other.writes("Dana", "did you get my mail?"))
        await at.until(lambda: len(items(at)) == 1 and bool(items(at)[0].beside))
        at.work.open(here)
        at.work.handling.look(here)
        at.work.handling.begin(here)
        leases = at.work.desk.leases
        await at.until(lambda: bool(leases.fence(here) and leases.fence(there)))
        at.work.turn(there)
        await at.until(lambda: not at.work.handling.busy())
        assert leases.fence(here) and leases.fence(there), "turning to the other case gives neither away"
        at.work.close_case()
        await at.until(lambda: not (leases.fence(here) or leases.fence(there)))


async def test_another_dana_stays_another_row(tmp_path: Path) -> None:
    hub, wood = HubSite(tmp_path, TIME), ChatwootSite(TIME)
    async with at_work(TIME, hub, wood) as at:
        await hub.writes("Dana", "where is my lamp?")
        case = await wood.writes("Dana", "did you get my mail?")
        wood.fake.conversations[int(case)]["meta"]["sender"]["email"] = "dana@elsewhere.example"
        await wood.writes("Dana", "hello?")
        await at.until(lambda: len(items(at)) == 2 and all(not item.beside for item in items(at)))


async def test_an_agent_parts_and_joins_and_the_hub_keeps_it(tmp_path: Path) -> None:
    hub, wood = HubSite(tmp_path, TIME), ChatwootSite(TIME)
    async with at_work(TIME, hub, wood) as at:
        here = CaseKey("hub", await hub.writes("Dana", "where is my lamp?"))
        there = CaseKey("chatwoot", await wood.writes("Dana", "did you get my mail?"))
        await at.until(lambda: len(items(at)) == 1 and bool(items(at)[0].beside))
        at.work.open(here)
        await at.until(lambda: len(story(at)) == 2)
        row = at.work.desk.row(there)
        assert row is not None
        (itself,) = [digest[1:] for digest in row.known_as if digest[0] == "@"]
        at.work.order("hub", LinkElsewhere(here.case, itself, same=False))
        await at.until(lambda: len(items(at)) == 2 and {s for s, *_ in story(at)} == {"hub"})
        await hub.goes_down()
        await at.until(lambda: not at.up(hub))
        await hub.comes_back()
        await at.until(lambda: at.up(hub) and len(items(at)) == 2)
        at.work.undo()
        await at.until(lambda: len(items(at)) == 1 and {s for s, *_ in story(at)} == {"hub", "chatwoot"})


async def test_two_addresses_are_one_person_when_an_agent_says_so(tmp_path: Path) -> None:
    hub, wood = HubSite(tmp_path, TIME), ChatwootSite(TIME)
    async with at_work(TIME, hub, wood) as at:
        here = CaseKey("hub", await hub.writes("Dana", "where is my lamp?"))
        there = CaseKey("chatwoot", await wood.writes("Danush", "did you get my mail?"))
        await at.until(lambda: len(items(at)) == 2)
        row = at.work.desk.row(there)
        assert row is not None
        (itself,) = [digest[1:] for digest in row.known_as if digest[0] == "@"]
        at.work.order("hub", LinkElsewhere(here.case, itself, same=True))
        await at.until(lambda: len(items(at)) == 1 and {items(at)[0].key, *items(at)[0].beside} == {here, there})
        await hub.writes("Dana", "hello?")
        await at.until(lambda: len(items(at)) == 1 and items(at)[0].row.unread == 3)


async def test_giving_back_mine_leaves_a_colleagues_case_alone(tmp_path: Path) -> None:
    hub, yard = HubSite(tmp_path, TIME), HubSite(tmp_path, TIME, id="yard")
    async with at_work(TIME, hub, yard) as at:
        at.work.show(ALL)
        here = CaseKey("hub", await hub.writes("Dana", "where is my lamp?"))
        there = CaseKey("yard", await yard.writes("Dana", "did you get my mail?"))
        await yard.colleague_takes("Dana")

        def owner(key: CaseKey) -> str:
            row = at.work.desk.row(key)
            return row.owner if row is not None else "?"

        await at.until(lambda: owner(there) == yard.other and bool(items(at) and items(at)[0].beside))
        at.work.order("hub", Assign(here.case))
        await at.until(lambda: owner(here) == "" and at.work.desk.unsent == ())
        assert owner(there) == yard.other


async def test_what_a_server_without_a_line_has_stays_and_that_is_said(tmp_path: Path) -> None:
    hub, yard = HubSite(tmp_path, TIME), HubSite(tmp_path, TIME, id="yard")
    async with at_work(TIME, hub, yard) as at:
        at.work.show(ALL)
        told: list[str] = []
        at.work.subscribe(lambda changes: told.extend(str(notice.text) for notice in changes.notices))
        here = CaseKey("hub", await hub.writes("Dana", "where is my lamp?"))
        there = CaseKey("yard", await yard.writes("Dana", "did you get my mail?"))
        await at.until(lambda: len(items(at)) == 1 and bool(items(at)[0].beside))
        await yard.goes_down()
        await at.until(lambda: not at.up(yard))
        at.work.order("hub", Resolve(here.case))
        await at.until(lambda: [i.key for i in items(at)] == [there] and at.work.desk.unsent == ())
        assert "yard is not connected: their case there stays as it is" in told


async def test_a_mark_is_of_the_row_whichever_case_leads_it(tmp_path: Path) -> None:
    hub, yard = HubSite(tmp_path, TIME), HubSite(tmp_path, TIME, id="yard")
    async with at_work(TIME, hub, yard) as at:
        at.work.show(ALL)
        await hub.writes("Dana", "where is my lamp?")
        await yard.writes("Dana", "did you get my mail?")
        await at.until(lambda: len(items(at)) == 1 and bool(items(at)[0].beside))
        (row,) = items(at)
        at.work.toggle_mark(row.beside[0])
        assert items(at)[0].marked
        at.work.toggle_mark(row.key)
        assert not items(at)[0].marked and not at.work.desk.inbox.marked


async def test_what_was_found_is_kept_as_new_as_it_is(tmp_path: Path) -> None:
    hub, yard = HubSite(tmp_path, TIME), HubSite(tmp_path, TIME, id="yard")
    async with at_work(TIME, hub, yard) as at:
        at.work.show(MINE)
        here = CaseKey("hub", await hub.writes("Dana", "where is my lamp?"))
        there = CaseKey("yard", await yard.writes("Dana", "did you get my mail?"))
        await at.until(lambda: len(items(at)) == 1 and bool(items(at)[0].beside))
        await yard.colleague_takes("Dana")
        await at.until(lambda: [i.beside for i in items(at)] == [()])
        at.work.open(here)
        await at.until(lambda: len(story(at)) == 2)
        own = at.work.desk.row(here)
        assert own is not None
        apart = LinkElsewhere(there.case, name_of(own.known_as), same=False)
        await yard.workspace.order(yard._avi, "p1", apart)
        await at.until(lambda: {server for server, *_ in story(at)} == {"hub"})
        await hub.writes("Dana", "hello?")
        await at.until(lambda: len(story(at)) == 2)
        assert {server for server, *_ in story(at)} == {"hub"}, "it stays so"
