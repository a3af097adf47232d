"""How the parts of the screen look: a scope of the theme (`quiet`, `here`, `danger`) as a Rich style; and who puts
right-to-left text in order."""

from __future__ import annotations

from collections.abc import Iterable

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from agent_tui.domain.language import SPOKEN
from agent_tui.domain.text_visual import Bidi
from agent_tui.themes.theme import SCOPES, Depth, Theme
from agent_tui.widgets.mirror import turned

Part = str
"""A scope of `agent_tui.themes.theme.SCOPES`."""


class Paint:
    """The styles in use, one object for all widgets of a desk. Look them up when you draw, do not keep them:
    `use` puts another theme in place. Strips kept from before are of an older `version`.
    `from_right`: the desk it is made for begins its lines and columns at the right."""

    def __init__(self, theme: Theme, depth: Depth = "truecolor", bidi: Bidi = "visual") -> None:
        self.version = 0
        self.keys = 0
        """Which keys are taught, by number."""
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

    def other_keys(self) -> None:
        """Other keys are in use: lines and strips kept from before teach what no longer works."""
        self.keys += 1
        self.version += 1

    def order(self, bidi: Bidi) -> None:
        """Leave the order of right-to-left text to another than before."""
        if bidi != self.bidi:
            self.bidi = bidi
            self.version += 1

    def __getitem__(self, part: Part) -> Style:
        return self._styles[part]

    def strip(self, parts: Iterable[tuple[str, Style]], width: int, base: Style) -> Strip:
        """A line of exactly `width` cells: its parts as they follow each other from its start, each in the order of its
        cells; blanks up to its end."""
        line = Strip([Segment(str(text), style) for text, style in parts if text]).adjust_cell_length(width, base)
        if not self.from_right:
            return line
        looks = ((part.text, part.style or base) for part in line)
        return Strip([Segment(text, style) for text, style in turned(looks)], width)

    def edged(self, mark: tuple[str, Style], rest: Strip, base: Style) -> Strip:
        """A line made by `strip` with a mark of one cell before its start."""
        width = rest.cell_length + 1
        if not self.from_right:
            return Strip([Segment(mark[0], mark[1]), *rest], width)
        return Strip([*rest, *(Segment(text, style) for text, style in turned([mark]))], width)

    def without_edge(self, line: Strip) -> Strip:
        """A line made by `strip` without the first cell of its start."""
        width = line.cell_length
        return line.crop(0, width - 1) if self.from_right else line.crop(1, width)

    def rule_strip(self, width: int, joints: tuple[int, ...], joint: str, base: Style) -> Strip:
        """A horizontal rule of `width` cells with `joint` drawn at the columns `joints`."""
        cells = ["─"] * width
        for column in joints:
            if 0 <= column < width:
                cells[column] = joint
        return Strip([Segment("".join(cells), base + self["rule"])], width)
