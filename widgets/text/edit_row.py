"""One line of a text being edited, in the order of the cells: where each letter stands, and where the caret can."""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate

from agent_tui.domain.bidi import Paragraph, base_level, is_simple, visual_order
from agent_tui.domain.frozen import frozen
from agent_tui.domain.text import clean
from agent_tui.domain.text_cells import graphemes
from agent_tui.domain.text_clean import PLAIN_TEXT
from agent_tui.domain.text_visual import Bidi, letters_in_order, levels_of
from agent_tui.widgets.cells import cell_len


@frozen
class Letter:
    """A grapheme: its characters `start`..`stop` of the line, its first cell from the line's left, how many it has."""

    start: int
    stop: int
    cell: int
    cells: int


@frozen
class EditRow:
    """`letters` from the left. `drawn`: which of them (by `start`), as what, in the order in which the terminal is
    sent them. `right`: the line begins at the right. `cells`: all of its letters. `length`: its characters."""

    letters: tuple[Letter, ...]
    drawn: tuple[tuple[Letter, str], ...]
    right: bool
    cells: int
    length: int

    @property
    def last(self) -> int:
        """The place of the letter that is read last."""
        return max((letter.start for letter in self.letters), default=0)

    def cell_of(self, place: int) -> int:
        """The cell of the letter at `place`, where the caret is drawn; behind the last one, the cell beside the line
        at which the reading ends: -1 where that is at the left."""
        for letter in self.letters:
            if letter.start <= place < letter.stop:
                return letter.cell
        return -1 if self.right else self.cells

    def place_at(self, cell: int) -> int:
        """The place whose letter covers `cell`; that of the line's end beside it where the reading ends."""
        for letter in self.letters:
            if letter.cell <= cell < letter.cell + letter.cells:
                return letter.start
        beyond_start = cell >= self.cells if self.right else cell < 0
        return 0 if beyond_start else self.length

    def beside(self, place: int, step: int) -> int | None:
        """The place one letter to the right (`step` 1) or left (-1) of `place` on the screen; None: not in this
        line."""
        stops = [letter.start for letter in self.letters if letter.cells]
        stops = [self.length, *stops] if self.right else [*stops, self.length]
        here = next((letter.start for letter in self.letters if letter.start <= place < letter.stop), self.length)
        if here not in stops:  # a sign that takes no cell
            here = min(stop for stop in stops if stop >= here)
        at = stops.index(here) + step
        return stops[at] if 0 <= at < len(stops) else None


def edit_row(paragraph: str, start: int, stop: int, bidi: Bidi) -> EditRow:
    """The line `start`..`stop` of a paragraph."""
    text = paragraph[start:stop]
    if bidi == "off" or is_simple(paragraph):
        levels, kinds, right = bytes(len(text)), "L" * len(text), False
    else:
        resolved = _levels(paragraph)
        levels, kinds, right = resolved.line(start, stop), resolved.kinds[start:stop], bool(resolved.base)
    whole = list(graphemes(text))
    stops = list(accumulate(map(len, whole)))
    starts = [end - len(letter) for end, letter in zip(stops, whole, strict=True)]
    signs = whole if PLAIN_TEXT.fullmatch(text) else list(map(drawn, whole))
    ranks = bytes([levels[place] for place in starts])
    classes = "".join([kinds[place] for place in starts])
    letters: dict[int, Letter] = {}
    cell = 0
    for at in visual_order(ranks):
        wide = cell_len(signs[at])
        letters[at] = Letter(starts[at], stops[at], cell, wide)
        cell += wide
    sent = zip(*letters_in_order(signs, ranks, classes, bidi), strict=True)
    return EditRow(tuple(letters.values()), tuple((letters[at], sign) for at, sign in sent), right, cell, len(text))


@lru_cache(maxsize=4096)
def drawn(text: str) -> str:
    """A part of one line as it is drawn; unlike `clean_line` it keeps every blank."""
    return str(clean(text).lines()[0].drawn())


@lru_cache(maxsize=64)
def _levels(paragraph: str) -> Paragraph:
    return levels_of(paragraph, base_level(paragraph))
