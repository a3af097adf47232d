"""Which canned replies fit this moment, best first, each with its reason: learned from what was picked before.

For every sign of a moment (`suggesting_signs`) it is counted how often each reply was picked with it. A reply's score
is the logarithm of how often it is picked at all, and for every sign that was seen with it the logarithm of how much
more often it is picked then than usually, by the weight of the sign's kind. A reply's own words count as picks made by
somebody who typed them: so a reply is found before it was ever used. Counts alone: in any order they come to the same
(until some are forgotten), they can be added up in a table, and they say why. Method and weights were chosen by
measurement (`bench/suggesting.py`).
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from math import log, log1p
from typing import Final, NamedTuple

from agent_tui.domain.frozen import frozen
from agent_tui.domain.suggested import Reason
from agent_tui.domain.suggesting_signs import Moment, signs, split, written

WEIGHTS: Final[Mapping[str, float]] = {
    "typed": 0.5,
    "whole": 0.5,
    "said": 0.3,
    "after": 0.7,
    "earlier": 0.3,
    "label": 0.7,
}
MOST_COUNTS: Final = 400_000
"""Pairs of sign and reply that are remembered; beyond them those that came up least are forgotten."""
MOST_LOOKED_AT: Final = 4_000
"""Pairs of one question: the rarest signs first, they tell the most."""
_WRITTEN = 2
"""How many picks a reply's own word counts for."""
_SHARPER = 10.0
"""How much a reply that was seen with a sign is before one that was not."""
_REASONS = 3


@frozen
class CannedReply:
    """What may be suggested. `texts`: its words with their language ("" any); `channels` that it is for, none: all."""

    key: str
    texts: tuple[tuple[str, str], ...] = ()
    title: str = ""
    tags: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()


@frozen
class Suggestion:
    """`score` compares only within one answer; `used`: how often it was picked in all; `reasons`, the strongest first,
    none where it is only used often."""

    key: str
    score: float
    used: int
    reasons: tuple[Reason, ...]


@frozen
class Count:
    """How often a reply was picked with a sign; with "" for the sign, how often in all."""

    sign: str
    key: str
    times: int


class _Told(NamedTuple):
    sign: str
    gain: float


