"""Who has the case, on the screen: Enter into the composer takes it, reading and moving about do not."""

from __future__ import annotations

from dataclasses import replace

from agent_tui.backends.base import Acked, Outcome, Watched
from agent_tui.domain.events import Event, LeaseAsked, LeaseChanged
from agent_tui.domain.model import Lease, Message
from agent_tui.domain.orders import AskLease, HandOver, Order, Reply, TakeLease, TakeOver
from agent_tui.domain.presence import Watcher
from agent_tui.domain.queries import DirectoryPage, Page, Query
from agent_tui.domain.text import CustomerText
from tests.widgets.running import running
from tests.widgets.shop import AVI, NOA, NOW, RUTI, Shop
from tests.widgets.talk import DANA, WA, TalkShop, at, talking, type_text


class LeaseShop(TalkShop):
    """Takes are granted, and told by a row."""

    async def order(self, command_id: str, order: Order, fence: int = 0) -> Outcome:
        outcome = await super().order(command_id, order, fence)
        if isinstance(order, TakeLease):
            self.lease(order.case, Lease(self.me.id, self.desk, self.seq + 1, NOW))
            return Acked(command_id, str(self.seq))
        return outcome

    def lease(self, case: str, lease: Lease | None) -> None:
        self.changes(replace(self.rows[case], lease=lease))

    def taken(self) -> list[str]:
        return [order.case for order in self.orders if isinstance(order, TakeLease)]


async def test_enter_into_the_composer_takes_the_case_and_nothing_before_it() -> None:
    shop = LeaseShop()
    async with running(shop) as desk:
        await desk.press("down", "up", "enter", "down", "up")
        assert shop.taken() == [] and (DANA, "reading", "") in shop.watched
        await desk.press("enter")
        assert shop.taken() == [DANA]
        await type_text(desk, "hi")
        assert (DANA, "writing", "whatsapp") in shop.watched
        await desk.press("escape", "escape", "escape")
        assert [order.name for order in shop.orders].count("release-lease") == 0, "a draft stays, so it is kept"
        desk.app.desk_screen.case.composer.writing.save()


async def test_a_note_takes_nothing() -> None:
    shop = LeaseShop()
    async with talking(shop) as desk:
        await desk.press("n")
        await type_text(desk, "nice")
        assert shop.taken() == []
        assert (DANA, "writing", "") in shop.watched


async def test_the_head_says_who_else_is_there() -> None:
    shop = LeaseShop()
    async with talking(shop) as desk:
        assert "yours" in desk.text
        shop.happens(Watched(DANA, (Watcher("avi", "reading", NOW),)))
        await desk.rest()
        assert "yours · Avi is reading" in desk.text
        shop.happens(Watched(DANA, (Watcher("avi", "writing", NOW, "email"), Watcher("ruti", "writing", NOW))))
        await desk.rest()
        assert "yours · Avi is writing on e-mail +1" in desk.text
        shop.happens(Watched(DANA, ()))
        shop.lease(DANA, Lease("avi", "d9", 20_000, NOW))
        await desk.rest()
        assert "yours · Avi has it" in desk.text
        shop.lease(DANA, Lease("avi", "d9", 20_000, NOW, NOW + 90_000, NOW))
        await desk.rest()
        assert "Avi has it, line down" in desk.text


async def test_the_head_says_who_asks_until_they_have_it() -> None:
    shop = LeaseShop()
    async with talking(shop) as desk:
        await desk.press("enter")
        for by in ("ruti", "avi", "avi"):
            shop.seq += 1
            shop.happens(Event(shop.seq, shop.seq - 1, NOW, NOW, LeaseAsked("noa"), DANA, by, shop.rows[DANA]))
        await desk.rest()
        await desk.press("escape")
        assert "yours · Avi asks for it +1" in desk.text
        shop.seq += 1
        shop.rows[DANA] = row = replace(shop.rows[DANA], lease=Lease("avi", "", shop.seq, NOW), version=shop.seq)
        body = LeaseChanged("handed-over", "avi", was="noa", was_desk=shop.desk)
        shop.happens(Event(shop.seq, shop.seq - 1, NOW, NOW, body, DANA, "noa", row))
        await desk.rest()
        assert "asks for it" not in desk.text


