"""The inbox as one list of items: the current view's sections, each the k-way merge of every backend's window."""

from __future__ import annotations

from dataclasses import dataclass

from agent_tui.desk.keys import CaseKey
from agent_tui.domain.model import CaseRow
from agent_tui.domain.queries import RowsQuery
from agent_tui.domain.views import MINE, Section, View


@dataclass(frozen=True, slots=True)
class InboxHeader:
    """The line above a section; `total` rows are in it."""

    section: Section
    total: int


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One case. `draft`: something is written for it; `pending`: unsent orders of it in the outbox."""

    key: CaseKey
    row: CaseRow
    draft: bool = False
    pending: int = 0


@dataclass(frozen=True, slots=True)
class InboxGap:
    """A row that is not loaded yet."""

    section: Section


InboxItem = InboxHeader | InboxRow | InboxGap


class Inbox:
    """Items 0..len-1: for each section of the view a header, then its rows (loaded or not)."""

    def __init__(self) -> None:
        self.view: View = MINE

    def __len__(self) -> int:
        """Headers and totals of all sections."""
        return len(self.view.sections)

    def item(self, index: int) -> InboxItem:
        """The item at `index`; IndexError outside 0..len-1."""
        return InboxHeader(self.view.sections[index], 0)

    def index_of(self, key: CaseKey) -> int | None:
        """Where a loaded row is shown now."""
        return None

    def row(self, key: CaseKey) -> CaseRow | None:
        """A row that is held, shown or not."""
        return None

    def totals(self) -> tuple[tuple[Section, int], ...]:
        """Rows per section, all backends together."""
        return tuple((section, 0) for section in self.view.sections)

    def wanted(self, start: int, stop: int) -> list[tuple[str, RowsQuery]]:
        """What to ask (backend, query) so that items start..stop are loaded; [] when loaded or already asked.
        Marks them as asked."""
        return []

    def hold(self, key: CaseKey | None) -> None:
        """The cursor rests on `key`: from now on nothing moves rows above or at it, until `settle()`. Moving the cursor is
        `hold(new key)`; None lets everything flow."""

    def settle(self) -> bool:
        """Take the true order now; True if anything moved."""
        return False

    @property
    def order_changed(self) -> bool:
        """Whether `settle()` would move anything: the mark "order changed"."""
        return False
