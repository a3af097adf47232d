"""Finds a word in bytes however it may be written there: encodings, transfer encodings, folded, as a search index keeps
it.
"""

from __future__ import annotations

import base64
import json
import quopri
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

from agent_tui.domain import folding

CUT = 3
"""An index leaves out the letters that a word has in common with the one before it."""


def as_they_are(mark: str) -> set[bytes]:
    """Only as it was said."""
    return {mark.lower().encode()}


@cache
def spellings(mark: str) -> set[bytes]:
    """All ways in which a mark may stand in a file, in lower case."""
    told = {mark, mark.lower(), folding.fold(mark), json.dumps(mark)[1:-1]}
    for word in (*mark.split(), *folding.fold(mark).split()):
        if len(word.encode()) >= 8:
            told |= {word, word[CUT:] if len(word[CUT:].encode()) >= 6 else word, word[::-1]}
    digits = "".join(c for c in mark if c.isdigit())
    if len(digits) >= 9:
        told |= {digits, digits[-9:], digits[::-1], digits[::-1][:9], digits[1:]}
    found: set[bytes] = set()
    for text in told:
        for raw in (text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be")):
            found.add(raw)
            found.update(_base64(raw))
        found.add(quopri.encodestring(text.encode(), header=True))
        found.add(quopri.encodestring(text.encode()).strip())
    return {one.lower() for one in found if len(one) >= 6}


def _base64(raw: bytes) -> Iterator[bytes]:
    """Of all three alignments, without the letters that depend on what stands before and after."""
    for before in range(3):
        written = base64.b64encode(b"\0" * before + raw)
        start = (before * 8 + 5) // 6
        whole = (before + len(raw)) * 8 // 6
        yield written[start:whole]


def traces(folder: Path, marks: Iterable[str], ways: Callable[[str], Iterable[bytes]] = spellings) -> list[str]:
    """Where a mark stands in any file of a folder, or in a file's name: "file: mark"."""
    wanted = {mark: ways(mark) for mark in marks}
    found = []
    for path in sorted(folder.rglob("*")):
        content = path.name.encode().lower() + (b"\n" + path.read_bytes().lower() if path.is_file() else b"")
        found += [f"{path.name}: {mark}" for mark, written in wanted.items() if any(way in content for way in written)]
    return found
