"""Reading a time as an agent writes it: `30m`, `2h`, `1h30`, `3d`, `11:00`, `tomorrow 9`, `sun 14:30`, `reply`."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo

from agent_tui.commands.command import CommandError
from agent_tui.domain.text import SafeText, clean_line, compose, marked, trusted
from agent_tui.domain.text_time import day_and_month, weekday
from agent_tui.domain.time import MS, Ms, local_time

NEXT_REPLY: Ms = 0
"""What `reply` means to the snooze order: until the customer's next word."""

MORNING = 9
"""The hour of a day that is named without one."""

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LENGTH = re.compile(r"(?:(\d{1,3})w)?(?:(\d{1,3})d)?(?:(\d{1,3})h)?(?:(\d{1,4})m?)?", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?", re.ASCII)
_EXPECTED = marked("write 30m, 2h, 11:00, tomorrow 9, sun or reply")


def parse_when(words: str, now: Ms, zone: tzinfo) -> Ms:
    """The instant meant, always after `now`; NEXT_REPLY for `reply`. Days begin in `zone`.

    Raises CommandError saying what can be written.
    """
    text = words.strip().lower()
    if text in ("reply", "next reply", "answer"):
        return NEXT_REPLY
    here = local_time(now, zone)
    first, _, rest = text.partition(" ")
    if first in ("tomorrow", "tom") or (first[:3] in _DAYS and (first == first[:3] or first.endswith("day"))):
        days = 1 if first.startswith("tom") else (_DAYS.index(first[:3]) - here.weekday() - 1) % 7 + 1
        hour, minute = _clock(rest, words) if rest else (MORNING, 0)
        return _instant((here + timedelta(days=days)).replace(hour=hour, minute=minute, second=0, microsecond=0))
    if ":" in text:
        hour, minute = _clock(text, words)
        then = here.replace(hour=hour, minute=minute, second=0, microsecond=0)
        return _instant(then if _instant(then) > now else then + timedelta(days=1))
    length = _LENGTH.fullmatch(text)
    if text and length and not text.isdigit():
        weeks, days, hours, minutes = (int(number or 0) for number in length.groups())
        total = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)
        if total > timedelta(0):
            return now + int(total.total_seconds()) * MS
    raise _error(words)


def say_when(instant: Ms, now: Ms, zone: tzinfo) -> SafeText:
    """An instant in few words: `11:00`, `tomorrow 09:00`, `Sun 14:30`, `3 Dec 09:00`, or for NEXT_REPLY the words."""
    if instant == NEXT_REPLY:
        return trusted("the next reply")
    here, then = local_time(now, zone), local_time(instant, zone)
    days = (then.date() - here.date()).days
    time = clean_line(f"{then:%H:%M}")
    if days == 0:
        return time
    if days == 1:
        return compose("tomorrow {time}", time=time)
    day = weekday(then) if days < 7 else day_and_month(then)
    return compose("{day} {time}", day=day, time=time)


def _clock(text: str, words: str) -> tuple[int, int]:
    found = _CLOCK.fullmatch(text.strip())
    if found is None or int(found[1]) > 23 or int(found[2] or 0) > 59:
        raise _error(words)
    return int(found[1]), int(found[2] or 0)


def _instant(then: datetime) -> Ms:
    return int(then.timestamp() * MS)


def _error(words: str) -> CommandError:
    return CommandError(compose('"{words}" is no time: {expected}', words=clean_line(words), expected=_EXPECTED.text))
