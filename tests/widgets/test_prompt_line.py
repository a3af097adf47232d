"""The prompt draws whatever stands in its line."""

from __future__ import annotations

import pytest
from textual.app import App

from agent_tui.themes.loader import BUILT_IN, load_themes
from agent_tui.widgets.ask.asking import Asking
from agent_tui.widgets.ask.prompt import Prompt
from agent_tui.widgets.ask.sheet import Sheet
from agent_tui.widgets.paint import Paint


@pytest.mark.parametrize(
    "text", ["e\u0301\u05d0" * 400, "\u05d0\u05b8" * 500, "a\u0301\u0301\u0301\u0301" * 200, "漢" * 900]
)
async def test_a_long_line_with_marks_is_drawn(text: str) -> None:
    paint = Paint(load_themes((BUILT_IN,))[0]["dark"], "truecolor")
    prompt = Prompt(paint, Sheet(paint))
    app: App[None] = App()
    async with app.run_test(size=(60, 10)) as pilot:
        await app.mount(prompt)
        prompt._line.replace(text)
        await pilot.pause()
        assert prompt.render_line(0).cell_length == prompt.size.width


@pytest.mark.parametrize(
    ("typed", "keys", "shown"),
    [
        ("ab", (), "ab| "),
        ("\u05d0\u05d1\u05d2", (), "| \u05d2\u05d1\u05d0"),
        ("\u05d0\u05d1\u05d2", ("right",), "|\u05d2\u05d1\u05d0"),
        ("\u05d0\u05d1\u05d2", ("home",), "\u05d2\u05d1|\u05d0"),
        ("\u05d0\u05d1\u05d2", ("home", "left", "left", "left", "left"), "| \u05d2\u05d1\u05d0"),
        ("a \u05d0\u05d1", ("home", "right", "right"), "a |\u05d1\u05d0"),
        ("\u05d0" * 80, (), "| " + "\u05d0" * 56),
        ("\u05d0" * 80, ("home",), "\u05d0" * 56 + "|\u05d0"),
        ("a" * 80, (), "a" * 56 + "| "),
    ],
)
async def test_the_caret_in_either_direction(typed: str, keys: tuple[str, ...], shown: str) -> None:
    paint = Paint(load_themes((BUILT_IN,))[0]["dark"], "truecolor")
    prompt = Prompt(paint, Sheet(paint))
    app: App[None] = App()
    async with app.run_test(size=(60, 10)) as pilot:
        await app.mount(prompt)
        prompt.ask(Asking())
        prompt.focus()
        prompt._line.replace(typed)
        await pilot.press(*keys)
        await pilot.pause()
        strip = prompt.render_line(0)
        caret = prompt.rich_style + paint["caret"]
        drawn = "".join(f"|{part.text}" if part.style == caret else part.text for part in list(strip)[2:])
        assert drawn.rstrip() == shown.rstrip()
