"""Writes agent_tui/domain/bidi_tables.py from the Unicode character database (Debian's package `unicode-data`):
`python -m agent_tui.unicode_build [FOLDER]`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from agent_tui.domain.bidi_classes import LETTERS

DATABASE = Path("/usr/share/unicode")
TABLES = Path(__file__).resolve().parent / "domain" / "bidi_tables.py"
_RANGE = re.compile(r"^(?:# @missing: )?([0-9A-F]+)(?:\.\.([0-9A-F]+))?\s*;\s*(\w+)")
_LONG_NAMES = {
    "Left_To_Right": "L",
    "Right_To_Left": "R",
    "Arabic_Letter": "AL",
    "European_Terminator": "ET",
    "Boundary_Neutral": "BN",
}
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def render(database: Path) -> str:
    """The text of the module. Raises OSError where `database` lacks a file, ValueError for a line not understood."""
    version = re.search(r"-(\d+\.\d+\.\d+)\.txt", _text(database, "extracted/DerivedBidiClass.txt"))
    if version is None:
        raise ValueError(f"{database}: the first line of DerivedBidiClass.txt names no version")
    mirrors = _pairs(database, "BidiMirroring.txt")
    brackets = {(a, b) for a, b in _pairs(database, "BidiBrackets.txt", "o")}
    return f'''"""Bidi_Class, mirrored signs and paired brackets of Unicode {version.group(1)}.

Written by agent_tui.unicode_build.
"""

from typing import Final

CLASSES: Final = (
{_folded(_runs(_classes(database)))}
)
"""All code points from 0 on in runs: the length in base 36, then the class (`agent_tui.domain.bidi_classes`)."""

MIRRORS: Final = (
{_folded(f"{a:x}-{b:x} " for a, b in mirrors if a < b or (b, a) not in mirrors)}
)
"""Each sign and the one that is drawn in its place right to left (UAX #9, L4); most hold both ways."""

BRACKETS: Final = (
{_folded(f"{a:x}-{b:x} " for a, b in sorted(brackets))}
)
"""Opening and closing bracket (UAX #9, BD14 to BD16)."""
'''


def _text(database: Path, name: str) -> str:
    return (database / name).read_text(encoding="utf-8")


def _classes(database: Path) -> list[str]:
    """The letter of each code point's class. A `@missing` line speaks for what no line names; a later one wins."""
    letters = [LETTERS["L"]] * 0x110000
    lines = _text(database, "extracted/DerivedBidiClass.txt").splitlines()
    for missing in (True, False):
        for line in lines:
            found = _RANGE.match(line)
            if found is None or line.startswith("#") != missing:
                continue
            first, last, name = found.groups()
            letter = LETTERS[_LONG_NAMES.get(name, name)]
            start, stop = int(first, 16), int(last or first, 16) + 1
            letters[start:stop] = letter * (stop - start)
    return letters


def _runs(letters: list[str]) -> Iterator[str]:
    for letter, run in groupby(letters):
        yield _base36(sum(1 for _ in run)) + letter


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits


def _pairs(database: Path, name: str, kind: str | None = None) -> list[tuple[int, int]]:
    pairs = []
    for line in _text(database, name).splitlines():
        fields = [field.strip() for field in line.partition("#")[0].split(";")]
        if len(fields) >= 2 and (kind is None or fields[2] == kind):
            pairs.append((int(fields[0], 16), int(fields[1], 16)))
    return pairs


def _folded(words: Iterator[str]) -> str:
    """The words one after another as string literals of source lines."""
    lines, line = [], ""
    for word in words:
        if len(line) + len(word) > 112:
            lines.append(line)
            line = ""
        line += word
    return "\n".join(f'    "{line}"' for line in [*lines, line])


def main(arguments: list[str]) -> int:
    """Exit code 0, or 1 where the database is not there."""
    database = Path(arguments[0]) if arguments else DATABASE
    try:
        TABLES.write_text(render(database), encoding="utf-8")
    except OSError as error:
        print(f"{error}; install the package unicode-data, or name the folder that holds its files", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
