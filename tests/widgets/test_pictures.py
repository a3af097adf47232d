"""How the desk looks: a picture of each screen size and state, on a small shop at 09:41."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import pytest
from textual.pilot import Pilot

from agent_tui.app import DeskApp
from agent_tui.desk_settings import DeskSettings
from agent_tui.domain.model import Call
from agent_tui.domain.text import CustomerText
from agent_tui.themes.theme import Depth
from tests.widgets.running import Running, desk_app
from tests.widgets.shop import NOW, Shop, sketch_rows
from tests.widgets.talk import TalkShop


class SnapCompare(Protocol):
    def __call__(self, app: object, *, terminal_size: tuple[int, int], run_before: object) -> bool: ...


Picture = Callable[..., bool]


@pytest.fixture
def picture(snap_compare: SnapCompare, monkeypatch: pytest.MonkeyPatch) -> Picture:
    """Compares the desk with the picture kept of it, after pressing keys."""

    def compare(
        size: tuple[int, int],
        *keys: str,
        shop: Shop | None = None,
        theme: str = "dark",
        depth: Depth = "truecolor",
        settings: DeskSettings | None = None,
        change: Callable[[Shop], None] | None = None,
    ) -> bool:
        if depth == "none":
            monkeypatch.setenv("NO_COLOR", "1")
        world = shop or Shop()
        app, workbench, time = desk_app(world, theme, depth, settings)
        _still(app)

        async def before(pilot: Pilot[None]) -> None:
            desk = Running(app, pilot, workbench, time, world)
            work = asyncio.create_task(workbench.run())
            await desk.rest()
            await desk.wait(2)
            await desk.press(*keys)
            if change is not None:
                change(world)
                await desk.rest()
            await workbench.stop()
            await work

        return snap_compare(app, terminal_size=size, run_before=before)

    return compare


def _still(app: DeskApp) -> None:
    app.title = "agent-tui"


@pytest.mark.parametrize("size", [(120, 40), (100, 30), (80, 24), (60, 20)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_inbox(picture: Picture, size: tuple[int, int]) -> None:
    assert picture(size, "j")


def test_the_inbox_by_day(picture: Picture) -> None:
    assert picture((120, 40), "j", theme="light")


def test_the_inbox_without_colours(picture: Picture) -> None:
    assert picture((120, 40), "j", depth="none")


def test_the_inbox_in_the_terminal_s_own_colours(picture: Picture) -> None:
    assert picture((80, 24), "j", depth="16")


def test_the_desk_in_ascii(picture: Picture) -> None:
    assert picture((80, 24), "enter", shop=TalkShop(), settings=DeskSettings(glyphs="ascii"))


@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_palette(picture: Picture, size: tuple[int, int]) -> None:
    assert picture(size, "ctrl+p", "s", "n")


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 20)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_help(picture: Picture, size: tuple[int, int]) -> None:
    assert picture(size, "question_mark", "down")


def test_the_command_line(picture: Picture) -> None:
    assert picture((100, 30), "colon", *"snooze", "space")


def test_choosing_a_colleague(picture: Picture) -> None:
    assert picture((80, 24), "A")


def test_the_filter(picture: Picture) -> None:
    assert picture((80, 24), "slash", *"dana")


def test_a_begun_sequence(picture: Picture) -> None:
    assert picture((80, 24), "g")


def test_a_key_that_is_off(picture: Picture) -> None:
    assert picture((80, 24), "D")


def test_nothing_waits(picture: Picture) -> None:
    assert picture((80, 24), shop=Shop([]))


def test_a_ring_teaches_its_key(picture: Picture) -> None:
    def ring(shop: Shop) -> None:
        call = Call("k1", "c4476", "t", "ringing", NOW, CustomerText("054-333-1234"), "Billing")
        shop.changes(replace(sketch_rows()[5], call=call), call)

    assert picture((80, 24), change=ring)
