"""Which keys the last line teaches: for each place the commands that matter there, in order, if they work now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from agent_tui.commands import ids, ids_keys, ids_scripts
from agent_tui.commands.command import Command
from agent_tui.commands.context import Context, Place
from agent_tui.commands.registry import REGISTRY
from agent_tui.domain.frozen import frozen
from agent_tui.domain.language import SPOKEN
from agent_tui.domain.text import Phrase, SafeText, clean_line, compose, declared, marked, trusted
from agent_tui.keymaps.hebrew import hebrew_letters
from agent_tui.keymaps.keymap import Binding, Keymap
from agent_tui.keymaps.keys import show_keys
from agent_tui.widgets.lines.key_line import Taught

_Lesson = tuple[str, Phrase]

_CALLS: tuple[_Lesson, ...] = (
    (ids.CALL_ANSWER, marked("answer", "key")),
    (ids.CALL_HANG_UP, marked("hang up", "key")),
    (ids.CALL_HOLD, marked("hold", "key")),
    (ids.CALL_MUTE, marked("mute", "key")),
    (ids.CALL_WRITE_UP, marked("write up", "key")),
)
_PLACES: dict[Place, tuple[_Lesson, ...]] = {
    "inbox": (
        (ids.CASE_OPEN, marked("open", "key")),
        (ids.NEXT_WAITING, marked("next waiting", "key")),
        (ids.ASSIGN_ME, marked("mine", "key")),
        (ids.SNOOZE, marked("snooze", "key")),
        (ids.CASE_DONE, marked("done", "key")),
        (ids.CASE_REOPEN, marked("reopen", "key")),
        (ids.LABEL, marked("label", "key")),
        (ids.NOTE, marked("note", "key")),
        (ids.FILTER, marked("search", "key")),
        (ids.CASE_LAST, marked("last case", "key")),
        (ids.HELP, marked("help", "key")),
    ),
    "timeline": (
        (ids.CASE_OPEN, marked("write", "key")),
        (ids.REPLY, marked("reply", "key")),
        (ids.NOTE, marked("note", "key")),
        (ids.CASE_DONE, marked("done", "key")),
        (ids.CASE_REOPEN, marked("reopen", "key")),
        (ids.RETRY_SEND, marked("send again", "key")),
        (ids.SNOOZE, marked("snooze", "key")),
        (ids.CUSTOMER_CARD, marked("customer", "key")),
        (ids.HISTORY, marked("history", "key")),
        (ids.FOLD, marked("fold", "key")),
        (ids.NEXT_WAITING, marked("next waiting", "key")),
        (ids.GO_BACK, marked("out", "key")),
        (ids.CASE_LAST, marked("last case", "key")),
        (ids.HELP, marked("help", "key")),
    ),
    "history": (
        (ids.CASE_OPEN, marked("open", "key")),
        (ids.FOLD, marked("fold", "key")),
        (ids.VIEW_CHANNEL, marked("channel", "key")),
        (ids.QUOTE, marked("quote", "key")),
        (ids.COPY_MESSAGE, marked("copy", "key")),
        (ids.REPLY, marked("reply", "key")),
        (ids.PREFER, marked("prefers", "key")),
        (ids.HISTORY, marked("back", "key")),
        (ids.HELP, marked("help", "key")),
    ),
    "composer": (
        (ids.COMPOSE_ENTER, marked("send", "key")),
        (ids.COMPOSE_SEND, marked("send", "key")),
        (ids.COMPOSE_NEWLINE, marked("new line", "key")),
        (ids.COMPOSE_CANNED, marked("canned", "key")),
        (ids.COMPOSE_CHANNEL, marked("channel", "key")),
        (ids.COMPOSE_ATTACH, marked("file", "key")),
        (ids.NEXT_WAITING, marked("next waiting", "key")),
        (ids.GO_BACK, marked("out", "key")),
        (ids.CASE_LAST, marked("last case", "key")),
    ),
    "script": (
        (ids_scripts.SCRIPT_ANSWER, marked("answer", "key")),
        (ids_scripts.SCRIPT_BACK, marked("back", "key")),
        (ids_scripts.SCRIPT_SAY, marked("into the reply", "key")),
        (ids_scripts.SCRIPT_STEPS, marked("steps", "key")),
        (ids_scripts.SCRIPT_LEAVE, marked("leave it", "key")),
        (ids.GO_BACK, marked("out", "key")),
    ),
    "customer": (
        (ids.CASE_OPEN, marked("open", "key")),
        (ids.CUSTOMER_CARD, marked("back", "key")),
        (ids.GO_BACK, marked("out", "key")),
        (ids.HELP, marked("help", "key")),
    ),
}


@frozen
class Ahead:
    """One way on: the keys to come, and the command's title. `why_not`: why it does not work now."""

    keys: SafeText
    title: SafeText
    why_not: SafeText | None = None


