"""The history of the open case's customer: all that happened with them on one time line, in the timeline's place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from agent_tui.desk.keys import CaseKey
from agent_tui.desk.past import Past
from agent_tui.domain.model import Message
from agent_tui.domain.past import PastEntry
from agent_tui.domain.text import SafeText, trusted
from agent_tui.services.workbench import Workbench
from agent_tui.widgets.case.entries import Earlier, Said
from agent_tui.widgets.case.entry_list import EntryList, Keyed
from agent_tui.widgets.case.host import host
from agent_tui.widgets.case.past_entries import Heading, PastItem, PastItems, Reading, group_of
from agent_tui.widgets.case.past_lines import past_lines
from agent_tui.widgets.case.pieces import LinePieces
from agent_tui.widgets.paint import Paint

AHEAD = 3
"""Older pages are asked for while there are fewer screens than that above."""


class History(EntryList):
    """`desk.past`. Conversations fold one by one or all together."""

    def __init__(self, workbench: Workbench, paint: Paint, id: str | None = None) -> None:
        super().__init__(workbench, paint, id)
        self._past: Past | None = None
        self._made = PastItems()
        self._folded_all = False
        self._others: frozenset[str] = frozenset()
        self._filter = ""

    # -- what others ask

    @property
    def entry(self) -> PastEntry | None:
        """What the cursor is on, or the last thing that is shown."""
        place = self._cursor_place()
        return self._made.entries.get(self._items[place].key) if place >= 0 else None

    @property
    def under_cursor(self) -> Message | None:
        """The marked message, else the last one; None on anything else."""
        item = self._entry_at(self._cursor_place())
        return item.message if isinstance(item, Said) else None

    @property
    def chosen(self) -> Message | None:
        """The message that the agent put the cursor on."""
        return self.under_cursor if self._cursor is not None else None

    def take(self) -> None:
        """The history, or what is in it, may be another."""
        past = self.workbench.desk.past
        if past is not self._past:
            self._past, self._made = past, PastItems()
            self._folded_all, self._others = False, frozenset()
            self._restart()
        if past is not None and past.channel != self._filter:
            self._at_end, self._cursor = True, None
        self._filter = past.channel if past is not None else ""
        self._rebuild()
        self._look_ahead()

    def fold(self, every: bool = False) -> None:
        """Fold the conversation under the cursor or unfold it, on a message with quotes those; `every`: all of them."""
        place = self._cursor_place()
        item = self._items[place] if place >= 0 else None
        if every:
            self._folded_all, self._others = not self._folded_all, frozenset()
            self._cursor = None
            self._at_end = True
            self._rebuild()
        elif isinstance(item, Said) and item.message.folded:
            self._cursor = item.key
            self._unfolded ^= {item.key}
            self._rebuild(keep=item.key)
        elif item is not None:
            heading = item if isinstance(item, Heading) else self._heading_over(place)
            if heading is not None:
                self._others ^= {heading.group}
                self._cursor = heading.key
                self._rebuild(keep=heading.key)
                if heading.key not in self._places:  # it is one with what is folded above it
                    self._cursor = None
        self._look_ahead()

    def _heading_over(self, place: int) -> Heading | None:
        """The first heading of the run of its conversation: the one that is left when it is folded."""
        found: Heading | None = None
        for item in reversed(self._items[: place + 1]):
            if isinstance(item, Heading):
                if found is not None and item.group != found.group:
                    break
                found = item
        return found

    def place_of_entry(self, key: CaseKey, talks: frozenset[str]) -> CaseKey | None:
        """The case to open for what the cursor is on: the open one (`key`, with conversations `talks`) where it is in
        that."""
        entry, past = self.entry, self.workbench.desk.past
        if entry is None or not entry.case or past is None:
            return None
        here = past.backend == key.backend and (entry.case == key.case or group_of(entry) in talks)
        return key if here else CaseKey(past.backend, entry.case)

    # -- what it consists of

    def build(self) -> Sequence[PastItem]:
        past = self.workbench.desk.past
        if past is None:
            return ()
        state = self.workbench.desk.backends.get(past.backend)
        names: Mapping[str, str] = state.directory.names if state is not None else {}
        me = state.me.id if state is not None and state.me is not None else ""
        now, zone = self.workbench.time.now(), host(self).settings.zone
        reasons = dict(state.directory.breach_reasons) if state is not None else {}
        reading = Reading(now, zone, names, me, self._folded_all, self._others, self._unfolded, reasons)
        return self._made.of(past, reading)

    def laid_out(self, item: Keyed, width: int) -> tuple[LinePieces, ...]:
        zone = host(self).settings.zone
        return past_lines(cast(PastItem, item), width, zone, self.paint.bidi, self.paint.from_right)

    def choosable(self, item: Keyed) -> bool:
        return not isinstance(item, Earlier)

    def is_rule(self, item: Keyed) -> bool:
        return isinstance(item, Heading)

    def older(self) -> bool:
        past = self.workbench.desk.past
        if past is None or not past.more or past.loading or past.wants_older:
            return False
        self.workbench.load_past()
        return True

    def _scroll_top(self, top: int) -> None:
        super()._scroll_top(top)
        self._look_ahead()

    def _look_ahead(self) -> None:
        """Ask for older ones before they are needed: a page back does not wait for the line."""
        if self.size.height and self.scroll_offset.y < AHEAD * self.size.height and self.display:
            self.older()

    def emptiness(self) -> SafeText | None:
        past = self.workbench.desk.past
        if past is None:
            return None
        return trusted(" asking for the history") if past.loading else trusted(" nothing was said yet")
