"""How times are written in sla.toml: lengths (`1h30m`), hours of a day (`09:00-17:00`), days of the week, warnings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import AfterValidator

from agent_tui.config.problems import Wrong
from agent_tui.domain.sla.calendars import DAY_MINUTES, Hours
from agent_tui.domain.sla.policies import Warn
from agent_tui.domain.time import HOUR_MS, MINUTE_MS, MS

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_UNITS: Final = {"h": HOUR_MS, "m": MINUTE_MS, "s": MS}
_LENGTH: Final = re.compile(r"(?:(\d{1,5})h)?(?:(\d{1,5})m)?(?:(\d{1,5})s)?")
_CLOCK: Final = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")


def length_ms(text: str) -> int:
    """`30m`, `1h30m`, `20s` in ms. Raises Wrong; days are refused, since a working day has no fixed length."""
    found = _LENGTH.fullmatch(text)
    total = sum(int(n) * _UNITS[unit] for n, unit in zip(found.groups(), "hms", strict=True) if n) if found else 0
    if not total:
        expected = "hours, minutes and seconds, such as 30m, 1h30m or 20s"
        what = "days are not counted" if re.fullmatch(r"\d+d", text) else "not a length of time"
        raise Wrong(what, expected)
    return total


def _length(text: str) -> str:
    length_ms(text)
    return text


Length = Annotated[str, AfterValidator(_length)]
"""A length of time as it is written."""


def hours_of(text: str) -> Hours:
    """`09:00-17:00`, `22:00-06:00` (over midnight) or `00:00-24:00`. Raises Wrong."""
    begin_text, dash, end_text = text.replace(" ", "").partition("-")
    begin, end = _minute(begin_text), _minute(end_text)
    if not dash or begin is None or end is None or begin == end or begin >= DAY_MINUTES:
        raise Wrong("not hours of a day", "a begin and an end such as 09:00-17:00, or 22:00-06:00 over midnight")
    return (begin, end) if end > begin else (begin, end + DAY_MINUTES)


def minute_of(text: str) -> int:
    """`13:00` as minutes from midnight. Raises Wrong."""
    minute = _minute(text)
    if minute is None:
        raise Wrong("not a time of day", "a time such as 13:00")
    return minute


def _minute(text: str) -> int | None:
    found = _CLOCK.fullmatch(text)
    minute = int(found[1]) * 60 + int(found[2]) if found else DAY_MINUTES + 1
    return minute if minute <= DAY_MINUTES else None


def days_of(text: str) -> tuple[int, ...]:
    """`mon`, `sun-thu` or `mon, wed` as places in the week from Monday on. Raises Wrong."""
    found: list[int] = []
    for part in text.lower().replace(" ", "").split(","):
        first, dash, last = part.partition("-")
        if first not in DAYS or (dash and last not in DAYS):
            raise Wrong("not days of the week", "mon, tue, wed, thu, fri, sat, sun, or a range such as sun-thu")
        begin = DAYS.index(first)
        count = (DAYS.index(last) - begin) % 7 + 1 if dash else 1
        found += [(begin + more) % 7 for more in range(count)]
    return tuple(found)


def week_of(hours: Mapping[str, tuple[str, ...]]) -> tuple[tuple[Hours, ...], ...]:
    """The openings of each day from Monday on. Raises Wrong for a day that is named twice and a week without any."""
    week: list[tuple[Hours, ...] | None] = [None] * 7
    for days, written in hours.items():
        openings = tuple(sorted(map(hours_of, written)))
        for day in days_of(days):
            if week[day] is not None:
                raise Wrong(f"{DAYS[day]} has hours twice", "each day once")
            week[day] = openings
    if not any(week):
        raise Wrong("a week without hours", "hours on one day at least")
    return tuple(openings or () for openings in week)


def warn_of(text: str) -> Warn:
    """`75%` of the target used, or `5m` left of it. Raises Wrong."""
    if re.fullmatch(r"[1-9]\d?%", text):
        return Warn(percent=int(text[:-1]))
    try:
        return Warn(left_ms=length_ms(text))
    except Wrong:
        raise Wrong("not a warning", "a share of the target such as 75%, or what is left of it such as 5m") from None


def step_time_of(text: str) -> tuple[Warn | None, int]:
    """When a step is due: at a warning (`90%`, `5m` left), `late`, or `late 10m`: by so much (ms). Raises Wrong."""
    word, _, by = text.partition(" ")
    if word != "late":
        return warn_of(text), 0
    return None, length_ms(by) if by else 0


def _step_time(text: str) -> str:
    try:
        step_time_of(text)
    except Wrong:
        raise Wrong("not a time of a clock", "90%, 5m (left), late, or late 10m") from None
    return text


StepAt = Annotated[str, AfterValidator(_step_time)]
"""When a step is due, as it is written."""


def _warn(text: str) -> str:
    warn_of(text)
    return text


WarnAt = Annotated[str, AfterValidator(_warn)]
"""When to warn, as it is written."""
