"""What is painted is right, and little is asked for it."""

from __future__ import annotations

import random
from typing import Any

import pytest
from rich.segment import Segment
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input

from agent_tui.terminal.line_view import LineView
from agent_tui.terminal.screen import TerminalScreen
from tests.terminal.test_diffscreen import CONSOLE, Both, Sample, deeds, emulator, picture, strip_osc, uncache


class OnTerminalScreen(Sample):
    def get_default_screen(self) -> Screen[Any]:
        return TerminalScreen()


def whole(app: App[None]) -> list[list[Any]]:
    """The screen as it is when all of it is painted at once."""
    update = app.screen._compositor.render_full_update()
    uncache(update)
    screen, stream = emulator()
    stream.feed(strip_osc(update.render_segments(CONSOLE)))
    return picture(screen)


def differences(one: list[list[Any]], other: list[list[Any]]) -> list[Any]:
    return [
        (x, y, left, right)
        for y, rows in enumerate(zip(one, other, strict=True))
        for x, (left, right) in enumerate(zip(*rows, strict=True))
        if left != right
    ]


@pytest.mark.parametrize("seed", range(5))
async def test_random_changes_leave_the_screen_that_painting_it_all_would(seed: int) -> None:
    chance = random.Random(seed)
    both = Both(CONSOLE)
    app = OnTerminalScreen(both, seed)
    parts = 0
    async with app.run_test(size=(70, 18)) as pilot:
        app.query_one(Input).cursor_blink = False
        for deed in deeds(app, chance):
            deed()
            await pilot.pause()
            if len(app.screen_stack) == 1:
                different = differences(picture(both.diff_screen), whole(app))
                assert not different, different[:3]
                parts += 1
    assert parts > 10


class Rows(LineView):
    """Rows of one wide character after another, and a count of those that were asked for."""

    DEFAULT_CSS = "Rows { width: 1fr; height: 1fr; }"

    def __init__(self, letter: str, id: str) -> None:
        super().__init__(id=id)
        self.letter = letter
        self.asked: list[int] = []

    def render_line(self, y: int) -> Strip:
        self.asked.append(y)
        return Strip([Segment(self.letter * self.size.width, self.base)]).adjust_cell_length(self.size.width, self.base)


class TwoSides(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.updates: list[ChopsUpdate] = []

    def get_default_screen(self) -> Screen[Any]:
        return TerminalScreen()

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Rows("a", id="left")
            yield Rows("日", id="right")

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        if isinstance(renderable, ChopsUpdate):
            self.updates.append(renderable)
        super()._display(screen, renderable)


async def test_only_the_changed_rows_of_the_widget_that_is_seen_there_are_asked_for() -> None:
    app = TwoSides()
    async with app.run_test(size=(40, 12)) as pilot:
        left, right = app.query_one("#left", Rows), app.query_one("#right", Rows)
        await pilot.pause()
        left.asked.clear()
        right.asked.clear()
        app.updates.clear()
        right.refresh(Region(3, 2, 1, 1), Region(0, 9, 20, 2))
        await pilot.pause()
        assert (left.asked, right.asked) == ([], [2, 9, 10])
        assert len(app.updates) == 1


async def test_a_whole_paint_asks_each_widget_once_for_what_is_seen_of_it_and_nothing_behind() -> None:
    app = TwoSides()
    async with app.run_test(size=(40, 12)) as pilot:
        left, right = app.query_one("#left", Rows), app.query_one("#right", Rows)
        await pilot.pause()
        left.asked.clear()
        right.asked.clear()
        behind: list[Region] = []
        for widget in (app.screen, left.parent):
            assert isinstance(widget, Widget)
            widget.render_lines = behind.append  # type: ignore[method-assign,assignment]
        compositor = app.screen._compositor
        compositor._dirty_regions.add(compositor.size.region)
        update = compositor.render_update()
        assert isinstance(update, LayoutUpdate)
        assert left.asked == list(range(12)) and right.asked == list(range(12))
        assert behind == []
        assert [sum(strip.cell_length for strip in row) for row in update.strips] == [40] * 12
        assert compositor.render_update() is None


async def test_a_change_within_a_wide_character_paints_all_of_it() -> None:
    app = TwoSides()
    async with app.run_test(size=(40, 12)) as pilot:
        await pilot.pause()
        app.updates.clear()
        app.query_one("#right", Rows).refresh(Region(3, 2, 2, 1))  # the right half of one, the left half of the next
        await pilot.pause()
        update = app.updates[0]
        assert update.spans == [(2, 20, 40)]
        assert [strip.text for strip in update.chops[2].values() if strip is not None] == ["日" * 10]


async def test_what_needs_no_layout_is_painted_at_once() -> None:
    app = TwoSides()
    async with app.run_test(size=(40, 12)) as pilot:
        screen, left = app.screen, app.query_one("#left", Rows)
        assert isinstance(screen, TerminalScreen)
        await pilot.pause()
        left.asked.clear()
        left.refresh(Region(0, 4, 5, 1))
        screen.paint()
        assert left.asked == [4]
        await pilot.pause()
        assert left.asked == [4]  # and not once more by the timer

        left.asked.clear()
        left.styles.width = 10
        left.refresh()
        screen.paint()
        assert left.asked == []  # not at its old place
        await pilot.pause()
        assert left.size.width == 10 and set(left.asked) == set(range(12))


async def test_what_is_gathered_is_not_painted_in_between() -> None:
    app = TwoSides()
    async with app.run_test(size=(40, 12)) as pilot:
        screen, left = app.screen, app.query_one("#left", Rows)
        assert isinstance(screen, TerminalScreen)
        await pilot.pause()
        left.asked.clear()
        with app.batch_update():
            left.refresh(Region(0, 4, 5, 1))
            screen.paint()
            assert left.asked == []
        await pilot.pause()
        assert left.asked == [4]
