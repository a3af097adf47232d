"""Reads keymaps: the default one, a user's over it; whatever cannot work is named with its line and left out.

Nothing here needs Textual or pydantic: a desk reads its keys before it draws.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from agent_tui.commands.ids import SPECS
from agent_tui.commands.spec import CONTEXTS, STACKS, TEXT_CONTEXTS, CommandSpec
from agent_tui.config.problems import ConfigError, Problem
from agent_tui.config.toml_source import KeyPath, TomlSource, read_toml
from agent_tui.domain.frozen import frozen
from agent_tui.keymaps.hebrew import spellings
from agent_tui.keymaps.keymap import Binding, Keymap
from agent_tui.keymaps.keys import parse_key, show_keys, types_itself

DEFAULT_KEYMAP = Path(__file__).with_name("default.toml")
LONGEST_SEQUENCE = 4
"""Keys in a sequence at most."""

_SIDE_BY_SIDE = frozenset({"list", "call"})
"""Contexts where none may hide the other's keys: no key changes its meaning because something rings."""


@frozen
class _Key:
    """One key sequence of one entry, and where it was written."""

    binding: Binding
    source: TomlSource
    path: KeyPath

    def problem(self, what: str, expected: str = "") -> Problem:
        return self.source.problem(self.path, what, expected)


_Slot = tuple[str, tuple[str, ...]]
"""Context and act (command with arguments): what one entry decides about."""


def load_keymap(
    user: Path | None = None,
    *,
    default: Path = DEFAULT_KEYMAP,
    specs: Mapping[str, CommandSpec] = SPECS,
) -> tuple[Keymap, tuple[Problem, ...]]:
    """The default keys with the user's file over them, and everything in either that was left out.

    An entry of the user's replaces all keys of that command in that context; `[]` takes them away; an entry none of
    whose keys can work leaves the default. Raises nothing: a file that cannot be read is a problem too.
    """
    problems: list[Problem] = []
    base = _read(default, specs, problems)
    own = _read(user, specs, problems) if user else {}
    while True:
        # every round drops at least one key, so this ends
        merged = {slot: keys for slot, keys in base.items() if slot not in own} | own
        clash = _first_clash([key for keys in merged.values() for key in keys])
        if clash is None:
            bindings = tuple(dict.fromkeys(key.binding for keys in merged.values() for key in keys))
            return Keymap(bindings), tuple(sorted(problems, key=lambda problem: (problem.file, problem.line)))
        key, problem = clash
        problems.append(problem)
        slot = (key.binding.context, key.binding.act)
        table = own if any(other is key for other in own.get(slot, ())) else base
        table[slot] = [other for other in table[slot] if other is not key]
        if not table[slot]:
            del table[slot]


def _read(path: Path, specs: Mapping[str, CommandSpec], problems: list[Problem]) -> dict[_Slot, list[_Key]]:
    try:
        source = read_toml(path)
    except ConfigError as error:
        problems.extend(error.problems)
        return {}
    slots: dict[_Slot, list[_Key]] = {}
    for context, path_of_table, table in _tables(source.data, (), source, problems):
        for entry, value in table.items():
            if isinstance(value, dict):
                continue
            where = (*path_of_table, entry)
            try:
                spec, arguments = _command(entry, context, specs)
            except ValueError as error:
                problems.append(source.problem(where, *error.args))
                continue
            slot = (context, (spec.id, *arguments))
            keys = list(_keys(value, context, spec.id, arguments, source, where, problems))
            if keys or value == []:
                slots[slot] = keys
    return slots


def _tables(
    data: dict[str, Any], path: tuple[str, ...], source: TomlSource, problems: list[Problem]
) -> Iterator[tuple[str, tuple[str, ...], dict[str, Any]]]:
    for name, value in data.items():
        here = (*path, name)
        context = ".".join(here)
        if not isinstance(value, dict):
            if not path:
                problems.append(source.problem(here, "stands outside any context", f"it under {_one_of(CONTEXTS)}"))
            continue
        if context in CONTEXTS:
            yield context, here, value
        elif not any(known.startswith(f"{context}.") for known in CONTEXTS):
            problems.append(source.problem(here, "no such context", _one_of(CONTEXTS)))
            continue
        yield from _tables(value, here, source, problems)


def _one_of(names: Mapping[str, object]) -> str:
    return "one of " + ", ".join(f"[{name}]" for name in names)


