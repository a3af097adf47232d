"""Emoji of every kind in names, previews and questions keep their cells and end nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent_tui.domain.text import CustomerText
from agent_tui.widgets.cells import cell_len, fit
from tests.widgets.running import running
from tests.widgets.shop import Shop, sketch_rows

EMOJI = ("❤️ x", "👨‍👩‍👧 family", "1️⃣ first", "🇮🇱 flag", "👍🏽", "‍‍x", "שָׁלוֹם", "é́́́́")


@pytest.mark.parametrize("text", EMOJI)
@pytest.mark.parametrize("cells", range(12))
def test_any_text_fits_exactly(text: str, cells: int) -> None:
    assert cell_len(fit(CustomerText(text).safe_line, cells, "visual")) == cells


@pytest.mark.parametrize("text", EMOJI)
async def test_a_desk_shows_them_everywhere(text: str) -> None:
    rows = [
        replace(
            row, name=CustomerText(text), preview=CustomerText(text * 3), subject=CustomerText(text), labels=(text,)
        )
        for row in sketch_rows()
    ]
    async with running(Shop(rows)) as desk:
        await desk.press("enter", "j", "colon", "l", "a", "escape", "slash")
        await desk.press("x")
        assert all(cell_len(line) == 120 for line in desk.screen)
