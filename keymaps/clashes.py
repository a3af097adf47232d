"""Keys that cannot stand beside others: taken already, hidden, or one character with another in the Hebrew layout."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agent_tui.commands.spec import COUNTING_CONTEXTS, STACKS
from agent_tui.config.problems import Problem
from agent_tui.keymaps.entries import Entry
from agent_tui.keymaps.hebrew import spellings
from agent_tui.keymaps.keys import show_keys

_SIDE_BY_SIDE = frozenset({"list", "call"})
"""Contexts where none may hide the other's keys: no key changes its meaning because something rings."""
_OWN_KEY = "a key of its own"


def first_clash(entries: Sequence[Entry], counts: bool) -> tuple[Entry, Problem] | None:
    """The first entry that cannot work beside those before it, and why. `counts`: digits are counts."""
    for entry in entries if counts else ():
        if entry.binding.context in COUNTING_CONTEXTS and entry.binding.keys[0] in "123456789":
            return entry, entry.problem(f"{entry.keys} is never reached: digits count here", "it behind another key")
    for stack in STACKS:
        if found := _clash_in(stack, entries):
            return found
    return next(_unreached(entries), None)


def _clash_in(stack: tuple[str, ...], entries: Sequence[Entry]) -> tuple[Entry, Problem] | None:
    whole: dict[tuple[str, ...], list[Entry]] = {}
    begun: dict[tuple[str, ...], list[Entry]] = {}
    for entry in entries:
        if entry.binding.context not in stack:
            continue
        ways = spellings(entry.binding.keys)
        for way in ways:
            for other in whole.get(way, ()):
                if problem := _same_keys(entry, other, way):
                    return entry, problem
            starts = [way[:length] for length in range(1, len(way))]
            if hiding := next((found for start in starts for found in whole.get(start, ())), None):
                return entry, entry.problem(f"{entry.keys} begins with {hiding.keys}, which is {hiding.does}", _OWN_KEY)
            if found := begun.get(way):
                return entry, entry.problem(f"{entry.keys} begins {found[0].keys}, which is {found[0].does}", _OWN_KEY)
        for way in ways:
            whole.setdefault(way, []).append(entry)
            for length in range(1, len(way)):
                begun.setdefault(way[:length], []).append(entry)
    return None


def _same_keys(entry: Entry, other: Entry, way: tuple[str, ...]) -> Problem | None:
    mine, theirs = entry.binding, other.binding
    if mine.act == theirs.act:
        return None
    literal = mine.keys == theirs.keys
    if literal and mine.context != theirs.context and not {mine.context, theirs.context} <= _SIDE_BY_SIDE:
        return None  # the inner context's key hides the outer one's, as it says
    if literal:
        return entry.problem(f"{entry.keys} is {other.does} already", _OWN_KEY)
    return entry.problem(
        f"{entry.keys} and {other.keys} ({other.does}) are one character, {show_keys(way)}, "
        "in the Latin and the Hebrew layout",
        _OWN_KEY,
    )


def _unreached(entries: Sequence[Entry]) -> Iterator[tuple[Entry, Problem]]:
    """Entries that an inner context hides wherever their own one is active."""
    by_keys: dict[tuple[str, ...], list[Entry]] = {}
    for entry in entries:
        by_keys.setdefault(entry.binding.keys, []).append(entry)
    for entry in entries:
        mine = entry.binding
        alike = [other for other in by_keys[mine.keys] if other.binding.act != mine.act]
        stacks = [stack[: stack.index(mine.context)] for stack in STACKS if mine.context in stack]
        hiding = [[other for other in alike if other.binding.context in inner] for inner in stacks]
        if alike and all(hiding):
            where = ", ".join(dict.fromkeys(found[0].does for found in hiding))
            yield entry, entry.problem(f"{entry.keys} is never reached: it is {where}", _OWN_KEY)
