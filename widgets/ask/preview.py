"""What the marked line of a sheet would come to: a text beside the list, or under it where the screen is narrow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rich.style import Style
from textual.strip import Strip

from agent_tui.domain.frozen import frozen
from agent_tui.domain.replies.fields import FIELD
from agent_tui.domain.text import SafeText, clean, compose, trusted
from agent_tui.widgets.ask.asking import NOTHING
from agent_tui.widgets.cells import TextLine, cell_len, fit, in_cells
from agent_tui.widgets.mirror import turned
from agent_tui.widgets.paint import Paint
from agent_tui.widgets.text.layout import lay_out

BESIDE = 96
"""From this width on the text stands beside the list."""
MOST_LINES = 10
"""Lines of list or text beside it."""
_WHOLE = "\u00a0"
"""A blank at which no line is broken: a place to be filled stays in one piece."""
_PLACE = re.compile(rf"(\{{\{{{_WHOLE}[\w.]+{_WHOLE}\}}\}})")


@frozen
class Preview:
    """`title`: what it is, in a few words; `text` as it would read; `note`: what is still missing, or wrong."""

    title: SafeText
    text: SafeText
    note: SafeText = NOTHING


class PreviewLines:
    """A preview in `lines` lines of `width` cells: its text, cut with the number of lines that have no room, and last
    what is missing. `headed`: its title is the first line, else there is a rule over it."""

    def __init__(self, preview: Preview, width: int, lines: int, paint: Paint, headed: bool) -> None:
        self._paint = paint
        self._title, self._headed = preview.title, headed
        lines -= headed
        note = lay_out(preview.note, width, paint.bidi)[:2] if preview.note else ()
        places = in_one_piece(preview.text)
        text = lay_out(places, width, paint.bidi) if places else ()
        room = max(1, lines - len(note))
        self._more = NOTHING
        if len(text) > room:
            self._more = compose("... {n} more lines", n=len(text) - room + 1)
            text = text[: room - 1]
        self._text: Sequence[TextLine] = text
        self._note, self._room, self._width = note, room, width

    def strip(self, y: int, base: Style) -> Strip:
        """Its line `y`."""
        paint, width = self._paint, self._width
        if self._headed:
            if y == 0:
                title = fit(self._title, min(width, cell_len(self._title)), paint.bidi)
                return paint.strip([(title, base + paint["quiet"])], width, base)
            y -= 1
        if y >= self._room:
            note = self._note[y - self._room] if y - self._room < len(self._note) else None
            return self._line(note, base + paint["warning"], base) if note else Strip.blank(width, base)
        if y < len(self._text):
            return self._line(self._text[y], base, base)
        if y == len(self._text) and self._more:
            return paint.strip([(in_cells(self._more, paint.bidi), base + paint["quiet"])], width, base)
        return Strip.blank(width, base)

    def rule(self, width: int, base: Style) -> Strip:
        """The line over it, where it stands under the list."""
        words = fit(
            compose(" {title} ", title=self._title), min(width - 4, cell_len(self._title) + 2), self._paint.bidi
        )
        rule = base + self._paint["rule"]
        rest = "─" * max(0, width - 2 - cell_len(words))
        return self._paint.strip([("──", rule), (words, base + self._paint["quiet"]), (rest, rule)], width, base)

    def _line(self, laid: TextLine, ink: Style, base: Style) -> Strip:
        """At the side that it is read from; what is still to be filled stands out."""
        paint = self._paint
        parts = list(_pieces(laid.text, ink, base + paint["here"]))
        stand = turned(parts) if paint.from_right else parts  # in their cells already, and the line is turned once more
        gap = (" " * max(0, self._width - cell_len(laid.text)), base)
        from_start = laid.right == paint.from_right
        return paint.strip([*stand, gap] if from_start else [gap, *stand], self._width, base)


def _pieces(text: SafeText, ink: Style, here: Style) -> Iterator[tuple[SafeText, Style]]:
    """What a line is made of, places to be filled in the style `here`."""
    at = 0
    for place in _PLACE.finditer(text):
        yield text[at : place.start()], ink
        yield text[place.start() : place.end()], here
        at = place.end()
    yield text[at:], ink


def in_one_piece(text: SafeText) -> SafeText:
    """With each place that is still to be filled in one piece."""
    return clean(FIELD.sub(lambda place: place[0].replace(" ", _WHOLE), text))


EMPTY = Preview(trusted(""), trusted(""))
"""Of nothing."""
