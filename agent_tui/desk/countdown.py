"""The text and the look of clocks, and when they next change; seconds run only for live talk, under two minutes."""

from __future__ import annotations

from datetime import tzinfo

from agent_tui.domain.channels import channel
from agent_tui.domain.model import CaseRow, Clock
from agent_tui.domain.text import SafeText, clean_line, compose, fixed
from agent_tui.domain.text_cells import cell_width
from agent_tui.domain.text_time import day_and_month, span, weekday
from agent_tui.domain.time import MINUTE_MS, Ms, local_time

SNOOZED = fixed("II")
"""What stands before the time at which a snoozed case wakes, and before what is left of a clock that rests."""
CELLS = 7
"""All that the time column has."""
SOON_MS = 2 * MINUTE_MS
"""How long before it is due a clock is nearly due, where its server does not say."""


def text_of(row: CaseRow, now: Ms, tz: tzinfo) -> SafeText:
    """The time column of a row: `12m`, `0:48`, `-3m!` when late, `1h10`, `3d`, `II 12m` while the clock rests,
    `II 11:00` snoozed, `~28m` estimated; without a clock, how long ago the last word was; for a call, how long it
    lasts, or rings where a policy promises its caller nothing."""
    if is_snoozed(row) and not is_soon(row, now):
        return _snoozed(row.snoozed, now, tz)
    return _text(row, now)


def is_snoozed(row: CaseRow) -> bool:
    """The row sleeps, and nobody calls."""
    return row.stage == "later" and (row.call is None or row.call.state != "ringing")


def counted(row: CaseRow) -> Clock | None:
    """The clock that the row's time column counts, None where that says something else."""
    clock = row.clock
    if clock is None or clock.state == "met" or _is_timed(row):
        return None
    if is_snoozed(row):  # a promise that does not sleep with it is seen before it is broken
        return clock if clock.warn and clock.state != "paused" else None
    return clock


def to_caller(clock: Clock | None) -> bool:
    """A policy promises it to a caller who waits; the channel's own tempo, which warns of nothing, is no promise."""
    return clock is not None and clock.warn > 0 and clock.metric in ("call", "notice")


def is_late(row: CaseRow, now: Ms) -> bool:
    """The row's clock has run out."""
    clock = row.clock
    return clock is not None and clock.state in ("running", "breached") and now > clock.due


def is_soon(row: CaseRow, now: Ms) -> bool:
    """The row's clock is nearly due, or late."""
    clock = counted(row)
    return clock is not None and clock.state != "paused" and now >= _soon_from(clock)


def rank(clock: Clock) -> tuple[bool, bool, Ms]:
    """Of several clocks the least is the one that matters now: of those that run, a ringing call's before all, then
    what is due first; then of those that rest, whose due time says nothing, the one with the least left."""
    rests = clock.state in ("paused", "met")
    return rests, clock.metric not in ("call", "notice"), clock.left if rests else clock.due


def next_step(row: CaseRow, now: Ms) -> Ms | None:
    """When `text_of` or `is_soon` next changes; None: not by time alone. A snoozed row changes at the instant it
    wakes."""
    step, clock = _next_text(row, now), counted(row)
    if clock is None or clock.state == "paused" or _soon_from(clock) <= now:
        return step
    return _soon_from(clock) if step is None else min(step, _soon_from(clock))


def _soon_from(clock: Clock) -> Ms:
    return clock.warn or clock.due - SOON_MS + 1


def _next_text(row: CaseRow, now: Ms) -> Ms | None:
    if is_snoozed(row) and not is_soon(row, now):
        return row.snoozed if row.snoozed and row.snoozed > now else None
    live = _live(row)
    if _is_timed(row):
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
    if _is_timed(row):
        return span(now - _call_since(row), True).text
    clock = row.clock
    if clock is None or clock.state == "met":
        return span(now - row.last_at).text if row.last_at else fixed("")
    mark = fixed("~") if clock.estimated else fixed("")
    if clock.state == "paused":
        return _resting(clock, mark)
    left = clock.due - now
    if left >= 0:
        return compose("{mark}{left}", mark=mark, left=span(left, _live(row)).text)
    late = compose("{n}m", n=1) if not _live(row) and -left < MINUTE_MS else span(-left, _live(row)).text
    return compose("{mark}-{late}!", mark=mark, late=late)


def _resting(clock: Clock, mark: SafeText) -> SafeText:
    """What is left, in whole hours where the minutes have no room: in some languages they take a cell more."""

    def words(left: SafeText) -> SafeText:
        return compose("II{mark}{left}", mark=mark, left=left) if mark else compose("II {left}", left=left)

    exact = words(span(clock.left).text)
    return exact if cell_width(exact.drawn()) <= CELLS else words(span(clock.left, coarse=True).text)


def _live(row: CaseRow) -> bool:
    clock = row.clock
    return (clock is not None and clock.metric == "call") or channel(row.channel).kind in ("live", "voice")


def _is_timed(row: CaseRow) -> bool:
    """The column says how long a call rings or lasts."""
    call = row.call
    if call is None or call.state == "ringing":
        return call is not None and not to_caller(row.clock)
    return call.state in ("active", "held")


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
