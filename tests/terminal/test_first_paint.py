"""Nothing is painted while a screen is put together; then all of it, and from then on as ever."""

from __future__ import annotations

from typing import Any

from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.widgets import Static

from agent_tui.terminal.first_paint import FirstPaint


class _Screen(FirstPaint):
    def compose(self) -> ComposeResult:
        yield Static("first", id="line")


class _App(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.painted = 0

    def get_default_screen(self) -> Screen[Any]:
        return _Screen()

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        self.painted += renderable is not None
        super()._display(screen, renderable)


async def test_a_screen_is_painted_once_it_is_shown() -> None:
    app = _App()
    async with app.run_test(size=(20, 3)) as pilot:
        screen, line = app.screen, app.screen.query_one("#line", Static)
        assert isinstance(screen, FirstPaint)
        line.update("second")
        await pilot.pause(0.05)
        assert app.painted == 0
        screen.show()
        assert app.painted == 1
        assert "second" in "".join(segment.text for strip in screen._compositor.render_strips() for segment in strip)
        screen.show()
        assert app.painted == 1
        line.update("third")
        await pilot.pause(0.05)
        assert app.painted > 1
