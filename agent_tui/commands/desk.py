"""The desk itself: command line, help, palette, presence, redraw, leaving."""

from __future__ import annotations

from agent_tui.commands import ids
from agent_tui.commands.command import command
from agent_tui.commands.context import Arguments, Choice, Context
from agent_tui.commands.presences import PRESENCES, presence_words
from agent_tui.domain.orders import Presence
from agent_tui.domain.text import SafeText, compose, listed, plural, trusted


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


def _presence(context: Context, arguments: Arguments) -> SafeText | None:
    def be(state: str) -> None:
        for backend in context.workbench.desk.backends.values():
            if "presence" in backend.capabilities.orders:
                context.workbench.order(backend.id, Presence(state))
        context.ui.say(compose("you are {state}", state=presence_words(state)))

    if arguments:
        be(arguments[0])
    else:
        choices = [Choice(value, title.text) for value, title in PRESENCES.items()]
        context.ui.pick(trusted("you are"), choices, be, free=True)
    return None


def _presence_known(context: Context) -> SafeText | None:
    backends = context.workbench.desk.backends.values()
    if any("presence" in backend.capabilities.orders for backend in backends):
        return None
    return trusted("no server here keeps presence")


def owed(context: Context) -> list[SafeText]:
    """What is unsent or unfinished, in words: replies on their way, failed ones, drafts, calls."""
    desk = context.workbench.desk
    written = [entry for entry in desk.unsent if entry.writes]
    failed = sum(entry.state in ("failed", "unknown") for entry in written)
    parts: list[SafeText] = []
    if len(written) > failed:
        parts.append(compose("{n} on the way out", n=len(written) - failed))
    if failed:
        parts.append(compose("{n} not sent", n=failed))
    if desk.drafts:
        parts.append(plural("{n} draft", "{n} drafts", n=len(desk.drafts)))
    if any(call.state in ("active", "held") for _, call in desk.live_calls()):
        parts.append(trusted("a call"))
    if any(call.state == "ended" for _, call in desk.live_calls()):
        parts.append(trusted("a call to write up"))
    return parts


def _quit(context: Context, _arguments: Arguments) -> SafeText | None:
    rest = owed(context)
    if not rest:
        context.ui.quit()
        return None

    def answer(value: str) -> None:
        if value == "leave":
            context.ui.quit()

    choices = [
        Choice("stay", trusted("stay")),
        Choice("leave", trusted("leave: all of it is kept here and waits for you")),
    ]
    context.ui.pick(compose("you have {rest}", rest=listed(", ", rest)), choices, answer)
    return None


COMMANDS = (
    command(ids.COMMAND_LINE, _command_line),
    command(ids.HELP, _help),
    command(ids.PALETTE, _palette),
    command(ids.PRESENCE, _presence, _presence_known),
    command(ids.REDRAW, _redraw),
    command(ids.QUIT, _quit),
)
