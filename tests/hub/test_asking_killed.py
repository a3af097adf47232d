"""kill -9 while one of a queue's agents says no to a warm transfer: they said no and the next one is asked, or neither,
however often the desk gives the order again.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from functools import partial
from pathlib import Path
from shutil import copytree

import pytest
from sqlalchemy import event

from agent_tui.backends.base import Acked
from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.store import Store
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.domain.model import Agent
from agent_tui.domain.orders import AnswerTransfer, Assign, Presence, TransferCase
from agent_tui.domain.queues import QueueSetup
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import SystemTime
from tests.hub.fakes import Line, chat
from tests.hub.killing import in_a_child, steps

NOA, AVI, RAMI = (Agent(name.lower(), name) for name in ("Noa", "Avi", "Rami"))
POLICY = HubPolicy(queues=(QueueSetup("billing", team="billing", mode="pull"),))
NO = CustomerText("too much in hand")


@asynccontextmanager
async def _hub(folder: Path) -> AsyncIterator[tuple[Workspace, Store]]:
    """All three are there."""
    store = Store.open(folder, exclusive=True)
    workspace = Workspace(store, SystemTime(), Ids(), [Line("wa", "whatsapp")], POLICY, inline=True)
    await workspace.start()
    for agent in (NOA, AVI, RAMI):
        await workspace.presence(agent.id, here=True)
    yield workspace, store
    while not workspace.idle():  # noqa: ASYNC110 - idleness has no event
        await asyncio.sleep(0)
    await workspace.stop()


async def _begin(folder: Path) -> str:
    """Avi is asked to look at a case of Noa's; its id."""
    store = Store.open(folder)
    operator = Operator(store, SystemTime(), Ids())
    operator.add_agent("noa", "Noa")
    for agent in (AVI, RAMI):
        operator.add_agent(agent.id, agent.name, "agent", ("billing",))
    store.close()
    async with _hub(folder) as (workspace, _):
        for agent in (AVI, NOA, RAMI):
            await workspace.order(agent, f"here-{agent.id}", Presence("available"))
            await asyncio.sleep(0.002)  # so that Avi is idle longest
        await workspace.port.inbound(chat("w1"))
        with closing(sqlite3.connect(folder / "hub.sqlite3")) as db:
            ((case,),) = db.execute("SELECT id FROM cases").fetchall()
        await workspace.order(NOA, "mine", Assign(case, "noa"))
        await workspace.order(NOA, "look", TransferCase(case, CustomerText("done"), queue="billing", warm=True))
    return str(case)


def _says_no(folder: Path, case: str, dies_at: int) -> None:
    async def says_no() -> None:
        async with _hub(folder) as (workspace, store):
            step = steps(dies_at)
            event.listen(store.writer, "before_cursor_execute", lambda *_: step())
            event.listen(store.writer, "commit", lambda *_: step())
            await workspace.order(AVI, "no-1", AnswerTransfer(case, "", "decline", NO))

    asyncio.run(says_no())


async def _again(folder: Path, case: str) -> None:
    async with _hub(folder) as (workspace, _):
        assert isinstance(await workspace.order(AVI, "no-1", AnswerTransfer(case, "", "decline", NO)), Acked)


def _found(folder: Path) -> tuple[tuple[str, str], ...]:
    with closing(sqlite3.connect(folder / "hub.sqlite3")) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        rows = db.execute("SELECT agent, state FROM transfer ORDER BY at, id").fetchall()
        ((open_one,),) = db.execute("SELECT count(*) FROM cases JOIN transfer ON transfer.id = transfer_id").fetchall()
        assert open_one == 1
    return tuple((agent, state) for agent, state in rows)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_no_that_is_killed_anywhere_asks_the_next_or_was_never_said(tmp_path: Path) -> None:
    case = asyncio.run(_begin(tmp_path / "begun"))
    before, after = (("avi", "offered"),), (("avi", "declined"), ("rami", "offered"))
    assert _found(tmp_path / "begun") == before
    halves = set()
    for step in range(1, 1000):
        folder = tmp_path / f"hub{step}"
        copytree(tmp_path / "begun", folder)
        ended = in_a_child(partial(_says_no, folder, case, step))
        halves.add(_found(folder))
        asyncio.run(_again(folder, case))
        assert _found(folder) == after, f"killed at step {step}"
        if ended:
            break
    assert halves == {before, after} and step > 10
