"""Gets the last bytes of erased customers off the disk: files, old pages of the search index, of the database and of
its write-ahead log. What is owed stands in tables, so a hub that died goes on with it at its next start.

Rows are empty once the erasure is committed; what is done here takes no word from anybody. Writing the database anew
holds writers up, so a large one waits until nobody has written for a while, or until a day has passed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.store import Store, StoreError, blobs, cleaning, ledger, search_index
from agent_tui.backends.hub.transaction import Tx
from agent_tui.backends.hub.worker import Rest, Spawn, Worker
from agent_tui.backends.hub.writer import Committer, Writer
from agent_tui.domain.time import DAY_MS, Ms, TimeSource

log = logging.getLogger("agent_tui.hub.scrubbing")

WORDS = 500
ORPHANS = 5000
FILES = 20
"""Files that are removed at once."""
SMALL_BYTES = 128 << 20
"""A database of this size is written anew in about a second: nobody waits for a quiet moment."""
AGAIN_SECONDS = 0.2
WORDS_SECONDS = 1.0
QUIET_SECONDS = 60.0
TROUBLE_SECONDS = 30.0


def remove_files(tx: Tx, store: Store) -> bool:
    """Some of the files that are to go; True while there are more. They go before the transaction ends: a crash in
    between does it once more."""
    found = cleaning.doomed(tx.connection, FILES)
    for address in found:
        if not cleaning.named(tx.connection, address):
            blobs.remove(store.blobs, address)
            ledger.forget_blob(tx.connection, address)
    cleaning.pardon(tx.connection, found)
    return len(found) == FILES


def scrub(store: Store, time: TimeSource, ids: Ids) -> None:
    """All of it at once, in a store that no hub serves. Raises StoreError."""
    committer = Committer(store, time, ids, None)
    more = True

    def files(tx: Tx) -> None:
        nonlocal more
        more = remove_files(tx, store)

    def words(tx: Tx) -> None:
        nonlocal more
        more = search_index.index_some(tx.connection, WORDS)

    def sweep(tx: Tx) -> None:
        cleaning.doom(tx.connection, cleaning.orphans(tx.connection, tx.now - DAY_MS, ORPHANS))

    committer.one(sweep)
    for step in (files, words):
        more = True
        while more:
            committer.one(step)
    store.rewrite()
    if store.empty_log():
        committer.one(lambda tx: cleaning.cleaned(tx.connection, cleaning.owed_up_to(tx.connection), tx.now))


class Scrubber:
    """`head`: place in the log."""

    def __init__(self, store: Store, writer: Writer, time: TimeSource, head: Callable[[], int], spawn: Spawn) -> None:
        self._store = store
        self._writer = writer
        self._time = time
        self._head = head
        self._worker = Worker(time, spawn, self._work)
        self._swept = 0
        self._rewritten = 0
        self._looked: tuple[int, Ms] = (-1, 0)
        self._owed_since: Ms = 0

    def start(self) -> None:
        """Go on with what a run before still owed."""
        self._worker.start()

    def stop(self) -> None:
        """Nothing further is begun."""
        self._worker.stop()

    def wake(self) -> None:
        """Somebody was erased."""
        self._worker.wake()

    async def _work(self) -> Rest:
        try:
            return Rest(again=await self._step())
        except StoreError as error:  # a full disk ...: it is still owed
            log.warning("erased data is not off the disk yet: %s", error)
            return Rest(again=TROUBLE_SECONDS)

    async def _step(self) -> float | None:
        """What can be done now; seconds until there is more to do, None when nothing is owed."""
        with self._store.read() as connection:
            if not cleaning.owed(connection):
                return None
            up_to, words = cleaning.owed_up_to(connection), search_index.scrubbing(connection)
            files = bool(cleaning.doomed(connection, 1))
        if up_to > self._swept:
            await self._sweep()
            self._swept = up_to
            return AGAIN_SECONDS
        if files and await self._writer.run(lambda tx: remove_files(tx, self._store)):
            return AGAIN_SECONDS
        if words:
            return WORDS_SECONDS
        if up_to > self._rewritten:
            if wait := self._until_quiet():
                return wait
            await self._writer.alone(self._store.rewrite)
            self._rewritten, self._owed_since = up_to, 0
        if not await self._writer.alone(self._store.empty_log):
            return AGAIN_SECONDS
        await self._writer.run(lambda tx: cleaning.cleaned(tx.connection, up_to, tx.now))
        log.info("nothing of those who were erased is left on the disk")
        return None

    async def _sweep(self) -> None:
        """Uploads that nobody ever used may be of whoever was erased. Looking for them holds nobody up."""
        with self._store.read() as connection:
            found = cleaning.orphans(connection, self._time.now() - DAY_MS, ORPHANS)
        if found:
            await self._writer.run(lambda tx: cleaning.doom(tx.connection, found))

    def _until_quiet(self) -> float:
        """Seconds to wait before writers are held up."""
        if self._store.size <= SMALL_BYTES:
            return 0.0
        now, head = self._time.now(), self._head()
        self._owed_since = self._owed_since or now
        quiet = self._looked[0] == head and now - self._looked[1] >= QUIET_SECONDS * 1000
        if self._looked[0] != head:
            self._looked = (head, now)
        return 0.0 if quiet or now - self._owed_since >= DAY_MS else QUIET_SECONDS
