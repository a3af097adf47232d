"""The text of clocks and when it next changes; seconds run only for live talk, and only under two minutes."""

from __future__ import annotations

from datetime import tzinfo
from typing import NamedTuple

from agent_tui.domain.channels import channel
from agent_tui.domain.model import CaseRow
from agent_tui.domain.text import SafeText, clean_line
from agent_tui.domain.time import DAY_MS, HOUR_MS, MINUTE_MS, MS, Ms, local_time

SECONDS_UNDER_MS = 2 * MINUTE_MS
HOURS_WITH_MINUTES_UNDER_MS = 10 * HOUR_MS
DAYS_FROM_MS = 2 * DAY_MS


class _Span(NamedTuple):
    """A length as words; `unit`: the words stay the same within one multiple of it."""

    text: str
    unit: int


def text_of(row: CaseRow, now: Ms, tz: tzinfo) -> SafeText:
    """The time column of a row: `12m`, `0:48`, `-3m!` when late, `1h10`, `3d`, `II 11:00` snoozed, `~28m` estimated;
    without a clock, how long ago the last word was; for a call, how long it rings or lasts."""
    if row.stage == "later" and (row.call is None or row.call.state != "ringing"):
        return clean_line(_snoozed(row.snoozed, now, tz))
    return clean_line(_text(row, now))


def is_late(row: CaseRow, now: Ms) -> bool:
    """The row's clock has run out."""
    clock = row.clock
    return clock is not None and clock.state in ("running", "breached") and now > clock.due


def next_step(row: CaseRow, now: Ms) -> Ms | None:
    """When `text_of` next changes; None: not by time alone. A snoozed row changes at the instant it wakes."""
    if row.stage == "later" and (row.call is None or row.call.state != "ringing"):
        return row.snoozed if row.snoozed and row.snoozed > now else None
    live = _live(row)
    call = row.call
    if call is not None and call.state in ("ringing", "active", "held"):
        return _next_of_elapsed(_call_since(row), now, True)
    clock = row.clock
    if clock is None or clock.state == "met":
        return _next_of_elapsed(row.last_at, now, False) if row.last_at else None
    if clock.state == "paused":
        return None
    left = clock.due - now
    if left >= 0:
        unit = _span(left, live).unit
        return clock.due - left // unit * unit + 1
    return _next_of_elapsed(clock.due, now, live)


def _text(row: CaseRow, now: Ms) -> str:
    call = row.call
    if call is not None and call.state in ("ringing", "active", "held"):
        return _span(now - _call_since(row), True).text
    clock = row.clock
    if clock is None or clock.state == "met":
        return _span(now - row.last_at, False).text if row.last_at else ""
    mark = "~" if clock.estimated else ""
    if clock.state == "paused":
        return f"II {mark}{_span(abs(clock.due - clock.since), False).text}"
    left = clock.due - now
    if left >= 0:
        return mark + _span(left, _live(row)).text
    late = _span(-left, _live(row)).text
    return f"{mark}-{'1m' if late == '<1m' else late}!"


def _live(row: CaseRow) -> bool:
    clock = row.clock
    return (clock is not None and clock.metric == "call") or channel(row.channel).kind in ("live", "voice")


def _call_since(row: CaseRow) -> Ms:
    call = row.call
    assert call is not None
    return call.answered if call.answered is not None and call.state != "ringing" else call.since


def _next_of_elapsed(since: Ms, now: Ms, live: bool) -> Ms:
    gone = max(0, now - since)
    unit = _span(gone, live).unit
    return since + (gone // unit + 1) * unit


def _span(length: int, live: bool) -> _Span:
    """A length in ms, rounded down to what is shown."""
    length = max(0, length)
    if live and length < SECONDS_UNDER_MS:
        seconds = length // MS
        return _Span(f"{seconds // 60}:{seconds % 60:02}", MS)
    if length < MINUTE_MS:
        return _Span("<1m", MINUTE_MS)
    if length < HOUR_MS:
        return _Span(f"{length // MINUTE_MS}m", MINUTE_MS)
    if length < HOURS_WITH_MINUTES_UNDER_MS:
        minutes = length // MINUTE_MS
        return _Span(f"{minutes // 60}h{minutes % 60:02}", MINUTE_MS)
    if length < DAYS_FROM_MS:
        return _Span(f"{length // HOUR_MS}h", HOUR_MS)
    return _Span(f"{length // DAY_MS}d", DAY_MS)


def _snoozed(until: Ms | None, now: Ms, tz: tzinfo) -> str:
    if not until:
        return "II"
    then, today = local_time(until, tz), local_time(now, tz)
    days = (then.date() - today.date()).days
    if days <= 0:
        return f"II {then:%H:%M}"
    if days < 7:
        return f"II {_WEEKDAYS[then.weekday()]}"
    return f"II {then.day} {_MONTHS[then.month - 1]}"


_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
