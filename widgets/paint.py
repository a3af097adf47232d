"""How the parts of the screen look: a name (`quiet`, `here`, `danger`) to a Rich style, taken from the theme in use.

Every style that carries meaning has weight or comes with a sign or word beside its colour, so that NO_COLOR and
16 colours lose nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from rich.segment import Segment
from rich.style import Style
from textual.color import Color, ColorParseError
from textual.strip import Strip

Part = Literal[
    "text", "strong", "quiet", "rule", "here", "danger", "warning", "good", "cursor", "key", "heading", "caret"
]
"""`here`: the one accent, where the agent is. `danger`: late, failed. `cursor`: the row under the cursor (background).
`key`: a key that is taught. `heading`: the name of a group."""

_VARIABLES: dict[Part, tuple[str, ...]] = {
    "text": ("foreground",),
    "quiet": ("quiet",),
    "rule": ("rule",),
    "here": ("here", "primary"),
    "danger": ("danger", "error"),
    "warning": ("warning",),
    "good": ("good", "success"),
    "cursor": ("cursor-row",),
    "key": ("key", "here", "primary"),
    "heading": ("heading", "quiet"),
}
"""The theme variables of a part, the first that is there counts."""

_BOLD: frozenset[Part] = frozenset({"strong", "here", "danger", "heading", "key"})


class Paint:
    """Styles by part. `take` reads a theme's CSS variables; until then everything is plain text with its weight."""

    def __init__(self) -> None:
        self._styles: dict[Part, Style] = {}
        self.version = 0
        self.take({})

    def take(self, variables: Mapping[str, str]) -> None:
        """Use another theme. `variables`: `App.theme_variables`. Strips made before this are of an older `version`."""
        self.version += 1
        styles: dict[Part, Style] = {"strong": Style(bold=True), "caret": Style(reverse=True)}
        derived = {**_derived(variables), **variables}
        for part, names in _VARIABLES.items():
            colour = next((found for name in names if (found := _colour(derived.get(name, "")))), None)
            bold = True if part in _BOLD else None
            if part == "cursor":
                styles[part] = Style(bgcolor=colour.rich_color) if colour is not None else Style()
            elif colour is None:
                styles[part] = Style(bold=bold, dim=True if part in ("quiet", "rule") else None)
            else:
                styles[part] = Style(color=colour.rich_color, bold=bold)
        self._styles = styles

    def __getitem__(self, part: Part) -> Style:
        return self._styles[part]

    def rule_strip(self, width: int, joints: tuple[int, ...], joint: str, base: Style) -> Strip:
        """A horizontal rule of `width` cells with `joint` drawn at the columns `joints`."""
        cells = ["─"] * width
        for column in joints:
            if 0 <= column < width:
                cells[column] = joint
        return Strip([Segment("".join(cells), base + self["rule"])], width)


def _colour(value: str) -> Color | None:
    if not value or value.startswith("auto"):
        return None
    try:
        return Color.parse(value)
    except ColorParseError:
        return None


def _derived(variables: Mapping[str, str]) -> dict[str, str]:
    """`quiet`, `rule` and `cursor-row` for a theme that does not name them: its ink, nearer to its ground."""
    ink, ground = _colour(variables.get("foreground", "")), _colour(variables.get("background", ""))
    if ink is None or ground is None or ink.ansi is not None or ground.ansi is not None:
        return {"quiet": "ansi_bright_black", "rule": "ansi_bright_black"} if ink is not None else {}
    return {
        "quiet": ground.blend(ink, 0.62).hex,
        "rule": ground.blend(ink, 0.28).hex,
        "cursor-row": ground.blend(ink, 0.08).hex,
    }
