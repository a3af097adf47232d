"""What the desk's process is told of its settings: the same defaults, whole paths, and a command line's one server."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from agent_tui.config.chosen import Chosen, chosen_of, chosen_without_file, only, read_chosen
from agent_tui.config.paths import Paths
from agent_tui.config.problems import ConfigError, Wrong
from agent_tui.config.settings import BackendSettings, Settings

HOME = Path("/home/noa")
FILE = """
theme = "light"
keymap = "keys.toml"
undo_seconds = 2.5
[[backends]]
name = "home"
url = "wss://desk.example.com"
tls_ca = "~/ca.pem"
token_file = "home.token"
token_file_allowed = true
"""


def test_defaults_are_those_of_the_settings() -> None:
    paths = Paths.from_env({"HOME": str(HOME)})
    defaults = chosen_without_file({}, paths)
    assert chosen_of(Settings(), paths.config, HOME) == defaults == Chosen(downloads=HOME / "Downloads")
    assert chosen_without_file({"AGENT_TUI_THEME": "light"}, paths) == replace(defaults, theme="light")


def test_a_file_is_told_with_whole_paths(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(FILE)
    chosen = read_chosen(path, {"AGENT_TUI_TIMEZONE": "Asia/Jerusalem"}, HOME)
    assert (chosen.theme, chosen.undo_seconds, chosen.timezone) == ("light", 2.5, "Asia/Jerusalem")
    assert chosen.keymap == tmp_path / "keys.toml"
    [server] = chosen.servers
    assert (server.name, server.url, server.kind) == ("home", "wss://desk.example.com", "hub")
    assert (server.tls_ca, server.token.file) == (HOME / "ca.pem", tmp_path / "home.token")
    path.write_text("theme = 5")
    with pytest.raises(ConfigError, match="theme"):
        read_chosen(path, {}, HOME)


def test_a_command_line_names_the_server_that_a_table_would() -> None:
    table = BackendSettings(name="hub", url="ws://127.0.0.1:8700", token_cmd="pass show x")
    assert only("ws://127.0.0.1:8700", "pass show x").token == table.token_source(Path(), Path())


@pytest.mark.parametrize("url", ["", "ftp://x", "ws://noa:x@127.0.0.1", "ws://desk.example.com", "ws://127.0.0.1/ x"])
def test_a_bad_address_is_refused_as_in_the_file(url: str) -> None:
    with pytest.raises(ValueError):
        BackendSettings(name="hub", url=url)
    with pytest.raises(Wrong):
        only(url, "")
