"""Working time: days of 23 and 25 hours, nights, holidays, and a wall clock read minute by minute beside it."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_tui.domain.sla.calendars import ALWAYS, NEVER, Calendar, Hours, WorkingTime
from agent_tui.domain.time import HOUR_MS, MINUTE_MS, MS
from tests.domain.sla.cases import DAY, OFFICE, at, wall
from tests.domain.sla.reference import is_open

ZONES = ("Europe/Berlin", "Asia/Jerusalem", "America/Santiago", "Australia/Lord_Howe", "Africa/Cairo", "UTC")
ALL_DAY = ((0, 1440),)
_hours = st.tuples(st.integers(0, 1439), st.integers(1, 1500)).map(lambda pair: (pair[0], min(pair[0] + pair[1], 2880)))
_day = st.lists(_hours, max_size=3).map(tuple)
_dates = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    week = draw(st.tuples(*(_day for _ in range(7))))
    days = draw(st.dictionaries(_dates, _day, max_size=4))
    return Calendar("c", draw(st.sampled_from(ZONES)), week, tuple(days.items()))


_CHANGES = ("2026-03-29", "2026-10-25", "2026-03-27", "2026-04-04", "2026-09-05", "2026-04-24", "2026-12-31")
_instants = st.builds(
    lambda day, minute: at(f"{day} 00:00", "UTC") + minute * MINUTE_MS,
    st.sampled_from(_CHANGES),
    st.integers(-1440, 2880),
)


@settings(max_examples=60, deadline=None)
@given(calendars(), _instants, st.integers(1, 2000))
def test_as_many_minutes_as_are_read_off_the_wall(calendar: Calendar, start: int, minutes: int) -> None:
    hours = WorkingTime(calendar)
    open_ = is_open(calendar, start // MS, start // MS + minutes * 60)
    assert hours.between(start, start + minutes * MINUTE_MS) == sum(open_) * MS
    assert [hours.is_open(start + second * MS) for second in range(0, minutes * 60, 601)] == open_[::601]


@settings(max_examples=150, deadline=None)
@given(calendars(), _instants, st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9))
def test_adding_and_counting_are_one(calendar: Calendar, start: int, one: int, other: int, worked: int) -> None:
    hours = WorkingTime(calendar)
    early, late = sorted((start + one, start + other))
    assert hours.between(start, early) + hours.between(early, late) == hours.between(start, late)
    due = hours.add(start, worked)
    if due < NEVER:
        assert hours.between(start, due) == worked
        assert worked == 0 or hours.between(start, due - 1) == worked - 1
    assert hours.add(hours.add(start, one), other) == hours.add(start, one + other)


@settings(max_examples=60, deadline=None)
@given(calendars(), st.data(), _instants, st.integers(1, 10**9))
def test_an_opening_in_two_parts_is_the_same(calendar: Calendar, data: st.DataObject, start: int, worked: int) -> None:
    def parted(hours: tuple[Hours, ...]) -> tuple[Hours, ...]:
        found: list[Hours] = []
        for begin, end in hours:
            middle = data.draw(st.integers(begin, end))
            found += [part for part in ((begin, middle), (middle, end)) if part[0] < part[1]]
        return tuple(found)

    week = tuple(parted(hours) for hours in calendar.week)
    days = tuple((day, parted(hours)) for day, hours in calendar.days)
    one, two = WorkingTime(calendar), WorkingTime(Calendar("c", calendar.zone, week, days))
    assert one.add(start, worked) == two.add(start, worked)
    assert one.between(start, start + worked) == two.between(start, start + worked)


@pytest.mark.parametrize(("day", "length"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_days_of_23_and_25_hours(day: str, length: int) -> None:
    hours = WorkingTime(Calendar("c", "Europe/Berlin", (ALL_DAY,) * 6 + (((0, 180), (180, 1440)),)))
    start = at(f"{day} 00:00")
    assert hours.between(start, start + length * HOUR_MS) == length * HOUR_MS
    nights = WorkingTime(Calendar("n", "Europe/Berlin", (((22 * 60, 30 * 60),),) * 7))
    evening = start - 2 * HOUR_MS
    assert nights.between(evening, evening + 12 * HOUR_MS) == (length - 24 + 8) * HOUR_MS


def test_what_the_wall_skips_begins_when_it_jumps_and_what_it_repeats_the_first_time() -> None:
    skipped = WorkingTime(Calendar("c", "Europe/Berlin", (((150, 240),),) * 7))
    assert wall(skipped.opens(at("2026-03-29 00:00"))) == "2026-03-29 03:00"
    first_time = at("2026-10-25 02:30")
    assert skipped.opens(at("2026-10-25 00:00")) == first_time
    assert skipped.between(first_time, first_time + 24 * HOUR_MS) == 150 * MINUTE_MS


def test_a_night_shift_is_its_evenings_also_on_a_holiday() -> None:
    night = ((22 * 60, 30 * 60),)
    hours = WorkingTime(Calendar("n", "Europe/Berlin", (night,) * 7, ((date(2026, 12, 25), ()),)))
    assert wall(hours.add(at("2026-12-24 22:00"), 8 * HOUR_MS + 1)) == "2026-12-26 22:00"
    assert hours.is_open(at("2026-12-25 05:59"))
    assert not hours.is_open(at("2026-12-26 05:00"))


def test_a_part_day_has_its_own_hours() -> None:
    eve = Calendar("e", "Europe/Berlin", (DAY,) * 7, ((date(2026, 12, 24), ((540, 720),)),))
    assert wall(WorkingTime(eve).add(at("2026-12-24 11:00"), 2 * HOUR_MS)) == "2026-12-25 10:00"


def test_over_new_year_the_openings_of_two_years_are_one() -> None:
    hours = WorkingTime(Calendar("c", "Asia/Jerusalem", (((8 * 60, 26 * 60),),) * 7))
    start = at("2026-12-31 20:00", "Asia/Jerusalem")
    assert hours.between(start, start + 24 * HOUR_MS) == 18 * HOUR_MS
    assert hours.add(start, 18 * HOUR_MS) == start + 24 * HOUR_MS


def test_what_ends_with_an_opening_is_due_at_its_end() -> None:
    office = WorkingTime(OFFICE)
    assert wall(office.add(at("2026-11-23 12:00"), 30 * MINUTE_MS)) == "2026-11-23 12:30"
    assert wall(office.add(at("2026-11-27 16:00"), HOUR_MS)) == "2026-11-27 17:00"
    assert wall(office.add(at("2026-12-31 16:00"), HOUR_MS)) == "2026-12-31 17:00"  # the last of the year
    assert wall(office.opens(at("2026-12-31 17:00"))) == "2027-01-01 09:00"


def test_a_day_that_a_zone_left_out() -> None:
    hours = WorkingTime(Calendar("c", "Pacific/Apia", (((9 * 60, 17 * 60),),) * 7))
    start = at("2011-12-29 09:00", "Pacific/Apia")
    assert hours.between(start, start + 48 * HOUR_MS) == 16 * HOUR_MS


def test_without_openings_nothing_is_ever_due_and_odd_dates_cost_little() -> None:
    assert WorkingTime(Calendar("c", week=((),) * 7)).add(at("2026-01-01 00:00"), 1) == NEVER
    assert round(datetime(2200, 1, 1, tzinfo=ZoneInfo("UTC")).timestamp() * MS) == NEVER
    hours = WorkingTime(OFFICE)
    assert hours.between(-(10**15), at("1970-01-02 00:00")) == 7 * HOUR_MS
    assert hours.between(NEVER, 10**17) == 0
    assert hours.add(10**17, 5) == NEVER
    assert WorkingTime(ALWAYS).add(5, 7) == 12
