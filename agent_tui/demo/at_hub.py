"""A desk without a terminal at somebody's own hub: what is played there takes its time and stays there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from zoneinfo import ZoneInfo

from agent_tui.backends.hub_client import HubBackend
from agent_tui.demo.demo_file import Demo
from agent_tui.demo.headless import HeadlessDesk
from agent_tui.demo.player import demo_app
from agent_tui.domain.language import spoken
from agent_tui.domain.time import MS, Ms, SystemTime
from agent_tui.language.catalogue import language_named
from agent_tui.services.workbench import Workbench

MOMENT = 0.02
"""Seconds between two looks at the screen."""


@asynccontextmanager
async def desk_at_hub(demo: Demo, url: str, token: str, zone: str) -> AsyncIterator[HeadlessDesk]:
    """The desk of the agent whose `token` it is, as `demo` wants it; `url` of the hub's desk protocol (ws:// or
    wss://). Nothing is kept on this machine. Raises ConfigError."""
    time = SystemTime()

    async def moment(limit: Ms) -> bool:
        left = (limit - time.now()) / MS
        await asyncio.sleep(max(0, min(MOMENT, left)))
        return left > 0

    with spoken(language_named(demo.language, {})):
        bench = Workbench([HubBackend.connect_to("hub", url, token, time)], None, time)
        app = demo_app(demo, bench, time, ZoneInfo(zone))
        running = asyncio.get_running_loop().create_task(bench.run())
        try:
            async with app.run_test(size=demo.size, notifications=False):
                yield HeadlessDesk(app, time, lambda: True, moment, lambda: False, key_seconds=0)
        finally:
            await bench.stop()
            await running
