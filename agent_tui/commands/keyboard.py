"""Editing by commands, drafts and cases, hits once more, keys that are recorded and played, other keys and colours."""

from __future__ import annotations

from agent_tui.commands import ids_keys as ids
from agent_tui.commands.command import Run, command
from agent_tui.commands.conditions import composing
from agent_tui.commands.context import Arguments, Context
from agent_tui.domain.text import SafeText, trusted


def _edit(context: Context, arguments: Arguments) -> SafeText | None:
    return context.ui.composer_key(ids.COMPOSE_EDIT, arguments)


def _keep(context: Context, _arguments: Arguments) -> SafeText | None:
    context.ui.keep_draft()
    return trusted("the draft is kept")


def _leave(context: Context, _arguments: Arguments) -> SafeText | None:
    context.ui.keep_draft()
    context.ui.focus("inbox")
    context.workbench.close_case()
    return None


def _in_a_case(context: Context) -> SafeText | None:
    return None if context.workbench.desk.open_case is not None else trusted("no case is open")


def _find(step: int) -> Run:
    def run(context: Context, _arguments: Arguments) -> SafeText | None:
        return context.ui.find_again(step)

    return run


def _searched(context: Context) -> SafeText | None:
    return None if context.workbench.desk.finding is not None else trusted("nothing was searched for")


def _record(context: Context, _arguments: Arguments) -> SafeText | None:
    return context.ui.hands.record()


def _replay(context: Context, _arguments: Arguments) -> SafeText | None:
    return context.ui.hands.replay()


def _theme(context: Context, arguments: Arguments) -> SafeText | None:
    return context.ui.looks.theme(*arguments[:1] or ("",))


def _keymap(context: Context, arguments: Arguments) -> SafeText | None:
    return context.ui.looks.keymap(*arguments[:1] or ("",))


def _problems(context: Context, _arguments: Arguments) -> SafeText | None:
    return context.ui.looks.problems()


COMMANDS = (
    command(ids.COMPOSE_EDIT, _edit, composing),
    command(ids.COMPOSE_KEEP, _keep),
    command(ids.CASE_LEAVE, _leave, _in_a_case),
    command(ids.FIND_NEXT, _find(1), _searched),
    command(ids.FIND_PREVIOUS, _find(-1), _searched),
    command(ids.THEME, _theme),
    command(ids.KEYMAP, _keymap),
    command(ids.PROBLEMS, _problems),
    command(ids.MACRO_RECORD, _record),
    command(ids.MACRO_REPLAY, _replay),
)
