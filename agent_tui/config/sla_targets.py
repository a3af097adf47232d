"""What one metric is promised in `sla.toml`. The docstring under a field is its documentation."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from pydantic import Field

from agent_tui.config.sla_words import Length, WarnAt, length_ms, warn_of
from agent_tui.config.validation import ConfigModel
from agent_tui.domain.sla.policies import DEFAULT_PAUSES, SlaMetric, Target


class TargetSettings(ConfigModel):
    """What is promised of one metric."""

    within: Length = Field(examples=["30m"])
    """How long it may take: hours, minutes and seconds (1h30m)."""

    by_priority: dict[str, Length] = Field(default={}, examples=[{"urgent": "10m"}])
    """How long for cases of a priority instead."""

    clock: Literal["calendar", "wall"] = "calendar"
    """calendar: only working time counts; wall: every hour does."""

    pauses: tuple[str, ...] | None = Field(default=None, examples=[["pending"]])
    """The statuses in which it does not count (pending, on-hold, snoozed or your own). Without it requester_wait
    pauses when pending, agent_work when pending or on hold, and nothing else ever does."""

    warn: tuple[WarnAt, ...] | None = Field(default=None, examples=[["75%", "5m"]])
    """When to warn: once a share of it is used, or when so much is left."""

    def target(self, metric: SlaMetric, warn: tuple[str, ...]) -> Target:
        """As a policy holds it; `warn`: when to warn where it does not say."""
        pauses = DEFAULT_PAUSES.get(metric, frozenset()) if self.pauses is None else frozenset(self.pauses)
        return Target(
            metric,
            length_ms(self.within),
            tuple((priority, length_ms(within)) for priority, within in self.by_priority.items()),
            self.clock == "wall",
            pauses,
            tuple(map(warn_of, self.warn if self.warn is not None else warn)),
        )


class FirstResponse(TargetSettings):
    """Until the first answer."""

    start: Literal["customer", "created"] = "customer"
    """customer: from the customer's first word; created: from when the case began, as some servers count."""

    def target(self, metric: SlaMetric, warn: tuple[str, ...]) -> Target:
        return replace(super().target(metric, warn), created=self.start == "created")


class NextResponse(TargetSettings):
    """Until the answer to each further word of the customer's."""

    anchor: Literal["oldest", "last"] = "oldest"
    """Whether it counts from the oldest unanswered word or from the last one."""

    first_too: bool = False
    """Count the first answer too, for policies without first_response."""

    def target(self, metric: SlaMetric, warn: tuple[str, ...]) -> Target:
        return replace(super().target(metric, warn), last=self.anchor == "last", first=self.first_too)


class PeriodicUpdate(TargetSettings):
    """From an answer of ours until the next, whether the customer writes or not."""

    start: Literal["answer", "created"] = "answer"
    """Whether the first one counts from our first answer or from when the case began."""

    def target(self, metric: SlaMetric, warn: tuple[str, ...]) -> Target:
        return replace(super().target(metric, warn), created=self.start == "created")


class CallTarget(TargetSettings):
    """About a call; every hour counts and nothing pauses it where nothing else is said."""

    clock: Literal["calendar", "wall"] = "wall"
    """calendar: only working time counts; wall: every hour does."""

    percent: int = Field(default=0, ge=0, le=100, examples=[80])
    """The share of calls that must be in time ("80% in 20 s"), for the wallboard; 0 says nothing."""

    def target(self, metric: SlaMetric, warn: tuple[str, ...]) -> Target:
        return replace(super().target(metric, warn), percent=self.percent)


class CallBack(TargetSettings):
    """Until a caller who asked for it is called back."""

    clock: Literal["calendar", "wall"] = "wall"
    """calendar: only working time counts; wall: every hour does."""

    next_day_under: Length | None = Field(default=None, examples=["2h"])
    """Asked for less than this before the calendar closes for the day: by the closing of its next working day."""

    def target(self, metric: SlaMetric, warn: tuple[str, ...]) -> Target:
        return replace(
            super().target(metric, warn), next_day_under_ms=length_ms(self.next_day_under) if self.next_day_under else 0
        )
