"""The inbox as one list of items: the current view's sections, each the k-way merge of every backend's window. Cases
that several servers have of one person are one row, which stands where the first of them does.
"""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping

from agent_tui.desk.asking import PAGE_ROWS, pages_for
from agent_tui.desk.holding import Shown, flowing, held
from agent_tui.desk.keys import CaseKey
from agent_tui.desk.merging import Stretch, merge
from agent_tui.desk.sections import Sections
from agent_tui.desk.whole_row import whole_row
from agent_tui.domain.frozen import frozen
from agent_tui.domain.known_as import ITSELF
from agent_tui.domain.model import Agent, CaseRow, Directory
from agent_tui.domain.queries import RowsPage, RowsQuery
from agent_tui.domain.views import MINE, Section, View

MAX_HELD = 2000
"""Rows that one window holds at most; beyond, those far from the visible range are dropped."""
PREFETCH = 50


@frozen
class InboxHeader:
    """The line above a section; `total` rows are in it."""

    section: Section
    total: int


@frozen
class InboxRow:
    """One case, or one person's cases at several servers: then `row` is what they say together, and `beside` are the
    others. `draft`: something is written for it; `pending`: unsent orders of it in the outbox; `marked`: the next
    command acts on it. `brand`: whom one speaks for, or which servers have them, `queue`: where it waits for an agent,
    both "" where that goes without saying."""

    key: CaseKey
    row: CaseRow
    draft: bool = False
    pending: int = 0
    marked: bool = False
    brand: str = ""
    queue: str = ""
    beside: tuple[CaseKey, ...] = ()


@frozen
class InboxGap:
    """A row that is not loaded yet."""

    section: Section


Together = Mapping[CaseKey, tuple[CaseKey, ...]]
"""See `persons.grouped`."""
InboxItem = InboxHeader | InboxRow | InboxGap


