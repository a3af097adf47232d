"""A Textual App that lives on a `Terminal` value instead of the process's own standard streams and environment.

Rests on private parts of Textual 8.2.8: `App._display`, `_filters`, `_batch_count`, `_sync_available`,
`_pending_message`, `console`'s construction. `tests/terminal/test_private_parts.py` fails when an upgrade changes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from typing import Any, TypeVar

from rich.console import Console, RenderableType
from textual.app import App
from textual.filter import Monochrome, NoColor
from textual.screen import Screen

from agent_tui.domain.bidi import is_simple
from agent_tui.terminal.answers import Answers
from agent_tui.terminal.bidi_mode import Decision, decide
from agent_tui.terminal.diffscreen import DiffScreen
from agent_tui.terminal.driver import TerminalDriver
from agent_tui.terminal.screen import TerminalScreen
from agent_tui.terminal.terminal import Terminal

_EACH_IN_ITS_CELL = "<style>\n    text { direction: ltr; unicode-bidi: bidi-override; }"

ReturnType = TypeVar("ReturnType")


def console_for(env: Mapping[str, str]) -> Console:
    """Rich's console as `App` makes it, with the environment of the person at the terminal (TERM, COLORTERM)."""
    environ = {name: value for name, value in env.items() if name != "NO_COLOR"}  # a filter of the app does that
    system = env.get("TEXTUAL_COLOR_SYSTEM", "auto")
    return Console(
        color_system=system if system in ("auto", "standard", "256", "truecolor") else "auto",  # type: ignore[arg-type]
        file=StringIO(),
        markup=True,
        highlight=False,
        emoji=False,
        legacy_windows=False,
        _environ=environ,
        force_terminal=True,
        safe_box=False,
        soft_wrap=False,
    )


class TerminalApp(App[ReturnType]):
    """Base of the desk's App.

    With a terminal: the thread-free driver, output that sends only what changed (`diff_output`), colours, NO_COLOR and
    animation by the terminal's environment (none over SSH). Without one, or under `run_test()`: an ordinary App.
    """

    def __init__(self, terminal: Terminal | None = None, *, diff_output: bool = True, **kwargs: Any) -> None:
        if terminal is not None:
            kwargs.setdefault("driver_class", TerminalDriver)
        super().__init__(**kwargs)
        self.terminal = terminal if terminal is not None else Terminal(0, 1)
        self._diff: DiffScreen | None = None
        self._repaint_due = False
        self.bidi = decide(self.terminal.bidi, Answers(), self.terminal.env)
        """Who puts Hebrew and Arabic in order, as far as is known; `bidi_changed` tells when it turns out otherwise."""
        if terminal is not None:
            self._take_environment(terminal)
            if diff_output:
                self._diff = DiffScreen(self.console, terminal.erases_with_colour)

    @property
    def more_waits(self) -> bool:
        """Whether messages wait behind the one that is worked off; Textual looks ahead at the next, and counts it no
        more."""
        return bool(self.message_queue_size) or self._pending_message is not None

    @property
    def terminal_driver(self) -> TerminalDriver | None:
        """The driver, for the signal handlers of the composition root; None when headless or not running."""
        return self._driver if isinstance(self._driver, TerminalDriver) else None

    def export_screenshot(self, *, title: str | None = None, simplify: bool = False) -> str:
        """As Textual makes it, but with each letter in its cell: what reads from the right stands in the order of the
        cells already, and a viewer would turn it once more."""
        picture = super().export_screenshot(title=title, simplify=simplify)
        return picture if is_simple(picture) else picture.replace("<style>", _EACH_IN_ITS_CELL, 1)

    def _take_environment(self, terminal: Terminal) -> None:
        self.console = console_for(terminal.env)
        self.no_color = bool(terminal.env.get("NO_COLOR"))  # no-color.org: present and not empty
        self._filters = [f for f in self._filters if not isinstance(f, Monochrome | NoColor)]
        if self.no_color:
            self._filters.append(NoColor() if self.native_ansi_color else Monochrome())
        if terminal.remote:
            self.animation_level = "none"

    # -- what the driver calls

    def terminal_forgotten(self) -> None:
        if self._diff is not None:
            self._diff.forget()

    def terminal_drained(self) -> None:
        driver = self.terminal_driver
        if driver is None or not self._running:
            return
        if self._diff is not None:
            driver.write_frame(self._diff.catch_up(self._cursor_cell()), self._sync_available)
            if self._diff.picture_lost:
                self._diff.picture_lost = False
                self._repaint_due = True
        if self._repaint_due:
            self._repaint_due = False
            self.screen.refresh()

    def terminal_typed(self) -> None:
        if isinstance(screen := self.screen, TerminalScreen):
            screen.hurry()

    def terminal_lost(self) -> None:
        """The terminal hung up: leave. Override to keep things first (they should be kept on change anyway)."""
        self.exit(return_code=129)

    def terminal_ground(self, light: bool) -> None:
        """The terminal is light, or dark. Override to follow it."""

    def terminal_orders(self, decision: Decision) -> None:
        self.bidi = decision
        self.bidi_changed()
        self.redraw()

    def bidi_changed(self) -> None:
        """Another mode of `bidi`: forget what was laid out by the old one. Everything is drawn again after this."""

    def redraw(self) -> None:
        """Write the whole screen again, for when something else has written on the terminal (^L)."""
        self.terminal_forgotten()
        self.refresh()

    # -- drawing

    def _cursor_cell(self) -> tuple[int, int]:
        x, y = self.screen.outer_size.clamp_offset(self.cursor_position)
        return x, y

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        driver = self.terminal_driver
        if driver is None or renderable is None or self._batch_count or not self._running or self._closed:
            super()._display(screen, renderable)
            return
        if self._diff is not None and self._display_diff(self._diff, driver, renderable):
            self.post_display_hook()
        elif driver.held:
            self._repaint_due = True
            self.post_display_hook()
        else:
            super()._display(screen, renderable)

    def _display_diff(self, diff: DiffScreen, driver: TerminalDriver, update: RenderableType) -> bool:
        """Show an update by differences; False if it must be shown the stock way."""
        size = self.screen.outer_size
        try:
            frame = diff.frame(update, (size.width, size.height), self._cursor_cell(), held=driver.held)
        except Exception as error:  # our bug must not cost the agent the screen
            self.log.error("differences switched off", error)
            self._diff = None
            self._repaint_due = True
            self.call_next(self.terminal_drained)
            return False
        if frame is None:
            diff.forget()
            return False
        driver.write_frame(frame, self._sync_available)
        return True
