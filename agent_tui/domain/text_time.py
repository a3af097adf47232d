"""Days, months and lengths of time in few cells, in the language that is spoken: `Sun`, `12 Nov`, `48m`, `23h50`."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from agent_tui.domain.text_safe import SafeText, compose, marked, plural, seal, trusted
from agent_tui.domain.time import DAY_MS, HOUR_MS, MINUTE_MS, MS

SECONDS_UNDER_MS = 2 * MINUTE_MS
HOURS_WITH_MINUTES_UNDER_MS = 10 * HOUR_MS
DAYS_FROM_MS = 2 * DAY_MS

_WEEKDAYS = (
    marked("Mon"),
    marked("Tue"),
    marked("Wed"),
    marked("Thu"),
    marked("Fri"),
    marked("Sat"),
    marked("Sun"),
)
_MONTHS = (
    marked("Jan"),
    marked("Feb"),
    marked("Mar"),
    marked("Apr"),
    marked("May"),
    marked("Jun"),
    marked("Jul"),
    marked("Aug"),
    marked("Sep"),
    marked("Oct"),
    marked("Nov"),
    marked("Dec"),
)
"""Three cells in every language, so that dates keep their column."""


class Span(NamedTuple):
    """A length in words, which stay the same within one multiple of `unit` ms."""

    text: SafeText
    unit: int


def weekday(day: date) -> SafeText:
    """`Sun`; at most six cells."""
    return _WEEKDAYS[day.weekday()].text


def month(day: date) -> SafeText:
    """`Nov`; three cells."""
    return _MONTHS[day.month - 1].text


def day_and_month(day: date) -> SafeText:
    """`3 Nov`."""
    return compose("{day} {month}", day=day.day, month=month(day))


def span(length: int, live: bool = False, *, coarse: bool = False) -> Span:
    """A length in ms, rounded down to what is shown: `0:48` (of what is `live`, under two minutes), `<1m`, `12m`,
    `1h10` (or, `coarse`, `1h`), `12h`, `3d`; at most five cells."""
    length = max(0, length)
    if live and length < SECONDS_UNDER_MS:
        seconds = length // MS
        return Span(seal(f"{seconds // 60}:{seconds % 60:02}"), MS)
    if length < MINUTE_MS:
        return Span(trusted("<1m"), MINUTE_MS)
    if length < HOUR_MS:
        return Span(compose("{n}m", n=length // MINUTE_MS), MINUTE_MS)
    if length < HOURS_WITH_MINUTES_UNDER_MS and not coarse:
        return Span(hours_and_minutes(length // MINUTE_MS), MINUTE_MS)
    if length < DAYS_FROM_MS:
        return Span(compose("{n}h", n=length // HOUR_MS), HOUR_MS)
    return Span(compose("{n}d", n=length // DAY_MS), DAY_MS)


def hours_and_minutes(minutes: int) -> SafeText:
    """`1h05`."""
    return compose("{hours}h{minutes}", hours=minutes // 60, minutes=seal(f"{minutes % 60:02}"))


def length_words(ms: int) -> SafeText:
    """`30 min`, `4 h`, `1 h 10`, `3 days`."""
    ms = max(0, ms)
    if ms < HOUR_MS:
        return compose("{n} min", n=ms // MINUTE_MS)
    if ms >= DAYS_FROM_MS:
        return plural("{n} day", "{n} days", n=ms // DAY_MS)
    hours, minutes = ms // HOUR_MS, ms % HOUR_MS // MINUTE_MS
    if minutes and ms < HOURS_WITH_MINUTES_UNDER_MS:
        return compose("{hours} h {minutes}", hours=hours, minutes=minutes)
    return compose("{n} h", n=hours)
