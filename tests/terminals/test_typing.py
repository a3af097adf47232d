"""An agent types through tmux, in windows of three sizes, on terminals of 256 colours, of 16, and without any."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.end_to_end.hub_run import COMMAND, own_env

pytestmark = [pytest.mark.slow, pytest.mark.real]
if shutil.which("tmux") is None:
    pytest.skip("tmux is not installed", allow_module_level=True)

PATIENCE = 30.0
"""Seconds until what a key does must be seen, on a machine that is busy."""
LOOK = 0.05
TERMINALS = {
    "xterm-256color": {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
    "screen-256color": {"TERM": "screen-256color"},
    "linux": {"TERM": "linux"},
    "NO_COLOR": {"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1"},
}
COLOUR = re.compile(r"\x1b\[[\d;]*?(?<![\d])(?:3[0-8]|4[0-8]|9\d|10\d)(?:;[\d;]*)?m")


@dataclass
class Tmux:
    """One window of one server of its own."""

    socket: Path

    async def call(self, *words: str) -> str:
        pipe = asyncio.subprocess.PIPE
        done = await asyncio.create_subprocess_exec(
            "tmux", "-u", "-S", str(self.socket), "-f", "/dev/null", *words, stdout=pipe, stderr=pipe
        )
        out, err = await done.communicate()
        assert done.returncode == 0, (words, err.decode())
        return out.decode()

    async def types(self, *keys: str) -> None:
        """Names of keys as tmux has them."""
        await self.call("send-keys", *keys)

    async def writes(self, text: str) -> None:
        """Letter by letter, as it stands."""
        await self.call("send-keys", "-l", text)

    async def screen(self, *options: str) -> str:
        return await self.call("capture-pane", "-p", *options)

    async def shows(self, *words: str) -> str:
        """The screen once all `words` are on it."""
        return await self._when(lambda screen: all(word in screen for word in words), f"{words} never came")

    async def hides(self, *words: str) -> str:
        """The screen once none of `words` is on it any more."""
        return await self._when(lambda screen: not any(word in screen for word in words), f"{words} stayed")

    async def _when(self, holds: Callable[[str], bool], what: str) -> str:
        screen = ""
        for _ in range(round(PATIENCE / LOOK)):
            if holds(screen := await self.screen()):
                return screen
            await asyncio.sleep(LOOK)
        raise AssertionError(f"{what}:\n{screen}")


@asynccontextmanager
async def desk(folder: Path, size: str, terminal: str) -> AsyncIterator[Tmux]:
    """The demo's desk in tmux; its server is ended at the end."""
    columns, rows = size.split("x")
    env = {**own_env(folder), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", **TERMINALS[terminal]}
    kept = [f"{name}={value}" for name, value in env.items()]
    tmux = Tmux(folder / "tmux")
    await tmux.call("new-session", "-d", "-x", columns, "-y", rows, "env", "-i", *kept, *COMMAND, "demo")
    try:
        await tmux.call("set", "-g", "remain-on-exit", "on")
        yield tmux
    finally:
        await tmux.call("kill-server")


@pytest.mark.parametrize("terminal", TERMINALS)
@pytest.mark.parametrize("size", ["80x24", "120x40", "200x60"])
async def test_a_day_at_the_keys(tmp_path: Path, size: str, terminal: str) -> None:
    rule = "--" if terminal == "linux" else "──"
    async with desk(tmp_path, size, terminal) as tmux:
        await tmux.shows("NEEDS ME", "Dana Levi")
        await tmux.types("Enter")
        await tmux.shows(f"{rule} to Dana", "23h")  # the case is there
        await tmux.types("Enter")
        await tmux.writes("On its way, Dana")
        await tmux.shows("On its way, Dana")
        await tmux.types("C-g")
        await tmux.shows("takes it back")
        await tmux.types("C-r")
        await tmux.hides("takes it back")
        await tmux.shows("On its way, Dana")
        await tmux.types("C-w")
        await tmux.hides("On its way, Dana")
        await tmux.types("Escape")
        await tmux.shows("r reply")
        await tmux.types("g")
        await tmux.shows(f"{rule} g {rule}", "m My cases", "Backspace one key back")
        await tmux.types("Escape")
        await tmux.hides("My cases")
        await tmux.types("?")
        await tmux.shows("what works here")
        await tmux.types("Escape")
        await tmux.hides("what works here")

        await tmux.writes(":theme limestone")
        await tmux.shows(": theme limestone")
        await tmux.types("Enter")
        await tmux.shows('theme = "limestone", until you leave')
        drawn = await tmux.screen("-e")
        if terminal == "NO_COLOR":
            assert not COLOUR.search(drawn)
        elif terminal == "linux":
            assert "48;2;" not in drawn and "48;5;" not in drawn and COLOUR.search(drawn)
        else:
            assert "48;2;246;239;225" in drawn or "48;5;" in drawn

        await tmux.writes(":keymap vim")
        await tmux.types("Enter")
        await tmux.shows('keymap = "vim", until you leave')
        await tmux.types("i")
        await tmux.shows(f"{rule} INSERT")
        await tmux.writes("one two")
        await tmux.types("Escape")
        await tmux.shows(f"{rule} NORMAL")
        await tmux.writes("dd2")
        await tmux.hides("one two")
        await tmux.types("Escape", "Escape")
        await tmux.writes("gg2j")
        await tmux.writes(":quit")
        await tmux.types("Enter")
        await tmux.shows("log out")
