"""A scenario file that is wrong is named by file, line and what was expected; the ones that come along are right."""

from __future__ import annotations

import pytest

from agent_tui.backends.connectors.scenario import script
from agent_tui.config.problems import ConfigError


@pytest.mark.parametrize("name", script.names())
def test_the_scenarios_that_come_along_load(name: str) -> None:
    scenario = script.load(name)
    assert scenario.me.name
    assert scenario.people


def test_everything_wrong_is_named_at_once_with_its_line() -> None:
    text = """title = "x"
[[agent]]
id = "noa"
name = "Noa"
me = true
[[customer]]
id = "dana"
name = "Dana"
addresses = { pigeon = "1" }
[[customer.turn]]
at = "soon"
say = "hello"
colour = "red"
"""
    with pytest.raises(ConfigError) as raised:
        script.loads(text, "play")
    lines = str(raised.value).splitlines()
    assert any(line.startswith("play.toml:9:") and "pigeon" in line for line in lines)
    assert any(line.startswith("play.toml:11:") and "number of seconds" in line for line in lines)
    assert any(line.startswith("play.toml:13:") and "unknown key" in line for line in lines)


def test_an_unknown_scenario_says_which_there_are() -> None:
    with pytest.raises(ConfigError, match="nofar"):
        script.load("nowhere")
