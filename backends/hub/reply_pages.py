"""Canned replies in pages, where they are too many for the directory that every desk asks for at its start."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from agent_tui.domain.queries import RepliesPage, RepliesQuery
from agent_tui.domain.replies.reply import Canned

DIRECTORY_CHARS: Final = 40_000
"""Characters of canned replies that the directory may hold."""
PAGE_CHARS: Final = 100_000
"""Of a page: a frame of some 300 kB at most, since a letter may take three bytes."""
_EACH: Final = 200
"""What a reply costs beside its texts."""


def version_of(canned: Sequence[Canned]) -> str:
    """By what they say; "" where the directory can hold them all."""
    if sum(map(_size, canned)) <= DIRECTORY_CHARS:
        return ""
    digest = sha256()
    for one in canned:
        digest.update(repr(one).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:16]


def page(canned: Sequence[Canned], version: str, query: RepliesQuery, seq: int) -> RepliesPage:
    """What was asked for of `canned`, those that the agent may see; from the start where the version is another."""
    first = max(0, query.first) if query.version == version else 0
    held: list[Canned] = []
    size = 0
    for one in canned[first:]:
        size += _size(one)
        if held and size > PAGE_CHARS:
            break
        held.append(one)
    return RepliesPage(tuple(held), first, len(canned), version, seq)


def _size(one: Canned) -> int:
    return _EACH + sum(len(text.text) for text in one.texts)
