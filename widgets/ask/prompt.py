"""The line that is typed into: filter, `:` line, palette, pickers. It stands where the status line is."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from textual import events
from textual.strip import Strip

from agent_tui.commands.spec import GLOBAL, PROMPT
from agent_tui.domain.text import SafeText, compose, trusted
from agent_tui.terminal.line_view import LineView
from agent_tui.widgets.ask.asking import Asking, Offer
from agent_tui.widgets.ask.line_text import LineText
from agent_tui.widgets.ask.sheet import Sheet
from agent_tui.widgets.ask.typed_line import step, typed_cells
from agent_tui.widgets.cells import cell_len, in_cells
from agent_tui.widgets.mirror import turned
from agent_tui.widgets.paint import Paint


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
        asking.renew = lambda: self._renew(asking)
        self._show()

    def _renew(self, asking: Asking) -> None:
        """What the question that is asked offers is something else; what was marked stays so."""
        if asking is self.asking:
            before, now = asking.first, self.sheet.marked
            asking.first = now.value if now is not None else before
            self._show()
            asking.first = before

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
            "left": partial(step, line, -1, self.paint.bidi),
            "right": partial(step, line, 1, self.paint.bidi),
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
            offers = asking.offers(self._line.text)
            self.sheet.offer(asking.title, offers, asking.whole, asking.first, preview)
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
        typed = list(typed_cells(self._line, room, base, base + self.paint["caret"], self.paint.bidi))
        parts = [
            (" ", base),
            (str(in_cells(label, self.paint.bidi)), base + self.paint["here"]),
            (" ", base),
            # it stands in its cells already, and the line is turned once more
            *(turned(typed) if self.paint.from_right else typed),
            (str(wrong), base + self.paint["warning"]),
        ]
        return self.paint.strip(parts, width, base)