class Inbox:
    """Items 0..len-1: for each section of the view a header, then its rows (loaded or not)."""

    def __init__(self) -> None:
        self.drafts: set[CaseKey] = set()
        self.pending: dict[CaseKey, int] = {}
        self.marked: dict[CaseKey, CaseRow] = {}
        """Marked cases in the order they were marked, each as it was then."""
        self.servers: dict[str, str] = {}
        """What servers are called."""
        self._directories: dict[str, Directory] = {}
        self._backends: dict[str, bool] = {}
        self.set_view(MINE)

    def set_view(self, view: View) -> None:
        """Start over with another view, channel or filter text."""
        self.view = view
        self._sections = Sections(view)
        self._ghosts: dict[CaseKey, CaseRow] = {}
        self._merged: dict[Section, Stretch] = {}
        self._true: dict[Section, Stretch] = {}
        self._together: Together = {}
        self._shown: dict[Section, Shown] = {section: Shown() for section in view.sections}
        self._places: dict[CaseKey, int] = {}
        self._starts: list[int] = list(range(len(view.sections)))
        self._length = len(view.sections)
        self._held: CaseKey | None = None
        self._free: frozenset[CaseKey] = frozenset()
        self._asked: set[tuple[str, Section]] = set()

    # -- what is shown -------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        """Headers and totals of all sections."""
        self._lay_out()
        return self._length

    def item(self, index: int) -> InboxItem:
        """The item at `index`; IndexError outside 0..len-1."""
        self._lay_out()
        if not 0 <= index < self._length:
            raise IndexError(index)
        at = bisect_right(self._starts, index) - 1
        section = self.view.sections[at]
        place = index - self._starts[at] - 1
        if place < 0:
            return InboxHeader(section, self._count(section))
        shown = self._shown[section]
        offset = place - shown.first
        if not 0 <= offset < len(shown.keys):
            return InboxGap(section)
        key = shown.keys[offset]
        row = self.row(key)
        if row is None:
            return InboxGap(section)
        brand, queue = self._of(key, row)
        beside = self.beside(key)
        if not beside:
            return InboxRow(key, row, key in self.drafts, self.pending.get(key, 0), key in self.marked, brand, queue)
        every = (key, *beside)
        held = [found for other in beside if (found := self.row(other)) is not None]
        drafts, marked = not self.drafts.isdisjoint(every), not self.marked.keys().isdisjoint(every)
        pending = sum(self.pending.get(one, 0) for one in every)
        brand = " + ".join(self.servers.get(one.backend, one.backend) for one in every)
        return InboxRow(key, whole_row(row, held), drafts, pending, marked, brand, queue, beside)

    def beside(self, key: CaseKey) -> tuple[CaseKey, ...]:
        """The cases of other servers that stand in the row of this one, as the view holds them."""
        self._lay_out()
        return tuple(other for other in self._together.get(key, ()) if other != key)

    def directory(self, backend: str, known: Directory) -> None:
        """Rows name their brand, and the queue where they wait, where there are several of a backend."""
        self._directories.pop(backend, None)
        if len(known.brand_titles) > 1 or len(known.queues) > 1:
            self._directories[backend] = known

    def _of(self, key: CaseKey, row: CaseRow) -> tuple[str, str]:
        """What brand and queue of a row are called, "" where that goes without saying."""
        known = self._directories.get(key.backend)
        if known is None:
            return "", ""
        brand = dict(known.brand_titles).get(row.brand, "") if len(known.brand_titles) > 1 else ""
        waits = not row.owner and row.stage == "us" and len(known.queues) > 1
        queue = known.queue_of(row) if waits else None
        return brand, queue.name if queue is not None else ""

    def index_of(self, key: CaseKey) -> int | None:
        """Where a loaded row is shown now."""
        self._lay_out()
        return self._places.get(self._shown_as(key))

    def row(self, key: CaseKey) -> CaseRow | None:
        """A row that is held, shown or not."""
        found = self._sections.rows.get(key)
        return found[1] if found is not None else self._ghosts.get(key)

    def rows(self) -> Iterator[tuple[CaseKey, Section, CaseRow]]:
        """Every held row, in true order within each section."""
        for section in self.view.sections:
            for key in self._stretch(section).keys:
                yield key, section, self._sections.rows[key][1]

    def totals(self) -> tuple[tuple[Section, int], ...]:
        """Rows per section, all backends together."""
        return tuple((section, self._count(section)) for section in self.view.sections)

    def twice(self) -> dict[Section, int]:
        """How many cases of each section stand in another server's row, as far as they are held."""
        self._lay_out()
        sections = self._together and self.view.sections
        return {section: self._merged[section].count - self._true[section].count for section in sections or ()}

    def _count(self, section: Section) -> int:
        return self._sections.count(section) - self.twice().get(section, 0)

    def total_of(self, backend: str, section: Section) -> int | None:
        """Rows of a section at one backend; None when it never said."""
        window = self._sections.windows.get(section, {}).get(backend)
        return window.total if window is not None else None

    # -- nothing moves that the user did not move ---------------------------------------------------------------------

    def hold(self, key: CaseKey | None) -> None:
        """The cursor rests on `key`: from now on nothing moves rows above or at it, until `settle()`. Moving the cursor
        is `hold(new key)`; None lets everything flow."""
        self._lay_out()
        self._held = key = self._shown_as(key) if key is not None else None
        if key is None:
            self._flow()

    @property
    def held(self) -> CaseKey | None:
        return self._held

    def settle(self) -> bool:
        """Take the true order now; True if anything moved."""
        self._lay_out()
        moved = self.order_changed
        self._flow()
        return moved

    def release(self, key: CaseKey) -> None:
        """Its own agent moved this row: it takes its true place at once, the others stay."""
        self._lay_out()
        key = self._shown_as(key)
        self._ghosts.pop(key, None)
        for section, shown in self._shown.items():
            if key in shown.keys:
                at = shown.keys.index(key)
                self._shown[section] = Shown(
                    shown.first, shown.keys[:at] + shown.keys[at + 1 :], shown.count - 1, shown.differs
                )
                self._sections.dirty.add(section)
        if key in self._sections.rows:
            self._free |= {key}
            self._sections.dirty.add(self._sections.rows[key][0])

    def release_known(self, itself: str) -> None:
        """The agent said who a customer of another server is, or is not: those rows come and go at once."""
        for key, (_, row) in tuple(self._sections.rows.items()):
            if ITSELF + itself in row.known_as:
                self.release(key)

    @property
    def order_changed(self) -> bool:
        """Whether `settle()` would move anything: the mark "order changed"."""
        self._lay_out()
        return any(shown.differs for shown in self._shown.values())

    @property
    def unshown(self) -> int:
        """Loaded rows that came above the cursor: `settle()` would show them."""
        self._lay_out()
        shown = {key for section in self._shown.values() for key in section.keys}
        return sum(key not in shown for section in self._true.values() for key in section.keys)

    # -- what to ask ---------------------------------------------------------------------------------------------------

    def wanted(self, start: int, stop: int) -> list[tuple[str, RowsQuery]]:
        """What to ask (backend, query) so that items start..stop are loaded; [] when loaded or already asked.
        Marks them as asked: tell `unanswered` when no page will come."""
        self._lay_out()
        out: list[tuple[str, RowsQuery]] = []
        for section, begin in zip(self.view.sections, self._starts, strict=True):
            windows = {name: self._sections.window(name, section) for name, up in self._backends.items() if up}
            first, last = start - begin - 1 - PREFETCH, stop - begin - 1 + PREFETCH
            for name, query in pages_for(self.view, section, windows, self._stretch(section), first, last):
                if (name, section) not in self._asked:
                    self._asked.add((name, section))
                    out.append((name, query))
        self._trim(start, stop)
        return out

    def unanswered(self, backend: str, query: RowsQuery) -> None:
        """No page will come for this query."""
        self._asked.discard((backend, query.section))

    def doubts(self, backend: str) -> list[RowsQuery]:
        """Small questions that set the place of windows right that do not start at their section's start."""
        out = []
        for section, windows in self._sections.windows.items():
            window = windows.get(backend)
            if window is not None and window.doubtful and window.first > 0 and (backend, section) not in self._asked:
                self._asked.add((backend, section))
                cursor = (window.keys[0][0], "") if window.keys else window.low
                out.append(RowsQuery(section, self.view.channel, self.view.text, "after", cursor, limit=PAGE_ROWS // 4))
        return out

    def doubtful(self, backend: str) -> bool:
        """Some total of this backend may be off."""
        return any(window.doubtful for window in self._sections.of(backend))

    def never_mind(self, backend: str) -> None:
        """Its totals will not be told: keep what is counted here."""
        for window in self._sections.of(backend):
            window.doubtful = False

    # -- what came -----------------------------------------------------------------------------------------------------

    def line(self, backend: str, up: bool) -> None:
        """A backend came up or went down; what is held stays."""
        self._backends[backend] = up
        self._asked = {asked for asked in self._asked if asked[0] != backend}
        self._sections.dirty.update(self.view.sections)

    def stale(self, backend: str) -> None:
        """What is held of this backend may be old; it stays visible until fresh pages come."""
        for window in self._sections.of(backend):
            window.stale = True

    def page(self, backend: str, query: RowsQuery, page: RowsPage) -> bool:
        """A page came; False when it is for a view that is no longer shown. Rows newer than the page must be placed
        again (`place`) after it: the page holds the truth as of its own seq."""
        mine = (query.channel, query.text) == (self.view.channel, self.view.text)
        if not mine or query.section not in self._sections.windows:
            return False
        self._asked.discard((backend, query.section))
        self._sections.page(backend, query, page)
        for row in page.rows:
            self._ghosts.pop(CaseKey(backend, row.id), None)
        return True

    def total(self, backend: str, section: Section, total: int) -> None:
        """The backend says how many rows a section holds."""
        self._sections.total(backend, section, total)

    def place(self, backend: str, row: CaseRow, me: Agent, *, known_new: bool = False) -> bool | None:
        """The newest row of a case: None when nothing of it is shown, False when it changed in place, True when it
        moved, came or left."""
        key = CaseKey(backend, row.id)
        ghost = self._ghosts.get(key)
        if ghost is not None and ghost.version >= row.version:
            return None
        before = self._sections.rows.get(key)
        placed = self._sections.place(backend, row, me, known_new=known_new)
        if before is not None and before[1].known_as != row.known_as:
            self._sections.dirty.add(before[0])
        if key in self._sections.rows:
            self._ghosts.pop(key, None)
        elif ghost is not None or (placed.left and self._held is not None):
            self._ghosts[key] = row
        if placed.news:
            return placed.moved
        return False if ghost is not None else None

    # -- layout --------------------------------------------------------------------------------------------------------

    def _stretch(self, section: Section) -> Stretch:
        self._lay_out()
        return self._true.get(section) or Stretch(0, [], 0)

    def _online(self) -> Iterable[str]:
        return [name for name, up in self._backends.items() if up]

    def _flow(self) -> None:
        self._ghosts.clear()
        if self._together:
            self._put_together(frozenset())
        for section in self.view.sections:
            self._shown[section] = flowing(self._true.get(section) or Stretch(0, [], 0))
        self._index()
        if self._held is not None:
            self._held = self._shown_as(self._held)

    def _lay_out(self) -> None:
        """Bring what is shown up to date with what is held; cheap when nothing changed."""
        if not self._sections.dirty:
            return
        dirty, self._sections.dirty = self._sections.dirty, set()
        for section in dirty:
            self._merged[section] = merge(self._sections.windows[section], self._online())
        if len(self._backends) > 1:
            seen = (key for one in self._shown.values() for key in one.keys) if self._held is not None else ()
            dirty |= self._put_together(frozenset(seen))
        else:
            self._true |= {section: self._merged[section] for section in dirty}
        free, self._free = self._free, frozenset()
        owner = next((s for s, shown in self._shown.items() if self._held in shown.keys), None) if self._held else None
        above = owner is not None
        for section in self.view.sections:
            if section == owner:
                above = False
            if section not in dirty:
                continue
            true = self._true[section]
            shown = self._shown[section]
            if self._held is None:
                self._shown[section] = flowing(true)
                continue
            # with the held row moved or gone by its own agent's act the others stay, as what flows in one section
            # would show rows that still stand in another
            floor = sys.maxsize if above else 0
            if section == owner:
                floor = shown.first + shown.keys.index(self._held) + 1
            elsewhere = self._elsewhere(section)
            self._shown[section] = held(shown, true, floor, self._known, elsewhere.__contains__, free)
        self._index()

    def _put_together(self, shown: frozenset[CaseKey]) -> set[Section]:
        """One row for each person; the sections that stand otherwise now. Of several cases the row is the one that is
        `shown` already, so that it does not change under the agent's eyes, else the first."""
        # a desk with one server does without
        from agent_tui.desk.persons import grouped

        rows = self._sections.rows
        order = [key for section in self.view.sections for key in self._merged[section].keys]
        self._together = grouped((key, rows[key][1]) for key in order)
        stands: dict[CaseKey, CaseKey] = {}
        for group in self._together.values():
            seen = [key for key in group if key in shown]
            stands[group[0]] = self._held if self._held in seen else seen[0] if seen else group[0]
        changed = set()
        for section in self.view.sections:
            merged = self._merged[section]
            keys = [stands.get(key, key) for key in merged.keys if self._together.get(key, (key,))[0] == key]
            true = Stretch(merged.first, keys, merged.count - (len(merged.keys) - len(keys)), merged.low, merged.high)
            if self._true.get(section) != true:
                self._true[section] = true
                changed.add(section)
        return changed

    def _shown_as(self, key: CaseKey) -> CaseKey:
        """The case whose row shows this one."""
        return next((one for one in (key, *self._together.get(key, ())) if one in self._places), key)

    def _known(self, key: CaseKey) -> bool:
        return key in self._sections.rows or key in self._ghosts

    def _elsewhere(self, section: Section) -> set[CaseKey]:
        return {key for other, shown in self._shown.items() if other != section for key in shown.keys}

    def _index(self) -> None:
        self._starts, self._places = [], {}
        at = 0
        for section in self.view.sections:
            self._starts.append(at)
            shown = self._shown[section]
            for offset, key in enumerate(shown.keys, at + 1 + shown.first):
                self._places[key] = offset
            at += 1 + shown.count
        self._length = at

    def _trim(self, start: int, stop: int) -> None:
        """Bound every window: keep what is around the visible range."""
        for section, begin in zip(self.view.sections, self._starts, strict=True):
            windows = self._sections.windows[section]
            for name, window in windows.items():
                if len(window.rows) <= MAX_HELD:
                    continue
                middle = (start + stop) // 2 - begin - 1
                if len(windows) > 1:
                    shown = self._shown[section]
                    middle = window.first + sum(k.backend == name for k in shown.keys[: max(0, middle - shown.first)])
                self._sections.trim(name, section, middle, MAX_HELD // 2)
