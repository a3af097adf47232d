"""When a customer who does not answer is reminded: at intervals after our last word, until any sign of life.

A reminder goes out as a reply of the kind `reminder`, which is no answer of ours and so begins nothing anew. After the
last one of its plan there is none. Nobody is reminded of what is resolved, nor where a channel's window has closed.
"""

from __future__ import annotations

from collections.abc import Iterable

from agent_tui.domain.channels import channel as profile_of
from agent_tui.domain.frozen import frozen
from agent_tui.domain.sla.course import Course
from agent_tui.domain.sla.facts import CustomerWrote, Fact, Replied, Resolved, SignOfLife
from agent_tui.domain.sla.policies import ANSWERS, Reminders, Rules
from agent_tui.domain.time import Ms


@frozen
class Reminder:
    """The next one to send: the `number`th (from 1) of a plan after our last answer at `since`, due `at`; `left`: how
    many come after it."""

    plan: Reminders
    number: int
    at: Ms
    left: int
    since: Ms


def next_reminder(facts: Iterable[Fact], rules: Rules, now: Ms) -> Reminder | None:
    """The reminder that a case's customer gets next if nothing happens before; it may be due already."""
    return reminder_of(Course(facts, now), rules)


def reminder_of(course: Course, rules: Rules) -> Reminder | None:
    """The same, of a case whose facts were read."""
    if not rules.reminders or not course.begun:
        return None
    traits = course.phases[-1].traits
    plan = next((plan for plan in rules.reminders if plan.fit.fits(traits)), None)
    spoke, since, answered, sent = None, None, 0, 0
    for at, fact in course.talk:
        match fact:
            case CustomerWrote():
                spoke, since = at, None
            case SignOfLife() | Resolved():
                since = None
            case Replied(kind="reminder"):
                since, sent = at if since is not None else None, sent + 1
            case Replied(kind=kind) if kind in ANSWERS:
                since, answered, sent = at, at, 0
    if plan is None or since is None or sent >= len(plan.after) or course.gone is not None:
        return None
    hours = rules.always if plan.wall else rules.calendars[plan.calendar or "always"]
    at = hours.add(since, plan.after[sent])
    window = profile_of(traits.channel).window_ms
    if window is not None and (spoke is None or at >= spoke + window):
        return None
    return Reminder(plan, sent + 1, at, len(plan.after) - sent - 1, answered)
