"""A screen that is first painted when it is complete, not while it is being put together.

Rests on a private part of Textual 8.2.8: `Screen._compositor_refresh`, which paints what its compositor holds as
changed. `tests/terminal/test_first_paint.py` fails when an upgrade paints by another way.
"""

from __future__ import annotations

from agent_tui.terminal.screen import TerminalScreen


class FirstPaint(TerminalScreen, inherit_bindings=False):
    """Lays out as ever, but paints nothing before `show`: each of the steps in which widgets find their places would
    cost a whole screen."""

    _shown = False

    def show(self) -> None:
        """Paint, from now on."""
        if not self._shown:
            self._shown = True
            self._compositor_refresh()

    def _compositor_refresh(self) -> None:
        if self._shown:
            super()._compositor_refresh()
