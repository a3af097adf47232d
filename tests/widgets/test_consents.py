"""Whether the customer may be written to on a channel: read and written down at the desk, on a real hub."""

from __future__ import annotations

from pathlib import Path

from tests.hub.fakes import chat
from tests.widgets.shop import NOW
from tests.widgets.test_joining import House, house


def line_of(desk: House, address: str) -> str:
    return next(line[90:].rstrip() for line in desk.text.split("\n") if address in line[90:])


async def test_consent_is_said_by_line_or_chosen_and_stands_at_the_address(tmp_path: Path) -> None:
    async with house(tmp_path) as desk:
        await desk.hears(chat("w1", address="+972541234567", at=NOW - 1000))
        await desk.press("enter", "escape")
        assert line_of(desk, "+972541234567").endswith("✓")
        await desk.press(":")
        await desk.type("consent whatsapp no")
        await desk.press("enter")
        assert "Dana does not want to be written to on WhatsApp" in desk.text
        await desk.wait(1)
        assert line_of(desk, "+972541234567").endswith(" no"), "where there is room: no WhatsApp"
        await desk.press("g", "C")
        assert "may be written to on" in desk.text and "refused on" in desk.text
        await desk.type("whats")
        await desk.press("enter")
        await desk.type("agreed")
        await desk.press("enter")
        await desk.wait(1)
        assert line_of(desk, "+972541234567").endswith("✓")
        await desk.press(":")
        await desk.type("consent pigeon yes")
        await desk.press("enter")
        assert "there is no channel pigeon" in desk.text
