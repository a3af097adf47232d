"""Queues in hub.toml: which cases wait where, who works them, and what each asks of an agent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from agent_tui.config.problems import Wrong
from agent_tui.config.settings import Name, distinct
from agent_tui.config.validation import ConfigModel
from agent_tui.domain.queues import QueueSetup
from agent_tui.domain.time import MINUTE_MS


class QueueSettings(ConfigModel):
    """Where cases that nobody has wait, and how they are given out. One [[queue]] table for each; a case waits in the
    first that it fits, and in none where it fits none. Without any, agents take cases themselves."""

    name: Name = Field(examples=["chats"])
    """Its short name."""

    title: str = Field(default="", examples=["Chats"])
    """Its name as agents read it; the short one when left out."""

    mode: Literal["push", "pull"] = "push"
    """push: cases are given to agents who are available; pull: agents take the next one (U)."""

    team: str = Field(default="", examples=["billing"])
    """Only cases of this team wait here, and its members work it."""

    agents: tuple[str, ...] = Field(default=(), examples=[["noa", "avi"]])
    """Who works it besides. With neither team nor agents everybody does."""

    channels: tuple[str, ...] = Field(default=(), examples=[["whatsapp", "webchat"]])
    """Only cases of these channels wait here; of any when left out."""

    brands: tuple[str, ...] = Field(default=(), examples=[["nofar"]])
    """Only cases of these brands; of any when left out."""

    labels: tuple[str, ...] = Field(default=(), examples=[["refund"]])
    """Only cases with one of these labels; with any or none when left out."""

    asks: tuple[Literal["language", "channel"], ...] = Field(default=(), examples=[["language"]])
    """What of a case becomes a skill that it needs: language:he of a Hebrew customer, channel:email of a mail. A
    customer whose language nobody knows needs none."""

    needs: tuple[str, ...] = Field(default=(), examples=[["region:north"]])
    """Skills that all cases here need. Agents get skills by `agent-tui hub agent skills`; the brand needs no naming:
    nobody is given what they may not see."""

    label_needs: dict[str, str] = Field(default={}, examples=[{"refund": "topic:refunds"}])
    """Skills that cases with a label need."""

    weights: dict[str, int] = Field(default={}, examples=[{"webchat": 2, "email": 1}])
    """How much of an agent's capacity a case of a channel takes; 1 where nothing is said."""

    sticky: bool = True
    """A customer who comes back goes to the agent who had them last, where that one has room."""

    sticky_minutes: float = Field(default=0, ge=0, allow_inf_nan=False)
    """How long such a case waits for that agent while they are full."""

    overflow: str = ""
    """The other queue whose agents may have a case too, once it has waited too long here."""

    overflow_minutes: float = Field(default=5, ge=0, allow_inf_nan=False)
    """How long that is."""

    head_start_minutes: float = Field(default=5, ge=0, allow_inf_nan=False)
    """How much sooner than it came a case counts as come, for each step of priority."""

    def setup(self) -> QueueSetup:
        """As the hub uses it."""
        return QueueSetup(
            self.name,
            self.title,
            self.mode,
            self.team,
            self.agents,
            self.channels,
            self.brands,
            self.labels,
            self.asks,
            self.needs,
            tuple(self.label_needs.items()),
            tuple(self.weights.items()),
            self.overflow,
            round(self.overflow_minutes * MINUTE_MS),
            self.sticky,
            round(self.sticky_minutes * MINUTE_MS),
            round(self.head_start_minutes * MINUTE_MS),
        )


def check_queues(queues: Sequence[QueueSettings], teams: Sequence[str], brands: Sequence[str]) -> None:
    """What one queue names is there. Raises Wrong."""
    names = [queue.name for queue in queues]
    distinct("queue", names)
    for index, queue in enumerate(queues):
        if queue.team and queue.team not in teams:
            raise Wrong("no such team", "the name of one of [[teams]]", ("queue", index, "team"))
        if [brand for brand in queue.brands if brand not in brands]:
            raise Wrong("no such brand", "names of [[brands]]", ("queue", index, "brands"))
        if queue.overflow and (queue.overflow not in names or queue.overflow == queue.name):
            raise Wrong("no such queue", "the name of another [[queue]]", ("queue", index, "overflow"))
        if [weight for weight in queue.weights.values() if weight < 1]:
            raise Wrong("too little", "whole numbers from 1", ("queue", index, "weights"))
