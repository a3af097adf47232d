"""Looking for something in all that was said: as one types, under the rows, there and back."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from agent_tui.domain.model import CaseDetail, Message
from agent_tui.domain.queries import CasePage, CaseQuery, Hit, Page, Query, SearchQuery
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import DAY_MS, MINUTE_MS
from agent_tui.language.catalogue import Catalogue
from tests.widgets.picture import Picture, picture
from tests.widgets.running import Running, running
from tests.widgets.shop import NOW, Shop, sketch_rows

__all__ = ["picture"]  # a fixture


def shop_with_hits(*said: str, number: int = 0) -> Shop:
    shop = Shop()
    rows = sketch_rows()
    shop.hits = [
        Hit("message", rows[at % len(rows)], f"old{at}", CustomerText(text), NOW - at * DAY_MS - MINUTE_MS)
        for at, text in enumerate([*said, *(f"parcel {n}" for n in range(number))])
    ]
    return shop


async def typed(desk: Running, text: str) -> None:
    await desk.press("slash", *("space" if char == " " else char for char in text))
    await desk.wait(1)


async def test_results_come_under_the_rows_as_one_types_and_the_newest_line_counts() -> None:
    shop = shop_with_hits("the parcel is lost", "a refund for the parcel", "אין חבילה")
    async with running(shop) as desk:
        await desk.press("slash", "r", "e")
        assert shop.searches == []
        await desk.press("f")
        await desk.wait(1)
        assert [query.text for query in shop.searches] == ["ref"]
        assert "FOUND" in desk.text
        assert "a refund for the parcel" in desk.text
        assert "the parcel is lost" not in desk.text


class Slow(Shop):
    """Its answers to searches come when they are let."""

    def __init__(self) -> None:
        super().__init__()
        self.letting = asyncio.Event()

    async def query(self, query: Query) -> Page:
        if isinstance(query, SearchQuery) and query.text == "first":
            await self.letting.wait()
        return await super().query(query)


async def test_a_late_answer_never_stands_over_a_newer_one() -> None:
    shop = Slow()
    shop.hits = shop_with_hits("first words", "second words").hits
    async with running(shop) as desk:
        await desk.press("slash", *"first")
        desk.time.advance_to_next(NOW + 10_000)
        await desk.pilot.pause(0)
        for key in [*["backspace"] * 5, *"second"]:
            await desk.pilot.press(key)
        while len(shop.searches) < 1 and desk.time.advance_to_next(NOW + 20_000):
            await desk.pilot.pause(0)
        await desk.pilot.pause(0)
        shop.letting.set()
        await desk.wait(1)
        assert [query.text for query in shop.searches] == ["second", "first"]
        assert "second words" in desk.text
        assert "first words" not in desk.text


async def test_down_goes_from_the_rows_into_the_hits_and_enter_opens_at_the_message_and_esc_goes_back() -> None:
    shop = Long()
    async with running(shop) as desk:
        await desk.press("j", "j")
        before = desk.app.desk_screen.inbox.key
        await typed(desk, "needle")
        await desk.press("enter")
        hits = desk.app.desk_screen.hits
        assert hits.has_focus
        await desk.press("enter")
        await desk.wait(1)
        case = desk.workbench.desk.open_case
        assert case is not None
        assert desk.app.desk_screen.case.timeline.chosen is not None
        assert desk.app.desk_screen.case.timeline.chosen.id == "old7"
        assert "needle in the hay" in "\n".join(line[40:] for line in desk.screen)
        await desk.press("escape")
        assert hits.has_focus
        await desk.press("escape", "escape")
        assert desk.workbench.desk.finding is None
        assert "FOUND" not in desk.text
        assert desk.app.desk_screen.inbox.key == before
        assert desk.app.desk_screen.inbox.has_focus


class Long(Shop):
    """Its first case has a thousand messages; they come in pages."""

    def __init__(self) -> None:
        super().__init__()
        row = next(iter(self.rows.values()))
        self.long = [
            Message(
                f"old{at}", row.id, "t", row.channel, "in", NOW - (1000 - at) * MINUTE_MS, CustomerText(f"hay {at}")
            )
            for at in range(1000)
        ]
        self.long[7] = replace(self.long[7], body=CustomerText("needle in the hay"))
        self.hits = [Hit("message", row, "old7", self.long[7].body, self.long[7].at)]
        self.asked: list[CaseQuery] = []

    async def query(self, query: Query) -> Page:
        if not isinstance(query, CaseQuery) or query.case != self.long[0].case:
            return await super().query(query)
        self.asked.append(query)
        detail = self._detail(query.case)
        assert isinstance(detail, CaseDetail)
        stop = next((at for at, one in enumerate(self.long) if one.id == query.before), len(self.long))
        start = max(0, stop - query.limit)
        return CasePage(replace(detail, messages=tuple(self.long[start:stop]), more_before=start > 0), self.seq)


async def test_the_next_hit_and_the_one_before_are_opened_by_a_key() -> None:
    """From within a case too; at the ends it says so and stays."""
    async with running(shop_with_hits("parcel a", "parcel b", "parcel c"), keymap="vim") as desk:
        await desk.press("n")
        assert "Next hit: nothing was searched for" in desk.screen[-2]
        await typed(desk, "parcel")
        await desk.press("enter")
        opened = []
        for key in ("n", "n", "n", "N", "N", "N"):
            await desk.press(key)
            assert desk.app.ui.place == "timeline"
            assert desk.workbench.desk.open_case is not None
            opened.append(desk.workbench.desk.open_case.key.case)
            assert ("no more was found" in desk.screen[-2]) == (len(opened) in (3, 6))
        rows = [row.id for row in sketch_rows()]
        assert opened == [rows[at] for at in (1, 2, 2, 1, 0, 0)]  # Enter left the cursor on the first


async def test_a_wrong_operator_is_named_at_once_and_not_asked() -> None:
    shop = shop_with_hits("x")
    async with running(shop, size=(160, 40)) as desk:
        await typed(desk, "channel:fax")
        assert "channel:fax is no channel" in desk.text
        assert [query.text for query in shop.searches if "channel" in query.text] == []


async def test_older_hits_come_as_one_goes_down() -> None:
    shop = shop_with_hits(number=120)
    async with running(shop) as desk:
        await typed(desk, "parcel")
        await desk.press("enter")
        for _ in range(9):
            await desk.press("space")
        assert len(shop.searches) >= 2
        assert shop.searches[-1].before
        assert len(desk.workbench.desk.finding.found) > 50  # type: ignore[union-attr]


async def test_a_server_that_cannot_search_is_named() -> None:
    shop = shop_with_hits("parcel")
    shop.capabilities = replace(shop.capabilities, search=False)
    shop = _again(shop)
    async with running(shop) as desk:
        await typed(desk, "parcel")
        assert "hub cannot search" in desk.text
        assert shop.searches == []
        await desk.press("escape", *":search parcel", "enter")
        assert "cannot search" in desk.text


def _again(shop: Shop) -> Shop:
    fresh = Shop()
    from agent_tui.backends.base import Connected

    while not fresh._happenings.empty():
        fresh._happenings.get_nowait()
    fresh.capabilities = shop.capabilities
    fresh.happens(Connected(fresh.me, shop.capabilities, fresh.seq, False))
    fresh.hits = shop.hits
    return fresh


async def test_the_command_line_searches_too() -> None:
    shop = shop_with_hits("the parcel is lost")
    async with running(shop) as desk:
        await desk.press("colon", *"search", "space", *"parcel", "enter")
        await desk.wait(1)
        assert isinstance(shop.searches[0], SearchQuery)
        assert "the parcel is lost" in desk.text
        assert desk.app.desk_screen.hits.has_focus


async def test_a_saved_view_stands_after_the_numbered_ones_with_its_count_and_comes_back_by_its_number() -> None:
    shop = shop_with_hits("the parcel is lost", "a parcel again")
    async with running(shop, size=(170, 40)) as desk:
        await typed(desk, "parcel")
        await desk.press("enter", "colon", *"view", "space", *"save", "space", *"lost", "enter")
        assert "8 lost 0" in desk.screen[0]
        await desk.press("escape", "1")
        await desk.wait(1)
        assert "FOUND" not in desk.text
        await desk.press("8")
        await desk.wait(1)
        assert "the parcel is lost" in desk.text
        assert desk.workbench.desk.inbox.view.name == "lost"
        await desk.press("colon", *"view", "space", *"drop", "space", *"lost", "enter")
        assert "7 lost" not in desk.screen[0]


@pytest.mark.parametrize("keys", [("g", "a"), ("3",), (*":view", "space", *"all", "enter")], ids="".join)
async def test_a_view_of_the_desk_shows_all_its_rows_whatever_was_looked_for(keys: tuple[str, ...]) -> None:
    async with running(shop_with_hits("the parcel is lost", "a parcel again")) as desk:
        await typed(desk, "parcel")
        await desk.press("enter", *keys)
        await desk.wait(1)
        assert "FOUND" not in desk.text
        assert "/ parcel" not in desk.screen[0]
        assert desk.app.desk_screen.inbox.size.height > 30
        assert desk.app.desk_screen.inbox.has_focus
        assert desk.workbench.desk.inbox.view.name == "all"


def _story() -> Shop:
    """Rows and hits of both languages: a customer, messages, a note, ours; one that reads the other way."""
    shop = Shop()
    rows = sketch_rows()
    shop.hits = [
        Hit("customer", rows[0], "", CustomerText("054-987-1234 · dana.refund@example.com"), NOW),
        Hit("message", rows[0], "a", CustomerText("I asked for a refund three weeks ago, no 88213"), NOW - MINUTE_MS),
        Hit("message", rows[7], "b", CustomerText("ביקשתי refund על ההזמנה לפני שבועיים"), NOW - DAY_MS),
        Hit("note", rows[4], "c", CustomerText("Refund approved by Ruti, 120 to the card"), NOW - 40 * DAY_MS, "avi"),
        Hit("message", rows[2], "d", CustomerText("… the refund was sent on Sunday"), NOW - 400 * DAY_MS, "noa"),
    ]
    return shop


async def test_what_was_found_stands_in_sight_however_far_on_it_is() -> None:
    shop = shop_with_hits(
        "Good morning and many thanks, which form do I fill in for the refund of the chairs?",
        "שלום וברכה, כבר כמה ימים אני מחכה ואיש לא אמר לי איפה נמצא refund שלי",
    )
    async with running(shop) as desk:
        await typed(desk, "refund")
        assert len([line for line in desk.screen if "refund" in line[:38] and "…" in line[:38]]) == 2


@pytest.mark.parametrize("language", ["en", "he"])
async def test_words_keep_their_blanks_whichever_way_the_desk_is_written(language: str) -> None:
    spoken = Catalogue("he") if language == "he" else None
    async with running(shop_with_hits("bring it to refund while open"), language=spoken) as desk:
        await typed(desk, "refund")
        assert any("to refund while" in line for line in desk.screen)


async def test_what_operators_alone_find_has_the_place_of_the_rows_but_for_the_first() -> None:
    shop = shop_with_hits(*["from:dana parcel"] * 20)
    async with running(shop) as desk:
        await typed(desk, "from:dana")
        assert desk.app.desk_screen.inbox.size.height == 3
        await typed(desk, " par")
        assert desk.app.desk_screen.inbox.size.height != 3
        await desk.press("escape")
        assert desk.app.desk_screen.inbox.size.height > 30


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("-refund", "add a word to find"),
        ("chanel:wa", "nothing was found; channel: perhaps?"),
        ("ownr:me", "nothing was found; owner: perhaps?"),
        ("re:refund", "nothing was found "),
    ],
)
async def test_why_nothing_was_found(line: str, told: str) -> None:
    async with running(shop_with_hits()) as desk:
        await desk.press("slash", *line)
        await desk.wait(1)
        assert told in desk.text


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 20)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("language", ["en", "he"])
async def test_how_hits_look(size: tuple[int, int], language: str, picture: Picture) -> None:
    async with running(_story(), size=size, language=Catalogue("he") if language == "he" else None) as desk:
        await typed(desk, "refund")
        await desk.press("enter", "j", "j")
        picture(desk)


async def test_how_a_wrong_operator_looks(picture: Picture) -> None:
    async with running(_story()) as desk:
        await typed(desk, "refund is:opne")
        picture(desk)
