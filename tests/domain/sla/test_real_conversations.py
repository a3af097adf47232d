"""On real chats the engine waits as long as a plain loop over the file says that customers did."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_tui.domain.sla.clocks import clocks
from agent_tui.domain.sla.facts import CustomerWrote, Fact, Replied
from agent_tui.domain.time import HOUR_MS, MS
from tests.domain.sla.cases import book, target

Turns = list[tuple[str, int]]
"""Who spoke (customer or agent) at which Unix second, in the order of the file."""


def _talks(corpus: Path) -> Iterator[Turns]:
    path = corpus / "data" / "conversations" / "star.jsonl.gz"
    if not path.is_file():
        pytest.skip("the corpus has no star.jsonl.gz")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield [(turn["who"], turn["at"]) for turn in json.loads(line)["turns"] if turn["who"] != "action"]


def _plainly(turns: Turns) -> tuple[list[int], list[int]]:
    """First reply (none or one) and every later wait, in seconds; a word of the second of an answer is answered."""
    waits, asked = [], None
    for who, at in sorted(turns, key=lambda turn: (turn[1], turn[0] == "agent")):
        if who == "customer":
            asked = at if asked is None else asked
        elif asked is not None:
            waits.append(at - asked)
            asked = None
    return waits[:1], waits[1:]


def _by_the_engine(turns: Turns, within_ms: int) -> tuple[list[int], list[int], int]:
    rules = book(target("first-response", within_ms / 60_000), target("next-response", within_ms / 60_000))
    facts: list[Fact] = [
        CustomerWrote(at * MS, str(place)) if who == "customer" else Replied(at * MS, str(place))
        for place, (who, at) in enumerate(turns)
    ]
    found = clocks(facts, rules, max(at for _, at in turns) * MS)
    answered = [one for one in found if one.by == "answered"]
    first = [one.used // MS for one in answered if one.metric == "first-response"]
    later = [one.used // MS for one in answered if one.metric == "next-response"]
    return first, later, sum(one.state == "breached" for one in answered)


def test_waits_are_distributed_as_the_file_says(corpus: Path) -> None:
    plain: tuple[Counter[int], Counter[int]] = Counter(), Counter()
    ours: tuple[Counter[int], Counter[int]] = Counter(), Counter()
    late = late_plainly = 0
    for turns in _talks(corpus):
        if not turns:
            continue
        firsts, waits = _plainly(turns)
        first, later, breached = _by_the_engine(turns, 45 * MS)
        plain[0].update(firsts), plain[1].update(waits)
        ours[0].update(first), ours[1].update(later)
        late += breached
        late_plainly += sum(wait > 45 for wait in (*firsts, *waits))
    assert ours == plain
    assert late == late_plainly
    assert ours[0].total() > 1000
    assert ours[1].total() > 10_000
    assert max(ours[1]) < HOUR_MS
