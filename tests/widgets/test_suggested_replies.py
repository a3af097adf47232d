"""Suggested replies at the desk: a quiet line in the empty composer, first in the picker with why, gone with the first
letter; what was put in is told with the reply."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent_tui.backends.base import Connected
from agent_tui.desk_settings import DeskSettings
from agent_tui.domain.orders import Reply
from agent_tui.domain.queries import DirectoryPage, Page, Query, SuggestPage, SuggestQuery
from agent_tui.domain.replies.reply import Canned
from agent_tui.domain.suggested import Reason, SuggestedReply
from agent_tui.domain.text import CustomerText
from agent_tui.language.catalogue import Catalogue
from tests.widgets.picture import Picture, picture
from tests.widgets.running import Running
from tests.widgets.shop import NOW
from tests.widgets.talk import WA, TalkShop, messages, talking, type_text

__all__ = ["picture"]  # a fixture

CANNED = tuple(
    Canned(key, text) for key, text in (("hours", "Nine to five."), ("refund", "It is on its way."), ("late", "Sorry."))
)
BEST = (
    SuggestedReply("refund", 40, (Reason("said", "מספר", 31, 40, False), Reason("said", "שבוע", 3, 9, False))),
    SuggestedReply("late", 3, (Reason("after", "^", 2, 7, False),)),
    SuggestedReply("hours", 1, (Reason("label", "vip", 1, 2, False),)),
    SuggestedReply("nine", 1, ()),
)


class SuggestShop(TalkShop):
    """A shop that has canned replies, and suggests some."""

    def __init__(self, best: tuple[SuggestedReply, ...] = BEST) -> None:
        super().__init__()
        self.best = best
        self.asked: list[SuggestQuery] = []
        self.capabilities = replace(self.capabilities, suggest=True)
        self._happenings.get_nowait()
        self.happens(Connected(self.me, self.capabilities, self.seq, False))

    async def query(self, query: Query) -> Page:
        if isinstance(query, SuggestQuery):
            self.asked.append(query)
            return SuggestPage(self.best, self.seq)
        page = await super().query(query)
        if isinstance(page, DirectoryPage):
            return DirectoryPage(replace(page.directory, canned=CANNED), page.seq)
        return page


def hint(desk: Running) -> bool:
    return any("F2  refund · late · hours" in line for line in desk.screen[:-3])


@pytest.mark.parametrize(
    ("size", "language"), [((120, 40), "en"), ((120, 40), "he"), ((80, 24), "en"), ((80, 24), "he")]
)
async def test_how_they_look(size: tuple[int, int], language: str, picture: Picture) -> None:
    async with talking(SuggestShop(), size, language=Catalogue("he") if language == "he" else None) as desk:
        await desk.press("enter")
        picture(desk)
        await desk.press("f2")
        picture(desk)


async def test_the_best_stand_in_the_empty_composer_until_something_is_written() -> None:
    shop = SuggestShop()
    async with talking(shop) as desk:
        assert shop.asked == [], "nothing is asked before somebody answers"
        await desk.press("enter")
        assert hint(desk)
        assert [one.channel for one in shop.asked] == ["whatsapp"]
        place = desk.app.desk_screen.case.composer.region
        await type_text(desk, "a")
        assert not hint(desk)
        assert desk.app.desk_screen.case.composer.region == place, "nothing moved"
        await desk.press("backspace")
        assert hint(desk)
        assert len(shop.asked) == 1
        shop.says(replace(messages()[-1], id="m99", body=CustomerText("and now?"), at=NOW), WA)
        await desk.rest()
        assert len(shop.asked) == 2, "they wrote again"
        await desk.press("escape")
        assert not hint(desk)


async def test_f2_and_enter_take_the_first_and_the_reply_says_so() -> None:
    shop = SuggestShop()
    async with talking(shop) as desk:
        await desk.press("enter", "f2")
        for words in (": picked 31 of 40", "first answer: picked 2 of 7", "label vip: picked 1 of 2"):
            assert words in desk.text
        await desk.press("enter", "enter")
        await desk.wait(10)
        (sent,) = [order for order in shop.orders if isinstance(order, Reply)]
        assert (sent.body.raw, sent.canned) == ("It is on its way.", ("refund",))


async def test_what_was_thrown_away_was_not_picked() -> None:
    shop = SuggestShop()
    async with talking(shop) as desk:
        await desk.press("enter", "f2", "enter", "ctrl+u")
        await type_text(desk, "by hand")
        await desk.press("enter")
        await desk.wait(10)
        (sent,) = [order for order in shop.orders if isinstance(order, Reply)]
        assert (sent.body.raw, sent.canned) == ("by hand", ())


async def test_they_can_be_off_and_a_server_need_not_know_any() -> None:
    shop = SuggestShop()
    async with talking(shop, settings=DeskSettings(suggestions=False)) as desk:
        await desk.press("enter")
        assert not hint(desk)
        assert shop.asked == []
    async with talking(SuggestShop(())) as desk:
        await desk.press("enter")
        assert "F2  " not in "\n".join(desk.screen[-8:-3])
