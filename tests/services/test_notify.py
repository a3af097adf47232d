"""A bell or OSC 9 for what came on my cases, and nothing a customer writes gets through it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agent_tui.desk.changes import Notice
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.text import clean_line, compose, trusted
from agent_tui.services.notify import Notifier, signal

A = CaseKey("hub", "a")


def new(name: str = "Dana") -> Notice:
    return Notice(compose("new from {name}", name=clean_line(name)), "info", A, True)


def test_modes() -> None:
    assert signal([new()], "off") == ""
    assert signal([new()], "bell") == "\a"
    assert signal([new()], "osc9") == "\x1b]9;new from Dana\x1b\\"
    assert signal([new("\u05d3\u05e0\u05d4")], "osc9") == "\x1b]9;new from \u05d3\u05e0\u05d4\x1b\\"
    assert signal([new(), new()], "both") == "\x1b]9;new from Dana (+1)\x1b\\\a"


def test_what_needs_no_attention_is_silent() -> None:
    assert signal([Notice(trusted("sent"))], "both") == ""
    assert signal([new()], "both", looking_at=A) == ""
    assert signal([Notice(trusted("not sent"), "failure", A, True)], "bell", looking_at=A) == "\a"


@given(st.text())
def test_no_name_breaks_out(name: str) -> None:
    text = signal([new(name)], "osc9")
    inner = text.removeprefix("\x1b]9;").removesuffix("\x1b\\")
    assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in inner)


def test_a_flood_rings_once() -> None:
    written: list[str] = []
    notifier = Notifier(written.append, "bell")
    assert notifier.notify([new()], 0)
    assert not notifier.notify([new()], 500)
    assert notifier.notify([new()], 2500)
    assert written == ["\a", "\a"]
