"""Plays a demo without a terminal, on virtual time as fast as it goes; the same seed gives the same picture.

Time moves only when hub and desk have nothing left to do: a step is one timer of the scenario, the hub or the desk.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agent_tui.backends.connectors.scenario.script import Scenario
from agent_tui.backends.hub.server import DeskServer
from agent_tui.backends.hub_client import HubBackend
from agent_tui.backends.wire.transport import MemoryTransport, Transport, memory_pair
from agent_tui.demo.stage import Stage, play_the_past, set_up, settle
from agent_tui.demo.typed_keys import Press, Step, Type, Wait
from agent_tui.domain.language import Language, speak
from agent_tui.domain.time import MS, VirtualTime
from agent_tui.services.workbench import Workbench

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from agent_tui.app import DeskApp

KEY_SECONDS = 0.2
"""How long a scripted agent takes for a key."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The screen at the end."""

    svg: str
    text: str


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


async def play(
    scenario: Scenario,
    make_app: Callable[[Workbench, VirtualTime], DeskApp],
    *,
    seed: int,
    until: float,
    keys: Sequence[Step],
    size: tuple[int, int],
    language: Language | None = None,
) -> Picture:
    """Play to second `until` (keys begin at second 0) and show the screen."""
    with tempfile.TemporaryDirectory(prefix="agent-tui-demo-") as name:
        folder = Path(name)
        await play_the_past(scenario, folder, seed)
        time = VirtualTime(scenario.start)
        stage = await set_up(scenario, folder, time, seed, inline=True)
        server = DeskServer(stage.workspace, time)
        lines = Lines(server, stage)
        backend = HubBackend("hub", lines.connect, time)
        speak(language)  # from here on: the hub before it has none
        bench = Workbench([backend], None, time)

        def idle() -> bool:
            return stage.idle() and server.idle() and lines.idle() and not bench.busy()

        running = asyncio.get_running_loop().create_task(bench.run())
        try:
            app = make_app(bench, time)
            async with app.run_test(size=size, notifications=False) as pilot:
                stage.play(0)
                await _type(pilot, time, idle, keys, scenario.start)
                await _pass(pilot, time, idle, scenario.start + round(until * MS))
                return Picture(app.export_screenshot(title=scenario.title), screen_text(app))
        finally:
            await bench.stop()
            await running
            await lines.close()
            await stage.close()


async def _type(
    pilot: Pilot[None], time: VirtualTime, idle: Callable[[], bool], keys: Sequence[Step], start: int
) -> None:
    await _pass(pilot, time, idle, start)
    for step in keys:
        if isinstance(step, Wait):
            await _pass(pilot, time, idle, time.now() + round(step.seconds * MS))
            continue
        for key in [step.key] if isinstance(step, Press) else _letters(step):
            await pilot.press(key)
            await _pass(pilot, time, idle, time.now() + round(KEY_SECONDS * MS))


def _letters(step: Type) -> list[str]:
    from textual.keys import _character_to_key

    return [_character_to_key(letter) for letter in step.text]


async def _pass(pilot: Pilot[None], time: VirtualTime, idle: Callable[[], bool], until: int) -> None:
    """Everything due by `until` happens, one timer after the other, the desk drawn after each."""
    while True:
        await _rest(pilot, idle)
        if not time.advance_to_next(until):
            await _rest(pilot, idle)
            return


async def _rest(pilot: Pilot[None], idle: Callable[[], bool]) -> None:
    for _ in range(100):
        await settle(idle)
        await pilot.pause()
        if idle():
            return
    raise RuntimeError("hub and desk never come to rest")


def screen_text(app: DeskApp) -> str:
    """The screen as lines of text, without colour."""
    lines = [
        "".join(segment.text for segment in strip if not segment.control).rstrip()
        for strip in app.screen._compositor.render_strips()
    ]
    return "\n".join(lines[: app.size.height]) + "\n"
