"""A picture in the terminal, in half blocks: two pixels a cell, no escape sequence but colours."""

from __future__ import annotations

from pathlib import Path

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from agent_tui.domain.text import SafeText, fixed, trusted
from agent_tui.terminal.line_view import LineView
from agent_tui.widgets.case.pieces import NOTHING, LinePieces, Piece, strip_of
from agent_tui.widgets.paint import Paint

MOST_PIXELS = 64_000_000
"""A picture with more is not opened: unpacked it would fill the memory."""
_GREYS = " .:-=+*#%@"

Pixels = list[list[tuple[int, int, int]]]


class NoPicture(Exception):
    """The file cannot be shown; the message tells a person why."""


def read_pixels(path: Path, columns: int, rows: int) -> Pixels:
    """The picture scaled into `columns` x `rows` cells of two pixels each. Raises NoPicture. Blocks: use a thread."""
    from PIL import Image, ImageOps, UnidentifiedImageError  # late: a desk without pictures never needs it

    try:
        with Image.open(path) as image:
            if image.width * image.height > MOST_PIXELS:
                raise NoPicture(f"{image.width} x {image.height} pixels are too many to show here")
            image.draft("RGB", (columns * 2, rows * 4))
            turned = ImageOps.exif_transpose(image).convert("RGBA")
            turned.thumbnail((max(1, columns), max(1, rows * 2)))
            ground = Image.new("RGBA", turned.size, (24, 27, 31, 255))
            flat = Image.alpha_composite(ground, turned).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NoPicture("it cannot be read as a picture") from error
    raw, width = flat.tobytes(), flat.width
    return [
        [(raw[at], raw[at + 1], raw[at + 2]) for at in range(row * width * 3, (row + 1) * width * 3, 3)]
        for row in range(flat.height)
    ]


def picture_strips(pixels: Pixels, half_blocks: bool) -> list[Strip]:
    """Half blocks in colour; else signs of growing weight."""
    width = len(pixels[0]) if pixels else 0
    strips = []
    for top in range(0, len(pixels), 2):
        upper = pixels[top]
        lower = pixels[top + 1] if top + 1 < len(pixels) else upper
        strips.append(Strip([_cell(a, b, half_blocks) for a, b in zip(upper, lower, strict=True)], width))
    return strips


def _cell(upper: tuple[int, int, int], lower: tuple[int, int, int], half_blocks: bool) -> Segment:
    if half_blocks:
        return Segment("▀", Style(color=Color.from_rgb(*upper), bgcolor=Color.from_rgb(*lower)))
    weight = (sum(upper) + sum(lower)) / (6 * 256)
    return Segment(_GREYS[int(weight * len(_GREYS))])


class Preview(LineView, can_focus=True):
    """Lies in the timeline's place while a picture is looked at: `s` saves, `l` gives a link, any other key closes."""

    KEY_CONTEXTS: tuple[str, ...] = ()
    DEFAULT_CSS = """
    Preview { height: 1fr; display: none; }
    """

    class Closed(Message):
        """Back to the timeline."""

    class Wanted(Message):
        """`save` or `link` for what is shown."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    def __init__(self, paint: Paint, covers: Widget, id: str | None = None) -> None:
        """`covers`: what is hidden meanwhile."""
        super().__init__(id=id)
        self.paint = paint
        self.covers = covers
        self._title: SafeText = NOTHING
        self._strips: list[Strip] = []

    def show(self, title: SafeText, pixels: Pixels, half_blocks: bool) -> None:
        """Show a picture in the timeline's place."""
        self._title = title
        self._strips = picture_strips(pixels, half_blocks)
        self.display = True
        self.covers.display = False
        self.screen.set_focus(self, scroll_visible=False)
        self.refresh()

    def close(self) -> None:
        """Put it away."""
        if self.display:
            self.display = False
            self._strips = []
            self.covers.display = True

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        if event.key in ("s", "l"):
            self.post_message(self.Wanted("save" if event.key == "s" else "link"))
            return
        self.close()
        self.post_message(self.Closed())

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.base
        if y == 0:
            left = (Piece(trusted("── "), "rule"), Piece(self._title, "strong"), Piece(trusted(" ")))
            keys = (Piece(fixed(" s"), "key"), Piece(trusted(" save  ")), Piece(fixed("l"), "key"))
            right = (*keys, Piece(trusted(" link  ")), Piece(fixed("Esc"), "key"), Piece(trusted(" back ")))
            return strip_of(LinePieces(left, right, trusted("─"), "rule"), width, self.paint, base)
        if 0 <= y - 1 < len(self._strips):
            strip = self._strips[y - 1]
            indent = max(0, (width - strip.cell_length) // 2)
            cells = [s if s.style is not None else Segment(s.text, base) for s in strip]
            return Strip([Segment(" " * indent, base), *cells]).adjust_cell_length(width, base)
        return Strip.blank(width, base)
