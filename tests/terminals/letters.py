"""The yardstick: a screen drawn letter by letter, each sent to its own cell, the terminal told not to reorder.

What is sent so stands where it is sent, whatever its direction; so equal pictures mean equal order of the cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pyte
from pyte.screens import Char

from agent_tui.domain.text import CustomerText
from agent_tui.domain.text_cells import cell_width, graphemes

DESK_ORDERS = "\x1b[8l"
OTHER_SCREEN = "\x1b[?1049h\x1b[2J\x1b[?25l\x1b[?7l"
FIRST_ROW, LEFT = 2, 4
_QUESTION = re.compile(rb"\x1b\[\??\d+\$p")
_COLOURS = ("black", "red", "green", "brown", "blue", "magenta", "cyan", "white")


def placed(lines: Iterable[str]) -> str:
    """Lines in one go each, every other row."""
    return "".join(f"\x1b[{FIRST_ROW + 2 * n};{LEFT}H{line}" for n, line in enumerate(lines))


def spelled(lines: Iterable[str]) -> str:
    """The same letter by letter."""
    out = []
    for n, line in enumerate(lines):
        column = LEFT
        for letter in graphemes(CustomerText(line).safe):
            out.append(f"\x1b[{FIRST_ROW + 2 * n};{column}H{letter}")
            column += cell_width(letter)
    return DESK_ORDERS + OTHER_SCREEN + "".join(out)


class Cells(pyte.Screen):
    """pyte's screen with faint letters told from others (it knows none, so blinking stands for it)."""

    def select_graphic_rendition(self, *codes: int, **more: Any) -> None:
        seen: list[int] = []
        of_colour = 0  # codes to come that belong to a colour
        for code, after in zip(codes, (*codes[1:], 0), strict=False):
            if of_colour:
                of_colour -= 1
            elif code in (38, 48):
                of_colour = 4 if after == 2 else 2
            elif code == 2:
                code = 5
            elif code == 22:
                seen.append(25)
            seen.append(code)
        super().select_graphic_rendition(*seen, **more)


def screen_of(written: bytes, columns: int, rows: int) -> Cells:
    """What plain cells show of all that a desk wrote."""
    screen = Cells(columns, rows)
    pyte.ByteStream(screen).feed(_QUESTION.sub(b"", written))
    return screen


def screen_spelled(screen: Cells) -> str:
    """A whole screen letter by letter, with its styles, its cursor where it is."""
    out = [DESK_ORDERS, OTHER_SCREEN]
    for y in range(screen.lines):
        row: Mapping[int, Char] = screen.buffer[y]
        for x in range(screen.columns):
            cell = row[x]
            if cell.data:  # empty: the right half of a wide letter
                out.append(f"\x1b[{y + 1};{x + 1}H\x1b[{_style(cell)}m{cell.data}")
    out.append(f"\x1b[m\x1b[{screen.cursor.y + 1};{screen.cursor.x + 1}H")
    if not screen.cursor.hidden:
        out.append("\x1b[?25h")
    return "".join(out)


def _style(cell: Char) -> str:
    on = [("1", cell.bold), ("2", cell.blink), ("3", cell.italics), ("4", cell.underscore), ("7", cell.reverse)]
    codes = ["0", *(code for code, is_on in on if is_on), *(["9"] if cell.strikethrough else [])]
    return ";".join([*codes, *_colour(cell.fg, 30), *_colour(cell.bg, 40)])


def _colour(name: str, base: int) -> list[str]:
    if name == "default":
        return []
    if name in _COLOURS:
        return [str(base + _COLOURS.index(name))]
    if name.startswith("bright") and name[6:] in _COLOURS:
        return [str(base + 60 + _COLOURS.index(name[6:]))]
    red, green, blue = (int(name[at : at + 2], 16) for at in (0, 2, 4))
    return [f"{base + 8};2;{red};{green};{blue}"]
