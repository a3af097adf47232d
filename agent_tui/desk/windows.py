"""A window: the contiguous piece of one section of one backend that a desk holds, and what it knows around it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from agent_tui.domain.model import CaseRow
from agent_tui.domain.queries import RowsPage, RowsQuery
from agent_tui.domain.views import Cursor, sort_key


class Window:
    """Rows in order. `first`: index of the first held row in its section. `low`/`high`: the window knows of every row
    with low <= key <= high (None: without end). `total` None: never answered yet. `stale`: rows may be old, ask again.
    `doubtful`: total or `first` may be off, since a row came from, or left to, where this window does not look.
    `stamp` grows with each replacement; the newest window of a section is where its agent looks."""

    __slots__ = ("doubtful", "first", "high", "keys", "low", "rows", "stale", "stamp", "total")

    def __init__(self) -> None:
        self.rows: list[CaseRow] = []
        self.keys: list[Cursor] = []
        self.first = 0
        self.total: int | None = None
        self.low: Cursor | None = None
        self.high: Cursor | None = None
        self.stale = False
        self.doubtful = False
        self.stamp = 0

    @property
    def end(self) -> int:
        """Index after the last held row."""
        return self.first + len(self.rows)

    @property
    def complete(self) -> bool:
        """Every row of the section is held."""
        return self.total is not None and self.low is None and self.high is None

    def covers(self, key: Cursor) -> bool:
        """Whether a row with this key would be held if it existed."""
        return (self.low is None or self.low <= key) and (self.high is None or key <= self.high)

    def find(self, row: CaseRow) -> int | None:
        """Place of a held row within `rows`."""
        at = bisect_left(self.keys, sort_key(row))
        return at if at < len(self.rows) and self.rows[at].id == row.id else None

    def take_out(self, row: CaseRow, *, leaves: bool) -> None:
        """Drop a held row; `leaves`: it left the section, not only the window."""
        at = self.find(row)
        if at is None:
            return
        del self.rows[at], self.keys[at]
        if leaves and self.total is not None:
            self.total -= 1

    def put_in(self, row: CaseRow, *, known_new: bool) -> bool:
        """Place a row of this section; True when it is held now. `known_new`: it was not in the section before, so the
        total grows; else the total is in doubt unless the window is complete."""
        if self.total is None:
            return False
        key = sort_key(row)
        grows = known_new or self.complete
        if not grows:
            self.doubtful = True
        else:
            self.total += 1
        if self.covers(key):
            at = bisect_left(self.keys, key)
            self.rows.insert(at, row)
            self.keys.insert(at, key)
            self.total = max(self.total, self.end)
            return True
        if grows and self.low is not None and key < self.low:
            self.first += 1
        return False

    def move(self, old: CaseRow, row: CaseRow) -> bool:
        """A held row has a new key within its section; True when it is still held."""
        self.take_out(old, leaves=False)
        key = sort_key(row)
        if self.covers(key):
            at = bisect_left(self.keys, key)
            self.rows.insert(at, row)
            self.keys.insert(at, key)
            return True
        if self.low is not None and key < self.low:
            self.first += 1
        return False

    def replace_row(self, old: CaseRow, row: CaseRow) -> None:
        """The same place, newer content."""
        at = self.find(old)
        if at is not None:
            self.rows[at] = row

    def accept(self, query: RowsQuery, page: RowsPage, rows: Sequence[CaseRow], stamp: int) -> list[CaseRow]:
        """Take a page in: joined to what is held when the two touch, else instead of it. `rows`: the page's rows in
        order, as the desk wants them. Answers the rows that fell out."""
        keys = [sort_key(row) for row in rows]
        low, high = _span(query, page, keys)
        before: list[CaseRow] = []
        after: list[CaseRow] = []
        dropped: list[CaseRow] = []
        extends = query.anchor in ("after", "before")
        touches = extends and self.total is not None and not self.stale and _touch(self, low, high)
        if touches:
            below = 0 if low is None else bisect_left(self.keys, low)
            if query.anchor == "after" and query.cursor is not None:
                below = bisect_right(self.keys, query.cursor)
            above = len(self.keys) if high is None else bisect_right(self.keys, high)
            if query.anchor == "before" and query.cursor is not None:
                above = bisect_left(self.keys, query.cursor)
            before, dropped, after = self.rows[:below], self.rows[below:above], self.rows[max(below, above) :]
            low = None if low is None or self.low is None else min(low, self.low)
            high = None if high is None or self.high is None else max(high, self.high)
        else:
            dropped = self.rows
            self.stamp = stamp
        fresh = {row.id for row in rows}
        before = [row for row in before if row.id not in fresh]
        after = [row for row in after if row.id not in fresh]
        self.rows = [*before, *rows, *after]
        self.keys = [sort_key(row) for row in self.rows]
        self.first = max(0, page.first - len(before))
        self.low, self.high = low, high
        if low is None:
            self.first = 0
        self.total = page.total if not (low is None and high is None) else len(self.rows)
        self.total = max(self.total, self.end)
        self.stale = self.doubtful = False
        return [row for row in dropped if row.id not in fresh]

    def trim(self, start: int, stop: int) -> list[CaseRow]:
        """Hold only the indices start..stop; answers the rows that fell out."""
        begin = max(0, start - self.first)
        finish = max(begin, stop - self.first)
        head, tail = self.rows[:begin], self.rows[finish:]
        if begin >= len(self.rows) or finish <= 0 or not (head or tail):
            return []
        self.rows, self.keys = self.rows[begin:finish], self.keys[begin:finish]
        if head:
            self.first += len(head)
            self.low = self.keys[0]
        if tail:
            self.high = self.keys[-1]
        return head + tail


def _span(query: RowsQuery, page: RowsPage, keys: Sequence[Cursor]) -> tuple[Cursor | None, Cursor | None]:
    """The keys between which a page tells everything."""
    if page.total == 0:
        return None, None
    low: Cursor | None = keys[0] if keys else None
    high: Cursor | None = keys[-1] if keys else None
    if query.anchor == "after" and query.cursor is not None:
        low = query.cursor
    if query.anchor == "before" and query.cursor is not None:
        high = query.cursor
    if page.first == 0 and (keys or query.anchor != "after"):
        low = None
    if page.first + len(keys) >= page.total and query.anchor != "before":
        high = None
    return low, high


def _touch(window: Window, low: Cursor | None, high: Cursor | None) -> bool:
    ends_before = high is not None and window.low is not None and high < window.low
    starts_after = low is not None and window.high is not None and low > window.high
    return not (ends_before or starts_after)
