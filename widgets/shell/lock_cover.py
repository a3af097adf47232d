"""Over everything while the desk is locked: who, since when, how much waits, and the word that opens it. Nothing that a
customer wrote, no name of one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import tzinfo

from textual import events
from textual.strip import Strip

from agent_tui.desk.changes import Changes
from agent_tui.desk.countdown import is_late
from agent_tui.domain.text import SafeText, clean_line, compose, fixed, listed, plural, trusted
from agent_tui.domain.time import MINUTE_MS, MS, Ms, local_time
from agent_tui.services.lock import Lock
from agent_tui.services.workbench import Workbench
from agent_tui.terminal.line_view import LineView
from agent_tui.widgets.cells import fit
from agent_tui.widgets.paint import Paint, Part

CHOOSING_SECONDS = 15
"""How long after locking a word can be chosen: whoever comes later did not lock it."""
MOST_LETTERS = 500
_NOTHING: SafeText = trusted("")


class LockCover(LineView):
    """`opened` is called when it was unlocked."""

    opened: Callable[[], None]

    can_focus = True
    DEFAULT_CSS = """
    LockCover { layer: cover; width: 100%; height: 100%; display: none; background: $background; }
    """

    def __init__(self, workbench: Workbench, paint: Paint, zone: tzinfo, lock: Lock) -> None:
        super().__init__()
        self._workbench, self._paint, self._zone = workbench, paint, zone
        self._lock = lock
        self._since: Ms = 0
        self._choosing = False
        self._typed = ""
        self._said: SafeText = _NOTHING
        self._asking: asyncio.Task[None] | None = None

    def begin(self, by_hand: bool) -> None:
        """From now on. `by_hand`: its agent sits here and can choose a word."""
        self._since = self._workbench.time.now()
        self._choosing = by_hand and not self._lock.has_word
        self._typed, self._said = "", _NOTHING
        self.refresh()

    def changed(self, changes: Changes) -> None:
        """See `agent_tui.widgets.pane.Pane`."""
        if changes:
            self.refresh()

    def tick(self, now: Ms) -> Ms | None:
        """See `agent_tui.widgets.pane.Pane`."""
        self.refresh()
        return (now // MINUTE_MS + 1) * MINUTE_MS

    # -- keys: all of them come here

    def press(self, event: events.Key) -> None:
        """One key of whoever sits here."""
        if self._asking is not None:
            return
        if event.key == "enter":
            self._enter()
        elif event.key == "backspace":
            self._typed = self._typed[:-1]
        elif event.key in ("escape", "ctrl+u"):
            self._typed = ""
        elif event.character is not None and event.is_printable:
            self.paste(event.character)
        self.refresh()

    def paste(self, text: str) -> None:
        """A token comes from a password store."""
        self._typed = (self._typed + text.strip("\r\n"))[:MOST_LETTERS]
        self.refresh()

    def _enter(self) -> None:
        typed, self._typed = self._typed, ""
        late = self._workbench.time.now() - self._since > CHOOSING_SECONDS * MS
        choosing, self._choosing = self._choosing and bool(typed) and not late, False
        work = self._choose(typed) if choosing else self._try(typed)
        if not choosing and not typed and (self._lock.has_token or self._lock.has_word):
            work.close()
            return
        self._said = trusted("one moment")
        self._asking = asyncio.get_running_loop().create_task(work)

    async def _choose(self, word: str) -> None:
        await self._lock.choose(word)
        self._asking, self._said = None, trusted("this word opens it")
        self.refresh()

    async def _try(self, typed: str) -> None:
        right = await self._lock.opens(typed)
        self._asking = None
        if right:
            self._said = _NOTHING
            self.opened()
            return
        wait = self._lock.waits()
        self._said = trusted("that does not open it")
        if wait:
            self._said = plural(
                "that does not open it; wait {n} second", "that does not open it; wait {n} seconds", n=wait
            )
        self.refresh()

    # -- drawing

    def render_line(self, y: int) -> Strip:
        base, width = self.base, self.size.width
        words, part = self._line(y - max(2, self.size.height // 2 - 2) if y else None)
        line = fit(words, width - 2, self._paint.bidi)
        return self._paint.strip([(" ", base), (line, base + self._paint[part]), (" ", base)], width, base)

    def _line(self, below: int | None) -> tuple[SafeText, Part]:
        """The first line (None), or one by its place under the middle of the screen."""
        if below is None:
            return self._who(), "quiet"
        if below == 0:
            return compose("locked since {time}", time=self._time(self._since)), "strong"
        if below == 1:
            return self._waiting(), "text"
        if below == 3:
            return self._asked(), "here"
        return (self._said, "warning") if below == 4 else (_NOTHING, "text")

    def _time(self, at: Ms) -> SafeText:
        return clean_line(f"{local_time(at, self._zone):%H:%M}")

    def _who(self) -> SafeText:
        backends = self._workbench.desk.backends.values()
        me = next((state.me for state in backends if state.me is not None), None)
        down = [state for state in backends if state.state != "up"]
        words = [
            clean_line(me.name) if me is not None else _NOTHING,
            self._time(self._workbench.time.now()),
            plural("{n} server is down", "{n} servers are down", n=len(down)) if down else _NOTHING,
        ]
        return listed(" · ", [word for word in words if word])

    def _waiting(self) -> SafeText:
        """How much waits, without a word of it."""
        desk, now = self._workbench.desk, self._workbench.time.now()
        held = ((key, row) for key, section, row in desk.inbox.rows() if section.stage == "us")
        late = sum(is_late(row, now) for key, row in held if row.owner and row.owner == desk.my_id(key.backend))
        ringing = sum(call.comes for _, call in desk.live_calls())
        unsent = sum(entry.writes for entry in desk.unsent)
        words = [plural("{n} needs me", "{n} need me", n=desk.needs_me())]
        words += [compose("{n} late", n=late)] if late else []
        words += [plural("{n} call rings", "{n} calls ring", n=ringing)] if ringing else []
        words += [compose("{n} on the way out", n=unsent)] if unsent else []
        return listed(" · ", words)

    def _asked(self) -> SafeText:
        signs = fixed("•" * min(len(self._typed), 40))
        if self._choosing:
            return compose("choose a word that opens it: {typed}", typed=signs)
        if self._lock.has_word:
            return compose("your word, or the token of this desk: {typed}", typed=signs)
        if self._lock.has_token:
            return compose("the token of this desk: {typed}", typed=signs)
        return trusted("Enter opens it")
