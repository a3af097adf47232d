"""A desk on a pseudo-terminal: keys in, frames out, and the terminal as it was afterwards."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import re
import struct
import sys
import termios
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pyte
import pytest
from textual import events
from textual.app import ComposeResult
from textual.widgets import Static

from agent_tui.terminal.app_base import TerminalApp
from agent_tui.terminal.terminal import Terminal

if sys.platform != "linux":
    pytest.skip("pseudo-terminals as Linux has them", allow_module_level=True)

ENV = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "TEXTUAL_DISABLE_KITTY_KEY": "1"}

#: DECRQM, of which pyte prints the p.
QUESTION = re.compile(rb"\x1b\[\??\d+\$p")


class Desk(TerminalApp[str]):
    """Shows the keys and pastes that arrive."""

    CSS = "Static { height: 1fr; }"

    def __init__(self, terminal: Terminal, **kwargs: Any) -> None:
        super().__init__(terminal, **kwargs)
        self.arrived: list[str] = []
        self.painted = asyncio.Event()

    def compose(self) -> ComposeResult:
        yield Static("ready")

    def post_display_hook(self) -> None:
        self.painted.set()

    def on_key(self, event: events.Key) -> None:
        self.arrived.append(event.character if event.is_printable and event.character else event.key)
        if event.key == "X":
            raise RuntimeError("a bug in the desk")
        if event.key == "Q":
            self.exit("bye")
        self.query_one(Static).update(" ".join(self.arrived))

    def on_paste(self, event: events.Paste) -> None:
        self.arrived.append(f"paste:{event.text}")
        self.query_one(Static).update(" ".join(self.arrived))


class Window:
    """The other side: an emulator on the pty's master, which can stop reading."""

    def __init__(self, columns: int = 60, rows: int = 10) -> None:
        self.master, self.slave = pty.openpty()
        self.resize(columns, rows)
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.news = asyncio.Event()
        self.loop = asyncio.get_running_loop()
        os.set_blocking(self.master, False)
        self.read_on()

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read_on(self) -> None:
        self.loop.add_reader(self.master, self.take)

    def stall(self) -> None:
        self.loop.remove_reader(self.master)

    def take(self) -> None:
        try:
            data = os.read(self.master, 65536)
        except OSError:
            self.stall()
            return
        self.raw += data
        self.stream.feed(QUESTION.sub(b"", data))
        self.news.set()

    def type(self, keys: bytes) -> None:
        os.write(self.master, keys)

    async def until(self, text: str) -> None:
        async with asyncio.timeout(10):
            while text not in "\n".join(self.screen.display):
                self.news.clear()
                await self.news.wait()

    def hang_up(self) -> None:
        self.stall()
        os.close(self.master)
        self.master = -1

    def close(self) -> None:
        if self.master >= 0:
            self.hang_up()
        os.close(self.slave)


@asynccontextmanager
async def window(**kwargs: int) -> AsyncIterator[Window]:
    made = Window(**kwargs)
    try:
        yield made
    finally:
        made.close()


async def ended(task: asyncio.Task[str | None]) -> str | None:
    async with asyncio.timeout(10):
        return await task


def desk_on(win: Window, **kwargs: Any) -> tuple[Desk, asyncio.Task[str | None]]:
    app = Desk(Terminal(win.slave, win.slave, env=ENV), **kwargs)
    return app, asyncio.create_task(app.run_async(mouse=False))


