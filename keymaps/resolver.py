"""Turns keys into commands: a pure state machine over a keymap, with sequences (`g m`) and stacked contexts.

No timer: a sequence waits until its next key, Esc, or `reset()`; a caller who wants a time limit calls `reset()`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from agent_tui.domain.frozen import frozen
from agent_tui.keymaps.hebrew import spellings
from agent_tui.keymaps.keymap import Binding, Keymap
from agent_tui.keymaps.keys import textual_name


@frozen
class Match:
    """The keys are complete: run the command."""

    command_id: str
    arguments: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


@frozen
class Pending:
    """The keys begin a sequence; `continuations` are the bindings they can still become, in the keymap's order."""

    prefix: tuple[str, ...]
    continuations: tuple[Binding, ...]


@frozen
class NoMatch:
    """The keys mean nothing here. One key: whoever has the focus may take it. More, or `cancelled`: swallow them."""

    keys: tuple[str, ...]
    cancelled: bool = False


Resolution = Match | Pending | NoMatch


@dataclass(slots=True)
class _Node:
    """A place in a context's tree of sequences: complete (`binding`) or on the way (`next`)."""

    binding: Binding | None = None
    next: dict[str, _Node] = field(default_factory=dict)

    def reachable(self) -> Iterator[Binding]:
        if self.binding:
            yield self.binding
        for node in self.next.values():
            yield from node.reachable()


class Resolver:
    """Feed it each key with the contexts that are active, the innermost first; it keeps only the keys that wait."""

    def __init__(self, keymap: Keymap) -> None:
        self._trees: dict[str, _Node] = {}
        self._order = {binding: place for place, binding in enumerate(keymap.bindings)}
        for binding in keymap.bindings:
            for spelling in spellings(binding.keys):
                self._plant(binding, spelling)
        self._keys: tuple[str, ...] = ()
        self._contexts: tuple[str, ...] = ()

    @property
    def waiting(self) -> tuple[str, ...]:
        """The keys of a begun sequence."""
        return self._keys

    def reset(self) -> None:
        """Forget a begun sequence."""
        self._keys = ()

    def feed(self, contexts: tuple[str, ...], key: str) -> Resolution:
        """Take one key. A sequence begun in other contexts is forgotten first. Esc ends a sequence and does no more."""
        if contexts != self._contexts:
            self._keys = ()
            self._contexts = contexts
        keys = (*self._keys, textual_name(key))
        self._keys = ()
        if len(keys) > 1 and keys[-1] == "escape":
            return NoMatch(keys, cancelled=True)
        waiting: list[Binding] = []
        for context in contexts:
            node = self._trees.get(context)
            for pressed in keys[:-1]:
                node = node.next.get(pressed) if node and not node.binding else node
            if node and node.binding:
                break  # complete a key ago: hides what lies under it
            node = node.next.get(keys[-1]) if node else None
            if node is None:
                continue
            if node.binding:
                if not waiting:
                    return Match(node.binding.command, node.binding.arguments, node.binding.keys)
                break
            waiting += [new for new in node.reachable() if not any(_hides(inner.keys, new.keys) for inner in waiting)]
        if not waiting:
            return NoMatch(keys)
        self._keys = keys
        return Pending(keys, tuple(sorted(dict.fromkeys(waiting), key=self._order.__getitem__)))

    def _plant(self, binding: Binding, spelling: tuple[str, ...]) -> None:
        node = self._trees.setdefault(binding.context, _Node())
        for key in spelling:
            node = node.next.setdefault(key, _Node())
        if node.binding is None or spelling == binding.keys:
            node.binding = binding


def _hides(inner: tuple[str, ...], outer: tuple[str, ...]) -> bool:
    shorter = min(len(inner), len(outer))
    return inner[:shorter] == outer[:shorter]
