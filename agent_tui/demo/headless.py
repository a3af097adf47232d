"""A desk without a terminal, on virtual time as fast as it goes; the same seed and keys give the same pictures.

Time moves only when hub and desk have nothing left to do: a step is one timer of the scenario, the hub or the desk.
"""

from __future__ import annotations

import asyncio
import tempfile
import unicodedata
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from agent_tui.backends.connectors.scenario.script import Scenario
from agent_tui.backends.hub.server import DeskServer
from agent_tui.backends.hub_client import HubBackend
from agent_tui.backends.wire.transport import MemoryTransport, Transport, memory_pair
from agent_tui.demo.idle import idle
from agent_tui.demo.stage import Stage, play_the_past, set_up, settle
from agent_tui.demo.typed_keys import Press, Step, Wait
from agent_tui.domain.language import Language, spoken
from agent_tui.domain.time import MS, Ms, TimeSource, VirtualTime
from agent_tui.services.workbench import Workbench

if TYPE_CHECKING:
    from textual.events import Key

    from agent_tui.app import DeskApp

LAYOUTS = 3
"""Rounds of layout that may follow from one another: a widget that has a width now asks for another height."""
KEY_SECONDS = 0.2
"""What a key takes on virtual time."""


class Lines:
    """In-memory lines between a desk and a hub's server; each goes through the same codec as a websocket."""

    def __init__(self, server: DeskServer, stage: Stage) -> None:
        self._server = server
        self._stage = stage
        self._tasks: set[asyncio.Task[None]] = set()
        self._ends: list[MemoryTransport] = []

    async def connect(self) -> Transport:
        near, far = memory_pair()
        task = asyncio.get_running_loop().create_task(self._server.serve_transport(far, self._stage.me))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._ends.append(near)
        return near

    def idle(self) -> bool:
        return all(end.idle() for end in self._ends)

    async def close(self) -> None:
        for end in self._ends:
            await end.close()
        await asyncio.gather(*self._tasks, return_exceptions=True)


class HeadlessDesk:
    """A desk that nobody sees. `quiet`: hub, lines and workbench have nothing to do. `step` lets time come to the next
    thing that happens, or answers False and lets it come to the limit given; `more`: that would be in this instant
    still. `rested` is called whenever all is drawn and before time passes. `key_seconds`: how long a scripted agent
    takes for a key."""

    def __init__(
        self,
        app: DeskApp,
        time: TimeSource,
        quiet: Callable[[], bool],
        step: Callable[[Ms], Awaitable[bool]],
        more: Callable[[], bool],
        key_seconds: float,
    ) -> None:
        self.app = app
        self.time = time
        self.zero: Ms = time.now()
        self._quiet = quiet
        self._step = step
        self._more = more
        self._key_ms = round(key_seconds * MS)
        self.rested: Callable[[], None] = lambda: None

    async def press(self, key: str) -> None:
        """One key by Textual's name, and what follows in the time that it takes."""
        self.app.post_message(_key(key))
        await self.pass_until(self.time.now() + self._key_ms)

    async def type(self, text: str) -> None:
        """Letter by letter."""
        for letter in text:
            await self.press(letter)

    async def play(self, steps: Sequence[Step]) -> None:
        """Keys, text and waits, one after the other."""
        for step in steps:
            if isinstance(step, Wait):
                await self.pass_until(self.time.now() + round(step.seconds * MS))
            elif isinstance(step, Press):
                await self.press(step.key)
            else:
                await self.type(step.text)

    async def pass_until(self, limit: Ms, enough: Callable[[], bool] = lambda: False) -> bool:
        """Everything due by `limit` happens, one timer after the other, the desk drawn after each; no more once there
        is `enough` at the end of an instant, which is answered."""
        while True:
            await self.rest()
            if enough() and not self._more():
                return True
            if not await self._step(limit):
                await self.rest()
                return enough()

    async def rest(self) -> None:
        """Until all that needs no time has happened and is drawn."""
        for _ in range(100):
            await settle(self._quiet)
            await idle()
            if self._quiet():
                # what came in one instant came in an order that the machine's load decides: it is drawn as one
                self.app.flush()
                for _ in range(LAYOUTS):
                    await idle()
                    self.app.screen._on_timer_update()
                await idle()
                if not self._more():  # else the order of what happens at once would be seen
                    self.rested()
                return
        raise RuntimeError("hub and desk never come to rest")

    def text(self) -> str:
        """The screen as lines of text, without colour, in the order of the cells."""
        strips = self.app.screen._compositor.render_strips()[: self.app.size.height]
        lines = ["".join(segment.text for segment in strip if not segment.control).rstrip() for strip in strips]
        return "\n".join(lines) + "\n"

    def svg(self, title: str) -> str:
        """The screen as a picture."""
        return self.app.export_screenshot(title=title)


@asynccontextmanager
async def headless_desk(
    scenario: Scenario,
    make_app: Callable[[Workbench, VirtualTime], DeskApp],
    *,
    seed: int,
    size: tuple[int, int],
    language: Language | None = None,
) -> AsyncIterator[HeadlessDesk]:
    """A desk of its own hub at second 0 of `scenario`; `size`: columns and rows."""
    with tempfile.TemporaryDirectory(prefix="agent-tui-demo-") as name:
        folder = Path(name)
        await play_the_past(scenario, folder, seed)
        time = VirtualTime(scenario.start)
        stage = await set_up(scenario, folder, time, seed, inline=True)
        server = DeskServer(stage.workspace, time)
        lines = Lines(server, stage)
        with spoken(language):  # the hub before it has none
            async with _desk_of(stage, server, lines, make_app, time, size) as desk:
                yield desk


@asynccontextmanager
async def _desk_of(
    stage: Stage,
    server: DeskServer,
    lines: Lines,
    make_app: Callable[[Workbench, VirtualTime], DeskApp],
    time: VirtualTime,
    size: tuple[int, int],
) -> AsyncIterator[HeadlessDesk]:
    bench = Workbench([HubBackend("hub", lines.connect, time)], None, time)

    def quiet() -> bool:
        return stage.idle() and server.idle() and lines.idle() and not bench.busy()

    async def next_timer(limit: Ms) -> bool:
        return time.advance_to_next(limit)

    def another() -> bool:
        due = time.next_due()
        return due is not None and due <= time.now()

    running = asyncio.get_running_loop().create_task(bench.run())
    try:
        app = make_app(bench, time)
        async with app.run_test(size=size, notifications=False):
            desk = HeadlessDesk(app, time, quiet, next_timer, another, KEY_SECONDS)
            stage.play(0)
            await desk.pass_until(desk.zero)
            yield desk
    finally:
        await bench.stop()
        await running
        await lines.close()
        await stage.close()


def _key(name: str) -> Key:
    """As Textual's own pilot makes it, for a name or a letter."""
    from textual.events import Key
    from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key

    if len(name) == 1:
        return Key(_character_to_key(name), name)
    try:
        return Key(name, unicodedata.lookup(_get_unicode_name_from_key(REPLACED_KEYS.get(name, name))))
    except KeyError:
        return Key(name, None)
