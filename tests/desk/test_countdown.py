"""The time column says what a person would, and knows when it will say something else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.desk.countdown import SOON_MS, is_late, is_soon, next_step, rank, text_of
from agent_tui.domain.model import Call, CaseRow, Clock, Metric
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import DAY_MS, HOUR_MS, MINUTE_MS, Ms
from tests.desk.world import row

NINE: Ms = 1_763_888_400_000
"""Sunday, 23 November 2025, 09:00 UTC."""


def with_clock(left: int, channel: str = "email", estimated: bool = False) -> CaseRow:
    return replace(row("a"), channel=channel, clock=Clock("next", NINE - 1, NINE + left, estimated=estimated))


@pytest.mark.parametrize(
    ("left", "channel", "text"),
    [
        (12 * MINUTE_MS, "email", "12m"),
        (12 * MINUTE_MS - 1, "email", "11m"),
        (48_000, "webchat", "0:48"),
        (48_000, "email", "<1m"),
        (2 * MINUTE_MS, "webchat", "2m"),
        (70 * MINUTE_MS, "email", "1h10"),
        (HOUR_MS, "email", "1h00"),
        (11 * HOUR_MS + 5, "email", "11h"),
        (3 * DAY_MS + 5, "email", "3d"),
        (-3 * MINUTE_MS, "email", "-3m!"),
        (-5_000, "email", "-1m!"),
        (-5_000, "phone", "-0:05!"),
    ],
)
def test_a_clock_as_words(left: int, channel: str, text: str) -> None:
    assert text_of(with_clock(left, channel), NINE, UTC) == text
    assert is_late(with_clock(left, channel), NINE) == (left < 0)


def test_an_estimated_clock_has_a_tilde() -> None:
    assert text_of(with_clock(28 * MINUTE_MS, estimated=True), NINE, UTC) == "~28m"


def test_a_clock_that_rests_says_what_is_left_of_it_whatever_its_due_time() -> None:
    def rests(left: int, *, estimated: bool = False) -> CaseRow:
        return replace(row("a"), clock=Clock("next", NINE - DAY_MS, 0, "paused", estimated, NINE - 1, left))

    assert text_of(rests(12 * MINUTE_MS), NINE, UTC) == "II 12m"
    assert text_of(rests(70 * MINUTE_MS, estimated=True), NINE, UTC) == "II~1h10"
    assert not is_late(rests(0), NINE) and not is_soon(rests(0), NINE)
    assert next_step(rests(HOUR_MS), NINE) is None


def test_of_several_clocks_the_one_that_matters_comes_first() -> None:
    def clock(metric: Metric, due: int, left: int = 0) -> Clock:
        return Clock(metric, NINE - DAY_MS, due, "paused" if left else "running", left=left)

    call, late, later = clock("call", NINE + HOUR_MS), clock("next", NINE - 1), clock("total", NINE + DAY_MS)
    rests, rests_long = clock("first", NINE - DAY_MS, MINUTE_MS), clock("work", NINE - 2 * DAY_MS, HOUR_MS)
    assert sorted([rests_long, later, rests, late, call], key=rank) == [call, late, later, rests, rests_long]


@given(warn=st.integers(0, 3 * HOUR_MS), left=st.integers(1, 3 * HOUR_MS))
def test_a_row_is_nearly_due_from_where_its_server_says_or_two_minutes_before(warn: int, left: int) -> None:
    """`next_step` never skips the instant at which its look changes."""
    due = NINE + left
    shown = replace(row("a"), channel="email", clock=Clock("first", NINE - 1, due, warn=due - warn if warn else 0))
    at, turned = NINE, None
    while turned is None and at <= due:
        turned = at if is_soon(shown, at) else None
        step = next_step(shown, at)
        assert step is not None and step > at
        at = step
    assert turned == max(NINE, due - warn if warn else due - SOON_MS + 1)


def test_snoozed_rows_say_until_when() -> None:
    def until(at: Ms) -> str:
        return text_of(replace(row("a", stage="later"), snoozed=at), NINE, UTC)

    assert until(NINE + 2 * HOUR_MS) == "II 11:00"
    assert until(NINE + DAY_MS) == "II Mon"
    assert until(NINE + 10 * DAY_MS) == "II 3 Dec"
    assert until(0) == "II"


def test_without_a_clock_how_long_ago() -> None:
    assert text_of(replace(row("a"), last_at=NINE - 40 * MINUTE_MS), NINE, UTC) == "40m"
    assert text_of(row("a"), NINE, UTC) == ""
    assert next_step(row("a"), NINE) is None


def test_a_ring_counts_up() -> None:
    ring = Call("c", "a", "v", "ringing", NINE - 8_000, CustomerText("054"))
    assert text_of(replace(row("a"), call=ring), NINE, UTC) == "0:08"
    tempo = Clock("call", NINE - 8_000, NINE + 12_000)
    assert text_of(replace(row("a"), call=ring, clock=tempo), NINE, UTC) == "0:08"


@pytest.mark.parametrize("metric", ["call", "notice"])
def test_a_ring_counts_down_what_a_policy_promises_its_caller(metric: Metric) -> None:
    ring = Call("c", "a", "v", "ringing", NINE - 8_000, CustomerText("054"))
    clock = Clock(metric, NINE - 8_000, NINE + 112_000, warn=NINE + 90_000)
    rings = replace(row("a"), channel="phone", call=ring, clock=clock)
    assert text_of(rings, NINE, UTC) == "1:52"
    assert not is_soon(rings, NINE) and is_soon(rings, NINE + 90_000)
    assert text_of(rings, NINE + 122_000, UTC) == "-0:10!"
    talks = replace(ring, state="active", answered=NINE - 3_000)
    assert text_of(replace(rings, call=talks), NINE, UTC) == "0:03"


@given(
    left=st.integers(-4 * DAY_MS, 4 * DAY_MS),
    channel=st.sampled_from(["email", "webchat", "phone"]),
    clock=st.booleans(),
    ago=st.integers(1, 4 * DAY_MS),
)
def test_the_text_stands_until_its_next_step(left: int, channel: str, clock: bool, ago: int) -> None:
    shown = with_clock(left, channel)
    if not clock:
        shown = replace(shown, clock=None, last_at=NINE - ago)
    step = next_step(shown, NINE)
    assert step is not None and step > NINE
    text = text_of(shown, NINE, UTC)
    assert text_of(shown, step - 1, UTC) == text
    assert text_of(shown, step, UTC) != text or text == "-1m!"
    if not text.count(":"):
        assert step - NINE <= DAY_MS + 1


def test_a_promise_that_does_not_sleep_with_its_case_is_seen_before_it_is_broken() -> None:
    due, wakes = NINE + 40 * MINUTE_MS, NINE + 2 * HOUR_MS
    clock = Clock("first", NINE, due, warn=due - 10 * MINUTE_MS)
    sleeps = replace(row("a"), stage="later", snoozed=wakes, clock=clock)
    assert text_of(sleeps, NINE, UTC) == "II 11:00"
    assert next_step(sleeps, NINE) == clock.warn
    assert text_of(sleeps, clock.warn, UTC) == "10m" and is_soon(sleeps, clock.warn)
    assert text_of(sleeps, due + 3 * MINUTE_MS, UTC) == "-3m!"
    for calm in (replace(clock, state="paused"), replace(clock, warn=0), None):
        assert text_of(replace(sleeps, clock=calm), due + 3 * MINUTE_MS, UTC) == "II 11:00"
        assert next_step(replace(sleeps, clock=calm), NINE) == wakes
