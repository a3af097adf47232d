"""Which open incidents a case may be of: those whose words its customer uses. A hint with its reason, no more. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from agent_tui.domain.folding import words
from agent_tui.domain.incidents import Incident

_SHORTEST: Final = 3
"""Letters: shorter words say nothing of a cause."""
_COMMON: Final = "the and for with from not are was has have down out our your this that"
_COMMON_HEBREW: Final = "של את על עם לא זה הוא היא יש אין"
_EVERYWHERE: Final = frozenset(word.folded for word in words(f"{_COMMON} {_COMMON_HEBREW}"))
"""Folded words that name no cause."""
_PREFIXES: Final = "והבלכמש"
"""Hebrew letters that stand before a word and belong to others (and, the, in, to, as, from, that)."""


def fitting(incidents: Iterable[Incident], said: Iterable[str]) -> list[tuple[Incident, tuple[str, ...]]]:
    """The open incidents of whose title the customer uses half of the words at least, with these words as the title has
    them; those of which most is used first, then the newest. `said`: what the customer wrote."""
    used = {form for text in said for word in words(text) for form in _forms(word.folded)}
    found = []
    for one in incidents:
        title = one.title.raw
        named = {word.folded: title[word.start : word.stop] for word in words(title) if _tells(word.folded)}
        same = tuple(shown for folded, shown in named.items() if _forms(folded) & used)
        if one.state == "open" and same and 2 * len(same) >= len(named):
            found.append((one, same))
    return sorted(found, key=lambda fit: (-len(fit[1]), -fit[0].at))


def _tells(folded: str) -> bool:
    return len(folded) >= _SHORTEST and folded not in _EVERYWHERE


def _forms(folded: str) -> frozenset[str]:
    """The word, and what it is without a Hebrew letter before it."""
    if not _tells(folded):
        return frozenset()
    bare = folded[1:] if folded[0] in _PREFIXES and _tells(folded[1:]) else folded
    return frozenset((folded, bare))
