"""Which pages bring a wanted range of a merged section in: near ones are extended, far ones jumped to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from agent_tui.desk.merging import Stretch
from agent_tui.desk.windows import Window
from agent_tui.domain.queries import RowsQuery
from agent_tui.domain.views import Cursor, Section, View

PAGE_ROWS = 200
FIRST_ROWS = 80
"""Of a section never seen before: what a screen shows and a little more, since the first paint waits for it."""
Anchor = Literal["start", "end", "after", "before", "at"]


def pages_for(
    view: View, section: Section, windows: Mapping[str, Window], stretch: Stretch, start: int, stop: int
) -> list[tuple[str, RowsQuery]]:
    """Queries (backend, query) so that merged rows start..stop of `section` get loaded; `windows`: those of reachable
    backends. One step at a time: when its pages have come, ask again."""

    def ask(anchor: Anchor, cursor: Cursor | None = None, index: int = 0, rows: int = PAGE_ROWS) -> RowsQuery:
        return RowsQuery(section, view.channel, view.text, anchor, cursor, index, rows)

    out = [(name, ask("start", rows=FIRST_ROWS)) for name, window in windows.items() if window.total is None]
    live = {name: window for name, window in windows.items() if window.total}
    fresh = {name: window for name, window in live.items() if not window.stale}
    for name, window in windows.items():
        if window.stale and window.total is not None:
            out.append((name, ask("start") if start < PAGE_ROWS else ask("at", index=start - PAGE_ROWS // 4)))
    start, stop = max(0, start), min(stop, stretch.count)
    if not fresh or start >= stop or (stretch.first <= start and stop <= stretch.end):
        return out
    pivot = max(fresh, key=lambda name: (fresh[name].stamp, fresh[name].total or 0, name))
    if not stretch.keys and len(fresh) > 1 and _apart(stretch):
        return out + [(name, ask(*step)) for name, step in _aligned(fresh, pivot)]
    if stretch.keys or len(fresh) > 1:
        if stretch.end < stop and start <= stretch.end + PAGE_ROWS:
            highs = {window.high: name for name, window in fresh.items() if window.high is not None}
            return [*out, (highs[min(highs)], ask("after", min(highs)))] if highs else out
        if start < stretch.first and stop >= stretch.first - PAGE_ROWS:
            lows = {window.low: name for name, window in fresh.items() if window.low is not None}
            return [*out, (lows[max(lows)], ask("before", max(lows)))] if lows else out
    if start < PAGE_ROWS:
        return out + [(name, ask("start")) for name in fresh]
    if stop > stretch.count - PAGE_ROWS:
        return out + [(name, ask("end")) for name in fresh]
    window = fresh[pivot]
    total = window.total or 0
    share = total / max(1, stretch.count)
    guess = round(start * share) - PAGE_ROWS // 4
    if stretch.keys and len(fresh) > 1:
        guess = window.first + round((start - stretch.first) * share)
    return [*out, (pivot, ask("at", index=min(max(0, guess), max(0, total - 1))))]


def _apart(stretch: Stretch) -> bool:
    return stretch.low is not None and stretch.high is not None and stretch.low > stretch.high


def _aligned(fresh: Mapping[str, Window], pivot: str) -> list[tuple[str, tuple[Anchor, Cursor | None]]]:
    """Bring the other windows to where the newest one looks."""
    window = fresh[pivot]
    if window.low is None or not window.keys:
        return [(name, ("start", None)) for name in fresh if name != pivot and fresh[name].low is not None]
    cursor = (window.keys[0][0], "")
    return [(name, ("after", cursor)) for name, other in fresh.items() if name != pivot and not other.covers(cursor)]
