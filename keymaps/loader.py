"""Reads keymaps: a shipped one by name, the user's file over it; what cannot work is named and left out.

Nothing here needs Textual or pydantic: a desk reads its keys before it draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from agent_tui.commands.ids import SPECS
from agent_tui.commands.spec import CommandSpec
from agent_tui.config.problems import Problem
from agent_tui.keymaps.clashes import first_clash
from agent_tui.keymaps.entries import Layer, read_layer
from agent_tui.keymaps.keymap import Keymap

BUILT_IN = Path(__file__).parent
"""The folder of the keymaps that come with the desk."""
DEFAULT = "default"
DEFAULT_KEYMAP = BUILT_IN / "default.toml"


def keymap_names() -> tuple[str, ...]:
    """The keymaps that come with the desk, the default one first."""
    names = sorted(path.stem for path in BUILT_IN.glob("*.toml"))
    return (DEFAULT, *(name for name in names if name != DEFAULT))


def load_keymap(
    user: Path | None = None,
    *,
    name: str = "",
    default: Path = DEFAULT_KEYMAP,
    specs: Mapping[str, CommandSpec] = SPECS,
) -> tuple[Keymap, tuple[Problem, ...]]:
    """The keymap called `name` with the user's file over it, and everything in either that was left out.

    Without a name it is the `base` of the user's file, else the default one. An entry of the user's replaces all keys
    of that command in that context; `[]` takes them away; an entry none of whose keys can work leaves the keymap's.
    Raises nothing: a file that cannot be read, and a name that no keymap has, are problems too.
    """
    problems: list[Problem] = []
    known = keymap_names()
    if name and name not in known:
        problems.append(Problem("keymap", 0, name, "no such keymap", f"one of {', '.join(known)}, or a .toml file"))
        name = ""
    own = read_layer(user, specs, known, problems) if user else Layer()
    name = name or own.base or DEFAULT
    base = _shipped(name, default, specs, problems)
    while True:
        # every round drops at least one key, so this ends
        merged = own.over(base)
        entries = [entry for slot in merged.slots.values() for entry in slot]
        clash = first_clash(entries, bool(merged.counts))
        if clash is None:
            bindings = tuple(dict.fromkeys(entry.binding for entry in entries))
            ordered = tuple(sorted(problems, key=lambda problem: (problem.file, problem.line)))
            return Keymap(bindings, bool(merged.counts), tuple(merged.typed.items()), name), ordered
        entry, problem = clash
        problems.append(problem)
        slot = (entry.binding.context, entry.binding.act)
        slots = own.slots if any(other is entry for other in own.slots.get(slot, ())) else base.slots
        slots[slot] = [other for other in slots[slot] if other is not entry]
        if not slots[slot]:
            del slots[slot]


def _shipped(name: str, default: Path, specs: Mapping[str, CommandSpec], problems: list[Problem]) -> Layer:
    """A keymap that comes with the desk, over the one it changes."""
    if name == DEFAULT:
        return read_layer(default, specs, (), problems)
    layer = read_layer(BUILT_IN / f"{name}.toml", specs, (DEFAULT,), problems)
    return layer.over(read_layer(default, specs, (), problems)) if layer.base else layer
