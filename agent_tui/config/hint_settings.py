"""Rules for hints which channel suits better: what the file that hub.toml names under `hints` may say."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from agent_tui.config.problems import ConfigError, Problem, Wrong
from agent_tui.config.toml_source import read_toml
from agent_tui.config.validation import ConfigModel, validate
from agent_tui.domain.channel_hints import HintRule, When
from agent_tui.domain.channels import CHANNEL_KEYS

BUILT_IN = Path(__file__).with_name("hints.toml")


class RuleSettings(ConfigModel):
    """One rule. The first that holds is shown."""

    when: When = Field(examples=["words"])
    """words: one of them was said lately; picture: the customer sent one, or one of the words was said; label: the case
    has one; silence: nobody answered us for `days`."""

    channel: str = Field(default="", examples=["email"])
    """What suits better; left out: the channel that the customer used last."""

    reason: str = Field(min_length=1, max_length=60, examples=["a long form"])
    """Why, as the agent reads it in English."""

    reason_he: str = Field(default="", max_length=60, examples=["טופס ארוך"])
    """The same in Hebrew; `reason` stands there when left out."""

    words: tuple[str, ...] = Field(default=(), max_length=100, examples=[["form", "טופס"]])
    """Words in any language, whole ones."""

    labels: tuple[str, ...] = Field(default=(), max_length=100, examples=[["topic:fault"]])
    """Labels of the case."""

    on: tuple[str, ...] = Field(default=(), examples=[["sms", "webchat"]])
    """Only where the case is on one of these channels."""

    days: float = Field(default=0, ge=0, le=365)
    """Days without an answer."""

    links: bool = True
    """false: not where we sent a link or a file."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        needs = {"words": "words", "label": "labels", "silence": "days"}.get(self.when)
        if needs is not None and not getattr(self, needs):
            raise Wrong(f"says {self.when} without {needs}", f"{needs} = ...", (needs,))
        for place, key in enumerate((self.channel, *self.on)):
            if key and key not in CHANNEL_KEYS:
                where = ("channel",) if place == 0 else ("on", place - 1)
                raise Wrong(f"{key} is no channel", "one of " + ", ".join(CHANNEL_KEYS), where)
        return self

    def rule(self) -> HintRule:
        """As the hub has it."""
        return HintRule(
            self.when,
            self.channel,
            self.reason,
            self.reason_he,
            self.words,
            self.labels,
            self.on,
            self.days,
            self.links,
        )


class HintSettings(ConfigModel):
    """Hints which channel suits a case better."""

    rule: tuple[RuleSettings, ...] = Field(default=(), max_length=100)
    """One [[rule]] table for each."""


def load_hints(path: Path = BUILT_IN) -> tuple[HintRule, ...]:
    """The rules of a file. Raises ConfigError with everything that is wrong."""
    loaded = validate(HintSettings, read_toml(path), {}, "")
    return tuple(one.rule() for one in loaded.settings.rule)


def check_hints(path: Path) -> tuple[Problem, ...]:
    """Everything that is wrong with the file at `path`."""
    try:
        load_hints(path)
    except ConfigError as error:
        return error.problems
    return ()
