"""Keys and pastes from bytes: whatever is pasted arrives as one paste and as nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.events import Key, Paste
from textual.message import Message

from agent_tui.terminal.keys_in import KeyParser


def fed(parser: KeyParser, data: bytes, step: int) -> list[Message]:
    return [m for at in range(0, len(data), step) for m in parser.feed(data[at : at + step])]


@pytest.mark.parametrize("step", [1, 2, 3, 5, 7, 100])
def test_a_paste_with_escape_sequences_is_one_paste(step: int) -> None:
    pasted = b"\x1b[31mred\x1b[0m\rsend me\n\x1b\x1b[20\r\x1b]0;t\x07\x1bOP\r"
    got = fed(KeyParser(), b"a\x1b[200~" + pasted + b"\x1b[201~b", step)
    assert [type(m) for m in got] == [Key, Paste, Key]
    assert isinstance(got[1], Paste)
    assert got[1].text == pasted.replace(b"\x1b", b"").decode()


def test_an_escape_key_before_brackets_that_are_typed_begins_no_paste() -> None:
    parser = KeyParser()
    got = list(parser.feed(b"\x1b"))
    while parser.wait is not None and not got:
        got += parser.tick()
    got += parser.feed(b"[200~\r")
    assert next(m.key for m in got if isinstance(m, Key)) == "escape"
    assert not [m for m in got if isinstance(m, Paste)]
    assert len(got) == 7


@given(st.text(max_size=60), st.integers(1, 9))
def test_any_text_is_one_paste(text: str, step: int) -> None:
    data = text.replace("\x1b[201~", "").encode("utf-8", "replace")
    if b"\x1b[201~" in data:
        return
    got = fed(KeyParser(), b"\x1b[200~" + data + b"\x1b[201~x", step)
    assert [type(m) for m in got] == [Paste, Key]
