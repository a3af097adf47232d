"""Which cases of different servers are one person's, and so one row. Pure.

Rows tell by what their customer is known everywhere (`CaseRow.known_as`). What only one person has joins two rows; a
phone that several may share joins them only where both go by a like name. What two customers of one server have in
common says nothing, as the server itself keeps them apart. What an agent said stands above all that. A row has one case
of each server at most: of several, the one that stands first.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from itertools import combinations

from agent_tui.desk.keys import CaseKey
from agent_tui.domain.folding import words
from agent_tui.domain.known_as import ITSELF, OTHER, SAME, SHARED, SURE
from agent_tui.domain.model import CaseRow, Stage

OPEN: frozenset[Stage] = frozenset(("us", "customer", "later"))
MOST_DIGESTS = 256
"""Of one row; what a server says beyond them is not looked at."""
_DIGEST = re.compile(f"[{SURE}{SHARED}{ITSELF}{SAME}{OTHER}][0-9a-f]{{16}}")
Pair = tuple[CaseKey, CaseKey]
Known = Mapping[CaseKey, frozenset[str]]
"""By what the customer of each row is known."""


def grouped(rows: Iterable[tuple[CaseKey, CaseRow]]) -> dict[CaseKey, tuple[CaseKey, ...]]:
    """Of each case that shares its row: all cases of that row, itself among them, in the order in which they stand.
    `rows` come in that order, each once."""
    held = {key: row for key, row in rows if row.known_as and row.stage in OPEN}
    known = {key: frozenset(filter(_DIGEST.fullmatch, row.known_as[:MOST_DIGESTS])) for key, row in held.items()}
    pairs = _pairs(held, known)
    apart = {pair for pair in pairs if _said(known, pair, OTHER)}
    members: dict[CaseKey, list[CaseKey]] = {}
    for pair in pairs:
        if _said(known, pair, SAME):
            _put_together(members, pair, apart)
    for pair, digests in pairs.items():
        if any(_one_person(held, known, pair, digest) for digest in digests):
            _put_together(members, pair, apart)
    places = {key: place for place, key in enumerate(held)}
    return {key: tuple(sorted(group, key=places.__getitem__)) for key, group in members.items()}


def _pairs(held: Mapping[CaseKey, CaseRow], known: Known) -> dict[Pair, list[str]]:
    """Cases of two servers, each pair with the digests that both have and that are one customer's at each."""
    having: dict[str, dict[str, tuple[str, CaseKey] | None]] = {}
    for key, row in held.items():
        for digest in sorted({one[1:] for one in known[key]}):
            there = having.setdefault(digest, {})
            first = there.setdefault(key.backend, (row.customer, key))
            if first is not None and first[0] != row.customer:
                there[key.backend] = None
    pairs: dict[Pair, list[str]] = {}
    for digest, there in having.items():
        if len(there) > 1 and None not in there.values():
            for pair in combinations([first[1] for first in there.values() if first is not None], 2):
                pairs.setdefault(pair, []).append(digest)
    return pairs


def _said(known: Known, pair: Pair, sign: str) -> bool:
    """Whether an agent said of one of the two, at its server, that the other is the same person, or is not."""
    one, other = (known[key] for key in pair)
    return any(sign + digest[1:] in b for a, b in ((one, other), (other, one)) for digest in a if digest[0] == ITSELF)


def _one_person(held: Mapping[CaseKey, CaseRow], known: Known, pair: Pair, digest: str) -> bool:
    """Whether an address that both have makes them one person."""
    if all(SURE + digest in known[key] for key in pair):
        return True
    have = all({SURE + digest, SHARED + digest} & known[key] for key in pair)
    return have and alike(held[pair[0]], held[pair[1]])


def alike(one: CaseRow, other: CaseRow) -> bool:
    """Whether both go by a name, and have a word of it in common."""
    return bool(_words(one) & _words(other))


def _words(row: CaseRow) -> set[str]:
    """The words of a name; of a number or an address none."""
    found = (one.folded for one in words(row.name.raw)) if "@" not in row.name.raw else ()
    return {word for word in found if len(word) > 1 and not word.isdigit()}


def _put_together(members: dict[CaseKey, list[CaseKey]], pair: Pair, apart: Container[Pair]) -> None:
    """Both in one group, unless a server would be in it twice, or somebody with one from whom they were parted."""
    one, other = pair
    left, right = members.get(one, [one]), members.get(other, [other])
    if left is right or {key.backend for key in left} & {key.backend for key in right}:
        return
    if any((a, b) in apart or (b, a) in apart for a in left for b in right):
        return
    both = left + right
    for key in both:
        members[key] = both
