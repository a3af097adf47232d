"""What a key costs, counted: rows asked for, rows drawn, timers set, frames written. Times depend on the machine."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from textual import events

from agent_tui.widgets.inbox import row_strips
from agent_tui.widgets.lines import KeyLine
from tests.widgets.running import Running, running
from tests.widgets.shop import Shop, many_rows


class Costs:
    """Counts rows asked of each widget in sight, and rows of the inbox that are drawn and not found drawn."""

    def __init__(self, desk: Running, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: Counter[str] = Counter()
        self.drawn = 0
        for widget in desk.app.screen._compositor.visible_widgets:
            monkeypatch.setattr(widget, "render_line", self._counting(type(widget).__name__, widget.render_line))
        for name in ("first_line", "second_line", "only_line", "header_strip"):
            monkeypatch.setattr(row_strips, name, self._drawing(getattr(row_strips, name)))

    def _counting(self, name: str, render_line: Any) -> Any:
        def asked(y: int) -> Any:
            self.asked[name] += 1
            return render_line(y)

        return asked

    def _drawing(self, draw: Any) -> Any:
        def drawn(*args: Any) -> Any:
            self.drawn += 1
            return draw(*args)

        return drawn

    def taken(self) -> tuple[dict[str, int], int]:
        taken = dict(self.asked), self.drawn
        self.asked.clear()
        self.drawn = 0
        return taken


async def test_a_step_of_the_cursor_asks_for_the_lines_of_two_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(Shop(many_rows(1_000))) as desk:
        await desk.press("j")  # the first may teach other keys than none
        costs = Costs(desk, monkeypatch)
        await desk.press("j")
        assert costs.taken() == ({"InboxList": 4}, 2)  # the case it came to was not drawn with the cursor before
        await desk.press("k")
        assert costs.taken() == ({"InboxList": 4}, 0)


async def test_keys_that_come_together_are_painted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(Shop(many_rows(1_000))) as desk:
        await desk.press("j")
        costs = Costs(desk, monkeypatch)
        for _ in range(10):
            desk.app.post_message(events.Key("j", "j"))
        await desk.rest()
        assert costs.taken() == ({"InboxList": 22}, 2)  # the two lines of eleven cases, each once


async def test_a_step_that_scrolls_draws_what_comes_into_sight(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(Shop(many_rows(1_000))) as desk:
        await desk.press(*["j"] * 20)
        costs = Costs(desk, monkeypatch)
        await desk.press("j")
        lines = desk.app.desk_screen.inbox.size.height
        assert costs.taken() == ({"InboxList": lines}, 4)  # with the cursor, and the one above now without


async def test_what_is_taught_is_laid_out_when_it_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(Shop(many_rows(1_000))) as desk:
        drawn = 0
        draw = KeyLine._draw

        def counting(line: KeyLine) -> None:
            nonlocal drawn
            drawn += 1
            draw(line)

        monkeypatch.setattr(KeyLine, "_draw", counting)
        await desk.press("j", "j", "k", "pagedown")
        assert drawn == 0
        await desk.press("enter")
        assert drawn >= 1


async def test_a_step_of_the_cursor_sets_no_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(Shop(many_rows(1_000))) as desk:
        await desk.press("j")
        set_timers: list[float] = []
        call_later = desk.time.call_later

        def counting(seconds: float, *args: Any) -> Any:
            set_timers.append(seconds)
            return call_later(seconds, *args)

        monkeypatch.setattr(desk.time, "call_later", counting)
        await desk.pilot.press("j", "k", "j")
        await desk.pilot.pause()
        assert set_timers == []
