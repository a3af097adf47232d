"""A widget drawn line by line, with nothing around its lines.

Rests on private parts of Textual 8.2.8: what `Widget.render_lines` does beside asking for lines (see
`tests/terminal/test_private_parts.py`).
"""

from __future__ import annotations

from rich.style import Style
from textual.color import Color
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget


class LineView(Widget):
    """Its lines are what `render_line` answers, each as wide as the widget: no border, padding, opacity or tint.

    So Textual's cache of styled lines has nothing to add, and asking it costs more than drawing them. What is under
    the lines (`base`) is worked out once for each change of styles, not for each line.
    """

    _base: Style | None = None
    _ground: Color | None = None

    @property
    def base(self) -> Style:
        """Ink and ground that all lines begin with."""
        if self._base is None:
            self._base = self.rich_style
        return self._base

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._base = self._ground = None

    def render_lines(self, crop: Region) -> list[Strip]:
        if self._ground is None:
            self._ground = self.background_colors[1]
        strips = [self.render_line(y) for y in crop.line_range]
        for line_filter in self.get_line_filters():
            strips = [strip.apply_filter(line_filter, self._ground) for strip in strips]
        if crop.column_span != (0, self.size.width):
            strips = [strip.crop(*crop.column_span) for strip in strips]
        return strips
