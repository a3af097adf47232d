"""The desk's Textual App: composition only. Workbench below, widgets above, keys and drawing in the shell."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from textual import events
from textual.filter import Monochrome, NoColor
from textual.screen import Screen
from textual.widget import Widget

from agent_tui.commands import ids, ids_scripts
from agent_tui.desk.changes import Changes
from agent_tui.desk.keys import CaseKey
from agent_tui.desk_settings import DeskSettings
from agent_tui.domain.language import SPOKEN, spoken
from agent_tui.domain.taught import taught, teach
from agent_tui.domain.time import Ms, TimeSource
from agent_tui.keymaps.keymap import Keymap
from agent_tui.services.lock import Lock
from agent_tui.services.notify import Notifier
from agent_tui.services.workbench import Workbench
from agent_tui.terminal.app_base import TerminalApp
from agent_tui.terminal.first_paint import FirstPaint
from agent_tui.terminal.terminal import Terminal
from agent_tui.themes.textual_theme import textual_theme
from agent_tui.themes.theme import Theme
from agent_tui.wardrobe import Wardrobe
from agent_tui.widgets.glyphs import AsciiGlyphs
from agent_tui.widgets.inbox import HitList, InboxList
from agent_tui.widgets.paint import Paint
from agent_tui.widgets.shell import Arrival, DeskScreen, KeyRouter, Locking, Pulse, Resting
from agent_tui.widgets.shell.desk_ui import DeskUi
from agent_tui.widgets.shell.looking import Looking

if TYPE_CHECKING:
    from agent_tui.widgets.case.guide import Guide


class _Screen(DeskScreen, FirstPaint, inherit_bindings=False):
    """The desk's screen, painted once it stands."""


EVERYTHING = Changes(inbox=True, header=True, timeline=True, customer=True, calls=True, composer=True)
PATIENCE = 0.5
"""Seconds that the next key waits at most for a widget to take the one before."""


