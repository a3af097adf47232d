"""The k-way merge of several backends' windows of one section, as far as it is known without a doubt."""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping

from agent_tui.desk.keys import CaseKey
from agent_tui.desk.windows import Window
from agent_tui.domain.frozen import frozen
from agent_tui.domain.views import Cursor


@frozen
class Stretch:
    """Rows `first`.. of a section in merged order; `count`: rows that can be reached in all; `low`/`high`: between
    these keys the merge is exact."""

    first: int
    keys: list[CaseKey]
    count: int
    low: Cursor | None = None
    high: Cursor | None = None

    @property
    def end(self) -> int:
        return self.first + len(self.keys)


def merge(windows: Mapping[str, Window], online: Iterable[str]) -> Stretch:
    """Merge the windows that were ever answered. Rows of an unreachable backend that are not held cannot be shown: they
    count neither for place nor for length, so that the others stay reachable."""
    up = frozenset(online)
    known = {name: window for name, window in windows.items() if window.total is not None}
    live = {name: window for name, window in known.items() if window.total or window.rows}
    if len(live) == 1:
        ((name, window),) = live.items()
        total = window.total or 0
        if name not in up:
            return Stretch(0, [CaseKey(name, row.id) for row in window.rows], len(window.rows))
        return Stretch(window.first, [CaseKey(name, row.id) for row in window.rows], total, window.low, window.high)
    low: Cursor | None = None
    high: Cursor | None = None
    count = 0
    for name, window in live.items():
        if name not in up:
            count += len(window.rows)
            continue
        count += window.total or 0
        if window.low is not None:
            low = window.low if low is None else max(low, window.low)
        if window.high is not None:
            high = window.high if high is None else min(high, window.high)
    if low is not None and high is not None and low > high:
        return Stretch(0, [], count, low, high)
    first = 0
    parts = []
    for name in sorted(live):
        window = live[name]
        begin = 0 if low is None else bisect_left(window.keys, low)
        end = len(window.keys) if high is None else bisect_right(window.keys, high)
        first += begin + (window.first if name in up else 0)
        parts.append(_named(name, window, begin, end))
    return Stretch(first, [key for _, _, key in heapq.merge(*parts)], count, low, high)


def _named(name: str, window: Window, begin: int, end: int) -> Iterator[tuple[Cursor, str, CaseKey]]:
    for at in range(begin, end):
        key = window.keys[at]
        yield key, name, CaseKey(name, key[1])
