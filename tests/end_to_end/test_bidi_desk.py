"""The whole desk on terminals that answer at once, late, in pieces, never: Hebrew in order, nothing typed."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.end_to_end.hub_run import START_SECONDS, own_env
from tests.end_to_end.window import Window

if sys.platform != "linux":
    pytest.skip("pseudo-terminals as Linux has them", allow_module_level=True)

KONSOLE = b"\x1b[8;0$y\x1bP>|Konsole 23.08.1\x1b\\\x1b[>1;115;0c\x1b[?65;1;9c"
STORED = "\u05d9\u05e2\u05dc \u05d1\u05e8\u05e7"  # the name of a customer of the demo, as it is read
SEEN = STORED[::-1]


class AnsweringWindow(Window):
    """A terminal that answers the questions as soon as it reads them."""

    answers = b""

    def _take(self) -> None:
        super()._take()
        if self.answers and b"\x1b[c" in self.written:
            os.write(self.master, self.answers)
            self.answers = b""


@asynccontextmanager
async def demo(tmp_path: Path, answers: bytes = b"", **env: str) -> AsyncIterator[AnsweringWindow]:
    window = AnsweringWindow(100, 30)
    window.answers = answers
    try:
        more = {"TERM": "xterm-256color", "TEXTUAL_DISABLE_KITTY_KEY": "1", **env}
        await window.start("demo", "--speed", "2", folder=tmp_path, env={**own_env(tmp_path), **more})
        yield window
    finally:
        await window.close()


async def left(window: Window) -> None:
    await window.press("Q")
    await window.shows("log out")
    await window.press("\r")
    assert await window.ended() == 0


async def test_answers_before_the_first_screen(tmp_path: Path) -> None:
    async with demo(tmp_path, KONSOLE) as window:
        await window.shows(STORED, START_SECONDS)
        assert SEEN not in window.text
        await left(window)


async def test_no_answer(tmp_path: Path) -> None:
    async with demo(tmp_path) as window:
        await window.shows(SEEN, START_SECONDS)
        assert STORED not in window.text
        await left(window)


async def test_a_late_answer_while_writing(tmp_path: Path) -> None:
    """In pieces between the letters of a reply: the letters are in the composer, and nothing else."""
    async with demo(tmp_path) as window:
        await window.shows(SEEN, START_SECONDS)
        await window.press("\r")
        await window.shows("Dana Levi #1002")
        await window.press("r")
        pieces = [KONSOLE[at : at + 7].decode() for at in range(0, len(KONSOLE), 7)]
        await window.press("ab")
        await window.shows("ab")
        await window.press("".join(pieces[:3]))
        for piece in pieces[3:]:
            await window.press(piece)
        await window.press("cd")
        await window.shows(STORED)
        await window.shows("abcd")
        assert SEEN not in window.text
        assert not {"Konsole", "115", "$y"} & set(window.text.split())
