"""A clock in one sentence, in the language that is spoken.

`first response, 30 min, office: Mon-Thu 09:00-17:00; paused 12:10-12:40 (pending); due 13:00`
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta, tzinfo
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from agent_tui.domain.sla.calendars import DAY_MINUTES, NEVER, Calendar
from agent_tui.domain.sla.clocks import SlaClock
from agent_tui.domain.sla.course import RESOLVED, Stretch
from agent_tui.domain.sla.episodes import Ending
from agent_tui.domain.sla.policies import SNOOZED, SlaMetric
from agent_tui.domain.text_clean import clean_line
from agent_tui.domain.text_safe import Phrase, SafeText, compose, listed, marked, plural, seal, trusted
from agent_tui.domain.text_time import day_and_month, weekday
from agent_tui.domain.time import MINUTE_MS, MS, Ms, local_time

METRIC_NAMES: Final[Mapping[SlaMetric, Phrase]] = {
    "pickup": marked("time to answer a call"),
    "notice": marked("notice of the wait"),
    "call-back": marked("call back"),
    "first-response": marked("first response"),
    "next-response": marked("next response"),
    "periodic-update": marked("regular update"),
    "requester-wait": marked("customer's wait"),
    "agent-work": marked("work of ours"),
    "first-resolution": marked("first resolution"),
    "total-resolution": marked("resolution"),
    "ownership": marked("with one team"),
}
"""What a clock counts."""

_STATUSES: Final[Mapping[str, Phrase]] = {
    "pending": marked("pending"),
    "on-hold": marked("on hold"),
    SNOOZED: marked("snoozed"),
    RESOLVED: marked("resolved"),
}
SHOWN_PAUSES: Final = 3


def reason(clock: SlaClock, calendar: Calendar, zone: tzinfo | None = None, today: date | None = None) -> SafeText:
    """Why a clock stands where it does. `calendar`: the one that it counts in; times are of its zone, or of `zone`; a
    beginning of `today` goes without its day."""
    wall = zone if zone is not None else ZoneInfo(calendar.zone)
    day = local_time(clock.started, wall).date()
    name = METRIC_NAMES[clock.metric].text
    if clock.next_day:
        parts = [listed(", ", (name, trusted("by the end of the next working day")))]
    else:
        parts = [listed(", ", (name, length(clock.within), hours(calendar)))]
    if clock.metric == "ownership":
        parts.append(compose("team {team}", team=clean_line(clock.key)))
    parts.append(compose("since {time}", time=_moment(clock.started, wall, today)))
    if len(clock.pauses) > SHOWN_PAUSES:
        parts.append(plural("{n} earlier pause", "{n} earlier pauses", n=len(clock.pauses) - SHOWN_PAUSES))
    parts += [_pause(pause, wall, day) for pause in clock.pauses[-SHOWN_PAUSES:]]
    if clock.ended is not None and clock.by:
        parts.append(_ending(clock.by, _moment(clock.ended, wall, day)))
    if clock.breached_at is not None:
        parts.append(
            compose(
                "late since {time}, by {length}",
                time=_moment(clock.breached_at, wall, day),
                length=length(-clock.remaining),
            )
        )
    elif clock.ended is None and clock.due is not None:
        parts.append(compose("due {time}", time=_moment(clock.due, wall, day)))
    elif clock.ended is None:
        parts.append(compose("{length} left once it goes on", length=length(clock.remaining)))
    return listed("; ", parts)


def length(ms: int) -> SafeText:
    """Working time, never in days, which have no length of their own: `20 s`, `30 min`, `1 h 30`, `40 h`; rounded down
    to what is shown."""
    if ms < MINUTE_MS:
        return compose("{n} s", n=ms // MS)
    minutes = ms // MINUTE_MS
    if minutes < 60:
        return compose("{n} min", n=minutes)
    if minutes % 60:
        return compose("{hours} h {minutes}", hours=minutes // 60, minutes=seal(f"{minutes % 60:02}"))
    return compose("{n} h", n=minutes // 60)


def hours(calendar: Calendar) -> SafeText:
    """When a calendar is open: `office: Mon-Thu 09:00-17:00, Fri 09:00-12:30`."""
    if calendar.always:
        return trusted("every hour counts")
    if all(opening == ((0, DAY_MINUTES),) for opening in calendar.week):
        days = trusted("every day but holidays")
    else:
        days = listed(", ", _week(calendar))
    return compose("{calendar}: {days}", calendar=clean_line(calendar.id), days=days)


def _week(calendar: Calendar) -> Iterator[SafeText]:
    begin = date(2026, 11, 23)  # a Monday
    order = range(7)
    if calendar.week[6] == calendar.week[0] != calendar.week[5]:  # where work begins on Sundays, so does the week
        order = range(-1, 6)
    for openings, days in groupby(order, key=lambda day: calendar.week[day]):
        if not openings:
            continue
        first, *more = (weekday(begin + timedelta(days=day)) for day in days)
        span = compose("{first}-{last}", first=first, last=more[-1]) if more else first
        times = ", ".join(f"{_clock(start)}-{_clock(end)}" for start, end in openings)
        yield compose("{days} {times}", days=span, times=seal(times))


def _clock(minute: int) -> str:
    minute = minute if minute <= DAY_MINUTES else minute - DAY_MINUTES
    return f"{minute // 60:02}:{minute % 60:02}"


def _pause(pause: Stretch, zone: tzinfo, day: date) -> SafeText:
    known = _STATUSES.get(pause.word)
    status = known.text if known is not None else clean_line(pause.word)
    start = _moment(pause.start, zone, day)
    if pause.end is None:
        return compose("paused since {start} ({status})", start=start, status=status)
    first, last = local_time(pause.start, zone), local_time(min(pause.end, NEVER), zone)
    if first.date() != last.date():
        return compose(
            "paused {start} to {end} ({status})", start=start, end=_moment(pause.end, zone, day), status=status
        )
    times = seal(f"{_time_of_day(first)}-{_time_of_day(last)}")  # in one piece: it reads alike in every language
    span = times if first.date() == day else compose("{day} {time}", day=day_and_month(first.date()), time=times)
    return compose("paused {span} ({status})", span=span, status=status)


def _moment(at: Ms, zone: tzinfo, day: date | None) -> SafeText:
    """`12:10`, with its day where that is not `day`; with seconds where they say something."""
    if at >= NEVER:
        return trusted("never")
    local: datetime = local_time(at, zone)
    clock = seal(_time_of_day(local))
    if local.date() == day:
        return clock
    return compose("{day} {time}", day=day_and_month(local.date()), time=clock)


def _time_of_day(local: datetime) -> str:
    return f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"


def _ending(by: Ending, time: SafeText) -> SafeText:
    match by:
        case "answered":
            return compose("answered {time}", time=time)
        case "handed-on":
            return compose("handed on {time}", time=time)
        case "told":
            return compose("told {time}", time=time)
        case "called-back":
            return compose("called back {time}", time=time)
        case "hung-up":
            return compose("the caller hung up {time}", time=time)
        case "asked-back":
            return compose("the caller chose to be called back {time}", time=time)
        case "newer-word":
            return compose("the customer wrote again {time}", time=time)
        case "merged":
            return compose("merged into another case {time}", time=time)
        case "policy":
            return compose("not promised any more since {time}", time=time)
        case "resolved" | "":
            return compose("resolved {time}", time=time)
