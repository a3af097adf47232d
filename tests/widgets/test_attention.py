"""A new message on a case of mine calls me: by the bell or OSC 9, as configured, and in cleaned words only."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Literal

import pytest

from agent_tui.app import DeskApp
from agent_tui.desk_settings import DeskSettings
from agent_tui.domain.events import Announced, Event, MessageAdded
from agent_tui.domain.model import Announcement, Message
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import HOUR_MS, VirtualTime
from agent_tui.keymaps.loader import load_keymap
from agent_tui.services.workbench import Workbench
from agent_tui.themes.loader import load_themes
from tests.widgets.running import running
from tests.widgets.shop import NOW, Shop

Attention = Literal["bell", "osc9", "off"]
HOSTILE = CustomerText("Dana\x07\x1b]0;owned\x07")


async def heard(attention: Attention, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the terminal gets when a customer of mine writes."""
    shop, time = Shop(), VirtualTime(NOW)
    workbench = Workbench([shop], None, time)
    app = DeskApp(workbench, DeskSettings(attention=attention), load_keymap()[0], load_themes()[0]["dark"], time)
    async with app.run_test(size=(100, 30)) as pilot:
        work = asyncio.create_task(workbench.run())
        while not len(workbench.desk.inbox) or workbench.busy():
            await pilot.pause()
        written: list[str] = []
        assert app._driver is not None
        monkeypatch.setattr(app._driver, "write", written.append)
        mine = next(row for row in shop.rows.values() if row.owner == shop.me.id)
        row = replace(mine, version=shop.seq + 1, name=HOSTILE, unread=mine.unread + 1)
        message = Message("m-new", row.id, "c", row.channel, "in", NOW, CustomerText("hello"), sender=HOSTILE)
        shop.happens(Event(shop.seq + 1, shop.seq, NOW, NOW, MessageAdded(message), row.id, "", row))
        for _ in range(5):
            await pilot.pause()
            app.flush()
        await workbench.stop()
        await work
        return "".join(text for text in written if "\x07" in text or "\x1b]9" in text)


@pytest.mark.parametrize("attention", ["bell", "osc9", "off"])
async def test_a_message_on_my_case_calls_as_configured(attention: Attention, monkeypatch: pytest.MonkeyPatch) -> None:
    signal = await heard(attention, monkeypatch)
    if attention == "off":
        assert signal == ""
    elif attention == "bell":
        assert signal == "\a"
    else:
        assert signal.startswith("\x1b]9;") and signal.endswith("\x1b\\")
        inside = signal[4:-2]
        assert "Dana" in inside and inside.isprintable()


async def test_what_is_told_while_a_question_is_open_stands_there_after_it() -> None:
    shop = Shop()

    async def told(words: str) -> None:
        shop.seq += 1
        body = Announced(Announcement(f"a{shop.seq}", CustomerText(words), "ruti", NOW, NOW + HOUR_MS))
        shop.happens(Event(shop.seq, shop.seq - 1, NOW, NOW, body, "", "ruti", None))
        await desk.rest()

    async with running(shop) as desk:
        await desk.press("l")
        await told("the phones are down")
        assert "the phones are down" not in desk.text
        await desk.press("escape")
        assert "announced: the phones are down" in desk.text
        await desk.wait(3)
        await desk.press("l", *"vip")
        assert "the phones are down" not in desk.text
        await told("the phones are up")
        await desk.press("enter")
        result = desk.screen[-2]
        assert result.strip() and "announced" not in result, "first what came of the answer"
        await desk.press("?", "escape")
        assert "announced: the phones are up" in desk.text
        await desk.press("v", "V", "V")
        assert "announced: the phones are up" in desk.text, "it had no time to be read"
        await desk.wait(3)
        await desk.press("v")
        assert "announced: the phones are up" not in desk.text
