"""The wallboard in place of inbox and case: asked for anew every ten seconds while it is shown, and no longer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo

from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.strip import Strip

from agent_tui.desk.changes import Changes
from agent_tui.domain.queries import Page, WallboardPage, WallboardQuery
from agent_tui.domain.text import SafeText, clean_line, compose, marked, plural, trusted
from agent_tui.domain.time import MS, Ms
from agent_tui.domain.wallboard import WINDOW_MS, Board, QueueBoard
from agent_tui.services.workbench import Workbench
from agent_tui.terminal.line_view import LineView
from agent_tui.widgets.ask.asking import Asking
from agent_tui.widgets.board import table
from agent_tui.widgets.board.table import Cell, Line
from agent_tui.widgets.case.when import clock_time
from agent_tui.widgets.cells import cell_len, fit
from agent_tui.widgets.paint import Paint

EVERY_SECONDS = 10
_NOTHING = trusted("")


class Wallboard(LineView):
    """`show` begins, `hide` ends it. Only lines that changed are drawn again."""

    def __init__(self, workbench: Workbench, paint: Paint, zone: tzinfo) -> None:
        super().__init__()
        self._workbench, self._paint, self._zone = workbench, paint, zone
        self._backend = ""
        self._board: Board | None = None
        self._asked: Ms = 0
        self._words = ""
        self._version = paint.version
        self._lines: list[Line] = []

    @property
    def shown(self) -> bool:
        """Whether it is wanted."""
        return bool(self._backend)

    def show(self, backend: str) -> None:
        """Ask a server for it, and go on asking."""
        self._backend, self._board, self._words, self._lines = backend, None, "", []
        self._ask()
        self.refresh()

    def hide(self) -> None:
        """It is not asked for any more."""
        self._backend = ""

    def narrow(self, words: str) -> None:
        """Only queues that are called so."""
        self._words = words.strip().casefold()
        self._draw()

    def changed(self, changes: Changes) -> None:
        """See `agent_tui.widgets.pane.Pane`; of the desk nothing is shown."""
        if self._version != self._paint.version:
            self._version = self._paint.version
            self.refresh()

    def tick(self, now: Ms) -> Ms | None:
        """See `agent_tui.widgets.pane.Pane`."""
        if not self.shown:
            return None
        if now >= self._asked + EVERY_SECONDS * MS:
            self._ask()
        return self._asked + EVERY_SECONDS * MS

    def on_resize(self, event: events.Resize) -> None:
        self._draw()

    # -- inside

    def _ask(self) -> None:
        """Of a server that is not there the last figures stay, with their time."""
        self._asked = self._workbench.time.now()
        server = self._workbench.desk.backends.get(self._backend)
        if server is None or server.state != "up":
            return
        asked = self._backend

        def arrived(page: Page) -> None:
            if isinstance(page, WallboardPage) and asked == self._backend:
                self._board = page.board
                self._draw()

        self._workbench.inquire(asked, WallboardQuery(), arrived)

    def _draw(self) -> None:
        width, height = self.size.width, self.size.height
        if not width or not self.shown:
            return
        before, self._lines = self._lines, self._table(width, height)
        for y in range(height):
            if _at(before, y) != _at(self._lines, y):
                self.refresh(Region(0, y, width, 1))

    def _table(self, width: int, height: int) -> list[Line]:
        board, columns = self._board, table.widths(width)
        if board is None:
            return [(Cell(_NOTHING, 1), Cell(trusted("asking for the figures"), width - 1, "quiet"))]
        names = {queue.id: table.queue_name(queue) for queue in board.queues}
        feet = [(), *table.foot(trusted("AGENTS"), self._agents(board), width)]
        jam = table.bottleneck_words(board.bottleneck, lambda id: names.get(id, clean_line(id)))
        feet += [(), *table.foot(trusted("BOTTLENECK"), jam, width)]
        if len(names) > 1:
            feet.insert(0, self._figures(board.whole, trusted("all together"), columns, board, whole=True))
        head: list[Line] = [self._head(board, width), (), table.headings(columns)]
        wanted = [queue for queue in board.queues if self._words in names[queue.id].casefold()]
        room = max(1, height - len(head) - len(feet))
        shown = wanted if len(wanted) <= room else wanted[: room - 1]
        lines = [self._figures(queue, names[queue.id], columns, board) for queue in shown]
        if len(shown) < len(wanted):
            more = plural("{n} more: type its name", "{n} more: type a name", n=len(wanted) - len(shown))
            lines.append((Cell(_NOTHING, 1), Cell(more, width - 1, "quiet")))
        return [*head, *lines, *feet]

    def _agents(self, board: Board) -> list[SafeText]:
        server = self._workbench.desk.backends.get(self._backend)
        return table.agents_words(board.agents, server.directory.reasons if server is not None else ())

    def _figures(
        self, queue: QueueBoard, name: SafeText, columns: table.Widths, board: Board, *, whole: bool = False
    ) -> Line:
        return table.figures(queue, name, columns, board.now, whole=whole, from_right=self._paint.from_right)

    def _head(self, board: Board, width: int) -> Line:
        title = trusted("Wallboard")
        if board.now - board.since >= WINDOW_MS:
            past = trusted("the last 24 hours")
        else:
            past = compose("since {time}", time=clock_time(board.since, self._zone))
        as_of = compose("as of {time}", time=clock_time(board.now, self._zone))
        taken = cell_len(title) + 3
        return (
            Cell(_NOTHING, 1),
            Cell(title, cell_len(title), "strong"),
            Cell(_NOTHING, 2),
            Cell(past, max(0, width - taken - cell_len(as_of) - 1), "quiet"),
            Cell(as_of, cell_len(as_of), "quiet"),
            Cell(_NOTHING, 1),
        )

    def render_line(self, y: int) -> Strip:
        base, bidi = self.base, self._paint.bidi
        parts: list[tuple[str, Style]] = []
        for cell in _at(self._lines, y):
            look = base + self._paint[cell.part]
            if cell.number and self._paint.from_right:
                parts += [(" ", look), (fit(cell.text, cell.cells - 1, bidi), look)]
            else:
                parts.append((fit(cell.text, cell.cells, bidi, "end" if cell.number else "start"), look))
        return self._paint.strip(parts, self.size.width, base)


class WallboardAsking(Asking):
    """While the wallboard is shown what is typed narrows it; Enter and Esc leave it."""

    enter = marked("leave")
    escape = marked("leave")
    chooses = False
    completes = False

    def __init__(self, narrow: Callable[[str], None], left: Callable[[], None]) -> None:
        self.label = trusted("wallboard:")
        self._narrow, self._left = narrow, left

    def typed(self, text: str) -> None:
        self._narrow(text)

    def answer(self, text: str, offer: object) -> SafeText | None:
        self._left()
        return None

    def leave(self, text: str) -> None:
        self._left()


def _at(lines: list[Line], y: int) -> Line:
    return lines[y] if y < len(lines) else ()
