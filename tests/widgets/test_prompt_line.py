"""The prompt draws whatever stands in its line."""

from __future__ import annotations

import pytest
from textual.app import App

from agent_tui.themes.loader import BUILT_IN, load_themes
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
