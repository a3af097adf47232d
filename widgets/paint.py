"""How the parts of the screen look: a scope of the theme (`quiet`, `here`, `danger`) as a Rich style; and who puts
right-to-left text in order."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from agent_tui.domain.language import SPOKEN
from agent_tui.domain.text_visual import Bidi
from agent_tui.themes.theme import SCOPES, Depth, Theme

Part = str
"""A scope of `agent_tui.themes.theme.SCOPES`."""


class Paint:
    """The styles in use, one object for all widgets of a desk. Look them up when you draw, do not keep them:
    `use` puts another theme in place. Strips kept from before are of an older `version`.
    `from_right`: the desk it is made for begins its lines and columns at the right."""

    def __init__(self, theme: Theme, depth: Depth = "truecolor", bidi: Bidi = "visual") -> None:
        self.version = 0
        language = SPOKEN.get()
        self.from_right = language is not None and language.from_right
        self.bidi: Bidi = bidi
        self._styles: dict[Part, Style] = {}
        self.use(theme, depth)

    def use(self, theme: Theme, depth: Depth = "truecolor") -> None:
        """Put another theme, or another number of colours, in place."""
        self.theme, self.depth = theme, depth
        self.version += 1
        self._styles = {scope: Style.parse(theme.style(scope, depth) or "none") for scope in SCOPES}
        self._styles["text"] = Style()  # the ground and ink that Textual lays under everything

    def order(self, bidi: Bidi) -> None:
        """Leave the order of right-to-left text to another than before."""
        if bidi != self.bidi:
            self.bidi = bidi
            self.version += 1

    def __getitem__(self, part: Part) -> Style:
        return self._styles[part]

    def rule_strip(self, width: int, joints: tuple[int, ...], joint: str, base: Style) -> Strip:
        """A horizontal rule of `width` cells with `joint` drawn at the columns `joints`."""
        cells = ["─"] * width
        for column in joints:
            if 0 <= column < width:
                cells[column] = joint
        return Strip([Segment("".join(cells), base + self["rule"])], width)
