"""Remembers what the terminal shows and sends only what changed. The one place that reads Textual 8.2.8's compositor
updates (`LayoutUpdate`, `ChopsUpdate`, `Strip._segments`); `frame` answers None for what it does not understand."""

from __future__ import annotations

from rich.cells import get_character_cell_size
from rich.color import ColorSystem
from rich.console import Console
from rich.control import Control
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.strip import Strip

from agent_tui.terminal.cells import CONTINUED, RAW, UNKNOWN, GlyphTable
from agent_tui.terminal.painter import Painter

MOST_STRIPS = 256
"""Strips whose cells are remembered: widgets keep what they drew, and give it again when it moves."""


class DiffScreen:
    """The screen as wanted and as shown. One for each terminal."""

    def __init__(self, console: Console, erases_with_colour: bool) -> None:
        self._console = console
        self._table = GlyphTable(console._color_system or ColorSystem.TRUECOLOR)  # as Strip.render takes it
        self._painter = Painter(self._table, erases_with_colour)
        self._wanted: list[str] = []
        self._shown: list[str] = []
        self._size = (0, 0)
        self._pictures: list[str] = []
        self._strips: dict[int, tuple[Strip, str]] = {}  # by id(); the strip is held, so that its id stays its own
        self.picture_lost = False  # a picture could not be kept for later: the app must repaint

    def forget(self) -> None:
        """The terminal may show anything now: the next frame writes every cell it knows."""
        self._shown = [UNKNOWN * self._size[0]] * self._size[1]
        self._painter.lose_cursor()

    def frame(self, update: object, size: tuple[int, int], cursor: tuple[int, int], held: bool = False) -> str | None:
        """The bytes that bring the terminal from what it shows to what `update` asks for.

        `size` is (columns, rows) of the whole screen, `cursor` the place to leave the cursor at. `held`: only take
        note; `catch_up` will write it. None: not understood, nothing taken over; write it the stock way and call
        `forget`.
        """
        if type(update) is LayoutUpdate:
            if size != self._size or self._table.full:
                self._resize(size)
            self._take_layout(update)
        elif type(update) is ChopsUpdate:
            if size != self._size or len(update.chops) != size[1]:
                return None
            self._take_chops(update)
        else:
            return None
        if held:
            if self._pictures:
                self._pictures.clear()
                self.picture_lost = True
            return ""
        return self.catch_up(cursor)

    def catch_up(self, cursor: tuple[int, int]) -> str:
        """Bring the terminal to what is wanted."""
        if not self._size[1]:
            return ""
        extra = "".join(self._pictures)
        self._pictures.clear()
        return self._painter.paint(self._shown, self._wanted, cursor, extra)

    def _resize(self, size: tuple[int, int]) -> None:
        self._table.forget()
        self._strips.clear()
        self._size = size
        self._wanted = [self._table.space * size[0]] * size[1]
        self.forget()

    def _take_layout(self, update: LayoutUpdate) -> None:
        for y, line in enumerate(update.strips, update.region.y):
            x = update.region.x
            for strip in line:
                x = self._put(x, y, strip)

    def _take_chops(self, update: ChopsUpdate) -> None:
        """The same choice of strips as `ChopsUpdate.render_segments`."""
        for y, x1, x2 in update.spans:
            for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
                if strip is None or x > x2 or end <= x1:
                    continue
                whole = x2 > x >= x1 and end <= x2
                self._put(x, y, strip if whole else strip.crop(0, min(end, x2) - x))

    def _put(self, x: int, y: int, strip: Strip) -> int:
        """Put a strip at column `x` of row `y`; the column after it."""
        if not 0 <= y < self._size[1]:
            return x
        cells = self._known_cells(strip)
        if cells is None:
            self._pictures.append(Control.move_to(x, y).segment.text + strip.render(self._console))
            cells = RAW * strip.cell_length
            # What a picture covers is not known, and the picture must not be taken for shown once it is covered.
            row = self._shown[y]
            self._shown[y] = row[:x] + cells + row[x + len(cells) :]
        self._wanted[y] = self._overlay(self._wanted[y], x, cells)
        return x + len(cells)

    def _overlay(self, row: str, x: int, cells: str) -> str:
        """`row` with `cells` from column `x` on; the rest of a wide character that is cut becomes a blank."""
        width = len(row)
        if x + len(cells) > width:
            cut = cells[width - x :]
            cells = cells[: width - x]
            if cells and cut[0] == CONTINUED:
                cells = cells[:-1] + self._table.blanked(cells[-1])
        end = x + len(cells)
        before, after = row[:x], row[end:]
        if after.startswith(CONTINUED):
            after = self._table.blanked(row[end - 1]) + after[1:]
        if before and row[x : x + 1] == CONTINUED:
            before = before[:-1] + self._table.blanked(before[-1])
        return before + cells + after

    def _known_cells(self, strip: Strip) -> str | None:
        known = self._strips.get(id(strip))
        if known is not None:
            return known[1]
        cells = self._cells(strip)
        if cells is not None:
            if len(self._strips) >= MOST_STRIPS:
                self._strips.clear()
            self._strips[id(strip)] = strip, cells
        return cells

    def _cells(self, strip: Strip) -> str | None:
        """The cells of a strip; None if the terminal would obey some of it."""
        made = ""
        for text, style, control in strip._segments:
            if control:
                return None
            cells = self._table.cells(text, style)
            while cells is None and text[:1] >= "\xa0" and get_character_cell_size(text[0]) == 0:
                # A mark whose letter ended the segment before. If that is another strip it has been cut off, and
                # written it would land on a neighbour, so it is dropped.
                made = self._with_mark(made, text[0]) if made else ""
                text = text[1:]
                cells = self._table.cells(text, style)
            if cells is None:
                return None
            made += cells
        return made

    def _with_mark(self, cells: str, mark: str) -> str:
        base = cells.rstrip(CONTINUED)
        return base[:-1] + self._table.join(base[-1], mark) + cells[len(base) :]
