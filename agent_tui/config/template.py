"""Commented configuration files, generated from the models: what `config init` and `hub init` write.

A comment is `# words`; `#key = value` is a setting at its default, ready to have its `#` taken away.
"""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from agent_tui.config.hub_settings import HubSettings
from agent_tui.config.problems import ConfigError, Problem
from agent_tui.config.settings import Settings
from agent_tui.config.validation import ConfigModel, table_model

_WIDTH = 100

_CONFIG_HEAD = """\
The settings of the agent-tui desk. A key behind a # shows its default, or an example where it has none.
`agent-tui config check` names what is wrong, with its line; `agent-tui config path` tells where this file is.
Any plain key can be set for one run: AGENT_TUI_THEME=light agent-tui"""

_HUB_HEAD = """\
The settings of an agent-tui hub: one workspace.
A key behind a # shows its default, or an example where it has none.
Start it with: agent-tui hub --config hub.toml
Then make an agent and a token for the desk: agent-tui hub agent add NAME; agent-tui hub token add NAME
Any plain key of the first part can be set for one run: AGENT_TUI_HUB_LOG_LEVEL=debug"""


def config_template() -> str:
    """A `config.toml` that connects to a hub on this machine."""
    return _render(Settings, _CONFIG_HEAD, active=("backends",))


def hub_template() -> str:
    """A `hub.toml` that serves this machine alone; its tables for accounts are commented out."""
    return _render(HubSettings, _HUB_HEAD, active=())


def write_new(path: Path, text: str) -> None:
    """Write a new file, closed to others (0600), and the folders above it.

    Raises ConfigError when it is there already or cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ConfigError([Problem(str(path), 0, "", f"cannot be written: {error.strerror}")]) from None
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise ConfigError([Problem(str(path), 0, "", "is there already", "another path, or move it away")]) from None
    except OSError as error:
        raise ConfigError([Problem(str(path), 0, "", f"cannot be written: {error.strerror}")]) from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise ConfigError([Problem(str(path), 0, "", f"cannot be written: {error.strerror}")]) from None


def _render(model: type[ConfigModel], head: str, active: tuple[str, ...]) -> str:
    lines = [*(f"# {line}" for line in head.splitlines()), ""]
    tables = {name: table_model(field.annotation) for name, field in model.model_fields.items()}
    for name, field in model.model_fields.items():
        if tables[name] is None:
            lines += _setting(name, field, on=False)
    for name, table in tables.items():
        if table is not None:
            many = _many(model, name)
            lines += _table((name,), table, many, on=name in active or not many)
    return "\n".join(lines).rstrip("\n") + "\n"


def _table(path: tuple[str, ...], model: type[ConfigModel], many: bool, on: bool) -> Iterator[str]:
    """`on`: the table itself counts; else it is commented out whole."""
    yield from _words(model.__doc__ or "")
    dotted = ".".join(path)
    yield ("" if on else "#") + (f"[[{dotted}]]" if many else f"[{dotted}]")
    inner = {name: table_model(field.annotation) for name, field in model.model_fields.items()}
    for name, field in model.model_fields.items():
        if inner[name] is None:
            yield from _setting(name, field, on=on and field.is_required())
    for name, table in inner.items():
        if table is not None:
            yield from _table((*path, name), table, _many(model, name), on=on)


def _many(model: type[ConfigModel], name: str) -> bool:
    """Whether there is one such table for each of something."""
    return "tuple" in str(model.model_fields[name].annotation)


def _setting(name: str, field: FieldInfo, on: bool) -> Iterator[str]:
    choices = get_args(field.annotation) if get_origin(field.annotation) is Literal else ()
    yield from _words((field.description or "") + (f" One of: {', '.join(choices)}." if choices else ""))
    yield f"{'' if on else '#'}{name} = {_toml(_shown(field))}"
    yield ""


def _words(text: str) -> Iterator[str]:
    for line in textwrap.wrap(" ".join(text.split()), _WIDTH, break_long_words=False, break_on_hyphens=False):
        yield f"# {line}"


def _shown(field: FieldInfo) -> Any:
    """The default where it says something, else an example."""
    default = None if field.is_required() else field.get_default()
    if (default is None or default in ("", (), {})) and field.examples:
        return field.examples[0]
    return "" if default is None else default


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    if isinstance(value, str | PurePath):
        text = str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{text}"'
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_toml(key)} = {_toml(held)}" for key, held in value.items()) + " }"
    raise TypeError(f"no TOML for {type(value).__name__}")
