"""What the agent's settings change on the screen: signs, preview, pictures, saved files, signature."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from agent_tui.desk_settings import DeskSettings
from agent_tui.domain.model import Call
from agent_tui.domain.orders import Assign, MarkRead
from agent_tui.domain.queries import DirectoryPage, Page, Query
from agent_tui.domain.text import CustomerText
from tests.widgets.running import Running, running
from tests.widgets.shop import NOW, Shop, sketch_rows
from tests.widgets.talk import TalkShop, talking, type_text
from tests.widgets.test_case_files import until_shown


def english(shop: Shop) -> Shop:
    """Customers who write in ASCII, so that whatever else is on the screen is the desk's."""
    for id, row in shop.rows.items():
        name = row.name if row.name.raw.isascii() else CustomerText("Yael")
        preview = row.preview if row.preview.raw.isascii() else CustomerText("no number")
        shop.rows[id] = replace(row, name=name, preview=preview)
    return shop


@pytest.mark.parametrize("size", [(120, 40), (100, 30), (80, 24), (60, 20)], ids=str)
async def test_in_ascii_the_desk_draws_no_other_sign(size: tuple[int, int]) -> None:
    shop = english(Shop())
    async with running(shop, size, settings=DeskSettings(glyphs="ascii")) as desk:
        for keys in (["enter"], ["r"], ["escape", "question_mark"], ["escape", "ctrl+p"], ["escape", "A"], ["escape"]):
            await desk.press(*keys)
            assert desk.text.isascii(), (keys, [sign for sign in desk.text if not sign.isascii()])
        call = Call("k1", "c4476", "t", "ringing", NOW, CustomerText("054-333-1234"), "Billing")
        shop.changes(replace(sketch_rows()[5], call=call), call)
        await desk.rest()
        assert "% RINGING" in desk.text
        assert desk.text.isascii()


async def test_otherwise_it_draws_with_what_unicode_has() -> None:
    async with running(english(Shop())) as desk:
        assert {"─", "│", "▌", "●"} <= set(desk.text)


def opened(desk: Running) -> str:
    case = desk.workbench.desk.open_case
    return case.key.case if case is not None else ""


async def test_the_resting_cursor_shows_a_case_and_leaves_it_unread() -> None:
    shop = Shop([replace(row, unread=2) for row in sketch_rows()])
    async with running(shop, settings=DeskSettings(preview=True)) as desk:
        await desk.press("j")
        await desk.wait(0.2)
        await desk.press("j")
        await desk.wait(0.2)
        assert opened(desk) in ("", "c4471")  # the cursor never rested on the second row, nor long on the third
        await desk.wait(0.15)
        assert opened(desk) == "c4473"
        assert desk.app.desk_screen.focused is desk.app.desk_screen.inbox
        assert shop.orders == []
        await desk.press("enter")
        assert [order for order in shop.orders if isinstance(order, MarkRead)] != []


async def test_a_resting_cursor_shows_nothing_unless_that_is_wanted() -> None:
    async with running(Shop()) as desk:
        await desk.press("j")
        await desk.wait(2)
        assert opened(desk) == ""


async def test_a_case_that_is_read_is_not_taken_away_by_the_preview() -> None:
    async with running(Shop(), settings=DeskSettings(preview=True)) as desk:
        await desk.press("j", "enter")
        read = opened(desk)
        await desk.press("r")
        desk.app.desk_screen.inbox.move("next")
        await desk.press("escape")
        await desk.wait(2)
        assert opened(desk) == read


async def to_the_picture(desk: Running) -> None:
    await desk.press(*"kkkkkk", "f", "enter", "enter")


async def test_pictures_can_be_off() -> None:
    async with talking(settings=DeskSettings(images="off")) as desk:
        await to_the_picture(desk)
        assert "into a folder here" in desk.text
        for _ in range(20):
            await asyncio.sleep(0.01)
            await desk.rest()
        assert "▀" not in desk.text


@pytest.mark.parametrize(("images", "blocks"), [("auto", False), ("blocks", True)])
async def test_pictures_in_few_colours(images: str, blocks: bool) -> None:
    async with talking(settings=DeskSettings(depth="16", images=images)) as desk:  # type: ignore[arg-type]
        await to_the_picture(desk)
        await until_shown(desk, "▀" if blocks else "###")
        assert ("▀" in desk.text) == blocks


async def test_a_picture_in_ascii() -> None:
    async with talking(settings=DeskSettings(glyphs="ascii", images="blocks")) as desk:
        await to_the_picture(desk)
        await until_shown(desk, "###")


async def test_saved_files_go_where_the_settings_say(tmp_path: Path) -> None:
    async with talking(settings=DeskSettings(images="off", downloads=tmp_path)) as desk:
        await to_the_picture(desk)
        await desk.press("down", "enter")
        await desk.press("enter")
        await until_shown(desk, "saved: ")
    assert [path.name for path in tmp_path.iterdir()] == ["lamp.jpg"]  # noqa: ASYNC240


@pytest.mark.parametrize(("most", "asked"), [(10_000_000, True), (20_000_000, False)])
async def test_large_files_are_asked_about_from_the_size_that_is_set(most: int, asked: bool) -> None:
    async with talking(settings=DeskSettings(ask_above=most)) as desk:
        await desk.press(*"kkkkkk", "f", "down", "enter")
        assert ("it has 18 MB" in desk.text) == asked


async def test_my_signature_goes_under_mails_before_the_sender_s_own() -> None:
    async with talking(TalkShop(), settings=DeskSettings(signature="Noa, 03-555-0100")) as desk:
        writing = desk.app.desk_screen.case.composer.writing
        await desk.press("enter")
        await type_text(desk, "hi")
        assert "03-555" not in writing.edit.text  # WhatsApp has no signatures
        await desk.press("ctrl+t")
        await type_text(desk, "mail")
        await desk.press("enter")
        assert writing.edit.text.endswith("-- \nNoa, 03-555-0100")


async def test_a_team_is_called_by_its_title() -> None:
    class Titled(Shop):
        async def query(self, query: Query) -> Page:
            page = await super().query(query)
            if isinstance(page, DirectoryPage):
                titles = (("billing", "Accounts and refunds"),)
                return replace(page, directory=replace(page.directory, team_titles=titles))
            return page

    shop = Titled()
    async with running(shop) as desk:
        await desk.press("A")
        assert "Accounts and refunds" in desk.text
        await type_text(desk, "accounts")
        await desk.press("enter")
        assert shop.orders[-1] == Assign("c4471", team="billing")
        await desk.press("colon")
        await type_text(desk, "assign-to billing")
        await desk.press("enter")
        assert shop.orders[-2:] == [Assign("c4471", team="billing")] * 2
