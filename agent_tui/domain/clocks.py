"""Clocks: the one promise of time that runs on a case, from its state alone.

A clock runs from the customer's oldest unanswered word to the channel's target after it; a failed send takes the answer
back, so the clock runs again from where it was, as if it had never stopped.
"""

from __future__ import annotations

from typing import Final

from agent_tui.domain.channels import channel as profile_of
from agent_tui.domain.frozen import frozen
from agent_tui.domain.model import Clock, Metric
from agent_tui.domain.time import Ms

VOICE: Final = ("call", "notice")
"""What is promised to a caller who waits."""


@frozen
class Waiting:
    """The customer waits since `since`; we owe `metric` by `due`."""

    metric: Metric
    since: Ms
    due: Ms


def owed_answer(channel: str, at: Ms, answered_before: bool) -> Waiting:
    """What a customer's word at `at` on `channel` makes us owe: the first answer, or a further one."""
    profile = profile_of(channel)
    if answered_before:
        return Waiting("next", at, at + profile.next_ms)
    return Waiting("first", at, at + profile.first_ms)


def owed_pickup(channel: str, at: Ms, law_due: Ms | None) -> Waiting:
    """What a ringing call makes us owe: a human answer, by the law's time where one applies."""
    return Waiting("call", at, law_due if law_due is not None else at + profile_of(channel).first_ms)


def owed_call_back(channel: str, at: Ms) -> Waiting:
    """What a caller who gave up makes us owe: another word from us."""
    return Waiting("next", at, at + profile_of(channel).next_ms)


def asked_call_back(channel: str, at: Ms) -> Waiting:
    """What a caller who chose to be called back makes us owe."""
    return Waiting("call-back", at, at + profile_of(channel).next_ms)


def owed_write_up(channel: str, at: Ms) -> Waiting:
    """What an ended call makes us owe: its documentation."""
    return Waiting("write-up", at, at + profile_of(channel).next_ms)


def owed_promise(at: Ms, due: Ms) -> Waiting:
    """What a promise given at `at` makes us owe."""
    return Waiting("promise", at, due)


def first_due(one: Clock | None, other: Clock | None) -> Clock | None:
    """The one that is due first; a waiting caller's before all others, a paused one, whose due time nobody knows,
    last."""
    if one is None or other is None:
        return one or other
    return min(one, other, key=lambda clock: (clock.metric not in VOICE, clock.state == "paused", clock.due))


def oldest(one: Waiting | None, other: Waiting | None) -> Waiting | None:
    """The one that began first; a new word never moves an old promise."""
    if one is None or other is None:
        return one or other
    return one if one.since <= other.since else other


def clock_of(waiting: Waiting | None) -> Clock | None:
    """The clock a row shows; None when nobody waits for us."""
    return Clock(waiting.metric, waiting.since, waiting.due) if waiting is not None else None
