"""Policies: which cases one is for, and what it promises them. The values that sla.toml becomes.

The first policy that fits a case is its policy; which one that is is asked again whenever something that policies ask
about changes. A policy has at most one `Target` a metric, and a metric without one is not promised.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Final, Literal, get_args

from agent_tui.domain.channels import ChannelKind
from agent_tui.domain.channels import channel as profile_of
from agent_tui.domain.frozen import frozen
from agent_tui.domain.sla.calendars import ALWAYS, WorkingTime

SlaMetric = Literal[
    "pickup",
    "notice",
    "call-back",
    "first-response",
    "next-response",
    "periodic-update",
    "requester-wait",
    "agent-work",
    "first-resolution",
    "total-resolution",
    "ownership",
]
"""What a clock counts; the more urgent kind first, voice above all.

- pickup: from the start of a call, the voice menu included, until a human answers
- notice: the same start, until a waiting caller is told of the wait; a call that is answered needs none
- call-back: from when a caller asks to be called back until they are
- first-response, next-response: from a customer's oldest (or last) unanswered word until an answer
- periodic-update: from an answer of ours until the next, whether the customer writes or not
- requester-wait, agent-work: while a case is not resolved, but for the statuses that pause it
- first-resolution: from the beginning until the case is first resolved
- total-resolution: while it is not resolved, through every reopening
- ownership: while a team has it
"""
METRICS: Final[tuple[SlaMetric, ...]] = get_args(SlaMetric)
RESPONSES: Final[frozenset[SlaMetric]] = frozenset({"first-response", "next-response"})

CALLS: Final[frozenset[SlaMetric]] = frozenset({"pickup", "notice", "call-back"})
"""What is promised to callers."""

ReplyKind = Literal["human", "echo", "call", "template", "bot", "auto", "campaign", "note", "reminder"]
"""What of ours went out: an agent's words, the same from the channel's own app (echo), a call that was answered, an
approved template; a bot's, an automatic reply's, a campaign's; a note, which the customer never sees; a reminder to one
who is silent."""
REPLY_KINDS: Final[tuple[ReplyKind, ...]] = get_args(ReplyKind)
ANSWERS: Final[frozenset[ReplyKind]] = frozenset({"human", "echo", "call", "template"})
"""What counts as an answer where a policy does not say otherwise."""

BREACH_REASONS: Final = ("busy", "fault", "supplier", "hand-over", "overlooked", "customer", "other")
"""Why a promise of time was broken, where a workspace has no codes of its own: too much to do, something of ours did
not work, we waited for somebody else, it was lost between two of us, nobody saw it, the customer's own wish."""

SNOOZED: Final = "snoozed"
OPEN: Final = "open"

DEFAULT_PAUSES: Final[Mapping[SlaMetric, frozenset[str]]] = {
    "requester-wait": frozenset({"pending"}),
    "agent-work": frozenset({"pending", "on-hold"}),
}
"""The statuses in which a metric does not count where a policy does not say; the others count in every status."""

Trait = Literal["channel", "queue", "team", "tier", "priority", "language", "topic"]
"""What policies ask about a case, beside its tags."""


@frozen
class Warn:
    """When to warn: once `percent` of a target is used, or when `left_ms` of it are left. One of the two is set."""

    percent: int = 0
    left_ms: int = 0


@frozen
class Target:
    """What a policy promises of one metric: within `within_ms`, or what `by_priority` says instead.

    `wall`: counts every hour instead of the calendar's. `pauses`: the statuses in which it does not count. `created`:
    a first response and the first periodic update count from the case's creation instead of the customer's first word
    and our first answer. `last`: a next response counts from the last unanswered word instead of the oldest. `first`:
    a next response is also owed to a customer whom nobody has answered yet, for policies without a first response.
    `next_day_under_ms`: left less than this before the calendar closes for the day, a call-back is due when the next
    working day closes. `percent`: the share of cases that must be in time ("80% in 20 s"), 0 where nothing is said.
    """

    metric: SlaMetric
    within_ms: int
    by_priority: tuple[tuple[str, int], ...] = ()
    wall: bool = False
    pauses: frozenset[str] = frozenset()
    warn: tuple[Warn, ...] = ()
    created: bool = False
    last: bool = False
    first: bool = False
    next_day_under_ms: int = 0
    percent: int = 0

    def within(self, priority: str) -> int:
        """What a case of that priority is promised (working ms)."""
        for name, within_ms in self.by_priority:
            if name == priority:
                return within_ms
        return self.within_ms


StepAct = Literal["tell", "raise", "add", "reassign", "say"]


@frozen
class Step:
    """What is done about a clock that is running out: `tell` somebody, `raise` the priority, `add` agents to the case,
    `reassign` it, or `say` something to a caller who waits; `to` says to whom or what. It is due at a warning, or
    without one once the clock is late, by `late_ms` of its working time; about clocks of these `metrics`, of all where
    none is named."""

    act: StepAct
    to: str
    warn: Warn | None = None
    late_ms: int = 0
    metrics: frozenset[SlaMetric] = frozenset()


