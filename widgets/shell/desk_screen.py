"""The one screen: mounts the regions, gives each its place by the width, and tells them what changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.widget import Widget

from agent_tui.desk.changes import Changes
from agent_tui.domain.text import SafeText
from agent_tui.domain.time import Ms
from agent_tui.services.lock import Lock
from agent_tui.services.workbench import Workbench
from agent_tui.terminal.screen import TerminalScreen
from agent_tui.widgets.ask import Prompt, Sheet
from agent_tui.widgets.case import CallLine, CasePane, CustomerPane
from agent_tui.widgets.inbox import HitList, InboxList
from agent_tui.widgets.lines import HeaderLine, KeyLine, RuleLine, StatusLine
from agent_tui.widgets.paint import Paint
from agent_tui.widgets.pane import Pane
from agent_tui.widgets.shell.columns import FEWEST, THREE, Box, Columns, Sight, columns, shared
from agent_tui.widgets.shell.lock_cover import LockCover

if TYPE_CHECKING:
    from agent_tui.widgets.board import Wallboard
    from agent_tui.widgets.case.guide import Guide
    from agent_tui.widgets.shell.taught import Ahead
    from agent_tui.widgets.shell.which_key import WhichKey

FRAME = 5
"""Rows that are not the body: header, call line, rule, status line, key line."""


class DeskScreen(TerminalScreen, inherit_bindings=False):
    """Header, call line, body, rule, status line, key line; over them prompt and sheet while something is asked."""

    AUTO_FOCUS = None
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    DeskScreen { layers: base over cover; background: $background; color: $foreground; overflow: hidden; }
    DeskScreen CallLine { height: 1; }
    DeskScreen #body { height: 1fr; overflow: hidden; }
    DeskScreen #body > * { position: absolute; background: $background; }
    DeskScreen #body > CasePane, DeskScreen #body > CustomerPane, DeskScreen #body > Guide {
        border-left: solid $rule;
    }
    DeskScreen.from-right #body > CasePane, DeskScreen.from-right #body > CustomerPane,
    DeskScreen.from-right #body > Guide { border-left: none; border-right: solid $rule; }
    DeskScreen.narrow #body > CasePane, DeskScreen.narrow #body > CustomerPane {
        border-left: none; border-right: none;
    }
    DeskScreen Sheet { layer: over; dock: bottom; margin: 0 0 2 0; display: none; background: $background; }
    DeskScreen.locked > * { display: none; }
    DeskScreen.locked > LockCover { display: block; }
    DeskScreen Prompt { layer: over; dock: bottom; margin: 0 0 1 0; display: none; background: $background; }
    """

    def __init__(self, workbench: Workbench, paint: Paint, zone: tzinfo, lock: Lock) -> None:
        super().__init__()
        self.workbench = workbench
        self._from_right = paint.from_right
        self.set_class(paint.from_right, "from-right")
        self.sight: Sight = "inbox"
        self.writing_new = False
        """A message to somebody new is being written: the case has its place though none is open."""
        self.header = HeaderLine(workbench, paint, zone)
        self.call_line = CallLine(workbench, paint)
        self.inbox = InboxList(workbench, paint, zone)
        self.hits = HitList(workbench, paint, zone)
        self.case = CasePane(workbench, paint)
        self.customer = CustomerPane(workbench, paint)
        self.rule = RuleLine(paint)
        self.status = StatusLine(workbench, paint)
        self.keys = KeyLine(paint)
        self.sheet = Sheet(paint)
        self.prompt = Prompt(paint, self.sheet)
        self.cover = LockCover(workbench, paint, zone, lock)
        self.board: Wallboard | None = None
        """Made when it is wanted first."""
        self.guide: Guide | None = None
        """A guided script in the customer's column; made when one is run first."""
        self.card_wanted = False
        """The customer stands in their column although a script is run."""
        self.which_key: WhichKey | None = None
        self._paint, self._zone = paint, zone

    def compose(self) -> ComposeResult:
        yield self.header
        yield self.call_line
        yield Container(self.inbox, self.hits, self.case, self.customer, id="body")
        yield self.rule
        yield self.status
        yield self.keys
        yield self.sheet
        yield self.prompt
        yield self.cover

    def panes(self) -> Iterator[Pane]:
        """All that is drawn from the desk."""
        yield self.header
        yield self.call_line
        yield self.inbox
        yield self.hits
        yield self.case
        yield self.customer
        yield self.status
        yield self.cover
        if self.board is not None:
            yield self.board

    def changed(self, changes: Changes) -> None:
        """Tell every region what changed."""
        if changes.timeline or changes.customer:
            self._take_guide()
        if changes.timeline:
            if self.workbench.desk.open_case is None and not self.writing_new:
                self.sight = "inbox"
            self.place()
        elif changes.found or (changes.inbox and self.hits.display):
            self.place()
        for pane in self.panes():
            pane.changed(changes)

    def tick(self, now: Ms) -> Ms | None:
        """Bring every region's countdowns up to `now`; when the next one steps."""
        return min((due for pane in self.panes() if (due := pane.tick(now)) is not None), default=None)

    def see(self, sight: Sight) -> None:
        """What is shown where the screen has not room for all."""
        if sight != self.sight:
            self.sight = sight
            self.place()

    @property
    def _guided(self) -> bool:
        """Whether a guided script is run with the open case."""
        case = self.workbench.desk.open_case
        return case is not None and self.workbench.script_of(case.key) is not None

    def _take_guide(self) -> None:
        """A guided script may have begun, gone on or ended."""
        if self._guided and self.guide is None:
            from agent_tui.widgets.case.guide import Guide

            self.guide = Guide(self.workbench, self._paint, self.case.answering, self.case.spoken, brief=False)
            self.query_one("#body").mount(self.guide)
        if not self._guided:
            self.card_wanted = False
        if self.guide is not None:
            self.place()
            if self.answered_at is not None:
                self.answered_at.take()

    @property
    def answered_at(self) -> Guide | None:
        """Where a guided script is answered now: its column or its strip."""
        if self.guide is not None and self.guide.display:
            return self.guide
        return self.case.strip if self.case.strip is not None and self.case.strip.display else None

    def show_board(self, backend: str) -> None:
        """A server's wallboard in place of the whole body."""
        if self.board is None:
            from agent_tui.widgets.board import Wallboard

            self.board = Wallboard(self.workbench, self._paint, self._zone)
            self.query_one("#body").mount(self.board)
        self.board.show(backend)
        self.place()

    def narrow_board(self, words: str) -> None:
        """Only its queues that are called so."""
        if self.board is not None:
            self.board.narrow(words)

    def hide_board(self) -> None:
        """The body as it was."""
        if self.board is not None:
            self.board.hide()
            self.place()

    def explain_keys(self, begun: SafeText, ways: Sequence[Ahead]) -> None:
        """What the keys that were pressed can still become; made when it is wanted first."""
        if self.which_key is None:
            from agent_tui.widgets.shell.which_key import WhichKey

            self.which_key = WhichKey(self._paint)
            self.mount(self.which_key)
        width, height = self.size
        self.which_key.explain(begun, ways, width, max(2, (height - FRAME) * 3 // 4))

    def explained(self) -> None:
        """That is over."""
        if self.which_key is not None:
            self.which_key.hide()

    def place(self) -> None:
        """Put the regions where the width says."""
        width, height = self.size.width, self.size.height
        if not width:
            return
        has_case = self.workbench.desk.open_case is not None or self.writing_new
        layout = columns(width, max(1, height - FRAME), self.sight, has_case)
        if self._from_right:
            layout = layout.mirrored(width)
        if self.board is not None:
            if self.board.shown:
                layout = Columns(None, None, None, False, ())
            _put(self.board, Box(0, 0, width, max(1, height - FRAME)) if self.board.shown else None)
        self.set_class(not layout.joints, "narrow")
        self.inbox.set_two_lines(layout.two_lines)
        wanted = self.inbox.lines_wanted + int(layout.two_lines)
        if self.hits.key is not None and not self.workbench.desk.inbox.view.text:
            wanted = min(wanted, FEWEST)  # operators alone narrow no rows: the place is for what they found
        rows, hits = shared(layout.inbox, wanted, self.hits.lines_wanted)
        _put(self.inbox, rows)
        _put(self.hits, hits)
        _put(self.case, layout.case)
        beside = layout.customer if width >= THREE and self._guided and not self.card_wanted else None
        _put(self.customer, layout.customer if beside is None else None)
        answering = self.focused is not None and self.focused in (self.guide, self.case.strip)
        if self.guide is not None:
            _put(self.guide, beside)
        self.case.show_strip(self._guided and beside is None)
        if answering and self.answered_at is not None:
            self.set_focus(self.answered_at, scroll_visible=False)  # it may stand in the other place now
        self.call_line.set_joints(layout.joints)
        self.rule.set_joints(layout.joints)
        self.sheet.most_lines = max(3, min(24, (height - FRAME) * 3 // 5))

    def on_sheet_clicked(self, message: Sheet.Clicked) -> None:
        self.set_focus(self.prompt, scroll_visible=False)
        self.prompt.take()

    def on_resize(self, event: events.Resize) -> None:
        self.place()


def _put(widget: Widget, box: Box | None) -> None:
    widget.display = box is not None
    if box is not None:
        widget.styles.offset = (box.x, box.y)
        widget.styles.width = box.width
        widget.styles.height = box.height
