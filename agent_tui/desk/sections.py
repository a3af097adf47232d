"""What is held of a view: each backend's window of each section, and every row in them once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from agent_tui.desk.keys import CaseKey
from agent_tui.desk.windows import Window
from agent_tui.domain.model import Agent, CaseRow
from agent_tui.domain.queries import RowsPage, RowsQuery
from agent_tui.domain.views import Section, View, shows, sort_key


class Placed(NamedTuple):
    """What a newer row did. `news`: it changed something held; `moved`: order or length; `left`: it is held no more."""

    news: bool
    moved: bool = False
    left: bool = False


NOTHING = Placed(False)


class Sections:
    """Windows and rows of one view. `dirty`: sections whose order or length changed since somebody looked."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.windows: dict[Section, dict[str, Window]] = {section: {} for section in view.sections}
        self.rows: dict[CaseKey, tuple[Section, CaseRow]] = {}
        self.dirty: set[Section] = set(view.sections)
        self._stamp = 0

    def window(self, backend: str, section: Section) -> Window:
        """The window of a backend; an empty one before anything was asked."""
        return self.windows[section].setdefault(backend, Window())

    def of(self, backend: str) -> Iterator[Window]:
        """All windows of a backend."""
        return (windows[backend] for windows in self.windows.values() if backend in windows)

    def count(self, section: Section) -> int:
        """Rows that a section has at all backends together."""
        return sum(window.total or 0 for window in self.windows[section].values())

    def is_stale(self, key: CaseKey) -> bool:
        """Whether this row's window waits for a fresh page."""
        found = self.rows.get(key)
        return found is not None and self.window(key.backend, found[0]).stale

    def page(self, backend: str, query: RowsQuery, page: RowsPage) -> None:
        """Take in a page of this view. Rows newer than the page must be placed again after it."""
        section = query.section
        rows = []
        for row in page.rows:
            key = CaseKey(backend, row.id)
            found = self.rows.pop(key, None)
            if found is not None:
                self.window(backend, found[0]).take_out(found[1], leaves=found[0] != section)
                self.dirty.add(found[0])
            rows.append(row)
        rows.sort(key=sort_key)
        self._stamp += 1
        for row in self.window(backend, section).accept(query, page, rows, self._stamp):
            self.rows.pop(CaseKey(backend, row.id), None)
        for row in rows:
            self.rows[CaseKey(backend, row.id)] = (section, row)
        self.dirty.add(section)

    def total(self, backend: str, section: Section, total: int) -> None:
        """The backend says how many rows a section holds; a window that is complete knows better."""
        window = self.windows.get(section, {}).get(backend)
        if window is None or window.total is None or window.complete:
            return
        window.doubtful = window.doubtful and window.first > 0
        if window.total != total:
            window.total = max(total, window.end)
            if window.high is None and window.total > window.end:
                window.high = window.keys[-1] if window.keys else window.low
            self.dirty.add(section)

    def place(self, backend: str, row: CaseRow, me: Agent, *, known_new: bool) -> Placed:
        """Put the newest row of a case where it belongs."""
        key = CaseKey(backend, row.id)
        found = self.rows.get(key)
        if found is not None and found[1].version >= row.version and not self.is_stale(key):
            return NOTHING
        section = shows(self.view, row, me)
        if found is None:
            # Where it was before is not known: it may have been in a section, beyond what is held of it.
            for window in self.of(backend):
                if window.total is not None and not window.complete:
                    window.doubtful = True
            arrived = self._arrive(key, row, section, known_new)
            return Placed(arrived, arrived)
        old_section, old = found
        window = self.window(backend, old_section)
        if section == old_section and sort_key(old) == sort_key(row):
            window.replace_row(old, row)
            self.rows[key] = (old_section, row)
            return Placed(True)
        self.dirty.add(old_section)
        if section == old_section:
            if window.move(old, row):
                self.rows[key] = (old_section, row)
            else:
                del self.rows[key]
        else:
            window.take_out(old, leaves=True)
            del self.rows[key]
            self._arrive(key, row, section, True)
        return Placed(True, True, key not in self.rows)

    def _arrive(self, key: CaseKey, row: CaseRow, section: Section | None, known_new: bool) -> bool:
        if section is None:
            return False
        window = self.window(key.backend, section)
        if self.view.text:
            # Only the backend can tell whether it matches.
            window.doubtful = window.stale = True
            return False
        if window.put_in(row, known_new=known_new):
            self.rows[key] = (section, row)
        self.dirty.add(section)
        return True

    def trim(self, backend: str, section: Section, middle: int, count: int) -> None:
        """Hold at most `count` rows around the index `middle` of a window."""
        window = self.window(backend, section)
        middle = max(window.first + count // 2, min(middle, window.end - count // 2))
        for row in window.trim(middle - count // 2, middle + count // 2):
            self.rows.pop(CaseKey(backend, row.id), None)
            self.dirty.add(section)
