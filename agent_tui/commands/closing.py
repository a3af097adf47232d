"""Done: closing the case and going on to the next."""

from __future__ import annotations

from agent_tui.commands import ids
from agent_tui.commands.breaches import ask_why_late, excuse, unexplained
from agent_tui.commands.case import case_here, give, who
from agent_tui.commands.command import command
from agent_tui.commands.conditions import can, has_case, in_stage, not_held
from agent_tui.commands.context import Arguments, Choice, Context, Place
from agent_tui.commands.moving import open_next_waiting
from agent_tui.domain.model import CaseRow
from agent_tui.domain.orders import PromiseEnd, Resolve
from agent_tui.domain.text import Phrase, SafeText, compose, marked, trusted

_ENDS: tuple[tuple[PromiseEnd, Phrase], ...] = (
    ("kept", marked("done: what was promised is kept")),
    ("not-wanted", marked("done: the customer does not want it any more")),
    ("not-possible", marked("done: it cannot be done, and the customer knows")),
)


def _written_up(context: Context) -> SafeText | None:
    row = context.row
    if row is not None and row.call is not None and row.call.state in ("ringing", "active", "held", "ended"):
        return trusted("the call comes first: end it and write it up")
    return None


def _done(context: Context, _arguments: Arguments) -> SafeText | None:
    row, place = case_here(context), context.ui.place
    late = unexplained(context)
    if not late:
        return _owing(context, row, place)

    def chosen(code: str) -> None:
        excuse(context, row, late, code)
        said = _owing(context, row, place)
        if said is not None:
            context.ui.say(said)

    ask_why_late(context, row, late, chosen)
    return None


def _owing(context: Context, row: CaseRow, place: Place) -> SafeText | None:
    """Close the case, unless something is promised: then ask what becomes of that."""
    if row.promise is None:
        return _close(context, row, place, "")

    def chosen(value: str) -> None:
        end = next((end for end, _ in _ENDS if end == value), None)
        if end is not None:
            said = _close(context, row, place, end)
            if said is not None:
                context.ui.say(said)

    choices = [Choice("", trusted("leave it open")), *(Choice(end, title.text) for end, title in _ENDS)]
    title = compose("{who} was promised {what}: close it?", who=who(row), what=row.promise.what.safe_line)
    context.ui.pick(title, choices, chosen)
    return None


def _close(context: Context, row: CaseRow, place: Place, end: PromiseEnd) -> SafeText | None:
    give(context, Resolve(row.id, promises=end))
    said = compose("{who} is done", who=who(row))
    if place == "inbox":
        context.ui.move("next")
        return said

    def nothing() -> SafeText:
        context.ui.back()
        return compose("{said}; nothing else waits for you", said=said)

    context.ui.say(said)
    open_next_waiting(context, "composer" if place == "composer" else "timeline", nothing)
    return None


COMMANDS = (
    command(
        ids.CASE_DONE,
        _done,
        has_case,
        can("resolve"),
        in_stage("us", "customer", "later", otherwise=marked("it is done already")),
        not_held,
        _written_up,
    ),
)
