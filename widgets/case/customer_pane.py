"""Who this is: addresses, earlier conversations, notes; also as one line where the screen is narrow."""

from __future__ import annotations

from textual import events
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from agent_tui.commands.context import Move
from agent_tui.commands.spec import CALL, GLOBAL, LIST
from agent_tui.desk.changes import Changes
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.taught import key_of
from agent_tui.domain.text import clean_line, compose
from agent_tui.domain.time import Ms
from agent_tui.services.workbench import Workbench
from agent_tui.widgets.case.customer_lines import CustomerLine, customer_lines, one_line
from agent_tui.widgets.case.host import host
from agent_tui.widgets.case.pieces import strip_of
from agent_tui.widgets.paint import Paint


class CustomerPane(ScrollView, can_focus=True):
    """The customer of the opened case. The shell places it: as a column, as one line, or as a card for the case."""

    KEY_CONTEXTS = (LIST, CALL, GLOBAL)
    DEFAULT_CSS = """
    CustomerPane { overflow: hidden hidden; scrollbar-size: 0 0; }
    """

    def __init__(self, workbench: Workbench, paint: Paint, id: str | None = None) -> None:
        super().__init__(id=id)
        self.workbench = workbench
        self.paint = paint
        self._rows: list[CustomerLine] = []
        self._cursor: int | None = None
        self._case: CaseKey | None = None

    def changed(self, changes: Changes) -> None:
        """See `agent_tui.widgets.pane.Pane`."""
        if changes.customer or changes.timeline:
            self._take()

    def tick(self, now: Ms) -> Ms | None:
        """See `agent_tui.widgets.pane.Pane`: nothing here runs with time."""
        return None

    def move(self, move: Move) -> bool:
        """Move the cursor among addresses and earlier cases; False when it stands at that end already."""
        places = [place for place, row in enumerate(self._rows) if row.choosable]
        height = max(1, self.size.height)
        if not places:
            return self._scroll_by(height - 1 if move in ("page-on", "next", "last") else 1 - height)
        now = places.index(self._cursor) if self._cursor in places else -1
        page = max(1, height // 2)
        target = {
            "next": now + 1,
            "previous": now - 1,
            "first": 0,
            "last": len(places) - 1,
            "page-on": now + page,
            "page-back": now - page,
        }[move]
        if target >= len(places) - 1:
            self.workbench.load_history()
        target = max(0, min(len(places) - 1, target))
        if target == now:
            return False
        self._cursor = places[target]
        self._bring_into_sight(self._cursor, target == 0)
        self.refresh()
        return True

    def open_under_cursor(self) -> None:
        """Enter: open the earlier case under the cursor, or write to the address."""
        row = self._rows[self._cursor] if self._cursor is not None and self._cursor < len(self._rows) else None
        ui = host(self).ui
        if row is None or not row.choosable:
            down, up = key_of("row-next", "j"), key_of("row-previous", "k")
            ui.say(compose("{down} and {up} choose an address or an earlier case", down=down, up=up), "warning")
        elif row.past is not None:
            ui.open_case(row.past)
        elif row.address is not None:
            ui.compose("reply", row.address.value.safe_line)

    @property
    def one_line(self) -> bool:
        """Whether the pane is one line high (the screen is narrow)."""
        return self.size.height <= 1

    def repaint(self) -> None:
        """Draw everything anew: another theme."""
        self.refresh()

    # -- inside

    def _take(self) -> None:
        case = self.workbench.desk.open_case
        key = case.key if case is not None else None
        if key != self._case:
            self._case, self._cursor = key, None
            self.scroll_to(y=0, animate=False, force=True)
        width = self.size.width
        if case is None or not width or self.one_line:
            rows: list[CustomerLine] = []
        else:
            state = self.workbench.desk.backends.get(case.key.backend)
            names = state.directory.names if state is not None else {}
            me = state.me.id if state is not None and state.me is not None else ""
            now, zone = self.workbench.time.now(), host(self).settings.zone
            whole = state is not None and state.capabilities.history
            servers = {name: clean_line(one.name) for name, one in self.workbench.desk.backends.items()}
            rows = customer_lines(case, width, now, zone, self.paint, names, me, whole, servers)
        if self._cursor is not None and (self._cursor >= len(rows) or not rows[self._cursor].choosable):
            self._cursor = None
        if rows != self._rows or self.one_line:
            self._rows = rows
            self.virtual_size = Size(width, max(self.size.height, len(rows)))
            self.refresh()

    def _bring_into_sight(self, line: int, first: bool) -> None:
        top, height = self.scroll_offset.y, self.size.height
        if first:
            self.scroll_to(y=0 if line < height else line, animate=False, force=True)
        elif line >= top + height:
            self.scroll_to(y=line - height + 1, animate=False, force=True)
        elif line < top:
            self.scroll_to(y=line, animate=False, force=True)

    def _scroll_by(self, lines: int) -> bool:
        before = self.scroll_offset.y
        end = len(self._rows) - self.size.height
        if before + lines >= end:
            self.workbench.load_history()
        target = max(0, min(before + lines, end))
        if target != before:
            self.scroll_to(y=target, animate=False, force=True)
        return target != before

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.rich_style
        case = self.workbench.desk.open_case
        if case is None:
            return Strip.blank(width, base)
        if self.one_line:
            return strip_of(one_line(case), width, self.paint, base)
        place = y + self.scroll_offset.y
        if place >= len(self._rows):
            return Strip.blank(width, base)
        marked = self.has_focus and place == self._cursor
        if marked:
            base = base + self.paint["cursor"]
        strip = strip_of(self._rows[place].pieces, width, self.paint, base)
        if not marked:
            return strip
        return self.paint.edged(("▌", base + self.paint["here"]), self.paint.without_edge(strip), base)

    # -- what Textual tells

    def on_mount(self) -> None:
        self._take()

    def on_resize(self, event: events.Resize) -> None:
        self._rows = []
        self._take()

    def on_focus(self) -> None:
        if self._cursor is None and not self.one_line:
            self.move("next")
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._scroll_by(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._scroll_by(-3)

    def on_click(self, event: events.Click) -> None:
        place = event.y + self.scroll_offset.y
        if place < len(self._rows) and self._rows[place].choosable:
            if place == self._cursor:
                self.open_under_cursor()
            else:
                self._cursor = place
                self.refresh()
