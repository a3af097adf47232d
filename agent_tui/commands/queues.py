"""Queues: what waits where, taking the next case of one, and giving a case back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import tzinfo

from agent_tui.commands import ids
from agent_tui.commands.case import case_here, give, who
from agent_tui.commands.command import CommandError, command
from agent_tui.commands.conditions import can, has_case
from agent_tui.commands.context import Arguments, Choice, Context
from agent_tui.commands.when import say_when
from agent_tui.desk.backend_state import BackendState
from agent_tui.desk.changes import Changes
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.model import CaseRow
from agent_tui.domain.orders import Assign, Pull
from agent_tui.domain.queries import Page, QueuesPage, QueuesQuery
from agent_tui.domain.queues import QueueLine
from agent_tui.domain.text import SafeText, clean_line, compose, listed, plural, trusted
from agent_tui.domain.text_time import length_words
from agent_tui.domain.time import Ms

_BACK = "back"
_QUEUE = "queue:"


def _server(context: Context) -> BackendState | None:
    """Where the queues are: the case's server, else the first that has any."""
    held = [context.backend, *context.workbench.desk.backends.values()]
    return next((one for one in held if one is not None and one.directory.queues), None)


def _has_queues(context: Context) -> SafeText | None:
    server = _server(context)
    if server is None:
        return trusted("no server here gives cases out by queues")
    return None if server.state == "up" else trusted("wait until the server is there again")


def _queues(context: Context, arguments: Arguments) -> SafeText | None:
    _offer(context, arguments[0] if arguments else "", back=None)
    return None


def _to_queue(context: Context, _arguments: Arguments) -> SafeText | None:
    row = case_here(context)
    if _has_queues(context) is None:
        _offer(context, "", back=row if row.owner else None)
        return None
    give(context, Assign(row.id))
    return compose("{who} is back in the queue", who=who(row))


def _returnable(context: Context) -> SafeText | None:
    row = context.row
    free = row is not None and not row.owner and _has_queues(context) is not None
    return trusted("nobody has it: it is in the queue already") if free else None


def _offer(context: Context, named: str, back: CaseRow | None) -> None:
    server = _server(context)
    if server is None:
        raise CommandError(trusted("no server here gives cases out by queues"))

    def take(lines: Sequence[QueueLine], id: str) -> None:
        line = next(one for one in lines if one.id == id)
        why_not = _why_not(line)
        if why_not is None:
            _pull(context, server.id, id)
        else:
            context.ui.say(compose("{queue}: {why}", queue=clean_line(line.title), why=why_not), "warning")

    def arrived(page: Page) -> None:
        if not isinstance(page, QueuesPage):
            return
        if named:
            wanted = named.casefold()
            found = [one.id for one in page.queues if wanted in (one.id.casefold(), one.title.casefold())]
            if found:
                take(page.queues, found[0])
            else:
                context.ui.say(compose("no queue is called {name}", name=clean_line(named)), "warning")
            return
        now = context.workbench.time.now() + server.clock_skew
        choices = [Choice(_BACK, compose("{who}: back to the queue", who=who(back)))] if back is not None else []
        zone = context.zone
        choices += [
            Choice(f"{_QUEUE}{one.id}", clean_line(one.title), line_words(one, now, zone)) for one in page.queues
        ]

        def chosen(value: str) -> None:
            if value == _BACK and back is not None:
                give(context, Assign(back.id))
                context.ui.say(compose("{who} is back in the queue", who=who(back)))
            elif value.startswith(_QUEUE):
                take(page.queues, value.removeprefix(_QUEUE))

        title = trusted("queues") if back is None else trusted("give it back, or take the next one")
        context.ui.pick(title, choices, chosen)

    context.workbench.inquire(server.id, QueuesQuery(), arrived)


def line_words(line: QueueLine, now: Ms, zone: tzinfo) -> SafeText:
    """How a queue stands, and what it is to me: `3 wait, longest 12 min · 2 of 5 ready · given out`."""
    if not line.mine:
        mode = trusted("not yours")
    else:
        mode = trusted("take the next") if line.mode == "pull" else trusted("given out")
    return listed(" · ", [standing_words(line, now, zone), mode])


def standing_words(line: QueueLine, now: Ms, zone: tzinfo) -> SafeText:
    """How a queue stands: `closed until 09:00 · 3 wait, longest 12 min · 2 of 5 ready`."""
    waits = plural("{n} waits", "{n} wait", n=line.waiting)
    if line.oldest is not None:
        waits = compose("{waits}, longest {time}", waits=waits, time=length_words(max(0, now - line.oldest)))
    ready = compose("{n} of {all} ready", n=line.ready, all=line.agents)
    closed = [compose("closed until {when}", when=say_when(line.opens, now, zone))] if line.opens else []
    return listed(" · ", [*closed, waits, ready])


def _why_not(line: QueueLine) -> SafeText | None:
    """Why its next case cannot be taken."""
    if not line.mine:
        return trusted("you do not work this queue")
    if line.mode == "push":
        return trusted("its cases come by themselves while you are available")
    return None if line.waiting else trusted("nothing waits here")


def _pull(context: Context, backend: str, queue: str) -> None:
    """Take the next case; it opens when it is there."""
    workbench = context.workbench
    id = workbench.order(backend, Pull(queue))
    if not id:
        return
    context.ui.say(trusted("asking for the next case"))

    def look(_changes: Changes) -> None:
        case = workbench.desk.made.get(id)
        if case:
            ended()
            key = CaseKey(backend, case)
            row = workbench.desk.row(key)
            context.ui.open_case(key)
            context.ui.say(compose("{who} is yours now", who=who(row) if row is not None else trusted("the case")))
        elif all(entry.id != id for entry in workbench.desk.unsent):
            ended()

    ended: Callable[[], None] = workbench.subscribe(look)


COMMANDS = (
    command(ids.QUEUE_RETURN, _to_queue, has_case, can("assign"), _returnable),
    command(ids.QUEUES, _queues, _has_queues),
)
