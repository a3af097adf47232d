"""Runs a desk on a shop under virtual time, and waits until it is at rest."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC
from functools import cache

from textual.pilot import Pilot

from agent_tui.app import DeskApp
from agent_tui.desk_settings import DeskSettings
from agent_tui.domain.language import Language, spoken
from agent_tui.domain.time import MS, VirtualTime
from agent_tui.keymaps.keymap import Keymap
from agent_tui.keymaps.loader import load_keymap
from agent_tui.services.workbench import Workbench
from agent_tui.themes.loader import load_themes
from agent_tui.themes.theme import Depth, Theme
from agent_tui.wardrobe import Wardrobe
from tests.idle import at_rest
from tests.widgets.shop import NOW, Shop


@dataclass
class Running:
    """A desk at work."""

    app: DeskApp
    pilot: Pilot[None]
    workbench: Workbench
    time: VirtualTime
    shop: Shop

    async def rest(self) -> None:
        """Until nothing is under way that ends without time passing."""
        await at_rest(self.app, self.workbench.busy)

    async def press(self, *keys: str) -> None:
        """Press keys one after another, each time waiting for what follows."""
        for key in keys:
            await self.pilot.press(key)
            await self.rest()

    async def wait(self, seconds: float) -> None:
        """Let time pass."""
        until = self.time.now() + round(seconds * MS)
        while self.time.advance_to_next(until):
            await self.rest()
        await self.rest()

    @property
    def screen(self) -> list[str]:
        """What the terminal shows, a string a row."""
        return ["".join(segment.text for segment in strip) for strip in self.app.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        """The whole screen."""
        return "\n".join(self.screen)


@cache
def keys_named(name: str = "") -> Keymap:
    """A keymap as it is shipped, read once."""
    keys, problems = load_keymap(name=name)
    assert not problems
    return keys


@cache
def all_themes() -> Mapping[str, Theme]:
    """The themes as they are shipped, read once."""
    return load_themes()[0]


def desk_app(
    shop: Shop,
    theme: str = "dark",
    depth: Depth = "truecolor",
    settings: DeskSettings | None = None,
    others: Sequence[Shop] = (),
    keymap: str = "",
    wardrobe: Wardrobe | None = None,
) -> tuple[DeskApp, Workbench, VirtualTime]:
    """A desk on `shop` (and `others`), its workbench and its time. `settings`: instead of the usual ones with
    `depth`."""
    time = VirtualTime(NOW)
    workbench = Workbench([shop, *others], None, time)
    keys, themes = keys_named(keymap), all_themes()
    app = DeskApp(workbench, settings or DeskSettings(UTC, depth), keys, themes[theme], time, wardrobe=wardrobe)
    return app, workbench, time


@asynccontextmanager
async def running(
    shop: Shop | None = None,
    size: tuple[int, int] = (120, 40),
    theme: str = "dark",
    depth: Depth = "truecolor",
    settings: DeskSettings | None = None,
    language: Language | None = None,
    others: Sequence[Shop] = (),
    keymap: str = "",
    wardrobe: Wardrobe | None = None,
) -> AsyncIterator[Running]:
    """A desk that has connected and shows its inbox. Its language is spoken in the whole task: a pilot draws too."""
    shop = shop or Shop()
    with spoken(language):
        app, workbench, time = desk_app(shop, theme, depth, settings, others, keymap, wardrobe)
        async with app.run_test(size=size) as pilot:
            work = asyncio.create_task(workbench.run())
            desk = Running(app, pilot, workbench, time, shop)
            await desk.rest()
            await desk.wait(2)
            yield desk
            await workbench.stop()
            await work
