"""What `sla.toml` may say. The docstring under a field is its documentation."""

from __future__ import annotations

from typing import Final, Literal, Self

from pydantic import Field, model_validator

from agent_tui.config.problems import Wrong
from agent_tui.config.settings import Name, distinct
from agent_tui.config.sla_calendar_settings import CalendarSettings
from agent_tui.config.sla_targets import (
    CallBack,
    CallTarget,
    FirstResponse,
    NextResponse,
    PeriodicUpdate,
    TargetSettings,
)
from agent_tui.config.sla_words import Length, StepAt, WarnAt, length_ms, step_time_of
from agent_tui.config.validation import ConfigModel
from agent_tui.domain.sla.policies import METRICS, Fit, Policy, Reminders, ReplyKind, SlaMetric, Step, StepAct

MetricKey = Literal[
    "pickup",
    "notice",
    "call_back",
    "first_response",
    "next_response",
    "periodic_update",
    "requester_wait",
    "agent_work",
    "first_resolution",
    "total_resolution",
    "ownership",
]
METRIC_OF: Final = {metric.replace("-", "_"): metric for metric in METRICS}
"""The metric of each key of a policy."""
PresetName = Literal["il-6-minutes", "e-commerce", "b2b-support", "social-care"]


class AnswerTable(ConfigModel):
    """What counts as an answer. A send that fails is taken back in any case."""

    human: bool = True
    """An agent's words."""
    echo: bool = True
    """Words that an agent wrote in the channel's own app."""
    call: bool = True
    """A call that was answered, by either side."""
    template: bool = True
    """An approved template."""
    bot: bool = False
    """A bot's words."""
    auto: bool = False
    """An automatic reply."""
    campaign: bool = False
    """A campaign's message."""
    note: bool = False
    """A note that the customer never sees."""
    reminder: bool = False
    """A reminder to a customer who is silent."""

    @property
    def kinds(self) -> frozenset[ReplyKind]:
        """What is allowed."""
        counts: dict[ReplyKind, bool] = {
            "human": self.human,
            "echo": self.echo,
            "call": self.call,
            "template": self.template,
            "bot": self.bot,
            "auto": self.auto,
            "campaign": self.campaign,
            "note": self.note,
            "reminder": self.reminder,
        }
        return frozenset(kind for kind, answers in counts.items() if answers)


class FitSettings(ConfigModel):
    """Which cases are meant: of one of these, in every way where any are named."""

    channels: tuple[str, ...] = Field(default=(), examples=[["webchat"]])
    """Of one of these channels."""
    kinds: tuple[Literal["voice", "live", "messaging", "mail", "public"], ...] = Field(default=(), examples=[["live"]])
    """Of a channel of one of these kinds."""
    queues: tuple[str, ...] = ()
    """In one of these queues."""
    teams: tuple[str, ...] = ()
    """Of one of these teams."""
    tiers: tuple[str, ...] = Field(default=(), examples=[["gold"]])
    """Of a customer of one of these tiers."""
    priorities: tuple[str, ...] = Field(default=(), examples=[["urgent"]])
    """Of one of these priorities."""
    tags: tuple[str, ...] = Field(default=(), examples=[["vip"]])
    """With one of these tags."""
    languages: tuple[str, ...] = Field(default=(), examples=[["he"]])
    """In one of these languages."""
    topics: tuple[str, ...] = Field(default=(), examples=[["fault"]])
    """About one of these topics."""

    @property
    def fit(self) -> Fit:
        """As the engine reads it."""
        return Fit(
            frozenset(self.channels),
            frozenset(self.kinds),
            frozenset(self.queues),
            frozenset(self.teams),
            frozenset(self.tiers),
            frozenset(self.priorities),
            frozenset(self.tags),
            frozenset(self.languages),
            frozenset(self.topics),
        )


class StepSettings(ConfigModel):
    """What is done about a clock that runs out."""

    at: StepAt = Field(examples=["late 10m"])
    """When: a share of the target is used (90%), so much is left (5m), it is late, or late by so much (late 10m)."""

    act: StepAct
    """tell somebody, raise the priority, add agents to the case, reassign it, or say something to a waiting caller."""

    to: str = Field(min_length=1, examples=["supervisors"])
    """Whom to tell or add, the priority, or the agent, team or queue; what to say: a canned reply, or a recording that
    the telephone exchange has."""

    metrics: tuple[MetricKey, ...] = Field(default=(), examples=[["first_response"]])
    """About which clocks; about all where none is named."""

    @model_validator(mode="after")
    def _said_to_callers(self) -> Self:
        if self.act == "say" and not (self.metrics and set(self.metrics) <= {"pickup", "notice"}):
            raise Wrong("is said to callers who wait", "metrics = ['notice'], pickup or both", ("act",))
        return self

    @property
    def step(self) -> Step:
        """As the engine reads it."""
        warn, late_ms = step_time_of(self.at)
        return Step(self.act, self.to, warn, late_ms, frozenset(METRIC_OF[key] for key in self.metrics))


