"""TOML with the line of every key, which `tomllib` does not tell, so that an error can point at it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from agent_tui.config.problems import ConfigError, Problem
from agent_tui.domain.frozen import frozen

KeyPath = tuple[str | int, ...]
"""Table and key names, and indexes into arrays, from the top."""


def spell(path: KeyPath) -> str:
    """`("backends", 0, "url")` as a person would point at it: `backends[1].url` (people count from 1)."""
    out = ""
    for part in path:
        if isinstance(part, int):
            out += f"[{part + 1}]"
        else:
            out += f".{part}" if out else part
    return out


@frozen
class TomlSource:
    """A parsed file and where its keys stand. `lines` count from 1."""

    file: str
    data: dict[str, Any]
    lines: Mapping[KeyPath, int]

    def line_of(self, path: KeyPath) -> int:
        """The line of `path`, else of the nearest table around it, else 0."""
        for length in range(len(path), 0, -1):
            if (line := self.lines.get(path[:length])) is not None:
                return line
        return 0

    def problem(self, path: KeyPath, what: str, expected: str = "") -> Problem:
        """A problem with the key at `path`."""
        return Problem(self.file, self.line_of(path), spell(path), what, expected)


def parse_toml(text: str, file: str) -> TomlSource:
    """Parse `text`; `file` is only its name in errors.

    Raises ConfigError with the line when it is not TOML (https://toml.io/en/v1.0.0).
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([_syntax_problem(str(error), text, file)]) from None
    except ValueError as error:  # a number of thousands of digits
        raise ConfigError([Problem(file, 0, "", f"not TOML: {str(error).partition(';')[0]}")]) from None
    except RecursionError:
        raise ConfigError([Problem(file, 0, "", "nested too deeply", "a few levels of tables at most")]) from None
    return TomlSource(file, data, MappingProxyType(_Scanner(text).scan()))


def read_toml(path: Path, file: str = "", made_by: str = "") -> TomlSource:
    """Read and parse the file at `path`, named `file` (else its path) in errors; the command `made_by` writes one.

    Raises ConfigError when it is missing, cannot be read, is not UTF-8 or is not TOML.
    """
    name = file or str(path)
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        missing = f"no such file; {made_by} writes one" if made_by else "no such file"
        raise ConfigError([Problem(name, 0, "", missing)]) from None
    except OSError as error:
        raise ConfigError([Problem(name, 0, "", f"cannot be read: {error.strerror or error}")]) from None
    return parse_toml(decoded(raw, name), name)


def decoded(raw: bytes, file: str) -> str:
    """The words of a file. Raises ConfigError with the line where it is not UTF-8."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError([Problem(file, line, "", "not UTF-8 text", "a file saved as UTF-8")]) from None


def _syntax_problem(message: str, text: str, file: str) -> Problem:
    at = re.search(r"\(at line (\d+), column (\d+)\)$", message)
    words = re.sub(r"\s*\(at [^()]*\)$", "", message)
    # tomllib quotes characters of the file, never whole values, so nothing secret can be in its words
    line = int(at[1]) if at else text.count("\n") + 1
    return Problem(file, line, "", f"not TOML: {words[:1].lower()}{words[1:]}")


_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_STRING = re.compile(
    r'''"""(?:[^"\\]|\\.|"(?!""))*+"""+'''  # up to two quotes may stand before the closing three
    r"""|'''.*?'''+|"(?:[^"\\]|\\.)*+"|'[^']*'""",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}\n#]*")


class _Scanner:
    """Walks text that `tomllib` has accepted and notes where keys stand; it need not check anything."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[KeyPath, int] = {}
        self.last: dict[KeyPath, int] = {}  # array of tables -> index of its newest table
        self._counted_to = 0
        self._line = 1

    def scan(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        self._blank()
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._blank()
        return self.lines

    def _header(self) -> KeyPath:
        line = self._here()
        array = self.text.startswith("[[", self.at)
        self.at += 2 if array else 1
        keys = self._keys()
        self.at = self.text.index("]", self.at) + (2 if array else 1)
        path: KeyPath = ()
        for key in keys[:-1]:
            path = (*path, key)
            self.lines.setdefault(path, line)
            if path in self.last:
                path = (*path, self.last[path])
        path = (*path, keys[-1])
        if array:
            self.lines.setdefault(path, line)
            self.last[path] = self.last.get(path, -1) + 1
            path = (*path, self.last[path])
        self.lines[path] = line
        return path

    def _pair(self, table: KeyPath) -> None:
        line = self._here()
        path = table
        for key in self._keys():
            path = (*path, key)
            self.lines.setdefault(path, line)
        self.at = self.text.index("=", self.at) + 1
        self._space()
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        char = self.text[self.at : self.at + 1]
        if char in ('"', "'"):
            self._skip(_STRING)
        elif char == "[":
            self.at += 1
            index = 0
            self._blank()
            while self.text[self.at] != "]":
                item = (*path, index)
                self.lines[item] = self._here()
                self._value(item)
                index += 1
                self._blank()
                if self.text[self.at] == ",":
                    self.at += 1
                    self._blank()
            self.at += 1
        elif char == "{":
            self.at += 1
            self._blank()
            while self.text[self.at] != "}":
                self._pair(path)
                self._blank()
                if self.text[self.at] == ",":
                    self.at += 1
                    self._blank()
            self.at += 1
        else:
            self._skip(_SCALAR)

    def _keys(self) -> list[str]:
        keys = []
        while True:
            self._space()
            if self.text[self.at] in ('"', "'"):
                start = self.at
                self._skip(_STRING)
                keys.append(next(iter(tomllib.loads(f"{self.text[start : self.at]} = 0"))))
            else:
                start = self.at
                self._skip(_BARE)
                keys.append(self.text[start : self.at])
            self._space()
            if self.text[self.at] != ".":
                return keys
            self.at += 1

    def _blank(self) -> None:
        self._skip(_BLANK)

    def _space(self) -> None:
        while self.text[self.at : self.at + 1] in (" ", "\t"):
            self.at += 1

    def _skip(self, pattern: re.Pattern[str]) -> None:
        if found := pattern.match(self.text, self.at):
            self.at = found.end()

    def _here(self) -> int:
        self._line += self.text.count("\n", self._counted_to, self.at)
        self._counted_to = self.at
        return self._line
