"""From a [[calendar]] table, a country's holidays and iCal files to a calendar that the engine counts in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import takewhile
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from agent_tui.config.problems import Wrong
from agent_tui.config.sla_calendar_settings import CalendarSettings
from agent_tui.config.sla_words import hours_of, minute_of, week_of
from agent_tui.domain.sla.calendars import DAY_MINUTES, Calendar, Hours

YEARS: Final = range(2015, 2046)
"""For which holidays and what repeats are laid out: the same whenever a file is read, so that it means the same."""

MOST_TIMES: Final = 20_000
"""How often an event may repeat: daily for half a century."""
_FIRST: Final = datetime(YEARS[0], 1, 1)
_LAST: Final = datetime(YEARS[-1] + 1, 1, 1)

_Days = dict[date, tuple[Hours, ...]]


def calendar_of(settings: CalendarSettings, find: Callable[[Path], Path]) -> Calendar:
    """The calendar; `find` tells where a file that it names is. Raises Wrong with the key to blame."""
    week = week_of(settings.hours) if settings.hours else (((0, DAY_MINUTES),),) * 7
    days: _Days = {}
    if settings.holidays:
        closed = _holidays(settings.holidays)
        days |= dict.fromkeys(closed, ())
        if settings.eves_until:
            until = minute_of(settings.eves_until)
            eves = {day - timedelta(days=1) for day in closed} - closed
            days |= {day: _until(week[day.weekday()], until) for day in eves}
    elif settings.eves_until:
        raise Wrong("there are no holidays that it could be before", "holidays too", ("eves_until",))
    zone = ZoneInfo(settings.zone or "UTC")
    for place, path in enumerate(settings.ical):
        try:
            closures = list(_closures(find(path).read_bytes(), zone))
        except OSError as error:
            raise Wrong(f"cannot be read: {error.strerror}", "an iCal file", ("ical", place)) from None
        except (ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
            what = f"not iCal: {str(error)[:80]}"
            raise Wrong(what, "a file of BEGIN:VCALENDAR ... END:VCALENDAR", ("ical", place)) from None
        for begin, end in closures:
            _close(days, week, begin, end)
    days |= {day.date: tuple(sorted(map(hours_of, day.hours))) for day in settings.days}
    differing = {day: hours for day, hours in days.items() if hours != week[day.weekday()]}
    return Calendar(settings.name, settings.zone or "UTC", week, tuple(sorted(differing.items())))


def _holidays(place: str) -> set[date]:
    import holidays

    country, _, part = place.partition("-")
    try:
        return set(holidays.country_holidays(country, subdiv=part or None, years=YEARS))
    except NotImplementedError:
        expected = "a country or a part of it that the holidays library knows, such as IL or DE-BY"
        raise Wrong("no holidays are known", expected, ("holidays",)) from None


def _until(hours: tuple[Hours, ...], minute: int) -> tuple[Hours, ...]:
    return tuple((begin, min(end, minute)) for begin, end in hours if begin < minute)


def _closures(raw: bytes, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """From when until when each event lasts, by the wall in `zone`."""
    from icalendar import Calendar as Ical

    calendars: list[Any] = list(Ical.from_ical(raw, multiple=True))
    if not calendars:
        raise ValueError("nothing in it")
    for event in (event for calendar in calendars for event in calendar.walk("VEVENT")):
        if event.get("STATUS") == "CANCELLED":
            continue
        begin, end = _wall(event.start, zone), _wall(event.end, zone)
        if end <= begin and not isinstance(event.start, datetime):
            end = begin + timedelta(days=1)
        for again in _repeats(event, begin):
            yield again, again + (end - begin)


def _repeats(event: Any, begin: datetime) -> Iterator[datetime]:
    rule = event.get("RRULE")
    if rule is None:
        yield begin
        return
    from dateutil.rrule import rrulestr

    # the last day counts to its end, and by the wall, as `begin` does
    text = re.sub(r"UNTIL=(\d{8})(T\d{6}Z?)?", r"UNTIL=\1T235959", rule.to_ical().decode())
    excluded = event.get("EXDATE", [])
    dates = excluded if isinstance(excluded, list) else [excluded]
    without = {_wall(one.dt, None).date() for listed in dates for one in listed.dts}
    times = takewhile(lambda at: at < _LAST, rrulestr(text, dtstart=begin))
    for number, at in enumerate(times):
        if number >= MOST_TIMES:
            raise ValueError(f"an event repeats more than {MOST_TIMES} times")
        if at.date() not in without:
            yield at


def _wall(at: date, zone: Any) -> datetime:
    """As a clock on the wall there shows it; a date is its midnight."""
    if not isinstance(at, datetime):
        return datetime.combine(at, time())
    return (at.astimezone(zone) if at.tzinfo is not None and zone is not None else at).replace(tzinfo=None)


def _close(days: _Days, week: tuple[tuple[Hours, ...], ...], begin: datetime, end: datetime) -> None:
    """Take a closure out of the openings of its days, and out of what began the evening before."""
    whole = begin.time() == end.time() == time()
    begin, end = max(begin, _FIRST), min(end, _LAST)
    day = begin.date() if whole else begin.date() - timedelta(days=1)
    while datetime.combine(day, time()) < end:
        hours = days.get(day, week[day.weekday()])
        midnight = datetime.combine(day, time())
        cut = (0, 2 * DAY_MINUTES) if whole else (_minutes(begin - midnight), -_minutes(midnight - end))
        days[day] = tuple(part for opening in hours for part in _without(opening, cut))
        day += timedelta(days=1)


def _minutes(length: timedelta) -> int:
    return length // timedelta(minutes=1)


def _without(opening: Hours, cut: Hours) -> tuple[Hours, ...]:
    parts = ((opening[0], min(opening[1], cut[0])), (max(opening[0], cut[1]), opening[1]))
    return tuple(part for part in parts if part[0] < part[1])
