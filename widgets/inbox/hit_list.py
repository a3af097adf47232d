"""What was found, under the rows of the inbox: a heading, then two lines a hit, its words marked."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING

from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip

from agent_tui.commands.context import Move
from agent_tui.commands.spec import CALL, GLOBAL, LIST
from agent_tui.desk.changes import Changes
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.taught import key_of
from agent_tui.domain.text import SafeText, clean_line, compose, listed, trusted
from agent_tui.domain.time import Ms
from agent_tui.services.workbench import Workbench
from agent_tui.terminal.line_view import LineView
from agent_tui.widgets.case.when import clock_time, day, day_number, short_day
from agent_tui.widgets.cells import fit
from agent_tui.widgets.paint import Paint

if TYPE_CHECKING:
    from agent_tui.desk.finding import Finding, Found

NEAR_THE_END = 10
"""Hits from the last one held at which older ones are asked for."""
_NOTHING = trusted("")


class HitList(LineView, can_focus=True):
    """`desk.finding`. It is shown while something is looked for; the cursor is drawn while it has the focus."""

    KEY_CONTEXTS = (LIST, CALL, GLOBAL)

    class Opened(Message):
        """A click on the hit under the cursor: open it."""

        def __init__(self, found: Found) -> None:
            super().__init__()
            self.found = found

    def __init__(self, workbench: Workbench, paint: Paint, zone: tzinfo, id: str | None = None) -> None:
        super().__init__(id=id)
        self.workbench = workbench
        self.paint = paint
        self.zone = zone
        self._cursor = 0
        self._top = 0
        self._text = ""
        self._day = 0

    # -- what others ask

    @property
    def chosen(self) -> Found | None:
        """The hit under the cursor."""
        found = self._found
        return found[self._cursor] if self._cursor < len(found) else None

    @property
    def key(self) -> CaseKey | None:
        """The case of the hit under the cursor."""
        chosen = self.chosen
        return chosen.key if chosen is not None else None

    @property
    def lines_wanted(self) -> int:
        """Lines that it would fill; 0 when nothing is looked for."""
        finding = self.workbench.desk.finding
        return 0 if finding is None else 2 + 2 * max(1, len(finding.found))

    def changed(self, changes: Changes) -> None:
        """See `agent_tui.widgets.pane.Pane`."""
        if not changes.found:
            return
        finding = self.workbench.desk.finding
        text = finding.text if finding is not None else ""
        if text != self._text:
            self._text = text
            self._cursor = self._top = 0
        self._cursor = max(0, min(self._cursor, len(self._found) - 1))
        self._into_sight()
        self.refresh()

    def tick(self, now: Ms) -> Ms | None:
        """See `agent_tui.widgets.pane.Pane`; days have their names until midnight."""
        today = day_number(now, self.zone)
        if today != self._day:
            self._day = today
            if self._found:
                self.refresh()
        return None

    def move(self, move: Move) -> bool:
        """Move the cursor; False when it stands at that end already."""
        last = len(self._found) - 1
        page = max(1, (self.size.height - 1) // 2 - 1)
        steps = {"next": 1, "previous": -1, "page-on": page, "page-back": -page, "first": -last - 1, "last": last + 1}
        target = max(0, min(last, self._cursor + steps[move]))
        if last < 0 or target == self._cursor:
            return False
        self._cursor = target
        self._into_sight()
        self.refresh()
        if target > last - NEAR_THE_END:
            self.workbench.find_more()
        return True

    def repaint(self) -> None:
        """Draw everything anew: another theme or width."""
        self.refresh()

    # -- drawing

    @property
    def _found(self) -> tuple[Found, ...]:
        finding = self.workbench.desk.finding
        return finding.found if finding is not None else ()

    def _into_sight(self) -> None:
        room = max(1, (self.size.height - 1) // 2)
        if self._cursor < self._top:
            self._top = self._cursor
        elif self._cursor >= self._top + room:
            self._top = self._cursor - room + 1

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.base
        finding = self.workbench.desk.finding
        if finding is None:
            return Strip.blank(width, base)
        if y == 0:
            from agent_tui.widgets.inbox.hit_strips import heading_strip  # not before somebody looks for something

            return heading_strip(len(finding.found), finding.more, self._aside(finding), width, self.paint, base)
        place, part = divmod(y - 1 + 2 * self._top, 2)
        if place >= len(finding.found):
            words = self._told(finding) if place == len(finding.found) and part == 0 else _NOTHING
            return self._quiet(words, width, base)
        return self._hit(finding.found[place], part, place == self._cursor and self.has_focus, finding, width, base)

    def _hit(self, found: Found, part: int, cursor: bool, finding: Finding, width: int, base: Style) -> Strip:
        from agent_tui.widgets.inbox.hit_strips import hit_strip, said_strip

        if part:
            return said_strip(found.hit, finding.sought, cursor, width, self.paint, base)
        now = self.workbench.time.now()
        return hit_strip(found.hit, self._when(found.hit.at, now), cursor, width, self.paint, base)

    def _when(self, at: Ms, now: Ms) -> SafeText:
        if day_number(at, self.zone) == day_number(now, self.zone):
            return clock_time(at, self.zone)
        return short_day(at, now, self.zone)

    def _aside(self, finding: Finding) -> tuple[SafeText, bool]:
        """What stands beside the heading, and whether it is a problem."""
        if finding.problem is not None:
            return _NOTHING, False  # it is told beside what is typed
        refused = finding.refusals(self.workbench.desk.backends)
        if refused:
            return listed(" · ", refused), True
        if finding.waiting:
            return trusted("looking"), False
        now = self.workbench.time.now()
        if finding.indexed_from is not None:
            return compose("older than {day}: not indexed yet", day=day(finding.indexed_from, now, self.zone)), False
        if finding.more and finding.reached:
            return compose("looked back to {day}", day=day(finding.reached, now, self.zone)), False
        return _NOTHING, False

    def _told(self, finding: Finding) -> SafeText:
        """Under the last hit, or where there is none."""
        if finding.waiting or finding.problem is not None:
            return _NOTHING
        if not finding.sought:
            return trusted("add a word to find")
        if not finding.found:
            from agent_tui.domain.search import meant  # loaded by now: something was looked for

            operator = meant(finding.text)
            if operator is not None:
                return compose("nothing was found; {name}: perhaps?", name=clean_line(operator))
            return trusted("nothing was found")
        return compose("{key} looks further back", key=key_of("page-on", "Space")) if finding.more else _NOTHING

    def _quiet(self, words: SafeText, width: int, base: Style) -> Strip:
        if not words:
            return Strip.blank(width, base)
        return self.paint.strip(
            [(" ", base), (fit(words, width - 1, self.paint.bidi), base + self.paint["quiet"])], width, base
        )

    # -- what Textual tells

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        self._into_sight()
        self.refresh()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        room = max(1, (self.size.height - 1) // 2)
        self._top = max(0, min(self._top + 1, len(self._found) - room))
        self.refresh()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._top = max(0, self._top - 1)
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        place = (event.y - 1 + 2 * self._top) // 2
        if event.y < 1 or place >= len(self._found):
            return
        if place == self._cursor and self.has_focus:
            self.post_message(self.Opened(self._found[place]))
            return
        self._cursor = place
        self.screen.set_focus(self, scroll_visible=False)
        self.refresh()
