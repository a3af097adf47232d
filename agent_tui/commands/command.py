"""A command: its declaration, whether it works now, and what it does."""

from __future__ import annotations

from collections.abc import Callable

from agent_tui.commands.context import Arguments, Context
from agent_tui.commands.ids import SPECS
from agent_tui.commands.spec import CommandSpec
from agent_tui.domain.frozen import frozen
from agent_tui.domain.text import SafeText

WhyNot = Callable[[Context], SafeText | None]
Run = Callable[[Context, Arguments], SafeText | None]


class CommandError(Exception):
    """The arguments do not fit; `text` tells a person what was expected."""

    def __init__(self, text: SafeText) -> None:
        super().__init__(text)
        self.text = text


@frozen
class Command:
    """`why_not`: None when the command works here and now, else why it does not. `run`: carries it out at once (what
    takes time goes on in the workbench) and answers what to say on the status line; raises CommandError."""

    spec: CommandSpec
    run: Run
    why_not: WhyNot


def always(_context: Context) -> SafeText | None:
    """Works everywhere its keys do."""
    return None


def command(id: str, run: Run, *conditions: WhyNot) -> Command:
    """The command declared as `id` in SPECS; it works when none of `conditions` says why not."""
    if not conditions:
        return Command(SPECS[id], run, always)
    if len(conditions) == 1:
        return Command(SPECS[id], run, conditions[0])

    def why_not(context: Context) -> SafeText | None:
        return next((reason for condition in conditions if (reason := condition(context)) is not None), None)

    return Command(SPECS[id], run, why_not)
