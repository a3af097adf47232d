"""A desk that is stopped (kill -TSTP) gives the terminal back first, and takes it again when it goes on."""

from __future__ import annotations

import os
import signal
import sys
import termios
from pathlib import Path

import pytest

from tests.end_to_end.hub_run import until
from tests.end_to_end.window import Window


def echoes(fd: int) -> bool:
    return bool(termios.tcgetattr(fd)[3] & termios.ECHO)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads the state of a process from /proc")
async def test_a_stopped_desk_leaves_a_usable_terminal(tmp_path: Path) -> None:
    window = Window(100, 30)
    env = {**os.environ, "HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state"), "TERM": "xterm-256color"}
    say = f"{sys.executable} -c \"print('nobody')\""
    try:
        await window.start("run", "--url", "ws://127.0.0.1:9", "--token-cmd", say, folder=tmp_path, env=env)
        assert window.child is not None
        pid = window.child.pid
        await until(lambda: not echoes(window.slave), 30, "the desk takes the terminal")
        await window.shows("cannot reach")
        os.kill(pid, signal.SIGTSTP)
        stat = Path(f"/proc/{pid}/stat")
        await until(lambda: stat.read_text().rsplit(")", 1)[1].split()[0] == "T", 20, "the desk stops")
        assert echoes(window.slave)
        window.screen.reset()
        os.kill(pid, signal.SIGCONT)
        await until(lambda: not echoes(window.slave), 20, "the desk takes the terminal again")
        await window.shows("cannot reach")
    finally:
        await window.close()
