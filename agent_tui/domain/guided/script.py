"""What a guided script is made of. Its words come from a file of the company's, or from a server: they are cleaned
where they are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agent_tui.domain.frozen import frozen

Words = tuple[tuple[str, str], ...]
"""One text in several languages: `(("en", "..."), ("he", "..."))`; "" for the language: every one."""

ASKED: Final = ("text", "number", "date", "choice", "yes-no", "email", "phone", "code")
"""Kinds of questions. `code` is what has a pattern: `#` a digit, `A` a letter, anything else itself."""
DEEDS: Final = ("insert", "reply", "label", "unlabel", "transfer", "wrap-up", "promise")
"""What a step can do: put its words or a canned reply (`what`: its key) into the composer, add or remove a label,
begin a transfer (`what`: to whom, as `:transfer` takes it), open the wrap-up, give a promise (`what`, due in
`minutes`)."""
MOST_STEPS: Final = 300
"""Of one script with its parts."""
MOST_LETTERS: Final = 200_000
"""Of all its words with its parts, so that it goes over the line in one frame."""
MOST_CHOICES: Final = 9
"""As many as there are number keys."""


@frozen
class Effect:
    """What happens when a step is answered. `kind`: one of `DEEDS`, another is passed over."""

    kind: str
    what: str = ""
    minutes: int = 0


@frozen
class Choice:
    """One of several answers. `next`: where it leads, "" where the step does."""

    key: str
    label: Words = ()
    next: str = ""
    effects: tuple[Effect, ...] = ()


@frozen
class Branch:
    """The way on where `when` holds."""

    when: str
    next: str


@frozen
class Ask:
    """What is to be found out. `kind`: one of `ASKED`, "" nothing, another is asked as text. `name`: what conditions
    and variables call it. `least`, `most`: of a number; `patterns`: of a code, one of them must fit; `wrong`: what is
    said when it does not; `offer`: the name of something known that is offered as the answer, `card.shop.order`."""

    kind: str = ""
    name: str = ""
    optional: bool = False
    least: int | None = None
    most: int | None = None
    patterns: tuple[str, ...] = ()
    wrong: Words = ()
    offer: str = ""


@frozen
class Step:
    """`say`: to the customer; `note`: to the agent. Where it leads: the choice's way, else the first branch that holds,
    else `next`; `end` where that is the end. Where `when` does not hold it is passed over, to `otherwise` or `next`.
    `use`: the script that stands here instead (see `linking`). What has neither words nor question is passed by itself.
    """

    id: str
    title: Words = ()
    say: Words = ()
    note: Words = ()
    ask: Ask = Ask()
    choices: tuple[Choice, ...] = ()
    branches: tuple[Branch, ...] = ()
    when: str = ""
    otherwise: str = ""
    next: str = ""
    end: bool = False
    effects: tuple[Effect, ...] = ()
    use: str = ""

    @property
    def name(self) -> str:
        """What its answer is called."""
        return self.ask.name or self.id.rpartition("/")[2]

    @property
    def shown(self) -> bool:
        """Whether an agent sees it."""
        return bool(self.say or self.note or self.ask.kind)

    @property
    def ways(self) -> tuple[str, ...]:
        """Where it can lead, "" the end; each once, the likeliest first."""
        own = [choice.next for choice in self.choices if choice.next] + [branch.next for branch in self.branches]
        if self.falls_through:
            own.append(self.next)
        if self.when and self.otherwise:
            own.append(self.otherwise)
        return tuple(dict.fromkeys(own))

    @property
    def falls_through(self) -> bool:
        """Whether `next` is ever what leads on."""
        every = bool(self.choices) and not self.ask.optional and all(choice.next for choice in self.choices)
        return not every or bool(self.when and not self.otherwise)


@frozen
class Script:
    """`brands` and `channels` it is for, none: all. `part`: it is only used by others. `version`: a digest of what it
    says (`versioned`), "" not worked out."""

    key: str
    title: Words = ()
    steps: tuple[Step, ...] = ()
    start: str = ""
    brands: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    part: bool = False
    version: str = ""

    @property
    def first(self) -> str:
        """Where it begins; "" where it has no step."""
        return self.start or (self.steps[0].id if self.steps else "")

    @property
    def by_id(self) -> Mapping[str, Step]:
        """Its steps, the first of each id."""
        return {**{step.id: step for step in self.steps}, **{step.id: step for step in reversed(self.steps)}}

    @property
    def languages(self) -> tuple[str, ...]:
        """Those its title is written in: its words must have them too."""
        return tuple(language for language, _ in self.title if language)


def letters(step: Step) -> int:
    """How many letters all words of a step have."""
    words = (step.title, step.say, step.note, step.ask.wrong, *(choice.label for choice in step.choices))
    return sum(len(text) for several in words for _, text in several)


def digest_of(script: Script) -> str:
    """The same for the same words and ways, whatever version it says it is."""
    import hashlib  # a desk never needs it

    parts = (script.key, script.title, script.steps, script.first)
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def in_language(words: Words, language: str) -> str:
    """The text in `language`, else for every language, else the first there is, "" where there is none."""
    known = dict(words)
    return known.get(language) or known.get("") or next((text for _, text in words if text), "")