@frozen
class Traits:
    """What policies ask about a case, as it is at one time."""

    channel: str = ""
    queue: str = ""
    team: str = ""
    tier: str = ""
    priority: str = ""
    language: str = ""
    topic: str = ""
    tags: frozenset[str] = frozenset()


@frozen
class Fit:
    """Which cases a policy is for: of one of these, where any are named, in each of the ways; `tags`: with one of
    them; `kinds`: of a channel of one of these kinds."""

    channels: frozenset[str] = frozenset()
    kinds: frozenset[ChannelKind] = frozenset()
    queues: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    tiers: frozenset[str] = frozenset()
    priorities: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()

    def fits(self, traits: Traits) -> bool:
        """Whether a case like that is meant."""
        return (
            (not self.channels or traits.channel in self.channels)
            and (not self.kinds or profile_of(traits.channel).kind in self.kinds)
            and (not self.queues or traits.queue in self.queues)
            and (not self.teams or traits.team in self.teams)
            and (not self.tiers or traits.tier in self.tiers)
            and (not self.priorities or traits.priority in self.priorities)
            and (not self.languages or traits.language in self.languages)
            and (not self.topics or traits.topic in self.topics)
            and (not self.tags or not self.tags.isdisjoint(traits.tags))
        )

    def covers(self, other: Fit) -> bool:
        """Whether every case that `other` means is meant here too."""
        pairs = ((getattr(self, part.name), getattr(other, part.name)) for part in fields(self))
        return all(not own or (bool(others) and others <= own) for own, others in pairs)


@frozen
class Policy:
    """A policy. `calendar`: its own, "" for the queue's, the team's or else one that never closes; `answers`: what
    counts as an answer; `grace_ms`: reopened within this time after it was resolved a case's total resolution goes on
    with the time used, later it begins anew (None: it always goes on);
    `steps`: what is done about clocks that run out; `acknowledge`: the canned reply that a customer's first word gets
    by itself, "" none."""

    id: str
    fit: Fit = Fit()
    targets: tuple[Target, ...] = ()
    calendar: str = ""
    answers: frozenset[ReplyKind] = ANSWERS
    grace_ms: int | None = None
    steps: tuple[Step, ...] = ()
    acknowledge: str = ""

    def target(self, metric: SlaMetric) -> Target | None:
        """What it promises of a metric."""
        return next((target for target in self.targets if target.metric == metric), None)


@frozen
class Reminders:
    """A plan of reminders to customers who are silent: the first comes `after[0]` (ms) after our last answer, each
    further one so long after the one before. `wall`: counts every hour instead of the calendar's (its id, "" for one
    that never closes). `sends`: goes out by itself, else it is a draft; `text`: which canned reply it is."""

    id: str
    after: tuple[int, ...]
    text: str
    fit: Fit = Fit()
    wall: bool = False
    calendar: str = ""
    sends: bool = False


class Rules:
    """One version of sla.toml: its policies in their order, its calendars with what they have worked out.

    `of_queue`, `of_team`: the calendar (its id) of cases there whose policy names none; `follows`: whether a case that
    moves to another queue or team is matched anew; otherwise the first one it was in stays the one that policies see.
    Raises KeyError when a calendar is named that is not there.
    """

    def __init__(
        self,
        version: str,
        policies: tuple[Policy, ...],
        calendars: Mapping[str, WorkingTime] | None = None,
        of_queue: Mapping[str, str] | None = None,
        of_team: Mapping[str, str] | None = None,
        follows: bool = False,
        reminders: tuple[Reminders, ...] = (),
    ) -> None:
        self.version = version
        self.policies = policies
        self.by_id = {policy.id: policy for policy in policies}
        self.always = WorkingTime(ALWAYS)
        self.calendars = {ALWAYS.id: self.always, **(calendars or {})}
        self._own = {policy.id: self.calendars[policy.calendar] for policy in policies if policy.calendar}
        self._of_queue = {queue: self.calendars[name] for queue, name in (of_queue or {}).items()}
        self._of_team = {team: self.calendars[name] for team, name in (of_team or {}).items()}
        self.follows = follows
        self.reminders = reminders

    def policy_of(self, traits: Traits, pinned: str = "") -> Policy | None:
        """The pinned policy, or the first that fits; None where none does. A pin that is not there pins nothing."""
        if pinned and (policy := self.by_id.get(pinned)) is not None:
            return policy
        return next((policy for policy in self.policies if policy.fit.fits(traits)), None)

    def working_time(self, policy: Policy, traits: Traits) -> WorkingTime:
        """What the targets of a case count in, but for those that count every hour."""
        return (
            self._own.get(policy.id)
            or self._of_queue.get(traits.queue)
            or self._of_team.get(traits.team)
            or self.always
        )


@frozen
class Rulebook:
    """Every version of the rules that facts may name; `first`: the one for a case from before any was recorded."""

    versions: Mapping[str, Rules]
    first: str

    @classmethod
    def only(cls, rules: Rules) -> Rulebook:
        """Of one version alone."""
        return cls({rules.version: rules}, rules.version)
