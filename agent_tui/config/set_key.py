"""Changes one setting in a TOML file and nothing else in it: comments, order and line ends stay as they are."""

from __future__ import annotations

import os
import re
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

from agent_tui.config.problems import ConfigError, Problem
from agent_tui.config.toml_source import parse_toml, read_toml

_VALUE = r"""\s*=\s*)(?:"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""


def with_key(text: str, key: str, value: str, file: str) -> str:
    """`text` with the top-level `key` set to the string `value`.

    A setting that is there is changed, one behind a `#` is put in force, else a line is added. Raises ConfigError when
    `text` is no TOML, or holds the key in a way that this cannot change (a string of many lines).
    """
    source = parse_toml(text.removeprefix("\ufeff"), file)
    wanted = {**source.data, key: value}
    for changed in _ways(text, key, f'"{value}"'):
        try:
            if tomllib.loads(changed.removeprefix("\ufeff")) == wanted:
                return changed
        except tomllib.TOMLDecodeError:
            continue
    raise ConfigError([source.problem((key,), "cannot be changed from here", f'{key} = "{value}", by your own hand')])


def write_key(path: Path, key: str, value: str) -> None:
    """Set the top-level `key` in the file at `path`, all at once or not at all; a link stays a link.

    Raises ConfigError as `with_key` does, and when the file cannot be read or written.
    """
    read_toml(path)  # says what is wrong with it
    try:
        target = path.resolve()
        text = target.read_bytes().decode("utf-8")
        changed = with_key(text, key, value, str(path))
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(changed.encode("utf-8"))
                os.fchmod(file.fileno(), target.stat().st_mode & 0o7777)
                os.fsync(file.fileno())
            Path(name).replace(target)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ConfigError([Problem(str(path), 0, key, f"cannot be written: {error.strerror}")]) from None


def _ways(text: str, key: str, value: str) -> Iterator[str]:
    """Texts that may be what is wanted, the most fitting first."""
    bare = rf"[\"']?{re.escape(key)}[\"']?"
    for sign in ("", r"#[ \t]*"):
        for found in re.finditer(rf"(?m)^([ \t]*){sign}({bare}{_VALUE}", text):
            yield text[: found.start()] + found[1] + found[2] + value + text[found.end() :]
    end = "\r\n" if "\r\n" in text else "\n"
    head = re.match("\ufeff?(?:#[^\n]*\n)+[ \t\r]*\n", text)  # what the file says of itself at its top
    at = head.end() if head else len("\ufeff") if text.startswith("\ufeff") else 0
    yield f"{text[:at]}{key} = {value}{end}{text[at:]}"
