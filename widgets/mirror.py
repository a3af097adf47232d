"""A line that is put together from the left, turned so that it begins at the right: the one place where this is done.

Widgets put every line together from its start to its end as if that were from left to right. Turned, its parts stand in
the other order, the blanks of each on its other side, and a mark at the edge looks the other way; what is written in a
part stays as it is, since it stands in the order of its cells already.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

Look = TypeVar("Look")

_LOOKING_AWAY = str.maketrans({"▌": "▐", "▏": "▕"})


def turned(parts: Iterable[tuple[str, Look]]) -> list[tuple[str, Look]]:
    """The parts of a line, each with its look, as they stand in a line that begins at the right."""
    return [(_turned(text), look) for text, look in reversed(list(parts))]


def _turned(text: str) -> str:
    words = text.strip(" ")
    if not words:
        return text
    before = len(text) - len(text.lstrip(" "))
    after = len(text) - len(words) - before
    return " " * after + words.translate(_LOOKING_AWAY) + " " * before
