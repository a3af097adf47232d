"""What a question offers: a rule with its title, and under it lines to choose from. No box around it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip

from agent_tui.domain.text import SafeText, compose, trusted
from agent_tui.terminal.line_view import LineView
from agent_tui.widgets.ask.asking import NOTHING, Offer
from agent_tui.widgets.cells import cell_len, fit, segment
from agent_tui.widgets.paint import Paint

TITLE = 26
"""Cells of the first column."""


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
        self._marked = 0
        self._top = 0

    @property
    def marked(self) -> Offer | None:
        """The line that Enter takes."""
        if 0 <= self._marked < len(self._offers) and not self._offers[self._marked].heading:
            return self._offers[self._marked]
        return None

    def offer(self, title: SafeText, offers: Sequence[Offer]) -> None:
        """Show these lines, the first that can be chosen marked."""
        self._title, self._offers, self._top = title, offers, 0
        self._marked = next((place for place, offer in enumerate(offers) if not offer.heading), 0)
        lines = min(len(offers), self.most_lines)
        self.display = bool(lines or title)
        self.styles.height = lines + 1
        self.refresh()

    def mark(self, step: int) -> None:
        """Move the mark by `step` lines; headings are passed over."""
        places = [place for place, offer in enumerate(self._offers) if not offer.heading]
        if not places:
            return
        now = places.index(self._marked) if self._marked in places else 0
        self._marked = places[max(0, min(len(places) - 1, now + step))]
        shown = self._shown
        first = self._marked - 1 if self._marked and self._offers[self._marked - 1].heading else self._marked
        self._top = max(min(self._top, first), self._marked - shown + 1)
        self.refresh()

    @property
    def _shown(self) -> int:
        return max(1, min(len(self._offers), self.most_lines))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        place = self._top + event.y - 1
        if event.y >= 1 and place < len(self._offers) and not self._offers[place].heading:
            self._marked = place
            self.refresh()
            self.post_message(self.Clicked())

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.mark(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.mark(-3)

    # -- drawing

    def render_line(self, y: int) -> Strip:
        base, width = self.base, self.size.width
        if y == 0:
            return self._rule(width, base)
        place = self._top + y - 1
        if place >= len(self._offers):
            return Strip.blank(width, base)
        offer = self._offers[place]
        if offer.heading:
            text = fit(compose("  {title}", title=offer.title), width, self.paint.bidi)
            return Strip([segment(text, base + self.paint["heading"])], width)
        return self._line(offer, place == self._marked, width, base)

    def _rule(self, width: int, base: Style) -> Strip:
        rest = len(self._offers) - self._top - self._shown
        above = compose(" {n} above ", n=self._top) if self._top else NOTHING
        below = compose(" {n} more below ", n=rest) if rest > 0 else NOTHING
        words = compose(" {title} ", title=self._title) if self._title else NOTHING
        tail = above + trusted("──") + below + trusted("──") if above or below else NOTHING
        title = fit(words, cell_len(words.drawn()), self.paint.bidi)
        line = "─" * max(0, width - 2 - cell_len(title) - cell_len(tail))
        rule = base + self.paint["rule"]
        return Strip(
            [
                segment("──", rule),
                segment(title, base + self.paint["heading"]),
                segment(line, rule),
                segment(tail, base + self.paint["quiet"]),
            ]
        ).adjust_cell_length(width, base)

    def _line(self, offer: Offer, marked: bool, width: int, base: Style) -> Strip:
        base = base + self.paint["cursor"] if marked else base
        quiet, bidi = base + self.paint["quiet"], self.paint.bidi
        key = fit(offer.key, cell_len(offer.key), bidi)
        beside = offer.why_not if offer.why_not is not None else offer.beside
        title = TITLE if beside or offer.key else width
        title = min(title, max(10, width - 4 - cell_len(key)))
        room = max(0, width - 4 - title - 2 - cell_len(key))
        name = quiet if offer.why_not is not None else base + self.paint["strong"] if marked else base
        return Strip(
            [
                segment("▌ " if marked else "  ", base + self.paint["here"]),
                segment(fit(offer.title, title, bidi), name),
                segment("  ", base),
                segment(fit(beside, room, bidi), quiet),
                segment(" ", base),
                segment(key, base + self.paint["key"]),
                segment(" ", base),
            ]
        ).adjust_cell_length(width, base)
