"""What the company's own systems know of the customer: asking them again."""

from __future__ import annotations

from agent_tui.commands import ids
from agent_tui.commands.command import command
from agent_tui.commands.conditions import has_open_case
from agent_tui.commands.context import Arguments, Context
from agent_tui.domain.text import SafeText, clean_line, compose, trusted


def _look_up(context: Context, _arguments: Arguments) -> SafeText | None:
    context.workbench.look_up_cards()
    return None


def _has_cards(context: Context) -> SafeText | None:
    backend, case = context.backend, context.workbench.desk.open_case
    if backend is not None and not backend.capabilities.cards and backend.state != "connecting":
        return compose("{server} has no cards", server=clean_line(backend.name or backend.id))
    if case is not None and case.cards == ():
        return trusted("there are no cards for this case")
    return None


COMMANDS = (command(ids.CARDS, _look_up, has_open_case, _has_cards),)
