"""The desk on a pseudo-terminal: no byte while nothing changes, few when a little does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC

from agent_tui.app import DeskApp
from agent_tui.desk_settings import DeskSettings
from agent_tui.domain.model import CaseRow
from agent_tui.domain.time import VirtualTime
from agent_tui.keymaps.loader import load_keymap
from agent_tui.services.workbench import Workbench
from agent_tui.terminal.terminal import Terminal
from agent_tui.themes.loader import load_themes
from tests.terminal.test_driver import ENV, Window
from tests.widgets.shop import NOW, Shop, many_rows, sketch_rows
from tests.widgets.test_wallboard import Watched

REST = 0.3
"""Seconds of real time without a byte that count as rest."""


class OnPty:
    """A desk and the emulator that shows it."""

    def __init__(self, window: Window, time: VirtualTime, workbench: Workbench, shop: Shop) -> None:
        self.window, self.time, self.workbench, self.shop = window, time, workbench, shop

    async def rest(self) -> int:
        """Wait until the desk has said all it has to say; how many bytes that were."""
        before = len(self.window.raw)
        seen = -1
        while self.workbench.busy() or seen != len(self.window.raw):
            seen = len(self.window.raw)
            await asyncio.sleep(REST)
        return len(self.window.raw) - before

    async def wait(self, seconds: int) -> int:
        """Let virtual time pass; how many bytes came."""
        before = len(self.window.raw)
        until = self.time.now() + seconds * 1000
        while self.time.advance_to_next(until):
            pass
        await self.rest()
        return len(self.window.raw) - before


@asynccontextmanager
async def on_pty(rows: list[CaseRow] | None = None, shop: Shop | None = None) -> AsyncIterator[OnPty]:
    window = Window(120, 40)
    time = VirtualTime(NOW)
    shop = shop or Shop(rows)
    workbench = Workbench([shop], None, time)
    terminal = Terminal(window.slave, window.slave, (120, 40), ENV)
    app = DeskApp(workbench, DeskSettings(UTC), load_keymap()[0], load_themes()[0]["dark"], time, terminal)
    work = asyncio.create_task(workbench.run())
    shown = asyncio.create_task(app.run_async())
    desk = OnPty(window, time, workbench, shop)
    await window.until("NEEDS ME")
    await desk.rest()
    await desk.wait(2)
    yield desk
    app.exit()
    await shown
    await workbench.stop()
    await work
    window.close()


async def test_an_idle_desk_writes_nothing() -> None:
    async with on_pty() as desk:
        before = len(desk.window.raw)
        await asyncio.sleep(1.2)
        assert len(desk.window.raw) == before


async def test_a_step_of_the_cursor_and_a_step_of_the_clocks_cost_few_bytes() -> None:
    async with on_pty() as desk:
        desk.window.type(b"j")
        assert 0 < await desk.rest() < 900
        assert desk.window.screen.display[5].startswith("▌WC Omar Haddad")
        assert 0 < await desk.wait(1) < 120  # the one live clock that counts seconds
        assert await desk.wait(60) < 6_000


async def test_a_word_from_one_customer_repaints_that_row_only() -> None:
    async with on_pty() as desk:
        desk.shop.changes(replace(sketch_rows()[2], unread=2))
        await desk.rest()
        assert 0 < await desk.wait(1) < 250  # with the live clock's second
        assert desk.window.screen.display[8][:38].rstrip().endswith("2")


async def test_of_thousands_of_clocks_only_cells_in_sight_that_changed_are_written() -> None:
    async with on_pty(many_rows(5_000)) as desk:
        before = list(desk.window.screen.display)
        written = await desk.wait(60)
        changed = [
            (line, column)
            for line, (was, now) in enumerate(zip(before, desk.window.screen.display, strict=True))
            for column, (one, other) in enumerate(zip(was, now, strict=True))
            if one != other
        ]
        rows, day = [at for at in changed if at[0]], [at for at in changed if not at[0]]
        assert len({line for line, _ in rows}) == 17  # each row in sight, and the time of day
        assert all(30 <= column < 37 for _, column in rows)
        assert len(day) == 1
        assert written < 14 * len(changed)  # a place, a colour and a character for each


async def test_a_wallboard_writes_nothing_while_its_figures_stay_and_few_bytes_when_one_changes() -> None:
    shop = Watched()
    async with on_pty(shop=shop) as desk:
        desk.window.type(b"gb")
        await desk.window.until("BOTTLENECK")
        await desk.rest()
        asked = shop.asked
        assert await desk.wait(30) == 0
        assert shop.asked == asked + 3
        shop.told = replace(shop.told, agents=replace(shop.told.agents, busy=4))
        assert 0 < await desk.wait(10) < 60
