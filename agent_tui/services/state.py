"""The desk's own database: one SQLite file that only this agent may read and only one desk at a time may use."""

from __future__ import annotations

import fcntl
import os
import secrets
import sqlite3
from pathlib import Path

SCHEMA_VERSION = 2
_SCHEMA = """
CREATE TABLE IF NOT EXISTS outbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    backend TEXT NOT NULL,
    case_id TEXT NOT NULL,
    body TEXT NOT NULL,
    files TEXT NOT NULL,
    state TEXT NOT NULL,
    hold_until INTEGER,
    created INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    reason TEXT NOT NULL,
    repeatable INTEGER NOT NULL,
    fence INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS drafts (
    backend TEXT NOT NULL,
    case_id TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (backend, case_id)
);
CREATE TABLE IF NOT EXISTS asides (
    backend TEXT NOT NULL,
    case_id TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (backend, case_id)
);
CREATE TABLE IF NOT EXISTS copies (
    backend TEXT NOT NULL,
    case_id TEXT NOT NULL,
    rev INTEGER NOT NULL,
    digest TEXT NOT NULL,
    tried TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (backend, case_id)
);
CREATE TABLE IF NOT EXISTS desk (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
"""
_TO_2 = "ALTER TABLE outbox ADD COLUMN fence INTEGER NOT NULL DEFAULT 0"


class StateError(Exception):
    """The desk's database cannot be used or written; the message tells a person what to do."""


class StateInUse(StateError):
    """Another desk works with the same folder."""


class State:
    """Open connection in autocommit; every write is on the disk when its call returns (WAL, synchronous=FULL).

    `folder` None keeps everything in memory. Raises StateInUse, or StateError when the file is damaged, of a newer
    version, or the folder cannot be written."""

    def __init__(self, folder: Path | None) -> None:
        self._lock: int | None = None
        self.folder = folder
        if folder is None:
            self.db = sqlite3.connect(":memory:", isolation_level=None)
            self.db.executescript(_SCHEMA)
            self.desk = self._name()
            return
        path = folder / "desk.sqlite3"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
            self._lock = os.open(folder / "desk.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StateError(f"{folder}: drafts and unsent replies cannot be kept here: {error.strerror}") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self.close()
            raise StateInUse(
                f"{folder}: another desk uses this folder; "
                "close it, or start this one with --state and a folder of its own"
            ) from error
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            path.chmod(0o600)
            self.db = sqlite3.connect(path, isolation_level=None)
            self.db.execute("PRAGMA journal_mode=WAL")
            self.db.execute("PRAGMA synchronous=FULL")
            self.db.execute("PRAGMA secure_delete=ON")
            version = self.db.execute("PRAGMA user_version").fetchone()[0]
            if version > SCHEMA_VERSION:
                raise StateError(
                    f"{path}: written by a newer version (schema {version}, this one knows {SCHEMA_VERSION}); "
                    "update agent-tui, or move the file away"
                )
            damage = self.db.execute("PRAGMA quick_check(1)").fetchone()[0]
            if damage != "ok":
                raise sqlite3.DatabaseError("damaged: " + " ".join(damage.split())[:200])
            if version < SCHEMA_VERSION:  # a write waits for the disk: not at every start
                if version == 1:
                    self.db.execute(_TO_2)
                self.db.executescript(_SCHEMA)
                self.db.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
            self.desk = self._name()
        except sqlite3.Error as error:
            self.close()
            raise StateError(f"{path}: cannot be used ({error}); move it away to start with a new one") from error
        except (OSError, StateError):
            self.close()
            raise

    def _name(self) -> str:
        """Names this terminal to servers, the same as long as the folder is kept: a desk that was killed comes back as
        itself, and so do its leases."""
        known = self.db.execute("SELECT value FROM desk WHERE name='id'").fetchone()
        if known is not None:
            return str(known[0])
        made = secrets.token_hex(8)
        self.db.execute("INSERT INTO desk (name, value) VALUES ('id', ?)", (made,))
        return made

    def write(self, sql: str, *values: object) -> None:
        """One durable statement. Raises StateError when it could not be kept (a full disk ...)."""
        if "db" not in self.__dict__:
            raise StateError("not kept: the desk is closed already")
        try:
            self.db.execute(sql, values)
        except sqlite3.Error as error:
            where = self.folder or "memory"
            raise StateError(f"{where}: not kept ({error}); free some space and try again") from error

    def rewrite(self) -> None:
        """Leave no byte of what was deleted in the file. Raises StateError."""
        self.write("VACUUM")
        self.write("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Give the folder free."""
        db = self.__dict__.pop("db", None)
        if db is not None:
            db.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
