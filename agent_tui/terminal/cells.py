"""Cells as code points: a row of the screen is a string with one character per cell, each naming a glyph in a table.

So rows compare, slice, join and hash at the speed of strings. A glyph is the text of a cell with its style; the second
cell of a wide character is `CONTINUED`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from rich.cells import split_graphemes
from rich.color import Color, ColorSystem
from rich.style import Style

UNKNOWN = "\x00"  # on the terminal: something we did not write
CONTINUED = "\x01"  # the right half of a wide character
RAW = "\x02"  # written past the table (a picture): equal to itself, different from all else
FIRST = 0x20
#: Glyphs and remembered segments before the table starts anew (bounds the memory of a desk that shows every colour).
MOST_GLYPHS = 60_000
MOST_SEGMENTS = 8_192

#: Attributes that show on a blank: underline, reverse, strike, double underline, frame, encircle, overline.
_ON_BLANK = frozenset({"4", "7", "9", "21", "51", "52", "53"})
_ATTRIBUTES = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "21", "51", "52", "53")


class Pen(NamedTuple):
    """A style as SGR parameters: attributes, foreground, background (empty: the default), and an OSC 8 link."""

    attributes: frozenset[str] = frozenset()
    foreground: str = ""
    background: str = ""
    link: str = ""


PLAIN = Pen()


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """What glyphs that may be written in one go have in common; compared by identity, there is one for each.

    `width` in cells; `sure`: every terminal agrees on it.
    """

    pen: Pen
    blank: bool
    width: int
    sure: bool


#: Of the cells that are no glyph.
NO_GLYPH = Kind(PLAIN, False, 0, False)


def _width_is_sure(text: str, width: int) -> bool:
    """One code point outside the emoji, whose widths terminals dispute."""
    if len(text) != 1:
        return False
    code = ord(text)
    return code < 0x2600 if width == 1 else 0x2E80 <= code < 0xE000


def _printable(text: str) -> bool:
    """No C0, DEL or C1: nothing a terminal would obey."""
    return not any(c < " " or "\x7f" <= c <= "\x9f" for c in text)


class GlyphTable:
    """Turns styled text into cells, and remembers. One table a terminal: colours depend on its colour system."""

    def __init__(self, colours: ColorSystem) -> None:
        self.colours = colours
        self.forget()

    def forget(self) -> None:
        """Start anew; rows made before mean nothing now."""
        self.text: dict[str, str] = {UNKNOWN: "", CONTINUED: "", RAW: ""}
        self.kind: dict[str, Kind] = {UNKNOWN: NO_GLYPH, CONTINUED: NO_GLYPH, RAW: NO_GLYPH}
        self._kinds: dict[tuple[Pen, bool, int, bool], Kind] = {}
        self._names: dict[Pen, dict[str, str]] = {}
        self._pens: dict[Style, Pen] = {}
        self._segments: dict[tuple[str, Style | None], str | None] = {}
        self.space = self._name(" ", PLAIN, 1)

    @property
    def full(self) -> bool:
        return len(self.text) > MOST_GLYPHS

    def cells(self, text: str, style: Style | None) -> str | None:
        """The cells of a segment; None if it holds control characters, or begins with a mark that needs a base."""
        key = (text, style)
        try:
            return self._segments[key]
        except KeyError:
            if len(self._segments) >= MOST_SEGMENTS:
                self._segments.clear()
            made = self._segments[key] = self._make(text, PLAIN if style is None else self.pen(style))
            return made

    def join(self, base: str, mark: str) -> str:
        """The cell `base` with a combining mark that came in the next segment."""
        return self._name(self.text[base] + mark, self.kind[base].pen, self.kind[base].width)

    def blanked(self, cell: str) -> str:
        """A blank in the style of `cell`: what is left of a wide character cut in two."""
        return self._name(" ", self.kind[cell].pen, 1)

    def pen(self, style: Style) -> Pen:
        try:
            return self._pens[style]
        except KeyError:
            if len(self._pens) >= MOST_SEGMENTS:
                self._pens.clear()
            made = self._pens[style] = self._make_pen(style)
            return made

    def _make_pen(self, style: Style) -> Pen:
        on = style._attributes & style._set_attributes
        link = f"id={style.link_id};{style.link}" if style.link else ""
        return Pen(
            frozenset(sgr for bit, sgr in enumerate(_ATTRIBUTES) if on & (1 << bit)),
            self._colour(style.color, foreground=True),
            self._colour(style.bgcolor, foreground=False),
            link,
        )

    def _colour(self, colour: Color | None, foreground: bool) -> str:
        if colour is None:
            return ""
        codes = ";".join(colour.downgrade(self.colours).get_ansi_codes(foreground))
        return "" if codes == ("39" if foreground else "49") else codes

    def _make(self, text: str, pen: Pen) -> str | None:
        if text.isascii() and text.isprintable():
            names = self._names.setdefault(pen, {})
            try:
                return "".join([names[c] for c in text])
            except KeyError:
                return "".join([self._name(c, pen, 1) for c in text])
        if not _printable(text):
            return None
        out = []
        for start, end, width in split_graphemes(text)[0]:
            if width == 0:  # a mark without a base: only at the start
                return None
            out.append(self._name(text[start:end], pen, width) + CONTINUED * (width - 1))
        return "".join(out)

    def _name(self, text: str, pen: Pen, width: int) -> str:
        names = self._names.setdefault(pen, {})
        name = names.get(text)
        if name is None:
            name = names[text] = self._new(text, pen, width)
        return name

    def _new(self, text: str, pen: Pen, width: int) -> str:
        blank = text == " " and not pen.link and not (pen.attributes & _ON_BLANK)
        if blank and pen != (bare := Pen(background=pen.background)):
            return self._name(text, bare, width)  # only the background shows: blanks are alike
        name = chr(FIRST + len(self.text))
        self.text[name] = text
        key = (pen, blank, width, _width_is_sure(text, width))
        self.kind[name] = self._kinds.setdefault(key, Kind(*key))
        return name


def shows_blank(pen: Pen, background: str) -> bool:
    """Does a space written with this pen look like a blank of that background?"""
    return pen.background == background and not pen.link and pen.attributes.isdisjoint(_ON_BLANK)


@lru_cache(2048)
def change_pen(old: Pen, new: Pen) -> str:
    """The shortest usual way from one pen to another (OSC 8 included)."""
    if old == new:
        return ""
    out = "" if old.link == new.link else f"\x1b]8;{new.link or ';'}\x1b\\"
    if old[:3] == new[:3]:
        return out
    if new[:3] == PLAIN[:3]:
        return out + "\x1b[m"
    anew = ";".join(["0", *sorted(new.attributes), *filter(None, new[1:3])])
    if new.attributes >= old.attributes:
        codes = sorted(new.attributes - old.attributes)
        if old.foreground != new.foreground:
            codes.append(new.foreground or "39")
        if old.background != new.background:
            codes.append(new.background or "49")
        changed = ";".join(codes)
        if len(changed) <= len(anew):
            return f"{out}\x1b[{changed}m"
    return f"{out}\x1b[{anew}m"
