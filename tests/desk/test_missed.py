"""What happened while the line was down, in one line."""

from __future__ import annotations

from agent_tui.desk.backend_state import BackendState
from agent_tui.desk.missed import Missed
from agent_tui.domain.events import Event, MessageAdded
from agent_tui.domain.model import Message
from agent_tui.domain.text import CustomerText
from tests.widgets.shop import NOA, NOW, sketch_rows


def said(auto: str, author: str) -> str:
    """What is told where one message of ours went out meanwhile."""
    row = next(row for row in sketch_rows() if row.owner == NOA.id)
    message = Message("m", row.id, "t", "whatsapp", "out", NOW, CustomerText("hi"), author=author, auto=auto)
    state = BackendState("hub", "hub")
    state.me = NOA
    notice = Missed(5, NOW).saw(Event(5, 4, NOW, NOW, MessageAdded(message), row.id, author, row), state, NOW)
    return notice.text if notice is not None else ""


def test_what_the_hub_said_by_itself_is_no_colleagues_answer() -> None:
    assert said("", "avi") == "back, and caught up: a colleague answered 1 case"
    assert said("reminder", "") == ""
