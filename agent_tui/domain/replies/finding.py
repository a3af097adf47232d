"""Finds canned replies by what is typed: by their words first, then by how well they fit what is being written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from agent_tui.domain import folding
from agent_tui.domain.frozen import frozen
from agent_tui.domain.replies.fields import own_words
from agent_tui.domain.replies.reply import Canned

LIKE: Final = 78
"""How like, of 100, letters must be that are not found as they were typed (rapidfuzz, the best part)."""
SHORTEST_LIKE: Final = 4
FEW: Final = 5
"""Likeness is looked for where fewer than these were found; for so many letters at least."""
MOST_LIKE: Final = 30
_KEY, _HEAD, _TEXT, _PART, _LIKE_IT = range(5)


@frozen
class Occasion:
    """What is being written. `used`: how much the replies were used of late, by key; more is more."""

    channel: str = ""
    language: str = ""
    brand: str = ""
    used: Mapping[str, float] | None = None


class ReplyIndex:
    """Replies by key, with what is looked for in each made ready once."""

    def __init__(self, replies: Mapping[str, Canned]) -> None:
        self.replies = replies
        self._all = tuple(replies.values())
        # with a blank before it, the start of a word is found as " word"
        self._heads = [f" {folding.fold_line(' '.join((one.key, one.title, *one.tags)))}" for one in self._all]
        self._bodies: list[str] | None = None

    def find(self, typed: str, occasion: Occasion, most: int) -> list[Canned]:
        """The best first; all of them, by fit, when nothing is typed."""
        wanted = [word.folded for word in folding.words(typed)]
        if not wanted:
            return sorted(self._all, key=lambda one: _fit(one, occasion))[:most]
        found = self._by_words(wanted)
        if len(found) < FEW and sum(map(len, wanted)) >= SHORTEST_LIKE:
            found |= self._alike(" ".join(wanted), found)
        places = sorted(found, key=lambda place: (found[place], _fit(self._all[place], occasion)))
        return [self._all[place] for place in places[:most]]

    # -- inside

    def _by_words(self, wanted: Sequence[str]) -> dict[int, float]:
        """Where all the words stand, and how well: the key itself, starts of words of key, title and tags, of the text
        too, or somewhere within words."""
        if self._bodies is None:
            texts = (" ".join(own_words(text.text) for text in one.texts) for one in self._all)
            self._bodies = [f" {folding.fold_line(text)}" for text in texts]
        starts, key = [f" {word}" for word in wanted], f" {' '.join(wanted)} "
        found: dict[int, float] = {}
        for place, (head, body) in enumerate(zip(self._heads, self._bodies, strict=True)):
            if all(start in head for start in starts):
                found[place] = _KEY if f"{head} ".startswith(key) else _HEAD
            elif all(start in head or start in body for start in starts):
                found[place] = _TEXT
            elif all(word in head or word in body for word in wanted):
                found[place] = _PART
        return found

    def _alike(self, wanted: str, found: Mapping[int, float]) -> dict[int, float]:
        from rapidfuzz import fuzz, process  # not before something is typed that nothing is called

        alike = process.extract(wanted, self._heads, scorer=fuzz.partial_ratio, score_cutoff=LIKE, limit=MOST_LIKE)
        return {place: _LIKE_IT + (100 - score) / 100 for _, score, place in alike if place not in found}


def _fit(one: Canned, occasion: Occasion) -> tuple[bool, bool, bool, float, str]:
    """Smaller is better: meant for the channel, in the language, the brand's own, used of late, then by key."""
    spoken = not occasion.language or not one.languages or occasion.language in one.languages
    used = occasion.used.get(one.key, 0.0) if occasion.used else 0.0
    return not one.suits(occasion.channel), not spoken, one.brand != occasion.brand, -used, one.key
