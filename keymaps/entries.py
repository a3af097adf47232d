"""What one keymap file says, entry by entry; an entry that can mean nothing is named with its line and left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agent_tui.commands.spec import CONTEXTS, TEXT_CONTEXTS, CommandSpec
from agent_tui.config.problems import ConfigError, Problem
from agent_tui.config.toml_source import KeyPath, TomlSource, read_toml
from agent_tui.domain.frozen import frozen
from agent_tui.keymaps.keymap import Binding
from agent_tui.keymaps.keys import parse_key, show_keys, types_itself

LONGEST_SEQUENCE = 4
"""Keys in a sequence at most."""
TYPED = "typed"
"""The table of words for the `:` line."""


@frozen
class Entry:
    """One key sequence of one command, and where it was written."""

    binding: Binding
    source: TomlSource
    path: KeyPath

    @property
    def keys(self) -> str:
        """As a person reads them."""
        return show_keys(self.binding.keys)

    @property
    def does(self) -> str:
        """What it runs, and where."""
        return f"{' '.join(self.binding.act)} in [{self.binding.context}]"

    def problem(self, what: str, expected: str = "") -> Problem:
        """Something that is wrong with it."""
        return self.source.problem(self.path, what, expected)


Slot = tuple[str, tuple[str, ...]]
"""Context and act (command with arguments): what one entry of a file decides about."""


@dataclass(slots=True)
class Layer:
    """One file. `base`: the keymap it changes, "" where it names none. `counts`: whether digits count, None: unsaid.
    `typed`: words of the `:` line and the command each stands for."""

    slots: dict[Slot, list[Entry]] = field(default_factory=dict)
    base: str = ""
    counts: bool | None = None
    typed: dict[str, str] = field(default_factory=dict)

    def over(self, under: Layer) -> Layer:
        """This file's entries in place of those of `under`."""
        slots = {slot: keys for slot, keys in under.slots.items() if slot not in self.slots} | self.slots
        counts = under.counts if self.counts is None else self.counts
        return Layer(slots, self.base, counts, under.typed | self.typed)


def read_layer(path: Path, specs: Mapping[str, CommandSpec], bases: tuple[str, ...], problems: list[Problem]) -> Layer:
    """The file at `path`; `bases` are the keymaps it may change. What is wrong goes into `problems`."""
    try:
        source = read_toml(path)
    except ConfigError as error:
        problems.extend(error.problems)
        return Layer()
    layer = Layer()
    tables = dict(source.data)
    base = tables.pop("base", "")
    if base in bases:
        layer.base = base
    elif base != "":
        problems.append(source.problem(("base",), "no such keymap", f"one of {', '.join(bases)}" if bases else "none"))
    counts = tables.pop("counts", None)
    if isinstance(counts, bool):
        layer.counts = counts
    elif counts is not None:
        problems.append(source.problem(("counts",), "neither yes nor no", "true or false"))
    _read_typed(tables.pop(TYPED, {}), source, specs, layer, problems)
    for context, path_of_table, table in _tables(tables, (), source, problems):
        for entry, value in table.items():
            if isinstance(value, dict):
                continue
            where = (*path_of_table, entry)
            try:
                spec, arguments = _command(entry, context, specs)
            except ValueError as error:
                problems.append(source.problem(where, *error.args))
                continue
            keys = list(_entries(value, Binding(context, (), spec.id, arguments), source, where, problems))
            if keys or value == []:
                layer.slots[context, (spec.id, *arguments)] = keys
    return layer


def _read_typed(
    table: object, source: TomlSource, specs: Mapping[str, CommandSpec], layer: Layer, problems: list[Problem]
) -> None:
    if not isinstance(table, dict):
        problems.append(source.problem((TYPED,), "not a table", f"[{TYPED}]"))
        return
    for word, command in table.items():
        if not isinstance(command, str) or command not in specs:
            problems.append(source.problem((TYPED, word), "no such command", closest(str(command), specs)))
        elif word in specs or " " in word:
            problems.append(source.problem((TYPED, word), "cannot be a word for it", "one that is no command yet"))
        else:
            layer.typed[word] = command


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
        raise ValueError("no such command", closest(name, specs))
    if context != "global" and not {context, context.partition(".")[0]} & set(spec.contexts):
        raise ValueError(f"{name} does nothing in [{context}]", f"it under [{'] or ['.join(spec.contexts)}]")
    try:
        return spec, spec.parse(rest)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def closest(name: str, specs: Mapping[str, CommandSpec]) -> str:
    """The commands that may have been meant."""
    from difflib import get_close_matches  # only a mistake needs it

    close = get_close_matches(name, specs, n=3)
    return " or ".join(close) if close else "a command's id, as the help (?) shows it"


def _entries(
    value: object, act: Binding, source: TomlSource, where: KeyPath, problems: list[Problem]
) -> Iterator[Entry]:
    written = [value] if isinstance(value, str) else value
    if not isinstance(written, list):
        problems.append(source.problem(where, "not a key", 'a list of keys such as ["x", "f5"]'))
        return
    for index, item in enumerate(written):
        place = where if isinstance(value, str) else (*where, index)
        try:
            keys = _sequence(item, act.context)
        except ValueError as error:
            problems.append(source.problem(place, *error.args))
        else:
            yield Entry(Binding(act.context, keys, act.command, act.arguments), source, place)


def _sequence(item: object, context: str) -> tuple[str, ...]:
    if not isinstance(item, str) or not item.split():
        raise ValueError("not a key", 'a key such as "x", "ctrl+g", "f2", or a sequence such as "g m"')
    keys = tuple(parse_key(key, context) for key in item.split())
    if len(keys) > LONGEST_SEQUENCE:
        raise ValueError(f"a sequence of {len(keys)} keys", f"{LONGEST_SEQUENCE} at most")
    if len(keys) > 1 and "escape" in keys:
        raise ValueError("Esc in a sequence", "other keys: Esc ends a sequence that was begun")
    if context in TEXT_CONTEXTS and types_itself(keys[0]):
        raise ValueError(f"{show_keys(keys[:1])} types itself in [{context}]", "Ctrl with a letter, or F2 to F9")
    return keys
