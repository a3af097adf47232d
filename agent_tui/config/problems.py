"""What is wrong in a file a person wrote: which file, which line, which key, what was expected."""

from __future__ import annotations

from collections.abc import Iterable

from agent_tui.domain.frozen import frozen


def printable(text: str) -> str:
    """`text` on one line and without control characters, so that a file's own words cannot steer a terminal."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)


@frozen
class Problem:
    """One thing that is wrong. `line` counts from 1; 0 when no line is to blame (a file that is missing).

    `what` never holds a value that could be a secret.
    """

    file: str
    line: int
    key: str
    what: str
    expected: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        parts = [place, *([self.key] if self.key else []), self.what]
        line = ": ".join(parts) + (f"; expected {self.expected}" if self.expected else "")
        return printable(line)


class Wrong(ValueError):
    """What a validator of ours found: `what` is wrong and what was `expected`. Neither holds the value.

    `key`: which key of the table, where the validator looks at a whole table.
    """

    def __init__(self, what: str, expected: str = "", key: tuple[str | int, ...] = ()) -> None:
        self.what = what
        self.expected = expected
        self.key = key
        super().__init__(what)


class ConfigError(Exception):
    """A file that cannot be used; `problems` names everything that was found, in the file's order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
