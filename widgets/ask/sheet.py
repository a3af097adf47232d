"""What a question offers: a rule with its title, and under it lines to choose from. No box around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip

from agent_tui.domain.frozen import frozen
from agent_tui.domain.text import SafeText, compose, trusted
from agent_tui.terminal.line_view import LineView
from agent_tui.widgets.ask.asking import NOTHING, Offer
from agent_tui.widgets.ask.preview import BESIDE, EMPTY, MOST_LINES, Preview, PreviewLines
from agent_tui.widgets.cells import TextLine, cell_len, fit, in_cells
from agent_tui.widgets.paint import Paint
from agent_tui.widgets.text.layout import lay_out

_TWO = trusted("──")
TITLE = 26
"""Cells of the first column."""
NARROW = 70
"""Below this width what is to be read whole stands under its title, not beside it."""
INDENT = 4
"""Cells before it there."""


@frozen
class _Line:
    """One line of the sheet: which offer it belongs to, and what stands beside or under the title, `laid` where it was
    broken into lines. `first`: the line with title and key."""

    offer: int
    words: SafeText
    laid: TextLine | None = None
    first: bool = True


class Sheet(LineView):
    """Lies over the lower part of the screen while a question is open; as high as it has lines."""

    DEFAULT_CSS = """
    Sheet { height: 1; }
    """

    class Clicked(Message):
        """The marked line was clicked."""

    def __init__(self, paint: Paint, id: str | None = None) -> None:
        super().__init__(id=id)
        self.paint = paint
        self.most_lines = 12
        self._title: SafeText = NOTHING
        self._offers: Sequence[Offer] = ()
        self._whole = False
        self._lines: list[_Line] = []
        self._marked = 0
        self._top = 0
        self._preview: Callable[[Offer], Preview | None] | None = None
        self._previewed: PreviewLines | None = None

    @property
    def marked(self) -> Offer | None:
        """The line that Enter takes."""
        if 0 <= self._marked < len(self._offers) and not self._offers[self._marked].heading:
            return self._offers[self._marked]
        return None

    def offer(
        self,
        title: SafeText,
        offers: Sequence[Offer],
        whole: bool = False,
        first: str = "",
        preview: Callable[[Offer], Preview | None] | None = None,
    ) -> None:
        """Show these lines, the one with the value `first` marked, else the first that can be chosen. `whole`: what
        stands beside the titles is to be read, so it is broken into lines where it is longer than the line. `preview`:
        what the marked one would come to; with it the sheet keeps its height."""
        self._preview = preview
        self._title, self._offers, self._whole, self._top = title, offers, whole, 0
        start = next((place for place, offer in enumerate(offers) if not offer.heading), 0)
        self._marked = next((place for place, offer in enumerate(offers) if first and offer.value == first), start)
        self._lay()
        if self._marked != start:
            self._bring_into_sight()

    def mark(self, step: int) -> None:
        """Move the mark by `step` offers; headings are passed over."""
        places = [place for place, offer in enumerate(self._offers) if not offer.heading]
        if not places:
            return
        now = places.index(self._marked) if self._marked in places else 0
        self._marked = places[max(0, min(len(places) - 1, now + step))]
        self._bring_into_sight()

    def page(self, step: int) -> None:
        """Move the mark by a page of lines, one line staying in sight."""
        spans = {place: self._span(place) for place, offer in enumerate(self._offers) if not offer.heading}
        if not spans:
            return
        here = spans.get(self._marked, (0, 0))[0]
        room = max(1, self._shown - 1)
        passed = [place for place, (first, _) in spans.items() if 0 < (first - here) * step <= room]
        beyond = [place for place, (first, _) in spans.items() if (first - here) * step > 0]
        if passed or beyond:
            self._marked = (max if step > 0 else min)(passed) if passed else (min if step > 0 else max)(beyond)
            self._bring_into_sight()

    @property
    def _shown(self) -> int:
        return max(1, self._rows if self._preview is not None else min(len(self._lines), self.most_lines))

    @property
    def _rows(self) -> int:
        """Lines that the list has where a preview stands beside or under it."""
        return min(MOST_LINES, self.most_lines) if self._beside else max(1, (self.most_lines - 1) // 2)

    @property
    def _beside(self) -> bool:
        return self._width >= BESIDE

    @property
    def _width(self) -> int:
        return self.size.width or self.app.size.width

    def _span(self, place: int) -> tuple[int, int]:
        """The first and the last line of an offer."""
        lines = [at for at, line in enumerate(self._lines) if line.offer == place]
        return (lines[0], lines[-1]) if lines else (0, 0)

    def _bring_into_sight(self) -> None:
        first, last = self._span(self._marked)
        if self._marked and self._offers[self._marked - 1].heading:
            first -= 1
        self._top = min(max(self._top, last - self._shown + 1), first)
        self._previewed = None
        self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        if self._whole or self._preview is not None:
            self._lay()
            self._bring_into_sight()

    def on_click(self, event: events.Click) -> None:
        event.stop()
        at = self._top + event.y - 1
        if 1 <= event.y <= self._shown and at < len(self._lines) and not self._offers[self._lines[at].offer].heading:
            self._marked = self._lines[at].offer
            self._previewed = None
            self.refresh()
            self.post_message(self.Clicked())

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.mark(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.mark(-3)

    # -- inside

    def _lay(self) -> None:
        width = self._width
        self._previewed = None
        self._lines = [line for place, offer in enumerate(self._offers) for line in self._lines_of(place, offer, width)]
        lines = min(len(self._lines), self.most_lines)
        if self._preview is not None:
            lines = self._rows if self._beside else self.most_lines
        self.display = bool(lines or self._title)
        self.styles.height = lines + 1
        self.refresh()

    def _lines_of(self, place: int, offer: Offer, width: int) -> Iterator[_Line]:
        beside = offer.why_not if offer.why_not is not None else offer.beside
        if not self._whole or offer.heading or not beside:
            yield _Line(place, beside)
            return
        if width < NARROW:
            yield _Line(place, NOTHING)
            for line in lay_out(beside, width - INDENT - 2, self.paint.bidi):
                yield _Line(place, beside, line, first=False)
            return
        for number, line in enumerate(lay_out(beside, self._room(offer, width), self.paint.bidi)):
            yield _Line(place, beside, line, first=number == 0)

    @staticmethod
    def _room(offer: Offer, width: int) -> int:
        """Cells beside the title."""
        key = cell_len(offer.key)
        return max(8, width - 4 - min(TITLE, max(10, width - 4 - key)) - 2 - key)

    # -- drawing

    def render_line(self, y: int) -> Strip:
        base, width = self.base, self.size.width
        if y == 0:
            return self._rule(width, base)
        if self._preview is None:
            return self._listed(y, width, base)
        lines = self._lines_of_preview(width)
        if not self._beside:
            if y <= self._rows:
                return self._listed(y, width, base)
            below = y - self._rows - 1
            if not below:
                return lines.rule(width, base)
            under = [Strip.blank(2, base), lines.strip(below - 1, base), Strip.blank(2, base)]
            return Strip.join(reversed(under) if self.paint.from_right else under).adjust_cell_length(width, base)
        parts = [self._listed(y, width // 2, base), Strip([Segment(" │ ", base + self.paint["rule"])], 3)]
        parts += [lines.strip(y - 1, base), Strip.blank(1, base)]
        return Strip.join(reversed(parts) if self.paint.from_right else parts).adjust_cell_length(width, base)

    def _lines_of_preview(self, width: int) -> PreviewLines:
        """What the marked offer would come to, laid out once."""
        if self._previewed is None:
            offer = self.marked
            shown = self._preview(offer) if self._preview is not None and offer is not None else None
            room = width - width // 2 - 4 if self._beside else width - 4
            lines = self._rows if self._beside else self.most_lines - self._rows - 1
            self._previewed = PreviewLines(shown or EMPTY, room, lines, self.paint, self._beside)
        return self._previewed

    def _listed(self, y: int, width: int, base: Style) -> Strip:
        """A line of the list."""
        at = self._top + y - 1
        if at >= len(self._lines):
            return Strip.blank(width, base)
        line = self._lines[at]
        offer = self._offers[line.offer]
        if offer.heading:
            text = fit(compose("  {title}", title=offer.title), width, self.paint.bidi)
            return self.paint.strip([(text, base + self.paint["heading"])], width, base)
        marked = line.offer == self._marked
        return self._line(offer, line, marked, width, base) if line.first else self._under(line, marked, width, base)

    def _rule(self, width: int, base: Style) -> Strip:
        rest = len(self._lines) - self._top - self._shown
        above = compose(" {n} above ", n=self._top) if self._top else NOTHING
        below = compose(" {n} more below ", n=rest) if rest > 0 else NOTHING
        words = compose(" {title} ", title=self._title) if self._title else NOTHING
        rule, quiet, bidi = base + self.paint["rule"], base + self.paint["quiet"], self.paint.bidi
        tail = [(in_cells(part, bidi), quiet) for part in (above, _TWO, below, _TWO) if above or below]
        title = in_cells(words, bidi)
        line = "─" * max(0, width - 2 - cell_len(title) - sum(cell_len(text) for text, _ in tail))
        start = (("──", rule), (title, base + self.paint["heading"]), (line, rule))
        return self.paint.strip([*start, *tail], width, base)

    def _line(self, offer: Offer, line: _Line, marked: bool, width: int, base: Style) -> Strip:
        base = base + self.paint["cursor"] if marked else base
        quiet, bidi = base + self.paint["quiet"], self.paint.bidi
        key = fit(offer.key, cell_len(offer.key), bidi)
        title = TITLE if line.words else width
        title = min(title, max(10, width - 4 - cell_len(key)))
        room = max(0, width - 4 - title - 2 - cell_len(key))
        words = _laid(line) if line.laid is not None else fit(line.words, room, bidi)
        name = quiet if offer.why_not is not None else base + self.paint["strong"] if marked else base
        parts = (
            ("▌ " if marked else "  ", base + self.paint["here"]),
            (fit(offer.title, title, bidi), name),
            ("  " if room else "", base),
            (words, quiet),
            (" " * (room - cell_len(words)), base),
            (" ", base),
            (key, base + self.paint["key"]),
            (" ", base),
        )
        return self.paint.strip(parts, width, base)

    def _under(self, line: _Line, marked: bool, width: int, base: Style) -> Strip:
        """A further line of what stands beside the title."""
        base = base + self.paint["cursor"] if marked else base
        indent = INDENT if width < NARROW else TITLE + 4
        parts = (
            ("▌ " if marked else "  ", base + self.paint["here"]),
            (" " * (indent - 2), base),
            (_laid(line), base + self.paint["quiet"]),
        )
        return self.paint.strip(parts, width, base)


def _laid(line: _Line) -> SafeText:
    return line.laid.text if line.laid is not None else NOTHING
