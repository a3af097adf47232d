"""What a settings file said when it was last checked, so that a start need not load what checks it (a sixth of it).

Kept in the cache folder, readable by its owner alone, and used only while the file, the variables over it and the
program's own idea of settings are to the byte what they were. No secret is in it: only where secrets are.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import fields
from hashlib import sha256
from pathlib import Path
from typing import Any

from agent_tui.config import chosen as chosen_module
from agent_tui.config.chosen import PREFIX, Chosen, Server, read_chosen
from agent_tui.config.paths import Paths
from agent_tui.config.secrets import SecretSource

NAME = "settings.json"
_PATHS = ("keymap", "downloads", "tls_ca", "file")


def read_remembered(path: Path, env: Mapping[str, str], paths: Paths) -> Chosen:
    """What the file at `path` says, checked now or, unchanged, before. Raises ConfigError."""
    key = _key(path, env, paths.home)
    place = paths.cache / NAME
    if key and (known := _recall(place, key)) is not None:
        return known
    chosen = read_chosen(path, env, paths.home)
    if key:
        with contextlib.suppress(OSError):  # a cache that cannot be kept costs a little time, no more
            _remember(place, key, chosen)
    return chosen


def _key(path: Path, env: Mapping[str, str], home: Path) -> str:
    """Of all that what is read depends on; "" where it cannot be told."""
    code = Path(chosen_module.__file__).parent
    try:
        stamps = sorted((file.name, file.stat().st_mtime_ns) for file in code.glob("*.py"))
        content = path.read_bytes()
    except OSError:
        return ""
    over = sorted((name, value) for name, value in env.items() if name.startswith(PREFIX))
    return sha256(repr((os.fspath(path.absolute()), os.fspath(home), over, stamps, content)).encode()).hexdigest()


def _recall(place: Path, key: str) -> Chosen | None:
    try:
        with place.open("rb") as file:
            found = os.fstat(file.fileno())
            if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077:
                return None
            kept = json.load(file)
        if kept["key"] != key:
            return None
        values = kept["chosen"]
        servers = tuple(_made(Server, {**one, "token": _made(SecretSource, one["token"])}) for one in values["servers"])
        return _made(Chosen, {**values, "servers": servers})  # type: ignore[no-any-return]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _made(kind: Any, values: dict[str, Any]) -> Any:
    return kind(
        **{name: Path(value) if name in _PATHS and value is not None else value for name, value in values.items()}
    )


def _remember(place: Path, key: str, chosen: Chosen) -> None:
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = place.with_name(f"{NAME}.{os.getpid()}")
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump({"key": key, "chosen": _plain(chosen)}, file)
        new.replace(place)
    finally:
        new.unlink(missing_ok=True)


def _plain(value: Any) -> Any:
    if isinstance(value, Path):
        return os.fspath(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Chosen | Server | SecretSource):
        return {part.name: _plain(getattr(value, part.name)) for part in fields(value)}
    return value
