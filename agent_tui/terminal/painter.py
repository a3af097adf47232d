"""From what the terminal shows to what it should show, in few bytes: changed runs, scroll regions, erased blanks."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from operator import ne

from agent_tui.terminal.cells import CONTINUED, NO_GLYPH, PLAIN, RAW, GlyphTable, Kind, Pen, change_pen, shows_blank

#: A gap of equal cells up to this long is cheaper written again than jumped over (a jump is 4 to 8 bytes).
GAP = 4
#: Blanks at the end of a row worth an EL (3 bytes), and inside it worth an ECH and a jump (4-5 bytes each).
ERASE_END, ERASE_INSIDE = 4, 12
#: Moved rows worth looking for, and cells a scroll must save to be worth its 20-odd bytes.
MOVED_ROWS, SCROLL_SAVES = 3, 40


def changed_span(old: str, new: str) -> tuple[int, int]:
    """(first, after the last) of the cells in which two different rows of equal length differ. By halving: strings
    compare faster than their cells."""
    first, stop = 0, len(new)
    while first < stop:
        middle = (first + stop + 1) // 2
        if old[first:middle] == new[first:middle]:
            first = middle
        else:
            stop = middle - 1
    start, last = first, len(new)
    while start < last:
        middle = (start + last) // 2
        if old[middle:last] == new[middle:last]:
            last = middle
        else:
            start = middle + 1
    return first, last


def _differing(old: str, new: str) -> int:
    """How many cells differ."""
    return 0 if old == new else sum(map(ne, old, new))


class Painter:
    """Writes one frame. Begins and ends with a plain pen; the place of the cursor is carried from frame to frame."""

    def __init__(self, table: GlyphTable, erases_with_colour: bool) -> None:
        self._table = table
        self._bce = erases_with_colour
        self._x: int | None = None  # None: not known
        self._y: int | None = None
        self._pen: Pen = PLAIN
        self._out: list[str] = []
        self._width = 0

    def lose_cursor(self) -> None:
        self._x = self._y = None

    def paint(self, shown: list[str], wanted: list[str], cursor: tuple[int, int], extra: str = "") -> str:
        """The bytes that turn `shown` into `wanted` (rows of equal length; `shown` is brought up to date).

        `extra` is written after the cells (pictures); the cursor is then put at `cursor` (column, row). Empty if
        nothing has to change.
        """
        self._out = []
        self._pen = PLAIN
        self._width = len(wanted[0])
        changed = [y for y, row in enumerate(wanted) if row != shown[y]]
        if len(changed) > MOVED_ROWS:
            self._scroll(shown, wanted, changed)
        for y in changed:
            if wanted[y] != shown[y]:
                self._row(y, shown[y], wanted[y])
                shown[y] = wanted[y]
        self._use(PLAIN)
        if extra:
            self._out.append(extra)
            self.lose_cursor()
        self._move(*cursor)
        return "".join(self._out)

    # -- scrolling

    def _scroll(self, shown: list[str], wanted: list[str], changed: list[int]) -> None:
        """Move rows inside the terminal if that leaves less to write."""
        found = self._find_move(shown, wanted, changed)
        if found is None:
            return
        move, top, bottom = found
        rows = range(top, bottom + 1)
        if any(RAW in shown[y] or RAW in wanted[y] for y in rows):  # one picture is not another
            return
        empty = self._table.space * len(wanted[0])
        moved = [shown[y + move] if top <= y + move <= bottom else empty for y in rows]
        before = sum(_differing(shown[y], wanted[y]) for y in rows)
        after = sum(_differing(row, wanted[y]) for y, row in zip(rows, moved, strict=True))
        if before - after < SCROLL_SAVES + abs(move):
            return
        whole = top == 0 and bottom == len(wanted) - 1
        if not whole:
            self._out.append(f"\x1b[{top + 1};{bottom + 1}r")
            self.lose_cursor()
        # A line feed on the last line and a reverse index on the first one scroll on every terminal (SU/SD do not).
        if move > 0:
            self._move(0, bottom)
            self._out.append("\n" * move)
        else:
            self._move(0, top)
            self._out.append("\x1bM" * -move)
        if whole:
            self._x = 0
        else:
            self._out.append("\x1b[r")  # homes the cursor, but not on every emulator
            self.lose_cursor()
        shown[top : bottom + 1] = moved
        changed[:] = sorted({*changed, *rows})

    def _find_move(self, shown: list[str], wanted: list[str], changed: list[int]) -> tuple[int, int, int] | None:
        """(rows to move up by, top, bottom) for the commonest move of rows, judged by the columns that change."""
        left, right = self._changed_columns(shown, wanted, changed)
        blank = self._table.space * (right - left)
        places: dict[str, list[int]] = {}
        for y in changed:
            places.setdefault(shown[y][left:right], []).append(y)
        places.pop(blank, None)
        votes: Counter[int] = Counter()
        for y in changed:
            for source in places.get(wanted[y][left:right], ()):
                votes[source - y] += 1
        votes.pop(0, None)
        if not votes:
            return None
        move, count = votes.most_common(1)[0]
        if count < MOVED_ROWS:
            return None
        targets = [y for y in changed if y + move in places.get(wanted[y][left:right], ())]
        top = min(targets[0], targets[0] + move)
        bottom = max(targets[-1], targets[-1] + move)
        return move, top, bottom

    @staticmethod
    def _changed_columns(shown: list[str], wanted: list[str], changed: list[int]) -> tuple[int, int]:
        spans = [changed_span(shown[y], wanted[y]) for y in changed]
        return min(start for start, _ in spans), max(end for _, end in spans)

    # -- one row

    def _row(self, y: int, old: str, new: str) -> None:
        width = len(new)
        start, stop = changed_span(old, new)
        end = start + 1
        for x, (was, is_) in enumerate(zip(old[end:stop], new[end:stop], strict=True), end):
            if was == is_:
                continue
            if x - end > GAP:
                if self._run(y, start, end, old, new):
                    return
                start = x
            end = x + 1
        while end < width and new[end] == CONTINUED:
            end += 1
        self._run(y, start, end, old, new)

    def _run(self, y: int, start: int, end: int, old: str, new: str) -> bool:
        """Write the cells from `start` to `end`; True if the rest of the row went with them."""
        while start and new[start] == CONTINUED:
            start -= 1
        x = start
        kinds, texts = self._table.kind, self._table.text
        for kind, group in groupby(new[start:end], kinds.__getitem__):
            cells = "".join(group)
            at, x = x, x + len(cells)
            if kind is NO_GLYPH:
                continue
            if kind.blank:
                if self._blanks(y, at, x, end, new, kind.pen):
                    return True
                continue
            if kind.pen != self._pen and old[at:x] == cells:
                continue  # a gap is only bridged with the pen in hand
            if kind.sure and kind.width == 1:
                self._begin(at, y, kind.pen)
                self._out.append("".join([texts[cell] for cell in cells]))
                self._x = x if x < self._width else None
            else:
                self._one_by_one(y, at, cells, kind)
        return False

    def _blanks(self, y: int, at: int, stop: int, end: int, new: str, pen: Pen) -> bool:
        """Write or erase blanks; True if they were erased up to the end of the row."""
        count = stop - at
        erases = self._bce or not pen.background
        if erases and stop == end:
            cell, width = new[at], len(new)
            while stop < width and new[stop] == cell:
                stop += 1
            if stop == width and width - at >= ERASE_END:
                self._begin_blank(at, y, pen)
                self._out.append("\x1b[K")
                return True
        self._begin_blank(at, y, pen)
        if erases and count >= ERASE_INSIDE:
            self._out.append(f"\x1b[{count}X")
        else:
            self._out.append(" " * count)
            self._x = at + count if at + count < self._width else None
        return False

    def _one_by_one(self, y: int, at: int, cells: str, kind: Kind) -> None:
        """Wide glyphs, and those that some terminals draw wider than others: these do not shift what follows."""
        for x, cell in enumerate(cells, at):
            self._begin(x, y, kind.pen)
            self._out.append(self._table.text[cell])
            self._x = x + kind.width if kind.sure and x + kind.width < self._width else None

    def _begin(self, x: int, y: int, pen: Pen) -> None:
        self._move(x, y)
        self._use(pen)

    def _begin_blank(self, x: int, y: int, pen: Pen) -> None:
        self._move(x, y)
        if not shows_blank(self._pen, pen.background):
            self._use(pen)

    def _use(self, pen: Pen) -> None:
        if pen is not self._pen:
            self._out.append(change_pen(self._pen, pen))
            self._pen = pen

    def _move(self, x: int, y: int) -> None:
        if self._x == x and self._y == y:
            return
        if self._y == y and self._x is not None and x > self._x:
            distance = x - self._x
            self._out.append("\x1b[C" if distance == 1 else f"\x1b[{distance}C")
        elif self._y == y:
            self._out.append("\r" if x == 0 else f"\x1b[{x + 1}G")
        elif self._y is not None and self._y + 1 == y and x == 0:
            self._out.append("\r\n")
        else:
            self._out.append(f"\x1b[{y + 1}H" if x == 0 else f"\x1b[{y + 1};{x + 1}H")
        self._x, self._y = x, y
