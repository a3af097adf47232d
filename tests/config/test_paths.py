"""Files go where the environment says, and nowhere by guess."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent_tui.config.network import is_loopback
from agent_tui.config.paths import Paths, expand
from agent_tui.config.problems import ConfigError


def test_linux() -> None:
    paths = Paths.from_env({"HOME": "/home/noa"})
    assert paths.config_file == Path("/home/noa/.config/agent-tui/config.toml")
    assert paths.keymap_file == Path("/home/noa/.config/agent-tui/keymap.toml")
    assert paths.state == Path("/home/noa/.local/state/agent-tui")
    assert paths.cache == Path("/home/noa/.cache/agent-tui")


def test_xdg_wins_unless_it_is_relative() -> None:
    env = {"HOME": "/home/noa", "XDG_CONFIG_HOME": "/etc/x", "XDG_STATE_HOME": "state"}
    for platform in ("linux", "darwin"):
        paths = Paths.from_env(env, platform)
        assert paths.config == Path("/etc/x/agent-tui")
        assert paths.state.is_relative_to("/home/noa")


def test_other_systems() -> None:
    mac = Paths.from_env({"HOME": "/Users/noa"}, "darwin")
    assert mac.config == Path("/Users/noa/Library/Application Support/agent-tui")
    assert mac.cache == Path("/Users/noa/Library/Caches/agent-tui")


@pytest.mark.parametrize("env", [{}, {"HOME": ""}, {"HOME": "noa"}])
def test_without_a_home(env: dict[str, str]) -> None:
    with pytest.raises(ConfigError) as caught:
        Paths.from_env(env)
    assert str(caught.value) == "environment: HOME: not set; expected the path of your home folder"


def test_paths_in_a_file() -> None:
    folder, home = Path("/etc/desk"), Path("/home/noa")
    assert expand(Path("a/b"), folder, home) == Path("/etc/desk/a/b")
    assert expand(Path("/a/b"), folder, home) == Path("/a/b")
    assert expand(Path("~/a"), folder, home) == Path("/home/noa/a")


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("LOCALHOST.", True),
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("::1", True),
        ("[::1]", True),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.1", False),
        ("127.0.0.1.example.com", False),
        ("localhost.example.com", False),
        ("", False),
    ],
)
def test_what_stays_on_this_machine(host: str, loopback: bool) -> None:
    assert is_loopback(host) == loopback
