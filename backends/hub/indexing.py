"""Keeps the search index up with what is stored, in small pieces through the hub's writer.

A piece is indexed after its messages are stored, not with them: taking a mail in waits for no index, and one way of
working serves new messages, those from before there was an index, and what a crash left. Between pieces the hub
breathes: the writer is free at least as long as a piece took.
"""

from __future__ import annotations

from time import perf_counter

from agent_tui.backends.hub.store import StoreError, search_index
from agent_tui.backends.hub.transaction import Tx
from agent_tui.backends.hub.worker import Rest, Spawn, Worker
from agent_tui.backends.hub.writer import Writer
from agent_tui.domain.time import TimeSource

PIECE = 100
"""Messages in one piece: some ten milliseconds of the writer."""
SOON_SECONDS = 0.05
"""New messages wait so long for others to be indexed with them."""
LONGEST_BREATH_SECONDS = 1.0
AGAIN_AFTER_SECONDS = 5.0


class Indexer:
    """Of one store. `inline`: without waiting, for runs on virtual time."""

    def __init__(self, writer: Writer, time: TimeSource, spawn: Spawn, *, inline: bool) -> None:
        self._writer = writer
        self._inline = inline
        self._worker = Worker(time, spawn, self._piece, soon=0.0 if inline else SOON_SECONDS)

    def start(self) -> None:
        """Go on where the last run stopped, if there is anything."""
        self._worker.start()

    def stop(self) -> None:
        """No further piece is begun."""
        self._worker.stop()

    def wake(self) -> None:
        """Something was stored."""
        self._worker.wake()

    async def _piece(self) -> Rest:
        took = 0.0

        def work(tx: Tx) -> bool:
            nonlocal took
            begun = perf_counter()
            more = search_index.index_some(tx.connection, PIECE)
            took = perf_counter() - begun
            return more

        try:
            more = await self._writer.run(work)
        except StoreError:  # a full disk ...: what is not indexed now is indexed later
            return Rest(AGAIN_AFTER_SECONDS, AGAIN_AFTER_SECONDS)
        breath = 0.0 if self._inline else min(LONGEST_BREATH_SECONDS, max(0.001, took))
        return Rest(breath, breath if more else None)
