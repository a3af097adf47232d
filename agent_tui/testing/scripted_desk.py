"""What the fixture `desk_demo` gives: desks that a test presses, types into and looks at, without a loop of its own."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from typing import Any, Literal, TypeVar

import pytest

from agent_tui.config.problems import ConfigError
from agent_tui.demo.at_hub import desk_at_hub
from agent_tui.demo.demo_file import Demo, read_demo, size_of
from agent_tui.demo.headless import HeadlessDesk
from agent_tui.demo.kept import differences, keep
from agent_tui.demo.player import DemoFailed, open_demo, shows, take_step
from agent_tui.demo.typed_keys import parse_keys
from agent_tui.domain.time import MS
from agent_tui.testing import UPDATE
from agent_tui.testing.demo_item import DemoDiffers, check_demo

Result = TypeVar("Result")
KEPT = "__desks__"
"""The folder of pictures, beside the test's file."""


class ScriptedDesk:
    """One desk. `kept`: how the names of its pictures' files begin."""

    def __init__(
        self, demo: Demo, opening: AbstractAsyncContextManager[HeadlessDesk], kept: Path, update: bool
    ) -> None:
        self._demo, self._kept, self._update = demo, kept, update
        self._runner = asyncio.Runner()
        self._closed = False
        self._open = AsyncExitStack()
        self._desk = self._run(self._open.enter_async_context(opening))

    def press(self, keys: str) -> None:
        """Keys by name, `"j j enter"`, and quoted text. Raises BadKeys."""
        self._run(self._desk.play(parse_keys(keys)))

    def type(self, text: str) -> None:
        """Text, letter by letter."""
        self._run(self._desk.type(text))

    def advance(self, seconds: float) -> None:
        """So much time passes, and all that happens in it happens."""
        self._run(self._desk.pass_until(self._desk.time.now() + round(seconds * MS)))

    def wait_for(self, words: str, within: float = 60.0) -> None:
        """Time passes until the words stand on one line of the screen; the test fails if they do not within so many
        seconds of the desk's time."""
        limit = self._desk.time.now() + round(within * MS)
        if not self._run(self._desk.pass_until(limit, lambda: self.shows(words))):
            pytest.fail(f"not on the screen within {within:g} s: {words}\n{self.text}", pytrace=False)

    def shows(self, words: str) -> bool:
        """Whether the words stand on one line of the screen, Hebrew as it is written."""
        return shows(self._desk.text(), words)

    @property
    def text(self) -> str:
        """The screen as lines, cell by cell from the left: Hebrew stands in visual order."""
        return self._desk.text()

    def play(self, path: Path | str) -> None:
        """The steps of a demo file (from the test's folder) on this desk; its pictures are not taken. Raises
        ConfigError."""
        demo = read_demo(self._kept.parent.parent / path)
        for step in demo.steps:
            if step.does not in ("say", "snapshot"):
                try:
                    self._run(take_step(demo, step, self._desk))
                except DemoFailed as failed:
                    raise pytest.fail.Exception(str(failed), pytrace=False) from None

    def snapshot(self, name: str) -> None:
        """The screen is as in the picture that is kept of it; `--update-demos` writes that."""
        folder, start = self._kept.parent, self._kept.name
        files = {f"{start}-{_file_name(name)}.svg": self._desk.svg(self._demo.title)}
        if self._update:
            keep(files, folder)
            return
        for file, lines in differences(files, folder, 2 * self._demo.size[0] + 3):
            words = [f"{KEPT}/{file}, kept and now; {UPDATE} writes it:", *lines]
            pytest.fail("\n".join(words), pytrace=False)

    def close(self) -> None:
        """Leave; once more does no harm, and the fixture does it too."""
        if not self._closed:
            self._closed = True
            self._run(self._open.aclose())
            self._runner.close()

    def __enter__(self) -> ScriptedDesk:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self, work: Coroutine[Any, Any, Result]) -> Result:
        if _in_a_loop():
            work.close()
            raise RuntimeError("desk_demo plays in a loop of its own: the test is to be a plain def")
        return self._runner.run(work)


class DeskDemo:
    """Call it for a desk; as many as a test likes, all closed after it."""

    def __init__(self, path: Path, test: str, *, update: bool) -> None:
        self._folder = path.parent
        self._kept = path.parent / KEPT / f"{path.stem}-{_file_name(test)}"
        self._update = update
        self._desks: list[ScriptedDesk] = []

    def __call__(
        self,
        scenario: str = "nofar",
        *,
        seed: int = 1,
        size: str = "120x40",
        language: Literal["en", "he"] = "en",
        theme: str = "dark",
        keymap: Path | str = "",
        url: str = "",
        token: str = "",
        zone: str = "UTC",
    ) -> ScriptedDesk:
        """A desk at second 0 of a scenario (a name, or a TOML file from the test's folder), on virtual time; or with
        `url` and `token` at a hub of your own, on the real one, its times of day in `zone`.

        Raises ConfigError naming what cannot be used.
        """
        if scenario.endswith(".toml"):
            scenario = str(self._folder / scenario)
        keys = str(self._folder / keymap) if str(keymap).endswith(".toml") else str(keymap)
        demo = Demo("", "desk_demo", "agent-tui", "", scenario, seed, size_of(size), language, theme, keys, (), {})
        opening = desk_at_hub(demo, url, token, zone) if url else open_demo(demo)
        desk = ScriptedDesk(demo, opening, self._kept, self._update)
        self._desks.append(desk)
        return desk

    def check(self, file: Path | str) -> None:
        """Play a demo file (from the test's folder): it comes to its end and makes what is kept beside it, which
        `--update-demos` writes."""
        try:
            check_demo(self._folder / file, update=self._update)
        except (ConfigError, DemoFailed, DemoDiffers) as error:
            raise pytest.fail.Exception(str(error), pytrace=False) from None

    def close(self) -> None:
        """Leave every desk."""
        while self._desks:
            self._desks.pop().close()


def _in_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _file_name(text: str) -> str:
    """`text` as part of a file's name, the same on every machine."""
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-") or "desk"
