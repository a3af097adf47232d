"""Times as agents write them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.commands.command import CommandError
from agent_tui.commands.when import NEXT_REPLY, parse_when, say_when
from agent_tui.domain.time import DAY_MS, HOUR_MS, MINUTE_MS, MS, Ms


def at(year: int, month: int, day: int, hour: int, minute: int = 0) -> Ms:
    return int(datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp()) * MS


TUESDAY = at(2024, 11, 19, 9, 41)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("30m", TUESDAY + 30 * MINUTE_MS),
        ("2h", TUESDAY + 2 * HOUR_MS),
        ("1h30", TUESDAY + 90 * MINUTE_MS),
        ("1h30m", TUESDAY + 90 * MINUTE_MS),
        ("3d", TUESDAY + 3 * DAY_MS),
        ("1w", TUESDAY + 7 * DAY_MS),
        ("11:00", at(2024, 11, 19, 11)),
        ("9:00", at(2024, 11, 20, 9)),
        ("tomorrow", at(2024, 11, 20, 9)),
        ("tomorrow 9", at(2024, 11, 20, 9)),
        ("Tomorrow 14:30", at(2024, 11, 20, 14, 30)),
        ("sun", at(2024, 11, 24, 9)),
        ("sunday 8", at(2024, 11, 24, 8)),
        ("tue", at(2024, 11, 26, 9)),
        ("reply", NEXT_REPLY),
    ],
)
def test_a_time_is_read(words: str, expected: Ms) -> None:
    assert parse_when(words, TUESDAY, UTC) == expected


@pytest.mark.parametrize("words", ["", "soon", "25:00", "9:75", "0m", "17", "sun 99", "tomorrow noon", "month", "-2h"])
def test_what_is_no_time_says_what_can_be_written(words: str) -> None:
    with pytest.raises(CommandError) as caught:
        parse_when(words, TUESDAY, UTC)
    assert "tomorrow 9" in caught.value.text


@given(st.text(max_size=30))
def test_no_words_crash_it_and_every_time_lies_ahead(words: str) -> None:
    try:
        instant = parse_when(words, TUESDAY, UTC)
    except CommandError:
        return
    assert instant == NEXT_REPLY or instant > TUESDAY


def test_a_day_begins_where_the_agent_is() -> None:
    haifa = ZoneInfo("Asia/Jerusalem")
    late = at(2024, 11, 19, 23)  # 01:00 on Wednesday in Haifa
    assert parse_when("tomorrow 9", late, haifa) == at(2024, 11, 21, 7)


@pytest.mark.parametrize(
    ("words", "said"),
    [("11:00", "11:00"), ("tomorrow 9", "tomorrow 09:00"), ("sun 14:30", "Sun 14:30"), ("2w", "3 Dec 09:41")],
)
def test_a_time_is_said_shortly(words: str, said: str) -> None:
    assert say_when(parse_when(words, TUESDAY, UTC), TUESDAY, UTC) == said
