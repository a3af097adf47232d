"""What is measured, as data: programs, the services behind them, and the keys typed at them (see programs.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Scenario:
    """Keys typed at a program.

    `keys` are sent in turn, one at a time, each after `quiet` seconds without output; `count` of them
    are measured after `warmup` that are not. `before` and `after` are typed unmeasured (",," in them waits for quiet),
    `between` after each key. `burst`: all in one write, until the screen rests. `rate`: letters at this many a second,
    waiting for nothing; for a screen that is never quiet. `beside`: a command that runs meanwhile (a source of events).
    """

    keys: tuple[str, ...]
    count: int = 50
    warmup: int = 3
    before: str = ""
    after: str = ""
    between: str = ""
    burst: bool = False
    rate: float = 0.0
    quiet: float = 0.08
    timeout: float = 2.0
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Service:
    """What must run before a program: `setup` commands, then `argv`, which prints one line of JSON when it serves.

    The values of that line can be used by programs as ${SERVICE.key}.
    """

    name: str
    argv: tuple[str, ...]
    setup: tuple[tuple[str, ...], ...] = ()
    timeout: float = 600.0


@dataclass(frozen=True)
class Program:
    """A program on a pseudo-terminal. `ready`, a regular expression over the screen's text: the first useful paint.
    `worker`: the id of a process that works for it; its memory and CPU
    time count too, and a start without it is none. `asked`: measured only by name.
    """

    name: str
    argv: tuple[str, ...]
    ready: str
    needs: str = ""  # an executable: skipped with a reason where it is not installed
    services: tuple[str, ...] = ()
    worker: str = ""
    asked: bool = False
    env: Mapping[str, str] = field(default_factory=dict)
    columns: int = 120
    rows: int = 40
    ready_timeout: float = 180.0
    after_ready: str = ""
    idle: float = 5.0
    scenarios: Mapping[str, Scenario] = field(default_factory=dict)


def fill(value: Any, variables: Mapping[str, str]) -> Any:
    """Replace ${NAME} in every string of a value."""
    if isinstance(value, str):
        for name, text in variables.items():
            value = value.replace("${" + name + "}", text)
        return value
    if isinstance(value, Mapping):
        return {key: fill(item, variables) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return tuple(fill(item, variables) for item in value)
    return value


def _made(kind: type[Any], where: str, body: Mapping[str, Any]) -> Any:
    known = {f.name for f in fields(kind)}
    if unknown := set(body) - known:
        raise ValueError(f"{where}: unknown {', '.join(sorted(unknown))}; known are {', '.join(sorted(known))}")
    return kind(**body)


def load(path: Path, variables: Mapping[str, str]) -> tuple[dict[str, Program], dict[str, Service]]:
    """Read a file of programs. Raises ValueError naming the entry that has an unknown field."""
    data = fill(tomllib.loads(path.read_text()), variables)
    services = {
        name: _made(Service, f"{path}: service.{name}", {"name": name, **body})
        for name, body in data.get("service", {}).items()
    }
    programs = {}
    for name, body in data["program"].items():
        scenarios = {
            key: _made(Scenario, f"{path}: program.{name}.scenarios.{key}", scenario)
            for key, scenario in body.pop("scenarios", {}).items()
        }
        programs[name] = _made(Program, f"{path}: program.{name}", {"name": name, **body, "scenarios": scenarios})
    return programs, services
