"""A horizontal rule between regions, joined to the vertical ones above it."""

from __future__ import annotations

from textual.strip import Strip

from agent_tui.terminal.line_view import LineView
from agent_tui.widgets.paint import Paint


class RuleLine(LineView):
    """One row of `─` with `┴` where a column's rule ends."""

    DEFAULT_CSS = """
    RuleLine { height: 1; }
    """

    def __init__(self, paint: Paint, id: str | None = None) -> None:
        super().__init__(id=id)
        self.paint = paint
        self._joints: tuple[int, ...] = ()

    def set_joints(self, joints: tuple[int, ...]) -> None:
        """The columns (cells from the left) at which a vertical rule meets this one."""
        if joints != self._joints:
            self._joints = joints
            self.refresh()

    def render_line(self, y: int) -> Strip:
        return self.paint.rule_strip(self.size.width, self._joints, "┴", self.base)
