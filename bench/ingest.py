"""Events a second that are on disk when they are acknowledged: plain SQLite as the floor, and our hub's store."""

from __future__ import annotations

import asyncio
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from agent_tui.backends.connectors.base import Inbound
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.store import Store
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.domain.events import Event
from agent_tui.domain.sla.written import Sla
from agent_tui.domain.time import Ms, SystemTime
from bench.clocks import five_metrics

EVENTS = 5_000
GROUP = 50  # events in one commit
MESSAGES = 3_000
WRITERS = 100
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


def customer_mail(number: int) -> Inbound:
    """The `number`-th message: each of WRITERS customers writes again and again to the same conversation."""
    who = number % WRITERS
    return Inbound(
        account="chat",
        channel="whatsapp",
        channel_id=f"in-{number}",
        scheme="wa",
        address=f"9725{who:08d}",
        name=f"Customer {who}",
        body=BODY,
        at=Ms(1_760_000_000_000 + number),
        thread=f"thread-{who}",
    )


async def hub_store(folder: Path, sla: Sla | None = None) -> float:
    """Events a second through the whole of our workspace (filing, row, log, search; group commit), from MESSAGES
    messages that WRITERS writers hand in one after another, each waiting until its own is on disk; with `sla` each case
    is measured as it changes, from all that was said in it."""
    workspace = Workspace(Store.open(folder), SystemTime(), Ids(), sla=sla)
    await workspace.start()
    events = 0

    def count(batch: list[Event]) -> None:
        nonlocal events
        events += len(batch)

    workspace.subscribe(count)
    numbers = iter(range(MESSAGES))

    async def write() -> None:
        for number in numbers:
            await workspace.port.inbound(customer_mail(number))

    try:
        began = time.perf_counter()
        await asyncio.gather(*(write() for _ in range(WRITERS)))
        return events / (time.perf_counter() - began)
    finally:
        await workspace.stop()


async def run(rounds: int) -> dict[str, Any]:
    """All ways, interleaved; medians."""
    rates: dict[str, list[float]] = {}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(prefix="bench-") as name:
            folder = Path(name)
            for title, group in (("sqlite, 1 a commit", 1), (f"sqlite, {GROUP} a commit", GROUP)):
                rates.setdefault(title, []).append(await asyncio.to_thread(plain_sqlite, folder, group))
            rates.setdefault("hub", []).append(await hub_store(folder / "hub"))
            rates.setdefault("hub with policies", []).append(await hub_store(folder / "policies", five_metrics()))
    return {title: {"events/s": statistics.median(values)} for title, values in rates.items()}
