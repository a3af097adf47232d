"""Every action can be had three ways, in every keymap: by its key, from the palette, by its name on the `:` line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

import pytest

from agent_tui.commands import ids
from agent_tui.commands.command import Command
from agent_tui.commands.context import Arguments, Context
from agent_tui.commands.ids import SPECS
from agent_tui.commands.registry import REGISTRY
from agent_tui.commands.spec import CALL, COMPOSER, COMPOSER_NORMAL, GLOBAL, KEYPAD, LIST, PROMPT, STACKS, CommandSpec
from agent_tui.domain.text import SafeText
from agent_tui.keymaps.keymap import Binding
from agent_tui.keymaps.keys import show_keys
from agent_tui.keymaps.loader import keymap_names, load_keymap
from agent_tui.widgets.shell.key_router import KeyRouter
from tests.widgets.running import Running
from tests.widgets.talk import talking

WITHOUT_A_KEY = {ids.MESSAGE_SOURCE, ids.CARD_SHOW, ids.UNJOIN, ids.TAKE_OVER, ids.CUSTOMER_ERASE}
"""See `tests/keymaps/test_default.py`."""


PLACES = {LIST, CALL, COMPOSER, COMPOSER_NORMAL, PROMPT, KEYPAD, GLOBAL}
"""Contexts that the focus can be put into."""


@dataclass
class Heard:
    """What was run, in place of doing it, and what was said instead."""

    ran: list[tuple[str, Arguments]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def reached(self, spec: CommandSpec) -> bool:
        """Whether it was run, or its reason not to was said."""
        return spec.id in [id for id, _ in self.ran] or any(words.startswith(f"{spec.title}: ") for words in self.said)


@contextmanager
def nothing_is_done(desk: Running, monkeypatch: pytest.MonkeyPatch, heard: Heard) -> Iterator[None]:
    """Each command notes that it was run; whether it would work is asked as ever."""

    def noting(command: Command) -> Command:
        def run(_context: Context, arguments: Arguments) -> SafeText | None:
            heard.ran.append((command.spec.id, arguments))
            return None

        return Command(command.spec, run, command.why_not)

    with monkeypatch.context() as patched:
        patched.setattr(desk.app.ui, "say", lambda words, level="info": heard.said.append(str(words)))
        for id, command in REGISTRY.items():
            patched.setitem(REGISTRY, id, noting(command))
        yield


def go_to(desk: Running, context: str) -> None:
    """Put the focus where the keys of a context apply."""
    app, ui = desk.app, desk.app.ui
    if app.desk_screen.prompt.asking is not None:
        app.desk_screen.prompt.leave()
    ui.on_keypad = context == KEYPAD
    ui.focus("composer" if context in (COMPOSER, COMPOSER_NORMAL) else "timeline")
    app.desk_screen.case.composer.modes.normal = context == COMPOSER_NORMAL
    if context == PROMPT:
        ui.filter()
    # what is only there while something runs (a guided script) is taken as running
    elsewhere = next((stack for stack in STACKS if stack[0] == context and context not in PLACES), None)
    app.keys.contexts = (lambda: elsewhere) if elsewhere else partial(KeyRouter.contexts, app.keys)  # type: ignore[method-assign]


def by_key(desk: Running, heard: Heard, spec: CommandSpec, binding: Binding) -> bool:
    go_to(desk, binding.context)
    taken = [desk.app.keys.press(key) for key in binding.keys]
    return all(taken) and heard.reached(spec)


def by_palette(desk: Running, heard: Heard, spec: CommandSpec) -> bool:
    go_to(desk, "list")
    screen, ask = desk.app.desk_screen, desk.app.ui.ask_command
    assert ask is not None
    desk.app.ui.ask(ask("palette", ""), spec.title)
    places = [offer.value for offer in screen.sheet._offers]
    assert spec.id in places, f"the palette does not list {spec.id} by {spec.title!r}"
    screen.sheet.mark(places.index(spec.id))
    marked = screen.sheet.marked
    assert marked is not None and marked.value == spec.id
    screen.prompt.take()
    if marked.why_not is not None:
        return screen.prompt.problem == marked.why_not
    if spec.fewest_arguments:  # the rest is to be typed
        return screen.prompt._line.text == f"{spec.id} "
    return heard.reached(spec)


def by_name(desk: Running, heard: Heard, spec: CommandSpec) -> bool:
    go_to(desk, "list")
    ask = desk.app.ui.ask_command
    assert ask is not None
    words = [argument.choices[0] if argument.choices else "x" for argument in spec.arguments if argument.required]
    desk.app.ui.ask(ask("line", ""), " ".join((spec.id, *words)))
    desk.app.desk_screen.prompt.take()
    return heard.reached(spec)


@pytest.mark.parametrize("name", keymap_names())
async def test_by_key_by_palette_and_by_name(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    keymap, heard, missing, ran = load_keymap(name=name)[0], Heard(), list[tuple[str, str]](), set[str]()
    async with talking(keymap=name) as desk:
        with nothing_is_done(desk, monkeypatch, heard):
            for spec in SPECS.values():
                bound = [binding for binding in keymap.bindings if binding.command == spec.id]
                assert bound or spec.id in WITHOUT_A_KEY
                ways: dict[str, Callable[[], bool]] = {
                    "palette": partial(by_palette, desk, heard, spec),
                    ":": partial(by_name, desk, heard, spec),
                }
                for binding in bound:
                    ways[f"[{binding.context}] {show_keys(binding.keys)}"] = partial(by_key, desk, heard, spec, binding)
                for way, go in ways.items():
                    heard.ran.clear()
                    heard.said.clear()
                    if not go():
                        missing.append((spec.id, way))
                    ran |= {id for id, _ in heard.ran}
            go_to(desk, "list")
    assert missing == []
    assert len(ran) > len(SPECS) * 2 // 3  # the others said why not
