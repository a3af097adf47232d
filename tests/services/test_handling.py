"""Several terminals on one hub: who has a case, what the others see, and what becomes of their words."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest_asyncio

from agent_tui.backends.base import Outcome, OutcomeUnknown
from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.server import DeskServer
from agent_tui.backends.hub.store import Store, drafts
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.backends.hub_client import HubBackend
from agent_tui.backends.wire.transport import MemoryTransport, Transport, TransportClosed, memory_pair
from agent_tui.desk.drafts import Draft
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.model import Agent, Call, CaseRow, Role
from agent_tui.domain.orders import AskLease, HandOver, Order, TakeOver
from agent_tui.domain.queries import HeldQuery, Page, Query
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import VirtualTime
from agent_tui.services.workbench import Workbench
from tests.hub.fakes import T0, Line, chat


class Deaf(HubBackend):
    """A line whose answers can get lost."""

    deaf: tuple[str, ...] = ()
    """Orders whose answers do."""
    slow: float = 0.0
    """Seconds by which the answer to what drafts there are comes late."""

    async def query(self, query: Query) -> Page:
        page = await super().query(query)
        if self.slow and isinstance(query, HeldQuery):
            late = asyncio.Event()
            self._time.call_later(self.slow, late.set)
            await late.wait()
        return page

    async def order(self, command_id: str, order: Order, fence: int = 0) -> Outcome:
        outcome = await super().order(command_id, order, fence)
        if order.name in self.deaf:
            raise OutcomeUnknown("no answer")
        return outcome


@dataclass
class Terminal:
    """One desk, with its line."""

    office: Office
    agent: Agent
    folder: Path | None
    down: bool = False
    far: list[MemoryTransport] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    serving: list[asyncio.Task[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.hub = Deaf("hub", self._connect, self.office.time, chance=random.Random(1))
        self.work = Workbench([self.hub], self.folder, self.office.time, 0.0)
        self.work.subscribe(lambda changes: self.told.extend(str(notice.text) for notice in changes.notices))
        self._run = asyncio.create_task(self.work.run())

    async def _connect(self) -> Transport:
        if self.down:
            raise TransportClosed(1006, "refused")
        near, far = memory_pair()
        self.far.append(far)
        self.serving.append(asyncio.create_task(self.office.server.serve_transport(far, self.agent)))
        return near

    async def loses_line(self) -> None:
        self.down = True
        for far in self.far:
            await far.close(1012, "gone")
        self.far.clear()
        await self.office.rest()

    async def comes_back(self) -> None:
        self.down = False
        self.hub.try_now()
        await self.office.rest()

    async def opens(self) -> None:
        self.work.look_at(0, 30)
        await self.office.rest()
        self.work.open(self.office.key)
        self.work.handling.look(self.office.key)
        await self.office.rest()

    async def goes_to_composer(self) -> None:
        self.work.handling.begin(self.office.key)
        await self.office.rest()

    async def leaves(self) -> None:
        self.work.left_composer()
        self.work.close_case()
        await self.office.rest()

    async def types(self, text: str) -> None:
        self.work.save_draft(self.draft(text))
        self.work.handling.typed(self.office.key, "whatsapp")
        await self.office.rest()

    async def sends(self, text: str, seen: int = 0) -> None:
        self.work.send(self.draft(text, seen))
        await self.office.rest()

    def draft(self, text: str, seen: int = 0) -> Draft:
        now = self.office.time.now()
        return Draft(self.office.key, "whatsapp", body=text, updated=now, base_version=seen)

    @property
    def row(self) -> CaseRow:
        row = self.work.desk.row(self.office.key)
        assert row is not None
        return row

    @property
    def has_it(self) -> bool:
        return self.office.key in self.work.desk.leases.mine

    def kept(self) -> str:
        draft = self.work.desk.drafts.get(self.office.key)
        return draft.body if draft is not None else ""

    def watchers(self) -> list[tuple[str, str, str]]:
        case = self.work.desk.open_case
        assert case is not None
        return [(one.agent, one.doing, one.channel) for one in case.watchers]

    async def end(self) -> None:
        self.down = True
        await self.work.stop()
        await self._run
        for far in self.far:
            await far.close(1000, "")
        await asyncio.gather(*self.serving, return_exceptions=True)


class Office:
    """A hub with one case, on virtual time."""

    def __init__(self, folder: Path) -> None:
        self.time = VirtualTime(T0)
        self.folder = folder
        self.store = Store.open(folder / "hub", synchronous="OFF")
        self.line = Line("wa", "whatsapp")
        self.operator = Operator(self.store, self.time, Ids(1))
        self.people = {id: self.operator.add_agent(id, id.title(), role) for id, role in _PEOPLE.items()}
        self.workspace = Workspace(self.store, self.time, Ids(2), [self.line], inline=True)
        self.server = DeskServer(self.workspace, self.time)
        self.terminals: list[Terminal] = []
        self.key = CaseKey("hub", "")
        self._said = 0

    async def open(self) -> None:
        await self.workspace.start()
        await self.writes("hi")
        events = await self.workspace.replay(self.people["noa"], 0, 50)
        self.key = CaseKey("hub", next(event.case for event in events or [] if event.case))

    async def writes(self, text: str) -> None:
        assert self.line.port is not None
        self._said += 1
        await self.line.port.inbound(chat(f"w{self._said}", text, at=self.time.now()))
        await self.rest()

    async def terminal(self, agent: str, folder: str = "") -> Terminal:
        made = Terminal(self, self.people[agent], self.folder / folder if folder else None)
        self.terminals.append(made)
        await self.rest()
        await made.opens()
        return made

    async def rest(self) -> None:
        quiet = 0
        while quiet < 8:
            await asyncio.sleep(0)
            busy = any((t.work.busy() and not t.hub.slow) or not t.hub.idle() for t in self.terminals)
            quiet = 0 if busy or not self.workspace.idle() or not self.server.idle() else quiet + 1

    async def advance(self, seconds: float) -> None:
        end = self.time.now() + round(seconds * 1000)
        await self.rest()
        while self.time.advance_to_next(end):
            await self.rest()

    def held(self, agent: str) -> list[str]:
        """Drafts of this agent at the hub."""
        with self.store.read() as connection:
            return [draft.body.raw for draft in drafts.of_agent(connection, agent)]

    def sent(self) -> list[str]:
        return [one.body for one in self.line.sent]


_PEOPLE: dict[str, Role] = {"noa": "agent", "avi": "agent", "rami": "supervisor"}


@asynccontextmanager
async def an_office(folder: Path) -> AsyncIterator[Office]:
    made = Office(folder)
    await made.open()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(made.workspace.stop)
        stack.push_async_callback(made.server.stop)
        yield made
        for terminal in made.terminals:
            await terminal.end()


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with an_office(tmp_path) as made:
        yield made


async def test_reading_takes_nothing_and_writing_does(office: Office) -> None:
    noa = await office.terminal("noa")
    assert noa.row.lease is None and not noa.has_it
    await noa.goes_to_composer()
    assert noa.has_it
    assert noa.row.lease is not None and noa.row.lease.desk == noa.work.desk.id
    await noa.leaves()
    assert noa.row.lease is None and not noa.has_it


async def test_a_colleague_is_told_who_has_it_and_keeps_what_they_write(office: Office) -> None:
    noa, avi = await office.terminal("noa"), await office.terminal("avi")
    await noa.goes_to_composer()
    await avi.goes_to_composer()
    assert not avi.has_it
    assert any("Noa has this case" in text for text in avi.told)
    await avi.sends("me first")
    assert office.sent() == []
    assert avi.kept() == "me first" and avi.work.desk.unsent == ()
    assert any("draft again" in text and "Noa" in text for text in avi.told)
    await noa.sends("hello")
    assert office.sent() == ["hello"]
    await noa.leaves()
    await avi.goes_to_composer()
    await avi.sends("me now", seen=avi.row.version)
    assert office.sent() == ["hello", "me now"]


async def test_what_each_does_is_seen_by_those_who_have_the_case_open(office: Office) -> None:
    noa, avi = await office.terminal("noa"), await office.terminal("avi")
    assert noa.watchers() == [("avi", "reading", "")] and avi.watchers() == [("noa", "reading", "")]
    seq = office.workspace.head()
    await noa.types("Hel")
    assert avi.watchers() == [("noa", "writing", "whatsapp")]
    await office.advance(6)
    assert avi.watchers() == [("noa", "reading", "")]
    await noa.leaves()
    assert avi.watchers() == []
    await office.advance(1)
    events = await office.workspace.replay(office.people["rami"], seq, 50)
    assert {type(event.body).__name__ for event in events or []} <= {"LeaseChanged", "DraftChanged"}


async def test_who_is_gone_is_not_reading(office: Office) -> None:
    noa, avi = await office.terminal("noa"), await office.terminal("avi")
    await noa.loses_line()
    assert avi.watchers() == []
    await noa.comes_back()
    assert avi.watchers() == [("noa", "reading", "")]


async def test_four_seconds_without_a_line_lose_nothing(office: Office) -> None:
    noa, avi = await office.terminal("noa"), await office.terminal("avi")
    await noa.goes_to_composer()
    await noa.loses_line()
    await noa.sends("written on the train")
    await office.advance(4)
    assert avi.row.lease is not None and avi.row.lease.away, "a colleague sees that the line is down"
    await avi.goes_to_composer()
    assert not avi.has_it
    await noa.comes_back()
    await office.advance(2)
    assert noa.has_it and office.sent() == ["written on the train"]


async def test_five_minutes_without_a_line_and_a_colleague_answered(office: Office) -> None:
    noa, avi = await office.terminal("noa"), await office.terminal("avi")
    await noa.goes_to_composer()
    await noa.loses_line()
    await noa.sends("late")
    await office.advance(300)
    await avi.goes_to_composer()
    assert avi.has_it
    await avi.sends("in time", seen=avi.row.version)
    await avi.leaves()
    await noa.comes_back()
    await office.advance(2)
    assert office.sent() == ["in time"]
    assert noa.kept() == "late" and not noa.work.desk.unsent
    case = noa.work.desk.open_case
    assert case is not None and (case.missed, case.missed_since) == (1, T0)
    assert any(text.startswith("back, and caught up: ") for text in noa.told)


async def test_five_minutes_without_a_line_and_nobody_touched_it(office: Office) -> None:
    noa = await office.terminal("noa")
    await noa.goes_to_composer()
    await noa.loses_line()
    await noa.sends("late")
    await office.advance(300)
    await noa.comes_back()
    await office.advance(2)
    assert office.sent() == ["late"]


async def test_what_was_sent_without_a_line_goes_out_though_the_next_is_begun(office: Office) -> None:
    noa = await office.terminal("noa")
    await noa.goes_to_composer()
    await noa.loses_line()
    await noa.sends("late")
    await noa.goes_to_composer()
    await noa.types("and")
    await office.advance(300)
    await noa.comes_back()
    await office.advance(2)
    assert office.sent() == ["late"], noa.told
    await noa.types("and later")
    await noa.sends("and later")
    assert office.sent() == ["late", "and later"], noa.told


async def test_the_newer_terminal_has_it_and_the_older_one_says_so(office: Office) -> None:
    old = await office.terminal("noa")
    await old.goes_to_composer()
    await old.types("half a")
    new = await office.terminal("noa")
    assert new.has_it and not old.has_it
    assert any("other terminal" in text for text in old.told)
    await old.sends("half a sentence")
    assert office.sent() == [] and old.kept() == "half a sentence"
    await old.goes_to_composer()
    assert old.has_it and not new.has_it


async def test_asking_handing_over_and_taking_over(office: Office) -> None:
    noa, avi = await office.terminal("noa"), await office.terminal("avi")
    rami = await office.terminal("rami")
    await noa.goes_to_composer()
    avi.work.order("hub", AskLease(office.key.case), key=office.key)
    await office.rest()
    assert any("Avi asks for" in text for text in noa.told)
    noa.work.order("hub", HandOver(office.key.case, "avi", CustomerText("she is angry")), key=office.key)
    await office.rest()
    assert any("handed to you by Noa" in text for text in avi.told)
    await noa.goes_to_composer()
    assert not noa.has_it
    await avi.goes_to_composer()
    assert avi.has_it
    rami.work.order("hub", TakeOver(office.key.case, CustomerText("a complaint")), key=office.key)
    await office.rest()
    assert any("Rami took" in text for text in avi.told)
    await avi.sends("sorry")
    assert avi.kept() == "sorry" and office.sent() == []


async def test_who_asked_hears_when_it_is_free_and_when_it_is_a_third_one_s(office: Office) -> None:
    noa, avi = await office.terminal("noa"), await office.terminal("avi")
    rami = await office.terminal("rami")
    me, whose = {"noa", "rami"}, avi.work.desk.asked_for

    async def ask() -> None:
        avi.told.clear()
        avi.work.order("hub", AskLease(office.key.case), key=office.key)
        await office.rest()

    await noa.goes_to_composer()
    await ask()
    assert whose.of(office.key, "noa") == ("avi",)
    noa.work.handling.give_back(office.key)
    await office.rest()
    assert [text.partition(" ")[2] for text in avi.told if "free" in text] == ["is free now: Enter takes it"]
    assert not any("free now" in text for text in noa.told + rami.told)
    assert not any(whose.of(office.key, one) for one in me)
    await noa.goes_to_composer()
    await ask()
    avi.work.close_case()
    noa.work.handling.give_back(office.key)
    await office.rest()
    assert any(text.endswith("Enter on that case takes it") for text in avi.told), avi.told
    await noa.goes_to_composer()
    await ask()
    noa.work.order("hub", HandOver(office.key.case, "rami"), key=office.key)
    await office.rest()
    assert any(text.startswith("Rami has") for text in avi.told), avi.told
    noa.work.order("hub", AskLease(office.key.case), key=office.key)
    rami.work.order("hub", HandOver(office.key.case, "avi"), key=office.key)
    await office.rest()
    assert not any("has" in text for text in avi.told[-1:]), "who has it now needs not be told so"


async def test_who_is_asked_is_told_what_works_where_they_are(office: Office) -> None:
    noa, avi = await office.terminal("noa"), await office.terminal("avi")
    await noa.goes_to_composer()

    async def asked() -> str:
        noa.told.clear()
        avi.work.order("hub", AskLease(office.key.case), key=office.key)
        await office.rest()
        (told,) = noa.told
        return told.partition(": ")[2]

    assert await asked() == "Esc, then t hands it over", "in the composer a t is a letter"
    await noa.types("half a")
    noa.work.left_composer()
    assert await asked() == "t hands it over"
    noa.work.close_case()
    assert await asked() == "t on that case hands it over"


async def test_words_of_a_refused_hand_over_are_kept(office: Office) -> None:
    noa, avi = await office.terminal("noa"), await office.terminal("avi")
    await noa.goes_to_composer()
    avi.work.order("hub", HandOver(office.key.case, "rami", CustomerText("she is angry")), key=office.key)
    await office.rest()
    assert avi.kept() == "she is angry"


async def test_who_went_for_coffee_shuts_nobody_out(office: Office) -> None:
    noa, avi = await office.terminal("noa"), await office.terminal("avi")
    await noa.goes_to_composer()
    await noa.types("I will look")
    await office.advance(590)
    assert noa.has_it
    await office.advance(20)
    assert not noa.has_it and noa.kept() == "I will look"
    await avi.goes_to_composer()
    assert avi.has_it


async def test_typing_on_at_the_older_terminal_does_not_pull_the_case_back(office: Office) -> None:
    one, two = await office.terminal("noa"), await office.terminal("noa")
    await one.goes_to_composer()
    await two.goes_to_composer()
    await one.types("and another thing")
    assert two.has_it and not one.has_it


async def test_a_case_is_kept_while_a_reply_may_still_be_taken_back(office: Office) -> None:
    noa = await office.terminal("noa")
    noa.work.undo_seconds = 5.0
    await noa.goes_to_composer()
    await noa.sends("Hello Dana")
    await noa.leaves()
    noa.work.handling.look(None)
    await office.rest()
    assert noa.has_it and office.sent() == []
    await office.advance(6)
    assert not noa.has_it and office.sent() == ["Hello Dana"]


async def test_a_case_is_kept_while_its_agent_talks_with_the_customer(office: Office) -> None:
    noa = await office.terminal("noa")
    call = Call("c1", office.key.case, "v1", "active", T0, CustomerText("Dana"), agent="noa")
    calls = [(office.key, call)]
    noa.work.desk.live_calls = lambda: tuple(calls)  # type: ignore[method-assign]
    await noa.goes_to_composer()
    await noa.leaves()
    noa.work.handling.look(None)
    await office.rest()
    assert noa.has_it
    calls.clear()
    noa.work.handling.review()
    await office.rest()
    assert not noa.has_it


async def test_a_killed_desk_comes_back_as_itself(office: Office) -> None:
    noa = await office.terminal("noa", "noa")
    await noa.goes_to_composer()
    await noa.types("half")
    name = noa.work.desk.id
    office.terminals.remove(noa)
    await noa.end()
    again = await office.terminal("noa", "noa")
    assert again.work.desk.id == name and again.kept() == "half"
    assert again.has_it, "its lease was waiting"


async def test_a_message_that_came_while_writing_is_shown_first(office: Office) -> None:
    noa = await office.terminal("noa")
    await noa.goes_to_composer()
    seen = noa.row.version
    await office.writes("no, wait")
    await noa.sends("the lamp is on its way", seen=seen)
    assert office.sent() == [] and noa.kept() == "the lamp is on its way"
    await noa.sends(noa.kept(), seen=noa.row.version)
    assert office.sent() == ["the lamp is on its way"]


# -- drafts ------------------------------------------------------------------------------------------------------------


async def test_another_terminal_has_the_draft(office: Office) -> None:
    one = await office.terminal("noa")
    await one.types("Dear Dana")
    await office.advance(3)
    two = await office.terminal("noa")
    assert two.kept() == "Dear Dana"
    await two.types("Dear Dana, the lamp")
    two.work.left_composer()
    await office.advance(3)
    assert one.kept() == "Dear Dana, the lamp"
    await two.sends("Dear Dana, the lamp is here")
    await office.advance(3)
    assert one.kept() == "" and office.sent() == ["Dear Dana, the lamp is here"]


async def test_two_texts_that_did_not_know_of_each_other_are_both_kept(office: Office) -> None:
    one, two = await office.terminal("noa"), await office.terminal("noa")
    await one.loses_line()
    await one.types("in the train")
    await office.advance(10)
    await two.types("at home")
    await office.advance(3)
    await one.comes_back()
    await office.advance(5)
    key = office.key
    assert (one.kept(), two.kept()) == ("at home", "at home")
    assert one.work.desk.other_drafts[key].body == "in the train"
    assert one.work.swap_drafts(key)
    await office.advance(5)
    assert one.kept() == "in the train" and one.work.desk.other_drafts[key].body == "at home"
    three = await office.terminal("noa")
    await office.advance(5)
    assert three.kept() == "in the train" and three.work.desk.other_drafts[key].body == "at home"


async def test_typing_asks_the_hub_at_most_every_two_seconds(office: Office) -> None:
    noa = await office.terminal("noa")
    before = office.server.stats().orders
    for number in range(40):
        await noa.types("x" * (number + 1))
        await office.advance(0.1)
    took = office.server.stats().orders - before - 1  # and one to take the case
    assert took <= 3, took


async def test_a_text_put_aside_while_the_line_is_down_outlives_its_desk(office: Office) -> None:
    one, two = await office.terminal("noa", "one"), await office.terminal("noa")
    key = office.key
    await one.loses_line()
    await one.types("in the train")
    await office.advance(10)
    await two.types("at home")
    await office.advance(3)
    await one.comes_back()
    await office.advance(5)
    await one.loses_line()
    assert one.work.swap_drafts(key)
    await one.end()
    office.terminals.remove(one)
    one = await office.terminal("noa", "one")
    await office.advance(5)
    assert (one.kept(), one.work.desk.other_drafts[key].body) == ("in the train", "at home")
    three = await office.terminal("noa")
    await office.advance(5)
    assert (three.kept(), three.work.desk.other_drafts[key].body) == ("in the train", "at home")


async def test_what_the_hub_kept_without_an_answer_does_not_come_up_again_once_it_was_sent(office: Office) -> None:
    noa = await office.terminal("noa", "noa")
    await noa.goes_to_composer()
    noa.hub.deaf = ("save-draft",)
    await noa.types("Hello Dana")
    await noa.loses_line()
    assert office.held("noa") == ["Hello Dana"] and noa.kept() == "Hello Dana"
    noa.hub.deaf = ()
    await noa.sends("Hello Dana")
    await noa.comes_back()
    await office.advance(5)
    assert office.sent() == ["Hello Dana"]
    assert (noa.kept(), office.held("noa")) == ("", [])


async def test_a_refused_reply_stays_a_draft_when_the_hub_threw_its_copy_away_without_an_answer(office: Office) -> None:
    noa = await office.terminal("noa", "noa")
    await noa.goes_to_composer()
    await noa.types("Hello Dana")
    await office.advance(3)
    assert office.held("noa") == ["Hello Dana"]
    await office.writes("no, wait")
    noa.hub.deaf = ("save-draft",)
    await noa.sends("Hello Dana", seen=1)
    assert noa.kept() == "Hello Dana", "it was refused"
    await noa.loses_line()
    noa.hub.deaf = ()
    await noa.comes_back()
    await office.advance(5)
    assert (noa.kept(), office.held("noa")) == ("Hello Dana", ["Hello Dana"])


async def test_a_late_answer_about_drafts_throws_nothing_away(office: Office) -> None:
    """What the hub was asked before the draft got there says nothing of it."""
    one = await office.terminal("noa")
    await one.loses_line()
    one.hub.slow = 1.0
    await one.comes_back()
    await one.types("Dear Dana, the lamp")
    assert office.held("noa") == ["Dear Dana, the lamp"]
    await office.advance(1.5)
    assert one.kept() == "Dear Dana, the lamp"
    await office.advance(5)
    assert one.kept() == "Dear Dana, the lamp" and office.held("noa") == ["Dear Dana, the lamp"]


async def test_a_late_answer_about_drafts_brings_no_older_words_back(office: Office) -> None:
    one = await office.terminal("noa")
    await one.types("Dear Dana")
    await office.advance(3)
    await one.loses_line()
    one.hub.slow = 1.0
    await one.comes_back()
    await one.types("Dear Dana, the lamp")
    await office.advance(1.5)
    assert one.kept() == "Dear Dana, the lamp"
    await office.advance(3)
    await one.loses_line()
    await one.comes_back()
    await one.sends("Dear Dana, the lamp is here")
    await office.advance(1.5)
    assert one.kept() == "" and office.sent() == ["Dear Dana, the lamp is here"]
