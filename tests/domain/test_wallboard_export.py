"""A wallboard as other programs read it."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.domain.time import HOUR_MS, Ms
from agent_tui.domain.wallboard import WINDOW_MS, AgentStates, Board, Bottleneck, HourSlot, QueueBoard
from agent_tui.domain.wallboard_export import exported

NOW: Ms = 1_800_000_000_000
CHATS = QueueBoard(
    "chats", "Chats", 3, NOW - 61_500, 6, 3, 80, 6, 3, 2, 301_000, 3, 2, (HourSlot(None), HourSlot(3, 6, 3))
)
BOARD = Board(
    NOW,
    NOW - WINDOW_MS,
    (CHATS, QueueBoard("email", ""), QueueBoard("", "")),
    replace(CHATS, id="", title=""),
    AgentStates(2, 1, (("meal", 2),), 1),
    Bottleneck("chats", "Chats", 3, 2, 3, 9),
)


def _rows(board: Board) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(exported(board, "csv"))))


def test_a_line_a_queue_with_plain_numbers() -> None:
    chats, mail, elsewhere, whole = _rows(BOARD)
    assert chats == {
        "queue": "chats",
        "title": "Chats",
        "waiting": "3",
        "longest_wait_s": "61",
        "in_time_percent": "66.7",
        "goal_percent": "80",
        "met": "6",
        "late": "3",
        "handled": "2",
        "handling_s": "150",
        "solved": "3",
        "first_contact_percent": "66.7",
    }
    assert (mail["queue"], mail["title"], mail["longest_wait_s"], mail["handling_s"]) == ("email", "e-mail", "", "")
    assert (elsewhere["queue"], whole["queue"], whole["waiting"]) == ("(no queue)", "(all)", "3")


def test_json_has_the_hours_the_agents_and_the_bottleneck() -> None:
    told = json.loads(exported(BOARD, "json"))
    assert (told["as_of"], told["since"]) == ("2027-01-15T08:00:00+00:00", "2027-01-14T08:00:00+00:00")
    assert told["queues"][0]["hours"] == [
        {"waiting": None, "met": 0, "late": 0},
        {"waiting": 3, "met": 6, "late": 3},
    ]
    assert told["queues"][0]["in_time_percent"] == 66.7
    assert told["agents"] == {"ready": 2, "busy": 1, "not_ready": {"meal": 2}, "away": 1}
    assert told["bottleneck"] == {
        "queue": "chats",
        "waiting": 3,
        "more_than_an_hour_ago": 2,
        "late_in_the_last_hour": 3,
        "measured_in_the_last_hour": 9,
    }
    assert json.loads(exported(replace(BOARD, bottleneck=None), "json"))["bottleneck"] is None


@pytest.mark.parametrize("title", ["=1+1", "+4", "-2", "@SUM(A1)", '=HYPERLINK("http://x")'])
def test_no_title_is_a_formula(title: str) -> None:
    (row, *_) = _rows(replace(BOARD, queues=(replace(CHATS, title=title),)))
    assert row["title"] == f"'{title}"


@given(st.text(max_size=30), st.integers(-2, 50 * HOUR_MS))
def test_any_title_is_one_cell_and_no_wait_is_below_nothing(title: str, waited: int) -> None:
    board = replace(BOARD, queues=(replace(CHATS, title=title, oldest=NOW - waited),))
    rows = _rows(board)
    assert len(rows) == 2
    assert not rows[0]["title"].startswith(("=", "+", "-", "@", "\t", "\r"))
    assert int(rows[0]["longest_wait_s"]) == max(0, waited) // 1000


@pytest.mark.parametrize("at", [(1 << 53) - 1, 1 - (1 << 53)])
def test_times_out_of_all_bounds_are_written_all_the_same(at: Ms) -> None:
    told = json.loads(exported(replace(BOARD, now=at, since=at), "json"))
    assert told["as_of"] == told["since"] != ""
    assert exported(replace(BOARD, now=at), "csv")
