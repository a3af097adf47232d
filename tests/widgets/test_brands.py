"""Whose brand a case is: named in its row where there are several, and the one that its new mails come from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent_tui.desk.desk import Desk
from agent_tui.desk.inbox import InboxRow
from agent_tui.desk.keys import CaseKey
from agent_tui.desk.open_case import OpenCase
from agent_tui.domain.language import Language
from agent_tui.domain.model import Address, CaseRow, Customer, Directory, Sender
from agent_tui.domain.queries import DirectoryPage, DirectoryQuery, Page, Query
from agent_tui.domain.text import CustomerText
from agent_tui.domain.views import ALL
from agent_tui.language.catalogue import Catalogue
from agent_tui.widgets.case.drafting import routes
from agent_tui.widgets.inbox.row_strips import _before
from tests.desk.world import NOW, World, row, settle_questions, up
from tests.widgets.picture import Picture, picture
from tests.widgets.talk import DANA, TalkShop, talking, type_text

__all__ = ["picture"]  # a fixture

SENDERS = (
    Sender("a", "email", "nofar", "care@nofar.example"),
    Sender("b", "email", "ogen", "care@ogen.example"),
    Sender("c", "sms", "nofar", ""),
)


def test_a_new_mail_comes_from_the_brand_of_the_case() -> None:
    address = (Address("mailto", CustomerText("dana@example.com")), Address("tel", CustomerText("+972541")))
    case = OpenCase(CaseKey("hub", "c1"))
    case.customer = Customer("p1", CustomerText("Dana"), address)
    case.row = CaseRow("c1", 1, "p1", CustomerText("Dana"), "email", "us", 0, 1, brand="ogen")
    ways = routes(case, Directory(senders=SENDERS), 0)
    # where the brand has no account of the channel, any that the agent may use will do
    assert [(way.channel, way.account) for way in ways] == [("email", "b"), ("sms", "c")]


def test_rows_name_their_brand_where_there_are_several() -> None:
    world = World("hub")
    world.put(replace(row("c1", 1), brand="ogen"))
    desk = Desk()
    desk.add_backend("hub", "hub")
    desk.happened("hub", up(world), NOW)
    desk.set_view(ALL)
    settle_questions(desk, {"hub": world}, 0, 5)
    for titles, said in (
        ((("ogen", "Ogen"),), []),
        ((("nofar", "Nofar Home"), ("ogen", "Ogen")), ["Ogen"]),
        ((), []),
    ):
        desk.arrived("hub", DirectoryQuery(), DirectoryPage(Directory(brand_titles=titles), 1), NOW)
        item = next(item for place in range(5) if isinstance(item := desk.inbox.item(place), InboxRow))
        assert [str(words.drawn()) for words, part in _before(item) if part == "label"] == said


class TwoBrands(TalkShop):
    """Every second case is Ogen's; agents have senders of both."""

    def __init__(self, titles: tuple[tuple[str, str], ...]) -> None:
        super().__init__()
        self.titles = titles
        for place, (id, held) in enumerate(self.rows.items()):
            self.rows[id] = replace(held, brand="nofar" if id == DANA or place % 2 else "ogen")

    async def query(self, query: Query) -> Page:
        page = await super().query(query)
        if isinstance(page, DirectoryPage):
            senders = (
                replace(page.directory.senders[0], brand="ogen"),
                replace(page.directory.senders[1], brand="nofar"),
            )
            return replace(page, directory=replace(page.directory, senders=senders, brand_titles=self.titles))
        return page


TITLES = (("nofar", "Nofar Home"), ("ogen", "עוגן"))


@pytest.mark.parametrize("language", [None, Catalogue("he")], ids=["en", "he"])
@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_how_two_brands_look(size: tuple[int, int], language: Language | None, picture: Picture) -> None:
    async with talking(TwoBrands(TITLES), size=size, language=language) as desk:
        await desk.press("enter")
        await type_text(desk, "Good morning")
        picture(desk)


async def test_one_brand_goes_without_saying_in_rows() -> None:
    async with talking(TwoBrands(TITLES[:1])) as desk:
        assert not [line for line in desk.screen if "Nofar Home" in line[:38]]
    async with talking(TwoBrands(TITLES)) as desk:
        assert [line for line in desk.screen if "Nofar Home" in line[:38]]
