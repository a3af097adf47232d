"""The wallboard: how the queues do, who is there, where it jams."""

from __future__ import annotations

from agent_tui.commands import ids
from agent_tui.commands.command import CommandError, command
from agent_tui.commands.context import Arguments, Context
from agent_tui.desk.backend_state import BackendState
from agent_tui.domain.queries import Page, WallboardPage, WallboardQuery
from agent_tui.domain.text import SafeText, clean_line, compose, trusted
from agent_tui.domain.wallboard import Board
from agent_tui.services.reports import write_report


def _server(context: Context) -> BackendState | None:
    """The case's server, else the first that tells it."""
    held = [context.backend, *context.workbench.desk.backends.values()]
    return next((one for one in held if one is not None and one.capabilities.wallboard), None)


def _told(context: Context) -> SafeText | None:
    server = _server(context)
    if server is None:
        return trusted("no server here tells how its queues do")
    return None if server.state == "up" else trusted("wait until the server is there again")


def _wallboard(context: Context, arguments: Arguments) -> SafeText | None:
    server = _server(context)
    if server is None:
        return None
    if not arguments:
        context.ui.wallboard(server.id)
        return None
    form, *path = arguments
    if not path:
        raise CommandError(compose("say into which file: :wallboard {format} PATH", format=clean_line(form)))

    def arrived(page: Page) -> None:
        if isinstance(page, WallboardPage):
            _write(context, page.board, form, path[0])

    context.workbench.inquire(server.id, WallboardQuery(), arrived)
    return None


def _write(context: Context, board: Board, form: str, path: str) -> None:
    from agent_tui.domain.wallboard_export import exported  # not before somebody wants it

    try:
        where = write_report(path, exported(board, form))
    except FileExistsError:
        words = compose("name a new file: {path} is there already", path=clean_line(path))
        context.ui.say(words, "failure")
    except OSError as error:
        why = clean_line(error.strerror or str(error))
        context.ui.say(compose("{path}: {why}", path=clean_line(path), why=why), "failure")
    else:
        context.ui.say(compose("written into {path}", path=clean_line(str(where))))


COMMANDS = (command(ids.WALLBOARD, _wallboard, _told),)
