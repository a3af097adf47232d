"""What every test shares: repeatable hypothesis runs, the corpus, and no environment of the person at the keys."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# The same examples on every run and no deadline: a busy machine must not fail a test that is right.
settings.register_profile(
    "steady",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
# `--hypothesis-profile=search` looks further, with new examples each time.
settings.register_profile("search", deadline=None, max_examples=2_000)
settings.load_profile("steady")

for name in ("NO_COLOR", "COLORTERM", "SSH_CONNECTION", "SSH_TTY", "TEXTUAL_COLOR_SYSTEM", "TEXTUAL_FPS"):
    os.environ.pop(name, None)
os.environ["TEXTUAL_FPS"] = "240"  # as the desk sets it

# Else every worker and every program that a test starts would compile all of the source anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


def pytest_collection_finish() -> None:
    """What is there before the first test stays to the end: no collection of garbage need look at it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _drawn_widgets_are_let_go() -> Iterator[None]:
    """Textual keeps the lines of a thousand widgets for good, whose desks are gone, in a cache by what drew them."""
    from textual._styles_cache import StylesCache

    yield
    StylesCache.get_inner_outer.cache_clear()


@pytest.fixture(scope="session", autouse=True)
def _pilots_wait_without_a_clock() -> None:
    from tests.idle import wait_without_a_clock

    wait_without_a_clock()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that may take longest begin first: at the end no worker is left alone with one."""
    items.sort(key=_longest, reverse=True)


def _longest(item: pytest.Item) -> float:
    marker = item.get_closest_marker("timeout")
    return float(marker.args[0] if marker is not None else item.config.getini("timeout"))


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The shared corpus of real messages; tests that need it skip where it is absent."""
    place = Path(os.environ.get("AGENT_TUI_CORPUS") or Path(__file__).parents[2] / "shared")
    if not place.is_dir():
        pytest.skip(f"no corpus: set AGENT_TUI_CORPUS to its folder (looked at {place.name}/ beside the project)")
    return place