class Composing(Protocol):
    """What the composer says of its Enter key."""

    @property
    def enter_sends(self) -> bool: ...


class Lessons:
    """What a keymap has to teach in each place: which keys is worked out once, whether they work now each time."""

    def __init__(self, keymap: Keymap) -> None:
        self._keymap = keymap
        self._known: dict[tuple[Place, tuple[str, ...]], tuple[tuple[Command, Taught], ...]] = {}
        self._always: dict[tuple[str, ...], Taught | None] = {}

    def taught(self, context: Context, composer: Composing) -> Sequence[Taught]:
        """The keys to show, the most useful first."""
        keys: list[Taught] = []
        lessons = self._lessons(context.ui.place, context.contexts)
        enter_sends = composer.enter_sends and any(command.spec.id == ids.COMPOSE_ENTER for command, _ in lessons)
        for command, shown in lessons:
            if command.why_not(context) is not None:
                continue
            id = command.spec.id
            if id == ids.COMPOSE_ENTER and not composer.enter_sends:
                shown = (shown[0], trusted("new line", "key"))
            elif id == (ids.COMPOSE_SEND if enter_sends else ids.COMPOSE_NEWLINE):
                continue  # Enter does that here already
            keys.append(shown)
        return keys

    def always(self, contexts: tuple[str, ...]) -> Taught | None:
        """What stands at the right edge: the key that finds everything else."""
        if contexts not in self._always:
            key = self._keymap.shown(ids.PALETTE, contexts)
            self._always[contexts] = (clean_line(key), trusted("all", "key")) if key else None
        return self._always[contexts]

    def _lessons(self, place: Place, contexts: tuple[str, ...]) -> tuple[tuple[Command, Taught], ...]:
        found = self._known.get((place, contexts))
        if found is None:
            found = self._known[place, contexts] = tuple(
                (REGISTRY[id], (clean_line(key), words.text))
                for id, words in (*_CALLS, *_PLACES[place])
                if id in REGISTRY and (key := self._keymap.shown(id, contexts))
            )
        return found


def ahead(binding: Binding, pressed: int, context: Context) -> Ahead:
    """What a begun sequence can still become: the keys to come (beside them the letters of a Hebrew keyboard, where
    that is spoken), the command's title, and why it does not work now."""
    known = REGISTRY.get(binding.command)
    title = declared(known.spec.title) if known is not None else clean_line(binding.command)
    if binding.command == ids_keys.COMPOSE_EDIT:
        title = ids_keys.EDITS[binding.arguments[0]].text
    elif binding.arguments:
        title = compose("{title} {arguments}", title=title, arguments=clean_line(" ".join(binding.arguments)))
    keys = show_keys(binding.keys[pressed:])
    language = SPOKEN.get()
    if language is not None and language.code == "he" and (letters := hebrew_letters(binding.keys[pressed:])):
        keys = f"{keys} {letters}"
    return Ahead(clean_line(keys), title, known.why_not(context) if known is not None else None)
