"""The timeline: draws only the lines in sight, stays at the end while it is there, and moves nothing that is read."""

from __future__ import annotations

from collections.abc import Mapping

from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message as Posted
from textual.scroll_view import ScrollView
from textual.strip import Strip

from agent_tui.commands.context import Move
from agent_tui.commands.spec import CALL, GLOBAL, LIST
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.model import Message
from agent_tui.domain.text import compose, trusted
from agent_tui.domain.text_visual import Bidi
from agent_tui.services.workbench import Workbench
from agent_tui.terminal.line_view import LineView
from agent_tui.widgets.case.entries import Earlier, Entry, Item, Said, Talked, items_of
from agent_tui.widgets.case.entry_lines import lines_of
from agent_tui.widgets.case.host import host
from agent_tui.widgets.case.pieces import LinePieces, Piece, strip_of
from agent_tui.widgets.paint import Paint

MOST_STRIPS = 512
"""Lines kept drawn; far more than a screen has."""
_EDGE = 1
"""Cells of the cursor's mark at the start."""


class Timeline(LineView, ScrollView, can_focus=True):
    """`desk.open_case` from its oldest message held to its newest. With the focus it has a cursor on a message."""

    KEY_CONTEXTS = (LIST, CALL, GLOBAL)
    DEFAULT_CSS = """
    Timeline { overflow: hidden hidden; scrollbar-size: 0 0; height: 1fr; }
    """

    class CursorMoved(Posted):
        """The cursor stands on another message."""

    def __init__(self, workbench: Workbench, paint: Paint, id: str | None = None) -> None:
        super().__init__(id=id)
        self.workbench = workbench
        self.paint = paint
        self._key: CaseKey | None = None
        self._items: tuple[Item, ...] = ()
        self._tops: list[int] = [0]
        self._lines: dict[str, tuple[Item, tuple[int, Bidi], tuple[LinePieces, ...]]] = {}
        self._strips: dict[int, Strip] = {}
        self._strips_of: tuple[int, int, Style] | None = None
        self._unfolded: frozenset[str] = frozenset()
        self._cursor: str | None = None
        self._at_end = True
        self._seen = 0
        self._newest = ""
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
            self._items, self._tops = (), [0]  # not to be drawn, even where there is no room to build others yet
            self._lines.clear()
            self._unfolded = frozenset()
            self._cursor = None
            self._at_end = True
        self._rebuild()
        self._stand_on_sought()

    def _stand_on_sought(self) -> None:
        """The message that the case was opened for, once it is here; nothing, when the case has it no more."""
        case = self.workbench.desk.open_case
        if case is None or not case.sought or not self._items or not self.size.height:
            return
        place = next((at for at, item in enumerate(self._items) if item.key == case.sought), None)
        if place is not None:
            case.sought = ""
            self._at_end = False
            self._put_cursor(place)
        elif not case.loading and not case.more_before:
            case.sought = ""

    def repaint(self) -> None:
        """Draw everything anew: another theme."""
        self._strips.clear()
        self.refresh()

    def fold(self) -> None:
        """Unfold quotes and recipients of the message under the cursor, or fold them again."""
        message = self.under_cursor
        if message is not None:
            self._cursor = message.id
            self._unfolded ^= {message.id}
            self._rebuild(keep=message.id)

    def messages_in_sight(self) -> tuple[Message, ...]:
        """Messages with a line on the screen, the newest first."""
        top, bottom = self.scroll_offset.y - self._pad, self.scroll_offset.y - self._pad + self.size.height
        found = []
        for place, item in enumerate(self._items):
            if isinstance(item, Said) and self._tops[place] < bottom and self._tops[place + 1] > top:
                found.append(item.message)
        return tuple(reversed(found))

    def move(self, move: Move) -> bool:
        """Move the cursor or the page; False when it stands at that end already."""
        height = max(1, self.size.height)
        if move == "page-on":
            return self._scroll_by(height - 1)
        if move == "page-back":
            return self._scroll_by(1 - height) or self._older()
        places = [place for place, item in enumerate(self._items) if isinstance(item, Entry)]
        if not places:
            return False
        now = self._cursor_place()
        if move in ("first", "last"):
            target = places[0] if move == "first" else places[-1]
        else:
            step = 1 if move == "next" else -1
            if self._scrolls_inside(now, step):
                return True
            target = places[max(0, min(len(places) - 1, places.index(now) + step))]
        if move in ("previous", "first") and target == places[0]:
            self._older()
        if target == now and self._cursor is not None:
            return self._scroll_by(1 if move in ("next", "last") else -height)
        self._put_cursor(target, from_below=target < now)
        return True

    # -- the cursor

    def _cursor_place(self) -> int:
        last = -1
        for place, item in enumerate(self._items):
            if isinstance(item, Entry):
                last = place
                if item.key == self._cursor:
                    return place
        return last

    def _entry_at(self, place: int) -> Entry | None:
        item = self._items[place] if 0 <= place < len(self._items) else None
        return item if isinstance(item, Entry) else None

    def _put_cursor(self, place: int, from_below: bool = False) -> None:
        """Mark an entry and bring it into sight, with its rule over it; of one higher than the screen the end that is
        reached first."""
        self._cursor = self._items[place].key
        top, height = self.scroll_offset.y, max(1, self.size.height)
        above = place - 1 if place and not isinstance(self._items[place - 1], Entry) else place
        first = 0 if above == 0 else self._tops[above] + self._pad
        last = self._tops[place + 1] + self._pad - 1
        if last - first >= height:
            top = last - height + 1 if from_below else first
        elif last >= top + height:
            top = last - height + 1
        elif first < top:
            top = first
        self._strips.clear()
        self._scroll_top(top)
        self.refresh()
        self.post_message(self.CursorMoved())

    def _scrolls_inside(self, place: int, step: int) -> bool:
        """A message higher than the screen is read line by line before the cursor leaves it."""
        first, stop = self._tops[place] + self._pad, self._tops[place + 1] + self._pad
        top, height = self.scroll_offset.y, self.size.height
        if step > 0 and first <= top + height and stop > top + height and stop - first > height:
            return self._scroll_by(max(1, height // 2))
        if step < 0 and first < top < stop and stop - first > height:
            return self._scroll_by(-max(1, height // 2))
        return False

    # -- place

    @property
    def _total(self) -> int:
        return self._tops[-1]

    @property
    def _pad(self) -> int:
        """Blank lines over a short timeline: it ends at the composer, as talk does."""
        return max(0, self.size.height - self._total)

    def _scroll_by(self, lines: int) -> bool:
        before = self.scroll_offset.y
        self._scroll_top(before + lines)
        return self.scroll_offset.y != before

    def _scroll_top(self, top: int) -> None:
        end = max(0, self._total - self.size.height)
        top = max(0, min(top, end))
        below = self._below()
        self._at_end = top >= end
        if top != self.scroll_offset.y:
            self._strips.clear()
            self.scroll_to(y=top, animate=False, force=True)
        if self._at_end:
            self._seen = self._count()
        if below != self._below():
            self.refresh()

    def _older(self) -> bool:
        case = self.workbench.desk.open_case
        if case is None or not case.more_before or self._asked_older:
            return False
        self._asked_older = True
        self.workbench.load_older()
        return True

    def _count(self) -> int:
        return sum(isinstance(item, Entry) for item in self._items)

    def _below(self) -> int:
        """Entries that came while the agent reads further up."""
        return max(0, self._count() - self._seen) if not self._at_end else 0

    def _rebuild(self, keep: str | None = None) -> None:
        """Build the items anew. What stands at the top of the screen stays there, unless the end is shown."""
        width, height = self.size.width, self.size.height
        if not width or not height:
            return
        anchor = self._anchor(keep)
        count = self._count()
        case = self.workbench.desk.open_case
        first = next((item.key for item in self._items if isinstance(item, Entry)), None)
        self._items = self._build()
        self._measure(width - _EDGE)
        if case is not None and not case.loading and (not case.more_before or not self._starts_with(first)):
            self._asked_older = False
        if first is not None and not self._starts_with(first):
            self._seen += max(0, self._count() - count)  # older ones came, none below
        self._strips.clear()
        self.virtual_size = Size(width, max(height, self._total))
        if self._at_end:
            self._scroll_top(self._total)
        elif anchor is not None:
            self._back_to(*anchor)
        self.refresh()

    def _starts_with(self, key: str | None) -> bool:
        return next((item.key for item in self._items if isinstance(item, Entry)), None) == key

    def _build(self) -> tuple[Item, ...]:
        case = self.workbench.desk.open_case
        if case is None:
            return ()
        state = self.workbench.desk.backends.get(case.key.backend)
        names: Mapping[str, str] = state.directory.names if state is not None else {}
        me = state.me.id if state is not None and state.me is not None else ""
        return items_of(case, self.workbench.time.now(), host(self).settings.zone, names, me, self._unfolded)

    def _measure(self, width: int) -> None:
        zone = host(self).settings.zone
        made_for = (width, self.paint.bidi)
        lines: dict[str, tuple[Item, tuple[int, Bidi], tuple[LinePieces, ...]]] = {}
        self._tops = [0]
        for item in self._items:
            known = self._lines.get(item.key)
            if known is None or known[1] != made_for or known[0] != item:
                known = (item, made_for, lines_of(item, width, zone, self.paint.bidi, self.paint.from_right))
            lines[item.key] = known
            self._tops.append(self._tops[-1] + len(known[2]))
        self._lines = lines

    def _anchor(self, keep: str | None) -> tuple[str, int] | None:
        """The entry that must stay where it is, and its line on the screen."""
        top = self.scroll_offset.y
        for place, item in enumerate(self._items):
            if keep is not None and item.key != keep:
                continue
            if isinstance(item, Entry) and (keep is not None or self._tops[place + 1] > top):
                return item.key, self._tops[place] - top
        return None

    def _back_to(self, key: str, line: int) -> None:
        for place, item in enumerate(self._items):
            if item.key == key:
                self._scroll_top(self._tops[place] - line)
                return
        self._scroll_top(self.scroll_offset.y)

    # -- drawing

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.base
        made_of = (width, self.paint.version, base)
        if made_of != self._strips_of or len(self._strips) > MOST_STRIPS:
            self._strips.clear()
            self._strips_of = made_of
        below = self._below()
        if below and y == self.size.height - 1:
            words = compose(" {n} new below · End ", n=below)
            line = LinePieces((Piece(trusted("──"), "rule"), Piece(words, "here")), (), trusted("─"), "rule")
            return strip_of(line, width, self.paint, base)
        place = y + self.scroll_offset.y - self._pad
        strip = self._strips.get(place)
        if strip is None:
            strip = self._strips[place] = self._draw(place, width, base)
        return strip

    def _draw(self, line: int, width: int, base: Style) -> Strip:
        if line < 0 or line >= self._total:
            return self._draw_empty(line, width, base)
        place = self._place_of(line)
        item = self._items[place]
        pieces = self._lines[item.key][2][line - self._tops[place]]
        marked = self.has_focus and place == self._cursor_place() and isinstance(item, Entry)
        if marked:
            base = base + self.paint["cursor"]
        rule = not isinstance(item, Entry | Earlier)
        mark = ("▌", base + self.paint["here"]) if marked else ("─", base + self.paint["rule"])
        edge = mark if marked or rule else (" ", base)
        rest = strip_of(pieces, width - _EDGE, self.paint, base)
        return self.paint.edged(edge, rest, base)

    def _place_of(self, line: int) -> int:
        low, high = 0, len(self._items)
        while low < high:
            middle = (low + high) // 2
            if self._tops[middle + 1] <= line:
                low = middle + 1
            else:
                high = middle
        return low

    def _draw_empty(self, line: int, width: int, base: Style) -> Strip:
        case = self.workbench.desk.open_case
        if self._items or line != -1 or case is None:
            return Strip.blank(width, base)
        words = trusted(" nothing was said yet")
        if case.missing:
            words = trusted(" this case is not there any more")
        elif case.loading:
            words = trusted(" asking for the messages")
        return strip_of(LinePieces((Piece(words, "quiet"),)), width, self.paint, base)

    # -- what Textual tells

    def on_resize(self, event: events.Resize) -> None:
        self._rebuild()
        self._stand_on_sought()

    def on_focus(self) -> None:
        self.repaint()

    def on_blur(self) -> None:
        self.repaint()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._scroll_by(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        if not self._scroll_by(-3):
            self._older()

    def on_click(self, event: events.Click) -> None:
        place = self._place_of(event.y + self.scroll_offset.y - self._pad)
        if self._entry_at(place) is not None:
            self._put_cursor(place)
