"""The key sheet as configured, or of one of the keymaps that come with the desk."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from agent_tui.commands.spec import CONTEXTS
from agent_tui.config.paths import Paths
from agent_tui.config.problems import ConfigError, Problem
from agent_tui.keymaps.loader import keymap_names, load_keymap
from agent_tui.reference.key_sheet import Form, sheet


def key_sheet(
    env: Mapping[str, str], config: Path | None, name: str, form: Form, context: str
) -> tuple[str, tuple[Problem, ...]]:
    """The sheet, and what is wrong with the keymap it is of. Without `name`: the agent's own keys, by config.toml.

    Raises ConfigError for a keymap or a context that there is not, and for a config.toml that cannot be read.
    """
    if context and context not in CONTEXTS:
        raise ConfigError([Problem("--context", 0, context, "no such context", f"one of {', '.join(CONTEXTS)}")])
    if name and name not in keymap_names():
        raise ConfigError([Problem("--map", 0, name, "no such keymap", f"one of {', '.join(keymap_names())}")])
    user = None
    if not name:
        name, user = _chosen(env, config)
    keymap, problems = load_keymap(user, name=name)
    return sheet(keymap, form, (context,) if context else tuple(CONTEXTS)), problems


def _chosen(env: Mapping[str, str], config: Path | None) -> tuple[str, Path | None]:
    from agent_tui.config.settings import from_environment, keymap_chosen, load_settings

    paths = Paths.from_env(env)
    path = config or paths.config_file
    settings = load_settings(path, env).settings if config or path.exists() else from_environment(env)
    name, named = keymap_chosen(settings.keymap, path.parent, paths.home)
    beside = path.parent / "keymap.toml"
    return name, named or (beside if beside.exists() else None)
