"""Whether an agent takes new work: what they say themselves, what a lost line and a finished case make of it. Pure."""

from __future__ import annotations

from dataclasses import replace

from agent_tui.domain.frozen import frozen
from agent_tui.domain.time import HOUR_MS, Ms

READY = ("available", "online")
"""Takes new work."""
NOT_READY = "not-ready"
"""After log-in, before the agent has said anything."""
AWAY = "away"
"""The line has been lost for longer than the grace."""
OFFLINE = "offline"
"""Logged out."""

REASONS = ("write-up", "break", "meal", "meeting", "training")
"""Why an agent is not ready, where a workspace names no others."""

SHIFT_OVER_MS = 4 * HOUR_MS
"""Whoever comes back after being away for longer logs in anew."""


@frozen
class Standing:
    """`state` since `since`. `then`: what it becomes when the case `hand`, which is being handled, is finished; ""
    nothing. `before`: what it was when the line was lost, and returns to. `left`: the end of the shift before (Ms, 0
    none)."""

    state: str = OFFLINE
    since: Ms = 0
    then: str = ""
    hand: str = ""
    before: str = ""
    left: Ms = 0


def came(held: Standing, login: str, now: Ms) -> Standing:
    """The first desk of an agent is connected. `login`: what a new shift begins with."""
    if held.state == AWAY and now - held.since <= SHIFT_OVER_MS:
        return Standing(held.before or login, now, held.then, held.hand, left=held.left)
    if held.state == AWAY:
        return Standing(login, now, left=held.since)
    return Standing(login, now, left=held.left) if held.state == OFFLINE else held


def lost(held: Standing, now: Ms) -> Standing:
    """No desk has been connected for the grace."""
    if held.state in (OFFLINE, AWAY):
        return held
    return replace(held, state=AWAY, since=now, before=held.state)


def said(held: Standing, state: str, now: Ms, after: str = "") -> Standing:
    """The agent, or a supervisor, says so. `after`: the case that is finished first; until then it stays as it is."""
    if after and state not in (*READY, OFFLINE) and held.state in READY:
        return replace(held, then=state, hand=after)
    if held.state == state and not held.then:
        return held
    since = held.since if held.state == state else now
    return Standing(state, since, left=now if state == OFFLINE else held.left)


def finished(held: Standing, now: Ms) -> Standing:
    """What was in hand is finished."""
    return Standing(held.then, now, left=held.left) if held.then else held
