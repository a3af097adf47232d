"""The signs that the interface is drawn with, and for terminals that have no others the ASCII twin of each."""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

TWINS = {
    "•": "*",
    "─": "-",
    "━": "=",
    "│": "|",
    "┬": "+",
    "┴": "+",
    "┼": "+",
    "▌": ">",
    "▐": "<",
    "▏": "|",
    "▕": "|",
    "…": "~",
    "·": "-",
    "●": "*",
    "○": "o",
    "✓": "v",
    "✗": "x",
    "☎": "%",
    "▀": "#",
    "▁": "_",
    "▂": ".",
    "▃": "-",
    "▄": "=",
    "▅": "+",
    "▆": "*",
    "▇": "#",
    "◌": "o",
    "\ufffd": "?",
}
"""Each a cell wide, as its twin is: nothing moves. `%` looks most like a receiver between its two ends."""

_TABLE = str.maketrans(TWINS)


class AsciiGlyphs(LineFilter):
    """Every line on its way to the screen, with the twins in place of the signs. Whoever wrote a sign, the terminal
    does not have it; letters stay as they are."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """See `textual.filter.LineFilter`."""
        return [
            segment
            if segment.control or segment.text.isascii()
            else segment._replace(text=segment.text.translate(_TABLE))
            for segment in segments
        ]
