"""The last bytes of somebody who was erased: what SQLite leaves behind, a hub that dies, and when it waits."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent_tui.backends.base import Acked
from agent_tui.backends.connectors.base import InboundFile
from agent_tui.backends.hub import scrubbing
from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.store import Store, StoreFailed, cleaning
from agent_tui.backends.hub.store import erasing as tables
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.domain.model import Agent
from agent_tui.domain.orders import EraseCustomer
from agent_tui.domain.time import DAY_MS, MINUTE_MS
from tests.hub.conftest import Hub
from tests.hub.fakes import chat, mail
from tests.hub.traces import as_they_are, traces

NAME, SAID = "Zebulonica Quagmirelli", "xylophonically mine"
MARKS = (NAME, SAID, "quag@xylomail.example", "fileblobbily")


async def customer(hub: Hub) -> tuple[Agent, str]:
    eve = Operator(hub.store, hub.time, Ids(5)).add_agent("eve", "Eve", "admin")
    got = mail("<1@x>", SAID, name=NAME, address="quag@xylomail.example", subject=SAID)
    await hub.workspace.port.inbound(replace(got, files=(InboundFile("f", "", b"fileblobbily"),), raw=SAID.encode()))
    await hub.settle()
    return eve, (await hub.only()).customer


async def erase(hub: Hub, eve: Agent, who: str) -> None:
    outcome = await hub.workspace.order(eve, "erase", EraseCustomer(who, (who,)))
    assert isinstance(outcome, Acked), outcome


def owed(store: Store) -> bool:
    with store.read() as connection:
        return cleaning.owed(connection)


def test_what_pages_keep_of_rows_that_moved_goes_too(tmp_path: Path) -> None:
    """SQLite zeroes what it deletes, but not where a row stood before its page was divided."""
    store = Store.open(tmp_path, synchronous="OFF")
    with store.writer.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE moved(a TEXT, b INT, s TEXT, PRIMARY KEY(a, b)) WITHOUT ROWID")
    for seed in range(20):
        _move(store, random.Random(seed))
        assert store.empty_log()
        if traces(tmp_path, MARKS, as_they_are):
            break
    else:
        pytest.fail("SQLite has learnt to zero what it moves: then nothing need be written anew")
    store.rewrite()
    assert store.empty_log()
    assert traces(tmp_path, MARKS) == []
    store.close()


def _move(store: Store, chance: random.Random) -> None:
    """Rows change their places as those of an inbox do; then they are emptied."""
    with store.writer.begin() as connection:
        connection.exec_driver_sql("DELETE FROM moved")
    places: dict[int, tuple[str, int]] = {}
    for _ in range(10):
        with store.writer.begin() as connection:
            for row in range(300):
                if row in places:
                    connection.exec_driver_sql("DELETE FROM moved WHERE a = ? AND b = ?", places[row])
                places[row] = (chance.choice("abc"), chance.randrange(10**9))
                words = (NAME if row % 9 == 0 else "other") * chance.randrange(1, 20)
                connection.exec_driver_sql("INSERT INTO moved VALUES (?, ?, ?)", (*places[row], words))
    with store.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE moved SET s = '' WHERE s LIKE 'Zeb%'")


def fail(*_: object) -> None:
    raise StoreFailed(Path("x"), "the hub dies here")


@pytest.mark.parametrize("step", ["remove_files", "rewrite", "empty_log", "cleaned"])
async def test_a_hub_that_dies_on_the_way_goes_on_with_it(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    eve, who = await customer(hub)
    where: object = {"remove_files": scrubbing, "cleaned": cleaning}.get(step, hub.store)
    with monkeypatch.context() as dying:
        dying.setattr(where, step, fail)
        await erase(hub, eve, who)
        await hub.advance(1000)
        assert owed(hub.store)
        shutil.copytree(tmp_path / "hub", tmp_path / "after")
    await hub.advance(2 * MINUTE_MS)
    assert not owed(hub.store), "one that only failed goes on by itself"
    store = Store.open(tmp_path / "after", synchronous="OFF")
    workspace = Workspace(store, hub.time, Ids(3), [], inline=True)
    await workspace.start()
    twin = replace(hub, workspace=workspace, store=store)
    await twin.advance(MINUTE_MS)
    try:
        assert not owed(store)
        assert traces(tmp_path, MARKS) == []
    finally:
        await workspace.stop()


async def test_an_erasure_that_fails_changes_nothing(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    eve, who = await customer(hub)
    case = (await hub.only()).id
    before, head = await hub.case(case), hub.workspace.head()

    def half(*given: Any) -> None:
        tables._forget_talk(given[0], given[1])
        raise RuntimeError("the rest is not done")

    with monkeypatch.context() as broken:
        broken.setattr(tables, "forget", half)
        with pytest.raises(RuntimeError):
            await erase(hub, eve, who)
    assert (await hub.case(case), hub.workspace.head(), owed(hub.store)) == (before, head, False)


async def test_a_large_database_is_written_anew_when_nobody_writes(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrubbing, "SMALL_BYTES", 0)
    eve, who = await customer(hub)
    await erase(hub, eve, who)
    await busily(hub, 5 * MINUTE_MS, lambda: owed(hub.store))
    await hub.advance(3 * MINUTE_MS)
    assert not owed(hub.store)


async def test_it_waits_a_day_at_most(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrubbing, "SMALL_BYTES", 0)
    monkeypatch.setattr(scrubbing, "DAY_MS", DAY_MS // 100)
    eve, who = await customer(hub)
    await erase(hub, eve, who)
    await busily(hub, DAY_MS // 100 - 2 * MINUTE_MS, lambda: owed(hub.store))
    await busily(hub, 5 * MINUTE_MS, lambda: True)
    assert not owed(hub.store)


async def busily(hub: Hub, ms: int, holds: Callable[[], bool]) -> None:
    """Somebody writes every twenty seconds."""
    for turn in range(ms // 20_000):
        await hub.workspace.port.inbound(chat(f"busy-{hub.time.now()}-{turn}"))
        await hub.advance(20_000)
        assert holds()
