"""The desk itself: command line, help, palette, lock, redraw."""

from __future__ import annotations

from agent_tui.commands import ids
from agent_tui.commands.command import command
from agent_tui.commands.context import Arguments, Context
from agent_tui.domain.text import SafeText


def _command_line(context: Context, arguments: Arguments) -> SafeText | None:
    context.ui.command_line(arguments[0] if arguments else "")
    return None


def _help(context: Context, arguments: Arguments) -> SafeText | None:
    context.ui.help(arguments[0] if arguments else "")
    return None


def _palette(context: Context, _arguments: Arguments) -> SafeText | None:
    context.ui.palette()
    return None


def _redraw(context: Context, _arguments: Arguments) -> SafeText | None:
    context.ui.redraw()
    return None


def _lock(context: Context, _arguments: Arguments) -> SafeText | None:
    context.ui.lock()
    return None


COMMANDS = (
    command(ids.COMMAND_LINE, _command_line),
    command(ids.HELP, _help),
    command(ids.PALETTE, _palette),
    command(ids.LOCK, _lock),
    command(ids.REDRAW, _redraw),
)
