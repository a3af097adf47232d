"""Promises of time that were broken and why, as this desk has heard: what `done` asks about. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from agent_tui.desk.keys import CaseKey
from agent_tui.domain.events import ClockTurned, Event
from agent_tui.domain.model import Breach, CaseRow, Metric

KEPT_CASES = 1000
_CALLS: frozenset[Metric] = frozenset(("call", "notice", "call-back"))


def with_turn(breaches: tuple[Breach, ...], event: Event, body: ClockTurned) -> tuple[Breach, ...]:
    """The breaches of a case after one more event, oldest first. Told twice it changes nothing."""
    place = (body.metric, body.started, body.key)
    known = next((one for one in breaches if (one.metric, one.started, one.key) == place), None)
    others = tuple(one for one in breaches if one is not known)
    if body.change == "withdrawn":
        return others
    if body.change == "breached":
        changed = replace(known, due=body.due) if known is not None else Breach(*place[:2], body.due, body.key)
    elif body.change == "excused":
        known = known or Breach(*place[:2], body.due, body.key)
        changed = replace(known, reason=body.detail, by=event.by, at=event.occurred)
    else:
        return breaches
    return tuple(sorted((*others, changed), key=lambda one: (one.due, one.metric, one.started, one.key)))


def unexplained(breaches: tuple[Breach, ...]) -> tuple[Breach, ...]:
    """Those for which nobody has said why."""
    return tuple(one for one in breaches if not one.reason)


class Breaches:
    """Of cases that are not open: what was told when they were, what was heard since the desk connected, and what their
    rows say. A row tells of the clock that counts now alone, so an older breach is known once the case was open."""

    def __init__(self) -> None:
        self._heard: dict[CaseKey, tuple[Breach, ...]] = {}

    def heard(self, key: CaseKey, event: Event) -> None:
        """An event came."""
        if isinstance(event.body, ClockTurned) and event.body.change in ("breached", "withdrawn", "excused"):
            self._keep(key, with_turn(self._heard.get(key, ()), event, event.body))

    def told(self, key: CaseKey, breaches: tuple[Breach, ...], since: Iterable[Event]) -> None:
        """A page of the case has these; `since`: what was heard of it after that page was written."""
        for event in since:
            if isinstance(event.body, ClockTurned) and event.case == key.case:
                breaches = with_turn(breaches, event, event.body)
        self._keep(key, breaches)

    def _keep(self, key: CaseKey, breaches: tuple[Breach, ...]) -> None:
        self._heard.pop(key, None)
        if breaches:
            self._heard[key] = breaches
        while len(self._heard) > KEPT_CASES:
            del self._heard[next(iter(self._heard))]

    def of(self, key: CaseKey, row: CaseRow) -> tuple[Breach, ...]:
        """Oldest first."""
        heard = self._heard.get(key, ())
        clock = row.clock
        if clock is None or clock.state != "breached" or clock.metric in ("promise", "write-up"):
            return heard
        of = row.call.id if clock.metric in _CALLS and row.call is not None else ""
        if any((one.metric, one.started) == (clock.metric, clock.since) for one in heard):
            return heard
        return (*heard, Breach(clock.metric, clock.since, clock.due, of))
