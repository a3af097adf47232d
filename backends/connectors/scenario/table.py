"""Reads tables of a scenario file strictly: each key has a type, and all that is wrong is named with its line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from agent_tui.config.problems import Problem
from agent_tui.config.toml_source import KeyPath, TomlSource, spell

Word = TypeVar("Word", bound=str)
_KINDS: dict[type, str] = {
    str: "a text",
    int: "a number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
    datetime: "a date and time",
}


class Table:
    """Reads one table strictly: each key has a type, unknown keys are named."""

    def __init__(self, reader: Reader, path: KeyPath, data: dict[str, Any]) -> None:
        self.reader, self.path, self.data = reader, path, data
        self.known: set[str] = set()

    def text(self, key: str, default: str | None = None) -> str:
        return str(self._get(key, str, "a text", default))

    def number(self, key: str, default: float | None = None) -> float:
        value = self._get(key, (int, float), "a number of seconds", default)
        return float(value) if not isinstance(value, bool) else 0.0

    def flag(self, key: str) -> bool:
        return bool(self._get(key, bool, "true or false", False))

    def choice(self, key: str, choices: tuple[Word, ...], default: str | None = None) -> Word:
        """One of `choices`, as the type that they are of."""
        value = self.text(key, default)
        found = next((choice for choice in choices if choice == value), None)
        if found is None:
            self.bad(key, f"{value!r} is not known", "one of " + ", ".join(choices))
            return choices[0]
        return found

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._get(key, list, "a list of texts", [])
        if not all(isinstance(item, str) for item in value):
            self.bad(key, "not all of it is text", "a list of texts")
            return ()
        return tuple(value)

    def mapping(self, key: str) -> dict[str, str]:
        value = self._get(key, dict, "a table of texts", {})
        if not all(isinstance(item, str) for item in value.values()):
            self.bad(key, "not all of it is text", "a table of texts")
            return {}
        return dict(value)

    def inner(self, key: str) -> dict[str, Mapping[str, object]]:
        """Tables of any content, by their names."""
        value = self._get(key, dict, "a table of tables", {})
        if not all(isinstance(item, dict) for item in value.values()):
            self.bad(key, "not all of it is a table", "a table of tables")
            return {}
        return dict(value)

    def tables(self, key: str) -> list[Table]:
        value = self._get(key, list, f"[[{spell((*self.path, key))}]] tables", [])
        found = []
        for index, item in enumerate(value):
            if isinstance(item, dict):
                found.append(Table(self.reader, (*self.path, key, index), item))
            else:
                self.bad(key, "not a table", f"[[{key}]]")
        return found

    def done(self) -> None:
        for key in self.data:
            if key not in self.known:
                self.bad(key, "unknown key", "one of " + ", ".join(sorted(self.known)))

    def bad(self, key: str, what: str, expected: str = "") -> None:
        self.reader.problems.append(self.reader.source.problem((*self.path, key), what, expected))

    def _get(self, key: str, kind: Any, expected: str, default: Any) -> Any:
        self.known.add(key)
        if key not in self.data:
            if default is None:
                self.reader.problems.append(self.reader.source.problem(self.path, f"{key} is missing", expected))
                return {str: "", list: [], dict: {}, bool: False}.get(kind, 0)
            return default
        value = self.data[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.bad(key, f"{_KINDS.get(type(value), 'something else')} stands there", expected)
            return default if default is not None else {str: "", list: [], dict: {}, bool: False}.get(kind, 0)
        return value


class Reader:
    """The file, and everything that is wrong with it so far."""

    def __init__(self, source: TomlSource) -> None:
        self.source = source
        self.problems: list[Problem] = []
