"""When a place works, and counting in its working time.

Hours belong to the day on which they begin: a night shift of Thursday is Thursday's, also after midnight, and a holiday
takes away the shifts that begin on it. A time of day means the first instant at which the clock on the wall there shows
it or a later one: what DST leaves out begins when the hour is skipped, what it repeats begins the first time. So the
end of one opening and the begin of the next are one instant on every day, of 23, 24 or 25 hours.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from agent_tui.domain.frozen import frozen
from agent_tui.domain.time import DAY_MS, MINUTE_MS, MS, Ms

DAY_MINUTES: Final = 24 * 60
FIRST_YEAR, LAST_YEAR = 1970, 2199
"""Nothing is open outside of these years, so that an odd date of a channel costs nothing."""
NEVER: Final[Ms] = 7_258_118_400_000
"""2200-01-01 UTC: due when working time ends before a target does."""

Hours = tuple[int, int]
"""An opening: minutes from midnight of its day to its end, which is over 1440 when it goes on after midnight."""


@frozen
class Calendar:
    """When a place works. `zone`: IANA name; `week`: the openings of each day from Monday on; `days`: those of single
    days in place of the week's, none on a holiday, fewer on its eve."""

    id: str
    zone: str = "UTC"
    week: tuple[tuple[Hours, ...], ...] = (((0, DAY_MINUTES),),) * 7
    days: tuple[tuple[date, tuple[Hours, ...]], ...] = ()

    @property
    def always(self) -> bool:
        """Whether it never closes."""
        return not self.days and all(hours == ((0, DAY_MINUTES),) for hours in self.week)


ALWAYS: Final = Calendar("always")


