"""Events a second that are on disk when they are acknowledged: plain SQLite as the floor, and our hub's store."""

from __future__ import annotations

import asyncio
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

EVENTS = 5_000
GROUP = 50  # events in one commit
BODY = "x" * 600


def plain_sqlite(folder: Path, group: int) -> float:
    """Rows a second into one table, WAL and synchronous=FULL, `group` rows a commit."""
    connection = sqlite3.connect(folder / f"plain-{group}.db", isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE log (seq INTEGER PRIMARY KEY, body TEXT NOT NULL)")
        began = time.perf_counter()
        count = EVENTS if group > 1 else EVENTS // 10
        for start in range(0, count, group):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO log (body) VALUES (?)", [(BODY,)] * min(group, count - start))
            connection.execute("COMMIT")
        return count / (time.perf_counter() - began)
    finally:
        connection.close()


async def hub_store(folder: Path) -> float | None:
    """Events a second through the hub's `append` with many callers at once (group commit); None: not measured yet.

    To fill: open the store in `folder`, let some tasks append EVENTS inbound messages, each awaiting its
    acknowledgement.
    """
    return None


async def run(rounds: int) -> dict[str, Any]:
    """All ways, interleaved; medians."""
    rates: dict[str, list[float]] = {}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(prefix="bench-") as name:
            folder = Path(name)
            for title, group in (("sqlite, 1 a commit", 1), (f"sqlite, {GROUP} a commit", GROUP)):
                rates.setdefault(title, []).append(await asyncio.to_thread(plain_sqlite, folder, group))
            if (rate := await hub_store(folder)) is not None:
                rates.setdefault("hub", []).append(rate)
    return {title: {"events/s": statistics.median(values)} for title, values in rates.items()}
