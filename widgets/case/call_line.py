"""The rule under the header, which is the call line: a ring appears in it and moves nothing."""

from __future__ import annotations

from textual.strip import Strip
from textual.widget import Widget

from agent_tui.desk.changes import Changes
from agent_tui.domain.time import Ms
from agent_tui.services.workbench import Workbench
from agent_tui.widgets.paint import Paint


class CallLine(Widget):
    """One line high; never has the focus. Without a call it is the plain rule, joined to the columns under it."""

    def __init__(self, workbench: Workbench, paint: Paint, id: str | None = None) -> None:
        super().__init__(id=id)
        self.workbench = workbench
        self.paint = paint
        self.joints: tuple[int, ...] = ()

    def set_joints(self, joints: tuple[int, ...]) -> None:
        """The columns (cells from the left) at which a vertical rule hangs from this line: a `┬` there."""
        if joints != self.joints:
            self.joints = joints
            self.refresh()

    def changed(self, changes: Changes) -> None:
        """See `agent_tui.widgets.pane.Pane`."""
        if changes.calls:
            self.refresh()

    def tick(self, now: Ms) -> Ms | None:
        """See `agent_tui.widgets.pane.Pane`."""
        return None

    def render_line(self, y: int) -> Strip:
        return self.paint.rule_strip(self.size.width, self.joints, "┬", self.rich_style)
