"""The timeline of the opened case: from its oldest message held to its newest, then what waits in the outbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from agent_tui.desk.keys import CaseKey
from agent_tui.domain.model import Message
from agent_tui.domain.text import SafeText, trusted
from agent_tui.domain.time import Ms
from agent_tui.services.workbench import Workbench
from agent_tui.widgets.case.entries import Earlier, Entry, Item, Owing, Said, Talked, items_of
from agent_tui.widgets.case.entry_lines import lines_of
from agent_tui.widgets.case.entry_list import EntryList, Keyed
from agent_tui.widgets.case.host import host
from agent_tui.widgets.case.pieces import LinePieces
from agent_tui.widgets.paint import Paint


def _at(item: Keyed) -> Ms:
    """When an entry happened."""
    if isinstance(item, Said):
        return item.message.at
    if isinstance(item, Talked):
        return item.call.since
    return item.promise.at if isinstance(item, Owing) else 0


class Timeline(EntryList):
    """`desk.open_case`."""

    def __init__(self, workbench: Workbench, paint: Paint, id: str | None = None) -> None:
        super().__init__(workbench, paint, id)
        self._key: CaseKey | None = None
        self._asked_older = False

    # -- what others ask

    @property
    def under_cursor(self) -> Message | None:
        """The marked message, else the last one."""
        entry = self._entry_at(self._cursor_place())
        if isinstance(entry, Said):
            return entry.message
        case = self.workbench.desk.open_case
        if isinstance(entry, Talked):
            return None
        return case.messages[-1] if case is not None and case.messages else None

    @property
    def chosen(self) -> Message | None:
        """The message that the agent put the cursor on; None while it just rests at the end."""
        return self.under_cursor if self._cursor is not None else None

    def take(self) -> None:
        """The case, or what is in it, may be another."""
        case = self.workbench.desk.open_case
        key = case.key if case is not None else None
        if key != self._key:
            self._key = key
            self._restart()
        first = self._first
        self._rebuild()
        if case is not None and not case.loading and (not case.more_before or first != self._first):
            self._asked_older = False

    def _rebuild(self, keep: str | None = None) -> None:
        super()._rebuild(keep)
        self._go_to_sought()

    def _go_to_sought(self) -> None:
        """Put the cursor on what is sought, or on what came next, as soon as it is held."""
        case = self.workbench.desk.open_case
        if case is None or case.sought is None or case.loading or case.seeking or not self._chosen:
            return
        at, id = case.sought
        case.sought = None
        keys = (id, f"call:{id}", f"promise:{id}")
        place = next((self._places[key] for key in keys if key in self._places), None)
        if place is None:
            later = (place for place in self._chosen if _at(self._items[place]) >= at)
            place = next(later, self._chosen[-1])
        self._at_end = False
        self._put_cursor(place)

    def fold(self) -> None:
        """Unfold quotes and recipients of the message under the cursor, or fold them again."""
        message = self.under_cursor
        if message is not None:
            self._cursor = message.id
            self._unfolded ^= {message.id}
            self._rebuild(keep=message.id)

    # -- what it consists of

    def build(self) -> Sequence[Item]:
        case = self.workbench.desk.open_case
        if case is None:
            return ()
        state = self.workbench.desk.backends.get(case.key.backend)
        names: Mapping[str, str] = state.directory.names if state is not None else {}
        me = state.me.id if state is not None and state.me is not None else ""
        return items_of(case, self.workbench.time.now(), host(self).settings.zone, names, me, self._unfolded)

    def laid_out(self, item: Keyed, width: int) -> tuple[LinePieces, ...]:
        zone = host(self).settings.zone
        return lines_of(cast(Item, item), width, zone, self.paint.bidi, self.paint.from_right)

    def choosable(self, item: Keyed) -> bool:
        return isinstance(item, Entry)

    def is_rule(self, item: Keyed) -> bool:
        return not isinstance(item, Entry | Earlier)

    def older(self) -> bool:
        case = self.workbench.desk.open_case
        if case is None or not case.more_before or self._asked_older:
            return False
        self._asked_older = True
        self.workbench.load_older()
        return True

    def emptiness(self) -> SafeText | None:
        case = self.workbench.desk.open_case
        if case is None:
            return None
        if case.missing:
            return trusted(" this case is not there any more")
        return trusted(" asking for the messages") if case.loading else trusted(" nothing was said yet")
