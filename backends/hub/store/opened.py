"""An opened store: a folder with the database and the files beside it."""

from __future__ import annotations

import errno
import secrets
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import DatabaseError

from agent_tui.backends.hub.store import blobs, engine
from agent_tui.backends.hub.store.errors import DatabaseDamaged, DatabaseEmpty, StoreFailed, StoreFull
from agent_tui.backends.hub.store.schema import head, meta

DATABASE = "hub.sqlite3"
BEGUN = "hub.begun"
"""There while a database is made: an empty one beside it is ours, left by a crash."""


class Store:
    """One folder: `hub.sqlite3` and `blobs/`. Use `Store.open`."""

    def __init__(self, folder: Path, *, synchronous: str, lock: IO[bytes] | None) -> None:
        self.folder = folder
        self.path = folder / DATABASE
        self.blobs = folder / "blobs"
        self._lock = lock
        self.writer = engine.open_engine(self.path, read_only=False, synchronous=synchronous)
        self.reader = engine.open_engine(self.path, read_only=True, synchronous=synchronous)
        self.log = ""

    @classmethod
    def open(cls, folder: Path, *, exclusive: bool = False, check: bool = True, synchronous: str = "FULL") -> Store:
        """Open or create (folders 0700, files 0600), check, migrate. `exclusive`: for a hub that serves, so that two
        never do. Raises DatabaseTooNew, DatabaseDamaged, DatabaseEmpty, StoreInUse, StoreFull, OSError."""
        lock = None
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            (folder / "blobs").mkdir(exist_ok=True, mode=0o700)
            lock = engine.lock_folder(folder) if exclusive else None
            path, begun = folder / DATABASE, folder / BEGUN
            if not path.exists():
                begun.touch(0o600)
            fresh = begun.exists()
            empty = not fresh and not path.stat().st_size
            if not empty:
                engine.make_private(path)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise StoreFull(folder) from error
            raise
        if empty:
            if lock is not None:
                lock.close()
            raise DatabaseEmpty(path)
        store = cls(folder, synchronous=synchronous, lock=lock)
        try:
            if check and not fresh:
                engine.check(store.reader, store.path)
            if not fresh and not engine.revision_of(store.reader):
                raise DatabaseEmpty(path)
            engine.migrate(store.writer, store.path)
            with store.writer.begin() as connection:
                store.log = _begin_log(connection)
            begun.unlink(missing_ok=True)
            if exclusive:
                blobs.clean(store.blobs)
        except DatabaseError as error:
            store.close()
            finding = str(error.orig)
            raise (StoreFull(folder) if "full" in finding else DatabaseDamaged(store.path, finding)) from error
        except BaseException:
            store.close()
            raise
        return store

    def read(self) -> Connection:
        """A read-only connection with its own snapshot; a context manager."""
        return self.reader.connect()

    @property
    def size(self) -> int:
        """Bytes of the database."""
        return self.path.stat().st_size

    def rewrite(self) -> None:
        """Leave out all that is not stored any more. Nobody may write meanwhile. Raises StoreFull, StoreFailed."""
        try:
            engine.rewrite(self.writer)
        except DatabaseError as error:
            finding = str(error.orig)
            raise (StoreFull(self.folder) if "full" in finding else StoreFailed(self.folder, finding)) from error

    def empty_log(self) -> bool:
        """False: not yet, somebody reads."""
        return engine.empty_log(self.writer)

    def close(self) -> None:
        self.writer.dispose()
        self.reader.dispose()
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def _begin_log(connection: Connection) -> str:
    """The log's name; made with the first opening."""
    known = connection.execute(select(meta.c.value).where(meta.c.key == "log")).scalar()
    if known is None:
        known = secrets.token_hex(8)
        connection.execute(insert(meta).values(key="log", value=known))
        connection.execute(insert(head).values(id=1, seq=0, number=1000))
    return str(known)
