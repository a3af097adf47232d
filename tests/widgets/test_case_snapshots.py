"""What the opened case looks like, on each size of screen and in each state worth a picture."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent_tui.domain.model import Call
from agent_tui.domain.text import CustomerText
from agent_tui.themes.theme import Depth
from tests.widgets.picture import Picture, picture
from tests.widgets.talk import WA, TalkShop, at, talking, type_text

__all__ = ["picture"]  # a fixture


@pytest.mark.parametrize("size", [(120, 40), (160, 48), (80, 24), (60, 20)])
async def test_reading(size: tuple[int, int], picture: Picture) -> None:
    async with talking(size=size) as desk:
        await desk.press("k")
        picture(desk)


@pytest.mark.parametrize(("theme", "depth"), [("light", "truecolor"), ("dark", "16"), ("dark", "none")])
async def test_themes(theme: str, depth: Depth, picture: Picture, monkeypatch: pytest.MonkeyPatch) -> None:
    if depth == "none":
        monkeypatch.setenv("NO_COLOR", "1")
    async with talking(theme=theme, depth=depth) as desk:
        await desk.press("enter")
        await type_text(desk, "Good morning")
        picture(desk)


async def test_writing_hebrew_with_a_send_counting_down(picture: Picture) -> None:
    async with talking() as desk:
        await desk.press("enter")
        await type_text(desk, "שלום")
        await desk.press("enter")
        await type_text(desk, "מספר המעקב:")
        picture(desk)


async def test_a_mail_with_its_fields(picture: Picture) -> None:
    async with talking() as desk:
        await desk.press("enter", "ctrl+t")
        await type_text(desk, "dana@")
        await desk.press("enter")
        await type_text(desk, "Dear Dana")
        picture(desk)


async def test_choosing_channel_and_recipients(picture: Picture) -> None:
    shop = TalkShop()
    shop.talks = (*shop.talks[:2], replace(WA, last_inbound=at(3, 9, 0)))
    async with talking(shop) as desk:
        await desk.press("enter", "ctrl+t")
        picture(desk)


async def test_a_note(picture: Picture) -> None:
    async with talking() as desk:
        await desk.press("n")
        await type_text(desk, "Courier called")
        picture(desk)


async def test_canned_replies(picture: Picture) -> None:
    async with talking() as desk:
        await desk.press("enter", "slash")
        picture(desk)


async def test_unfolded(picture: Picture) -> None:
    async with talking() as desk:
        for _ in range(6):
            await desk.press("k")
        await desk.press("F")
        picture(desk)


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_a_ring_while_writing(size: tuple[int, int], picture: Picture) -> None:
    async with talking(size=size) as desk:
        await desk.press("enter")
        await type_text(desk, "half a word")
        now = desk.time.now()
        number = CustomerText("054-333-1234")
        call = Call("r1", "c4476", "t", "ringing", now - 8_000, number, "Billing", law_due=now + 222_000)
        desk.shop.changes(desk.shop.rows["c4476"], call)
        await desk.rest()
        picture(desk)


async def test_the_card_on_a_narrow_screen(picture: Picture) -> None:
    async with talking(size=(80, 24)) as desk:
        await desk.press("i")
        picture(desk)
