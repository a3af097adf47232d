"""Each clock explains itself in one sentence."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from agent_tui.domain.language import spoken
from agent_tui.domain.sla.calendars import ALWAYS, NEVER, Calendar
from agent_tui.domain.sla.clocks import SlaClock
from agent_tui.domain.sla.course import Stretch
from agent_tui.domain.text_clocks import hours, length, reason
from agent_tui.domain.time import DAY_MS, HOUR_MS, MINUTE_MS, MS
from agent_tui.language.catalogue import language_named
from tests.domain.sla.cases import BERLIN, DAY, OFFICE, at

WEEK = Calendar("office", BERLIN, (((540, 1020),),) * 4 + (((540, 750),), (), ()))
T = at("2026-11-23 11:30")
FIRST = SlaClock("first-response", T, 30 * MINUTE_MS, 0, T + 30 * MINUTE_MS, "running", "p", "office")


def said(clock: SlaClock, calendar: Calendar = WEEK) -> str:
    return reason(clock, calendar).drawn()


def test_what_is_promised_when_it_counts_and_when_it_is_due() -> None:
    assert said(FIRST) == (
        "first response, 30 min, office: Mon-Thu 09:00-17:00, Fri 09:00-12:30; since 23 Nov 11:30; due 12:00"
    )
    assert said(FIRST, ALWAYS).startswith("first response, 30 min, every hour counts; since 23 Nov 10:30; due 11:00")
    assert "since 23 Nov 05:30; due 06:00" in reason(FIRST, ALWAYS, ZoneInfo("America/New_York"))
    assert said(replace(FIRST, due=NEVER)).endswith("due never")


def test_pauses_have_their_status() -> None:
    one = Stretch(at("2026-11-23 12:10"), at("2026-11-23 12:40"), "pending")
    night = Stretch(at("2026-11-23 16:00"), at("2026-11-24 09:30"), "supplier")
    assert said(replace(FIRST, pauses=(one, night))).split("; ")[2:4] == [
        "paused 12:10-12:40 (pending)",
        "paused 16:00 to 24 Nov 09:30 (supplier)",
    ]
    day_after = Stretch(at("2026-11-24 10:00"), at("2026-11-24 10:10:05"), "pending")
    assert "; paused 24 Nov 10:00-10:10:05 (pending);" in said(replace(FIRST, pauses=(day_after,)))
    going = replace(FIRST, state="paused", due=None, used=20 * MINUTE_MS, pauses=(Stretch(T, None, "on-hold"),))
    assert said(going).endswith("paused since 11:30 (on hold); 10 min left once it goes on")
    assert "2 earlier pauses; paused" in said(replace(FIRST, pauses=(one,) * 5))
    assert "1 earlier pause; paused" in said(replace(FIRST, pauses=(one,) * 4))


def test_how_it_ended_and_how_late() -> None:
    ended = replace(FIRST, state="breached", used=31 * MINUTE_MS, ended=T + 31 * MINUTE_MS + 5 * MS, by="answered")
    assert said(ended).endswith("; answered 12:01:05; late since 12:00, by 1 min")
    later = replace(FIRST, state="met", ended=T + DAY_MS, by="resolved")
    assert said(later).endswith("; resolved 24 Nov 11:30")
    endings = {
        reason(replace(later, by=by), WEEK).split("; ")[-1].partition(" 24 Nov")[0]
        for by in ("handed-on", "told", "called-back", "hung-up", "asked-back", "newer-word", "merged", "policy")
    }
    assert len(endings) == 8
    assert said(replace(FIRST, metric="ownership", key="billing")).split("; ")[1] == "team billing"
    assert "call back, by the end of the next working day; since" in said(
        replace(FIRST, metric="call-back", next_day=True)
    )


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "0 s"),
        (20 * MS, "20 s"),
        (MINUTE_MS - 1, "59 s"),
        (90 * MINUTE_MS, "1 h 30"),
        (65 * MINUTE_MS, "1 h 05"),
        (40 * HOUR_MS, "40 h"),
    ],
)
def test_lengths_of_working_time_know_no_days(ms: int, text: str) -> None:
    assert length(ms) == text


def test_calendars_in_words() -> None:
    assert hours(OFFICE) == "office: Mon-Fri 09:00-12:30, 13:30-17:00"
    night = Calendar("night", week=((), (), ((1320, 1800),), (), (), DAY, DAY))
    assert hours(night) == "night: Wed 22:00-06:00, Sat-Sun 09:00-12:30, 13:30-17:00"
    assert hours(Calendar("c", days=((OFFICE.days[0][0], ()),))) == "c: every day but holidays"
    assert hours(Calendar("all", week=(((0, 1440),),) * 6 + ((),))) == "all: Mon-Sat 00:00-24:00"


def test_in_hebrew() -> None:
    with spoken(language_named("he", {})):
        told = reason(FIRST, WEEK).drawn()
    assert told.startswith("מענה ראשון, 30 דק׳, office: ")
    assert "המועד 12:00" in told


def test_a_hostile_name_steers_nothing() -> None:
    sly = "a\x1b[2J\u202eb"
    told = reason(replace(FIRST, metric="ownership", key=sly, pauses=(Stretch(T, None, sly),)), replace(WEEK, id=sly))
    assert not {"\x1b", "\u202e"} & set(told)


def test_where_work_begins_on_sundays_so_does_the_week() -> None:
    day = ((540, 1020),)
    shop = Calendar("shop", BERLIN, ((day,) * 4 + (((540, 750),), (), day)))
    assert "shop: Sun-Thu 09:00-17:00, Fri 09:00-12:30;" in said(FIRST, shop)
