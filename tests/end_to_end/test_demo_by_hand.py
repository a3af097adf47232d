"""The demo that is played by hand goes by the agent's own settings; what is wrong with them is said, and it plays."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.end_to_end.hub_run import START_SECONDS, own_env
from tests.end_to_end.window import Window

if sys.platform != "linux":
    pytest.skip("pseudo-terminals as Linux has them", allow_module_level=True)


@asynccontextmanager
async def demo(home: Path, config: str, keymap: str = "", *words: str) -> AsyncIterator[Window]:
    folder = home / ".config" / "agent-tui"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(config)
    if keymap:
        (folder / "keymap.toml").write_text(keymap)
    window = Window(100, 30)
    try:
        env = {**own_env(home), "TERM": "xterm-256color", "TEXTUAL_DISABLE_KITTY_KEY": "1"}
        await window.start("demo", *words, folder=home, env=env)
        await window.shows("Dana Levi", 2 * START_SECONDS)
        yield window
    finally:
        await window.close()


async def test_it_has_the_agents_own_keys_theme_and_language(tmp_path: Path) -> None:
    own = '[list]\nsnooze = ["g s"]\nview-snoozed = []\n'
    async with demo(tmp_path, 'keymap = "gmail"\ntheme = "light"\nlanguage = "en"\n', own) as window:
        await window.shows("e done")
        assert "g s snooze" in window.text
        await window.press("gT")
        await window.shows("theme:")
        assert "▌ light" in window.text, "the one that is worn is marked"


async def test_settings_that_cannot_be_used_are_named_and_it_plays_without_them(tmp_path: Path) -> None:
    async with demo(tmp_path, 'keymap = "gmail"\ncolours = "many"\n') as window:
        await window.shows("config.toml:2:")
        assert "d done" in window.text
