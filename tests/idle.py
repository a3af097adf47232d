"""Every pilot of the tests waits as a scripted desk does (`agent_tui.demo.idle`)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import textual.app
import textual.pilot

from agent_tui.app import DeskApp
from agent_tui.demo.headless import LAYOUTS
from agent_tui.demo.idle import idle

PATIENCE = 30.0
"""Seconds: more than a loaded machine takes for anything that a test has begun."""
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
    await idle(0, PATIENCE)
    while busy():
        await asyncio.sleep(BREATH)
        await idle(0, PATIENCE)
    app.flush()
    for _ in range(LAYOUTS):
        await idle(0, PATIENCE)
        app.screen._on_timer_update()
    await idle(0, PATIENCE)


async def stands(_: object) -> bool:
    """In place of a pilot's wait for the widgets of its screen."""
    await idle(0, PATIENCE)
    return True
