"""Whatever was pressed, said and resized: the terminal shows what painting everything anew would show."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pyte
import pytest
from rich.console import RenderableType
from textual import events
from textual._compositor import CompositorUpdate
from textual.keys import _character_to_key
from textual.screen import Screen

from agent_tui.desk.changes import Changes
from agent_tui.domain.language import spoken
from agent_tui.domain.model import Call, Message
from agent_tui.domain.text import CustomerText
from agent_tui.language.catalogue import Catalogue
from agent_tui.terminal.app_base import console_for
from agent_tui.terminal.diffscreen import DiffScreen
from agent_tui.themes.loader import load_themes
from tests.terminal.test_diffscreen import TRUECOLOUR, picture, strip_osc, uncache
from tests.widgets.running import Running
from tests.widgets.shop import many_rows
from tests.widgets.talk import DANA, TalkShop, talking

STEPS = 60
SIZES = [(120, 40), (80, 24), (60, 20)]
OTHER_SIZES = [*SIZES, (109, 30), (110, 12), (79, 18), (40, 11), (160, 50)]
MOVES = ["j", "k", "down", "up", "space", "backspace", "home", "end", "pagedown", "pageup", "tab", "shift+tab"]
KEYS = [
    *MOVES, *MOVES, *MOVES,
    *["enter", "escape"] * 5,
    *"123456789",
    *"xfFierRnNlPuzbyCXBdDs/:?",
    *["ctrl+p", "ctrl+n", "ctrl+x", "ctrl+o", "ctrl+g", "ctrl+j", "ctrl+r", "ctrl+t", "ctrl+w", "ctrl+u"],
    *["left", "right", "shift+left", "shift+right", "ctrl+left", "ctrl+right", "delete", "f2", "ctrl+underscore"],
]  # fmt: skip
WORDS = ["אין לי מספר מעקב", "order 88102", "שָׁלוֹם (abc) 12-34", "👩‍👩‍👧 日本", "", "e\u0301te", "a" * 90, "לא\nכן"]
_T = CustomerText


class Seen:
    """What a terminal shows that is sent only what changed."""

    def __init__(self, desk: Running, monkeypatch: pytest.MonkeyPatch) -> None:
        self.desk = desk
        self.console = console_for(TRUECOLOUR)
        self.diff = DiffScreen(self.console, True)
        self.screen = pyte.Screen(1, 1)
        self.empty()
        display = desk.app._display

        def taking(screen: Screen[Any], renderable: RenderableType | None) -> None:
            if isinstance(renderable, CompositorUpdate) and not desk.app._batch_count:
                self._take(renderable)
            display(screen, renderable)

        monkeypatch.setattr(desk.app, "_display", taking)

    def empty(self) -> None:
        """A terminal of the desk's size that shows nothing yet."""
        width, height = self.desk.app.size
        self.screen = _terminal(width, height)
        self.diff.forget()

    def _take(self, update: CompositorUpdate) -> None:
        app = self.desk.app
        size = app.screen.outer_size
        if (size.width, size.height) != (self.screen.columns, self.screen.lines):
            self.screen = _terminal(*size)
            self.diff.forget()
        uncache(update)
        frame = self.diff.frame(update, (size.width, size.height), size.clamp_offset(app.cursor_position))
        if frame is None:
            frame = update.render_segments(self.console)
            self.diff.forget()
        pyte.Stream(self.screen).feed(strip_osc(frame))

    def differs_from_all_of_it(self) -> list[Any]:
        """Cells that are otherwise when the compositor is asked for the whole screen, and it is written anew."""
        update = self.desk.app.screen._compositor.render_full_update()
        uncache(update)
        size = (self.screen.columns, self.screen.lines)
        frame = DiffScreen(self.console, True).frame(update, size, (0, 0))
        assert frame is not None
        whole = _terminal(*size)
        pyte.Stream(whole).feed(strip_osc(frame))
        return _differences(self.screen, whole)


def _terminal(width: int, height: int) -> pyte.Screen:
    screen = pyte.Screen(width, height)
    screen.reset_mode(7, private=True)
    return screen


def _differences(seen: pyte.Screen, whole: pyte.Screen) -> list[Any]:
    if all(seen.buffer[y] == whole.buffer[y] for y in range(seen.lines)):
        return []
    return [
        (x, y, one.data, other.data, one.fg, other.fg, one.bg, other.bg)
        for y, rows in enumerate(zip(picture(seen), picture(whole), strict=True))
        for x, (one, other) in enumerate(zip(*rows, strict=True))
        if one != other
    ]


