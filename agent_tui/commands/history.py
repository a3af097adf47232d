"""The customer's history: showing it, quoting from it, and writing down what they prefer."""

from __future__ import annotations

from agent_tui.commands import ids
from agent_tui.commands.case import give
from agent_tui.commands.command import CommandError, command
from agent_tui.commands.conditions import can, has_case, has_message
from agent_tui.commands.context import Arguments, Context
from agent_tui.domain.orders import Prefer
from agent_tui.domain.text import CustomerText, SafeText, clean_line, compose, trusted


def _history(context: Context, _arguments: Arguments) -> SafeText | None:
    if not context.opened and context.key is not None:
        context.ui.open_case(context.key)
    context.ui.toggle_history()
    return None


def _kept(context: Context) -> SafeText | None:
    backend, desk = context.backend, context.workbench.desk
    if backend is None or backend.capabilities.history or backend.state == "connecting":
        return None
    beside = desk.beside(context.key) if context.key is not None else ()
    if any(desk.backends[other.backend].capabilities.history for other in beside):
        return None
    return compose("{server} gives no history", server=clean_line(backend.name or backend.id))


def _quote(context: Context, _arguments: Arguments) -> SafeText | None:
    why_not = context.ui.quote()
    if why_not is not None:
        raise CommandError(why_not)
    return None


def _prefer(context: Context, arguments: Arguments) -> SafeText | None:
    row = context.row
    if row is None:
        return None
    if not arguments:
        case = context.workbench.desk.open_case
        known = case.customer.preferences.safe_line if context.opened and case and case.customer else trusted("")
        context.ui.command_line(f"{ids.PREFER} {known.drawn()}")
        return None
    words = "" if arguments[0].strip() == "-" else arguments[0]
    give(context, Prefer(row.id, CustomerText(words)))
    return trusted("written down") if words else trusted("nothing is written down any more")


COMMANDS = (
    command(ids.HISTORY, _history, has_case, _kept),
    command(ids.QUOTE, _quote, has_message),
    command(ids.PREFER, _prefer, has_case, can("prefer")),
)
