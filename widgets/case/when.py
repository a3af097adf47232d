"""Days, times and sizes in few words: `today`, `12 Nov`, `09:08`, `6:12`, `23h50`, `240 kB`. Pure."""

from __future__ import annotations

from datetime import tzinfo

from agent_tui.domain.text import SafeText, clean_line, compose, fixed, trusted
from agent_tui.domain.text_time import day_and_month, hours_and_minutes, month
from agent_tui.domain.time import DAY_MS, MINUTE_MS, MS, Ms, local_time


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
    if then.year == today.year:
        return day_and_month(then)
    return compose("{day} {year}", day=day_and_month(then), year=then.year)


def full_time(at: Ms, zone: tzinfo) -> SafeText:
    """`12 Nov 2026, 09:08`: for words that leave the house."""
    then = local_time(at, zone)
    return compose("{day} {year}, {time}", day=day_and_month(then), year=then.year, time=clock_time(at, zone))


def short_day(at: Ms, now: Ms, zone: tzinfo) -> SafeText:
    """`12 Nov` always, `Nov 2021` when it is another year; six or eight cells."""
    then, today = local_time(at, zone).date(), local_time(now, zone).date()
    if then.year == today.year:
        return clean_line(f"{then.day:02}") + fixed(" ") + month(then)
    return month(then) + fixed(" ") + clean_line(f"{then.year}")


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


def window(ms: int) -> SafeText:
    """`23h50`, `48m`: what is left of a reply window."""
    minutes = max(0, ms) // MINUTE_MS
    return hours_and_minutes(minutes) if minutes >= 60 else compose("{n}m", n=minutes)


def size(count: int) -> SafeText:
    """`240 kB` of a file (1 kB = 1000 bytes, as file managers say it)."""
    if count < 1000:
        return compose("{n} B", n=count)
    for unit, limit in (("kB", 1000**2), ("MB", 1000**3), ("GB", 1000**4)):
        if count < limit or unit == "GB":
            value = count / (limit / 1000)
            return clean_line(f"{value:.1f} {unit}" if value < 10 and unit != "kB" else f"{value:.0f} {unit}")
    raise AssertionError("unreachable")
