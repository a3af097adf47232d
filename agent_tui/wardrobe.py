"""The themes and keymaps that a desk can change to, and where a choice is written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from agent_tui.config.problems import ConfigError, Problem
from agent_tui.keymaps.keymap import Keymap
from agent_tui.keymaps.loader import keymap_names, load_keymap
from agent_tui.themes.following import following
from agent_tui.themes.loader import BUILT_IN, load_theme, load_themes
from agent_tui.themes.theme import Theme


@dataclass
class Wardrobe:
    """`theme`: the setting. `keymap`: what is chosen, "" leaves it to `keys`, the agent's own file. `config`: the file
    a choice can be written into.

    What is wrong is gathered in `problems` as it is found. Themes are read when they are wanted: a start needs one."""

    theme: str = "dark"
    keymap: str = ""
    keys: Path | None = None
    folder: Path | None = None
    config: Path | None = None
    problems: list[Problem] = field(default_factory=list)
    _own: dict[str, Theme] | None = field(default=None, init=False)
    _shipped: dict[str, Theme] = field(default_factory=dict, init=False)

    @property
    def follows(self) -> bool:
        """Whether the theme follows the terminal."""
        return following(self.theme) is not None

    def first(self, light: bool) -> Theme:
        """The theme to begin with, on a terminal that is light as far as is known."""
        return self.on_ground(light) or self.themed(self.theme) or self._fallback()

    def on_ground(self, light: bool) -> Theme | None:
        """The theme for a light or a dark terminal, where it is to be followed."""
        pair = following(self.theme)
        return (self.themed(pair[light]) or self._fallback()) if pair is not None else None

    def themed(self, name: str) -> Theme | None:
        """A theme by its name; None where there is none or it cannot be used, which `problems` says then."""
        own = self._of_the_agent()
        if name in own:
            return own[name]
        if name not in self._shipped and (path := BUILT_IN / f"{name}.toml").is_file():
            try:
                self._shipped[name] = load_theme(path)
            except ConfigError as error:
                self.problems += error.problems
        if name not in self._shipped:
            expected = "one of " + ", ".join(self.theme_names())
            self.problems.append(Problem("theme", 0, name, "no such theme", expected))
        return self._shipped.get(name)

    def theme_names(self) -> tuple[str, ...]:
        """Every theme that can be worn."""
        shipped = sorted(path.stem for path in BUILT_IN.glob("*.toml"))
        return tuple(dict.fromkeys((*shipped, *self._of_the_agent())))

    def keymap_of(self, name: str) -> Keymap:
        """A keymap by its name, with the agent's own keys over it. What is wrong with it is in `problems`."""
        keymap, found = load_keymap(self.keys, name=name)
        self.problems += [problem for problem in found if problem not in self.problems]
        return keymap

    def keymap_names(self) -> tuple[str, ...]:
        """Every keymap that comes with the desk."""
        return keymap_names()

    def write(self, key: str, value: str) -> None:
        """Write a choice into the settings. Raises ConfigError."""
        from agent_tui.config.set_key import write_key

        if self.config is None:
            raise ConfigError([Problem("config.toml", 0, key, "there is none; agent-tui config init writes one")])
        write_key(self.config, key, value)

    @property
    def writable(self) -> bool:
        """Whether there is a file to write a choice into."""
        return self.config is not None and self.config.is_file()

    def _fallback(self) -> Theme:
        return self._shipped.setdefault("dark", load_theme(BUILT_IN / "dark.toml"))

    def _of_the_agent(self) -> Mapping[str, Theme]:
        if self._own is None:
            self._own, found = load_themes((self.folder,) if self.folder is not None else ())
            self.problems += found
        return self._own