class Suggesting:
    """The replies of one place and what was picked there. Not for threads."""

    def __init__(self, most_counts: int = MOST_COUNTS, most_looked_at: int = MOST_LOOKED_AT) -> None:
        self._most_looked_at = most_looked_at
        self._most = most_counts
        self._replies: dict[str, CannedReply] = {}
        self._written: dict[str, set[str]] = {}
        self._counts: dict[str, dict[str, int]] = {}
        self._with: dict[str, int] = {}
        self._used: dict[str, int] = {}
        self._all = 0
        self._pairs = 0

    def put(self, reply: CannedReply) -> None:
        """Add it, or put it in the place of the one with its key: what was counted stays."""
        self.remove(reply.key)
        self._replies[reply.key] = reply
        for sign in _own_signs(reply):
            self._written.setdefault(sign, set()).add(reply.key)

    def remove(self, key: str) -> None:
        """Suggest it no more. What was counted stays, for when it comes back."""
        if (reply := self._replies.pop(key, None)) is None:
            return
        for sign in _own_signs(reply):
            left = self._written[sign]
            left.discard(key)
            if not left:
                del self._written[sign]

    def writes(self, word: str) -> bool:
        """Whether a word (folded) stands in the replies themselves."""
        return f"typed:{word}" in self._written

    def pick(self, moment: Moment, key: str) -> tuple[Count, ...]:
        """Learn that it was picked at this moment (as the moment was before: without this reply among those sent). What
        is to be added to the counts that are stored."""
        added = (Count("", key, 1), *(Count(sign, key, 1) for sign in signs(moment)))
        self.learn(added)
        return added

    def learn(self, counts: Iterable[Count]) -> None:
        """Add them to what is known: those of a pick, or all that were stored. Those of no key, or less than one, are
        passed over."""
        for count in counts:
            if count.times < 1 or not count.key:
                continue
            if not count.sign:
                self._used[count.key] = self._used.get(count.key, 0) + count.times
                self._all += count.times
                continue
            of_sign = self._counts.setdefault(count.sign, {})
            self._pairs += count.key not in of_sign
            of_sign[count.key] = of_sign.get(count.key, 0) + count.times
            self._with[count.sign] = self._with.get(count.sign, 0) + count.times
        if self._pairs > self._most:
            self._forget()

    def counts(self) -> Iterator[Count]:
        """All that is known of what was picked, to be stored; in no certain order."""
        for key, times in self._used.items():
            yield Count("", key, times)
        for sign, of_sign in self._counts.items():
            for key, times in of_sign.items():
                yield Count(sign, key, times)

    def suggest(
        self, moment: Moment, limit: int = 3, may: Callable[[str], bool] = lambda key: True
    ) -> tuple[Suggestion, ...]:
        """At most `limit` of those that `may` be, by key, best first; those that score the same by key. Where nothing
        speaks for enough of them, those used most follow."""
        seen = self._told_by(signs(moment))
        scores: dict[str, float] = {}
        for sign in seen:
            for key, gain in self._gains(sign):
                scores[key] = scores.get(key, 0.0) + gain
        used, all_of_them = self._used, self._total()
        fit = [
            (-score - log((used.get(key, 0) + 1) / all_of_them), key)
            for key, score in scores.items()
            if self._fits(key, moment) and may(key)
        ]
        best = heapq.nsmallest(limit, fit)
        if len(best) < limit:
            more = (key for key in self._replies if key not in scores and self._fits(key, moment) and may(key))
            best += heapq.nsmallest(limit - len(best), ((-self._usual(key), key) for key in more))
        return tuple(Suggestion(key, -score, self._used.get(key, 0), self._reasons(seen, key)) for score, key in best)

    def _told_by(self, found: tuple[str, ...]) -> list[str]:
        """The signs that are looked at: known ones, the rarest first, until there are too many pairs."""
        sized = sorted((len(self._counts.get(sign, ())) + len(self._written.get(sign, ())), sign) for sign in found)
        looked, chosen = 0, []
        for size, sign in sized:
            looked += size
            if looked > self._most_looked_at:
                break
            if size:
                chosen.append(sign)
        return chosen

    def _gains(self, sign: str) -> Iterator[tuple[str, float]]:
        """What the sign adds to each reply's score."""
        of_sign, own = self._counts.get(sign, {}), self._written.get(sign, set())
        weight = WEIGHTS.get(sign.partition(":")[0], 0.0)
        share = self._sharper(sign)
        used, replies = self._used, self._replies
        for key, times in of_sign.items():
            if key in replies:
                much = times + _WRITTEN if key in own else times
                yield key, weight * log1p(much * share / (used.get(key, 0) + 1))
        for key in own:
            if key not in of_sign:
                yield key, weight * log1p(_WRITTEN * share / (used.get(key, 0) + 1))

    def _gain(self, sign: str, key: str) -> float:
        """What the sign adds to this one's: for comparing signs."""
        own = self._written.get(sign, ())
        times = self._counts.get(sign, {}).get(key, 0) + _WRITTEN * (key in own)
        return WEIGHTS.get(sign.partition(":")[0], 0.0) * log1p(
            times * self._sharper(sign) / (self._used.get(key, 0) + 1)
        )

    def _sharper(self, sign: str) -> float:
        return _SHARPER * self._total() / (self._with.get(sign, 0) + _WRITTEN * len(self._written.get(sign, ())) + 1)

    def _usual(self, key: str) -> float:
        return log((self._used.get(key, 0) + 1) / self._total())

    def _total(self) -> int:
        return self._all + len(self._replies)

    def _fits(self, key: str, moment: Moment) -> bool:
        reply = self._replies[key]
        if moment.channel and reply.channels and moment.channel not in reply.channels:
            return False
        return not (moment.language and reply.texts) or any(
            language in ("", moment.language) for language, _ in reply.texts
        )

    def _reasons(self, seen: list[str], key: str) -> tuple[Reason, ...]:
        told = [
            _Told(sign, self._gain(sign, key))
            for sign in seen
            if key in self._counts.get(sign, ()) or key in self._written.get(sign, ())
        ]
        told.sort(key=lambda one: (-one.gain, one.sign))
        return tuple(self._reason(one.sign, key) for one in told[:_REASONS])

    def _reason(self, sign: str, key: str) -> Reason:
        kind, seen = split(sign)
        picked = self._counts.get(sign, {}).get(key, 0)
        return Reason(kind, seen, picked, self._with.get(sign, 0), key in self._written.get(sign, ()))

    def _forget(self) -> None:
        """Drop the pairs that came up least, until a quarter is free; those that came up as often go together, whoever
        came first."""
        least = 0
        while self._pairs > self._most * 3 // 4:
            least = min(times for of_sign in self._counts.values() for times in of_sign.values())
            for sign in list(self._counts):
                of_sign = self._counts[sign]
                gone = [key for key, times in of_sign.items() if times <= least]
                for key in gone:
                    self._with[sign] -= of_sign.pop(key)
                self._pairs -= len(gone)
                if not of_sign:
                    del self._counts[sign], self._with[sign]


def _own_signs(reply: CannedReply) -> set[str]:
    named = (reply.title, reply.key.replace("_", " ").replace("-", " "), *reply.tags)
    return {sign for text in (*named, *(text for _, text in reply.texts)) for sign in written(text)}
