"""The key sheet of a keymap: what each key does in each context, as text, Markdown or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Literal, get_args

from agent_tui.commands.ids import SPECS
from agent_tui.commands.ids_keys import COMPOSE_EDIT, EDITS
from agent_tui.commands.spec import CONTEXTS, GROUPS, Group
from agent_tui.domain.frozen import frozen
from agent_tui.keymaps.hebrew import hebrew_letters
from agent_tui.keymaps.keymap import Keymap
from agent_tui.keymaps.keys import show_keys

Form = Literal["text", "md", "json"]
FORMS: tuple[str, ...] = get_args(Form)


@frozen
class Taught:
    """A line of the sheet: all keys of one act in one context. `hebrew`: the letters on the keys of the first."""

    context: str
    group: Group
    command: str
    arguments: tuple[str, ...]
    title: str
    keys: tuple[str, ...]
    hebrew: str


def taught(keymap: Keymap, contexts: tuple[str, ...] = tuple(CONTEXTS)) -> tuple[Taught, ...]:
    """Every line, by context, group and the order of the help; a context is looked at alone."""
    places = {command: place for place, command in enumerate(SPECS)}
    lines: list[Taught] = []
    for context in contexts:
        bindings = [binding for binding in keymap.bindings if binding.context == context]
        for act in sorted({binding.act for binding in bindings}, key=lambda act: places[act[0]]):
            mine = [binding for binding in bindings if binding.act == act]
            spec = SPECS[act[0]]
            letters = hebrew_letters(mine[0].keys)
            keys = tuple(show_keys(binding.keys) for binding in mine)
            lines.append(Taught(context, spec.group, spec.id, act[1:], _title(act), keys, letters))
    groups = list(GROUPS)
    edits = [(), *((name,) for name in EDITS)]
    return tuple(
        sorted(
            lines,
            key=lambda line: (
                contexts.index(line.context),
                groups.index(line.group),
                places[line.command],
                edits.index(line.arguments) if line.command == COMPOSE_EDIT else 0,
                line.arguments,
            ),
        )
    )


def _title(act: tuple[str, ...]) -> str:
    if act[0] == COMPOSE_EDIT:
        return str(EDITS[act[1]].text).capitalize()
    return " ".join((SPECS[act[0]].title, *act[1:]))


def sheet(keymap: Keymap, form: Form, contexts: tuple[str, ...] = tuple(CONTEXTS)) -> str:
    """The sheet in one of `FORMS`, ending with a line break."""
    lines = taught(keymap, contexts)
    if form == "json":
        return json.dumps([_plain(line) for line in lines], ensure_ascii=False, indent=2) + "\n"
    return "\n".join(_markdown(keymap, lines) if form == "md" else _text(keymap, lines)) + "\n"


def _plain(line: Taught) -> dict[str, object]:
    return {
        "context": line.context,
        "keys": list(line.keys),
        "hebrew": line.hebrew,
        "command": line.command,
        "arguments": list(line.arguments),
        "title": line.title,
    }


def _text(keymap: Keymap, lines: tuple[Taught, ...]) -> Iterator[str]:
    wide = max((len(", ".join(line.keys)) for line in lines), default=0)
    for place, (context, of_context) in enumerate(groupby(lines, key=lambda line: line.context)):
        yield f"{chr(10) if place else ''}{context.upper()}: {CONTEXTS[context]}"
        for group, of_group in groupby(of_context, key=lambda line: line.group):
            yield f"\n  {GROUPS[group].text}"
            for line in of_group:
                yield f"  {', '.join(line.keys):{wide}}  {line.hebrew:3}  {line.title}"
    yield from _beside(keymap, "  {}: {}", "\n:")


def _markdown(keymap: Keymap, lines: tuple[Taught, ...]) -> Iterator[str]:
    for context, of_context in groupby(lines, key=lambda line: line.context):
        yield f"### {CONTEXTS[context].capitalize()}\n"
        yield "| keys | Hebrew keyboard | does | command |\n|---|---|---|---|"
        for line in of_context:
            keys = ", ".join(f"`{_cell(key)}`" for key in line.keys)
            command = _cell(" ".join((line.command, *line.arguments)))
            yield f"| {keys} | {line.hebrew} | {_cell(line.title)} | `{command}` |"
        yield ""
    yield from _beside(keymap, "- `:{}` is `{}`", "Words of the `:` line\n")


def _beside(keymap: Keymap, shape: str, head: str) -> Iterator[str]:
    """Words of the `:` line, and what digits do."""
    if keymap.typed:
        yield head
        yield from (shape.format(word, command) for word, command in keymap.typed)
    if keymap.counts:
        yield "\nDigits before a key that moves or edits say how often."


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
