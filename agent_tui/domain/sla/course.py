"""What a case's facts say when they are read in the order of their times, whatever any policy makes of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from itertools import pairwise
from operator import attrgetter
from typing import Any, Final, NamedTuple

from agent_tui.domain.sla.facts import (
    CallMoved,
    Created,
    CustomerWrote,
    Fact,
    InForce,
    Merged,
    MergedAway,
    Pinned,
    Reopened,
    Replied,
    Resolved,
    SendFailed,
    SendSettled,
    SignOfLife,
    Snoozed,
    StatusChanged,
    Tagged,
    TraitChanged,
    Woke,
)
from agent_tui.domain.sla.policies import OPEN, SNOOZED, Traits
from agent_tui.domain.time import Ms

RESOLVED: Final = "resolved"
"""What stands among the statuses while a case is resolved; it pauses whatever goes on after a reopening."""


class Stretch(NamedTuple):
    """A status the case had, other than open: from `start` until before `end`, which is None while it lasts and lies
    ahead where it is known (a snooze)."""

    start: Ms
    end: Ms | None
    word: str


class Tenure(NamedTuple):
    """A team had the case from `start` until `end`, when another got it or it was `resolved`."""

    start: Ms
    end: Ms | None
    team: str
    resolved: bool = False


class Phase(NamedTuple):
    """From `start` on policies see the case like this."""

    start: Ms
    traits: Traits
    pinned: str
    version: str


class Turn(NamedTuple):
    """One turn of the talk. `fact`: CustomerWrote, SignOfLife, Replied where it stands, Merged, Resolved, Reopened."""

    at: Ms
    fact: Fact


class Course:
    """The course of a case up to `now`. `begun`, `created`: whether and when it began; `talk`: who said what when,
    without what did not arrive; `stretches`: the statuses it had; `teams`: who had it while it was not resolved;
    `phases`: how policies see it; `calls`: the first time of each move of each call; `gone`: since when it is part of
    another case."""

    def __init__(self, facts: Iterable[Fact], now: Ms) -> None:
        known = in_order(fact for fact in facts if fact.at <= now)
        self.now = now
        begun = next((fact.at for fact in known if type(fact) is not InForce), None)
        self.begun = begun is not None
        self.created: Ms = begun if begun is not None else now
        self.talk: list[Turn] = []
        self.stretches: list[Stretch] = []
        self.teams: list[Tenure] = []
        self.phases: list[Phase] = []
        self.calls: dict[str, dict[str, Ms]] = {}
        self.gone: Ms | None = None
        self._status = OPEN
        self._snoozed: Snoozed | None = None
        self._resolved = False
        self._shown, self._since = OPEN, self.created
        self._team, self._team_since = "", self.created
        self._read(known)

    def _read(self, known: list[Fact]) -> None:
        traits, pinned, version = Traits(), "", ""
        sent: dict[str, int] = {}
        failed: set[int] = set()
        talk = self.talk
        for fact in known:
            at = fact.at
            if self.gone is not None and not isinstance(fact, (SendFailed, SendSettled)):
                continue
            if self._snoozed is not None:
                self._wakes_by_itself(at)
            if isinstance(fact, CustomerWrote):
                talk.append(Turn(at, fact))
                if self._status != OPEN or self._snoozed is not None:
                    self._status, self._snoozed = OPEN, None
                    self._show(at)
            elif isinstance(fact, Replied):
                if fact.message:
                    sent[fact.message] = len(talk)
                talk.append(Turn(at, fact))
            elif isinstance(fact, SignOfLife):
                talk.append(Turn(at, fact))
            elif isinstance(fact, SendFailed):
                if (place := sent.get(fact.message)) is not None:
                    failed.add(place)
            elif isinstance(fact, SendSettled):
                failed.discard(sent.get(fact.message, -1))
            elif isinstance(fact, _SEEN):
                if isinstance(fact, InForce):
                    version = fact.version
                elif isinstance(fact, Pinned):
                    pinned = fact.policy
                else:
                    traits = _traits_after(traits, fact)
                    self._belongs(traits.team, at)
                self._phase(Phase(at, traits, pinned, version))
            elif isinstance(fact, CallMoved):
                self.calls.setdefault(fact.call, {}).setdefault(fact.moved, at)
            elif isinstance(fact, MergedAway):
                self.gone = at
            else:
                self._moves(fact)
        self._ends()
        if not self.phases or self.phases[0].start > self.created:
            self.phases.insert(0, Phase(self.created, Traits(), "", ""))
        if failed:
            self.talk = [turn for place, turn in enumerate(talk) if place not in failed]

    def _moves(self, fact: Fact) -> None:
        """What changes where the case stands."""
        at = fact.at
        if isinstance(fact, Snoozed):
            if not self._resolved and (fact.until is None or fact.until > at):
                self._snoozed = fact
        elif isinstance(fact, Woke):
            self._snoozed = None
        elif isinstance(fact, StatusChanged):
            self._status, self._snoozed = fact.status, None
        elif isinstance(fact, (Resolved, Reopened)):
            resolved = isinstance(fact, Resolved)
            if resolved == self._resolved:
                return
            self.talk.append(Turn(at, fact))
            if resolved:
                self._had_it(at, True)
            self._resolved = resolved
            self._status, self._snoozed = OPEN, None
            self._team_since = at
        elif isinstance(fact, Merged):
            self.talk.append(Turn(at, fact))
        self._show(at)

    def _wakes_by_itself(self, at: Ms) -> None:
        until = self._snoozed.until if self._snoozed is not None else None
        if until is not None and until <= at:
            self._snoozed = None
            self._show(until)

    def _show(self, at: Ms) -> None:
        """The status that counts from now on."""
        status = RESOLVED if self._resolved else SNOOZED if self._snoozed is not None else self._status
        if status == self._shown:
            return
        if self._shown != OPEN and (at > self._since or self._shown == RESOLVED):
            self.stretches.append(Stretch(self._since, at, self._shown))
        self._shown, self._since = status, at

    def _belongs(self, team: str, at: Ms) -> None:
        """The team that has it from now on."""
        if team == self._team:
            return
        self._had_it(at)
        self._team, self._team_since = team, at

    def _had_it(self, at: Ms, resolved: bool = False) -> None:
        if self._team and not self._resolved and at > self._team_since:
            self.teams.append(Tenure(self._team_since, at, self._team, resolved))

    def _phase(self, phase: Phase) -> None:
        """What changes at one instant makes one phase; nothing is seen before the first."""
        if self.phases and self.phases[-1].start == phase.start:
            self.phases.pop()
        self.phases.append(phase)

    def _ends(self) -> None:
        """Close what lasts, as far as its end is known."""
        last = self.gone if self.gone is not None else self.now
        self._wakes_by_itself(last)
        if self._shown != OPEN:
            until = self._snoozed.until if self._shown == SNOOZED and self._snoozed is not None else None
            self.stretches.append(Stretch(self._since, until, self._shown))
            if until is not None and self._status != OPEN:
                self.stretches.append(Stretch(until, None, self._status))
        if self._team and not self._resolved:
            self.teams.append(Tenure(self._team_since, None, self._team))


def in_order(facts: Iterable[Fact]) -> list[Fact]:
    """Each fact once, by time, those of one instant by their kind and then by what they say. The facts of a case mostly
    come in order already, so only what is told of one instant is looked at more closely."""
    known = list(facts)
    known.sort(key=_BY_TIME)
    place = 1
    while place < len(known):
        if known[place].at != known[place - 1].at:
            place += 1
            continue
        first, at = place - 1, known[place].at
        while place < len(known) and known[place].at == at:
            place += 1
        same = known[first:place]
        same.sort(key=_by_kind)
        if any(type(one) is type(other) for one, other in pairwise(same)):
            same = sorted(dict.fromkeys(same), key=_by_kind_and_words)
        known[first:place] = same
        place = first + len(same)
    return known


_SEEN: Final = (InForce, Created, TraitChanged, Tagged, Pinned)
_TRAITS: Final = tuple(part.name for part in fields(Traits))
_BY_TIME: Final = attrgetter("at")
_RANK: Final[dict[type[Any], int]] = {kind: rank for rank, kind in enumerate(Fact.__args__)}
_MOVES: Final = ("rang", "told", "asked", "answered", "ended", "called-back")


def _by_kind(fact: Fact) -> int:
    return _RANK[type(fact)]


def _by_kind_and_words(fact: Fact) -> tuple[int, int, str]:
    move = _MOVES.index(fact.moved) if isinstance(fact, CallMoved) else 0
    return _RANK[type(fact)], move, _said(fact)


def _said(fact: Fact) -> str:
    """What it says, spelt the same in every process; a set of tags has no order of its own."""
    if isinstance(fact, Tagged):
        return repr(sorted(fact.tags))
    if isinstance(fact, Created):
        return repr((sorted(fact.traits.tags), replace(fact.traits, tags=frozenset())))
    return repr(fact)


def _traits_after(traits: Traits, fact: Created | TraitChanged | Tagged) -> Traits:
    if isinstance(fact, Created):
        return fact.traits
    name, value = ("tags", fact.tags) if isinstance(fact, Tagged) else (fact.trait, fact.value)
    return traits if getattr(traits, name) == value else Traits(**{**_values(traits), name: value})


def _values(traits: Traits) -> dict[str, Any]:
    """Three times as fast as what `replace` does."""
    return {name: getattr(traits, name) for name in _TRAITS}