def _command(entry: str, context: str, specs: Mapping[str, CommandSpec]) -> tuple[CommandSpec, tuple[str, ...]]:
    name, _, rest = entry.strip().partition(" ")
    spec = specs.get(name)
    if spec is None:
        raise ValueError("no such command", _closest(name, specs))
    if context != "global" and context not in spec.contexts:
        raise ValueError(f"{name} does nothing in [{context}]", f"it under [{'] or ['.join(spec.contexts)}]")
    try:
        return spec, spec.parse(rest)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _closest(name: str, specs: Mapping[str, CommandSpec]) -> str:
    from difflib import get_close_matches  # only a mistake needs it

    close = get_close_matches(name, specs, n=3)
    return " or ".join(close) if close else "a command's id, as the help (?) shows it"


def _keys(
    value: object,
    context: str,
    command: str,
    arguments: tuple[str, ...],
    source: TomlSource,
    where: KeyPath,
    problems: list[Problem],
) -> Iterator[_Key]:
    written = [value] if isinstance(value, str) else value
    if not isinstance(written, list):
        problems.append(source.problem(where, "not a key", 'a list of keys such as ["x", "f5"]'))
        return
    for index, item in enumerate(written):
        place = where if isinstance(value, str) else (*where, index)
        try:
            keys = _sequence(item, context)
        except ValueError as error:
            problems.append(source.problem(place, *error.args))
        else:
            yield _Key(Binding(context, keys, command, arguments), source, place)


def _sequence(item: object, context: str) -> tuple[str, ...]:
    if not isinstance(item, str) or not item.split():
        raise ValueError("not a key", 'a key such as "x", "ctrl+g", "f2", or a sequence such as "g m"')
    keys = tuple(parse_key(key) for key in item.split())
    if len(keys) > LONGEST_SEQUENCE:
        raise ValueError(f"a sequence of {len(keys)} keys", f"{LONGEST_SEQUENCE} at most")
    if len(keys) > 1 and "escape" in keys:
        raise ValueError("Esc in a sequence", "other keys: Esc ends a sequence that was begun")
    if context in TEXT_CONTEXTS and types_itself(keys[0]):
        raise ValueError(f"{show_keys(keys[:1])} types itself in [{context}]", "Ctrl with a letter, or F2 to F9")
    return keys


def _first_clash(keys: list[_Key]) -> tuple[_Key, Problem] | None:
    """The first key that cannot stand beside those before it, and why."""
    for stack in STACKS:
        whole: dict[tuple[str, ...], list[_Key]] = {}
        begun: dict[tuple[str, ...], list[_Key]] = {}
        for key in keys:
            if key.binding.context not in stack:
                continue
            ways = spellings(key.binding.keys)
            for way in ways:
                for other in whole.get(way, ()):
                    if problem := _same_keys(key, other, way):
                        return key, problem
                starts = [way[:length] for length in range(1, len(way))]
                if hiding := next((found for start in starts for found in whole.get(start, ())), None):
                    return key, key.problem(f"{_said(key)} begins with {_said(hiding)}, which is {_does(hiding)}")
                if found := begun.get(way):
                    return key, key.problem(f"{_said(key)} begins {_said(found[0])}, which is {_does(found[0])}")
            for way in ways:
                whole.setdefault(way, []).append(key)
                for length in range(1, len(way)):
                    begun.setdefault(way[:length], []).append(key)
    return None


def _same_keys(key: _Key, other: _Key, way: tuple[str, ...]) -> Problem | None:
    mine, theirs = key.binding, other.binding
    if mine.act == theirs.act:
        return None
    literal = mine.keys == theirs.keys
    if literal and mine.context != theirs.context and not {mine.context, theirs.context} <= _SIDE_BY_SIDE:
        return None  # the inner context's key hides the outer one's, as it says
    if literal:
        return key.problem(f"{_said(key)} is {_does(other)} already", "a key of its own")
    return key.problem(
        f"{_said(key)} and {_said(other)} ({_does(other)}) are one character, {show_keys(way)}, "
        "in the Latin and the Hebrew layout",
        "a key of its own",
    )


def _said(key: _Key) -> str:
    return show_keys(key.binding.keys)


def _does(key: _Key) -> str:
    return f"{' '.join(key.binding.act)} in [{key.binding.context}]"
