"""Days, times and lengths in few words: `today`, `12 Nov`, `09:08`, `6:12`, `23h50`, `240 kB`. Pure."""

from __future__ import annotations

from datetime import tzinfo

from agent_tui.domain.text import SafeText, clean_line, compose, trusted
from agent_tui.domain.time import DAY_MS, HOUR_MS, MINUTE_MS, MS, Ms, local_time

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def clock_time(at: Ms, zone: tzinfo) -> SafeText:
    """`09:08`."""
    return clean_line(f"{local_time(at, zone):%H:%M}")


def day(at: Ms, now: Ms, zone: tzinfo) -> SafeText:
    """`today`, `yesterday`, `12 Nov`, or with the year when it is another."""
    then, today = local_time(at, zone).date(), local_time(now, zone).date()
    days = (today - then).days
    if days == 0:
        return trusted("today")
    if days == 1:
        return trusted("yesterday")
    year = "" if then.year == today.year else f" {then.year}"
    return clean_line(f"{then.day} {_MONTHS[then.month - 1]}{year}")


def full_time(at: Ms, zone: tzinfo) -> SafeText:
    """`12 Nov 2026, 09:08`: for words that leave the house."""
    then = local_time(at, zone)
    return clean_line(f"{then.day} {_MONTHS[then.month - 1]} {then.year}, {then:%H:%M}")


def short_day(at: Ms, now: Ms, zone: tzinfo) -> SafeText:
    """`12 Nov` always, `Nov 2021` when it is another year; six or eight cells."""
    then, today = local_time(at, zone).date(), local_time(now, zone).date()
    month = _MONTHS[then.month - 1]
    return clean_line(f"{then.day:02} {month}" if then.year == today.year else f"{month} {then.year}")


def year(at: Ms, zone: tzinfo) -> SafeText:
    """`2021`."""
    return clean_line(f"{local_time(at, zone).year}")


def day_number(at: Ms, zone: tzinfo) -> int:
    """A number that is another on another day."""
    return local_time(at, zone).toordinal()


def next_midnight(now: Ms, zone: tzinfo) -> Ms:
    """When `today` becomes `yesterday`."""
    here = local_time(now, zone)
    past = ((here.hour * 60 + here.minute) * 60 + here.second) * MS + here.microsecond // 1000
    return now - past + DAY_MS


def talk_time(length_ms: int) -> SafeText:
    """`0:08`, `6:12`, `1:02:10`: how long a call rings or lasts."""
    seconds = max(0, length_ms) // MS
    if seconds < 3600:
        return clean_line(f"{seconds // 60}:{seconds % 60:02}")
    return clean_line(f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}")


def length(ms: int) -> SafeText:
    """`30 min`, `4 h`, `1 h 10`, `3 days`."""
    ms = max(0, ms)
    if ms < HOUR_MS:
        return compose("{n} min", n=ms // MINUTE_MS)
    if ms < 2 * DAY_MS:
        minutes = ms % HOUR_MS // MINUTE_MS
        hours = compose("{n} h", n=ms // HOUR_MS)
        return compose("{hours} {rest}", hours=hours, rest=minutes) if minutes and ms < 10 * HOUR_MS else hours
    return compose("{n} days", n=ms // DAY_MS)


def window(ms: int) -> SafeText:
    """`23h50`, `48m`: what is left of a reply window."""
    minutes = max(0, ms) // MINUTE_MS
    return clean_line(f"{minutes // 60}h{minutes % 60:02}" if minutes >= 60 else f"{minutes}m")


def size(count: int) -> SafeText:
    """`240 kB` of a file (1 kB = 1000 bytes, as file managers say it)."""
    if count < 1000:
        return compose("{n} B", n=count)
    for unit, limit in (("kB", 1000**2), ("MB", 1000**3), ("GB", 1000**4)):
        if count < limit or unit == "GB":
            value = count / (limit / 1000)
            return clean_line(f"{value:.1f} {unit}" if value < 10 and unit != "kB" else f"{value:.0f} {unit}")
    raise AssertionError("unreachable")