class Walk:
    """One agent who presses anything, customers who write and ring, and windows of any size."""

    def __init__(self, desk: Running, shop: TalkShop, seen: Seen, chance: random.Random) -> None:
        self.desk, self.shop, self.seen, self.chance = desk, shop, seen, chance
        self.done: list[str] = []
        self.themes = list(load_themes()[0].values())
        self.said = 0

    async def step(self) -> None:
        chance = self.chance
        kind = chance.choices(
            [self.keys, self.types, self.pastes, self.resizes, self.says, self.changes, self.rings, self.waits,
             self.themed, self.wheels, self.comes_and_goes],
            [60, 8, 2, 3, 6, 8, 2, 6, 1, 3, 3],
        )[0]  # fmt: skip
        await kind()
        await self.desk.rest()

    async def keys(self) -> None:
        keys = self.chance.choices(KEYS, k=self.chance.choice([1, 1, 1, 2, 5]))
        self.done.append(" ".join(keys))
        names = [_character_to_key(key) if len(key) == 1 else key for key in keys]
        await self.desk.pilot.press(*names)

    async def types(self) -> None:
        words = self.chance.choice(WORDS).replace("\n", " ")
        self.done.append(repr(words))
        await self.desk.pilot.press("r", *(_character_to_key(letter) for letter in words))

    async def pastes(self) -> None:
        words = self.chance.choice(WORDS)
        self.done.append(f"paste {words!r}")
        self.desk.app.post_message(events.Paste(words))

    async def resizes(self) -> None:
        size = self.chance.choice(OTHER_SIZES)
        self.done.append(f"resize {size}")
        await self.desk.pilot.resize_terminal(*size)

    async def says(self) -> None:
        self.said += 1
        words, now = self.chance.choice(WORDS), self.desk.time.now()
        self.done.append(f"says {words!r}")
        self.shop.says(Message(f"s{self.said}", DANA, "wa", "whatsapp", "in", now, _T(words), sender=_T("Dana")))

    async def changes(self) -> None:
        row = self.chance.choice([*self.shop.rows.values()])
        row = replace(
            row,
            preview=_T(self.chance.choice(WORDS).replace("\n", " ")),
            unread=self.chance.randint(0, 3),
            stage=self.chance.choice(["us", "customer", "us"]),
            owner=self.chance.choice([row.owner, row.owner, "avi", "noa"]),
            priority=self.chance.randint(0, 3),
            sort_at=self.chance.choice([row.sort_at, self.chance.randint(0, 60)]),
        )
        self.done.append(f"changes {row.id}")
        self.shop.changes(row)

    async def rings(self) -> None:
        row, now = self.chance.choice([*self.shop.rows.values()]), self.desk.time.now()
        state = self.chance.choice(["ringing", "ringing", "ended"])
        call = Call(f"r{row.id}", row.id, "t", state, now - 2_000, _T("054-333-1234"), "Billing")  # type: ignore[arg-type]
        self.done.append(f"{state} {row.id}")
        self.shop.changes(replace(row, call=call if state == "ringing" else None), call)

    async def waits(self) -> None:
        seconds = self.chance.choice([0.06, 1, 5, 61])
        self.done.append(f"wait {seconds}")
        await self.desk.wait(seconds)

    async def themed(self) -> None:
        theme = self.chance.choice(self.themes)
        self.done.append(f"theme {theme.name}")
        self.desk.app.use_theme(theme)

    async def wheels(self) -> None:
        x, y = self.chance.randrange(self.seen.screen.columns), self.chance.randrange(self.seen.screen.lines)
        kind = self.chance.choice([events.MouseScrollDown, events.MouseScrollUp])
        self.done.append(f"{kind.__name__} {x},{y}")
        self.desk.app.screen._forward_event(kind(None, x, y, 0, 0, 0, False, False, False, x, y))

    async def comes_and_goes(self) -> None:
        """A case that was not there; one that is there no more."""
        self.said += 1
        row = replace(
            next(iter(self.shop.rows.values())), id=f"n{self.said}", number=9000 + self.said,
            sort_at=self.chance.randint(0, 60), name=_T(self.chance.choice(WORDS)), owner="noa", stage="us",
        )  # fmt: skip
        self.done.append(f"comes {row.id}")
        self.shop.changes(row)

    async def look(self) -> None:
        different = self.seen.differs_from_all_of_it()
        assert not different, "\n".join([repr(different[:3]), *self.done])

    async def look_deeper(self) -> None:
        """Ask every widget for what it shows now, and forget what it kept drawn."""
        app = self.desk.app
        app.paint.version += 1
        before = self.seen.screen
        with app._context(), spoken(app.language):
            app.desk_screen.changed(
                Changes(inbox=True, header=True, timeline=True, customer=True, calls=True, composer=True)
            )
        for widget in app.screen._compositor.visible_widgets:
            if hasattr(widget, "repaint"):
                widget.repaint()
            widget._styles_cache.clear()
        app.screen.refresh(layout=True)
        self.seen.empty()
        await self.desk.rest()
        different = _differences(before, self.seen.screen)
        pairs = zip(before.display, self.seen.screen.display, strict=True)
        assert not different, "\n".join([*self.done, *(f"{was}\n{is_}" for was, is_ in pairs if was != is_)])


@pytest.mark.parametrize("language", [None, Catalogue("he")], ids=["en", "he"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("seed", range(1))
async def test_no_cell_is_stale(
    seed: int, size: tuple[int, int], language: Catalogue | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(f"{seed} {size} {language is not None}")
    shop = TalkShop()
    shop.rows.update({row.id: row for row in many_rows(40) if row.id not in shop.rows})
    async with talking(shop, size, language=language) as desk:
        seen = Seen(desk, monkeypatch)
        walk = Walk(desk, shop, seen, chance)
        desk.app.refresh()
        await desk.rest()
        for _ in range(STEPS):
            await walk.step()
            await walk.look()
            if chance.random() < 0.15:
                await walk.look_deeper()
                await walk.look()
