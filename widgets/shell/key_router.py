"""Every key goes through here: to a command by the keymap, else to the widget that has the focus."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import Literal

from agent_tui.commands import ids, ids_keys, ids_scripts
from agent_tui.commands.command import CommandError
from agent_tui.commands.context import NOTHING, Arguments, Context
from agent_tui.commands.many import acts_on_many, run_on_many
from agent_tui.commands.registry import REGISTRY
from agent_tui.commands.spec import CALL, COMPOSER, GLOBAL, KEYPAD, LIST, SCRIPT
from agent_tui.domain.taught import key_of
from agent_tui.domain.text import SafeText, clean_line, compose, declared, fixed, listed, plural, trusted
from agent_tui.domain.time import TimerHandle
from agent_tui.keymaps.keymap import Keymap
from agent_tui.keymaps.keys import show_keys
from agent_tui.keymaps.resolver import Counting, Match, Pending, Resolver
from agent_tui.services.workbench import Workbench
from agent_tui.widgets.ask import Asking
from agent_tui.widgets.ask.command_line import CommandLineAsking
from agent_tui.widgets.ask.commands import HelpAsking, PaletteAsking
from agent_tui.widgets.shell.desk_screen import DeskScreen
from agent_tui.widgets.shell.desk_ui import DeskUi
from agent_tui.widgets.shell.taught import Lessons, ahead

_PLACES = frozenset({LIST, CALL, COMPOSER, SCRIPT})
"""Contexts that the focus comes into."""
REST_SECONDS = 0.4
"""How long a begun sequence rests before it is explained: who knows the keys sees nothing and pays no bytes."""
_QUIET = frozenset({ids.ROW_NEXT, ids.ROW_PREVIOUS, ids.COMPOSE_NEWLINE, ids.COMPOSE_DELETE_WORD})
"""Commands so frequent that a result on the status line is left standing."""
_ABOUT_MESSAGE = {
    ids.COPY_MESSAGE: False,
    ids.MESSAGE_SOURCE: False,
    ids.CARD_SHOW: False,
    ids.FORWARD: False,
    ids.QUOTE: False,
    ids.REPLY: False,
    ids.REPLY_ALL: False,
    ids.RETRY_SEND: False,
}
"""Commands that are about the message under the cursor, and whether the agent has to have put it there."""


class KeyRouter:
    """Resolves keys in the contexts of the focus, runs commands, and keeps the key line true."""

    def __init__(self, workbench: Workbench, keymap: Keymap, zone: tzinfo, screen: DeskScreen, ui: DeskUi) -> None:
        self._workbench = workbench
        self._zone = zone
        self._screen = screen
        self._ui = ui
        self.rested: Callable[[], None] = lambda: None
        """Called when a begun sequence has rested; set by whoever can draw then, with `explain`."""
        self._begun: Pending | Counting | None = None
        self._resting: TimerHandle | None = None
        self._asked_in: tuple[str, ...] = (LIST, GLOBAL)
        ui.ask_command = self._asking
        self._learn(keymap)

    def use(self, keymap: Keymap) -> None:
        """Other keys, at once."""
        self._learn(keymap)
        self.teach()

    def key_to_teach(self, command: str) -> str:
        """See `agent_tui.domain.taught.Keys`; arguments stand after the command."""
        name, _, arguments = command.partition(" ")
        return self._keymap.shown(name, (), tuple(arguments.split()))

    def _learn(self, keymap: Keymap) -> None:
        self._keymap = keymap
        self._resolver = Resolver(keymap)
        self._lessons = Lessons(keymap)
        self._screen.status.take_back_key = clean_line(keymap.shown(ids.COMPOSE_TAKE_BACK))
        modes = self._screen.case.composer.modes
        modes.modal = keymap.modal
        if not keymap.modal:
            modes.begin()

    def contexts(self) -> tuple[str, ...]:
        """The keymap contexts of what has the focus, the innermost first."""
        if self._ui.on_keypad and self._screen.prompt.asking is None:
            return (KEYPAD, GLOBAL)
        focused = self._screen.focused
        for widget in focused.ancestors_with_self if focused is not None else ():
            found: tuple[str, ...] | None = getattr(widget, "KEY_CONTEXTS", None)
            if found is not None:
                return found
        return (LIST, GLOBAL)

    def context(self, contexts: tuple[str, ...] | None = None) -> Context:
        """What a command would get to work with now."""
        open_case = self._workbench.desk.open_case
        in_case = self._ui.place != "inbox" and open_case is not None
        key = open_case.key if in_case and open_case is not None else self._ui.key_in_list
        contexts = contexts if contexts is not None else self.contexts()
        return Context(self._workbench, self._ui, key, contexts, self._zone, self._ui.last_case)

    def press(self, key: str) -> bool:
        """Take one key; False when it is for the widget that has the focus."""
        result = self._resolver.feed(self.contexts(), key)
        if isinstance(result, Pending | Counting):
            self._wait(result)
            return True
        self._over()
        if isinstance(result, Match):
            self._run_matched(result)
            return True
        self._say_where(key)
        self.teach()
        if len(result.keys) > 1 and not result.cancelled:
            self._ui.say(compose("{keys} means nothing here", keys=clean_line(show_keys(result.keys))), "warning")
        return len(result.keys) > 1 or result.cancelled

    def _say_where(self, key: str) -> None:
        """A key that means something in another place, and nothing to a widget here, says why it does nothing."""
        if not _is_a_commands(key) or self._screen.prompt.asking is not None:
            return
        meant = (one for one in self._keymap.bindings if one.keys == (key,) and one.context in _PLACES)
        if (binding := next(meant, None)) is not None:
            command = REGISTRY[binding.command]
            first = compose("leave this first ({key})", key=key_of(ids.GO_BACK, "Esc"))
            title, reason = declared(command.spec.title), command.why_not(self.context()) or first
            self._ui.say(compose("{title}: {reason}", title=title, reason=reason), "warning")

    def _wait(self, begun: Pending | Counting) -> None:
        """A sequence was begun, or goes on: it is explained when it rests, at once where it is already."""
        shown = self._begun is not None and self._resting is None
        self._begun = begun
        if self._resting is not None:
            self._resting.cancel()
            self._resting = None
        if shown:
            self.explain()
        else:
            self._resting = self._workbench.time.call_later(REST_SECONDS, self._rested)

    def _rested(self) -> None:
        self._resting = None
        self.rested()

    def explain(self) -> None:
        """Show what the begun sequence can become."""
        begun = self._begun
        if begun is None:
            return
        leave = (fixed("Esc"), trusted("none of them"))
        if isinstance(begun, Counting):
            self._screen.keys.teach([], leave, clean_line(f"{begun.count}"))
            return
        keys = clean_line(f"{begun.count or ''}{show_keys(begun.prefix)}")
        self._screen.keys.teach([(fixed("Backspace"), trusted("one key back"))], leave, keys)
        context = self.context()
        self._screen.explain_keys(keys, [ahead(binding, len(begun.prefix), context) for binding in begun.continuations])

    def _over(self) -> None:
        """The sequence is complete, or means nothing."""
        if self._resting is not None:
            self._resting.cancel()
            self._resting = None
        if self._begun is not None:
            self._begun = None
            self._screen.explained()

    def _run_matched(self, match: Match) -> None:
        """Run what the keys mean, as often as was counted, while nothing else happens."""
        self._ui.hands.ends_with = len(match.keys)
        if match.count is not None and not goes_with_count(match.command_id, match.arguments):
            title = declared(REGISTRY[match.command_id].spec.title)
            self._ui.say(compose("{title}: a number does not go with it", title=title), "warning")
            self.teach()
            return
        contexts = self.contexts()
        for _ in range(match.count or 1):
            self.run(match.command_id, match.arguments)
            if self.contexts() != contexts:
                break

    def run(self, command_id: str, arguments: Arguments = (), contexts: tuple[str, ...] | None = None) -> None:
        """Run a command, or say why it does not work now."""
        command = REGISTRY.get(command_id)
        if command is None:
            return
        if command_id not in _QUIET:
            self._screen.status.seen()
        if command_id in _ABOUT_MESSAGE:
            self._ui.turn_to_message(put=_ABOUT_MESSAGE[command_id])
        context = self.context(contexts)
        many = acts_on_many(context, command_id)
        reason = None if many else command.why_not(context)
        if reason is not None:
            title = declared(command.spec.title)
            self._ui.say(compose("{title}: {reason}", title=title, reason=reason), "warning")
        else:
            try:
                said = run_on_many(context, command_id, arguments) if many else command.run(context, arguments)
            except CommandError as error:
                self._ui.say(error.text, "warning")
            else:
                if said:
                    self._ui.say(said)
        self.teach()

    def teach(self) -> None:
        """Show the keys that matter here, now."""
        if self._resolver.waiting or self._resolver.count is not None:
            return
        asking = self._screen.prompt.asking
        if asking is not None:
            tab = [(fixed("Tab"), asking.tab.text)] if asking.completes else []
            self._screen.keys.teach([(fixed("Enter"), asking.enter.text), *tab], (fixed("Esc"), asking.escape.text))
            return
        if self._screen.answered_at is not None:
            self._screen.answered_at.teach(self._way_to_script())
        context = self.context()
        if KEYPAD in context.contexts:
            self._screen.keys.teach(
                [(trusted("0-9 * #"), trusted("into the call"))], (fixed("Esc"), trusted("done", "keypad"))
            )
            return
        self._screen.keys.teach(
            self._lessons.taught(context, self._screen.case),
            self._lessons.always(context.contexts),
            self._of_the_list() if context.ui.place == "inbox" else trusted(""),
        )

    def _way_to_script(self) -> SafeText:
        """The keys that lead to the answer of the guided script that is run: none where it has the focus."""
        place, contexts = self._ui.place, self.contexts()
        if place == "script":
            return NOTHING
        case = self._workbench.desk.open_case
        if place == "inbox" and (case is None or self._ui.key_in_list != case.key):
            return key_of(ids.PANE_PREVIOUS, "Shift+Tab")
        out = key_of(ids.GO_BACK, "Esc")
        insert = contexts[0] == COMPOSER and self._keymap.modal
        outs = [out] * (2 if insert else int(place == "composer"))
        return listed(" ", [*outs, key_of(ids_scripts.SCRIPT_RUN, "S")])

    def _of_the_list(self) -> SafeText:
        """What of the list may be out of sight: how many cases are marked, and that it is in another order now."""
        marked = len(self._workbench.desk.inbox.marked)
        words = [plural("{n} marked", "{n} marked", n=marked)] if marked else []
        if order := self._screen.inbox.order_mark:
            words.append(compose("order changed · {how}", how=order))
        return listed("   ", words) if words else trusted("")

    def _asking(self, kind: Literal["line", "palette", "help"], _start: str) -> Asking:
        # the question is about where the agent was before it was put, the first one when an answer puts the next
        prompt = self._screen.prompt
        answered = prompt.asking is None and self._screen.focused is prompt
        contexts = self._asked_in if answered else self.contexts()
        self._asked_in = contexts
        context = self.context(contexts)
        asks = {"line": CommandLineAsking, "palette": PaletteAsking, "help": HelpAsking}

        def perform(command_id: str, arguments: Arguments) -> None:
            if len(arguments) < REGISTRY[command_id].spec.fewest_arguments:
                self._ui.command_line(f"{command_id} ")  # it cannot do without: let the rest be typed
            else:
                self.run(command_id, arguments, contexts)

        return asks[kind](context, self._keymap, perform)


def _is_a_commands(key: str) -> bool:
    """Whether no widget takes this key for itself: a letter or sign with Ctrl, or a function key."""
    return (key[0] == "f" and key[1:].isdigit()) or (key.startswith("ctrl+") and key[5:] not in _MOVES)


_MOVES = frozenset({"up", "down", "left", "right", "home", "end"})
_COUNTED = frozenset(
    {
        *(ids.ROW_NEXT, ids.ROW_PREVIOUS, ids.PAGE_ON, ids.PAGE_BACK, ids.PANE_NEXT, ids.PANE_PREVIOUS),
        *(ids_keys.FIND_NEXT, ids_keys.FIND_PREVIOUS, ids_keys.MACRO_REPLAY),
    }
)


def goes_with_count(command_id: str, arguments: Arguments) -> bool:
    """Whether a command may be done several times over by a number before its key: none that reaches a customer or
    changes a case."""
    edits = command_id == ids_keys.COMPOSE_EDIT and arguments[:1] and arguments[0] in ids_keys.REPEATED
    return command_id in _COUNTED or bool(edits)
