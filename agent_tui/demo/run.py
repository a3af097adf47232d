"""`agent-tui demo`: live on a terminal over a real websocket, or headless on virtual time."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from agent_tui.backends.connectors.scenario import script
from agent_tui.config.problems import ConfigError, Problem, Wrong
from agent_tui.desk_settings import DeskSettings
from agent_tui.domain.time import MS, SystemTime, VirtualTime
from agent_tui.services.workbench import Workbench

if TYPE_CHECKING:
    from agent_tui.app import DeskApp
    from agent_tui.terminal.terminal import Terminal


FILE_BYTES = 25_000_000


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """As on the command line. `until`, in seconds, counts for headless runs only; `speed` for live ones.
    A headless run is the same on every machine, so there `auto` is English."""

    scenario: str = "nofar"
    speed: float = 1.0
    seed: int = 1
    headless: bool = False
    until: float = 60.0
    keys: str = ""
    size: str = "120x40"
    svg: Path | None = None
    text: Path | None = None
    theme: str = "dark"
    language: Literal["auto", "en", "he"] = "auto"


def _size(text: str) -> tuple[int, int]:
    from agent_tui.demo.demo_file import size_of

    try:
        return size_of(text)
    except Wrong as wrong:
        raise ConfigError([Problem("--size", 0, text, wrong.what, wrong.expected)]) from None


async def play_headless(options: DemoOptions, echo: Callable[[str], None]) -> None:
    """Raises ConfigError and BadKeys."""
    from agent_tui.demo.headless import headless_desk
    from agent_tui.demo.typed_keys import parse_keys
    from agent_tui.language.catalogue import language_named
    from agent_tui.live import make_app

    scenario = script.load(options.scenario)
    for path in (options.svg, options.text):
        if path is not None and str(path) != "-" and not path.parent.is_dir():
            raise ConfigError([Problem(str(path), 0, "", "cannot be written: no such folder")])

    def make(workbench: Workbench, time: VirtualTime) -> DeskApp:
        zone = ZoneInfo(scenario.timezone)
        return make_app(workbench, time, DeskSettings(zone, attention="off"), theme=options.theme)[0]

    keys, size = parse_keys(options.keys), _size(options.size)
    language = language_named(options.language, {})
    async with headless_desk(scenario, make, seed=options.seed, size=size, language=language) as desk:
        await desk.play(keys)
        await desk.pass_until(desk.zero + round(options.until * MS))
        if options.svg is not None:
            options.svg.write_text(desk.svg(scenario.title), encoding="utf-8")
        if options.text is not None and str(options.text) != "-":
            options.text.write_text(desk.text(), encoding="utf-8")
        elif options.text is not None or options.svg is None:
            echo(desk.text().rstrip("\n"))


async def play_live(options: DemoOptions, terminal: Terminal, tie: Callable[[DeskApp], None]) -> int:
    """A hub on loopback in this process, a desk on the terminal, until the agent leaves. Answers the exit code."""
    from agent_tui.backends.hub.access import Operator
    from agent_tui.backends.hub.http_side import http_side, tell_http_url
    from agent_tui.backends.hub.ids import Ids
    from agent_tui.backends.hub.server import DeskServer
    from agent_tui.backends.hub.store import Store
    from agent_tui.backends.hub_client import HubBackend
    from agent_tui.demo.stage import play_the_past, set_up
    from agent_tui.language.catalogue import language_named
    from agent_tui.live import depth_named, glyphs_named, make_app, run_desk

    scenario = script.load(options.scenario)
    with tempfile.TemporaryDirectory(prefix="agent-tui-demo-") as name:
        folder = Path(name)
        await play_the_past(scenario, folder, options.seed)
        time = SystemTime(options.speed, scenario.start)
        store = Store.open(folder, check=False)
        token = Operator(store, time, Ids()).add_token(scenario.me.id).text
        store.close()
        stage = await set_up(scenario, folder, time, options.seed, inline=False)
        desks = DeskServer(stage.workspace, time)
        http = http_side(stage.workspace, desks, time, folder, FILE_BYTES)
        try:
            await http.start("127.0.0.1", 0)
            tell_http_url(stage.workspace, desks, http.url)
            await desks.start("127.0.0.1", 0)
            backend = HubBackend.connect_to("hub", desks.url, token, time)

            def make(workbench: Workbench) -> DeskApp:
                settings = DeskSettings(
                    ZoneInfo(scenario.timezone),
                    depth_named("auto", terminal.env),
                    glyphs=glyphs_named("auto", terminal.env),
                )
                return make_app(workbench, time, settings, theme=options.theme, terminal=terminal)[0]

            stage.play(0)
            language = language_named(options.language, terminal.env)
            return await run_desk([backend], make, time, folder / "desk", 5.0, tie, language=language)
        finally:
            await desks.stop()
            await http.stop()
            await stage.close()
