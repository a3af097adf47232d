"""How the desk looks in Hebrew: mirrored, and as if it had been drawn so first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent_tui.domain.model import Call
from agent_tui.domain.text import CustomerText
from agent_tui.language.catalogue import Catalogue
from tests.widgets.picture import Picture, picture
from tests.widgets.running import running
from tests.widgets.shop import NOW, Shop
from tests.widgets.talk import talking, type_text

__all__ = ["picture"]  # a fixture

HEBREW = Catalogue("he")
SIZES = [(120, 40), (80, 24), (60, 20)]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_inbox(size: tuple[int, int], picture: Picture) -> None:
    async with running(size=size, language=HEBREW) as desk:
        await desk.press("j")
        picture(desk)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_a_case_and_a_send_counting_down(size: tuple[int, int], picture: Picture) -> None:
    async with talking(size=size, language=HEBREW) as desk:
        await desk.press("enter")
        await type_text(desk, "שלום")
        await desk.press("enter")
        await type_text(desk, "מספר המעקב")
        picture(desk)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_palette(size: tuple[int, int], picture: Picture) -> None:
    async with running(size=size, language=HEBREW) as desk:
        await desk.press("ctrl+p")
        picture(desk)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_a_ring(size: tuple[int, int], picture: Picture) -> None:
    shop = Shop()
    async with running(shop, size, language=HEBREW) as desk:
        row = next(iter(shop.rows.values()))
        call = Call("c1", row.id, "t1", "ringing", NOW - 8_000, CustomerText("054-333-1234"), "Billing")
        shop.changes(replace(row, call=call), call)
        await desk.rest()
        picture(desk)


async def test_the_command_line(picture: Picture) -> None:
    async with running(size=(80, 24), language=HEBREW) as desk:
        await desk.press("colon")
        await type_text(desk, "snooze ")
        picture(desk)


async def test_help(picture: Picture) -> None:
    async with talking(size=(120, 40), language=HEBREW) as desk:
        await desk.press("question_mark")
        picture(desk)


async def test_choosing_when_to_snooze(picture: Picture) -> None:
    async with running(size=(80, 24), language=HEBREW) as desk:
        await desk.press("s")
        picture(desk)


async def test_the_customers_card(picture: Picture) -> None:
    async with talking(size=(80, 24), language=HEBREW) as desk:
        await desk.press("i")
        picture(desk)
