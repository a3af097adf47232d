"""What a guided script's file may say: one TOML file a script, called by its key (docs/scripts.md)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator

from agent_tui.config.problems import Wrong
from agent_tui.config.validation import ConfigModel
from agent_tui.domain.guided.script import DEEDS, Ask, Branch, Choice, Effect, Step, Words

MOST_SAID = 4_000
Said = Annotated[str, Field(max_length=MOST_SAID)]


def _in_languages(value: Any) -> Any:
    return {"": value} if isinstance(value, str) else value


Written = Annotated[dict[str, Said], BeforeValidator(_in_languages)]
"""Words: `"Hello"`, or in each language `{ en = "Hello", he = "..." }`."""
Id = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[a-z0-9][a-z0-9_-]*$")]
Name = Annotated[str, Field(max_length=60, pattern=r"^([^\W\d][\w.-]*)?$")]
Several = Annotated[tuple[str, ...], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]


def words(written: dict[str, str]) -> Words:
    """As the domain has them, blanks at the ends and between lines of one paragraph as the file has them."""
    return tuple((language, text.strip()) for language, text in written.items())


def _effect(line: str) -> Effect:
    kind, _, rest = line.strip().partition(" ")
    if kind not in DEEDS:
        raise Wrong(f"{kind[:40]} is nothing that a step does", ", ".join(DEEDS))
    if kind != "promise":
        return Effect(kind, rest.strip())
    minutes, _, what = rest.strip().partition(" ")
    if not minutes.isdecimal() or not what.strip() or len(minutes) > 6:
        raise Wrong("a promise has minutes and words", 'do = ["promise 120 Call back"]')
    return Effect(kind, what.strip(), int(minutes))


class DoingSettings(ConfigModel):
    """What can do something."""

    do: tuple[str, ...] = ()
    """What happens when this is answered: "insert", "reply KEY", "label WORD", "unlabel WORD", "transfer TO",
    "wrap-up", "promise MINUTES WORDS"."""

    @field_validator("do")
    @classmethod
    def _known(cls, lines: tuple[str, ...]) -> tuple[str, ...]:
        for line in lines:
            _effect(line)
        return lines

    @property
    def effects(self) -> tuple[Effect, ...]:
        """As the engine has them."""
        return tuple(map(_effect, self.do))


class ChoiceSettings(DoingSettings):
    """One of several answers."""

    key: Id
    """What is kept, and what conditions compare."""
    label: Written = Field(default_factory=dict)
    """What the agent reads."""
    next: str = ""
    """The step that it leads to; where the step leads if left out."""


class BranchSettings(ConfigModel):
    """A way on that depends on what was answered."""

    when: str
    """The condition: method == 'gift'."""
    next: str
    """The step that it leads to."""


class AskSettings(ConfigModel):
    """What is to be found out."""

    kind: str
    """text, number, date, choice, yes-no, email, phone or code."""
    name: Name = ""
    """What conditions call the answer; the step's id if left out."""
    optional: bool = False
    """Whether it may stay empty."""
    least: int | None = None
    """Of a number."""
    most: int | None = None
    """Of a number."""
    pattern: Several = ()
    """What a code looks like, one or several: # a digit, A a letter."""
    wrong: Written = Field(default_factory=dict)
    """What the agent is told when the answer does not fit."""
    offer: Name = ""
    """What is known already and offered as the answer: card.shop.order. An answer of the same name always is."""


class StepSettings(DoingSettings):
    """One step."""

    id: Id
    """Its name in this script."""
    title: Written = Field(default_factory=dict)
    """What lists of steps show."""
    say: Written = Field(default_factory=dict)
    """To be said to the customer."""
    note: Written = Field(default_factory=dict)
    """For the agent alone."""
    ask: Annotated[AskSettings, BeforeValidator(lambda value: {"kind": value} if isinstance(value, str) else value)] = (
        AskSettings(kind="")
    )
    """What is to be found out; nothing if left out."""
    choice: tuple[ChoiceSettings, ...] = ()
    """What can be chosen."""
    branch: tuple[BranchSettings, ...] = ()
    """Ways on by condition, the first that holds."""
    when: str = ""
    """The step is passed over where this does not hold."""
    otherwise: str = ""
    """Where it leads then; next if left out."""
    next: str = ""
    """The step after it."""
    end: bool = False
    """Whether the script ends here."""
    use: str = ""
    """The script that stands here as a part."""

    @property
    def step(self) -> Step:
        """As the engine has it."""
        ask = self.ask
        return Step(
            self.id,
            words(self.title),
            words(self.say),
            words(self.note),
            Ask(ask.kind, ask.name, ask.optional, ask.least, ask.most, ask.pattern, words(ask.wrong), ask.offer),
            tuple(Choice(one.key, words(one.label), one.next, one.effects) for one in self.choice),
            tuple(Branch(one.when, one.next) for one in self.branch),
            self.when,
            self.otherwise,
            self.next,
            self.end,
            self.effects,
            self.use,
        )


class ScriptSettings(ConfigModel):
    """A guided script."""

    title: Written = Field(default_factory=dict)
    """What it is called, in each language that it is written in."""
    brands: Several = ()
    """Whose it is; everybody's if left out."""
    channels: Several = ()
    """The channels that it is for; all if left out."""
    start: str = ""
    """The first step; the first in the file if left out."""
    part: bool = False
    """Whether it is only used by other scripts."""
    step: tuple[StepSettings, ...] = ()
    """Its steps."""
