"""The line that is typed into: filter, `:` line, palette, pickers. It stands where the status line is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import groupby

from rich.style import Style
from textual import events
from textual.strip import Strip

from agent_tui.commands.spec import GLOBAL, PROMPT
from agent_tui.domain.text import SafeText, compose, trusted
from agent_tui.terminal.line_view import LineView
from agent_tui.widgets.ask.asking import Asking, Offer
from agent_tui.widgets.ask.line_text import LineText
from agent_tui.widgets.ask.sheet import Sheet
from agent_tui.widgets.cells import cell_len, in_cells
from agent_tui.widgets.mirror import turned
from agent_tui.widgets.paint import Paint
from agent_tui.widgets.text.edit_row import EditRow, drawn, edit_row


class Prompt(LineView, can_focus=True):
    """One question at a time. The shell shows and hides it; `closed` is called at once when the question is over."""

    KEY_CONTEXTS = (PROMPT, GLOBAL)
    DEFAULT_CSS = """
    Prompt { height: 1; }
    """

    def __init__(self, paint: Paint, sheet: Sheet, id: str | None = None) -> None:
        super().__init__(id=id)
        self.paint = paint
        self.sheet = sheet
        self.asking: Asking | None = None
        self._line = LineText()
        self._problem: SafeText | None = None
        self.closed: Callable[[], None] = lambda: None

    @property
    def problem(self) -> SafeText | None:
        """Why the question stays open, where an answer was refused."""
        return self._problem if self.asking is not None else None

    def ask(self, asking: Asking, text: str = "") -> None:
        """Put another question; one that was open is left."""
        if self.asking is not None:
            self.asking.leave(self._line.text)
        self.asking = asking
        self._line = LineText(text)
        self._problem = None
        self._show()

    def leave(self) -> None:
        """Esc: close without an answer."""
        asking, self.asking = self.asking, None
        if asking is not None:
            asking.leave(self._line.text)
            self.closed()

    def take(self) -> None:
        """As Enter on the marked line: it was clicked."""
        self._answer()

    def edit(self, action: str) -> None:
        """Carry out delete-word, delete-line or undo-text."""
        {
            "delete-word": self._line.delete_word,
            "delete-line": self._line.delete_line,
            "undo-text": self._line.undo,
        }[action]()
        self._edited()

    # -- keys that the keymap leaves to the prompt

    def on_key(self, event: events.Key) -> None:
        if self.asking is None:
            return
        line = self._line
        plain: dict[str, Callable[[], None]] = {
            "left": partial(self._step, -1),
            "right": partial(self._step, 1),
            "home": line.home,
            "end": line.end,
        }
        edits = {"backspace": line.delete_left, "delete": line.delete_right}
        marks, pages = {"down": 1, "up": -1}, {"pagedown": 1, "pageup": -1}
        if event.key == "enter":
            self._answer()
        elif event.key == "tab":
            self._complete()
        elif event.key in plain:
            plain[event.key]()
            self.refresh()
        elif event.key in edits:
            if event.key == "backspace" and not line.text:
                self.leave()
            else:
                edits[event.key]()
                self._edited()
        elif event.key in marks:
            self.sheet.mark(marks[event.key])
            self.asking.looked_at(self.sheet.marked)
        elif event.key in pages:
            self.sheet.page(pages[event.key])
            self.asking.looked_at(self.sheet.marked)
        elif event.character is not None and event.is_printable:
            line.insert(event.character)
            self._edited()
        else:
            return
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self._line.insert(event.text)
        self._edited()

    def _edited(self) -> None:
        asking, text = self.asking, self._line.text
        if asking is None:
            return
        if (chosen := asking.at_once(text)) is not None:
            self._choose(chosen)
            return
        asking.typed(text)
        self._problem = asking.problem(text)
        self._show()

    def _show(self) -> None:
        if self.asking is not None:
            asking = self.asking
            preview = asking.preview if asking.previews else None
            self.sheet.offer(asking.title, asking.offers(self._line.text), asking.whole, asking.first, preview)
            asking.looked_at(self.sheet.marked)
        self.refresh()

    def _complete(self) -> None:
        offer = self.sheet.marked
        if self.asking is not None and offer is not None:
            self._line.replace(self.asking.complete(self._line.text, offer))
            self._edited()

    def _answer(self) -> None:
        asking = self.asking
        if asking is None:
            return
        self._choose(self.sheet.marked if asking.chooses else None)

    def _choose(self, offer: Offer | None) -> None:
        asking = self.asking
        if asking is None:
            return
        if offer is not None and offer.why_not is not None:
            self._problem = offer.why_not
            self.refresh()
            return
        self.asking = None  # an answer may put the next question
        problem = asking.answer(self._line.text, offer)
        if problem is not None:
            self.asking = asking
            self._problem = problem
            self.refresh()
        else:
            self.closed()

    # -- drawing

    def render_line(self, y: int) -> Strip:
        base, width = self.base, self.size.width
        label = self.asking.label if self.asking is not None else trusted("")
        problem = compose("  {problem}", problem=self._problem) if self._problem else trusted("")
        around = width - 3 - cell_len(label.drawn())
        # what is wrong takes no more than leaves what was typed in sight
        wrong = in_cells(problem, self.paint.bidi, max(0, around - min(len(self._line.text) + 2, around // 2)))
        room = max(8, around - cell_len(wrong))
        typed = list(self._typed(room, base))
        parts = [
            (" ", base),
            (str(in_cells(label, self.paint.bidi)), base + self.paint["here"]),
            (" ", base),
            # it stands in its cells already, and the line is turned once more
            *(turned(typed) if self.paint.from_right else typed),
            (str(wrong), base + self.paint["warning"]),
        ]
        return self.paint.strip(parts, width, base)

    @property
    def _row(self) -> EditRow:
        text = self._line.text
        return edit_row(text, 0, len(text), self.paint.bidi)

    def _step(self, step: int) -> None:
        """One letter to the right (`step` 1) or the left (-1) on the screen."""
        place = self._row.beside(self._line.caret, step)
        if place is not None:
            self._line.caret = place

    def _typed(self, room: int, base: Style) -> Iterator[tuple[str, Style]]:
        """The part of the line around the caret that `room` cells hold, from the left."""
        row = self._row
        caret = base + self.paint["caret"]
        place = row.cell_of(self._line.caret)
        first = min(place, max(-1, row.cells - room)) if row.right else max(0, place - room + 1)
        beside = (" ", caret) if self._line.caret >= row.length else None
        if beside is not None and row.right:
            yield beside
        shown = [pair for pair in row.drawn if first <= pair[0].cell and pair[0].cell + pair[0].cells <= first + room]
        for here, run in groupby(shown, lambda pair: pair[0].start <= self._line.caret < pair[0].stop):
            yield drawn("".join([sign for _, sign in run])), caret if here else base
        if beside is not None and not row.right:
            yield beside
