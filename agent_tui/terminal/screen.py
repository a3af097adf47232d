"""A screen that paints what a person did at once.

Rests on private parts of Textual 8.2.8: `Screen._compositor`, `_on_idle`, `_on_timer_update` and the marks of what is
to be done (`_repaint_required` and its sisters). `tests/terminal/test_private_parts.py` fails when an upgrade changes
them.
"""

from __future__ import annotations

import asyncio

from textual import events
from textual.screen import Screen

from agent_tui.terminal.compositor import SeenCompositor

HURRY = 0.05
"""Seconds after something was typed in which changes are taken to come of it."""


class TerminalScreen(Screen[None], inherit_bindings=False):
    """Textual paints by a timer. What comes of a key need not wait for it."""

    def __init__(self) -> None:
        super().__init__()
        self._compositor = SeenCompositor()
        self._hurry_until = 0.0

    def hurry(self) -> None:
        """The person acted."""
        self._hurry_until = asyncio.get_running_loop().time() + HURRY

    def paint(self) -> None:
        """Paint now what is marked, without the two queues between a widget's mark and the paint. Where something has
        to be laid out first this does nothing: it is painted as Textual does it."""
        if not self.is_current or self._layout_required or self._scroll_required or self._recompose_required:
            return
        marked = set()
        for widget in self._compositor.visible_widgets:
            if widget._layout_required or widget._scroll_required or widget._refresh_styles_required:
                return
            if widget._repaint_required:
                marked.add(widget)
        if marked:
            for widget in marked:
                widget._repaint_required = False
            self._dirty_widgets |= marked
            self._on_timer_update()

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
