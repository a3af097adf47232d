"""Turns keys into commands: a pure state machine over a keymap, with sequences (`g m`) and stacked contexts.

No timer: a sequence waits until its next key, Esc, or `reset()`; a caller who wants a time limit calls `reset()`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from agent_tui.commands.spec import COUNTING_CONTEXTS
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
    count: int | None = None
    """How often, where digits were typed before."""


@frozen
class Pending:
    """The keys begin a sequence; `continuations` are the bindings they can still become, in the keymap's order.
    `count`: the digits before them."""

    prefix: tuple[str, ...]
    continuations: tuple[Binding, ...]
    count: int | None = None


@frozen
class Counting:
    """Digits of a count were typed."""

    count: int


@frozen
class NoMatch:
    """The keys mean nothing here. One key: whoever has the focus may take it. More, or `cancelled`: swallow them."""

    keys: tuple[str, ...]
    cancelled: bool = False


Resolution = Match | Pending | Counting | NoMatch


MOST_TIMES = 999
"""The greatest count; a digit more ends it."""


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
        self._counts = keymap.counts
        self._count: int | None = None
        self._keys: tuple[str, ...] = ()
        self._contexts: tuple[str, ...] = ()

    @property
    def waiting(self) -> tuple[str, ...]:
        """The keys of a begun sequence."""
        return self._keys

    @property
    def count(self) -> int | None:
        """What was counted before a key that has not come yet."""
        return self._count

    def reset(self) -> None:
        """Forget a begun sequence and a count."""
        self._keys, self._count = (), None

    def feed(self, contexts: tuple[str, ...], key: str) -> Resolution:
        """Take one key. A sequence begun in other contexts is forgotten first. Esc ends a sequence, or a count, and
        does no more; Backspace takes its last key back where it means nothing else."""
        if contexts != self._contexts:
            self.reset()
            self._contexts = contexts
        counting = self._counts and not self._keys and bool(contexts) and contexts[0] in COUNTING_CONTEXTS
        if counting and (counted := self._counted(key)) is not None:
            return counted
        count, self._count = self._count, None
        result = self._resolved(contexts, key, count)
        if isinstance(result, Pending):
            self._count = count
        return result

    def _counted(self, key: str) -> Counting | NoMatch | None:
        """A digit of a count, or Esc after one."""
        if key == "escape" and self._count is not None:
            said, self._count = f"{self._count}", None
            return NoMatch((*said, "escape"), cancelled=True)
        if len(key) != 1 or key not in "0123456789" or (key == "0" and self._count is None):
            return None
        count = (self._count or 0) * 10 + int(key)
        if count > MOST_TIMES:
            self._count = None
            return NoMatch(tuple(f"{count}"))
        self._count = count
        return Counting(count)

    def _resolved(self, contexts: tuple[str, ...], key: str, count: int | None) -> Match | Pending | NoMatch:
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
                    return Match(node.binding.command, node.binding.arguments, node.binding.keys, count)
                break
            waiting += [new for new in node.reachable() if not any(_hides(inner.keys, new.keys) for inner in waiting)]
        if not waiting and len(keys) > 1 and keys[-1] == "backspace":
            return self._one_back(contexts, keys[:-2], count)
        if not waiting:
            return NoMatch(keys)
        self._keys = keys
        return Pending(keys, tuple(sorted(dict.fromkeys(waiting), key=self._order.__getitem__)), count)

    def _one_back(self, contexts: tuple[str, ...], kept: tuple[str, ...], count: int | None) -> Pending | NoMatch:
        """The last key of a sequence is taken back; the first one too: it is over."""
        if not kept:
            return NoMatch((), cancelled=True)
        self._keys = kept[:-1]
        again = self._resolved(contexts, kept[-1], count)
        return again if isinstance(again, Pending) else NoMatch((), cancelled=True)

    def _plant(self, binding: Binding, spelling: tuple[str, ...]) -> None:
        node = self._trees.setdefault(binding.context, _Node())
        for key in spelling:
            node = node.next.setdefault(key, _Node())
        if node.binding is None or spelling == binding.keys:
            node.binding = binding


def _hides(inner: tuple[str, ...], outer: tuple[str, ...]) -> bool:
    shorter = min(len(inner), len(outer))
    return inner[:shorter] == outer[:shorter]
