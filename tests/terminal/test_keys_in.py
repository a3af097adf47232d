"""Keys and pastes from bytes: whatever is pasted arrives as one paste and as nothing else."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.events import Key, Paste
from textual.message import Message

from agent_tui.terminal.keys_in import LATE_SECONDS, KeyParser


def fed(parser: KeyParser, data: bytes, step: int) -> list[Message]:
    return [m for at in range(0, len(data), step) for m in parser.feed(data[at : at + step])]


@pytest.mark.parametrize("step", [1, 2, 3, 5, 7, 100])
def test_a_paste_with_escape_sequences_is_one_paste(step: int) -> None:
    pasted = b"\x1b[31mred\x1b[0m\rsend me\n\x1b\x1b[20\r\x1b]0;t\x07\x1bOP\r"
    got = fed(KeyParser(), b"a\x1b[200~" + pasted + b"\x1b[201~b", step)
    assert [type(m) for m in got] == [Key, Paste, Key]
    assert isinstance(got[1], Paste)
    assert got[1].text == pasted.replace(b"\x1b", b"").decode()


class Line:
    """A parser on a line that stalls: `stall` lets the wait for the rest of a sequence run out. `answered`: the
    terminal has answered all it was asked."""

    def __init__(self, answered: bool = True) -> None:
        self.now = 0.0
        self.parser = KeyParser(now=lambda: self.now)
        self.got: list[Message] = []
        if answered:
            self.says(b"\x1b[?62c")

    def says(self, data: bytes) -> None:
        self.got += self.parser.feed(data)

    def stall(self, seconds: float = 1.0) -> None:
        self.now += seconds
        while (wait := self.parser.wait) is not None:
            self.now += wait
            time.sleep(min(wait, 0.2))  # the parser of Textual has a clock of its own
            self.got += self.parser.tick()

    @property
    def keys(self) -> list[str]:
        return [each.key for each in self.got if isinstance(each, Key)]

    @property
    def pastes(self) -> list[str]:
        return [each.text for each in self.got if isinstance(each, Paste)]


START = b"\x1b[200~"


@pytest.mark.parametrize("cuts", [(1,), (2,), (3,), (4,), (5,), (1, 3), (1, 2, 3, 4, 5)])
@pytest.mark.parametrize("answered", [True, False])
def test_a_paste_whose_start_is_torn_by_a_stalled_line_is_still_a_paste(cuts: tuple[int, ...], answered: bool) -> None:
    line = Line(answered)
    for start, end in pairwise((0, *cuts)):
        line.says(START[start:end])
        line.stall()
    line.says(START[cuts[-1] :] + b"d\rsend this\r")
    line.stall()
    line.says(b"and this\r\x1b[201~x")
    assert line.pastes == ["d\rsend this\rand this\r"]
    assert "enter" not in line.keys and "d" not in line.keys
    assert line.keys[-1] == "x"


def test_brackets_that_are_typed_long_after_an_escape_key_begin_no_paste() -> None:
    line = Line()
    line.says(b"\x1b")
    line.stall()
    assert line.keys == ["escape"]
    line.stall(LATE_SECONDS + 1)
    for typed in (b"[", b"2", b"0", b"0", b"~", b"\r"):
        line.says(typed)
        line.stall()
    assert line.pastes == [] and len(line.keys) == 7 and line.keys[-1] == "enter"


def test_what_is_typed_after_an_escape_key_arrives_and_a_bracket_waits_no_longer_than_an_escape() -> None:
    line = Line()
    line.says(b"\x1b")
    line.stall()
    line.says(b"[")
    assert line.keys == ["escape"]
    line.stall(0.2)
    line.says(b"d")
    assert line.keys == ["escape", "left_square_bracket", "d"]


def test_an_arrow_torn_by_a_stalled_line_is_an_arrow() -> None:
    line = Line()
    line.says(b"\x1b")
    line.stall()
    line.says(b"[Ad")
    assert line.keys == ["escape", "up", "d"]


@given(st.text(max_size=60), st.integers(1, 9))
def test_any_text_is_one_paste(text: str, step: int) -> None:
    data = text.replace("\x1b[201~", "").encode("utf-8", "replace")
    if b"\x1b[201~" in data:
        return
    got = fed(KeyParser(), b"\x1b[200~" + data + b"\x1b[201~x", step)
    assert [type(m) for m in got] == [Paste, Key]
