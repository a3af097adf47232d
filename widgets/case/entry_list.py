"""A long list of entries in time order: draws only the lines in sight, stays at the end while it is there, and moves
nothing that is read when entries come above or below. What it consists of, the two that are one decide: the timeline
of a case and a customer's history.
"""

from __future__ import annotations

from abc import abstractmethod
from bisect import bisect_right
from collections.abc import Sequence
from typing import Protocol

from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message as Posted
from textual.scroll_view import ScrollView
from textual.strip import Strip

from agent_tui.commands.context import Move
from agent_tui.commands.spec import CALL, GLOBAL, LIST
from agent_tui.domain.text import SafeText, compose, trusted
from agent_tui.domain.text_visual import Bidi
from agent_tui.services.workbench import Workbench
from agent_tui.terminal.line_view import LineView
from agent_tui.widgets.case.entries import Said
from agent_tui.widgets.case.pieces import LinePieces, Piece, strip_of
from agent_tui.widgets.paint import Paint

MOST_STRIPS = 512
"""Lines kept drawn; far more than a screen has."""
EDGE = 1
"""Cells of the cursor's mark at the start."""


class Keyed(Protocol):
    """What a list consists of: `key` is its own, and the same when it is built anew."""

    @property
    def key(self) -> str: ...


class EntryList(LineView, ScrollView, can_focus=True):
    """With the focus it has a cursor on an entry."""

    KEY_CONTEXTS = (LIST, CALL, GLOBAL)
    DEFAULT_CSS = """
    EntryList { overflow: hidden hidden; scrollbar-size: 0 0; height: 1fr; }
    """

    class CursorMoved(Posted):
        """The cursor stands on another entry."""

    def __init__(self, workbench: Workbench, paint: Paint, id: str | None = None) -> None:
        super().__init__(id=id)
        self.workbench = workbench
        self.paint = paint
        self._items: Sequence[Keyed] = ()
        self._tops: list[int] = [0]
        self._places: dict[str, int] = {}
        self._chosen: list[int] = []
        self._lines: dict[str, tuple[Keyed, tuple[int, Bidi, int], tuple[LinePieces, ...]]] = {}
        self._strips: dict[int, Strip] = {}
        self._strips_of: tuple[int, int, Style] | None = None
        self._unfolded: frozenset[str] = frozenset()
        self._cursor: str | None = None
        self._at_end = True
        self._seen = 0

    # -- what the two decide

    @abstractmethod
    def build(self) -> Sequence[Keyed]:
        """The items from the oldest to the newest."""

    @abstractmethod
    def laid_out(self, item: Keyed, width: int) -> tuple[LinePieces, ...]:
        """The lines of an item."""

    @abstractmethod
    def choosable(self, item: Keyed) -> bool:
        """Whether the cursor can stand on it."""

    @abstractmethod
    def is_rule(self, item: Keyed) -> bool:
        """Whether its line goes through to the edge."""

    @abstractmethod
    def older(self) -> bool:
        """Ask for what came before; False when there is nothing, or it is asked for already."""

    @abstractmethod
    def emptiness(self) -> SafeText | None:
        """What to say where there is nothing."""

    # -- what others ask

    def messages_in_sight(self) -> tuple[Said, ...]:
        """Messages with a line on the screen, the newest first."""
        top, bottom = self.scroll_offset.y - self._pad, self.scroll_offset.y - self._pad + self.size.height
        found = []
        for place, item in enumerate(self._items):
            if isinstance(item, Said) and self._tops[place] < bottom and self._tops[place + 1] > top:
                found.append(item)
        return tuple(reversed(found))

    def repaint(self) -> None:
        """Draw everything anew: another theme."""
        self._strips.clear()
        self.refresh()

    def move(self, move: Move) -> bool:
        """Move the cursor or the page; False when it stands at that end already."""
        height = max(1, self.size.height)
        if move == "page-on":
            return self._scroll_by(height - 1)
        if move == "page-back":
            return self._scroll_by(1 - height) or self.older()
        places = self._chosen
        if not places:
            return False
        now = self._cursor_place()
        if move in ("first", "last"):
            target = places[0] if move == "first" else places[-1]
        else:
            step = 1 if move == "next" else -1
            if self._scrolls_inside(now, step):
                return True
            at = bisect_right(places, now) - 1
            target = places[max(0, min(len(places) - 1, at + step))]
        if move in ("previous", "first") and target == places[0]:
            self.older()
        if target == now and self._cursor is not None:
            return self._scroll_by(1 if move in ("next", "last") else -height)
        self._put_cursor(target, from_below=target < now)
        return True

    # -- the cursor

    def _cursor_place(self) -> int:
        """The entry with the cursor, the last one while it rests at the end."""
        place = self._places.get(self._cursor, -1) if self._cursor is not None else -1
        return place if place >= 0 else self._chosen[-1] if self._chosen else -1

    def _entry_at(self, place: int) -> Keyed | None:
        item = self._items[place] if 0 <= place < len(self._items) else None
        return item if item is not None and self.choosable(item) else None

    def _put_cursor(self, place: int, from_below: bool = False) -> None:
        """Mark an entry and bring it into sight, with its rule over it; of one higher than the screen the end that is
        reached first."""
        self._cursor = self._items[place].key
        top, height = self.scroll_offset.y, max(1, self.size.height)
        above = place - 1 if place and not self.choosable(self._items[place - 1]) else place
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
        """Blank lines over a short list: it ends at the composer, as talk does."""
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
            self._seen = len(self._chosen)
        if below != self._below():
            self.refresh()

    def _below(self) -> int:
        """Entries that came while the agent reads further up."""
        return max(0, len(self._chosen) - self._seen) if not self._at_end else 0

    def _restart(self) -> None:
        """What was shown is another's: nothing of it is to be drawn, even where there is no room to build others."""
        self._items, self._tops, self._places, self._chosen = (), [0], {}, []
        self._lines.clear()
        self._unfolded = frozenset()
        self._cursor = None
        self._at_end = True

    def _rebuild(self, keep: str | None = None) -> None:
        """Build the items anew. What stands at the top of the screen stays there, unless the end is shown."""
        width, height = self.size.width, self.size.height
        if not width or not height:
            return
        anchor = self._anchor(keep)
        count = len(self._chosen)
        first = self._first
        self._items = self.build()
        self._measure(width - EDGE)
        if first is not None and first != self._first:
            self._seen += max(0, len(self._chosen) - count)  # older ones came, none below
        self._strips.clear()
        # no layout follows from it: there are no scroll bars, and the lines in sight are drawn anyway
        self.set_reactive(ScrollView.virtual_size, Size(width, max(height, self._total)))
        if self._at_end:
            self._scroll_top(self._total)
        elif anchor is not None:
            self._back_to(*anchor)
        self.refresh()

    @property
    def _first(self) -> str | None:
        """Key of the oldest entry."""
        return self._items[self._chosen[0]].key if self._chosen else None

    def _measure(self, width: int) -> None:
        made_for = (width, self.paint.bidi, self.paint.keys)
        lines: dict[str, tuple[Keyed, tuple[int, Bidi, int], tuple[LinePieces, ...]]] = {}
        tops, places, chosen, top = [0], dict[str, int](), list[int](), 0
        for place, item in enumerate(self._items):
            known = self._lines.get(item.key)
            if known is None or known[1] != made_for or (known[0] is not item and known[0] != item):
                known = (item, made_for, self.laid_out(item, width))
            lines[item.key] = known
            top += len(known[2])
            tops.append(top)
            if self.choosable(item):
                places[item.key] = place
                chosen.append(place)
        self._lines, self._tops, self._places, self._chosen = lines, tops, places, chosen

    def _anchor(self, keep: str | None) -> tuple[str, int] | None:
        """The entry that must stay where it is, and its line on the screen."""
        top = self.scroll_offset.y
        if keep is not None:
            place = self._places.get(keep)
            return (keep, self._tops[place] - top) if place is not None else None
        for place in self._chosen[max(0, bisect_right(self._chosen, self._place_of(top)) - 1) :]:
            if self._tops[place + 1] > top:
                return self._items[place].key, self._tops[place] - top
        return None

    def _back_to(self, key: str, line: int) -> None:
        place = self._places.get(key)
        self._scroll_top(self._tops[place] - line if place is not None else self.scroll_offset.y)

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
            words = self.emptiness() if not self._items and line == -1 else None
            if words is None:
                return Strip.blank(width, base)
            return strip_of(LinePieces((Piece(words, "quiet"),)), width, self.paint, base)
        place = self._place_of(line)
        item = self._items[place]
        pieces = self._lines[item.key][2][line - self._tops[place]]
        marked = self.has_focus and place == self._cursor_place() and self.choosable(item)
        if marked:
            base = base + self.paint["cursor"]
        mark = ("▌", base + self.paint["here"]) if marked else ("─", base + self.paint["rule"])
        edge = mark if marked or self.is_rule(item) else (" ", base)
        rest = strip_of(pieces, width - EDGE, self.paint, base)
        return self.paint.edged(edge, rest, base)

    def _place_of(self, line: int) -> int:
        """The item that a line is of."""
        return max(0, bisect_right(self._tops, line) - 1)

    # -- what Textual tells

    def on_resize(self, event: events.Resize) -> None:
        self._rebuild()

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
            self.older()

    def on_click(self, event: events.Click) -> None:
        place = self._place_of(event.y + self.scroll_offset.y - self._pad)
        if self._entry_at(place) is not None:
            self._put_cursor(place)
