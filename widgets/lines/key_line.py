"""The last line teaches: the keys that matter here, now. A disabled command is absent."""

from __future__ import annotations

from collections.abc import Sequence

from agent_tui.domain.text import SafeText, trusted
from agent_tui.widgets.cells import cell_len
from agent_tui.widgets.lines.line import Line, Piece

_NOTHING = trusted("")
_BLANK: Piece = (trusted(" "), "text")

Taught = tuple[SafeText, SafeText]
"""A key as a person reads it, and in one or two words what it does."""


class KeyLine(Line):
    """Shows as many of the keys as fit, in the order given; `last` stands at the right edge whatever there is."""

    _keys: Sequence[Taught] = ()
    _last: Taught | None = None
    _lead: SafeText = _NOTHING

    def teach(self, keys: Sequence[Taught], last: Taught | None = None, lead: SafeText = _NOTHING) -> None:
        """Show these keys; `lead` (a begun sequence) stands before them."""
        if (keys, last, lead) != (self._keys, self._last, self._lead):
            self._keys, self._last, self._lead = keys, last, lead
            self._draw()

    def on_mount(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        right: list[Piece] = [*_piece(self._last), _BLANK] if self._last is not None else []
        left: list[Piece] = [_BLANK]
        if self._lead:
            left += [(self._lead, "here"), _BLANK, _BLANK]
        gap: Piece = (trusted("   ") if self.size.width >= 100 else trusted("  "), "text")
        room = self.size.width - _cells(right) - 1 - _cells(left)
        kept = self._fitting(gap, room)
        for place, taught in enumerate(kept):
            left += [gap, *_piece(taught)] if place else _piece(taught)
        self.put(left, right)

    def _fitting(self, gap: Piece, room: int) -> list[Taught]:
        """The keys that are shown in `room` cells."""
        kept: list[Taught] = []
        for taught in self._keys:
            wide = _cells(_piece(taught)) + (_cells([gap]) if kept else 0)
            if wide <= room:
                kept.append(taught)
                room -= wide
            else:
                break
        return kept


def _piece(taught: Taught) -> list[Piece]:
    key, words = taught
    return [(key, "key"), _BLANK, (words, "text")]


def _cells(pieces: Sequence[Piece]) -> int:
    return sum(cell_len(words) for words, _ in pieces)
