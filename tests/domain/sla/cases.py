"""Rules and facts for tests, written the way a worked example is told."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from agent_tui.domain.sla.calendars import Calendar, WorkingTime
from agent_tui.domain.sla.clocks import SlaClock, clocks
from agent_tui.domain.sla.facts import Fact
from agent_tui.domain.sla.policies import Policy, Rulebook, Rules, SlaMetric, Target
from agent_tui.domain.time import MINUTE_MS, MS, Ms

BERLIN = "Europe/Berlin"
DAY = ((9 * 60, 12 * 60 + 30), (13 * 60 + 30, 17 * 60))
OFFICE = Calendar("office", BERLIN, (DAY,) * 5 + ((), ()), ((date(2026, 12, 25), ()),))
"""Mon-Fri 09:00-12:30 and 13:30-17:00; Friday 2026-12-25 is a holiday."""
MIN = MINUTE_MS


def at(text: str, zone: str = BERLIN) -> Ms:
    """`2026-12-24 16:30` on the wall there."""
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * MS)


def wall(instant: Ms, zone: str = BERLIN) -> str:
    """As `at` reads it."""
    return datetime.fromtimestamp(instant / MS, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def target(metric: SlaMetric, minutes: float, **more: Any) -> Target:
    return Target(metric, round(minutes * MINUTE_MS), **more)


def book(*targets: Target, calendar: Calendar | None = None, **more: Any) -> Rulebook:
    """A rulebook of one policy, in a calendar or round the clock."""
    policy = Policy("p", targets=targets, calendar=calendar.id if calendar else "", **more)
    calendars = {calendar.id: WorkingTime(calendar)} if calendar else {}
    return Rulebook.only(Rules("1", (policy,), calendars))


def clock(facts: list[Fact], rulebook: Rulebook, now: Ms) -> SlaClock:
    """The only clock there is."""
    (one,) = clocks(facts, rulebook, now)
    return one


def told(one: SlaClock) -> tuple[str, str, str]:
    """Metric, state, due."""
    return one.metric, one.state, wall(one.due) if one.due is not None else ""
