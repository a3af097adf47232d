"""Runs one desk on one terminal: backends, workbench, app; ends cleanly however the terminal goes away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, get_args
from zoneinfo import ZoneInfo

from agent_tui.backends.base import Backend
from agent_tui.config.problems import Problem
from agent_tui.desk_settings import DeskSettings, Glyphs
from agent_tui.domain.language import Language, speak
from agent_tui.domain.time import TimeSource
from agent_tui.services.workbench import Workbench
from agent_tui.themes.theme import Depth

if TYPE_CHECKING:
    from agent_tui.app import DeskApp
    from agent_tui.services.lock import Opens
    from agent_tui.terminal.terminal import Terminal

FIRST_LINES = 20
"""Lines of the inbox asked for before the screen has told how many it shows."""


def zone_named(name: str, env: Mapping[str, str]) -> tzinfo:
    """The zone called `name`; "" is the machine's own (TZ, else what the system says)."""
    if name:
        return ZoneInfo(name)
    if own := env.get("TZ", "").lstrip(":"):
        try:
            return ZoneInfo(own)
        except (OSError, ValueError):
            pass
    return datetime.fromtimestamp(0, UTC).astimezone().tzinfo or UTC


def depth_named(colours: str, env: Mapping[str, str]) -> Depth:
    """How many colours to use: `colours` from the settings; NO_COLOR wins (no-color.org)."""
    if env.get("NO_COLOR"):
        return "none"
    if colours in get_args(Depth):
        return colours  # type: ignore[return-value]
    truecolor = env.get("COLORTERM", "") in ("truecolor", "24bit") or "256" in env.get("TERM", "")
    return "truecolor" if truecolor else "16"


def glyphs_named(glyphs: str, env: Mapping[str, str]) -> Glyphs:
    """Which signs to draw with: `glyphs` from the settings. auto is ascii where the locale names another encoding than
    UTF-8 (POSIX.1-2017, 8.2: LC_ALL, else LC_CTYPE, else LANG), and on TERM=linux or dumb, whose fonts are small. No
    locale at all says nothing of the terminal: a container, a bare service."""
    if glyphs in get_args(Glyphs):
        return glyphs  # type: ignore[return-value]
    locale = next((value for name in ("LC_ALL", "LC_CTYPE", "LANG") if (value := env.get(name))), "")
    encoding = locale.partition("@")[0].rpartition(".")[2].lower().replace("-", "")
    if locale and encoding != "utf8":
        return "ascii"
    return "ascii" if env.get("TERM", "") in ("linux", "dumb") else "unicode"


def make_app(
    workbench: Workbench,
    time: TimeSource,
    settings: DeskSettings,
    *,
    theme: str = "dark",
    theme_folder: Path | None = None,
    keymap: Path | None = None,
    keymap_name: str = "",
    config: Path | None = None,
    terminal: Terminal | None = None,
    token: Opens | None = None,
) -> tuple[DeskApp, tuple[Problem, ...]]:
    """The desk, and what was wrong with keymap and themes; the rest of them is used. `config`: where another choice of
    them may be written."""
    from agent_tui.app import DeskApp
    from agent_tui.services.lock import Lock
    from agent_tui.terminal.ground import light_by_environment
    from agent_tui.wardrobe import Wardrobe

    wardrobe = Wardrobe(theme, keymap_name, keymap, theme_folder, config)
    keys = wardrobe.keymap_of(keymap_name)
    worn = wardrobe.first(light_by_environment(terminal.env) if terminal is not None else False)
    app = DeskApp(workbench, settings, keys, worn, time, terminal, Lock(time, token), wardrobe)
    return app, tuple(wardrobe.problems)


async def run_desk(
    backends: Sequence[Backend],
    make: Callable[[Workbench], DeskApp],
    time: TimeSource,
    state_dir: Path | None,
    undo_seconds: float,
    started: Callable[[DeskApp], None],
    *,
    mouse: bool = True,
    language: Language | None = None,
) -> int:
    """Run until the agent leaves or the terminal is lost; answers the exit code. `started` gets the app for signals.
    `mouse`: ask the terminal for clicks and wheel.
    Raises StateInUse and StateError."""
    speak(language)  # before anything is begun that speaks
    workbench = Workbench(backends, state_dir, time, undo_seconds)
    workbench.look_at(0, FIRST_LINES)
    sessions = asyncio.get_running_loop().create_task(workbench.run())
    try:
        # The servers' first answers travel while the screen's modules, half of a start, are loaded beside the loop
        await asyncio.to_thread(import_module, "agent_tui.app")
        app = make(workbench)
        started(app)
        await app.run_async(mouse=mouse)
    finally:
        await workbench.stop()
        await sessions
    return app.return_code or 0
