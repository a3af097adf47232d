"""A guided script beside its case: as a column in the customer's place, or as a strip above the composer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from agent_tui.commands.spec import GLOBAL, SCRIPT
from agent_tui.desk.reply_values import spoken_by
from agent_tui.domain.guided.values import choices_of
from agent_tui.domain.text import SafeText
from agent_tui.services.guiding import Guided
from agent_tui.services.workbench import Workbench
from agent_tui.widgets.ask.typed_line import step, typed_cells
from agent_tui.widgets.case.answering import Answering
from agent_tui.widgets.case.guide_lines import GuideLine, GuideParts, Sheet, brief_parts, guide_parts
from agent_tui.widgets.case.pieces import NOTHING, strip_of
from agent_tui.widgets.mirror import turned
from agent_tui.widgets.paint import Paint

MOST_STRIP = 6
"""Lines of a strip, and one more for every two that the screen is higher than `ROOMY`."""
ROOMY = 24


class Guide(Widget, can_focus=True):
    """`brief`: a strip, as high as what it says. `spoken`: a step's words with what is known in place of their
    variables."""

    KEY_CONTEXTS = (SCRIPT, GLOBAL)
    DEFAULT_CSS = "Guide { height: auto; }"

    class Chosen(Message):
        """A choice was made by its number or with the mouse."""

        def __init__(self, value: str) -> None:
            super().__init__()
            self.value = value

    def __init__(
        self,
        workbench: Workbench,
        paint: Paint,
        answering: Answering,
        spoken: Callable[[str, Mapping[str, str]], str],
        *,
        brief: bool,
    ) -> None:
        super().__init__()
        self.workbench = workbench
        self.paint = paint
        self.answering = answering
        self.brief = brief
        self._spoken = spoken
        self._parts = GuideParts()
        self._first = 0
        self._at: tuple[str, str, int] | None = None
        self._way = NOTHING

    @property
    def held(self) -> Guided | None:
        """What is run with the open case."""
        case = self.workbench.desk.open_case
        return self.workbench.script_of(case.key) if case is not None else None

    def take(self) -> None:
        """Draw what is run now; a strip gets the height that this needs."""
        self._take(self.size.width)
        self.refresh(layout=self.brief and self._lines_wanted != self.size.height)

    def teach(self, way: SafeText) -> None:
        """`way`: the keys that lead here from where the focus is; none where it is here."""
        if way != self._way:
            self._way = way
            self.take()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """What is run now needs so many lines, as the layout asks when it knows the width."""
        self._take(width)
        return self._lines_wanted

    def _take(self, width: int) -> None:
        case, held = self.workbench.desk.open_case, self.held
        if case is None or held is None:
            self._parts = GuideParts()
            return
        offered = self.workbench.guiding.offered(case.key)
        self.answering.take(case.key, held, offered)
        if not width:
            return  # not laid out yet
        at = (held.id, held.run.at, len(held.run.path))
        if at != self._at:
            self._at, self._first = at, 0
        sheet = Sheet(
            width,
            self.paint.bidi,
            self.paint.from_right,
            spoken_by(case),
            self._spoken,
            self.workbench.guiding.given(case.key),
            self.answering.problem,
            offered,
            self._way,
        )
        self._parts = brief_parts(held, sheet) if self.brief else guide_parts(held, sheet)
        self._scroll_by(0)

    @property
    def _lines_wanted(self) -> int:
        most = MOST_STRIP + max(0, self.screen.size.height - ROOMY) // 2
        return min(most, max(1, len(self._parts.head) + len(self._parts.foot) + len(self._parts.body)))

    @property
    def _rows(self) -> tuple[GuideLine, ...]:
        return self._parts.shown(self.size.height, self._first)

    def repaint(self) -> None:
        """Draw everything anew: another theme."""
        self.refresh()

    # -- keys that the keymap leaves to it

    def on_key(self, event: events.Key) -> None:
        line, bidi = self.answering.line, self.paint.bidi
        moves: dict[str, Callable[[], object]] = {
            "left": partial(step, line, -1, bidi),
            "right": partial(step, line, 1, bidi),
            "home": line.home,
            "end": line.end,
            "delete": line.delete_right,
            "up": partial(self._scroll_by, -1),
            "down": partial(self._scroll_by, 1),
            "pageup": partial(self._scroll_by, -max(1, self.size.height - 2)),
            "pagedown": partial(self._scroll_by, max(1, self.size.height - 2)),
        }
        if event.key in moves:
            moves[event.key]()
            self.answering.untouched &= event.key in ("up", "down", "pageup", "pagedown")
        elif event.character is not None and event.is_printable:
            self._typed(event.character)
        else:
            return
        self.take()
        event.stop()
        event.prevent_default()

    def _typed(self, character: str) -> None:
        held = self.held
        choices = choices_of(held.step) if held is not None and held.step is not None else ()
        if not choices:
            self.answering.type(character)
        elif character.isdigit() and 0 < int(character) <= len(choices):
            self.post_message(self.Chosen(choices[int(character) - 1][0]))

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self.answering.type(event.text)
        self.take()

    def on_click(self, event: events.Click) -> None:
        rows = self._rows
        if event.y < len(rows) and rows[event.y].choice:
            self.post_message(self.Chosen(rows[event.y].choice))

    def _scroll_by(self, lines: int) -> None:
        """Through the words, where they have not room."""
        end = max(0, len(self._parts.body) - self._parts.room(self.size.height))
        self._first = max(0, min(end, self._first + lines))
        self.refresh()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._scroll_by(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._scroll_by(-3)

    # -- drawing

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.rich_style
        rows = self._rows
        if y >= len(rows):
            return Strip.blank(width, base)
        row = rows[y]
        return self._typed_row(width) if row.typed else strip_of(row.pieces, width, self.paint, base)

    def _typed_row(self, width: int) -> Strip:
        base = self.rich_style
        caret = base + self.paint["caret"] if self.has_focus else base
        look = base + self.paint["quiet"] if self.answering.untouched else base
        typed = list(typed_cells(self.answering.line, max(4, width - 4), look, caret, self.paint.bidi))
        mark = base + self.paint["here" if self.has_focus else "quiet"]
        parts = [(" ", base), ("> ", mark), *(turned(typed) if self.paint.from_right else typed)]
        return self.paint.strip(parts, width, base)

    def on_resize(self, event: events.Resize) -> None:
        self.take()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()
