"""From when until when each metric counts, as a policy sees a case's course."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from agent_tui.domain.sla.course import RESOLVED, Course, Stretch
from agent_tui.domain.sla.facts import CustomerWrote, Merged, Reopened, Replied, Resolved
from agent_tui.domain.sla.policies import Policy, Target
from agent_tui.domain.time import Ms

Ending = Literal[
    "",
    "answered",
    "resolved",
    "handed-on",
    "told",
    "called-back",
    "hung-up",
    "asked-back",
    "newer-word",
    "merged",
    "policy",
]
"""What ended a clock. `asked-back`: the caller chose to be called back; `newer-word`: the customer wrote again and the
policy counts from their last word; `policy`: the policy that holds now does not promise it."""


class Episode(NamedTuple):
    """One stretch in which a metric counts. `end` and `by` are None and "" while it lasts; `met`: that end is what was
    promised. `key` tells what runs side by side apart (a call, a team). A breach counts only where the episode lasts
    beyond `owed_after`."""

    start: Ms
    end: Ms | None = None
    by: Ending = ""
    met: bool = False
    key: str = ""
    owed_after: Ms = 0


def episodes(course: Course, policy: Policy, target: Target, priority: str) -> list[Episode]:
    """Those of the target's metric, in the order they began."""
    found = list(_found(course, policy, target, priority))
    if (gone := course.gone) is not None:
        found = [episode if episode.end is not None else episode._replace(end=gone, by="merged") for episode in found]
    if target.metric in ("periodic-update", "ownership"):  # what begins and ends at one instant owed nothing
        found = [episode for episode in found if episode.end != episode.start]
    return found


def _found(course: Course, policy: Policy, target: Target, priority: str) -> Iterator[Episode]:
    match target.metric:
        case "first-response":
            return _first_response(course, policy, target)
        case "next-response":
            return _next_responses(course, policy, target)
        case "periodic-update":
            return _updates(course, policy, target)
        case "requester-wait" | "agent-work" | "total-resolution":
            return _unresolved(course, policy)
        case "first-resolution":
            return _first_resolution(course)
        case "ownership":
            return _ownership(course)
        case "pickup":
            return _pickups(course)
        case "notice":
            return _notices(course, policy, target, priority)
        case "call-back":
            return _call_backs(course)


def _first_response(course: Course, policy: Policy, target: Target) -> Iterator[Episode]:
    """One at most. It never begins again: what was resolved without an answer is no first response later."""
    since = course.created if target.created else None
    for at, fact in course.talk:
        if isinstance(fact, CustomerWrote):
            if since is None:
                since = at
        elif isinstance(fact, Replied):
            if since is not None and fact.kind in policy.answers:
                yield Episode(since, at, "answered", True)
                return
        elif isinstance(fact, Merged):
            other = fact.created if target.created else fact.waiting
            if other is not None:
                since = other if since is None else min(since, other)
        elif isinstance(fact, Resolved) and since is not None:
            yield Episode(since, at, "resolved")
            return
    if since is not None:
        yield Episode(since)


def _next_responses(course: Course, policy: Policy, target: Target) -> Iterator[Episode]:
    """One for each time that the customer waits, but for the first one, which the first response counts."""
    since: Ms | None = None
    counts = target.first  # the wait that runs now is one of ours
    later = target.first  # and so will be those that begin from now on
    first = policy.target("first-response")
    unasked = first is not None and first.created  # the first response began, and can end, before any question
    for at, fact in course.talk:
        if isinstance(fact, CustomerWrote):
            if since is None:
                since, counts = at, later
            elif target.last:
                if counts:
                    yield Episode(since, at, "newer-word")
                since = at
        elif isinstance(fact, Replied):
            if fact.kind not in policy.answers:
                continue
            if since is not None and counts:
                yield Episode(since, at, "answered", True)
            later = later or unasked or since is not None
            since = None
        elif isinstance(fact, Merged):
            if fact.waiting is not None:
                if since is None:
                    since, counts = fact.waiting, later
                else:
                    since = min(since, fact.waiting)
        elif isinstance(fact, Resolved):
            if since is not None and counts:
                yield Episode(since, at, "resolved")
            later = later or unasked or since is not None
            since = None
    if since is not None and counts:
        yield Episode(since)