class PolicySettings(FitSettings):
    """A policy. A case has the first that fits it: of one of these, in every way where any are named. It is matched
    anew when what is asked about it changes, and then counts from where its clocks began."""

    name: Name = Field(examples=["vip-chat"])
    """Its short name."""

    calendar: str = Field(default="", examples=["office"])
    """What its targets count in; the queue's or team's calendar when left out, else every hour."""

    warn: tuple[WarnAt, ...] | None = Field(default=None, examples=[["75%", "90%"]])
    """When to warn, for its targets that do not say."""

    reopen_grace: Length | None = Field(default=None, examples=["72h"])
    """Reopened within this time its requester_wait, agent_work and total_resolution go on, later they begin anew;
    without it they always go on."""

    answers: AnswerTable = AnswerTable()
    """What counts as an answer."""

    acknowledge: str = Field(default="", examples=["received"])
    """The canned reply that a customer's first word gets by itself, with {{ promised }} in place of the time by which
    an answer is due. It is no answer."""

    steps: tuple[StepSettings, ...] = ()
    """What is done about clocks that run out. One [[policy.steps]] table for each."""

    pickup: CallTarget | None = None
    """From the start of a call, the voice menu included, until a human answers."""
    notice: CallTarget | None = None
    """From the start of a call until a caller who waits longer than `pickup` allows is told of the wait."""
    call_back: CallBack | None = None
    """From when a caller asks to be called back until they are."""
    first_response: FirstResponse | None = None
    """Until the first answer."""
    next_response: NextResponse | None = None
    """Until the answer to each further word."""
    periodic_update: PeriodicUpdate | None = None
    """From an answer of ours until the next."""
    requester_wait: TargetSettings | None = None
    """While it is not resolved, but for what pauses it."""
    agent_work: TargetSettings | None = None
    """While it is with us, but for what pauses it."""
    first_resolution: TargetSettings | None = None
    """Until it is first resolved."""
    total_resolution: TargetSettings | None = None
    """While it is not resolved, through every reopening."""
    ownership: TargetSettings | None = None
    """While a team has it."""

    @property
    def promised(self) -> dict[SlaMetric, TargetSettings | None]:
        """The target of each metric."""
        return {
            "pickup": self.pickup,
            "notice": self.notice,
            "call-back": self.call_back,
            "first-response": self.first_response,
            "next-response": self.next_response,
            "periodic-update": self.periodic_update,
            "requester-wait": self.requester_wait,
            "agent-work": self.agent_work,
            "first-resolution": self.first_resolution,
            "total-resolution": self.total_resolution,
            "ownership": self.ownership,
        }

    def policy(self, warn: tuple[str, ...]) -> Policy:
        """As the engine reads it; `warn`: when to warn where neither it nor a target says."""
        own = self.warn if self.warn is not None else warn
        return Policy(
            self.name,
            self.fit,
            tuple(settings.target(metric, own) for metric, settings in self.promised.items() if settings is not None),
            self.calendar,
            self.answers.kinds,
            length_ms(self.reopen_grace) if self.reopen_grace else None,
            tuple(step.step for step in self.steps),
            self.acknowledge,
        )

    @model_validator(mode="after")
    def _promises(self) -> Self:
        if not any(self.promised.values()):
            raise Wrong("promises nothing", "a target such as first_response = { within = '30m' }", ("name",))
        return self


class ReminderSettings(FitSettings):
    """Reminders to customers who do not answer, until any sign of life. The first that fits a case is its plan."""

    name: Name = Field(examples=["chat"])
    """Its short name."""

    after: tuple[Length, ...] = Field(min_length=1, examples=[["3m", "5m"]])
    """How long after our last answer the first one comes, and each further one after the one before; no more than
    these. A channel's window for free writing is kept: nothing is due once it has closed."""

    text: str = Field(min_length=1, examples=["still-there"])
    """Which canned reply it is."""

    send: Literal["draft", "rule"] = "draft"
    """draft: an agent sends it; rule: it goes out by itself."""

    clock: Literal["calendar", "wall"] = "calendar"
    """calendar: only working time counts; wall: every hour does."""

    calendar: str = ""
    """What it counts in; every hour when left out."""

    @property
    def plan(self) -> Reminders:
        """As the engine reads it."""
        after = tuple(map(length_ms, self.after))
        return Reminders(
            self.name, after, self.text, self.fit, self.clock == "wall", self.calendar, self.send == "rule"
        )


class BreachReasonSettings(ConfigModel):
    """Why a promise of time was broken, as agents say it. One [[reason]] table for each; without any they are busy,
    fault, supplier, hand-over, overlooked, customer and other."""

    name: Name = Field(examples=["storm"])
    """Its code, as it is typed and counted."""

    title: str = Field(default="", examples=["Power cut in the region"])
    """What agents read; the code when left out."""


class SlaSettings(ConfigModel):
    """What is promised to whom, and when it counts."""

    presets: tuple[PresetName, ...] = Field(default=(), examples=[["il-6-minutes"]])
    """Policies that come with agent-tui, after your own; `agent-tui sla presets` shows them."""

    warn: tuple[WarnAt, ...] = ("75%", "90%")
    """When to warn, for what does not say."""

    follow_queue: bool = False
    """Whether a case that moves to another queue or team is matched anew; otherwise the first one counts."""

    calendar: tuple[CalendarSettings, ...] = ()
    """When places work. One [[calendar]] table for each."""

    policy: tuple[PolicySettings, ...] = ()
    """What is promised; the first that fits a case has it. One [[policy]] table for each."""

    reminder: tuple[ReminderSettings, ...] = ()
    """Reminders to customers who are silent. One [[reminder]] table for each plan."""

    reason: tuple[BreachReasonSettings, ...] = ()
    """Why promises of time are broken."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        distinct("calendar", [calendar.name for calendar in self.calendar])
        distinct("policy", [policy.name for policy in self.policy])
        distinct("reminder", [reminder.name for reminder in self.reminder])
        distinct("reason", [reason.name for reason in self.reason])
        for index, calendar in enumerate(self.calendar):
            if calendar.name == "always":
                raise Wrong("always is there by itself", "another name", ("calendar", index, "name"))
        return self
