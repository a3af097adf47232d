"""The time column says what a person would, and knows when it will say something else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.desk.countdown import is_late, next_step, text_of
from agent_tui.domain.model import Call, CaseRow, Clock
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
