"""The pytest plug-in: a scripted desk as a fixture, and `*.demo.toml` files as tests (docs/demos.md).

Every pytest of an environment that has agent-tui loads this file, so it imports nothing of ours until it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from agent_tui.testing.demo_item import DemoFile
    from agent_tui.testing.scripted_desk import DeskDemo

__all__ = ["desk_demo"]

UPDATE, COLLECT = "--update-demos", "desk_demos"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-demos` and the ini option `desk_demos`."""
    words = "write the pictures of scripted desks of agent-tui instead of comparing them"
    parser.getgroup("agent-tui").addoption(UPDATE, action="store_true", default=False, help=words)
    parser.addini(COLLECT, "collect *.demo.toml files as tests (agent-tui)", type="bool", default=False)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> DemoFile | None:
    """A `*.demo.toml` is a test where the ini option asks for it."""
    if not file_path.name.endswith(".demo.toml") or not parent.config.getini(COLLECT):
        return None
    from agent_tui.testing.demo_item import DemoFile

    return DemoFile.from_parent(parent, path=file_path)


@pytest.fixture
def desk_demo(request: pytest.FixtureRequest) -> Iterator[DeskDemo]:
    """Opens scripted desks, and plays demo files, for one test; see `agent_tui.testing.scripted_desk.DeskDemo`."""
    from agent_tui.testing.scripted_desk import DeskDemo

    demo = DeskDemo(request.path, request.node.name, update=request.config.getoption(UPDATE))
    yield demo
    demo.close()
