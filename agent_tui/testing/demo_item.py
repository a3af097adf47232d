"""A demo file as a test: it plays, and makes what is kept beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent_tui.config.problems import ConfigError
from agent_tui.demo.demo_file import ENDING, read_demo
from agent_tui.demo.kept import differences, keep
from agent_tui.demo.player import DemoFailed, play_demo
from agent_tui.testing import UPDATE


class DemoFile(pytest.File):
    """One file is one test."""

    def collect(self) -> Iterator[DemoItem]:
        yield DemoItem.from_parent(self, name=self.path.name.removesuffix(ENDING))


class DemoItem(pytest.Item):
    """Plays its file."""

    def runtest(self) -> None:
        check_demo(self.path, update=self.config.getoption(UPDATE))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, (ConfigError, DemoFailed, DemoDiffers)):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"demo {self.name}"


class DemoDiffers(AssertionError):
    """What a demo makes is not what is kept."""


def check_demo(path: Path, *, update: bool) -> None:
    """Play a file and compare what it makes with what is kept beside it, or write that.

    Raises ConfigError, DemoFailed and DemoDiffers.
    """
    demo = read_demo(path)
    files = asyncio.run(play_demo(demo))
    if update:
        keep(files, path.parent)
        return
    found = [
        "\n".join([f"{name}, kept and now:", *lines])
        for name, lines in differences(files, path.parent, 2 * demo.size[0] + 3)
    ]
    if found:
        raise DemoDiffers("\n".join([f"{path.name}: not as it is kept; {UPDATE} writes it anew", *found]))
