"""Who this is: addresses, earlier conversations, notes; also as one line where the screen is narrow."""

from __future__ import annotations

from rich.text import Text
from textual.app import RenderResult
from textual.widget import Widget

from agent_tui.commands.context import Move
from agent_tui.commands.spec import CALL, GLOBAL, LIST
from agent_tui.desk.changes import Changes
from agent_tui.domain.time import Ms
from agent_tui.services.workbench import Workbench
from agent_tui.widgets.paint import Paint


class CustomerPane(Widget, can_focus=True):
    """The customer of the opened case. The shell places it: as a column, as one line, or as a card for the case."""

    KEY_CONTEXTS = (LIST, CALL, GLOBAL)

    def __init__(self, workbench: Workbench, paint: Paint, id: str | None = None) -> None:
        super().__init__(id=id)
        self.workbench = workbench
        self.paint = paint

    def changed(self, changes: Changes) -> None:
        """See `agent_tui.widgets.pane.Pane`."""
        if changes.customer:
            self.refresh()

    def tick(self, now: Ms) -> Ms | None:
        """See `agent_tui.widgets.pane.Pane`."""
        return None

    def move(self, move: Move) -> bool:
        """Move the cursor among addresses and earlier cases; False when it stands at that end already."""
        return False

    def open_under_cursor(self) -> None:
        """Enter: open the earlier case under the cursor."""

    @property
    def one_line(self) -> bool:
        """Whether the pane is one line high (the screen is narrow)."""
        return self.size.height <= 1

    def render(self) -> RenderResult:
        return Text("")
