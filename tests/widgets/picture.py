"""Compares a running desk's screen with the picture kept of it (`pytest --snapshot-update` keeps a new one)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_textual_snapshot import SVGImageExtension  # type: ignore[import-untyped]
from syrupy.assertion import SnapshotAssertion

from tests.widgets.running import Running

Picture = Callable[[Running], None]


@pytest.fixture
def picture(snapshot: SnapshotAssertion) -> Picture:
    """Call it with the desk at the moment to look at."""
    kept = snapshot.use_extension(SVGImageExtension)

    def compare(desk: Running) -> None:
        assert kept == desk.app.export_screenshot(title="agent-tui")

    return compare
