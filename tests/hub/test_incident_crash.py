"""kill -9 while customers of an incident are told: each update is for all of them or for none, and to each once."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.store import Store
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.domain.time import SystemTime
from tests.forked import Forked
from tests.hub import incident_worker
from tests.hub.incident_worker import CUSTOMERS


async def _killed(folder: Path, number: int, lines: int, wait: float) -> int:
    """Run the hub from update `number` on, kill it a moment after so many were acknowledged; the next number."""
    worker = Forked(incident_worker.run, folder / "hub", folder / "sends", number)
    await worker.listen()
    for _ in range(lines + 1):
        assert await worker.stdout.readline(), "the hub ended by itself"
    await asyncio.sleep(wait)
    worker.kill()
    rest = await worker.stdout.read()
    await worker.wait()
    return number + lines + rest.decode().count("\n")


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_an_update_is_for_all_or_none_and_to_each_once(tmp_path: Path) -> None:
    chance, number = random.Random(3), 0
    for _ in range(8):
        number = await _killed(tmp_path, number, chance.randrange(1, 6), chance.random() / 10)
    store = Store.open(tmp_path / "hub", exclusive=True)
    workspace = Workspace(store, SystemTime(), Ids(), [])
    await workspace.start()
    await workspace.stop()
    with sqlite3.connect(tmp_path / "hub" / "hub.sqlite3") as connection:
        told = connection.execute(
            "SELECT update_id, count(*), count(DISTINCT message_id) FROM incident_told GROUP BY 1"
        )
        updates = {row[0]: row[1:] for row in told}
        states = dict(connection.execute("SELECT id, state FROM message WHERE kind = 'out'").fetchall())
    assert set(updates.values()) == {(CUSTOMERS, CUSTOMERS)}, "half an update"
    assert {f"u_{done}" for done in range(number)} <= updates.keys(), "an acknowledged update is lost"
    assert len(updates) <= number + 1 and len(states) == len(updates) * CUSTOMERS
    tried = Counter((tmp_path / "sends").read_text().split())
    assert set(tried.values()) == {1}, "somebody was told twice"
    assert set(states.values()) <= {"sent", "queued", "unknown"}
    assert all(tried[id] == 0 for id, state in states.items() if state == "queued")
    assert "unknown" in states.values(), "no kill was in the middle of a send"
