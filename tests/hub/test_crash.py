"""kill -9 under load: what was acknowledged is there, once, and a send of hidden outcome is shown as such."""

from __future__ import annotations

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
from tests.hub import crash_worker


async def _killed_after(folder: Path, round: int, sends: Path, lines: int) -> list[str]:
    """Run the loaded hub until it acknowledged that many things, kill it, and give all it acknowledged."""
    worker = Forked(crash_worker.run, folder, str(round), sends)
    await worker.listen()
    told: list[str] = []
    while len(told) < lines:
        line = await worker.stdout.readline()
        assert line, "the hub ended by itself"
        told.append(line.decode().strip())
    worker.kill()
    rest = await worker.stdout.read()
    await worker.wait()
    # the last line may be cut: then nobody heard it
    whole = rest.decode().rpartition("\n")[0]
    told.extend(line for line in whole.split("\n") if line)
    assert told[0] == "ready"
    return told[1:]


async def _kills(folder: Path, number: int) -> None:
    chance = random.Random(7)
    sends = folder / "sends"
    inbound: set[str] = set()
    replies: dict[str, str] = {}
    for round in range(number):
        for line in await _killed_after(folder / "hub", round, sends, chance.randrange(20, 400)):
            id, _, result = line.partition(" ")
            if result:
                replies[id] = result
            else:
                inbound.add(id)
    # what the last crash left is settled by the next start
    store = Store.open(folder / "hub", exclusive=True)
    workspace = Workspace(store, SystemTime(), Ids(), [])
    await workspace.start()
    await workspace.stop()
    with sqlite3.connect(folder / "hub" / "hub.sqlite3") as connection:
        _check(connection, inbound, replies, Counter(sends.read_text().split()))


def _check(connection: sqlite3.Connection, inbound: set[str], replies: dict[str, str], tried: Counter[str]) -> None:
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    stored = Counter(row[0] for row in connection.execute("SELECT channel_id FROM message WHERE kind = 'in'"))
    assert inbound <= stored.keys(), "an acknowledged message is lost"
    assert set(stored.values()) == {1}, "a message is stored twice"
    held = dict(connection.execute("SELECT id, result FROM command").fetchall())
    assert {id: held.get(id) for id in replies} == replies, "an acknowledged reply is lost"
    states = dict(connection.execute("SELECT id, state FROM message WHERE kind = 'out'").fetchall())
    assert sorted(held.values()) == sorted(states), "a reply is stored twice or without its command"
    assert set(tried.values()) <= {1}, "a message was sent twice by itself"
    assert set(states.values()) <= {"sent", "queued", "unknown"}
    for id, state in states.items():
        assert tried[id] == 1 or state in ("queued", "unknown"), f"{id} is {state} but was never handed over"
        assert tried[id] == 0 or state in ("sent", "unknown"), f"{id} was handed over but is {state}"
    queue = dict(connection.execute("SELECT message_id, state FROM outbound").fetchall())
    assert queue == states
    seqs = [row[0] for row in connection.execute("SELECT seq FROM event ORDER BY seq")]
    head = connection.execute("SELECT seq FROM head").fetchone()[0]
    assert seqs == list(range(1, head + 1)), "the log has a gap"
    counted = connection.execute("SELECT sum(cases) FROM case_count").fetchone()[0]
    assert counted == connection.execute("SELECT count(*) FROM cases").fetchone()[0]
    shown = connection.execute("SELECT count(*) FROM case_search JOIN cases USING (stage, sort_at) WHERE id = case_id")
    assert shown.fetchone()[0] == counted


async def test_a_hub_killed_under_load_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    await _kills(tmp_path, 3)


@pytest.mark.slow
@pytest.mark.timeout(1500)
async def test_a_hub_killed_a_hundred_times(tmp_path: Path) -> None:
    await _kills(tmp_path, 100)
