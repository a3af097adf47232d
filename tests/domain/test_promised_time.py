"""The time that a customer is promised, by the day that it is for them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from agent_tui.domain.promised_time import is_hebrew, promised_time
from agent_tui.domain.time import MS

JERUSALEM = ZoneInfo("Asia/Jerusalem")


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=JERUSALEM).timestamp() * MS)


NOW = at("2026-11-26T23:30:00")  # a Thursday


@pytest.mark.parametrize(
    ("due", "english", "hebrew"),
    [
        ("2026-11-26T23:59:59", "today 23:59", "היום ב-23:59"),
        ("2026-11-27T00:00:00", "tomorrow 00:00", "מחר ב-00:00"),
        ("2026-11-28T09:00:00", "Saturday 09:00", "שבת ב-09:00"),
        ("2026-11-29T10:00:00", "Sunday 10:00", "יום ראשון ב-10:00"),
        ("2026-12-02T10:00:00", "Wednesday 10:00", "יום רביעי ב-10:00"),
        ("2026-12-03T10:00:00", "3 Dec 10:00", "3 בדצמבר ב-10:00"),  # Thursday would be today
    ],
)
def test_it_is_told_by_the_day(due: str, english: str, hebrew: str) -> None:
    assert promised_time(at(due), NOW, JERUSALEM) == english
    assert promised_time(at(due), NOW, JERUSALEM, hebrew=True) == hebrew


def test_the_day_is_that_of_the_place() -> None:
    assert promised_time(at("2026-11-27T00:30:00"), NOW, ZoneInfo("UTC")) == "today 22:30"


def test_words_with_a_hebrew_letter_are_hebrew() -> None:
    assert [is_hebrew(words) for words in ("Hello", "שלום {customer}", "Привет", "")] == [False, True, False, False]
