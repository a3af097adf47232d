"""A desk that is stopped (kill -TSTP) or ended gives the terminal back first, and takes it again when it goes on."""

from __future__ import annotations

import os
import signal
import sys
import termios
from pathlib import Path

import pytest

from tests.end_to_end.hub_run import PATIENCE, until
from tests.end_to_end.window import Window


def echoes(fd: int) -> bool:
    return bool(termios.tcgetattr(fd)[3] & termios.ECHO)


async def start(window: Window, tmp_path: Path) -> int:
    """A desk on the window, without a hub; its process id."""
    env = {**os.environ, "HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state"), "TERM": "xterm-256color"}
    say = f"{sys.executable} -c \"print('nobody')\""
    await window.start("run", "--url", "ws://127.0.0.1:9", "--token-cmd", say, folder=tmp_path, env=env)
    assert window.child is not None
    await until(lambda: not echoes(window.slave), PATIENCE, "the desk takes the terminal")
    await window.shows("cannot reach")
    return window.child.pid


def terminal_orders(window: Window) -> bool:
    """Has the terminal been told last that it is to reorder Hebrew itself (BDSM, ANSI mode 8)?"""
    return 8 in window.screen.mode


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
async def test_an_ended_desk_leaves_a_terminal_that_reorders_by_itself(tmp_path: Path, name: str) -> None:
    window = Window(100, 30)
    try:
        pid = await start(window, tmp_path)
        assert not terminal_orders(window)
        os.kill(pid, signal.Signals[name])
        await window.ended()
        await until(lambda: terminal_orders(window), 5, "the order is the terminal's again")
        assert echoes(window.slave)
    finally:
        await window.close()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads the state of a process from /proc")
async def test_a_stopped_desk_leaves_a_usable_terminal(tmp_path: Path) -> None:
    window = Window(100, 30)
    try:
        pid = await start(window, tmp_path)
        os.kill(pid, signal.SIGTSTP)
        stat = Path(f"/proc/{pid}/stat")
        await until(lambda: stat.read_text().rsplit(")", 1)[1].split()[0] == "T", 20, "the desk stops")
        assert echoes(window.slave)
        await until(lambda: terminal_orders(window), 5, "the order is the terminal's again")
        window.screen.reset()
        os.kill(pid, signal.SIGCONT)
        await until(lambda: not echoes(window.slave), 20, "the desk takes the terminal again")
        await window.shows("cannot reach")
        assert not terminal_orders(window)
    finally:
        await window.close()