class WorkingTime:
    """Counts in a calendar. It remembers the years it has laid out: half a millisecond each at first, then a question
    takes a microsecond or two."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._always = calendar.always
        self._zone = ZoneInfo(calendar.zone)
        self._days = {day.toordinal(): hours for day, hours in calendar.days}
        self._years: dict[int, _Year] = {}
        self._last = _Year(0, 0, [])

    def between(self, start: Ms, end: Ms) -> int:
        """Working ms from `start` to `end`; 0 when it is not later."""
        if end <= start:
            return 0
        if self._always:
            return end - start
        year = self._year_of(start)
        if end < year.end:
            return year.worked(end) - year.worked(start)
        worked = -year.worked(start)
        while end >= year.end and year.end < NEVER:
            worked += year.total
            year = self._year_of(year.end)
        return worked + year.worked(end)

    def add(self, start: Ms, working_ms: int) -> Ms:
        """The first instant by which `working_ms` were worked since `start`: the end of an opening where they end with
        it, `NEVER` where there is no such instant."""
        if working_ms <= 0:
            return start
        if self._always:
            return start + working_ms
        year = self._year_of(start)
        wanted = year.worked(start) + working_ms
        while wanted > year.total:
            if year.end >= NEVER:
                return NEVER
            wanted -= year.total
            year = self._year_of(year.end)
        return year.when(wanted)

    def is_open(self, at: Ms) -> bool:
        """Whether the instant is working time."""
        return self._always or self._year_of(at).is_open(at)

    def opens(self, at: Ms) -> Ms:
        """The first working instant from `at` on; `NEVER` where there is none."""
        return at if self.is_open(at) else self.add(at, 1) - 1

    def next_day_if_late(self, at: Ms, least_ms: int) -> Ms | None:
        """The closing of the next day with openings, where less than `least_ms` are left at `at` until the closing of
        its own; None where enough are left."""
        local = datetime.fromtimestamp(at / MS, self._zone)
        today = local.toordinal()
        if (close := self._closing(today)) is not None and close - at >= least_ms:
            return None
        later = (self._closing(day) for day in range(today + 1, today + 2 * 366))
        return next((close for close in later if close is not None), NEVER)

    def _closing(self, day: int) -> Ms | None:
        hours = self._hours(day)
        return self._instant(day, max(end for _, end in hours)) if hours else None

    def _hours(self, day: int) -> tuple[Hours, ...]:
        found = self._days.get(day)
        return found if found is not None else self.calendar.week[(day - 1) % 7]

    def _year_of(self, at: Ms) -> _Year:
        """The year that holds `at`; the first or the last one for what lies outside."""
        last = self._last
        if last.begin <= at < last.end:
            return last
        number = datetime.fromtimestamp(min(max(at, 0), NEVER - 1) / MS, self._zone).year
        year = self._laid_out(min(max(number, FIRST_YEAR), LAST_YEAR))
        while at >= year.end and year.end < NEVER:  # an hour that is repeated at New Year
            year = self._laid_out(year.number + 1)
        self._last = year
        return year

    def _laid_out(self, number: int) -> _Year:
        year = self._years.get(number)
        if year is None:
            first, after = date(number, 1, 1).toordinal(), date(number + 1, 1, 1).toordinal()
            begin = self._instant(first, 0)
            end = self._instant(after, 0) if number < LAST_YEAR else NEVER
            year = self._years[number] = _Year(
                begin, end, _merged(self._openings(first - 2, after), begin, end), number
            )
        return year

    def _openings(self, first: int, after: int) -> Iterator[tuple[Ms, Ms]]:
        offsets = [self._zone.utcoffset(datetime.fromordinal(day)) for day in range(first, after + 2)]
        for index, day in enumerate(range(first, after)):
            hours = self._hours(day)
            if not hours:
                continue
            offset = offsets[index]
            if offset is not None and offset == offsets[index + 1] == offsets[index + 2]:
                midnight = (day - _EPOCH) * DAY_MS - offset // _ONE_MS
                yield from ((midnight + begin * MINUTE_MS, midnight + end * MINUTE_MS) for begin, end in hours)
            else:
                yield from ((self._instant(day, begin), self._instant(day, end)) for begin, end in hours)

    def _instant(self, day: int, minute: int) -> Ms:
        """The first instant at which the wall shows that time or a later one."""
        wall = datetime.fromordinal(day) + timedelta(minutes=minute)
        before = self._zone.utcoffset(wall) or timedelta()
        after = self._zone.utcoffset(wall.replace(fold=1)) or timedelta()
        naive = (wall - _START) // _ONE_MS
        if before >= after:
            return naive - before // _ONE_MS
        # the wall never shows it: the instant of the jump, which lies between what the two offsets make of it
        low, high = naive - after // _ONE_MS, naive - before // _ONE_MS
        while high - low > 1:
            middle = (low + high) // 2
            if datetime.fromtimestamp(middle / MS, self._zone).utcoffset() == before:
                low = middle
            else:
                high = middle
        return high


class _Year:
    """The openings of one year, none touching another, and what was worked before each."""

    __slots__ = ("_before", "_ends", "_starts", "begin", "end", "number", "total")

    def __init__(self, begin: Ms, end: Ms, openings: list[tuple[Ms, Ms]], number: int = 0) -> None:
        self.begin, self.end, self.number = begin, end, number
        self._starts = [opening[0] for opening in openings]
        self._ends = [opening[1] for opening in openings]
        self._before = [0]
        for start, stop in openings:
            self._before.append(self._before[-1] + stop - start)
        self.total = self._before[-1]

    def worked(self, at: Ms) -> int:
        index = bisect_right(self._starts, at) - 1
        if index < 0:
            return 0
        end = self._ends[index]
        return self._before[index] + (at if at < end else end) - self._starts[index]

    def when(self, worked: int) -> Ms:
        """The first instant by which so much was worked; more than 0, at most `total`."""
        index = bisect_left(self._before, worked) - 1
        return self._starts[index] + worked - self._before[index]

    def is_open(self, at: Ms) -> bool:
        index = bisect_right(self._starts, at) - 1
        return index >= 0 and at < self._ends[index]


def _merged(openings: Iterator[tuple[Ms, Ms]], begin: Ms, end: Ms) -> list[tuple[Ms, Ms]]:
    """As one list without overlaps, within the year."""
    merged: list[tuple[Ms, Ms]] = []
    for start, stop in sorted(openings):
        start, stop = max(start, begin), min(stop, end)
        if start >= stop:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], stop))
        else:
            merged.append((start, stop))
    return merged


_START: Final = datetime(1970, 1, 1)
_EPOCH: Final = _START.toordinal()
_ONE_MS: Final = timedelta(milliseconds=1)
