"""What a begun sequence of keys can still become, when it has rested: over the lowest lines of the body."""

from __future__ import annotations

from collections.abc import Sequence

from rich.style import Style
from textual.strip import Strip

from agent_tui.domain.text import SafeText, compose, listed, trusted
from agent_tui.terminal.line_view import LineView
from agent_tui.widgets.cells import cell_len, fit, in_cells
from agent_tui.widgets.paint import Paint
from agent_tui.widgets.shell.taught import Ahead

COLUMN = 24
"""Cells of a key with its title, at least."""
_GAP = 2


class WhichKey(LineView):
    """A rule with the keys that were pressed, the ways on in columns, then those that do not work now, by their why."""

    DEFAULT_CSS = """
    WhichKey { layer: over; dock: bottom; margin: 0 0 2 0; display: none; background: $background; height: 2; }
    """

    def __init__(self, paint: Paint) -> None:
        super().__init__()
        self.paint = paint
        self._begun: SafeText = trusted("")
        self._rows: list[list[Ahead]] = []
        self._off: list[SafeText] = []
        self._column = COLUMN

    def explain(self, begun: SafeText, ways: Sequence[Ahead], width: int, most: int) -> None:
        """Show the ways on after `begun`, in `most` lines at most; what has no room is left out from the end."""
        open_ways = [way for way in ways if way.why_not is None]
        self._begun = begun
        columns = max(1, (width - 1) // (COLUMN + _GAP))
        self._column = max(4, (width - 1) // columns - _GAP)
        rows = -(-len(open_ways) // columns)
        self._rows = [open_ways[row::rows][:columns] for row in range(rows)] if rows else []
        self._off = _by_reason([way for way in ways if way.why_not is not None])
        del self._rows[most - 1 :]
        del self._off[max(0, most - 1 - len(self._rows)) :]
        self.styles.height = 1 + len(self._rows) + len(self._off)
        self.display = True
        self.refresh()

    def hide(self) -> None:
        """It is over."""
        self.display = False

    def render_line(self, y: int) -> Strip:
        base, width = self.base, self.size.width
        if y == 0:
            return self._rule(width, base)
        if y <= len(self._rows):
            return self._line(self._rows[y - 1], width, base)
        at = y - 1 - len(self._rows)
        words = self._off[at] if at < len(self._off) else trusted("")
        return self.paint.strip([(fit(words, width, self.paint.bidi), base + self.paint["quiet"])], width, base)

    def _rule(self, width: int, base: Style) -> Strip:
        title = in_cells(compose(" {keys} ", keys=self._begun), self.paint.bidi)
        line = "─" * max(0, width - 2 - cell_len(title))
        rule = base + self.paint["rule"]
        return self.paint.strip([("──", rule), (title, base + self.paint["heading"]), (line, rule)], width, base)

    def _line(self, ways: Sequence[Ahead], width: int, base: Style) -> Strip:
        key = base + self.paint["key"]
        text = base + self.paint["text"]
        parts: list[tuple[str, Style]] = [(" ", base)]
        for way in ways:
            shown = in_cells(way.keys, self.paint.bidi)
            room = self._column - cell_len(shown) - 1
            parts += [(shown, key), (" ", base), (fit(way.title, room, self.paint.bidi), text), (" " * _GAP, base)]
        return self.paint.strip(parts, width, base)


def _by_reason(ways: Sequence[Ahead]) -> list[SafeText]:
    """A line for each why: `no case: d done, e explain`."""
    reasons: dict[SafeText, list[SafeText]] = {}
    for way in ways:
        if way.why_not is not None:
            named = compose("{key} {title}", key=way.keys, title=way.title)
            reasons.setdefault(way.why_not, []).append(named)
    return [compose(" {reason}: {keys}", reason=reason, keys=listed(", ", keys)) for reason, keys in reasons.items()]
