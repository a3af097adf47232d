"""Cards of the company's systems beside the case: what they say, how old it is, why they say nothing, asked again."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from agent_tui.backends.base import Connected, Disconnected, QueryRefused
from agent_tui.domain.company_cards import CardField, CardKind, CardTrouble, CompanyCard, TroubleKind
from agent_tui.domain.queries import CardsPage, CardsQuery, DirectoryPage, Page, Query
from agent_tui.domain.replies.reply import Canned
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import MINUTE_MS
from agent_tui.language.catalogue import Catalogue
from tests.widgets.picture import Picture, picture
from tests.widgets.running import Running, running
from tests.widgets.shop import NOW
from tests.widgets.talk import TalkShop, talking

__all__ = ["picture"]  # a fixture


def value(title: str, hebrew: str, said: str, kind: CardKind = "text", unit: str = "") -> CardField:
    return CardField(title, (("", title), ("he", hebrew)), kind, CustomerText(said), unit)


SHOP = CompanyCard(
    "shop",
    (("", "From the shop"), ("he", "מהחנות")),
    (
        value("courier", "שליח", "HFD Haifa"),
        value("sent", "נשלח", "2024-11-12", "date"),
        value("owed to her", "לזכותה", "120.00", "money", "ILS"),
        value("page", "דף", "https://shop.example/orders/88213?x=1", "link"),
    ),
    (
        (value("order", "הזמנה", "88213"), value("state", "מצב", "on its way")),
        (value("order", "הזמנה", "88102"), value("state", "מצב", "הוחזר")),
    ),
    3,
    NOW - MINUTE_MS,
)
CLUB = CompanyCard("club", (("", "Club"), ("he", "מועדון")), trouble=CardTrouble("late", CustomerText("2")))


CANNED = (Canned("courier", "It is with {{ card.shop.courier }}, {{ card.shop.nothing }}."),)


class CardShop(TalkShop):
    """A shop whose systems answer with `told`, when `gate` lets them."""

    def __init__(self, *told: CompanyCard) -> None:
        super().__init__()
        self.told = told
        self.asked: list[CardsQuery] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.capabilities = replace(self.capabilities, cards=True)
        self.refuses_cards = False
        self._happenings.get_nowait()
        self.happens(Connected(self.me, self.capabilities, self.seq, False))

    async def query(self, query: Query) -> Page:
        if not isinstance(query, CardsQuery):
            page = await super().query(query)
            if isinstance(page, DirectoryPage):
                return replace(page, directory=replace(page.directory, canned=CANNED))
            return page
        self.asked.append(query)
        if self.refuses_cards:
            raise QueryRefused("too much at once")
        if not query.wait:
            titles = (CompanyCard(one.name, one.titles, looking=True) for one in self.told)
            return CardsPage(tuple(titles), self.seq)
        await self.gate.wait()
        return CardsPage(self.told, self.seq)


def column(desk: Running) -> list[str]:
    return [line[90:].rstrip() for line in desk.screen]


async def press(desk: Running, *keys: str) -> None:
    """Without waiting for what a system has not answered yet."""
    for key in keys:
        await desk.pilot.press(key)
    for _ in range(8):
        await desk.pilot.pause(0)
    desk.app.flush()


@pytest.mark.parametrize("language", ["en", "he"])
@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_how_they_look(size: tuple[int, int], language: str, picture: Picture) -> None:
    async with talking(CardShop(SHOP, CLUB), size, language=Catalogue("he") if language == "he" else None) as desk:
        if size[0] == 80:
            await desk.press("i")
        picture(desk)


async def test_what_takes_its_time_says_so_and_then_stands_there() -> None:
    shop = CardShop(SHOP)
    async with running(shop) as desk:
        shop.gate.clear()
        await press(desk, "enter")
        assert " FROM THE SHOP       looking…" in column(desk)
        shop.gate.set()
        await desk.rest()
        assert " FROM THE SHOP          09:40" in column(desk)
        assert [(one.wait, one.again) for one in shop.asked] == [(False, False), (True, False)]
        shop.gate.clear()
        shop.told = (replace(SHOP, at=NOW, trouble=CardTrouble("status", CustomerText("403"))),)
        await press(desk, "g", "i")
        assert " FROM THE SHOP       looking…" in column(desk)
        assert " courier            HFD Haifa" in column(desk)
        shop.gate.set()
        await desk.rest()
        assert shop.asked[-1] == CardsQuery(shop.asked[0].case, wait=True, again=True)
        assert column(desk).index(" ! it answered 403") == column(desk).index(" FROM THE SHOP          09:41") + 1


async def test_links_of_cards_are_picked_by_letter() -> None:
    async with talking(CardShop(SHOP)) as desk:
        await desk.press("f")
        assert "https://shop.example/orders/88213?x=1" in desk.text


@pytest.mark.parametrize(
    ("kind", "detail", "words"),
    [
        ("unreachable", "ConnectError", "no connection:"),
        ("private", "", "its name leads into a"),
        ("redirect", "302", "it answered 302 and sent"),
        ("type", "text/html\x1b[31m", "not JSON: it is"),
        ("too-big", "", "it answered more than 256"),
        ("not-json", "7", "not JSON: line 7"),
        ("not-json", "", "not JSON"),
        ("not-run", "No such file", "the command cannot be run:"),
        ("ended", "3", "the command ended with 3"),
        ("lacks", "tel", "no phone to ask by"),
        ("unfit", "nowhere", "their nowhere cannot be"),
        ("busy", "", "too much is being looked up"),
        ("failed", "", "the hub could not ask; its"),
    ],
)
def test_trouble_is_named(kind: TroubleKind, detail: str, words: str) -> None:
    from agent_tui.widgets.case.company_card_lines import trouble_words

    assert trouble_words(CardTrouble(kind, CustomerText(detail))).startswith(words)
    assert "\x1b" not in trouble_words(CardTrouble(kind, CustomerText(detail)))


async def test_a_refusal_leaves_what_is_held_and_a_line_that_broke_asks_again() -> None:
    shop = CardShop(SHOP)
    async with talking(shop) as desk:
        shop.refuses_cards = True
        await desk.press("g", "i")
        assert "too much at once" in desk.text
        assert " FROM THE SHOP          09:40" in column(desk)
        asked = len(shop.asked)
        await desk.press("j", "k")
        assert len(shop.asked) == asked
        shop.happens(Disconnected("broken", None))
        await desk.rest()
        assert " FROM THE SHOP          09:40" in column(desk)


async def test_the_command_says_why_it_is_off() -> None:
    shop = CardShop()
    async with talking(shop) as desk:
        await desk.press("g", "i")
        assert "there are no cards for this case" in desk.text
    async with talking() as desk:
        await desk.press("g", "i")
        assert "hub has no cards" in desk.text


async def test_a_canned_reply_has_the_values_of_cards() -> None:
    said = replace(SHOP.fields[0], value=CustomerText("{{ customer.name }}\x1b"))
    async with talking(CardShop(replace(SHOP, fields=(said,)))) as desk:
        await desk.press("enter", "f2", "enter")
        writing = desk.app.desk_screen.case.composer.writing
        assert writing.edit.text == "It is with {{ customer.name }}␛, {{ card.shop.nothing }}."
        await desk.press("enter")
        assert "card.shop.nothing is still to be filled" in desk.text, "what a system said is no field"
