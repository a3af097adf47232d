"""A desk asks its terminal who reorders Hebrew: nobody waits for the answer, it types nothing, all is put back."""

from __future__ import annotations

import asyncio
import os
import select
import sys
from types import SimpleNamespace

import pytest
from textual.widgets import Static

from agent_tui.terminal.bidi_mode import BidiMode, BidiSetting
from agent_tui.terminal.driver import ON_THEIR_WAY
from agent_tui.terminal.terminal import Terminal

if sys.platform != "linux":
    pytest.skip("pseudo-terminals as Linux has them", allow_module_level=True)

from tests.terminal.test_driver import ENV, Desk, Window, ended, window

FENCE = b"\x1b[?65;1;9c"
VTE = b"\x1b[8;2$y\x1bP>|VTE(7006)\x1b\\\x1b[>65;7006;1c" + FENCE
KONSOLE = b"\x1b[8;0$y\x1bP>|Konsole 23.08.1\x1b\\\x1b[>1;115;0c" + FENCE


class BidiDesk(Desk):
    """Notes how often it had to draw another way."""

    def __init__(self, terminal: Terminal) -> None:
        super().__init__(terminal)
        self.changes: list[BidiMode] = []
        self.changed = asyncio.Event()

    def bidi_changed(self) -> None:
        self.changes.append(self.bidi.mode)
        self.changed.set()


def desk_on(win: Window, bidi: BidiSetting = "auto", **env: str) -> tuple[BidiDesk, asyncio.Task[str | None]]:
    app = BidiDesk(Terminal(win.slave, win.slave, env=ENV | env, bidi=bidi))
    return app, asyncio.create_task(app.run_async(mouse=False))


async def left(win: Window, task: asyncio.Task[str | None]) -> None:
    win.type(b"Q")
    await ended(task)
    win.take()


def is_put_back(raw: bytes) -> bool:
    """The order is the terminal's again, after the other screen is gone."""
    return raw.rfind(b"\x1b[8h") > raw.rfind(b"\x1b[?1049l") > raw.rfind(b"\x1b[8l")


async def test_a_terminal_that_leaves_the_order_is_told_before_its_other_screen() -> None:
    async with window() as win:
        app, task = desk_on(win)
        await win.until("ready")
        painted = len(win.raw)
        win.type(VTE + b"j")
        await win.until("j")
        assert (app.bidi.mode, app.changes, app.arrived) == ("visual", [], ["j"])
        assert win.raw.find(b"\x1b[8l") < win.raw.find(b"\x1b[?1049h")
        assert b"\x1b[2J" not in win.raw[painted:]
        assert win.raw[painted:].count(b"\r\n") == 0  # the j, and no row again
        await left(win, task)
        assert is_put_back(win.raw)


async def test_a_late_answer_draws_once_anew_and_types_nothing() -> None:
    async with window() as win:
        app, task = desk_on(win, SSH_TTY="/dev/pts/7")
        await win.until("ready")
        win.type(b"j")
        await win.until("j")
        painted = len(win.raw)
        for at in range(0, len(KONSOLE), 5):
            win.type(KONSOLE[at : at + 5])
            await asyncio.sleep(0)
        win.type(b"k")
        await win.until("j k")
        assert (app.changes, app.arrived) == (["terminal"], ["j", "k"])
        since = win.raw[painted:]
        assert since.count(b"\x1b[8h\x1b[2J") == 1
        assert since.count(b"ready") + since.count(b"j") <= 2
        await left(win, task)
        assert is_put_back(win.raw)


async def test_an_environment_from_elsewhere_is_corrected() -> None:
    """GNOME Terminal, started from Konsole."""
    async with window() as win:
        app, task = desk_on(win, KONSOLE_VERSION="230801")
        await win.until("ready")
        assert app.bidi.mode == "terminal"
        assert b"\x1b[8l" not in win.raw
        win.screen.erase_in_display(2)
        win.type(VTE)
        async with asyncio.timeout(10):
            await app.changed.wait()
        await win.until("ready")
        assert app.changes == ["visual"]
        assert win.raw.count(b"\x1b[8l\x1b[2J") == 1
        await left(win, task)
        assert is_put_back(win.raw)


