"""The list of cases: draws only the lines in sight of an inbox of any length, and keeps the cursor on its case."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import NamedTuple

from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from agent_tui.commands.context import Move
from agent_tui.commands.spec import CALL, GLOBAL, LIST
from agent_tui.desk.changes import Changes
from agent_tui.desk.countdown import is_snoozed, is_soon, next_step, text_of
from agent_tui.desk.handed import giver, is_given
from agent_tui.desk.inbox import Inbox, InboxHeader, InboxItem, InboxRow
from agent_tui.desk.keys import CaseKey
from agent_tui.desk.leases import handled_by
from agent_tui.domain.model import CaseRow
from agent_tui.domain.taught import key_of
from agent_tui.domain.text import SafeText, compose, trusted
from agent_tui.domain.time import MINUTE_MS, Ms
from agent_tui.domain.views import View
from agent_tui.services.workbench import Workbench
from agent_tui.terminal.line_view import LineView
from agent_tui.widgets.cells import fit
from agent_tui.widgets.inbox import row_strips
from agent_tui.widgets.inbox.emptiness import words_for_nothing
from agent_tui.widgets.inbox.geometry import Geometry
from agent_tui.widgets.inbox.row_strips import NO_LOOK, RowLook
from agent_tui.widgets.paint import Paint

_NOTHING = trusted("")

MOST_STRIPS = 512
"""Lines kept drawn, each with the cursor and without; far more than a screen has."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a line is drawn from; lines that show the same are the same. Without `item` a blank, or `words` alone."""

    item: InboxItem | None = None
    part: int = 0
    look: RowLook = NO_LOOK
    words: SafeText = _NOTHING


Drawn = tuple[Shown, Strip]


class Countdown(NamedTuple):
    """The text of an item's clock, and whether it is nearly due; when either next changes, and how long both are sure
    (some change with the day)."""

    text: SafeText
    soon: bool
    step: Ms | None
    until: Ms


