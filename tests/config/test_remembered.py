"""Settings remembered from the last start: the same as read anew, and never older than the file."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent_tui.config import remembered
from agent_tui.config.chosen import Chosen, read_chosen
from agent_tui.config.paths import Paths
from agent_tui.config.problems import ConfigError
from agent_tui.config.remembered import read_remembered

FILE = """
theme = "light"
keymap = "keys.toml"
undo_seconds = 2.5
signature = "נועה\\nDesk"
[[backends]]
name = "home"
url = "wss://desk.example.com"
tls_ca = "~/ca.pem"
token_file = "home.token"
token_file_allowed = true
[[backends]]
name = "other"
kind = "chatwoot"
url = "https://chat.example.com"
token_env = "CHAT"
"""


class World:
    """A home with a settings file; counts how often the file is checked."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.paths = Paths.from_env({"HOME": str(folder)})
        self.file = folder / "config.toml"
        self.file.write_text(FILE)
        self.checks = 0
        monkeypatch.setattr(remembered, "read_chosen", self._read)

    def _read(self, *given: Any) -> Chosen:
        self.checks += 1
        return read_chosen(*given)

    def read(self, **env: str) -> Chosen:
        return read_remembered(self.file, env, self.paths)

    @property
    def kept(self) -> Path:
        return self.paths.cache / "settings.json"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return World(tmp_path, monkeypatch)


def test_an_unchanged_file_is_checked_once(world: World) -> None:
    first = world.read()
    assert first == read_chosen(world.file, {}, world.paths.home)
    assert world.read() == first
    assert world.checks == 1
    assert world.kept.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in world.paths.cache.iterdir()] == ["settings.json"]


def test_whatever_it_depends_on_is_looked_at(world: World, tmp_path: Path) -> None:
    world.read()
    assert world.read(AGENT_TUI_THEME="dark").theme == "dark"
    world.file.write_text(FILE.replace("2.5", "3.5"))
    assert world.read().undo_seconds == 3.5
    assert world.checks == 3
    world.file.write_text("theme = 5")
    for _ in range(2):
        with pytest.raises(ConfigError):
            world.read()
    moved = replace(world.paths, home=tmp_path / "moved")
    world.file.write_text(FILE)
    world.read()
    [server, _] = read_remembered(world.file, {}, moved).servers
    assert server.tls_ca == tmp_path / "moved" / "ca.pem"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"key": "x"}', '{"key": 5, "chosen": {}}'])
def test_a_damaged_memory_is_no_memory(world: World, text: str) -> None:
    first = world.read()
    world.kept.write_text(text)
    assert world.read() == first
    assert world.checks == 2


def test_a_memory_of_another_shape_or_that_others_can_read_is_not_used(world: World) -> None:
    first = world.read()
    kept = json.loads(world.kept.read_text())
    kept["chosen"]["no_such_field"] = 1
    world.kept.write_text(json.dumps(kept))
    assert world.read() == first
    world.kept.chmod(0o644)
    assert world.read() == first
    assert world.checks == 3


def test_without_a_place_to_keep_it_the_file_is_read_each_time(world: World) -> None:
    world.paths.cache.parent.mkdir(parents=True, exist_ok=True)
    world.paths.cache.write_text("a file where the folder should be")
    assert world.read() == world.read()
    assert world.checks == 2