async def test_who_it_is_stays_in_the_head_whatever_is_said_beside() -> None:
    shop = LeaseShop()
    async with talking(shop) as desk:
        shop.lease(DANA, Lease("noa", "", 20_000, NOW, NOW + 90_000))
        await desk.rest()
        head = next(line for line in desk.screen if "handed to you: Enter takes it" in line)
        assert "Dana Levi  #4471" in head
        shop.happens(Watched(DANA, (Watcher("avi", "writing", NOW, "whatsapp"), Watcher("ruti", "writing", NOW))))
        await desk.rest()
        head = next(line for line in desk.screen if "handed to you: Enter takes it" in line)
        assert head.count("Dana Levi") == 2, "in the case and on the card"


async def test_a_narrow_screen_says_it_too() -> None:
    shop = LeaseShop()
    async with talking(shop, size=(80, 24)) as desk:
        shop.happens(Watched(DANA, (Watcher("avi", "reading", NOW),)))
        await desk.rest()
        assert "Avi is reading" in desk.text
        shop.lease(DANA, Lease("noa", "", 20_000, NOW, NOW + 90_000))
        await desk.rest()
        head = next(line for line in desk.screen if "handed to you: Enter takes it" in line)
        assert "late 3 min" in head


async def test_what_cannot_be_sent_stays_and_it_is_said_what_to_do() -> None:
    shop = LeaseShop()
    async with talking(shop) as desk:
        shop.lease(DANA, Lease("avi", "d9", 20_000, NOW))
        await desk.rest()
        await desk.press("enter")
        assert "Avi has this case: G asks for it; your text stays a draft" in desk.text
        await type_text(desk, "me too")
        await desk.press("ctrl+g")
        assert not any(isinstance(order, Reply) for order in shop.orders)
        assert "Avi has this case" in desk.text and "me too" in desk.text
        await desk.press("escape", "G")
        assert AskLease(DANA) in shop.orders
        shop.lease(DANA, None)
        await desk.rest()
        await desk.press("enter", "ctrl+g")
        await desk.wait(6)
        assert [order.body.raw for order in shop.orders if isinstance(order, Reply)] == ["me too"]


async def test_handing_over_by_keys_and_by_line() -> None:
    shop = LeaseShop()
    async with talking(shop) as desk:
        await desk.press("g", "d")
        await type_text(desk, "avi")
        await desk.press("enter")
        await type_text(desk, "angry")
        await desk.press("enter")
        assert HandOver(DANA, "avi", CustomerText("angry")) in shop.orders
        await desk.press(":")
        await type_text(desk, "hand-over ruti she is angry")
        await desk.press("enter")
        assert HandOver(DANA, "ruti", CustomerText("she is angry")) in shop.orders


STAFF = (("Ada", "offline"), ("Ben", "break"), ("Gil", "available"), ("Hen", "offline"), ("Ido", "online"))


class Staffed(LeaseShop):
    """Some of those who work here take work, some are not here."""

    async def query(self, query: Query) -> Page:
        page = await super().query(query)
        if not isinstance(page, DirectoryPage):
            return page
        agents = (self.me, *(replace(AVI, id=name.lower(), name=name, presence=state) for name, state in STAFF))
        return replace(page, directory=replace(page.directory, agents=agents))


async def test_who_takes_work_is_offered_first_and_who_is_not_here_last() -> None:
    for key in ("t", "A"):
        async with talking(Staffed()) as desk:
            await desk.press(key)
            offered = [line.split()[0] for line in desk.screen for line in [line.lstrip(" ▌")] if line.strip()]
            assert [name for name in offered if name in dict(STAFF)] == ["Gil", "Ido", "Ben", "Ada", "Hen"]
            await desk.press("escape")


