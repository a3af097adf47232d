"""Every pilot of the tests waits as a scripted desk does (`agent_tui.demo.idle`)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import textual.app
import textual.pilot
from textual.app import App
from textual.pilot import Pilot

from agent_tui.app import DeskApp
from agent_tui.demo.headless import LAYOUTS
from agent_tui.demo.idle import idle

PATIENCE = 30
"""Seconds: more than a loaded machine takes for anything that a test has begun."""
GONE = 0.05
"""Seconds after which a desk that has left is at rest: its screen's timer goes on until it is closed."""
BREATH = 0.0005
"""Seconds that who works behind the desk is left alone with the loop."""


def wait_without_a_clock() -> None:
    """Give it to every pilot of this process."""
    textual.app.wait_for_idle = idle  # type: ignore[attr-defined]
    textual.pilot.wait_for_idle = idle  # type: ignore[attr-defined]
    # Textual's own asks every widget of the screen, at every key
    textual.pilot.Pilot._wait_for_screen = stands  # type: ignore[assignment, method-assign]


async def at_rest(app: DeskApp, busy: Callable[[], bool]) -> None:
    """Until nothing is under way that ends without time passing, and the desk is drawn."""
    await _done(app)
    while busy():
        await asyncio.sleep(BREATH)
        await _done(app)
    app.flush()
    for _ in range(LAYOUTS):
        await _done(app)
        app.screen._on_timer_update()
    await _done(app)


async def stands(pilot: Pilot[Any]) -> bool:
    """In place of a pilot's wait for the widgets of its screen."""
    await _done(pilot.app)
    return True


async def _done(app: App[Any]) -> None:
    """Until the loop has nothing left to do; a machine that is slow at it is given time."""
    loop = asyncio.get_running_loop()
    for _ in range(PATIENCE):
        begun, second = loop.time(), GONE if app._exit else 1
        await idle(0, second)
        if app._exit or loop.time() - begun < second:
            return
