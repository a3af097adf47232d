"""The clocks of a case: each episode of each metric, measured against what was promised.

What policies see of a case changes (priority, topic, the rules themselves). A clock is measured by the policy that
holds, from the clock's original start; a clock that was breached under an earlier one stays as it was then. So a due
time that a shorter target moves into the past breaches at once, dated there, and a longer one repairs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

from agent_tui.domain.frozen import frozen
from agent_tui.domain.sla.calendars import WorkingTime
from agent_tui.domain.sla.course import RESOLVED, Course, Stretch
from agent_tui.domain.sla.episodes import Ending, Episode, episodes
from agent_tui.domain.sla.facts import Fact
from agent_tui.domain.sla.policies import METRICS, Policy, Rulebook, Rules, SlaMetric, Target, Traits
from agent_tui.domain.time import Ms

SlaState = Literal["running", "paused", "met", "breached", "ended"]
_PLACE: Final = {metric: place for place, metric in enumerate(METRICS)}
_LASTING: Final = frozenset({"requester-wait", "agent-work", "total-resolution"})
"""What goes on after a reopening: being resolved pauses it."""


@frozen
class SlaClock:
    """One clock, and all that a sentence about it needs.

    `key`: the call or the team it is about, "" where there is one of a metric at a time. `policy` of the rules'
    `version` measured it, in working time of `calendar`. `within`, `used`: working ms promised, and counted up to its
    end or now. `due`: None while it is paused and nobody knows until when. `ended`, `by`: when it stopped counting and
    why; a breached clock goes on until then. `pauses`: what it did not count, with the status. `percent`: the share of
    such cases that must be in time, 0 where nothing is said. `next_day`: it was asked for late in the day, so it is due
    when the next working day closes.
    """

    metric: SlaMetric
    started: Ms
    within: int
    used: int
    due: Ms | None
    state: SlaState
    policy: str
    calendar: str
    key: str = ""
    ended: Ms | None = None
    by: Ending = ""
    pauses: tuple[Stretch, ...] = ()
    version: str = ""
    percent: int = 0
    next_day: bool = False

    @property
    def remaining(self) -> int:
        """Working ms left, below 0 when it is late; at its end, where it has ended."""
        return self.within - self.used

    @property
    def breached_at(self) -> Ms | None:
        """When it was breached: its due instant."""
        return self.due if self.state == "breached" else None

    @property
    def counts(self) -> bool:
        """Whether it still goes on, in time or late."""
        return self.ended is None


class Spell(NamedTuple):
    """From `start` until before `end` (None: still) a case is measured like this."""

    start: Ms
    end: Ms | None
    rules: Rules
    policy: Policy | None
    priority: str
    hours: WorkingTime


def clocks(facts: Iterable[Fact], rulebook: Rulebook, now: Ms) -> tuple[SlaClock, ...]:
    """All clocks that the case has had by `now`, by metric and start; facts of later are not known yet.

    Raises KeyError when a fact names a version that the rulebook does not have.
    """
    course = Course(facts, now)
    return measured(course, spells(course, rulebook))


def measured(course: Course, measures: Iterable[Spell]) -> tuple[SlaClock, ...]:
    """The same, of a case whose facts were read, and whose `spells` are known."""
    if not course.begun:
        return ()
    found: dict[tuple[SlaMetric, str, Ms], SlaClock] = {}
    for spell in measures:
        if spell.policy is None:
            continue
        for target in spell.policy.targets:
            for episode in episodes(course, spell.policy, target, spell.priority):
                if (spell.end is not None and episode.start >= spell.end) or (
                    episode.end is not None and episode.end < spell.start
                ):
                    continue
                place = (target.metric, episode.key, episode.start)
                before = found.get(place)
                if before is None or before.state != "breached":
                    found[place] = _measured(course, spell, spell.policy, target, episode)
    shown = [clock for clock in found.values() if clock.by != "newer-word" or clock.state == "breached"]
    return tuple(sorted(shown, key=lambda clock: (_PLACE[clock.metric], clock.started, clock.key)))


def spells(course: Course, rulebook: Rulebook) -> list[Spell]:
    """By which policy a case is measured when, from its beginning on."""
    made: list[Spell] = []
    queue = team = ""
    phases = course.phases
    for index, (start, traits, pinned, version) in enumerate(phases):
        end = phases[index + 1].start if index + 1 < len(phases) else None
        if end is not None and end <= course.created:
            continue
        rules = rulebook.versions[version or rulebook.first]
        queue, team = queue or traits.queue, team or traits.team
        seen = traits if rules.follows else _held(traits, queue, team)
        policy = rules.policy_of(seen, pinned)
        hours = rules.working_time(policy, seen) if policy is not None else rules.always
        last = made[-1] if made else None
        if last is not None and last.policy is policy and last.hours is hours and _alike(policy, last, seen.priority):
            made[-1] = last._replace(end=end)
        else:
            made.append(Spell(start if made else min(start, course.created), end, rules, policy, seen.priority, hours))
    return made


def _alike(policy: Policy | None, last: Spell, priority: str) -> bool:
    """Whether the policy promises a case of that priority the same as before."""
    return last.priority == priority or policy is None or not any(target.by_priority for target in policy.targets)


def _held(traits: Traits, queue: str, team: str) -> Traits:
    """With the queue and the team that it was in first."""
    if traits.queue == queue and traits.team == team:
        return traits
    return Traits(traits.channel, queue, team, traits.tier, traits.priority, traits.language, traits.topic, traits.tags)


def _measured(course: Course, spell: Spell, policy: Policy, target: Target, episode: Episode) -> SlaClock:
    start, end, by, met, key, owed_after = episode
    hours = spell.rules.always if target.wall else spell.hours
    within = target.within(spell.priority)
    stop = end if end is not None else course.now
    due: Ms | None = None
    pauses: tuple[Stretch, ...] = ()
    if target.next_day_under_ms:
        due = spell.hours.next_day_if_late(start, target.next_day_under_ms)
    next_day = due is not None
    if due is not None:
        within, hours = due - start, spell.rules.always
    else:
        pauses = _pauses(course.stretches, target, start, end)
        due = reached(hours, start, within, pauses)
    state: SlaState
    if due is not None and due < stop and stop > owed_after and (spell.end is None or due < spell.end):
        state = "breached"
    elif spell.end is not None and stop >= spell.end:
        # the policy that holds next goes on with it, or does not promise it
        state, stop, end, by = "ended", spell.end, spell.end, "policy"
    elif end is not None:
        state = "met" if met else "ended"
    else:
        paused = any(pause.start <= stop and (pause.end is None or stop < pause.end) for pause in pauses)
        state = "paused" if paused else "running"
    used = hours.between(start, stop)
    for pause in pauses:
        used -= hours.between(max(pause.start, start), stop if pause.end is None else min(pause.end, stop))
    return SlaClock(
        target.metric, start, within, used, due, state, policy.id, hours.calendar.id, key, end, by, pauses,
        spell.rules.version, target.percent, next_day,
    )  # fmt: skip


def _pauses(stretches: list[Stretch], target: Target, start: Ms, end: Ms | None) -> tuple[Stretch, ...]:
    """The stretches in which it does not count, as far as they lie within."""
    if not stretches:
        return ()
    lasting = target.metric in _LASTING
    return tuple(
        stretch
        for stretch in stretches
        if (stretch.word in target.pauses or (lasting and stretch.word == RESOLVED))
        and (stretch.end is None or stretch.end > start)
        and (end is None or stretch.start < end)
    )


def reached(hours: WorkingTime, start: Ms, working_ms: int, pauses: Iterable[Stretch]) -> Ms | None:
    """When so much was counted since `start`; None where a pause whose end nobody knows comes before. A pause that
    begins at that very instant does."""
    left, at = working_ms, start
    for pause in pauses:
        due = hours.add(at, left)
        if due < pause.start:
            return due
        if pause.end is None:
            return None
        left -= hours.between(at, pause.start)
        at = pause.end
    return hours.add(at, left)
