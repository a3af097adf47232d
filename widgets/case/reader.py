"""A text to be read in the timeline's place: the source of a message. Keys scroll; any other leads back."""

from __future__ import annotations

from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from agent_tui.domain.text import SafeText, compose, fixed, trusted
from agent_tui.domain.text_visual import Bidi
from agent_tui.widgets.case.pieces import NOTHING, LinePieces, Piece, strip_of
from agent_tui.widgets.cells import TextLine
from agent_tui.widgets.paint import Paint
from agent_tui.widgets.text.layout import lay_out

_STEPS = {"down": 1, "j": 1, "up": -1, "k": -1}


class Reader(Widget, can_focus=True):
    """Lies over the timeline while a text is read. Each paragraph stands on the side from which it is read; a text that
    deceives is shown by its code points, which are letters of the left."""

    KEY_CONTEXTS: tuple[str, ...] = ()
    DEFAULT_CSS = """
    Reader { height: 1fr; display: none; }
    """

    class Closed(Message):
        """Back to the timeline."""

    def __init__(self, paint: Paint, covers: Widget, id: str | None = None) -> None:
        """`covers`: what is hidden meanwhile."""
        super().__init__(id=id)
        self.paint = paint
        self.covers = covers
        self._title: SafeText = NOTHING
        self._text: SafeText = NOTHING
        self._lines: tuple[TextLine, ...] = ()
        self._laid_out_for: tuple[int, Bidi] | None = None
        self._top = 0

    def show(self, title: SafeText, text: SafeText) -> None:
        """Show a text from its beginning."""
        self._title, self._text = title, text
        self._top, self._laid_out_for = 0, None
        self.display = True
        self.covers.display = False
        self.screen.set_focus(self, scroll_visible=False)
        self.refresh()

    def close(self) -> None:
        """Put it away."""
        if self.display:
            self.display = False
            self._text, self._lines = NOTHING, ()
            self.covers.display = True

    @property
    def _page(self) -> int:
        return max(1, self.size.height - 1)

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        last = max(0, len(self._lines) - self._page)
        if event.key in _STEPS:
            top = self._top + _STEPS[event.key]
        elif event.key in ("space", "pagedown"):
            top = self._top + self._page
        elif event.key in ("backspace", "pageup"):
            top = self._top - self._page
        elif event.key in ("home", "end"):
            top = 0 if event.key == "home" else last
        else:
            self.close()
            self.post_message(self.Closed())
            return
        self._top = max(0, min(top, last))
        self.refresh()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._top = max(0, min(self._top + 3, len(self._lines) - self._page))
        self.refresh()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._top = max(0, self._top - 3)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.rich_style
        if (width, self.paint.bidi) != self._laid_out_for:
            self._laid_out_for = width, self.paint.bidi
            self._lines = lay_out(self._text, max(1, width - 2), self.paint.bidi)
            self._top = max(0, min(self._top, len(self._lines) - self._page))
        if y == 0:
            below = max(0, len(self._lines) - self._top - self._page)
            more = Piece(compose(" {n} more below ", n=below), "quiet") if below else Piece(fixed(" "))
            left = (Piece(fixed("── "), "rule"), Piece(self._title, "strong"), Piece(fixed(" ")))
            right = (more, Piece(fixed("Esc"), "key"), Piece(trusted(" back ")))
            return strip_of(LinePieces(left, right, trusted("─"), "rule"), width, self.paint, base)
        place = self._top + y - 1
        if place >= len(self._lines):
            return Strip.blank(width, base)
        margin, line = Piece(fixed(" ")), self._lines[place]
        away = line.right != self.paint.from_right
        pieces = LinePieces((), (Piece(line), margin)) if away else LinePieces((margin, Piece(line)))
        return strip_of(pieces, width, self.paint, base)
