"""A locked desk shows nothing of customers, goes on working, and opens by a word or by its token."""

from __future__ import annotations

import pytest

from agent_tui.desk.drafts import Draft
from agent_tui.desk.keys import CaseKey
from agent_tui.desk_settings import DeskSettings
from agent_tui.domain.orders import Reply
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import VirtualTime
from agent_tui.language.catalogue import Catalogue
from agent_tui.services.lock import Lock
from tests.widgets.picture import Picture, picture
from tests.widgets.running import Running, running
from tests.widgets.shop import NOW, Shop

__all__ = ["picture"]  # a fixture

OF_CUSTOMERS = ("Dana", "Omar", "Ruth", "tlvfoodie", "Avner", "photo", "refund", "מספר")


def nothing_shows(desk: Running) -> None:
    for words in OF_CUSTOMERS:
        assert words not in desk.text, words


async def patient(desk: Running) -> None:
    """The digest of a word is made beside the loop."""
    task = desk.app.desk_screen.cover._asking
    if task is not None:
        await task
    await desk.rest()


async def test_how_much_needs_me_is_told_whatever_view_was_shown() -> None:
    async with running() as desk:
        await desk.press("3", "L")
        assert "6 need me" in desk.text


async def test_locking_hides_all_at_once_and_a_word_opens() -> None:
    async with running() as desk:
        await desk.press("enter", "L")
        nothing_shows(desk)
        assert "6 need me · 1 late" in desk.text
        await desk.press(*"sesame", "enter")
        assert "sesame" not in desk.text
        await patient(desk)
        await desk.press(*"nonsense", "enter")
        await patient(desk)
        assert "that does not open it" in desk.text
        nothing_shows(desk)
        await desk.press(*"sesame", "enter")
        await patient(desk)
        assert "Dana Levi" in desk.text


@pytest.mark.parametrize("view", [("2",), ("3",), ("g", "s"), ("slash", *"dana", "enter")], ids="".join)
async def test_what_waits_is_mine_whatever_the_desk_showed(view: tuple[str, ...]) -> None:
    async with running() as desk:
        await desk.press(*view, "L")
        assert "6 need me" in desk.text
        assert ("6 need me · 1 late" in desk.text) == (view[0] in ("3", "slash"))


async def test_keys_of_a_locked_desk_do_nothing_else() -> None:
    async with running() as desk:
        await desk.press(
            "L", *"d", "Q", "ctrl+p", "ctrl+n", "escape", "escape", "question_mark", "colon", "q", "escape"
        )
        nothing_shows(desk)
        assert not desk.shop.orders
        assert not desk.app._exit


async def test_a_desk_locks_after_a_while_without_a_key() -> None:
    async with running(settings=DeskSettings(lock_minutes=5)) as desk:
        await desk.wait(200)
        await desk.press("j")
        await desk.wait(200)
        assert "Dana" in desk.text
        await desk.wait(101)
        nothing_shows(desk)
        assert "choose a word" not in desk.text, "whoever sits there need not be its agent"


async def test_a_word_is_chosen_soon_or_not_at_all() -> None:
    async with running() as desk:
        await desk.press("L")
        await desk.wait(16)
        await desk.press(*"mine", "enter")
        await patient(desk)
        assert not desk.app.desk_screen.cover._lock.has_word


async def test_a_held_reply_still_goes_out() -> None:
    async with running() as desk:
        desk.workbench.undo_seconds = 5.0
        desk.workbench.send(Draft(CaseKey("hub", "c4471"), "whatsapp", body="the number is 12"))
        await desk.press("L")
        await desk.wait(6)
        assert [order.body for order in desk.shop.orders if isinstance(order, Reply)] == [
            CustomerText("the number is 12")
        ]
        nothing_shows(desk)


async def test_a_resized_locked_desk_stays_empty() -> None:
    async with running() as desk:
        await desk.press("L")
        await desk.pilot.resize_terminal(80, 24)
        await desk.rest()
        nothing_shows(desk)


async def test_the_token_opens_and_wrong_tries_must_wait() -> None:
    async def token(typed: str) -> bool:
        return typed == "t0ken"

    time = VirtualTime(NOW)
    lock = Lock(time, token)
    assert [await lock.opens(word) for word in ("", "x", "y", "t0ken")] == [False, False, False, False]
    assert lock.waits() == 2
    time.advance_to_next(NOW + 2000)
    assert await lock.opens("t0ken")
    await lock.choose("word")
    assert await lock.opens("word")
    assert not await lock.opens("")


@pytest.mark.parametrize("language", [None, "he"], ids=["en", "he"])
@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 20)], ids=["120x40", "80x24", "60x20"])
async def test_how_it_looks(size: tuple[int, int], language: str | None, picture: Picture) -> None:
    async with running(Shop(), size=size, language=Catalogue("he") if language else None) as desk:
        await desk.press("L", *"word")
        picture(desk)
