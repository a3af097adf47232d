"""Choosing a theme or a keymap: each is worn while the cursor is on it, Esc puts the one before back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from agent_tui.commands.command import CommandError
from agent_tui.commands.context import Choice
from agent_tui.config.problems import ConfigError, Problem
from agent_tui.domain.text import SafeText, clean_line, compose, marked, trusted
from agent_tui.keymaps.keymap import Keymap
from agent_tui.themes.theme import Theme
from agent_tui.widgets.ask.pick import TryAsking
from agent_tui.widgets.shell.desk_ui import DeskUi

_SAMPLE = ("case-done", "reply", "undo", "fold", "quit")
"""Commands whose keys tell a keymap from another."""


_TITLES = {
    "Dark": marked("Dark", "theme"),
    "Light": marked("Light", "theme"),
    "High contrast": marked("High contrast", "theme"),
    "Colour-blind safe": marked("Colour-blind safe", "theme"),
    "Monochrome": marked("Monochrome", "theme"),
    "The terminal's own colours": marked("The terminal's own colours", "theme"),
    "Haifa at night": marked("Haifa at night", "theme"),
    "Limestone": marked("Limestone", "theme"),
}
"""Of the themes that come with the desk, as the agent's language says them."""


class Wears(Protocol):
    """What can be put on: see `agent_tui.wardrobe.Wardrobe`."""

    theme: str
    keymap: str
    problems: list[Problem]

    def themed(self, name: str) -> Theme | None: ...

    def theme_names(self) -> tuple[str, ...]: ...

    def on_ground(self, light: bool) -> Theme | None: ...

    def keymap_of(self, name: str) -> Keymap: ...

    def keymap_names(self) -> tuple[str, ...]: ...

    def write(self, key: str, value: str) -> None: ...

    @property
    def writable(self) -> bool: ...


class Looking:
    """Implements `agent_tui.commands.hands.Looks`. `wear` and `use` put a theme and a keymap on at once; `worn` and
    `used` (its name) are on now."""

    def __init__(
        self,
        wardrobe: Wears,
        ui: DeskUi,
        wear: Callable[[Theme], None],
        use: Callable[[Keymap], None],
        worn: Theme,
        used: str,
    ) -> None:
        self._wardrobe, self._ui, self._wear, self._use = wardrobe, ui, wear, use
        self._worn, self._used = worn, used
        self._light = not worn.dark
        ui.looks = self

    def ground(self, light: bool) -> None:
        """The terminal is light or dark: a theme that follows it changes with it."""
        self._light = light
        if (theme := self._wardrobe.on_ground(light)) is not None and theme.name != self._worn.name:
            self._put_on(theme)

    def theme(self, name: str) -> SafeText | None:
        if name:
            return self._wear_for_good(name)
        names = ("auto", *self._wardrobe.theme_names())
        choices = [Choice(each, clean_line(each), self._said(each)) for each in names]
        now = self._wardrobe.theme if self._wardrobe.theme in names else self._worn.name
        worn = self._worn
        ask = TryAsking(
            trusted("theme"), choices, now, self._try_on, lambda: self._put_on(worn), self._then(self._wear_for_good)
        )
        self._ui.ask(ask)
        return None

    def keymap(self, name: str) -> SafeText | None:
        if name:
            return self._use_for_good(name)
        names, now = self._wardrobe.keymap_names(), self._used
        choices = [Choice(each, clean_line(each), self._keys_of(each)) for each in names]
        ask = TryAsking(
            trusted("keys"), choices, now, self._try_keys, lambda: self._try_keys(now), self._then(self._use_for_good)
        )
        self._ui.ask(ask)
        return None

    def problems(self) -> SafeText | None:
        found = list(dict.fromkeys(self._wardrobe.problems))
        if not found:
            return trusted("nothing is wrong with keys and themes")
        choices = [
            Choice(f"{at}", clean_line(_place(problem)), clean_line(_what(problem))) for at, problem in enumerate(found)
        ]
        self._ui.page(trusted("what cannot be used, and why"), choices, lambda _value: None)
        return None

    # -- themes

    def _said(self, name: str) -> SafeText:
        theme = self._wardrobe.themed(name) if name != "auto" else None
        if theme is None:
            return trusted("dark or light, as the terminal is")
        shipped = _TITLES.get(theme.title)
        return shipped.text if shipped is not None else clean_line(theme.title)

    def _try_on(self, name: str) -> None:
        theme = self._themed(name)
        if theme is not None and theme.name != self._worn.name:
            self._put_on(theme)

    def _themed(self, setting: str) -> Theme | None:
        if setting == "auto":
            before, self._wardrobe.theme = self._wardrobe.theme, setting
            theme = self._wardrobe.on_ground(self._light)
            self._wardrobe.theme = before
            return theme
        return self._wardrobe.themed(setting) if setting in self._wardrobe.theme_names() else None

    def _put_on(self, theme: Theme) -> None:
        self._worn = theme
        self._wear(theme)

    def _wear_for_good(self, name: str) -> SafeText | None:
        theme = self._themed(name)
        if theme is None:
            known = clean_line(", ".join(("auto", *self._wardrobe.theme_names())))
            raise CommandError(compose("there is no theme {name}: {known}", name=clean_line(name), known=known))
        self._put_on(theme)
        changed, self._wardrobe.theme = name != self._wardrobe.theme, name
        return self._offer_to_write("theme", name) if changed else None

    # -- keymaps

    def _keys_of(self, name: str) -> SafeText:
        keymap = self._wardrobe.keymap_of(name)
        shown = [f"{command} {keymap.shown(command, ('list',))}" for command in _SAMPLE]
        return clean_line("   ".join(shown))

    def _try_keys(self, name: str) -> None:
        self._use(self._wardrobe.keymap_of(name))

    def _use_for_good(self, name: str) -> SafeText | None:
        names = self._wardrobe.keymap_names()
        if name not in names:
            known = clean_line(", ".join(names))
            raise CommandError(compose("there is no keymap {name}: {known}", name=clean_line(name), known=known))
        changed, self._used = name != self._used, name
        self._wardrobe.keymap = name
        self._try_keys(name)
        return self._offer_to_write("keymap", name) if changed else None

    # -- keeping it

    def _then(self, keep: Callable[[str], SafeText | None]) -> Callable[[str], None]:
        def then(name: str) -> None:
            if said := keep(name):
                self._ui.say(said)

        return then

    def _offer_to_write(self, key: str, value: str) -> SafeText | None:
        setting = clean_line(f'{key} = "{value}"')
        if not self._wardrobe.writable:
            return compose("{setting}, until you leave", setting=setting)
        choices = [
            Choice("now", trusted("until I leave")),
            Choice("write", trusted("always"), compose("{setting} in config.toml", setting=setting)),
        ]
        self._ui.pick(trusted("for how long?"), choices, lambda how: self._write(how, key, value), numbered=True)
        return None

    def _write(self, how: str, key: str, value: str) -> None:
        if how != "write":
            return
        try:
            self._wardrobe.write(key, value)
        except ConfigError as error:
            self._ui.say(clean_line(str(error.problems[0])), "failure")
        else:
            self._ui.say(compose("{setting} is written", setting=clean_line(f'{key} = "{value}"')))


def _place(problem: Problem) -> str:
    name = problem.file.rpartition("/")[2]
    return f"{name}:{problem.line}" if problem.line else name


def _what(problem: Problem) -> str:
    expected = f"; expected {problem.expected}" if problem.expected else ""
    return f"{problem.key}: {problem.what}{expected}"
