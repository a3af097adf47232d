"""The last line teaches: the keys that matter here, now. A disabled command is absent."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from agent_tui.domain.text import SafeText, trusted
from agent_tui.widgets.lines.line import Line, Piece

_NOTHING = trusted("")

Taught = tuple[SafeText, SafeText]
"""A key as a person reads it, and in one or two words what it does."""


class KeyLine(Line):
    """Shows as many of the keys as fit, in the order given; the last one given stands at the right edge."""

    _keys: Sequence[Taught] = ()
    _lead: SafeText = _NOTHING

    def teach(self, keys: Sequence[Taught], lead: SafeText = _NOTHING) -> None:
        """Show these keys; `lead` (a begun sequence) stands before them."""
        self._keys, self._lead = keys, lead
        self._draw()

    def on_mount(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        if not self._keys:
            self.put([(trusted(" "), "text"), (self._lead, "here")])
            return
        *keys, (last_key, last_words) = self._keys
        right: list[Piece] = [(last_key, "key"), (trusted(" "), "text"), (last_words, "text"), (trusted(" "), "text")]
        left: list[Piece] = [(trusted(" "), "text")]
        if self._lead:
            left += [(self._lead, "here"), (trusted("  "), "text")]
        gap = trusted("   ") if self.size.width >= 100 else trusted("  ")
        room = self.size.width - sum(cell_len(words) for words, _ in right) - 1
        used = sum(cell_len(words) for words, _ in left)
        for key, words in keys:
            cells = cell_len(key) + 1 + cell_len(words) + len(gap)
            if used + cells - len(gap) > room:
                break
            left += [(key, "key"), (trusted(" "), "text"), (words, "text"), (gap, "text")]
            used += cells
        self.put(left, right)
