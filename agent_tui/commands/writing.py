"""Writing: replies, notes, forwards, new messages, sending again, and the keys of the composer."""

from __future__ import annotations

from typing import Literal

from agent_tui.commands import ids
from agent_tui.commands.case import give
from agent_tui.commands.command import Command, Run, command
from agent_tui.commands.conditions import can, composing, has_case, has_message
from agent_tui.commands.context import Arguments, ComposeMode, Context
from agent_tui.desk.outgoing import OUTBOX_PREFIX
from agent_tui.domain.orders import Note
from agent_tui.domain.text import CustomerText, SafeText, trusted


def _composer(mode: ComposeMode) -> Run:
    def run(context: Context, arguments: Arguments) -> SafeText | None:
        if not context.opened and context.key is not None:
            context.ui.open_case(context.key, "composer")
        context.ui.compose(mode, arguments[0] if arguments else "")
        return None

    return run


def _note(context: Context, arguments: Arguments) -> SafeText | None:
    if not arguments:
        return _composer("note")(context, arguments)
    if context.key is not None:
        give(context, Note(context.key.case, CustomerText(arguments[0])))
    return trusted("noted")


def _new(context: Context, arguments: Arguments) -> SafeText | None:
    context.ui.compose("new", arguments[0] if arguments else "")
    return None


def _to_retry(context: Context) -> str | None:
    """The message under the cursor when it failed, else the newest failed one of the case."""
    message = context.ui.message() if context.opened and context.ui.place != "history" else None
    if message is not None and message.state in ("failed", "unknown"):
        return message.id
    for entry in reversed(context.workbench.desk.unsent):
        if entry.key == context.key and entry.state in ("failed", "unknown"):
            return OUTBOX_PREFIX + entry.id
    open_case = context.workbench.desk.open_case
    messages = open_case.messages if context.opened and open_case is not None else ()
    return next((message.id for message in reversed(messages) if message.state in ("failed", "unknown")), None)


def _something_failed(context: Context) -> SafeText | None:
    return trusted("nothing here failed to be sent") if _to_retry(context) is None else None


def _retry(context: Context, _arguments: Arguments) -> SafeText | None:
    failed = _to_retry(context)
    if failed is not None and context.key is not None:
        context.workbench.retry(context.key, failed)
    return trusted("sent again")


def _take_back(context: Context, _arguments: Arguments) -> SafeText | None:
    context.ui.keep_draft()
    draft, words = context.workbench.take_back()
    if draft is None:
        return words
    if draft.key is not None:
        context.ui.open_case(draft.key, "composer")
    else:
        context.ui.compose("new")
    return words


def _something_held(context: Context) -> SafeText | None:
    held = any(entry.state == "held" for entry in context.workbench.desk.unsent)
    return None if held else trusted("no send is waiting to be taken back")


def _key(id: str) -> Command:
    def run(context: Context, arguments: Arguments) -> SafeText | None:
        return context.ui.composer_key(id, arguments)

    return command(id, run, composing)


def _typing(context: Context) -> SafeText | None:
    return None if context.ui.asking else composing(context)


def _edit(id: str, action: Literal["delete-word", "delete-line", "undo-text"]) -> Command:
    def run(context: Context, arguments: Arguments) -> SafeText | None:
        return None if context.ui.edit(action) else context.ui.composer_key(id, arguments)

    return command(id, run, _typing)


COMMANDS = (
    command(ids.NOTE, _note, has_case, can("note")),
    command(ids.REPLY, _composer("reply"), has_case, can("reply")),
    command(ids.REPLY_ALL, _composer("reply-all"), has_case, can("reply")),
    command(ids.REPLY_CHOOSE, _composer("reply-choose"), has_case, can("reply")),
    command(ids.FORWARD, _composer("forward"), has_message, can("reply")),
    command(ids.MESSAGE_NEW, _new, can("new-message")),
    command(ids.RETRY_SEND, _retry, has_case, _something_failed),
    _key(ids.COMPOSE_ENTER),
    _key(ids.COMPOSE_SEND),
    _key(ids.COMPOSE_NEWLINE),
    command(ids.COMPOSE_TAKE_BACK, _take_back, _something_held),
    _key(ids.COMPOSE_CHANNEL),
    _key(ids.COMPOSE_ATTACH),
    _key(ids.COMPOSE_CANNED),
    _key(ids.COMPOSE_SIGNATURE),
    _edit(ids.COMPOSE_DELETE_WORD, "delete-word"),
    _edit(ids.COMPOSE_DELETE_LINE, "delete-line"),
    _edit(ids.COMPOSE_UNDO_TEXT, "undo-text"),
    _key(ids.COMPOSE_REDO_TEXT),
)