class DeskApp(TerminalApp[None], inherit_bindings=False):
    """One agent's desk. The workbench is run by the composition root, not here."""

    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = None
    ESCAPE_TO_MINIMIZE = False
    DEFAULT_CSS = ""

    def __init__(
        self,
        workbench: Workbench,
        settings: DeskSettings,
        keymap: Keymap,
        theme: Theme,
        time: TimeSource,
        terminal: Terminal | None = None,
        lock: Lock | None = None,
        wardrobe: Wardrobe | None = None,
    ) -> None:
        super().__init__(terminal)
        self.workbench = workbench
        self.language = SPOKEN.get()
        self.settings = settings
        self.animation_level = "none"
        self.paint = Paint(theme, settings.depth, self.bidi.mode)
        self.register_theme(textual_theme(theme, settings.depth))
        self.theme = theme.name
        if settings.depth == "none":
            # Textual chose its filter before it knew the theme; the grey one paints the terminal's colours black
            self._filters = [*(kept for kept in self._filters if not isinstance(kept, Monochrome | NoColor)), NoColor()]
        if settings.glyphs == "ascii":
            self._filters = [*self._filters, AsciiGlyphs()]
        self.desk_screen = _Screen(workbench, self.paint, settings.zone, lock or Lock(time))
        self.ui = DeskUi(workbench, self.desk_screen)
        self.keys = KeyRouter(workbench, keymap, settings.zone, self.desk_screen, self.ui)
        teach(self.keys)
        self.keys.rested = self._keys_rested
        wardrobe = wardrobe or Wardrobe(theme.name)
        self.looking = Looking(wardrobe, self.ui, self.use_theme, self.use_keymap, theme, keymap.name)
        self.arrival = Arrival(workbench, self.ui, lambda: self.keys.run(ids.START))
        self.locking = Locking(time, self.desk_screen, self.ui, settings.lock_minutes)
        self.ui.ahead.released = lambda: self.call_later(self._typed_ahead)
        self.desk_screen.prompt.closed = self._question_over
        self.notifier = Notifier(self._call, settings.attention)
        self.pulse = Pulse(time, self._draw, self._tick)
        self.resting = Resting(time, self._rested) if settings.preview else None

    def get_default_screen(self) -> Screen[None]:
        return self.desk_screen

    def use_theme(self, theme: Theme) -> None:
        """Another theme, at once."""
        self.paint.use(theme, self.settings.depth)
        self.register_theme(textual_theme(theme, self.settings.depth))
        self.theme = theme.name
        self.refresh_css(animate=False)  # now, not in a moment: else new ink is painted on the old ground first
        self.desk_screen.refresh()

    def use_keymap(self, keymap: Keymap) -> None:
        """Other keys, at once; what teaches one is drawn anew."""
        self.keys.use(keymap)
        self.paint.other_keys()
        self._draw(EVERYTHING)

    def terminal_ground(self, light: bool) -> None:
        self.looking.ground(light)

    def bidi_changed(self) -> None:
        """The terminal told who orders Hebrew and Arabic, and it is another than was thought."""
        self.paint.order(self.bidi.mode)
        self._draw(EVERYTHING)

    def flush(self) -> None:
        """Draw all that has happened: before a picture is taken."""
        self.pulse.flush()

    # -- from the workbench to the widgets

    def on_mount(self) -> None:
        self._unsubscribe = self.workbench.subscribe(self.pulse.changed)
        self.desk_screen.set_focus(self.desk_screen.inbox, scroll_visible=False)
        self.locking.start()
        self.call_after_refresh(self._first)

    def on_unmount(self) -> None:
        self._unsubscribe()
        self.pulse.stop()
        self.locking.stop()
        if self.resting is not None:
            self.resting.stop()

    def _first(self) -> None:
        self.desk_screen.show()
        self.keys.teach()
        self.pulse.wind()

    def _draw(self, changes: Changes) -> None:
        if not self.is_running:
            return
        with self._context(), spoken(self.language), taught(self.keys), self.batch_update():
            self.desk_screen.changed(changes)
            self.arrival.look()
            self.keys.teach()
        looking_at = self.workbench.desk.open_case.key if self.workbench.desk.open_case is not None else None
        self.notifier.silent = self.locking.locked
        self.notifier.notify(changes.notices, self.workbench.time.now(), looking_at)

    def _tick(self, now: Ms) -> Ms | None:
        if not self.is_running:
            return None
        # timers and the workbench call from outside any app's context
        with self._context(), spoken(self.language), taught(self.keys):
            return self.desk_screen.tick(now)

    def _call(self, signal: str) -> None:
        if self._driver is not None:
            self._driver.write(signal)

    # -- from the keyboard to the commands

    async def on_event(self, event: events.Event) -> None:
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
            return
        await self._typed_ahead()
        if self.locking.locked or not self.ui.ahead.hold(event):
            await self._typed(event)

    async def _typed_ahead(self) -> None:
        while (held := self.ui.ahead.next()) is not None:
            await self._typed(held)

    async def _typed(self, event: events.Key | events.Paste) -> None:
        macro = self.ui.hands
        recording = macro.recording and not self.locking.locked  # what unlocks is nobody's text
        await self._worked_off(event)
        if isinstance(event, events.Key):
            macro.pressed(event, recording)
        while (played := macro.next()) is not None:
            if self.locking.locked or self.desk_screen.prompt.problem is not None:
                macro.stop()
            elif not self.ui.ahead.hold(played):
                await self._worked_off(played)

    async def _worked_off(self, event: events.Key | events.Paste) -> None:
        self.arrival.typed()
        if self.locking.take(event):
            event.stop()
            event.prevent_default()
            self._paint()
        elif isinstance(event, events.Key) and self.keys.press(event.key):
            event.stop()
            event.prevent_default()
            self._watch_cursor()
            self.pulse.flush()
            self.pulse.hurry()
            self._paint()
        else:
            target = self.focused
            await super().on_event(event)
            if target is not None:
                await _taken_by(target)
                self._paint()

    def _paint(self) -> None:
        """Show what came of a key; keys that came together are shown together."""
        if not self.more_waits:
            self.desk_screen.paint()

    def _question_over(self) -> None:
        self.ui.asked()
        self.keys.teach()

    def on_inbox_list_opened(self, message: InboxList.Opened) -> None:
        self.ui.open_case(message.key)

    def on_guide_chosen(self, message: Guide.Chosen) -> None:
        self.keys.run(ids_scripts.SCRIPT_ANSWER, (message.value,))

    def on_hit_list_opened(self, message: HitList.Opened) -> None:
        self.ui.open_case(message.found.key)

    def on_inbox_list_cursor_moved(self, message: InboxList.CursorMoved) -> None:
        self.keys.teach()
        self.pulse.wind()
        self._watch_cursor()

    def _watch_cursor(self) -> None:
        if self.resting is not None:
            self.resting.moved(self.ui.key_in_list)

    def _keys_rested(self) -> None:
        if self.is_running and not self.locking.locked:
            with self._context(), spoken(self.language):
                self.keys.explain()

    def _rested(self, key: CaseKey) -> None:
        if self.is_running and key == self.ui.key_in_list:
            with self._context():
                self.ui.look_at(key)

    def on_descendant_focus(self) -> None:
        self.keys.teach()

    def on_resize(self) -> None:
        self.call_after_refresh(self._first)


async def _taken_by(widget: Widget) -> None:
    """Wait until a widget has worked off what it was sent. Widgets have queues of their own: without this a key typed
    fast after others ("hi", Enter) would run its command before the text before it has arrived."""
    taken = asyncio.Event()
    if widget.is_attached and widget.call_later(taken.set):
        with suppress(TimeoutError):
            await asyncio.wait_for(taken.wait(), PATIENCE)