@pytest.mark.parametrize("diff_output", [True, False])
async def test_keys_arrive_and_the_terminal_is_put_back(diff_output: bool) -> None:
    async with window() as win:
        before = termios.tcgetattr(win.slave)
        _, task = desk_on(win, diff_output=diff_output)
        await win.until("ready")
        assert termios.tcgetattr(win.slave) != before
        win.type(b"ab\x1b[A")
        await win.until("a b up")
        win.type("é".encode()[:1])
        win.type("é".encode()[1:])
        await win.until("up é")
        win.type(b"\x1b[200~two\nlines\x1b[201~")
        await win.until("paste:two")
        win.type(b"Q")
        assert await ended(task) == "bye"
        assert termios.tcgetattr(win.slave) == before
        assert os.get_blocking(win.slave)
        win.take()
        for sequence in (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?2004l", b"\x1b[?7h"):
            assert win.raw.rfind(sequence) > win.raw.rfind(b"\x1b[?2004h")
        assert b"\x1b[?1003h" not in win.raw
        assert b"\x1b[?1000h" not in win.raw


async def test_no_thread_is_started() -> None:
    async with window() as win:
        before = threading.active_count()
        _, task = desk_on(win)
        await win.until("ready")
        assert threading.active_count() == before
        win.type(b"Q")
        await ended(task)


async def test_escape_alone_is_a_key_after_a_moment() -> None:
    async with window() as win:
        _, task = desk_on(win)
        await win.until("ready")
        win.type(b"\x1b")
        await win.until("escape")
        win.type(b"Q")
        await ended(task)


async def test_an_exception_puts_the_terminal_back(capsys: pytest.CaptureFixture[str]) -> None:
    async with window() as win:
        before = termios.tcgetattr(win.slave)
        app, task = desk_on(win)
        await win.until("ready")
        win.type(b"X")
        await ended(task)
        assert app.return_code == 1
        assert termios.tcgetattr(win.slave) == before
        win.take()
        assert b"\x1b[?1049l" in win.raw


async def test_a_hangup_ends_the_app() -> None:
    async with window() as win:
        app, task = desk_on(win)
        await win.until("ready")
        win.hang_up()
        await ended(task)
        assert app.return_code == 129


@pytest.mark.parametrize("diff_output", [True, False])
async def test_a_stalled_terminal_costs_no_memory_and_shows_the_newest_afterwards(diff_output: bool) -> None:
    async with window(columns=100, rows=40) as win:
        app, task = desk_on(win, diff_output=diff_output)
        await win.until("ready")
        win.stall()
        driver = app.terminal_driver
        assert driver is not None
        for n in range(60):
            app.painted.clear()
            app.query_one(Static).update(f"frame {n} " + f"{n % 10}" * 3000)
            async with asyncio.timeout(10):
                await app.painted.wait()
        assert driver.held
        assert driver._writer is not None
        assert len(driver._writer._unsent) < 20_000
        win.read_on()
        await win.until("frame 59")
        win.type(b"Q")
        assert await ended(task) == "bye"


async def test_leaving_a_stalled_terminal_does_not_hang() -> None:
    async with window(columns=100, rows=40) as win:
        app, task = desk_on(win)
        await win.until("ready")
        win.stall()
        driver = app.terminal_driver
        assert driver is not None
        while not driver.held:
            app.painted.clear()
            app.query_one(Static).update(os.urandom(1500).hex())
            async with asyncio.timeout(10):
                await app.painted.wait()
        app.exit("left")
        assert await ended(task) == "left"


async def test_a_resize_is_told_by_the_composition_root() -> None:
    async with window() as win:
        app, task = desk_on(win)
        await win.until("ready")
        win.resize(50, 8)
        win.screen.resize(8, 50)
        driver = app.terminal_driver
        assert driver is not None
        win.screen.erase_in_display(2)
        driver.on_winch()
        await win.until("ready")
        assert app.size == (50, 8)
        win.type(b"Q")
        await ended(task)


async def test_suspend_gives_the_terminal_back_and_resume_paints_again() -> None:
    async with window() as win:
        before = termios.tcgetattr(win.slave)
        app, task = desk_on(win)
        await win.until("ready")
        driver = app.terminal_driver
        assert driver is not None
        driver.suspend()
        assert termios.tcgetattr(win.slave) == before
        win.take()
        win.screen.erase_in_display(2)
        driver.resume()
        await win.until("ready")
        win.type(b"jQ")
        assert await ended(task) == "bye"
        assert "j" in app.arrived


async def test_two_desks_with_different_settings_in_one_process() -> None:
    async with window() as one, window() as two:
        colour, first = desk_on(one)
        plain = Desk(Terminal(two.slave, two.slave, env=ENV | {"NO_COLOR": "1", "SSH_TTY": "x"}))
        second = asyncio.create_task(plain.run_async(mouse=False))
        await one.until("ready")
        await two.until("ready")
        assert (colour.no_color, plain.no_color) == (False, True)
        assert plain.animation_level == "none"
        one.type(b"a")
        two.type(b"b")
        await one.until("a")
        await two.until("b")
        assert (colour.arrived, plain.arrived) == (["a"], ["b"])
        one.type(b"Q")
        two.type(b"Q")
        await ended(first)
        await ended(second)


async def test_headless_it_is_an_ordinary_app() -> None:
    app = Desk(Terminal(0, 1, env=ENV))
    async with app.run_test(size=(40, 5)) as pilot:
        await pilot.press("a")
        assert app.arrived == ["a"]
        assert app.terminal_driver is None


async def test_input_that_cannot_be_waited_for_is_a_hangup(tmp_path: Any) -> None:
    async with window() as win:
        with (tmp_path / "empty").open("w+b") as file:
            app = Desk(Terminal(file.fileno(), win.slave, env=ENV))
            await ended(asyncio.create_task(app.run_async(mouse=False)))
        assert app.return_code == 129
