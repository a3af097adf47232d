"""A slow evaluator to hold the engine to: it lives through a case second by second and counts on its fingers.

It shares the values (facts, policies, calendars) with the engine and no function: whether a place is open is read off
the wall there at each minute, a clock counts one second after the other, and what ends it happens in its second.
All times are whole seconds, and the policies of one case differ in what they promise, not in what they call an answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from agent_tui.domain.sla import facts as f
from agent_tui.domain.sla.calendars import Calendar
from agent_tui.domain.sla.policies import Policy, Rulebook, SlaMetric, Target, Traits

_ORDER: tuple[type[object], ...] = (
    f.InForce,
    f.Created,
    f.TraitChanged,
    f.Tagged,
    f.Pinned,
    f.CustomerWrote,
    f.SignOfLife,
    f.Replied,
    f.SendFailed,
)
_ORDER += (f.SendSettled, f.StatusChanged, f.Snoozed, f.Woke, f.CallMoved, f.Merged, f.Resolved, f.Reopened)
_ORDER += (f.MergedAway,)
_GOES_ON: tuple[SlaMetric, ...] = ("requester-wait", "agent-work", "total-resolution")
_OF_NO_TIME = ("ownership", "periodic-update")
"""What begins and ends in one second is no clock here."""
Said = tuple[str, str, int, str, int | None, int, int | None, str]
"""Of one clock: metric, key, started, state, breached at, used, ended, by."""


@dataclass
class _Live:
    """A clock that was begun."""

    metric: SlaMetric
    key: str
    start: int
    end: int | None = None
    by: str = ""
    met: bool = False
    owed_after: int = 0


def is_open(calendar: Calendar, first: int, last: int) -> list[bool]:
    """Of each second from `first` to before `last`, both whole minutes: whether it is working time. A clock on the wall
    that is put back shows nothing new until it is past where it was."""
    zone = ZoneInfo(calendar.zone)
    days = dict(calendar.days)
    # the last readings before each minute of the last hours: what the wall had come to when this begins
    reading = max(_wall(first - minute * 60 - 1, zone) for minute in range(26 * 60))
    flags: list[bool] = []
    for minute in range(first, last, 60):
        reading = max(reading, _wall(minute, zone))
        flags += [_works(calendar, days, reading)] * 60
        reading = max(reading, _wall(minute + 59, zone))
    return flags


def _wall(at: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at, zone).replace(tzinfo=None, fold=0)


def _works(calendar: Calendar, days: dict[date, tuple[tuple[int, int], ...]], reading: datetime) -> bool:
    for ago in (0, 1):
        day = reading.date() - timedelta(days=ago)
        minutes = reading.hour * 60 + reading.minute + ago * 1440
        hours = days.get(day, calendar.week[day.weekday()])
        if any(start <= minutes < end for start, end in hours):
            return True
    return False


@dataclass
class _World:
    """What a case is at one second, and the clocks that it has had."""

    shape: Policy
    created: int
    status: str = "open"
    snoozed: f.Snoozed | None = None
    resolved: bool = False
    resolved_at: int = 0
    team: str = ""
    first: str = "none"
    waiting: int | None = None
    waiting_counts: bool = False
    gone: bool = False
    clocks: list[_Live] = field(default_factory=list)

    def begin(self, metric: SlaMetric, at: int, key: str = "") -> None:
        self.clocks.append(_Live(metric, key, at))

    def live(self, metric: SlaMetric) -> list[_Live]:
        return [one for one in self.clocks if one.metric == metric and one.end is None]

    def finish(self, metric: SlaMetric, at: int, by: str, met: bool, key: str | None = None) -> None:
        for one in self.live(metric):
            if key is None or one.key == key:
                one.end, one.by, one.met = at, by, met

    def target(self, metric: SlaMetric) -> Target:
        return next(target for target in self.shape.targets if target.metric == metric)

    @property
    def shown(self) -> str:
        return "resolved" if self.resolved else "snoozed" if self.snoozed else self.status

    def starts(self) -> None:
        for metric in (*_GOES_ON, "first-resolution"):
            self.begin(metric, self.created)
        if self.target("first-response").created:
            self.begin("first-response", self.created)
            self.first = "open"
        if self.target("periodic-update").created:
            self.begin("periodic-update", self.created)

    def has_team(self, team: str, at: int) -> None:
        if team != self.team:
            self.finish("ownership", at, "handed-on", True)
            self.team = team
            if team and not self.resolved:
                self.begin("ownership", at, team)

    def wrote(self, at: int) -> None:
        self.status, self.snoozed = "open", None
        if self.first == "none":
            self.begin("first-response", at)
            self.first = "open"
        nexts = self.target("next-response")
        if self.waiting is None:
            self.waiting = at
            self.waiting_counts = nexts.first or self.first == "done"
            if self.waiting_counts:
                self.begin("next-response", at)
        elif nexts.last:
            self.waiting = at
            if self.waiting_counts:
                self.finish("next-response", at, "newer-word", False)
                self.begin("next-response", at)

    def replied(self, at: int, kind: str) -> None:
        if kind not in self.shape.answers:
            return
        self.finish("first-response", at, "answered", True)
        if self.first == "open":
            self.first = "done"
        self.finish("next-response", at, "answered", True)
        self.waiting = None
        self.finish("periodic-update", at, "answered", True)
        if not self.resolved:
            self.begin("periodic-update", at)

    def resolves(self, at: int) -> None:
        if self.resolved:
            return
        self.resolved, self.resolved_at, self.status, self.snoozed = True, at, "open", None
        if self.first == "open":
            self.first = "done"
        self.waiting = None
        answered: tuple[SlaMetric, ...] = ("first-response", "next-response", "periodic-update")
        for metric in answered:
            self.finish(metric, at, "resolved", False)
        for metric in ("first-resolution", "ownership", *_GOES_ON):
            self.finish(metric, at, "resolved", True)

    def reopens(self, at: int) -> None:
        if not self.resolved:
            return
        self.resolved, self.status, self.snoozed = False, "open", None
        late = self.shape.grace_ms is not None and at - self.resolved_at > self.shape.grace_ms // 1000
        for metric in _GOES_ON:
            if late:
                self.begin(metric, at)
                continue
            last = [one for one in self.clocks if one.metric == metric][-1]
            last.end, last.by, last.met = None, "", False
        if self.team:
            self.begin("ownership", at, self.team)

    def call(self, at: int, call: str, moved: str) -> None:
        if moved == "rang":
            self.begin("pickup", at, call)
            self.begin("notice", at, call)
            self.clocks[-1].owed_after = at + self.target("pickup").within_ms // 1000
        elif moved == "told":
            for one in self.live("notice"):
                if one.key == call and at <= one.start + self.target("notice").within_ms // 1000:
                    one.end, one.by, one.met, one.owed_after = at, "told", True, 0
        elif moved in ("answered", "ended", "asked"):
            by = {"answered": "answered", "ended": "hung-up", "asked": "asked-back"}[moved]
            self.finish("pickup", at, by, moved == "answered", call)
            self.finish("notice", at, by, False, call)
            if moved == "asked":
                self.begin("call-back", at, call)
        else:
            self.finish("call-back", at, "called-back", True, call)

    def merges(self, fact: f.Merged) -> None:
        for one in self.clocks:
            if one.end is None and one.metric in ("first-resolution", *_GOES_ON) and one.start == self.created:
                one.start = min(one.start, fact.created // 1000)
            if one.end is None and one.metric == "first-response" and self.target("first-response").created:
                one.start = min(one.start, fact.created // 1000)
        if fact.waiting is None:
            return
        waiting = fact.waiting // 1000
        if not self.target("first-response").created:
            if self.first == "none":
                self.begin("first-response", waiting)
                self.first = "open"
            for one in self.live("first-response"):
                one.start = min(one.start, waiting)
        if self.waiting is None:
            self.waiting = waiting
            self.waiting_counts = self.target("next-response").first or self.first == "done"
            if self.waiting_counts:
                self.begin("next-response", waiting)
        else:
            self.waiting = min(self.waiting, waiting)
            for one in self.live("next-response"):
                one.start = self.waiting


def _standing(facts: Sequence[f.Fact]) -> set[f.Fact]:
    """The replies that arrived, as far as anybody knows by now."""
    stands: dict[f.Fact, bool] = {}
    last: dict[str, f.Fact] = {}
    for fact in facts:
        if isinstance(fact, f.Replied):
            stands[fact], last[fact.message] = True, fact
        elif isinstance(fact, f.SendFailed | f.SendSettled) and fact.message in last:
            stands[last[fact.message]] = isinstance(fact, f.SendSettled)
    return {fact for fact, stood in stands.items() if stood}


def evaluate(facts: Sequence[f.Fact], rulebook: Rulebook, calendars: dict[str, Calendar], now: int) -> set[Said]:
    """All clocks of the case at `now` (a whole second)."""
    known = sorted(set(facts), key=lambda fact: (fact.at, _ORDER.index(type(fact)), repr(fact)))
    known = [fact for fact in known if fact.at <= now * 1000]
    stands = _standing(known)
    own = [fact for fact in known if not isinstance(fact, f.InForce)]
    created = own[0].at // 1000
    merged = [time for fact in known if isinstance(fact, f.Merged) for time in (fact.created, fact.waiting or fact.at)]
    first = min((created, *(time // 1000 for time in merged))) // 60 * 60
    by_second: dict[int, list[f.Fact]] = {}
    for fact in known:
        by_second.setdefault(fact.at // 1000, []).append(fact)
    shape = rulebook.versions[rulebook.first].policies[0]
    world = _World(shape, created)
    traits, version = Traits(), rulebook.first
    for fact in known:
        if fact.at // 1000 < created and isinstance(fact, f.InForce):
            version = fact.version
    policies: list[tuple[str, Policy | None, str]] = []
    shown: list[str] = []
    last = now + 1
    for at in range(created, now + 1):
        if world.snoozed is not None and world.snoozed.until == at * 1000:
            world.snoozed = None
        if at == created:
            world.starts()
        for fact in by_second.get(at, ()):
            match fact:
                case f.InForce():
                    version = fact.version
                case f.Created():
                    traits = fact.traits
                    world.has_team(traits.team, at)
                case f.TraitChanged():
                    changed: dict[str, Any] = {fact.trait: fact.value}
                    traits = replace(traits, **changed)
                    world.has_team(traits.team, at)
                case f.CustomerWrote():
                    world.wrote(at)
                case f.Replied() if fact in stands:
                    world.replied(at, fact.kind)
                case f.StatusChanged():
                    world.status, world.snoozed = fact.status, None
                case f.Snoozed() if not world.resolved and (fact.until is None or fact.until > fact.at):
                    world.snoozed = fact
                case f.Woke():
                    world.snoozed = None
                case f.CallMoved():
                    world.call(at, fact.call, fact.moved)
                case f.Merged():
                    world.merges(fact)
                case f.Resolved():
                    world.resolves(at)
                case f.Reopened():
                    world.reopens(at)
                case f.MergedAway():
                    world.gone = True
                    break
        if world.gone:
            for metric in {one.metric for one in world.clocks}:
                world.finish(metric, at, "merged", False)
            last = at
        fitting = (p for p in rulebook.versions[version].policies if p.fit.fits(traits))
        policies.append((version, next(fitting, None), traits.priority))
        shown.append(world.shown)
        if world.gone:
            break
    before = created - first  # of a case that became part of this one
    policies, shown = [policies[0]] * before + policies, ["open"] * before + shown
    policies += [policies[-1]] * (now + 1 - first - len(policies))
    shown += [shown[-1]] * (now + 1 - first - len(shown))
    last = min(last, now)
    flags = {name: is_open(calendar, first, (now // 60 + 1) * 60) for name, calendar in calendars.items()}
    flags["always"] = [True] * ((now // 60 + 1) * 60 - first)
    said = {_measure(one, policies, shown, flags, first, last) for one in world.clocks}
    said = {one for one in said if one is not None and not (one[0] in _OF_NO_TIME and one[2] * 1000 == one[6])}
    return {one for one in said if one is not None and (one[7] != "newer-word" or one[3] == "breached")}


def _measure(
    one: _Live,
    policies: list[tuple[str, Policy | None, str]],
    shown: list[str],
    flags: dict[str, list[bool]],
    first: int,
    last: int,
) -> Said | None:
    """Count its seconds, for each policy that ever held; the one that holds in a second says whether it is late."""
    stop = one.end if one.end is not None else last
    counted: dict[tuple[str, Policy | None, str], list[tuple[int, int | None]]] = {}

    def count(measure: tuple[str, Policy | None, str]) -> list[tuple[int, int | None]]:
        policy = measure[1]
        target = policy.target(one.metric) if policy is not None else None
        if policy is None or target is None:
            return []
        within = target.within(measure[2]) // 1000
        open_ = flags["always" if target.wall or not policy.calendar else policy.calendar]
        used, due, rows = 0, None, []
        for at in range(one.start, stop + 1):
            status = shown[at - first]
            paused = status in target.pauses or (status == "resolved" and one.metric in _GOES_ON)
            if due is None and used >= within and not (paused and at < stop):
                due = at
            rows.append((used, due))
            used += open_[at - first] and not paused
        return rows

    since = None
    for at in range(one.start, stop + 1):
        measure = policies[at - first]
        if measure not in counted:
            counted[measure] = count(measure)
        rows = counted[measure]
        if not rows:
            continue
        since = at
        due = rows[at - one.start][1]
        if due is not None and due <= at and due < stop and stop > one.owed_after:
            return one.metric, one.key, one.start, "breached", due * 1000, rows[-1][0] * 1000, _ms(one.end), one.by
    if since is None:
        return None
    rows = counted[policies[since - first]]
    if since < stop or (one.end is None and since < last):
        over = since + 1
        return one.metric, one.key, one.start, "ended", None, rows[over - one.start][0] * 1000, over * 1000, "policy"
    used = rows[-1][0] * 1000
    if one.end is not None:
        return one.metric, one.key, one.start, "met" if one.met else "ended", None, used, _ms(one.end), one.by
    policy = policies[since - first][1]
    assert policy is not None
    target = policy.target(one.metric)
    assert target is not None
    paused = shown[last - first] in target.pauses
    return one.metric, one.key, one.start, "paused" if paused else "running", None, used, None, ""


def _ms(at: int | None) -> int | None:
    return at * 1000 if at is not None else None
