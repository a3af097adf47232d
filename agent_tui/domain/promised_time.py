"""A time as it is told to a customer, by the day that it is for them: `today 14:30`, `Sunday 10:00`, `5 Dec 10:00`.

These words go out to customers, in their language and not in the one that a desk speaks.
"""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Final, NamedTuple

from agent_tui.domain.time import Ms, local_time


class _Words(NamedTuple):
    today: str
    tomorrow: str
    days: tuple[str, ...]
    """From Monday on."""
    months: tuple[str, ...]
    date: str
    joined: str


_ENGLISH: Final = _Words(
    "today",
    "tomorrow",
    ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "{day} {month}",
    "{day} {time}",
)
_HEBREW: Final = _Words(
    "היום",
    "מחר",
    ("יום שני", "יום שלישי", "יום רביעי", "יום חמישי", "יום שישי", "שבת", "יום ראשון"),
    ("ינואר", "פברואר", "מרץ", "אפריל", "מאי", "יוני", "יולי", "אוגוסט", "ספטמבר", "אוקטובר", "נובמבר", "דצמבר"),
    "{day} ב{month}",
    "{day} ב-{time}",
)


def is_hebrew(words: str) -> bool:
    """Whether there is a Hebrew letter in it."""
    return any("\u05d0" <= letter <= "\u05ea" for letter in words)


def promised_time(due: Ms, now: Ms, zone: tzinfo, *, hebrew: bool = False) -> str:
    """In whole minutes, rounded down, so that nothing is promised for later than it is due."""
    words = _HEBREW if hebrew else _ENGLISH
    at, today = local_time(due, zone), local_time(now, zone).date()
    return words.joined.format(day=_day(words, at, (at.date() - today).days), time=f"{at:%H:%M}")


def _day(words: _Words, at: datetime, ahead: int) -> str:
    if ahead == 0:
        return words.today
    if ahead == 1:
        return words.tomorrow
    if 1 < ahead < 7:
        return words.days[at.weekday()]
    return words.date.format(day=at.day, month=words.months[at.month - 1])
