"""Keeps the search index up with what is stored, in small pieces through the hub's writer.

A piece is indexed after its messages are stored, not with them: taking a mail in waits for no index, and one way of
working serves new messages, those from before there was an index, and what a crash left. Between pieces the hub
breathes: the writer is free at least as long as a piece took.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from time import perf_counter

from agent_tui.backends.hub.store import StoreError, search_index
from agent_tui.backends.hub.transaction import Tx
from agent_tui.backends.hub.writer import Writer
from agent_tui.domain.time import TimerHandle, TimeSource

PIECE = 100
"""Messages in one piece: some ten milliseconds of the writer."""
SOON_SECONDS = 0.05
"""New messages wait so long for others to be indexed with them."""
LONGEST_BREATH_SECONDS = 1.0
AGAIN_AFTER_SECONDS = 5.0


class Indexer:
    """`spawn` runs a coroutine among the workspace's tasks."""

    def __init__(
        self, writer: Writer, time: TimeSource, spawn: Callable[[Coroutine[None, None, None]], None], *, inline: bool
    ) -> None:
        self._writer = writer
        self._time = time
        self._spawn = spawn
        self._inline = inline
        self._timer: TimerHandle | None = None
        self._working = False
        self._more = False
        self._running = False

    def start(self) -> None:
        """Go on where the last run stopped, if there is anything."""
        self._running = True
        self.wake()

    def stop(self) -> None:
        """No further piece is begun."""
        self._running = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def wake(self) -> None:
        """Something was stored."""
        self._more = True
        if not self._running or self._working or self._timer is not None:
            return
        if self._inline:
            self._begin()
        else:
            self._timer = self._time.call_later(SOON_SECONDS, self._begin)

    def _begin(self) -> None:
        self._timer = None
        if self._running and not self._working:
            self._working = True
            self._spawn(self._piece())

    async def _piece(self) -> None:
        self._more = False
        took = 0.0

        def work(tx: Tx) -> bool:
            nonlocal took
            begun = perf_counter()
            more = search_index.index_some(tx.connection, PIECE)
            took = perf_counter() - begun
            return more

        wait = SOON_SECONDS
        try:
            self._more |= await self._writer.run(work)
            wait = 0.0 if self._inline else min(LONGEST_BREATH_SECONDS, max(0.001, took))
        except StoreError:  # a full disk ...: what is not indexed now is indexed later
            self._more, wait = True, AGAIN_AFTER_SECONDS
        self._working = False
        if self._more and self._running:
            if wait:
                self._timer = self._time.call_later(wait, self._begin)
            else:
                self._begin()
