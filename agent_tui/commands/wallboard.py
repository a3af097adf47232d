"""The wallboard: how the queues do, who is there, where it jams."""

from __future__ import annotations

from agent_tui.commands import ids
from agent_tui.commands.command import command
from agent_tui.commands.context import Arguments, Context
from agent_tui.desk.backend_state import BackendState
from agent_tui.domain.text import SafeText, trusted


def _server(context: Context) -> BackendState | None:
    """The case's server, else the first that tells it."""
    held = [context.backend, *context.workbench.desk.backends.values()]
    return next((one for one in held if one is not None and one.capabilities.wallboard), None)


def _told(context: Context) -> SafeText | None:
    server = _server(context)
    if server is None:
        return trusted("no server here tells how its queues do")
    return None if server.state == "up" else trusted("wait until the server is there again")


def _wallboard(context: Context, _arguments: Arguments) -> SafeText | None:
    server = _server(context)
    if server is not None:
        context.ui.wallboard(server.id)
    return None


COMMANDS = (command(ids.WALLBOARD, _wallboard, _told),)
