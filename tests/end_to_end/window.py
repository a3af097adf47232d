"""A real `agent-tui` on a pseudo-terminal: keys in, the screen as a person sees it, kill -9."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import re
import struct
import sys
import termios
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pyte

from tests.end_to_end.hub_run import COMMAND, PATIENCE, until

#: DECRQM, of which pyte prints the p.
QUESTION = re.compile(rb"\x1b\[\??\d+\$p")


class Window:
    """One terminal and the desk in it."""

    def __init__(self, columns: int, rows: int) -> None:
        self.master, self.slave = pty.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.set_blocking(self.master, False)
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.written = bytearray()
        """All that the desk wrote, as it came."""
        self.child: asyncio.subprocess.Process | None = None

    async def start(
        self, *words: str, folder: Path, env: Mapping[str, str], command: tuple[str, ...] = COMMAND
    ) -> None:
        self.child = await asyncio.create_subprocess_exec(
            *command, *words, cwd=folder, env=dict(env), stdin=self.slave, stdout=self.slave, stderr=self.slave
        )
        asyncio.get_running_loop().add_reader(self.master, self._take)

    def _take(self) -> None:
        try:
            data = os.read(self.master, 65536)
        except OSError:
            asyncio.get_running_loop().remove_reader(self.master)
            return
        self.written += data
        self._stream.feed(QUESTION.sub(b"", data))

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    async def press(self, keys: str) -> None:
        """Type, as a terminal sends it."""
        os.write(self.master, keys.encode())

    async def shows(self, words: str, seconds: float = PATIENCE) -> None:
        try:
            await until(lambda: words in self.text, seconds)
        except AssertionError:
            raise AssertionError(f"{words!r} is not shown within {seconds:g} s:\n{self.text}") from None

    async def shows_no_more(self, words: str, seconds: float = PATIENCE) -> None:
        await until(lambda: words not in self.text, seconds, f"{words!r} goes away")

    async def kill(self) -> None:
        assert self.child is not None
        with suppress(ProcessLookupError):
            self.child.kill()
        await self.child.wait()

    async def ended(self, seconds: float = PATIENCE) -> int:
        assert self.child is not None
        try:
            return await asyncio.wait_for(self.child.wait(), seconds)
        except TimeoutError:
            raise AssertionError(f"not ended within {seconds:g} s:\n{self.text}") from None

    async def close(self) -> None:
        if self.child is not None and self.child.returncode is None:
            await self.kill()
        with suppress(OSError, ValueError):
            asyncio.get_running_loop().remove_reader(self.master)
        os.close(self.master)
        os.close(self.slave)


@asynccontextmanager
async def window(
    *words: str, folder: Path, env: Mapping[str, str], columns: int = 120, rows: int = 40
) -> AsyncIterator[Window]:
    """`agent-tui WORDS` on a terminal of its own; ended for certain."""
    assert sys.platform == "linux"
    made = Window(columns, rows)
    try:
        more = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "TEXTUAL_DISABLE_KITTY_KEY": "1"}
        await made.start(*words, folder=folder, env={**env, **more})
        yield made
    finally:
        await made.close()
