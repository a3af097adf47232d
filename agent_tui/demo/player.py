"""Plays a demo on a headless desk; what comes of it are files: pictures, a recording, a walk-through."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from agent_tui.backends.connectors.scenario import script
from agent_tui.config.problems import ConfigError, Problem
from agent_tui.demo.cast import Cast
from agent_tui.demo.demo_file import Demo, DemoStep
from agent_tui.demo.headless import HeadlessDesk, headless_desk
from agent_tui.demo.typed_keys import parse_keys
from agent_tui.demo.walk_through import walk_through
from agent_tui.desk_settings import DeskSettings
from agent_tui.domain.text import CustomerText
from agent_tui.domain.text_visual import visual_line
from agent_tui.domain.time import MS, TimeSource, VirtualTime
from agent_tui.language.catalogue import language_named
from agent_tui.live import make_app
from agent_tui.services.workbench import Workbench

if TYPE_CHECKING:
    from agent_tui.app import DeskApp

Files = Mapping[str, str]
"""File name -> its text."""


class DemoFailed(Exception):
    """A step did not come about. `screen`: what stood there instead, in the order of the cells."""

    def __init__(self, problem: Problem, screen: str) -> None:
        self.problem = problem
        self.screen = screen
        super().__init__(f"{problem}\n{screen}")


async def play_demo(demo: Demo) -> Files:
    """What the demo makes, the same each time: NAME.svg for each picture, the demo's own .cast and .md.

    Raises ConfigError (its scenario, theme or keymap cannot be used) and DemoFailed.
    """
    async with open_demo(demo) as desk:
        files: dict[str, str] = {}
        cast = Cast(desk, demo.title)
        desk.rested = cast.look
        cast.look()
        for step in demo.steps:
            if step.does == "snapshot":
                files[f"{step.words}.svg"] = desk.svg(demo.title)
                cast.mark(step.words)
            elif step.does == "say":
                cast.mark(step.words)
            else:
                await take_step(demo, step, desk)
        return {**files, f"{demo.name}.cast": cast.text(), f"{demo.name}.md": walk_through(demo)}


def open_demo(demo: Demo) -> AbstractAsyncContextManager[HeadlessDesk]:
    """The desk on which a demo is played, none of its steps done. Raises ConfigError."""
    scenario = _scenario(demo)

    def make(workbench: Workbench, time: VirtualTime) -> DeskApp:
        return demo_app(demo, workbench, time, ZoneInfo(scenario.timezone))

    language = language_named(demo.language, {})
    return headless_desk(scenario, make, seed=demo.seed, size=demo.size, language=language)


def demo_app(demo: Demo, workbench: Workbench, time: TimeSource, zone: tzinfo) -> DeskApp:
    """The desk as the demo wants it. Raises ConfigError."""
    settings = DeskSettings(zone, attention="off", downloads=Path("Downloads"))
    own = demo.keymap.endswith(".toml")
    app, problems = make_app(
        workbench,
        time,
        settings,
        theme=demo.theme,
        keymap=Path(demo.keymap) if own else None,
        keymap_name="" if own else demo.keymap,
    )
    if problems:
        raise ConfigError(
            [demo.wrong(p.file, p.what, p.expected) if p.file in ("theme", "keymap") else p for p in problems]
        )
    return app


def _scenario(demo: Demo) -> script.Scenario:
    if not demo.scenario.endswith(".toml") and demo.scenario not in script.names():
        expected = f"one of {', '.join(script.names())}, or the path of a .toml file"
        raise ConfigError([demo.wrong("scenario", "no such scenario", expected)])
    return script.load(demo.scenario)


async def take_step(demo: Demo, step: DemoStep, desk: HeadlessDesk) -> None:
    """Do what a step does to the desk. Raises DemoFailed."""
    if step.does == "press":
        await desk.play(parse_keys(step.words))
    elif step.does == "type":
        await desk.type(step.words)
    elif step.does == "advance":
        await desk.pass_until(desk.time.now() + step.ms)
    elif not await desk.pass_until(desk.time.now() + step.within, lambda: shows(desk.text(), step.words)):
        within = f"not on the screen within {step.within // MS} s"
        raise DemoFailed(demo.problem(step, within, step.words), desk.text())


def shows(screen: str, words: str) -> bool:
    """Whether the words stand on one line of the screen: as they are written, or as the desk puts them in order."""
    if words in screen:
        return True
    return str(visual_line(CustomerText(words).safe_line, "visual").text) in screen
