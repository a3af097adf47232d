"""Compares a running desk's screen with the picture kept of it (`pytest --snapshot-update` keeps a new one)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import pytest
from pytest_textual_snapshot import SVGImageExtension  # type: ignore[import-untyped]
from syrupy.assertion import SnapshotAssertion

from agent_tui.app import DeskApp


class Shown(Protocol):
    """Anything with a desk on it."""

    @property
    def app(self) -> DeskApp: ...


Picture = Callable[[Shown], None]


@pytest.fixture
def picture(snapshot: SnapshotAssertion) -> Picture:
    """Call it with the desk at the moment to look at."""
    kept = snapshot.use_extension(SVGImageExtension)

    def compare(desk: Shown) -> None:
        assert kept == desk.app.export_screenshot(title="agent-tui")

    return compare
