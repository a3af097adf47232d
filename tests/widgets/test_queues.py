"""Queues on the desk: where cases wait, taking the next, giving one back, and why one came."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent_tui.backends.base import Acked, Connected, Disconnected, Outcome, Rejected
from agent_tui.domain.events import CaseChanged, Event, MessageAdded
from agent_tui.domain.language import Language
from agent_tui.domain.model import Message
from agent_tui.domain.orders import Assign, Order, Pull
from agent_tui.domain.queries import AgentsPage, DirectoryPage, Page, Query, QueuesPage, QueuesQuery, WhyPage, WhyQuery
from agent_tui.domain.queues import Assignment, QueueLine, QueueSetup, Why
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import MINUTE_MS
from agent_tui.language.catalogue import Catalogue
from tests.widgets.picture import Picture, picture
from tests.widgets.running import Running, running
from tests.widgets.shop import NOW, Shop

__all__ = ["picture"]  # a fixture

CHATS = QueueSetup("chats", "Chats", channels=("whatsapp", "webchat"))
MAILS = QueueSetup("mails", "Mail", "pull", channels=("email",))
LINES = (
    QueueLine("chats", "Chats", "push", 3, NOW - 12 * MINUTE_MS, 2, 5, True),
    QueueLine("mails", "Mail", "pull", 1, NOW - 125 * MINUTE_MS, 1, 3, True),
    QueueLine("night", "Night", "pull", 2, NOW - MINUTE_MS, 0, 2, False),
)
NAMES = ("Chats", "Mail", "Night")
GIVEN = Assignment(
    "noa",
    NOW - 10 * MINUTE_MS,
    "",
    Why("most-room", "chats", "chats", 3 * MINUTE_MS, 0, 1, 4, ("language:he", "brand:nofar")),
)


class Queued(Shop):
    """A hub with two queues; the first unassigned mail is the next of `mails`."""

    def __init__(self, queues: tuple[QueueSetup, ...] = (CHATS, MAILS), refuses: bool = False) -> None:
        super().__init__()
        self.setups, self.refuses = queues, refuses
        self.capabilities = replace(self.capabilities, orders=frozenset({*self.capabilities.orders, "pull"}))
        self.assignment: Assignment | None = GIVEN
        self.next = next(id for id, row in self.rows.items() if not row.owner and row.channel == "email")

    async def query(self, query: Query) -> Page:
        if isinstance(query, QueuesQuery):
            return QueuesPage(LINES, self.seq)
        if isinstance(query, WhyQuery):
            return WhyPage(self.assignment, self.seq)
        page = await super().query(query)
        if isinstance(page, DirectoryPage):
            return replace(page, directory=replace(page.directory, queues=self.setups))
        return page

    async def order(self, command_id: str, order: Order, fence: int = 0) -> Outcome:
        await super().order(command_id, order, fence)
        if isinstance(order, Pull):
            if self.refuses:
                return Rejected(command_id, "queue-empty", "Nothing waits in Mail that you can take now.")
            self.changes(replace(self.rows[self.next], owner="noa"))
            return Acked(command_id, self.next)
        return Acked(command_id)


async def _says(desk: Running, words: str) -> None:
    await desk.press(*("space" if letter == " " else letter for letter in words), "enter")


def pulled(shop: Shop) -> list[str]:
    return [order.queue for order in shop.orders if isinstance(order, Pull)]


async def test_unassigned_rows_name_their_queue() -> None:
    async with running(Queued()) as desk:
        mail = next(line for line in desk.screen if "Beit Hanan" in line)
        below = desk.screen[desk.screen.index(mail) + 1]
        assert "Mail Offer" in below
        assert not [line for line in desk.screen if "Chats אין לי" in line], "what somebody has waits nowhere"
    async with running(Queued((MAILS,))) as desk:
        assert "Mail Offer" not in desk.text, "one queue goes without saying"


async def test_the_head_of_a_case_that_nobody_has_says_where_it_waits() -> None:
    async with running(Queued()) as desk:
        for _ in range(20):
            if "▌EM Beit Hanan" in desk.text:
                break
            await desk.press("j")
        await desk.press("enter")
        assert "nobody's, waits in Mail" in desk.text


async def test_the_queues_are_shown_and_the_next_case_opens() -> None:
    shop = Queued()
    async with running(shop) as desk:
        await desk.press("g", "u")
        assert "3 wait, longest 12 min · 2 of 5 ready · given out" in desk.text
        assert "2 wait, longest 1 min · 0 of 2 ready · not yours" in desk.text
        assert "1 waits, longest 2 h 5 · 1 of 3 ready" in desk.text
        await _says(desk, "mail")
        assert pulled(shop) == ["mails"]
        await desk.wait(1)
        assert "Beit Hanan is yours now" in desk.text
        assert desk.workbench.desk.open_case is not None
        assert desk.workbench.desk.open_case.key.case == shop.next


async def test_what_cannot_be_taken_says_why() -> None:
    shop = Queued()
    async with running(shop) as desk:
        for name, why in (("chats", "come by themselves"), ("night", "you do not work this queue"), ("x", "called x")):
            await desk.press("colon")
            await _says(desk, f"queues {name}")
            assert why in desk.text
        assert pulled(shop) == []


async def test_a_refused_pull_opens_nothing() -> None:
    shop = Queued(refuses=True)
    async with running(shop) as desk:
        await desk.press("colon")
        await _says(desk, "queues mails")
        await desk.wait(1)
        assert pulled(shop) == ["mails"]
        assert "Nothing waits in Mail" in desk.text
        assert desk.workbench.desk.open_case is None
        listening = len(desk.workbench._listeners)
        await desk.press("colon")
        await _says(desk, "queues mails")
        await desk.wait(1)
        assert len(desk.workbench._listeners) == listening


async def test_a_case_is_given_back_from_among_the_queues() -> None:
    shop = Queued()
    async with running(shop) as desk:
        await desk.press("U")
        assert "Dana Levi: back to the queue" in desk.text
        assert "give it back, or take the next one:" in desk.text
        await desk.press("enter")
        assert [(order.case, order.agent) for order in shop.orders if isinstance(order, Assign)] == [("c4471", "")]


async def test_without_queues_a_key_gives_the_case_back_at_once() -> None:
    shop = Queued(())
    async with running(shop) as desk:
        await desk.press("U")
        assert [(order.case, order.agent) for order in shop.orders if isinstance(order, Assign)] == [("c4471", "")]
        assert "Dana Levi is back in the queue" in desk.text
        await desk.press("g", "u")
        assert "no server here gives cases out by queues" in desk.text


@pytest.mark.parametrize(
    ("assignment", "words"),
    [
        (GIVEN, "yours, since 09:31: nobody was idle, and the most room was here · from Chats · had waited 3 min"),
        (replace(GIVEN, why=None, by="avi"), "yours, since 09:31: given by Avi"),
        (replace(GIVEN, why=None, by="noa"), "yours, since 09:31: taken by hand"),
        (
            replace(GIVEN, why=Why("sticky", "chats", "chats")),
            "yours, since 09:31: had this customer last · from Chats",
        ),
        (
            replace(GIVEN, why=Why("overflow", "chats", "mails", 5 * MINUTE_MS)),
            "yours, since 09:31: its own queue took too long · from Chats · for Mail · had waited 5 min",
        ),
        (
            replace(GIVEN, why=Why("longest-idle", "chats", "chats", 0, 70 * MINUTE_MS)),
            "longest without work of all who can do it · from Chats · 1 h 10 without a new case",
        ),
        (None, "nobody has been given it"),
    ],
)
async def test_why_a_case_came(assignment: Assignment | None, words: str) -> None:
    shop = Queued()
    shop.assignment = assignment
    async with running(shop, size=(240, 48)) as desk:
        await desk.press("colon")
        await _says(desk, "why")
        assert words in desk.text
        assert "brand:" not in desk.text
        await desk.press("e")
        assert words in desk.text
        assert "late 3 min" in desk.screen[-2]


async def test_an_answer_that_is_longer_than_the_line_is_read_line_by_line() -> None:
    async with running(Queued(), size=(80, 24)) as desk:
        for keys in (("g", "y"), ("e",)):
            await desk.press(*keys)
            lines = [line.strip(" ▌") for line in desk.screen]
            first = lines.index("yours, since 09:31: nobody was idle, and the most room was here")
            assert lines[first + 1 : first + 4] == ["from Chats", "had waited 3 min", "1 of 4 in hand then"]
            await desk.press("enter")
            assert "from Chats" not in desk.text
            assert desk.app.desk_screen.inbox.has_focus


@pytest.mark.parametrize("language", [None, Catalogue("he")], ids=["en", "he"])
async def test_how_queues_look(language: Language | None, picture: Picture) -> None:
    async with running(Queued(), language=language) as desk:
        await desk.press("U")
        picture(desk)


@pytest.mark.parametrize("language", [None, Catalogue("he")], ids=["en", "he"])
async def test_how_why_looks(language: Language | None, picture: Picture) -> None:
    async with running(Queued(), language=language) as desk:
        await desk.press("g", "y")
        picture(desk)


async def test_what_comes_out_of_a_queue_is_told_with_its_queue() -> None:
    shop = Queued()
    async with running(shop) as desk:
        shop.seq += 1
        row = replace(shop.rows[shop.next], owner="noa", version=shop.seq)
        why = Why("longest-idle", "mails", "mails")
        shop.happens(Event(shop.seq, shop.seq - 1, NOW, NOW, CaseChanged("assigned", "noa", why), row.id, "", row))
        await desk.rest()
        assert "from Mail: Beit Hanan" in desk.text
        assert "and 1 more" not in desk.text
        shop.seq += 1
        row = replace(row, version=shop.seq)
        shop.happens(Event(shop.seq, shop.seq - 1, NOW, NOW, CaseChanged("assigned", "noa", why), row.id, "", row))
        await desk.rest()
        assert "from Mail: Beit Hanan  and 1 more" in desk.text
        await desk.wait(3)
        shop.seq += 1
        row = replace(row, version=shop.seq)
        shop.happens(Event(shop.seq, shop.seq - 1, NOW, NOW, CaseChanged("assigned", "noa", why), row.id, "", row))
        await desk.rest()
        assert "and 1 more" not in desk.text, "what stood there long enough was read"


async def test_what_was_missed_is_read_before_what_comes_next() -> None:
    shop = Queued()
    async with running(shop) as desk:
        mine = next(row for row in shop.rows.values() if row.owner == "noa")
        message = Message("m-late", mine.id, "t", "whatsapp", "in", NOW, CustomerText("where is it?"))
        shop.happens(Disconnected("gone", 1.0))
        shop.happens(Connected(shop.me, shop.capabilities, shop.seq + 1, True, caught_up_to=NOW))
        for body, row in (
            (MessageAdded(message), mine),
            (CaseChanged("assigned", "noa", Why("longest-idle", "mails", "mails")), shop.rows[shop.next]),
        ):
            shop.seq += 1
            row = replace(row, owner="noa", version=shop.seq)
            shop.happens(Event(shop.seq, shop.seq - 1, NOW, NOW, body, row.id, "", row))
        await desk.rest()
        assert "back, and caught up: 1 message came  and 1 more" in desk.text
        await desk.press("2")
        assert "from Mail: Beit Hanan" in desk.text and "and 1 more" not in desk.text


class Supervised(Queued):
    """Avi is available with three of four in hand, Ruti not here."""

    def __init__(self) -> None:
        super().__init__()
        self.me = replace(self.me, role="supervisor", presence="available")
        self.capabilities = replace(self.capabilities, shift=True)
        self.happens(Connected(self.me, self.capabilities, self.seq, False))

    async def query(self, query: Query) -> Page:
        page = await super().query(query)
        if isinstance(page, AgentsPage):
            avi, noa, ruti = page.agents
            return replace(page, agents=(replace(avi, weight=3), replace(noa, agent=self.me, weight=9), ruti))
        return page


async def test_a_supervisor_sees_how_much_of_the_capacity_is_taken() -> None:
    async with running(Supervised()) as desk:
        await desk.press("g", "k")
        assert "2 of 3 take work · 88 % occupied" in desk.text
        assert "3 of 4 in hand · 1 open case" in desk.text
        assert "9 of 4 in hand" in desk.text


async def test_a_queue_that_cannot_have_the_case_says_why_among_those_to_transfer_to() -> None:
    class Misfits(Queued):
        async def query(self, query: Query) -> Page:
            page = await super().query(query)
            if isinstance(page, QueuesPage) and isinstance(query, QueuesQuery) and query.case:
                chats, mails, night = page.queues
                told = replace(chats, misfit="channel"), mails, replace(night, misfit="earlier", earlier="mails")
                return replace(page, queues=told)
            return page

    shop = Misfits()
    shop.capabilities = replace(shop.capabilities, orders=frozenset({*shop.capabilities.orders, "transfer"}))
    async with running(shop) as desk:
        await desk.press("t")
        chats, mails, night = (next(line for line in desk.screen if f" {name} " in line) for name in NAMES)
        assert "has no cases on WhatsApp" in chats
        assert "1 of 3 ready" in mails
        assert "a case like this waits in Mail" in night
        await desk.press("escape", "T")
        assert "has no cases on" not in desk.text, "a colleague of it can look at it all the same"