async def test_a_terminal_that_never_answers_shows_the_same_in_the_same_bytes() -> None:
    """The questions are all that it gets more than one that is not asked."""
    seen: list[tuple[list[str], bytes]] = []
    for bidi in ("visual", "auto"):
        async with window() as win:
            app, task = desk_on(win, bidi)
            await win.until("ready")
            win.type(b"j")
            await win.until("j")
            seen.append((list(win.screen.display), win.raw))
            assert app.changes == []
            await left(win, task)
    (told, told_raw), (asked, asked_raw) = seen
    assert asked == told
    assert asked_raw.replace(b"\x1b[8$p\x1b[>q\x1b[>c\x1b[c", b"") == told_raw


@pytest.mark.parametrize("bidi", ["visual", "terminal", "off"])
async def test_the_setting_asks_nothing(bidi: BidiSetting) -> None:
    async with window() as win:
        app, task = desk_on(win, bidi)
        await win.until("ready")
        assert app.bidi.mode == bidi
        assert b"\x1b[8$p" not in win.raw
        assert (b"\x1b[8l" in win.raw) is (bidi == "visual")
        win.type(b"\x1b")
        await win.until("escape")
        win.type(b"P")
        await asyncio.wait_for(win.until("escape P"), 2.0)  # it begins no answer: none was asked for
        await left(win, task)
        assert (b"\x1b[8h" in win.raw) is (bidi == "visual")


async def test_it_is_put_back_after_a_crash(capsys: pytest.CaptureFixture[str]) -> None:
    async with window() as win:
        _, task = desk_on(win)
        await win.until("ready")
        win.type(VTE + b"X")
        await ended(task)
        win.take()
        assert is_put_back(win.raw)


async def test_it_is_put_back_when_suspended_and_told_again_afterwards() -> None:
    async with window() as win:
        app, task = desk_on(win)
        await win.until("ready")
        win.type(VTE + b"j")
        await win.until("j")
        driver = app.terminal_driver
        assert driver is not None
        driver.suspend()
        win.take()
        assert is_put_back(win.raw)
        win.screen.erase_in_display(2)
        driver.resume()
        await win.until("j")
        again = win.raw[win.raw.rfind(b"\x1b[8h") :]
        assert again.find(b"\x1b[8l") < again.find(b"\x1b[?1049h")
        assert b"\x1b[8$p" not in again
        await left(win, task)


async def test_answers_to_a_desk_that_leaves_do_not_reach_the_shell() -> None:
    async with window() as win:
        app, task = desk_on(win)
        await win.until("ready")
        driver = app.terminal_driver
        assert driver is not None
        # The answers come while the desk is leaving: too late for the loop, early enough for the shell

        def late(waiting: list[int], *rest: object) -> object:
            if waiting == [win.slave]:
                win.type(VTE)
            return select.select(waiting, [], [], 5)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("agent_tui.terminal.driver.select", SimpleNamespace(select=late))
            await left(win, task)
        os.set_blocking(win.slave, False)
        with pytest.raises(BlockingIOError):
            os.read(win.slave, 100)
        assert driver._answers.answers.complete


async def test_leaving_a_terminal_that_never_answers_takes_no_longer_later() -> None:
    """Only in the first two seconds can an answer be on its way: after them nobody waits."""
    async with window() as win:
        app, task = desk_on(win)
        await win.until("ready")
        driver = app.terminal_driver
        assert driver is not None
        assert driver._asked is not None
        driver._asked -= ON_THEIR_WAY
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("agent_tui.terminal.driver.select", SimpleNamespace(select=lambda *_: pytest.fail("waited")))
            await left(win, task)


async def test_the_first_paint_waits_for_no_answer() -> None:
    async with window() as win:
        app, task = desk_on(win)
        await win.until("ready")
        assert not app.terminal_driver._answers.answers.complete  # type: ignore[union-attr]
        app.query_one(Static).update("still ready")
        await win.until("still ready")
        await left(win, task)


async def test_a_desk_that_follows_the_ground_asks_hears_and_asks_no_more_when_it_leaves() -> None:
    heard: asyncio.Queue[bool] = asyncio.Queue()

    class Following(BidiDesk):
        def terminal_ground(self, light: bool) -> None:
            heard.put_nowait(light)

    async with window() as win, asyncio.timeout(10):
        app = Following(Terminal(win.slave, win.slave, env=ENV, bidi="visual", ground=True))
        task = asyncio.create_task(app.run_async(mouse=False))
        await win.until("ready")
        assert b"\x1b]11;?\x1b\\\x1b[?2031h\x1b[c" in win.raw
        win.type(b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\" + FENCE)
        assert await heard.get() is True
        win.type(b"\x1b[?997;1n")
        assert await heard.get() is False
        await left(win, task)
        assert b"\x1b[?2031l" in win.raw
