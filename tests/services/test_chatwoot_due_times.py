"""What a Chatwoot server promises by its service levels is what the row counts, with a tilde where we reckon it."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest

from agent_tui.backends.chatwoot.convert import row_of
from agent_tui.desk.countdown import text_of
from agent_tui.domain.model import Metric
from agent_tui.domain.time import MS

BEGAN = 1_780_000_000
WROTE = BEGAN + 600
REPLIED = {"first_reply_created_at": BEGAN + 60}
NAMES = ("first_response", "next_response", "resolution")


def talk(applied: dict[str, Any] | None, **more: object) -> dict[str, Any]:
    """A conversation whose customer waits since `WROTE`."""
    sla = {} if applied is None else {"applied_sla": {"sla_status": "active"} | applied}
    return {
        "id": 7, "channel": "Channel::Email", "status": "open", "created_at": BEGAN, "waiting_since": WROTE,
        "last_activity_at": WROTE, "meta": {"sender": {"id": 3, "name": "Dana"}}, **sla, **more,
    }  # fmt: skip


def thresholds(*seconds: int | None) -> dict[str, Any]:
    """As servers up to 4.15.1 say it."""
    return {f"sla_{name}_time_threshold": within for name, within in zip(NAMES, seconds, strict=True)}


def due_times(*at: int | None) -> dict[str, Any]:
    """As newer servers say it, besides the thresholds."""
    names = ("sla_frt_due_at", "sla_nrt_due_at", "sla_rt_due_at")
    return thresholds(1, 1, 1) | dict(zip(names, at, strict=True))


@pytest.mark.parametrize(
    ("applied", "more", "metric", "since", "due", "estimated"),
    [
        (due_times(BEGAN + 3600, None, None), {}, "first", BEGAN, BEGAN + 3600, False),
        (due_times(BEGAN + 900, BEGAN + 7200, None), REPLIED, "next", WROTE, BEGAN + 7200, False),
        (due_times(BEGAN + 900, None, BEGAN + 800), {}, "total", BEGAN, BEGAN + 800, False),
        (due_times(BEGAN + 9, None, BEGAN + 9000), REPLIED | {"waiting_since": 0}, "total", BEGAN, BEGAN + 9000, False),
        (thresholds(1800, 600, None), {}, "first", BEGAN, BEGAN + 1800, True),
        (thresholds(1800, 600, None), REPLIED, "next", WROTE, WROTE + 600, True),
        (thresholds(None, None, 86400), REPLIED, "total", BEGAN, BEGAN + 86400, True),
    ],
)  # fmt: skip
def test_what_is_due_first_is_counted(
    applied: dict[str, Any], more: dict[str, object], metric: Metric, since: int, due: int, estimated: bool
) -> None:
    row = row_of(talk(applied, **more), 1)
    clock = row.clock
    assert clock is not None
    assert (clock.metric, clock.since, clock.due, clock.estimated) == (metric, since * MS, due * MS, estimated)
    assert row.sort_at == (due * MS if row.stage == "us" else -WROTE * MS)
    assert text_of(row, due * MS - 120_000, UTC) == ("~2m" if estimated else "2m")


@pytest.mark.parametrize(
    "applied",
    [
        None,
        due_times(None, None, None),
        thresholds(None, None, None),
        due_times(BEGAN + 900, None, None) | {"sla_status": "missed"},
        due_times(BEGAN + 900, None, None) | {"sla_completed_at": BEGAN + 100},
        thresholds(-1, 0, 10**12),
    ],
)
def test_where_nothing_is_promised_the_channel_s_tempo_is_counted_with_a_tilde(applied: dict[str, Any] | None) -> None:
    row = row_of(talk(applied), 1)
    assert row.clock is not None
    assert (row.clock.metric, row.clock.since, row.clock.estimated) == ("first", WROTE * MS, True)
    assert row.sort_at == row.clock.due


@pytest.mark.parametrize("status", ["snoozed", "resolved"])
def test_what_sleeps_or_is_done_counts_nothing(status: str) -> None:
    assert row_of(talk(due_times(BEGAN + 900, None, None), status=status), 1).clock is None


@pytest.mark.parametrize("odd", ["soon", [], {}, True, -5, float("nan"), float("inf")])
def test_odd_values_promise_nothing(odd: object) -> None:
    for applied in ({"sla_frt_due_at": odd}, {"sla_first_response_time_threshold": odd}):
        row = row_of(talk(applied), 1)
        assert row.clock is not None
        assert row.clock.estimated and row.clock.since == WROTE * MS
    assert row_of(talk(None) | {"applied_sla": odd}, 1).clock is not None
