"""A case's state is the fold of the facts that are stored with it, also where an older store kept the state only."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path

from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.store import Store, cases, engine, facts
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.domain.model import Agent
from agent_tui.domain.orders import Resolve
from agent_tui.domain.queries import RowsPage, RowsQuery
from agent_tui.domain.time import VirtualTime
from agent_tui.domain.views import Section
from tests.hub.conftest import Hub
from tests.hub.fakes import T0, Line, chat, mail

OLDER = Path(__file__).parent / "stores" / "revision_0003.sql"
NOA = Agent("noa", "Noa", "agent", ("support",))


def folds(store: Store) -> int:
    """Every case's state is the fold of its facts; how many cases there are."""
    with store.read() as connection:
        held = list(connection.exec_driver_sql("SELECT id FROM cases").scalars())
        for id in held:
            record = cases.find(connection, id)
            assert record is not None
            assert facts.fold(connection, id)[0] == record.state
        return len(held)


def since_when(store: Store) -> None:
    """Every case has a column of its own for what its state says: since when it is where it is."""
    with store.read() as connection:
        held = connection.exec_driver_sql("SELECT entered, state FROM cases").fetchall()
    assert [row.entered for row in held] == [json.loads(row.state).get("entered", 0) for row in held]
    assert any(row.entered for row in held)


async def test_each_thing_that_happens_to_a_case_is_a_fact_of_it(hub: Hub) -> None:
    port = hub.workspace.port
    await port.inbound(mail("<1@x>"))
    await port.inbound(chat("w1"))
    for row in await hub.rows():
        await hub.order(hub.noa, Resolve(row.id))
    await port.inbound(mail("<2@x>", at=T0 + 5))
    assert folds(hub.store) == 2
    with hub.store.read() as connection:
        kinds = connection.exec_driver_sql("SELECT kind FROM fact ORDER BY seq, place").scalars().all()
    assert kinds == ["state", "CustomerWrote", "state", "CustomerWrote", "Done", "Done", "CustomerWrote"]


def older_store(folder: Path) -> None:
    """A store as the version before this table left it."""
    folder.mkdir(parents=True)
    with sqlite3.connect(folder / "hub.sqlite3") as connection:
        connection.executescript(OLDER.read_text())


def test_an_older_store_goes_on_from_the_states_it_had(tmp_path: Path) -> None:
    folder = tmp_path / "hub"
    older_store(folder)
    with sqlite3.connect(folder / "hub.sqlite3") as connection:
        before = dict(connection.execute("SELECT id, state FROM cases").fetchall())
    store = Store.open(folder)
    assert engine.revision_of(store.reader) == engine.NEWEST
    assert folds(store) == len(before) == 4
    with store.read() as connection:
        assert dict(connection.exec_driver_sql("SELECT id, state FROM cases").fetchall()) == before
    since_when(store)
    asyncio.run(_work_on(store))


async def _work_on(store: Store) -> None:
    """Words come in, an answer is done, a snooze ends; each state is still the fold of its facts."""
    time = VirtualTime(T0)
    workspace = Workspace(store, time, Ids(3), (Line(), Line("wa", "whatsapp")), inline=True)
    await workspace.start()
    await workspace.port.inbound(chat("w9", address="+972541234567", at=T0))
    await workspace.port.inbound(mail("<9@x>", at=T0))
    page = await workspace.query(NOA, RowsQuery(Section("all", "us")))
    assert isinstance(page, RowsPage)
    assert [row.unread for row in page.rows] == [2, 2]
    await workspace.order(NOA, "r", Resolve(page.rows[0].id))
    time.advance_to_next(T0 + 3_600_000)
    while not workspace.idle():  # noqa: ASYNC110 - idleness has no event
        await asyncio.sleep(0)
    assert folds(store) == 4
    with store.read() as connection:
        later = connection.exec_driver_sql("SELECT count(*) FROM cases WHERE stage = 'later'").scalar()
    assert later == 0
    since_when(store)
    await workspace.stop()
