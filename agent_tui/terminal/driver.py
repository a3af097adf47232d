"""A Textual driver without threads: input by `loop.add_reader`, output write-behind, nothing process-wide touched.

Signals belong to the process, so the composition root catches them and calls `on_winch`, `suspend`, `resume`, `hangup`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import termios
from collections.abc import Iterable
from typing import Any, Protocol, cast

from textual import events
from textual.app import App
from textual.driver import Driver
from textual.geometry import Size
from textual.message import Message

from agent_tui.terminal.answers import AnswerReader, questions
from agent_tui.terminal.bidi_mode import DESK_ORDERS, TERMINAL_ORDERS, Decision, decide
from agent_tui.terminal.ground import LEAVE_SCHEME
from agent_tui.terminal.keys_in import KeyParser
from agent_tui.terminal.output import TerminalWriter
from agent_tui.terminal.terminal import Terminal

#: Kitty keyboard protocol: disambiguate (1), report all keys (8), associated text (16); as Textual's own driver asks.
#: https://sw.kovidgoyal.net/kitty/keyboard-protocol/#progressive-enhancement
KITTY_FLAGS = 25
SYNC_START, SYNC_END = "\x1b[?2026h", "\x1b[?2026l"
#: A frame shorter than this reaches the terminal in one piece anyway.
SYNC_FROM = 512
READ = 16_384
#: Seconds that leaving waits for answers that are on their way: the shell would take them for keys. And seconds after
#: the questions in which they may be.
STRAGGLERS, ON_THEIR_WAY = 0.25, 2.0


def _resized(size: tuple[int, int]) -> events.Resize:
    cells = Size(*size)
    return events.Resize(cells, cells)


class OnTerminal(Protocol):
    """What the driver needs of its app beside being a Textual App."""

    terminal: Terminal

    def terminal_forgotten(self) -> None:
        """What the terminal shows is unknown now (start, resize, resume)."""

    def terminal_drained(self) -> None:
        """A slow terminal has taken everything: paint what was held back."""

    def terminal_typed(self) -> None:
        """Something came from the terminal: what it changes is to be painted at once."""

    def terminal_lost(self) -> None:
        """The terminal has hung up: nobody sees or types any more."""

    def terminal_ground(self, light: bool) -> None:
        """The terminal has said that it is light, or dark."""

    def terminal_orders(self, decision: Decision) -> None:
        """Hebrew is to be drawn another way than was thought, and what the terminal shows is gone."""


class TerminalDriver(Driver):
    """Plays a Textual app on `app.terminal`. Idle, it wakes never and writes nothing."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._host = cast(OnTerminal, app)
        self._terminal = self._host.terminal
        self._fixed_size = size
        self._window: tuple[int, int] = size or self._terminal.measure()
        self._size = self._window  # Textual reads it
        self._writer: TerminalWriter | None = None
        order, ground = self._terminal.bidi == "auto", self._terminal.ground
        self._questions = questions(self._terminal.env, order=order, ground=ground)
        self._answers = AnswerReader(bool(self._questions))
        self._heard = self._answers.answers
        self._asked: float | None = None
        self._bidi = decide(self._terminal.bidi, self._heard, self._terminal.env)
        self._desk_orders = False  # the terminal was told so, and is to be told otherwise
        self._parser = KeyParser(self._answers)
        self._reading = False
        self._tick: asyncio.TimerHandle | None = None
        self._modes_before: list[Any] | None = None
        self._was_lost = False

    # -- what the composition root calls

    def on_winch(self) -> None:
        """The window may have changed its size (SIGWINCH)."""
        size = self._fixed_size or self._terminal.measure()
        if size != self._window:
            self._host.terminal_forgotten()
        self._size = self._window = size
        self.send_message(_resized(size))

    def suspend(self) -> None:
        """Give the terminal back, before the process stops (SIGTSTP); SIGSTOP is the caller's to send."""
        if self._writer is not None:
            self.suspend_application_mode()

    def resume(self) -> None:
        """Take the terminal again (SIGCONT)."""
        if self._writer is None:
            self.resume_application_mode()
            self.send_message(self.SignalResume())
            self.on_winch()
            self._app.refresh(layout=True)

    def hangup(self) -> None:
        """The terminal is gone (SIGHUP, end of input, write error); told to the app once."""
        self._stop_reading()
        if not self._was_lost:
            self._was_lost = True
            self._host.terminal_lost()

    # -- output

    @property
    def can_suspend(self) -> bool:
        return True

    @property
    def held(self) -> bool:
        """True while the terminal is behind: do not paint, paint after `terminal_drained`."""
        return self._writer is not None and self._writer.held

    def write(self, data: str) -> None:
        if self._writer is not None:
            self._writer.write(data)

    def flush(self) -> None:
        if self._writer is not None:
            self._writer.flush()

    def write_frame(self, frame: str, synchronized: bool) -> None:
        """Write one repaint, all at once."""
        if not frame:
            return
        if synchronized and len(frame) >= SYNC_FROM:
            frame = f"{SYNC_START}{frame}{SYNC_END}"
        self.write(frame)
        self.flush()

    # -- input

    def send_message(self, message: Message) -> None:
        """No thread, so no detour through `call_soon_threadsafe`."""
        self._app.post_message(message)

    def _readable(self) -> None:
        try:
            data = os.read(self._terminal.fd_in, READ)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:  # EIO: the other side of the terminal has closed
            data = b""
        if not data:
            self.hangup()
            return
        self._deliver(self._parser.feed(data))

    def _deliver(self, messages: Iterable[Message]) -> None:
        self._host.terminal_typed()
        for message in messages:
            self.process_message(message)
        if self._answers.answers != self._heard:
            before, self._heard = self._heard, self._answers.answers
            self._decide()
            if self._heard.light is not None and self._heard.light != before.light:
                self._host.terminal_ground(self._heard.light)
        if self._tick is not None:
            self._tick.cancel()
            self._tick = None
        if (wait := self._parser.wait) is not None:
            self._tick = self._loop.call_later(wait, self._ticked)

    def _ticked(self) -> None:
        self._tick = None
        self._deliver(self._parser.tick())

    def _decide(self) -> None:
        """The terminal has said something about itself."""
        decision = decide(self._terminal.bidi, self._heard, self._terminal.env)
        if decision.mode == self._bidi.mode or self._writer is None:
            self._bidi = decision
            return
        self._bidi = decision
        self._desk_orders = self._desk_orders or decision.mode == "visual"
        # The terminal keeps its order with every row: it holds for rows that are made anew
        self.write((DESK_ORDERS if decision.mode == "visual" else TERMINAL_ORDERS) + "\x1b[2J")
        self._host.terminal_orders(decision)

    def _stop_reading(self) -> None:
        if self._tick is not None:
            self._tick.cancel()
            self._tick = None
        if self._reading:
            self._loop.remove_reader(self._terminal.fd_in)
            self._reading = False

    # -- coming and going

    def start_application_mode(self) -> None:
        env = self._terminal.env
        self._writer = TerminalWriter(self._terminal.fd_out, self._host.terminal_drained, self.hangup)
        self._host.terminal_forgotten()
        self.send_message(_resized(self._window))
        self._set_raw()
        if self._bidi.mode == "visual":  # before the other screen is made, so that it holds for its rows
            self._desk_orders = True
            self.write(DESK_ORDERS)
        self.write("\x1b[?1049h" + self._mouse_on() + "\x1b[?25l\x1b[?1004h")  # other screen, no cursor, focus reports
        if not env.get("TEXTUAL_DISABLE_KITTY_KEY"):
            self.write(f"\x1b[>{KITTY_FLAGS}u")
        if env.get("TERM_PROGRAM") != "Apple_Terminal":  # prints the "p"
            self.write("\x1b[?2026$p")
        self.write("\x1b[?2004h\x1b[?7l")  # bracketed paste, no line wrap
        if self._questions and self._asked is None:
            self._asked = self._loop.time()
            self.write(self._questions)
        self.flush()
        try:
            self._loop.add_reader(self._terminal.fd_in, self._readable)
            self._reading = True
        except OSError:  # a regular file or /dev/null cannot be waited for: nobody will ever type
            self._loop.call_soon(self.hangup)

    def disable_input(self) -> None:
        self._stop_reading()
        self._await_stragglers()
        try:
            termios.tcflush(self._terminal.fd_in, termios.TCIFLUSH)
        except termios.error:
            return

    def _await_stragglers(self) -> None:
        """Take the answers that are still on their way, before the shell takes them for keys."""
        if self._asked is None or self._answers.answers.complete or self._was_lost:
            return
        now, asked = self._loop.time(), self._asked
        self._asked = None  # after a suspension they are asked for again
        if now > asked + ON_THEIR_WAY:
            return
        with contextlib.suppress(OSError, ValueError):
            while not self._answers.answers.complete and (left := now + STRAGGLERS - self._loop.time()) > 0:
                if not select.select([self._terminal.fd_in], [], [], left)[0]:
                    return
                if not (data := os.read(self._terminal.fd_in, READ)):
                    return
                self._answers.take(data.decode("utf-8", "replace"), self._loop.time())

    def stop_application_mode(self) -> None:
        """Put everything back. Harmless when called again, or when the terminal has gone."""
        self.disable_input()
        if self._writer is not None:
            kitty_off = "" if self._terminal.env.get("TEXTUAL_DISABLE_KITTY_KEY") else "\x1b[<u"  # before 1049l
            mouse_off = "\x1b[?1006l\x1b[?1003l\x1b[?1002l\x1b[?1000l" if self._mouse else ""
            writer, self._writer = self._writer, None
            writer.close(
                f"{SYNC_END}\x1b[m\x1b[r\x1b[?2004l\x1b[?7h{mouse_off}{kitty_off}\x1b[?1049l"
                f"{LEAVE_SCHEME if self._terminal.ground and self._questions else ''}"
                f"{TERMINAL_ORDERS if self._desk_orders else ''}\x1b[?25h\x1b[?1004l"  # for the row of the prompt too
            )
            self._desk_orders = False
        if self._modes_before is not None:
            with contextlib.suppress(termios.error):  # hung up: nothing to put back
                termios.tcsetattr(self._terminal.fd_in, termios.TCSANOW, self._modes_before)
            self._modes_before = None

    def close(self) -> None:
        self.stop_application_mode()

    def _mouse_on(self) -> str:
        if not self._mouse:
            return ""
        tracking = 1003 if self._terminal.mouse_motion else 1002
        return f"\x1b[?1000h\x1b[?{tracking}h\x1b[?1006h"

    def _set_raw(self) -> None:
        fd = self._terminal.fd_in
        try:
            self._modes_before = termios.tcgetattr(fd)
            modes = termios.tcgetattr(fd)
        except termios.error:  # not a terminal
            self._modes_before = None
            return
        signals = 0 if self._terminal.env.get("TEXTUAL_ALLOW_SIGNALS") else termios.ISIG
        modes[0] &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
        modes[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | signals)
        modes[6][termios.VMIN], modes[6][termios.VTIME] = 1, 0
        termios.tcsetattr(fd, termios.TCSANOW, modes)
