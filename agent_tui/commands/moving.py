"""Moving about: rows, pages, panes, into a case and out of it, to the next that waits, to the last one."""

from __future__ import annotations

from collections.abc import Callable

from agent_tui.commands import ids
from agent_tui.commands.command import Run, command
from agent_tui.commands.conditions import has_case, has_open_case
from agent_tui.commands.context import Arguments, Context, Move, Place
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.text import SafeText, trusted
from agent_tui.services.next_waiting import next_waiting


def open_next_waiting(context: Context, place: Place, nothing: Callable[[], SafeText]) -> None:
    """Open the most urgent case that waits for me, with the focus in `place`, as soon as it is known which that is;
    where there is none `nothing` is done and said."""
    context.workbench.settle()

    def found(key: CaseKey | None) -> None:
        context.ui.page_came()
        if key is None:
            context.ui.say(nothing())
        else:
            context.ui.open_case(key, place)

    context.ui.page_comes()  # a letter of the reply is no command here
    next_waiting(context.workbench, context.key, found)


def _nothing_waits() -> SafeText:
    return trusted("nothing else waits for you")


def _mover(move: Move) -> Run:
    def run(context: Context, _arguments: Arguments) -> SafeText | None:
        context.ui.move(move)
        return None

    return run


def _open(context: Context, _arguments: Arguments) -> SafeText | None:
    if context.ui.place == "customer":
        context.ui.open_past()
    elif context.ui.place == "history":
        context.ui.open_entry()
    elif context.ui.place == "timeline":
        context.ui.focus("composer")
    elif context.key is not None:
        context.ui.open_case(context.key)
    return None


def _back(context: Context, _arguments: Arguments) -> SafeText | None:
    context.ui.back()
    return None


def _other_panes(context: Context) -> SafeText | None:
    return None if context.workbench.desk.open_case is not None else has_open_case(context)


def _pane(step: int) -> Run:
    def run(context: Context, _arguments: Arguments) -> SafeText | None:
        context.ui.focus_next(step)
        return None

    return run


def _page_on(context: Context, _arguments: Arguments) -> SafeText | None:
    if context.ui.move("page-on"):
        return None
    open_next_waiting(context, "timeline", _nothing_waits)
    return None


def _next_waiting(context: Context, _arguments: Arguments) -> SafeText | None:
    open_next_waiting(context, "composer" if context.ui.place == "composer" else "timeline", _nothing_waits)
    return None


def _has_last(context: Context) -> SafeText | None:
    return trusted("no other case was open before") if context.last_case is None else None


def _last(context: Context, _arguments: Arguments) -> SafeText | None:
    if context.last_case is not None:
        context.ui.open_case(context.last_case, "composer" if context.ui.place == "composer" else "timeline")
    return None


COMMANDS = (
    command(ids.ROW_NEXT, _mover("next")),
    command(ids.ROW_PREVIOUS, _mover("previous")),
    command(ids.ROW_FIRST, _mover("first")),
    command(ids.ROW_LAST, _mover("last")),
    command(ids.PANE_NEXT, _pane(1), _other_panes),
    command(ids.PANE_PREVIOUS, _pane(-1), _other_panes),
    command(ids.CASE_OPEN, _open, has_case),
    command(ids.GO_BACK, _back),
    command(ids.PAGE_ON, _page_on),
    command(ids.PAGE_BACK, _mover("page-back")),
    command(ids.NEXT_WAITING, _next_waiting),
    command(ids.CASE_LAST, _last, _has_last),
)
