"""A screen that paints what a person did at once, and looks only at the rows that are painted.

Rests on private parts of Textual 8.2.8: `Screen._compositor`, `_on_idle`, `_on_timer_update`, and of its compositor
`_get_renders`, `visible_widgets`. `tests/terminal/test_private_parts.py` fails when an upgrade changes them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from textual import events
from textual._compositor import Compositor
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip

HURRY = 0.05
"""Seconds after something was typed in which changes are taken to come of it."""


class RowsCompositor(Compositor):
    """Asks widgets only for the rows that are painted; Textual asks every widget in sight for all of its rows."""

    def _get_renders(self, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Strip]]]:
        if crop is None:
            yield from super()._get_renders(crop)
            return
        rows = Region(0, crop.y, self.size.width, crop.height)  # whole rows: where widgets are cut stays as it is
        for widget, (region, clip) in self.visible_widgets.items():
            clip = clip.intersection(rows)
            seen = region.intersection(clip)
            if seen:
                yield region, clip, widget.render_lines(seen.translate((-region.x, -region.y)))


class TerminalScreen(Screen[None], inherit_bindings=False):
    """Textual paints by a timer. What comes of a key need not wait for it."""

    def __init__(self) -> None:
        super().__init__()
        self._compositor = RowsCompositor()
        self._hurry_until = 0.0

    def hurry(self) -> None:
        """The person acted."""
        self._hurry_until = asyncio.get_running_loop().time() + HURRY

    async def _on_idle(self, event: events.Idle) -> None:
        await super()._on_idle(event)  # it winds the timer
        if self._hurry_until and self._dirty:
            if asyncio.get_running_loop().time() < self._hurry_until:
                self._on_timer_update()
            else:
                self._hurry_until = 0.0

    @property
    def _dirty(self) -> bool:
        return bool(self._layout_required or self._scroll_required or self._repaint_required or self._dirty_widgets)
