"""A server that cannot be reached, or that refuses, says why on the status line."""

from __future__ import annotations

from agent_tui.backends.base import Disconnected
from agent_tui.desk.desk import Desk
from tests.desk.world import NOW, World, up


def told(desk: Desk, down: Disconnected) -> list[str]:
    """The lines that a lost line gives."""
    return [str(notice.text) for notice in desk.happened("hub", down, NOW).notices]


def test_the_first_try_says_why_it_failed_once() -> None:
    desk = Desk()
    desk.add_backend("hub", "hub")
    assert told(desk, Disconnected("connection refused", 1.0)) == ["hub: connection refused"]
    assert told(desk, Disconnected("connection refused", 2.0)) == []
    assert told(desk, Disconnected("no such host", 2.0)) == ["hub: no such host"]


def test_a_refusal_is_always_said_a_dropped_line_is_not() -> None:
    desk = Desk()
    desk.add_backend("hub", "hub")
    desk.happened("hub", up(World()), NOW)
    assert told(desk, Disconnected("the line closed (1006)", 1.0)) == []
    assert told(desk, Disconnected("the token is not known", None)) == ["hub: the token is not known"]
