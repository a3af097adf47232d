"""`agent-tui demo`: live on a terminal over a real websocket, or headless on virtual time."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from agent_tui.backends.connectors.scenario import script
from agent_tui.config.chosen import Chosen
from agent_tui.config.paths import Paths
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
    """As on the command line. `until`, in seconds, counts for headless runs only; `speed` for live ones. What is left
    open (`theme` "", `language` auto) is as the agent's own settings say; but a headless run is the same on every
    machine: dark and English."""

    scenario: str = "nofar"
    speed: float = 1.0
    seed: int = 1
    headless: bool = False
    until: float = 60.0
    keys: str = ""
    size: str = "120x40"
    svg: Path | None = None
    text: Path | None = None
    theme: str = ""
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
        return make_app(workbench, time, DeskSettings(zone, attention="off"), theme=options.theme or "dark")[0]

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


def _own_settings(env: Mapping[str, str]) -> tuple[Chosen, Path | None, Sequence[Problem]]:
    """What config.toml says and the folder it is in; where it cannot be used the defaults, and why."""
    from agent_tui.desk_process import settings_at

    try:
        return *settings_at(None, Paths.from_env(env), env), ()
    except ConfigError as error:
        return Chosen(), None, error.problems


async def play_live(options: DemoOptions, terminal: Terminal, tie: Callable[[DeskApp], None]) -> int:
    """A hub on loopback in this process, a desk on the terminal, until the agent leaves. Answers the exit code."""
    from agent_tui.backends.hub.access import Operator
    from agent_tui.backends.hub.http_side import http_side, tell_http_url
    from agent_tui.backends.hub.ids import Ids
    from agent_tui.backends.hub.server import DeskServer
    from agent_tui.backends.hub.store import Store
    from agent_tui.backends.hub_client import HubBackend
    from agent_tui.demo.stage import play_the_past, set_up
    from agent_tui.desk_process import as_chosen, keymap_file, screen_settings, told_at_the_start
    from agent_tui.language.catalogue import language_named
    from agent_tui.live import make_app, run_desk

    scenario = script.load(options.scenario)
    chosen, own, wrong = _own_settings(terminal.env)
    chosen = replace(chosen, theme=options.theme or chosen.theme)
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
                app, problems = make_app(
                    workbench,
                    time,
                    replace(screen_settings(chosen, terminal.env), zone=ZoneInfo(scenario.timezone), lock_minutes=0),
                    theme=chosen.theme,
                    theme_folder=own / "themes" if own is not None else None,
                    keymap=keymap_file(chosen, own) if own is not None else None,
                    keymap_name=chosen.keymap_name,
                    terminal=as_chosen(terminal, chosen),
                )
                if wrong or problems:
                    app.desk_screen.status.say(told_at_the_start((*wrong, *problems)), "failure")
                return app

            stage.play(0)
            named = options.language if options.language != "auto" else chosen.language
            language, mouse = language_named(named, terminal.env), chosen.mouse != "off"
            return await run_desk([backend], make, time, folder / "desk", 5.0, tie, language=language, mouse=mouse)
        finally:
            await desks.stop()
            await http.stop()
            await stage.close()
