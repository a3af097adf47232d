"""A checked keymap: which keys run which command in which context."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from agent_tui.commands.spec import COMPOSER_NORMAL
from agent_tui.domain.frozen import frozen
from agent_tui.keymaps.hebrew import hebrew_letters
from agent_tui.keymaps.keys import show_keys


@frozen
class Binding:
    """A key sequence (Textual's names, Latin layout) that runs a command with arguments in one context."""

    context: str
    keys: tuple[str, ...]
    command: str
    arguments: tuple[str, ...] = ()

    @property
    def act(self) -> tuple[str, ...]:
        """Command and arguments: two bindings with one act do the same."""
        return (self.command, *self.arguments)


@dataclass(frozen=True)
class Keymap:
    """Bindings without clashes, in the order they were declared. `counts`: digits before a key say how often.
    `typed`: words that the `:` line takes for a command."""

    bindings: tuple[Binding, ...]
    counts: bool = False
    typed: tuple[tuple[str, str], ...] = ()
    name: str = "default"

    @cached_property
    def modal(self) -> bool:
        """Whether the composer has a mode in which letters are commands."""
        return any(binding.context == COMPOSER_NORMAL for binding in self.bindings)

    def meant(self, line: str) -> str:
        """A typed line with the command in place of this keymap's own word for it (`w`)."""
        name, blank, rest = line.lstrip().partition(" ")
        return dict(self.typed).get(name, name) + blank + rest

    @cached_property
    def _by_act(self) -> Mapping[tuple[str, ...], tuple[Binding, ...]]:
        # the line of keys asks for some twenty commands at each key
        found: dict[tuple[str, ...], tuple[Binding, ...]] = {}
        for binding in self.bindings:
            found[binding.act] = (*found.get(binding.act, ()), binding)
        return found

    def of(self, command: str, contexts: Iterable[str] = (), arguments: tuple[str, ...] = ()) -> tuple[Binding, ...]:
        """The bindings of a command, in `contexts` (none given: in any), the innermost first: those that none before
        hides. The first is the one to teach."""
        wanted = tuple(contexts)
        found = self._by_act.get((command, *arguments), ())
        return tuple(binding for binding in found if not wanted or self._reached(binding, wanted))

    def _reached(self, binding: Binding, contexts: tuple[str, ...]) -> bool:
        if binding.context not in contexts:
            return False
        inner = contexts[: contexts.index(binding.context)]
        return not any((context, binding.keys) in self._places for context in inner)

    @cached_property
    def _places(self) -> frozenset[tuple[str, tuple[str, ...]]]:
        return frozenset((binding.context, binding.keys) for binding in self.bindings)

    def shown(self, command: str, contexts: Iterable[str] = (), arguments: tuple[str, ...] = ()) -> str:
        """The key to teach for a command, as a person reads it (`^G`, `g m`); "" when it has none."""
        found = self.of(command, contexts, arguments)
        return show_keys(found[0].keys) if found else ""

    def shown_in_hebrew(self, command: str, contexts: Iterable[str] = ()) -> str:
        """The letters on the same keys of a Hebrew keyboard (`ע צ`); "" when the key to teach has none."""
        found = self.of(command, contexts)
        return hebrew_letters(found[0].keys) if found else ""
