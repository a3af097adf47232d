"""The clocks that a server tells of a case, each as a person reads it: how it stands, and why in one sentence."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo
from typing import Final, get_args
from zoneinfo import ZoneInfo

from agent_tui.domain.case_clocks import CaseClock, Hours
from agent_tui.domain.sla.calendars import ALWAYS, Calendar
from agent_tui.domain.sla.clocks import SlaClock, SlaState
from agent_tui.domain.sla.course import Stretch
from agent_tui.domain.sla.episodes import Ending
from agent_tui.domain.sla.policies import METRICS, SlaMetric
from agent_tui.domain.text_clean import clean_line
from agent_tui.domain.text_clocks import length, reason
from agent_tui.domain.text_safe import SafeText, compose, listed, trusted
from agent_tui.domain.time import MINUTE_MS, MS, Ms, local_time

_RINGING: Final = frozenset({"pickup", "notice"})
_VOICE: Final = frozenset({"pickup", "notice", "call-back"})
_ENDINGS: Final[tuple[Ending, ...]] = get_args(Ending)
_STATES: Final[tuple[SlaState, ...]] = get_args(SlaState)


def by_urgency(clocks: Iterable[CaseClock]) -> list[CaseClock]:
    """The one that the row shows first (`sla.changes.foremost`): of those that go on a ringing call's before all, then
    what is due first, what rests for an unknown time last; then those that have ended, the newest first."""

    def place(clock: CaseClock) -> tuple[bool, bool, bool, Ms, Ms]:
        if clock.ended is not None:
            return True, False, False, -clock.ended, -clock.started
        left = clock.due if clock.due is not None else clock.within - clock.used
        return False, clock.metric not in _RINGING, clock.due is None, left, clock.started

    return sorted(clocks, key=place)


def standing(clock: CaseClock) -> SafeText:
    """How it stands, in few cells: `12 min left`, `late 3 min`, `II 12 min left`."""
    left = clock.within - clock.used
    if clock.state == "breached":
        late = length(max(0, -left))
        return (
            compose("late {length}", length=late) if clock.ended is None else compose("was late {length}", length=late)
        )
    if clock.ended is not None:
        return trusted("in time") if clock.state == "met" else trusted("ended", "clock")
    words = compose("{length} left", length=length(max(0, left)))
    return compose("II {words}", words=words) if clock.state == "paused" else words


def sentence(clock: CaseClock, here: tzinfo, now: Ms) -> SafeText:
    """Why it stands there, and by which policy. Its times are those of its calendar, which are named where the clock on
    the wall `here` shows others; seconds are told of calls only."""
    metric = known_metric(clock)
    calendar = _calendar(clock.hours)
    zone = here if clock.hours.always else _zone(clock.hours.zone)
    policy = compose("policy {name}", name=clean_line(clock.policy))
    if metric is None:
        parts = [clean_line(clock.metric), policy]
    else:
        parts = [reason(_clock(clock, metric), calendar, zone, local_time(now, zone).date()), policy]
    if local_time(clock.started, zone).utcoffset() != local_time(clock.started, here).utcoffset():
        parts.append(compose("times of {zone}", zone=clean_line(clock.hours.zone)))
    return listed("; ", parts)


def known_metric(clock: CaseClock) -> SlaMetric | None:
    """What it counts; None for what this desk has never heard of."""
    return next((metric for metric in METRICS if metric == clock.metric), None)


def _clock(clock: CaseClock, metric: SlaMetric) -> SlaClock:
    unit = MS if metric in _VOICE else MINUTE_MS

    def whole(at: Ms) -> Ms:
        return at // unit * unit

    pauses = tuple(
        Stretch(whole(pause.start), whole(pause.end) if pause.end is not None else None, pause.status)
        for pause in clock.pauses
    )
    due = whole(clock.due) if clock.due is not None else None
    ended = whole(clock.ended) if clock.ended is not None else None
    state: SlaState = next((state for state in _STATES if state == clock.state), "ended")
    by: Ending = next((by for by in _ENDINGS if by == clock.by), "")
    return SlaClock(
        metric, whole(clock.started), clock.within, clock.used, due, state, clock.policy, clock.hours.calendar,
        clock.key, ended, by, pauses, clock.version, clock.percent, clock.next_day,
    )  # fmt: skip


def _calendar(hours: Hours) -> Calendar:
    if hours.always:
        return ALWAYS
    week = (*hours.week, *((),) * 7)[:7]
    return Calendar(hours.calendar, _zone(hours.zone).key, week)


def _zone(name: str) -> ZoneInfo:
    """UTC for a name that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