def _updates(course: Course, policy: Policy, target: Target) -> Iterator[Episode]:
    since = course.created if target.created else None
    resolved = False
    for at, fact in course.talk:
        if isinstance(fact, Replied):
            if fact.kind in policy.answers and not resolved:
                if since is not None:
                    yield Episode(since, at, "answered", True)
                since = at
        elif isinstance(fact, Resolved):
            if since is not None:
                yield Episode(since, at, "resolved")
            since, resolved = None, True
        elif isinstance(fact, Reopened):
            resolved = False
    if since is not None:
        yield Episode(since)


def _unresolved(course: Course, policy: Policy) -> Iterator[Episode]:
    """One while it is not resolved, through reopenings within the grace time; the clock pauses in between."""
    resolved = [stretch for stretch in course.stretches if stretch.word == RESOLVED]
    since: Ms | None = None
    for start, end, _ in resolved:
        if end is None or (policy.grace_ms is not None and end - start > policy.grace_ms):
            yield Episode(_creation(course, resolved, start) if since is None else since, start, "resolved", True)
            if end is None:
                return
            since = end
    yield Episode(_creation(course, resolved, course.now) if since is None else since)


def _first_resolution(course: Course) -> Iterator[Episode]:
    resolved = next((start for start, _, word in course.stretches if word == RESOLVED), None)
    if resolved is None:
        yield Episode(_creation(course, [], course.now))
    else:
        yield Episode(_creation(course, [], resolved), resolved, "resolved", True)


def _ownership(course: Course) -> Iterator[Episode]:
    for start, end, team, resolved in course.teams:
        if end is None:
            yield Episode(start, key=team)
        else:
            yield Episode(start, end, "resolved" if resolved else "handed-on", True, team)


def _pickups(course: Course) -> Iterator[Episode]:
    for call, moves in course.calls.items():
        if (rang := moves.get("rang")) is not None:
            end, by = _wait_of(moves, rang)
            yield Episode(rang, end, by, by == "answered", call)


def _notices(course: Course, policy: Policy, target: Target, priority: str) -> Iterator[Episode]:
    """Owed only to a caller who waits longer than the policy's time to answer."""
    pickup = policy.target("pickup")
    for call, moves in course.calls.items():
        if (rang := moves.get("rang")) is None:
            continue
        end, by = _wait_of(moves, rang)
        told = moves.get("told")
        if told is not None and told <= rang + target.within(priority) and (end is None or told <= end):
            yield Episode(rang, told, "told", True, call)
        else:
            yield Episode(rang, end, by, False, call, rang + pickup.within(priority) if pickup is not None else 0)


def _call_backs(course: Course) -> Iterator[Episode]:
    for call, moves in course.calls.items():
        if (asked := moves.get("asked")) is not None:
            made = moves.get("called-back")
            if made is None:
                yield Episode(asked, key=call)
            else:
                yield Episode(asked, max(made, asked), "called-back", True, call)


def _wait_of(moves: dict[str, Ms], rang: Ms) -> tuple[Ms | None, Ending]:
    """When a caller's wait was over, and how; an exchange whose clocks disagree ends no call before it rang."""
    ends: tuple[tuple[str, Ending], ...] = (("answered", "answered"), ("asked", "asked-back"), ("ended", "hung-up"))
    over = [(max(moves[move], rang), by) for move, by in ends if move in moves]
    return min(over, key=lambda one: one[0]) if over else (None, "")


def _creation(course: Course, resolved: list[Stretch], until: Ms) -> Ms:
    """The creation of this case, or of one that became part of it by then: the earliest, but what is resolved keeps the
    start that it was measured from."""
    began = course.created
    for at, fact in course.talk:
        if (
            isinstance(fact, Merged)
            and at <= until
            and not any(start < at and (end is None or at < end) for start, end, _ in resolved)
        ):
            began = min(began, fact.created)
    return began
