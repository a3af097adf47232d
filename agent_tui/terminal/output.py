"""Write-behind to a terminal: never blocks the event loop, never grows without bound, tells when it has caught up."""

from __future__ import annotations

import asyncio
import os
import select
from collections.abc import Callable

from agent_tui.terminal.terminal import open_own

#: Beyond this many unsent bytes nothing more is accepted: the terminal is stalled (a frozen SSH line, ^S).
#: Frames are held back long before, as soon as one byte is unsent; this bounds bells and other small change.
LIMIT = 262_144
#: How long leaving may wait for a slow terminal to take the sequences that restore it, in seconds.
PATIENCE = 0.25
#: CAN: ends a sequence that was cut off half way.
CANCEL = b"\x18"


class TerminalWriter:
    """Collects text, writes it once per turn of the loop, waits with `add_writer` when the terminal is slow.

    `drained` is called when everything that had to wait is gone; `lost` once, when the terminal is gone.
    """

    def __init__(self, fd: int, drained: Callable[[], None], lost: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._drained = drained
        self._lost = lost
        self._fd, self._shared = open_own(fd)
        os.set_blocking(self._fd, False)
        self._parts: list[str] = []
        self._unsent = b""
        self._waiting = False
        self._scheduled: asyncio.Handle | None = None
        self._gone = False

    @property
    def held(self) -> bool:
        """True while the terminal has not taken all that was written: a new frame should wait."""
        return bool(self._unsent)

    def write(self, text: str) -> None:
        """Queue text (whole escape sequences only); sent by `flush` or at the end of this turn of the loop."""
        if self._gone or len(self._unsent) > LIMIT:
            return
        self._parts.append(text)
        if self._scheduled is None:
            self._scheduled = self._loop.call_soon(self.flush)

    def flush(self) -> None:
        """Send what the terminal takes now, and the rest when it can."""
        if self._scheduled is not None:
            self._scheduled.cancel()
            self._scheduled = None
        if self._parts:
            self._unsent += "".join(self._parts).encode("utf-8", "replace")
            self._parts.clear()
        if not self._waiting:
            self._send()
            if self._unsent and not self._gone:
                self._waiting = True
                self._loop.add_writer(self._fd, self._writable)

    def close(self, farewell: str = "") -> None:
        """Send `farewell` and let go. A stalled terminal gets a quarter of a second, and the frame it did not take
        is dropped in favour of the farewell."""
        self.flush()
        self._wait_no_more()
        if not self._gone:
            if self._unsent:
                self._unsent = CANCEL
            self._unsent += farewell.encode()
            self._send()
            if self._unsent and not self._gone:
                self._patiently()
        if self._shared:
            os.set_blocking(self._fd, True)
        os.close(self._fd)
        self._gone = True
        self._unsent = b""

    def _patiently(self) -> None:
        deadline = self._loop.time() + PATIENCE
        while self._unsent and not self._gone and (left := deadline - self._loop.time()) > 0:
            select.select([], [self._fd], [], left)
            self._send()

    def _writable(self) -> None:
        self._send()
        if not self._unsent:
            self._wait_no_more()
            if not self._gone:
                self._drained()

    def _wait_no_more(self) -> None:
        if self._waiting:
            self._loop.remove_writer(self._fd)
            self._waiting = False

    def _send(self) -> None:
        while self._unsent:
            try:
                sent = os.write(self._fd, self._unsent)
            except BlockingIOError:
                return
            except OSError:  # EIO, EPIPE: hung up
                self._gone = True
                self._unsent = b""
                self._wait_no_more()
                self._loop.call_soon(self._lost)
                return
            self._unsent = self._unsent[sent:]
