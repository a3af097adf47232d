"""`agent-tui bidi-check` as a person runs it: on a pseudo-terminal, and without one."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from tests.end_to_end.hub_run import command, own_env
from tests.end_to_end.test_suspend import echoes, terminal_orders
from tests.end_to_end.window import window

if sys.platform != "linux":
    pytest.skip("pseudo-terminals as Linux has them", allow_module_level=True)

ANSWERS = "\x1b[8;2$y\x1bP>|VTE(7006)\x1b\\\x1b[>65;7006;1c\x1b[?65;1;9c"


async def test_the_choice_goes_into_a_file_that_is_there(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('# mine\n\ntheme = "light"  # by day\n#bidi = "auto"\n')
    env = own_env(tmp_path, {"NO_COLOR": "1"})
    async with window("bidi-check", "--config", "config.toml", folder=tmp_path, env=env, columns=80, rows=24) as seen:
        await seen.shows("Press 1, 2 or 3")
        assert not echoes(seen.slave)
        for piece in (ANSWERS[:3], ANSWERS[3:14], ANSWERS[14:]):
            await seen.press(piece)
        await seen.shows("VTE(7006) can leave the order")
        await seen.press("2")
        await seen.shows('Write bidi = "terminal"')
        await seen.press("y")
        assert await seen.ended() == 0
        await seen.shows('config.toml: bidi = "terminal"')
        assert echoes(seen.slave)
        assert terminal_orders(seen)
    assert path.read_text() == '# mine\n\ntheme = "light"  # by day\nbidi = "terminal"\n'


async def test_a_missing_file_is_made_from_the_template(tmp_path: Path) -> None:
    env = own_env(tmp_path, {"XDG_CONFIG_HOME": str(tmp_path / "etc")})
    async with window("bidi-check", folder=tmp_path, env=env, columns=80, rows=24) as seen:
        await seen.shows("Press 1, 2 or 3")
        await seen.press("1y")
        assert await seen.ended() == 0
    text = (tmp_path / "etc" / "agent-tui" / "config.toml").read_text()
    assert '\nbidi = "visual"\n' in text
    assert "\n# The theme" in text
    checked = await command("config", "path", folder=tmp_path, env=env)
    assert "config.toml" in checked.out


async def test_it_leaves_the_terminal_as_it_was_when_it_is_ended(tmp_path: Path) -> None:
    async with window("bidi-check", folder=tmp_path, env=own_env(tmp_path), columns=80, rows=24) as seen:
        await seen.shows("Press 1, 2 or 3")
        assert seen.child is not None
        seen.child.send_signal(signal.SIGTERM)
        assert await seen.ended() == 143
        assert echoes(seen.slave)
    assert not (tmp_path / ".config").exists()


async def test_a_broken_file_is_named_before_anything_is_asked(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("bidi = \n")
    env = own_env(tmp_path)
    async with window("bidi-check", "--config", "config.toml", folder=tmp_path, env=env, columns=80, rows=24) as seen:
        assert await seen.ended() == 2
        await seen.shows("config.toml:1")


async def test_without_a_terminal_it_tells_what_it_would_take(tmp_path: Path) -> None:
    env = own_env(tmp_path, {"TERM": "xterm-256color", "KONSOLE_VERSION": "230801"})
    ended = await command("bidi-check", folder=tmp_path, env=env)
    assert (ended.code, ended.err) == (0, "")
    assert "bidi: terminal" in ended.out
    assert "Konsole reorders" in ended.out
