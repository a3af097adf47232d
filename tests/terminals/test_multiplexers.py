"""tmux, screen and mosh are known for what they are, and nothing of the questions is to be seen in them."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pyte
import pytest

from agent_tui.terminal.bidi_check import BidiCheck
from tests.end_to_end.hub_run import COMMAND, own_env, until
from tests.end_to_end.window import Window
from tests.real_mail import free_ports

pytestmark = pytest.mark.real
if sys.platform != "linux":
    pytest.skip("pseudo-terminals as Linux has them", allow_module_level=True)

CHECK = (*COMMAND, "bidi-check")
#: The last is tmux's own.
ROWS = 23


@asynccontextmanager
async def within(home: Path, *command: str, **env: str) -> AsyncIterator[Window]:
    """`command` on a terminal of 80x24, which becomes its own as a login gives it one."""
    window = Window(80, 24)
    try:
        env = {**own_env(home), "TERM": "xterm", **env}
        await window.start(*command, folder=home, env=env, command=("setsid", "-c", "-w"))
        yield window
    finally:
        await window.close()


async def seen_as(window: Window, name: str, answers: str) -> None:
    """Known by what it answers, and nothing on the screen but what the check draws."""
    await window.shows(f"visual. {name} shows cells as they are sent.")
    check = BidiCheck({}, "auto", "", (80, 24))
    check.feed(answers, 0.0)
    drawn = pyte.Screen(80, 24)
    pyte.Stream(drawn).feed(check.screen())
    lines = [line.rstrip() for line in drawn.display][:ROWS]
    with suppress(AssertionError):  # the comparison says better what differs
        await until(lambda: window.text.splitlines()[:ROWS] == lines)
    assert window.text.splitlines()[:ROWS] == lines
    await window.press("q")


def needs(program: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")


async def test_tmux(tmp_path: Path) -> None:
    needs("tmux")
    tmux = ("tmux", "-u", "-S", str(tmp_path / "socket"), "-f", "/dev/null")
    stay = f"{' '.join(CHECK)}; sleep 30"
    async with within(tmp_path, *tmux, "new-session", stay) as window:
        await seen_as(window, "tmux", "\x1bP>|tmux 3.3a\x1b\\")
        await window.shows("Nothing was written.")
    killing = await asyncio.create_subprocess_exec(*tmux, "kill-server")
    await killing.wait()


async def test_screen(tmp_path: Path) -> None:
    needs("screen")
    (tmp_path / "sockets").mkdir(mode=0o700)
    stay = f"{' '.join(CHECK)}; sleep 30"
    words = ("screen", "-U", "-c", "/dev/null", "sh", "-c", stay)
    async with within(tmp_path, *words, SCREENDIR=str(tmp_path / "sockets")) as window:
        await seen_as(window, "screen", "\x1b[>83;40900;0c")
        await window.shows("Nothing was written.")


async def test_mosh(tmp_path: Path) -> None:
    needs("mosh-server")
    [port] = free_ports(1)
    env = {**own_env(tmp_path), "TERM": "xterm"}
    words = ("mosh-server", "new", "-i", "127.0.0.1", "-p", str(port), "--", *CHECK)
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(*words, env=env, cwd=tmp_path, stdout=pipe, stderr=pipe)
    out, err = (text.decode() for text in await child.communicate())
    key, pid = re.search(r"MOSH CONNECT \d+ (\S+)", out), re.search(r"pid = (\d+)", err)
    assert key is not None, (out, err)
    assert pid is not None, (out, err)
    try:
        async with within(tmp_path, "mosh-client", "127.0.0.1", str(port), MOSH_KEY=key[1]) as window:
            await seen_as(window, "mosh", "\x1b[>1;10;0c")
            assert await window.ended() == 0
    finally:
        with suppress(ProcessLookupError):
            os.kill(int(pid[1]), signal.SIGTERM)
