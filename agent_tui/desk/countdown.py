"""The text of clocks and when it next changes; seconds run only for live talk, and only under two minutes."""

from __future__ import annotations

from datetime import tzinfo

from agent_tui.domain.channels import channel
from agent_tui.domain.model import CaseRow
from agent_tui.domain.text import SafeText, clean_line, compose, fixed
from agent_tui.domain.text_time import day_and_month, span, weekday
from agent_tui.domain.time import MINUTE_MS, Ms, local_time

SNOOZED = fixed("II")
"""What stands before the time at which a snoozed case wakes, and before that of a clock that rests."""


def text_of(row: CaseRow, now: Ms, tz: tzinfo) -> SafeText:
    """The time column of a row: `12m`, `0:48`, `-3m!` when late, `1h10`, `3d`, `II 11:00` snoozed, `~28m` estimated;
    without a clock, how long ago the last word was; for a call, how long it rings or lasts."""
    if row.stage == "later" and (row.call is None or row.call.state != "ringing"):
        return _snoozed(row.snoozed, now, tz)
    return _text(row, now)


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
        unit = span(left, live).unit
        return clock.due - left // unit * unit + 1
    return _next_of_elapsed(clock.due, now, live)


def _text(row: CaseRow, now: Ms) -> SafeText:
    call = row.call
    if call is not None and call.state in ("ringing", "active", "held"):
        return span(now - _call_since(row), True).text
    clock = row.clock
    if clock is None or clock.state == "met":
        return span(now - row.last_at).text if row.last_at else fixed("")
    mark = fixed("~") if clock.estimated else fixed("")
    if clock.state == "paused":
        return SNOOZED + fixed(" ") + mark + span(abs(clock.due - clock.since)).text
    left = clock.due - now
    if left >= 0:
        return compose("{mark}{left}", mark=mark, left=span(left, _live(row)).text)
    late = compose("{n}m", n=1) if not _live(row) and -left < MINUTE_MS else span(-left, _live(row)).text
    return compose("{mark}-{late}!", mark=mark, late=late)


def _live(row: CaseRow) -> bool:
    clock = row.clock
    return (clock is not None and clock.metric == "call") or channel(row.channel).kind in ("live", "voice")


def _call_since(row: CaseRow) -> Ms:
    call = row.call
    assert call is not None
    return call.answered if call.answered is not None and call.state != "ringing" else call.since


def _next_of_elapsed(since: Ms, now: Ms, live: bool) -> Ms:
    gone = max(0, now - since)
    unit = span(gone, live).unit
    return since + (gone // unit + 1) * unit


def _snoozed(until: Ms | None, now: Ms, tz: tzinfo) -> SafeText:
    if not until:
        return SNOOZED
    then, today = local_time(until, tz), local_time(now, tz)
    days = (then.date() - today.date()).days
    if days <= 0:
        return SNOOZED + fixed(" ") + clean_line(f"{then:%H:%M}")
    return SNOOZED + fixed(" ") + (weekday(then) if days < 7 else day_and_month(then))
