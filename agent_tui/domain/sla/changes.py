"""When a clock that goes on changes next, so that whoever shows it can sleep until then."""

from __future__ import annotations

from collections.abc import Iterable

from agent_tui.domain.sla.calendars import WorkingTime
from agent_tui.domain.sla.clocks import SlaClock, reached
from agent_tui.domain.sla.policies import Policy, Rulebook, Step, Warn
from agent_tui.domain.time import MINUTE_MS, Ms


def next_change(clock: SlaClock, rulebook: Rulebook, now: Ms, step_ms: int = MINUTE_MS) -> Ms | None:
    """The first instant after `now` (the one the clock was made for) at which it may look different: what is left, in
    whole steps, or a turn. None when only another fact can change it."""
    turn = next_turn(clock, rulebook, now)
    if not clock.counts or clock.state == "paused":
        return turn
    if clock.state == "breached":  # late by whole steps: the text changes when one more is full
        to_step = step_ms - (clock.used - clock.within) % step_ms
    else:
        to_step = clock.remaining % step_ms + 1 if clock.remaining > 0 else 1
    step = _hours(clock, rulebook).add(now, to_step)
    return step if turn is None else min(step, turn)


def next_turn(clock: SlaClock, rulebook: Rulebook, now: Ms) -> Ms | None:
    """The first instant after `now` at which it is in another state, warns, or asks for a step. None when only a fact
    can bring that."""
    if not clock.counts:
        return None
    stepped = [at for _, at in steps(clock, rulebook) if at > now]
    if clock.state == "breached":
        return min(stepped, default=None)
    ahead = [at for pause in clock.pauses for at in (pause.start, pause.end) if at is not None and at > now]
    if clock.state == "paused":
        return min(ahead, default=None)
    late = [clock.due + 1] if clock.due is not None else []
    warned = (at for _, at in warnings(clock, rulebook) if at > now)
    return min((at for at in (*late, *warned, *stepped, *ahead) if at > now), default=None)


def warnings(clock: SlaClock, rulebook: Rulebook) -> tuple[tuple[Warn, Ms], ...]:
    """When the warnings of a clock that goes on are due, as far as its pauses are known, the first one first."""
    policy = _policy(clock, rulebook)
    target = policy.target(clock.metric) if policy is not None else None
    if target is None or not clock.counts:
        return ()
    timed = ((warn, _when(clock, rulebook, _used_at(clock, warn))) for warn in target.warn)
    return tuple(sorted(((warn, at) for warn, at in timed if at is not None), key=lambda one: one[1]))


def steps(clock: SlaClock, rulebook: Rulebook) -> tuple[tuple[Step, Ms], ...]:
    """When the steps about a clock that goes on are due, as far as its pauses are known, the first one first. A clock
    that has ended needs none."""
    policy = _policy(clock, rulebook)
    if policy is None or not policy.steps or not clock.counts:
        return ()
    found = []
    for step in policy.steps:
        if step.metrics and clock.metric not in step.metrics:
            continue
        if step.warn is not None:
            at = _when(clock, rulebook, _used_at(clock, step.warn))
        else:
            at = _when(clock, rulebook, clock.within + step.late_ms)
            at = at + 1 if at is not None and not step.late_ms else at  # it is late from the instant after its due one
        if at is not None:
            found.append((step, at))
    return tuple(sorted(found, key=lambda one: one[1]))


def _used_at(clock: SlaClock, warn: Warn) -> int:
    return clock.within * warn.percent // 100 if warn.percent else clock.within - warn.left_ms


def _when(clock: SlaClock, rulebook: Rulebook, used: int) -> Ms | None:
    """When it has counted so much; None for nothing, which nobody need be told of, and where nobody knows yet."""
    return reached(_hours(clock, rulebook), clock.started, used, clock.pauses) if used > 0 else None


def foremost(clocks: Iterable[SlaClock]) -> SlaClock | None:
    """The clock that matters now: of those that go on the one that is due first, a call's before all others; what is
    paused for an unknown time last."""
    going = [clock for clock in clocks if clock.counts]
    return min(going, key=_urgency, default=None)


def _urgency(clock: SlaClock) -> tuple[bool, bool, Ms, Ms]:
    due = clock.due
    return clock.metric not in ("pickup", "notice"), due is None, due if due is not None else 0, clock.started


def _policy(clock: SlaClock, rulebook: Rulebook) -> Policy | None:
    return rulebook.versions[clock.version].by_id.get(clock.policy)


def _hours(clock: SlaClock, rulebook: Rulebook) -> WorkingTime:
    return rulebook.versions[clock.version].calendars[clock.calendar]