class InboxList(LineView, can_focus=True):
    """Rows of the current view; a case has two lines or one (`set_two_lines`). It scrolls by itself: Textual would lay
    the screen out again at each step."""

    KEY_CONTEXTS = (LIST, CALL, GLOBAL)

    class Opened(Message):
        """A click on the row under the cursor: open this case."""

        def __init__(self, key: CaseKey) -> None:
            super().__init__()
            self.key = key

    class CursorMoved(Message):
        """The cursor came to another row by itself or by the mouse: what applies here may differ."""

    def __init__(self, workbench: Workbench, paint: Paint, zone: tzinfo, id: str | None = None) -> None:
        super().__init__(id=id)
        self.workbench = workbench
        self.paint = paint
        self.zone = zone
        self._geometry = Geometry(two_lines=True)
        self._cursor = 1
        self._filling = True
        self._key: CaseKey | None = None
        self._wanted: CaseKey | None = None
        self._awaited: CaseKey | None = None
        self._here = True
        self._viewed: View | None = None
        self._shown_open: CaseKey | None = None
        self._top = 0
        self._height = 0  # when the order was last taken; 0: the cursor's lines are others since
        self._strips: dict[int, dict[bool, Drawn]] = {}
        self._painted: dict[int, Drawn] = {}
        self._strips_of: tuple[int, int, Style] | None = None
        self._countdowns: dict[int, Countdown] = {}
        self._next_step: Ms | None = None
        self._steps_known_until: Ms = 0

    # -- what others ask

    @property
    def key(self) -> CaseKey | None:
        """The case under the cursor; None on a row that has not come yet, or in an empty view."""
        return self._key

    @property
    def lines_wanted(self) -> int:
        """Lines of all that the view holds."""
        return self._geometry.lines(len(self._inbox))

    @property
    def order_mark(self) -> SafeText:
        """That the order changed and which key takes it, where the line that says so has been scrolled away; else
        ""."""
        return self._how_to_sort() if self._top and self._inbox.order_changed else _NOTHING

    def changed(self, changes: Changes) -> None:
        """See `agent_tui.widgets.pane.Pane`."""
        if changes.inbox:
            self._take_order()
            return
        inbox = self._inbox
        for key in changes.rows:
            index = inbox.index_of(key)
            if index is not None:
                self._refresh_item(index)
        if changes.timeline:
            self._mark_open()

    def tick(self, now: Ms) -> Ms | None:
        """See `agent_tui.widgets.pane.Pane`."""
        if now >= self._steps_known_until:
            self._next_step, self._steps_known_until = self._step_countdowns(now)
        return self._next_step

    def set_two_lines(self, two_lines: bool) -> None:
        """Switch between two lines a case and one."""
        if two_lines != self._geometry.two_lines:
            self._geometry = Geometry(two_lines)
            self._height = 0
            self._forget_all()
            self._take_order()

    def move(self, move: Move) -> bool:
        """Move the cursor; False when it stands at that end already."""
        page = max(1, self.size.height // self._geometry.height - 1)
        if move == "first":
            self.workbench.settle()
            self._take_order()
        target = {
            "next": self._cursor + 1,
            "previous": self._cursor - 1,
            "first": 0,
            "last": len(self._inbox) - 1,
            "page-on": self._cursor + page,
            "page-back": self._cursor - page,
        }[move]
        backwards = move in ("previous", "page-back", "last")
        found = self._row_near(target, -1 if backwards else 1)
        if found is None or found == self._cursor:
            return False
        self._put_cursor(found)
        return True

    def point_at(self, key: CaseKey) -> bool:
        """Put the cursor on a case; False when the view does not show it (now)."""
        index = self._inbox.index_of(key)
        if index is None:
            return False
        self._put_cursor(index)
        return True

    def come_back_to(self, key: CaseKey) -> None:
        """Put the cursor on a case as soon as the view that is being shown has it."""
        self._wanted = key

    def await_row(self, key: CaseKey) -> None:
        """Put the cursor on a case now, or when it comes, unless the cursor is moved before."""
        if not self.point_at(key):
            self._awaited = key

    def repaint(self) -> None:
        """Draw everything anew: another theme or width."""
        self._forget_all()
        self.refresh()

    # -- the cursor

    @property
    def _inbox(self) -> Inbox:
        return self.workbench.desk.inbox

    def _items_in_sight(self) -> tuple[int, int]:
        return self._geometry.items_between(self._top, self.size.height, len(self._inbox))

    def _row_near(self, index: int, step: int) -> int | None:
        """The nearest item to `index` that is no header, looking along `step` first."""
        length = len(self._inbox)
        index = max(0, min(index, length - 1))
        for direction in (step, -step):
            at = index
            while 0 <= at < length:
                if not isinstance(self._inbox.item(at), InboxHeader):
                    return at
                at += direction
        return None

    def _put_cursor(self, index: int) -> None:
        self._awaited = None
        self._filling = False
        before, self._cursor = self._cursor, index
        item = self._inbox.item(index)
        self._key = item.key if isinstance(item, InboxRow) else None
        self._inbox.hold(self._key)
        self._refresh_items(before, index)
        self._bring_into_sight(index)

    def _bring_into_sight(self, index: int) -> None:
        height = self.size.height
        if height <= 0:
            return
        top, first = self._top, self._geometry.line_of(index)
        last = self._geometry.last_line_of(index)
        above = index - 1
        if above >= 0 and isinstance(self._inbox.item(above), InboxHeader):
            first = self._geometry.line_of(above)  # the name of the group comes along
        if last >= top + height:
            top = last - height + 1
        if first < top:
            top = first
        self._scroll_top(top)

    def _scroll_top(self, top: int) -> None:
        top = max(0, min(top, self._geometry.lines(len(self._inbox)) - self.size.height))
        if top != self._top:
            self._top = top
            self._steps_known_until = 0
            self.refresh()
        self._look()

    def _look(self) -> None:
        first, stop = self._items_in_sight()
        self.workbench.look_at(first, max(stop, first + 1))

    def _take_order(self) -> None:
        """The order, the length or the view may be another: keep the cursor on its case and its case on its line."""
        screen_line = self._geometry.line_of(self._cursor) - self._top
        seen = 0 <= screen_line < self.size.height or self.size.height != self._height  # else the wheel has left it
        self._height = self.size.height
        viewed, self._viewed = self._viewed, self._inbox.view
        if viewed != self._viewed:
            self._filling = True
        # sections come in any order: until all are here, the cursor stands on the top row, whichever that is
        filling = self._filling
        index = self._inbox.index_of(self._key) if self._key is not None and not filling else None
        self._filling = self._filling and self._some_section_is_awaited()
        awaited = self._inbox.index_of(self._awaited) if self._awaited is not None else None
        if awaited is not None:
            self._put_cursor(awaited)
            self._refresh_changed()
            return
        if self._wanted is not None:
            back, self._wanted = self._inbox.index_of(self._wanted), self._wanted if self._filling else None
            if back is not None:
                self._wanted = None
                self._put_cursor(back)
                self._refresh_changed()
                return
        if index is None:
            index = self._row_near(self._cursor if viewed == self._inbox.view and not filling else 0, 1)
            item = self._inbox.item(index) if index is not None else None
            key = item.key if isinstance(item, InboxRow) else None
            if key != self._key:
                self._key = key
                self.post_message(self.CursorMoved())
            seen = True
        if index is not None and index != self._cursor:
            self._cursor = index
            self._scroll_top(self._geometry.line_of(index) - screen_line)
        if index is not None and seen:
            self._bring_into_sight(index)
        self._scroll_top(self._top)  # a shorter list may end above
        self._refresh_changed()

    def _some_section_is_awaited(self) -> bool:
        desk = self.workbench.desk
        return any(
            state.state in ("connecting", "up") and self._inbox.total_of(state.id, section) is None
            for state in desk.backends.values()
            for section in self._inbox.view.sections
        )

    def _refresh_changed(self) -> None:
        """Paint again the lines in sight that show something else than they did; forget the others."""
        painted, strips = self._painted, self._strips
        self._forget_all()
        for line in range(self._top, self._top + self.size.height):
            drawn = painted.get(line)
            if drawn is not None and drawn[0] == self._shows(line):
                self._painted[line] = drawn
                self._strips[line] = strips[line]
            else:
                self.refresh(self._region(line, 1))

    def _has_cursor(self, line: int) -> bool:
        return self._geometry.item_at(line)[0] == self._cursor

    def _shows(self, line: int) -> Shown:
        """What a line is drawn from."""
        index, part = self._geometry.item_at(line)
        inbox = self._inbox
        if index >= len(inbox):
            return Shown(words=self._beyond(line))
        item = inbox.item(index)
        if isinstance(item, InboxHeader):
            if self._geometry.two_lines and part == 0 and index:
                return Shown()
            return Shown(item, words=self._how_to_sort() if index == 0 and inbox.order_changed else _NOTHING)
        cursor = index == self._cursor
        if not isinstance(item, InboxRow):
            return Shown(item if part == 0 else None, look=RowLook(cursor, self._here))
        read = self._countdowns.get(index) or self._read_clock(index, item.row, self.workbench.time.now())
        is_open = self._shown_open in (item.key, *item.beside)
        return Shown(item, part, self._row_look(item, cursor, is_open, read))

    def _row_look(self, item: InboxRow, cursor: bool, is_open: bool, read: Countdown) -> RowLook:
        look = RowLook(cursor, self._here, is_open, read.text, read.soon, self._handler(item))
        if item.row.transfer is None:
            return look
        state = self.workbench.desk.backends[item.key.backend]
        return replace(look, giver=giver(state, item.row), given=is_given(state, item.row))

    def _handler(self, item: InboxRow) -> SafeText:
        """The colleague who handles the case, or one of the person's at another server; "" for nobody and for me."""
        desk = self.workbench.desk
        own = handled_by(desk.backends[item.key.backend], item.row, desk.id)
        rows = ((key, row) for key in item.beside if (row := desk.row(key)) is not None)
        return own or next(
            (who for key, row in rows if (who := handled_by(desk.backends[key.backend], row, desk.id))), own
        )

    def _how_to_sort(self) -> SafeText:
        """The key that takes the true order, where the focus is, and how many new rows it shows."""
        more = self._inbox.unshown
        if more:
            return (
                compose("{key}: +{n}", n=more, key=key_of("row-first", "Home"))
                if self._here
                else compose("{key}: +{n}", n=more, key=key_of("go-back", "Esc"))
            )
        return (
            compose("{key} sorts", key=key_of("row-first", "Home"))
            if self._here
            else compose("{key} sorts", key=key_of("go-back", "Esc"))
        )

    def _read_clock(self, index: int, row: CaseRow, now: Ms) -> Countdown:
        step = next_step(row, now)
        minute = (now // MINUTE_MS + 1) * MINUTE_MS
        # what a sleeping row says changes with the day, too
        until = minute if step is None else min(step, minute) if is_snoozed(row) else step
        read = self._countdowns[index] = Countdown(text_of(row, now, self.zone), is_soon(row, now), step, until)
        return read

    def _mark_open(self) -> None:
        open_case = self.workbench.desk.open_case
        key = open_case.key if open_case is not None else None
        before, self._shown_open = self._shown_open, key
        for other in (before, key) if before != key else ():
            index = self._inbox.index_of(other) if other is not None else None
            if index is not None:
                self._refresh_item(index)

    def _step_countdowns(self, now: Ms) -> tuple[Ms | None, Ms]:
        """Bring the countdowns in sight up to `now`: when the next one steps, and when to look at them again."""
        soonest: Ms | None = None
        again = now + MINUTE_MS
        column, cells = row_strips.countdown_span(self.size.width)
        if self.paint.from_right:
            column = self.size.width - column - cells
        for index in range(*self._items_in_sight()):
            read = before = self._countdowns.get(index)
            if before is None or now >= before.until:
                item = self._inbox.item(index)
                if not isinstance(item, InboxRow):
                    continue
                read = self._read_clock(index, item.row, now)
                if before is not None and (before.text, before.soon) != (read.text, read.soon):
                    line = self._geometry.line_of(index)
                    self._forget_line(line)
                    self.refresh(Region(column, line - self._top, cells, 1))
            assert read is not None
            again = min(again, read.until)
            if read.step is not None and (soonest is None or read.step < soonest):
                soonest = read.step
        return soonest, again

    # -- drawing

    def _forget_all(self) -> None:
        self._strips, self._painted, self._countdowns = {}, {}, {}
        self._steps_known_until = 0

    def _forget(self, index: int) -> None:
        """Draw this item anew when it is next asked for."""
        first = self._geometry.line_of(index)
        for line in range(first, first + self._geometry.height):
            self._forget_line(line)
        self._countdowns.pop(index, None)
        self._steps_known_until = 0

    def _forget_line(self, line: int) -> None:
        self._strips.pop(line, None)
        self._painted.pop(line, None)

    def _refresh_item(self, index: int) -> None:
        self._forget(index)
        self._refresh_items(index)

    def _refresh_items(self, *indices: int) -> None:
        self.refresh(*(self._region(self._geometry.line_of(index), self._geometry.height) for index in indices))

    def _region(self, line: int, lines: int) -> Region:
        return Region(0, line - self._top, self.size.width, lines)

    def render_lines(self, crop: Region) -> list[Strip]:
        made_of = (self.size.width, self.paint.version, self.base)
        if made_of != self._strips_of or len(self._strips) > MOST_STRIPS:
            self._forget_all()
            self._strips_of = made_of
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        line = y + self._top
        kept = self._strips.setdefault(line, {})
        cursor = self._has_cursor(line)
        if cursor not in kept:
            shows = self._shows(line)
            kept[cursor] = shows, self._draw(shows, self.size.width, self.base)
        drawn = self._painted[line] = kept[cursor]
        return drawn[1]

    def _draw(self, shows: Shown, width: int, base: Style) -> Strip:
        item, look = shows.item, shows.look
        if item is None:
            if not shows.words:
                return Strip.blank(width, base)
            words = fit(compose(" {words}", words=shows.words), width, self.paint.bidi)
            return self.paint.strip([(words, base + self.paint["quiet"])], width, base)
        if isinstance(item, InboxHeader):
            return row_strips.header_strip(item, width, self.paint, base, shows.words)
        if not isinstance(item, InboxRow):
            return row_strips.gap_strip(width, self.paint, base, look.cursor)
        if not self._geometry.two_lines:
            return row_strips.only_line(item, look, width, self.paint, base)
        draw = row_strips.second_line if shows.part else row_strips.first_line
        return draw(item, look, width, self.paint, base)

    def _beyond(self, line: int) -> SafeText:
        """Under the last row stands nothing, or in an empty view one quiet line that says so."""
        words_at = self._geometry.line_of(len(self._inbox) + 1)
        return words_for_nothing(self.workbench.desk) if line == words_at else trusted("")

    # -- what Textual tells

    def on_mount(self) -> None:
        self._take_order()

    def on_resize(self, event: events.Resize) -> None:
        self._take_order()

    def on_focus(self) -> None:
        self._here = True
        self._refresh_item(self._cursor)
        self._refresh_item(0)  # it may name the key that sorts

    def on_blur(self) -> None:
        self._here = False
        self._refresh_item(self._cursor)
        self._refresh_item(0)  # it may name the key that sorts

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._scroll_top(self._top + 3)
        self.post_message(self.CursorMoved())

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._scroll_top(self._top - 3)
        self.post_message(self.CursorMoved())

    def on_click(self, event: events.Click) -> None:
        index, _ = self._geometry.item_at(event.y + self._top)
        if index >= len(self._inbox) or isinstance(self._inbox.item(index), InboxHeader):
            return
        if index == self._cursor and self._key is not None:
            self.post_message(self.Opened(self._key))
        else:
            self._put_cursor(index)
            self.post_message(self.CursorMoved())