async def test_a_case_of_mine_that_nobody_handles_is_not_said_to_be_nobody_s() -> None:
    shop = LeaseShop()
    async with talking(shop) as desk:
        await desk.press("G")
        assert "it is yours: Enter writes" in desk.text
        shop.changes(replace(shop.rows[DANA], owner="avi"))
        await desk.rest()
        await desk.press("G")
        assert "nobody has it: Enter takes it" in desk.text


async def test_only_a_supervisor_takes_over_and_says_why() -> None:
    for me, taken in ((NOA, False), (RUTI, True)):
        shop = Shop(me=me)
        row = next(iter(shop.rows.values()))
        shop.rows[row.id] = replace(row, owner=me.id, lease=Lease("avi", "d9", 50, NOW))
        async with running(shop) as desk:
            await desk.press(":")
            await type_text(desk, "take-over")
            await desk.press("enter")
            if taken:
                await type_text(desk, "a complaint")
                await desk.press("enter")
            else:
                assert "only a supervisor" in desk.text
        assert (TakeOver(row.id, CustomerText("a complaint")) in shop.orders) == taken


async def test_what_came_while_writing_is_shown_first_and_the_next_send_goes() -> None:
    shop = LeaseShop()
    async with talking(shop) as desk:
        await desk.press("enter")
        await type_text(desk, "the lamp is here")
        shop.says(Message("m9", DANA, "wa", "whatsapp", "in", at(0, 9, 41), CustomerText("no, wait")), WA)
        await desk.rest()
        await desk.press("enter")
        assert "the customer wrote while you did" in desk.text
        await desk.press("enter")
        await desk.wait(6)
        (sent,) = [order for order in shop.orders if isinstance(order, Reply)]
        assert sent.seen == shop.rows[DANA].version


async def test_what_came_by_a_join_was_not_written_meanwhile() -> None:
    shop = LeaseShop()
    async with talking(shop) as desk:
        await desk.press("enter")
        await type_text(desk, "the lamp is here")
        mail = Message("m9", "c-mail", "em", "email", "in", at(0, 8, 12), CustomerText("two more lamps please"))
        shop.says(mail)
        await desk.rest()
        await desk.press("enter")
        assert "another case of theirs was joined to this one: read it" in desk.text
        assert "while you did" not in desk.text
        await desk.press("enter")
        await desk.wait(6)
        assert any(isinstance(order, Reply) for order in shop.orders)


async def test_what_is_written_in_a_joined_case_meanwhile_is_said_to_be() -> None:
    shop = LeaseShop()
    async with talking(shop) as desk:
        await desk.press("enter")
        await type_text(desk, "the lamp is here")
        mail = Message("m9", "c-mail", "em", "email", "in", desk.time.now() + 1, CustomerText("two more lamps please"))
        shop.says(mail)
        await desk.rest()
        await desk.press("enter")
        assert "the customer wrote while you did" in desk.text


async def test_what_stood_there_for_a_while_counts_as_seen() -> None:
    shop = LeaseShop()
    async with talking(shop) as desk:
        await desk.press("enter")
        await type_text(desk, "the lamp is here")
        shop.says(Message("m9", DANA, "wa", "whatsapp", "in", at(0, 9, 41), CustomerText("no, wait")), WA)
        await desk.wait(3)
        await desk.press("enter")
        await desk.wait(6)
        assert any(isinstance(order, Reply) for order in shop.orders)


async def test_a_server_without_hard_leases_says_so() -> None:
    shop = LeaseShop()
    shop.capabilities = replace(shop.capabilities, lease="advisory")
    from agent_tui.backends.base import Connected

    shop.happens(Connected(NOA, shop.capabilities, shop.seq, False))
    async with talking(shop) as desk:
        assert "yours · advisory" in desk.text
        await desk.press("enter")
        assert shop.taken() == []
