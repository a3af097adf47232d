"""A wallboard for other programs: CSV with a line a queue, or JSON with all of it."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC
from typing import Any

from agent_tui.domain.channels import channel
from agent_tui.domain.text_clean import clean_line
from agent_tui.domain.time import MS, Ms, local_time
from agent_tui.domain.wallboard import Board, Bottleneck, QueueBoard

FORMATS = ("csv", "json")
WHOLE = "(all)"
ELSEWHERE = "(no queue)"
_COLUMNS = (
    "queue",
    "title",
    "waiting",
    "longest_wait_s",
    "in_time_percent",
    "goal_percent",
    "met",
    "late",
    "handled",
    "handling_s",
    "solved",
    "first_contact_percent",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a cell of a spreadsheet begins with that is worked out rather than shown (OWASP, CSV injection)."""


def exported(board: Board, form: str) -> str:
    """`form`: one of FORMATS. Seconds are whole, percent with one digit, times UTC; what is not known is empty."""
    return _json(board) if form == "json" else _csv(board)


def _csv(board: Board) -> str:
    """RFC 4180; the last line is all queues together."""
    out = io.StringIO()
    lines = csv.DictWriter(out, _COLUMNS, extrasaction="ignore")
    lines.writeheader()
    for queue in (*board.queues, board.whole):
        figures = _figures(queue, board)
        cells = {name: "" if figures[name] is None else figures[name] for name in _COLUMNS}
        lines.writerow({**cells, "queue": _shown(cells["queue"]), "title": _shown(cells["title"])})
    return out.getvalue()


def _shown(text: str) -> str:
    """A cell that a spreadsheet shows as it stands."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _json(board: Board) -> str:
    told = {
        "as_of": _time(board.now),
        "since": _time(board.since),
        "queues": [_figures(queue, board) for queue in board.queues],
        "whole": _figures(board.whole, board),
        "agents": {
            "ready": board.agents.ready,
            "busy": board.agents.busy,
            # an agent may be not ready in words of their own
            "not_ready": {str(clean_line(reason)): n for reason, n in board.agents.not_ready},
            "away": board.agents.away,
        },
        "bottleneck": _jam(board.bottleneck),
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _figures(queue: QueueBoard, board: Board) -> dict[str, Any]:
    whole = queue is board.whole
    return {
        "queue": WHOLE if whole else _id(queue.id),
        "title": "" if whole else _title(queue),
        "waiting": queue.waiting,
        "longest_wait_s": max(0, board.now - queue.oldest) // MS if queue.oldest is not None else None,
        "in_time_percent": _rounded(queue.percent),
        "goal_percent": queue.promised or None,
        "met": queue.met,
        "late": queue.late,
        "handled": queue.handled,
        "handling_s": queue.average // MS if queue.average is not None else None,
        "solved": queue.solved,
        "first_contact_percent": _rounded(queue.first_contact),
        "hours": [{"waiting": slot.waiting, "met": slot.met, "late": slot.late} for slot in queue.hours],
    }


def _id(queue: str) -> str:
    return str(clean_line(queue)) or ELSEWHERE


def _title(queue: QueueBoard) -> str:
    if queue.title or not queue.id:
        return str(clean_line(queue.title))
    return str(clean_line(channel(queue.id).name))


def _jam(found: Bottleneck | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "queue": _id(found.queue),
        "waiting": found.waiting,
        "more_than_an_hour_ago": found.more,
        "late_in_the_last_hour": found.late,
        "measured_in_the_last_hour": found.of,
    }


def _rounded(percent: float | None) -> float | None:
    return round(percent, 1) if percent is not None else None


def _time(at: Ms) -> str:
    return local_time(at, UTC).isoformat(timespec="seconds")
