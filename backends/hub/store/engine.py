"""Opening a database: connections as the hub needs them, its version, its health."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Dialect, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import QueuePool
from sqlalchemy.util import LRUCache

from agent_tui.backends.hub.store import newest
from agent_tui.backends.hub.store.errors import DatabaseDamaged, DatabaseTooNew, StoreInUse

MIGRATIONS = Path(__file__).parent / "migrations"
TIMEOUT_SECONDS = 30.0
PATIENCE_MS = 100
"""So long writers are held up by readers of an older state."""
NEWEST = "0025"
"""The newest revision in `migrations/versions`, from which `newest_build` makes a new store's tables; a test holds
both to them."""
KNOWN = frozenset(
    {
        "0001",
        "0002",
        "0003",
        "0004",
        "0005",
        "0006",
        "0007",
        "0008",
        "0011",
        "0012",
        "0013",
        "0014",
        "0015",
        "0016",
        "0017",
        "0018",
        "0019",
        "0020",
        "0021",
        "0022",
        "0023",
        "0024",
        "0025",
    }
)


_COMPILED: LRUCache[Any, Any] = LRUCache(1600)
"""Statements of all engines of this process: what a reader has compiled is the writer's too."""


@cache
def _dialect() -> Dialect:
    """One for all engines, since it is part of a compiled statement's key."""
    engine = create_engine("sqlite+pysqlite://")
    with engine.connect():  # what SQLite can do here is asked with the first connection
        return engine.dialect


def open_engine(path: Path, *, read_only: bool, synchronous: str = "FULL") -> Engine:
    """An engine on a SQLite file. Readers see one snapshot per transaction; the writer locks from its first word."""
    engine = create_engine(
        f"sqlite+pysqlite:///{path}",
        poolclass=QueuePool,
        pool_size=4 if read_only else 1,
        max_overflow=4 if read_only else 0,
        connect_args={"check_same_thread": False, "timeout": TIMEOUT_SECONDS, "isolation_level": None},
    )
    engine.dialect = _dialect()
    engine.update_execution_options(compiled_cache=_COMPILED)

    @event.listens_for(engine, "connect")
    def _settings(connection: sqlite3.Connection, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute(f"PRAGMA synchronous={synchronous}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA cache_size=-16000")
        cursor.execute("PRAGMA journal_size_limit=67108864")
        # what is erased must not lie on in pages that are free now; some builds of SQLite have it off
        cursor.execute("PRAGMA secure_delete=ON")
        if read_only:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def lock_folder(folder: Path) -> IO[bytes]:
    """Hold the folder for one serving hub; the lock ends with the process. Raises StoreInUse."""
    handle = (folder / "hub.lock").open("ab")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        raise StoreInUse(folder) from None
    return handle


def check(engine: Engine, path: Path) -> None:
    """SQLite's own check. Raises DatabaseDamaged."""
    try:
        with engine.connect() as connection:
            findings = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA quick_check(3)")]
    except DatabaseError as error:
        raise DatabaseDamaged(path, str(error.orig)) from error
    if findings != ["ok"]:
        raise DatabaseDamaged(path, "; ".join(findings))


def revision_of(engine: Engine) -> str:
    """The database's revision, "" for an empty one."""
    with engine.connect() as connection:
        return _revision(connection)


def _revision(connection: Connection) -> str:
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def migrate(engine: Engine, path: Path) -> None:
    """Bring the database to the newest revision. Raises DatabaseTooNew for one that this version does not know."""
    revision = revision_of(engine)
    if not revision:
        with engine.begin() as connection:
            if not _revision(connection):  # nobody else has made it meanwhile
                newest.make(connection)
    elif revision not in KNOWN:
        raise DatabaseTooNew(path, revision)
    elif revision != NEWEST:
        upgrade(engine)


def upgrade(engine: Engine) -> None:
    """Take the migrations that the database has not had."""
    # Alembic is slow to import and rarely needed.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def _driver(engine: Engine) -> Iterator[sqlite3.Connection]:
    """SQLite's own connection, outside any transaction: what is done here takes none."""
    connection = engine.raw_connection()
    try:
        driver = connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        yield driver
    finally:
        connection.close()


def rewrite(engine: Engine) -> None:
    """Write the whole database anew: what was erased, or stood in a page before its rows were put into others, is left
    out. SQLite zeroes what it deletes, but not what it moved. Raises OperationalError when somebody else writes."""
    with _driver(engine) as driver:
        driver.execute("VACUUM")


def empty_log(engine: Engine) -> bool:
    """Bring what is in the write-ahead log into the database and cut the log to nothing. False while somebody reads an
    older state of it."""
    with _driver(engine) as driver:
        driver.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
        busy = bool(driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])
        driver.execute(f"PRAGMA busy_timeout={round(TIMEOUT_SECONDS * 1000)}")
        return not busy


def make_private(path: Path) -> None:
    """Create a database file that only its owner can read."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    for name in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        if name.exists():
            name.chmod(0o600)
