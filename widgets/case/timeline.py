"""The timeline of the opened case: from its oldest message held to its newest, then what waits in the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from agent_tui.desk.keys import CaseKey, MessageKey
from agent_tui.desk.open_case import OpenCase
from agent_tui.domain.model import Message
from agent_tui.domain.text import SafeText, clean_line, trusted
from agent_tui.domain.time import Ms
from agent_tui.services.workbench import Workbench
from agent_tui.widgets.case.entries import Earlier, Entry, Item, Owing, Said, Spoken, Talked, items_of
from agent_tui.widgets.case.entry_lines import lines_of
from agent_tui.widgets.case.entry_list import EntryList, Keyed
from agent_tui.widgets.case.host import host
from agent_tui.widgets.case.pieces import NOTHING, LinePieces
from agent_tui.widgets.paint import Paint


def _at(item: Keyed) -> Ms:
    """When an entry happened."""
    if isinstance(item, Said):
        return item.message.at
    if isinstance(item, Talked):
        return item.call.since
    return item.promise.at if isinstance(item, Owing) else 0


def _more_before(case: OpenCase) -> bool:
    """Whether a server has older messages of the person."""
    return any(part.more_before for part in case.parts)


class Timeline(EntryList):
    """`desk.open_case`."""

    def __init__(self, workbench: Workbench, paint: Paint, id: str | None = None) -> None:
        super().__init__(workbench, paint, id)
        self._keys: frozenset[CaseKey] = frozenset()
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

    def case_under_cursor(self, *, put: bool) -> CaseKey | None:
        """Which of the person's cases the marked message is in; None where that goes without saying. `put`: only where
        the agent put the cursor there."""
        entry = self._entry_at(self._cursor_place())
        return entry.of if isinstance(entry, Said) and not (put and self._cursor is None) else None

    def keys_in_sight(self) -> frozenset[MessageKey]:
        """Messages with a line on the screen."""
        case = self.workbench.desk.open_case
        home = case.key.backend if case is not None else ""
        said = self.messages_in_sight()
        return frozenset((one.of.backend if one.of is not None else home, one.message.id) for one in said)

    @property
    def chosen(self) -> Message | None:
        """The message that the agent put the cursor on; None while it just rests at the end."""
        return self.under_cursor if self._cursor is not None else None

    def take(self) -> None:
        """The case, or what is in it, may be another."""
        case = self.workbench.desk.open_case
        keys = frozenset(part.key for part in case.parts) if case is not None else frozenset()
        if keys.isdisjoint(self._keys):
            self._restart()
        self._keys = keys
        first = self._first
        self._rebuild()
        if case is not None and not case.loading and (not _more_before(case) or first != self._first):
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
        keys = [self._mark(case.key) + key for key in (id, f"call:{id}", f"promise:{id}")]
        place = next((self._places[key] for key in keys if key in self._places), None)
        if place is None:
            later = (place for place in self._chosen if _at(self._items[place]) >= at)
            place = next(later, self._chosen[-1])
        self._at_end = False
        self._put_cursor(place)

    def fold(self) -> None:
        """Unfold quotes and recipients of the message under the cursor, or fold them again."""
        entry = self._entry_at(self._cursor_place())
        if isinstance(entry, Said):
            self._cursor = entry.key
            self._unfolded ^= {entry.key}
            self._rebuild(keep=entry.key)

    # -- what it consists of

    def build(self) -> Sequence[Item]:
        case = self.workbench.desk.open_case
        if case is None:
            return ()
        spoken = {part.key.backend: self._spoken(part.key, bool(case.beside)) for part in case.parts}
        return items_of(case, self.workbench.time.now(), host(self).settings.zone, spoken, self._unfolded)

    def _spoken(self, key: CaseKey, several: bool) -> Spoken:
        state = self.workbench.desk.backends.get(key.backend)
        if state is None:
            return Spoken({}, "")
        server = clean_line(state.name) if several else NOTHING
        reasons = dict(state.directory.breach_reasons)
        me = state.me.id if state.me is not None else ""
        return Spoken(state.directory.names, me, self._mark(key), server, reasons)

    def _mark(self, key: CaseKey) -> str:
        """What keys of a server's entries begin with: ids are unique within a server only."""
        home = next(iter(self.workbench.desk.backends), key.backend)
        return "" if key.backend == home else f"{key.backend}:"

    def laid_out(self, item: Keyed, width: int) -> tuple[LinePieces, ...]:
        zone = host(self).settings.zone
        return lines_of(cast(Item, item), width, zone, self.paint.bidi, self.paint.from_right)

    def choosable(self, item: Keyed) -> bool:
        return isinstance(item, Entry)

    def is_rule(self, item: Keyed) -> bool:
        return not isinstance(item, Entry | Earlier)

    def older(self) -> bool:
        case = self.workbench.desk.open_case
        if case is None or not _more_before(case) or self._asked_older:
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
