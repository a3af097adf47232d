"""What a command's declaration says, and the contexts and help groups that commands belong to."""

from __future__ import annotations

from typing import Literal

from agent_tui.domain.frozen import frozen
from agent_tui.domain.text import Phrase, SafeText, clean_line, compose, declared, marked, trusted

ArgumentKind = Literal[
    "text",
    "number",
    "choice",
    "agent",
    "target",
    "team",
    "label",
    "reason",
    "channel",
    "view",
    "when",
    "address",
    "path",
    "digit",
    "command",
]
"""What the `:` line completes with. `when` is a time, a length or "reply" (`30m`, `2h`, `09:00`, `sun`, `reply`);
`target` is `@agent` or `#queue`."""

Group = Literal["move", "look", "case", "write", "compose", "call", "desk"]
"""The headings of the help, in the order of `GROUPS`."""


@frozen
class Argument:
    """One word or phrase after the command on the `:` line. Only the last one may hold spaces."""

    name: str
    kind: ArgumentKind
    required: bool = True
    choices: tuple[str, ...] = ()
    help: str = ""
    suggested: tuple[str, ...] = ()
    """Words that it usually is; others are as good."""

    @property
    def said(self) -> SafeText:
        """What it is called to the agent."""
        return declared(self.name)


@frozen
class CommandSpec:
    """What a command is called and takes. `contexts` are the keymap contexts in which it means something."""

    id: str
    title: str
    help: str
    contexts: tuple[str, ...]
    arguments: tuple[Argument, ...] = ()
    group: Group = "desk"

    @property
    def fewest_arguments(self) -> int:
        """How many arguments it cannot do without."""
        return sum(argument.required for argument in self.arguments)

    def parse(self, text: str) -> tuple[str, ...]:
        """The arguments in `text`, as typed after the command: words, the last argument taking all that is left.

        Raises ValueError saying what is missing, too many or not one of the choices.
        """
        if not self.arguments and text.strip():
            raise ValueError(trusted("takes no arguments"))
        words = [word.strip() for word in text.split(maxsplit=max(0, len(self.arguments) - 1))]
        if len(words) < self.fewest_arguments:
            raise ValueError(compose("needs {name}", name=self.arguments[len(words)].said))
        for word, argument in zip(words, self.arguments, strict=False):
            if argument.choices and word not in argument.choices:
                choices = clean_line(", ".join(argument.choices))
                raise ValueError(compose("{name} is one of {choices}", name=argument.said, choices=choices))
        return tuple(words)


GLOBAL = "global"
LIST = "list"
CALL = "call"
COMPOSER = "composer"
COMPOSER_NORMAL = "composer.normal"
PROMPT = "prompt"
KEYPAD = "keypad"
SCRIPT = "script"

CONTEXTS: dict[str, str] = {
    GLOBAL: "everywhere, under all others; plain characters cannot be bound here, since they are typed",
    LIST: "inbox, timeline and customer pane",
    CALL: "inbox, timeline and customer pane: the keys of the call line",
    COMPOSER: "while composing",
    COMPOSER_NORMAL: "while composing in NORMAL mode, where letters are commands",
    PROMPT: "a line that is typed into: filter, command line, palette, a field of a dialog",
    KEYPAD: "the keypad of a live call, until Esc",
    SCRIPT: "a guided script, while it is answered",
}
"""Keymap contexts and what they are. Where several are active the first in the stack decides."""

STACKS: tuple[tuple[str, ...], ...] = (
    (LIST, CALL, GLOBAL),
    (COMPOSER, GLOBAL),
    (COMPOSER_NORMAL, COMPOSER, GLOBAL),
    (PROMPT, GLOBAL),
    (KEYPAD, GLOBAL),
    (SCRIPT, GLOBAL),
)
"""Which contexts are active together, the innermost first."""

TEXT_CONTEXTS: frozenset[str] = frozenset({GLOBAL, COMPOSER, PROMPT, SCRIPT})
"""Contexts in which a plain character types itself and so cannot be a command."""

COUNTING_CONTEXTS: frozenset[str] = frozenset({LIST, COMPOSER_NORMAL})
"""Contexts in which digits may be counts, where the keymap says so."""

GROUPS: dict[Group, Phrase] = {
    "move": marked("Moving"),
    "look": marked("Looking"),
    "case": marked("The case"),
    "write": marked("Writing"),
    "compose": marked("While composing"),
    "call": marked("Calls"),
    "desk": marked("The desk"),
}
