"""Which keys the last line teaches: for each place the commands that matter there, in order, if they work now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from agent_tui.commands import ids
from agent_tui.commands.context import Context, Place
from agent_tui.commands.registry import REGISTRY
from agent_tui.domain.text import SafeText, clean_line, trusted
from agent_tui.keymaps.keymap import Binding, Keymap
from agent_tui.keymaps.keys import show_keys
from agent_tui.widgets.lines.key_line import Taught

_Lesson = tuple[str, SafeText]

_CALLS: tuple[_Lesson, ...] = (
    (ids.CALL_ANSWER, trusted("answer")),
    (ids.CALL_HANG_UP, trusted("hang up")),
    (ids.CALL_HOLD, trusted("hold")),
    (ids.CALL_MUTE, trusted("mute")),
    (ids.CALL_WRITE_UP, trusted("write up")),
)
_PLACES: dict[Place, tuple[_Lesson, ...]] = {
    "inbox": (
        (ids.CASE_OPEN, trusted("open")),
        (ids.NEXT_WAITING, trusted("next waiting")),
        (ids.ASSIGN_ME, trusted("mine")),
        (ids.SNOOZE, trusted("snooze")),
        (ids.CASE_DONE, trusted("done")),
        (ids.CASE_REOPEN, trusted("reopen")),
        (ids.LABEL, trusted("label")),
        (ids.NOTE, trusted("note")),
        (ids.FILTER, trusted("search")),
        (ids.CASE_LAST, trusted("last case")),
        (ids.HELP, trusted("help")),
    ),
    "timeline": (
        (ids.CASE_OPEN, trusted("write")),
        (ids.REPLY, trusted("reply")),
        (ids.NOTE, trusted("note")),
        (ids.CASE_DONE, trusted("done")),
        (ids.CASE_REOPEN, trusted("reopen")),
        (ids.RETRY_SEND, trusted("send again")),
        (ids.SNOOZE, trusted("snooze")),
        (ids.CUSTOMER_CARD, trusted("customer")),
        (ids.FOLD, trusted("fold")),
        (ids.NEXT_WAITING, trusted("next waiting")),
        (ids.CASE_LAST, trusted("last case")),
        (ids.GO_BACK, trusted("out")),
        (ids.HELP, trusted("help")),
    ),
    "composer": (
        (ids.COMPOSE_ENTER, trusted("send")),
        (ids.COMPOSE_SEND, trusted("send")),
        (ids.COMPOSE_NEWLINE, trusted("new line")),
        (ids.COMPOSE_CANNED, trusted("canned")),
        (ids.COMPOSE_CHANNEL, trusted("channel")),
        (ids.COMPOSE_ATTACH, trusted("file")),
        (ids.NEXT_WAITING, trusted("next waiting")),
        (ids.CASE_LAST, trusted("last case")),
        (ids.GO_BACK, trusted("out")),
    ),
    "customer": (
        (ids.CASE_OPEN, trusted("open")),
        (ids.CUSTOMER_CARD, trusted("back")),
        (ids.GO_BACK, trusted("out")),
        (ids.HELP, trusted("help")),
    ),
}


class Composing(Protocol):
    """What the composer says of its Enter key."""

    @property
    def enter_sends(self) -> bool: ...


def taught(context: Context, keymap: Keymap, composer: Composing) -> Sequence[Taught]:
    """The keys to show, the most useful first."""
    lessons = [*_CALLS, *_PLACES[context.ui.place]]
    keys: list[Taught] = []
    for id, words in lessons:
        command = REGISTRY.get(id)
        key = keymap.shown(id, context.contexts)
        if command is None or not key or command.why_not(context) is not None:
            continue
        if id == ids.COMPOSE_ENTER and not composer.enter_sends:
            words = trusted("new line")
        elif id == (ids.COMPOSE_SEND if composer.enter_sends else ids.COMPOSE_NEWLINE):
            continue  # Enter does that here already
        keys.append((clean_line(key), words))
    return keys


def taught_always(context: Context, keymap: Keymap) -> Taught | None:
    """What stands at the right edge: the key that finds everything else."""
    key = keymap.shown(ids.PALETTE, context.contexts)
    return (clean_line(key), trusted("all")) if key else None


def continuation(binding: Binding, pressed: int) -> Taught:
    """What a begun sequence can still become: the keys to come, and the command's title."""
    title = REGISTRY[binding.command].spec.title if binding.command in REGISTRY else binding.command
    return clean_line(show_keys(binding.keys[pressed:])), clean_line(title)
