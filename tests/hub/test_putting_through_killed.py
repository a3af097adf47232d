"""kill -9 while a call is put through, at every statement and around what the exchange is told: call, case and transfer
are with one agent or with the other, the exchange is told at most once, and what nobody knows is shown as that.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from shutil import copytree

import pytest
from sqlalchemy import event

from agent_tui.backends.base import Acked, Rejected
from agent_tui.backends.connectors.base import CallUpdate, SendResult
from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.store import Store
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.domain.model import Agent
from agent_tui.domain.orders import AnswerTransfer, CallAction, TransferCase
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import SystemTime
from tests.hub.fakes import Line
from tests.hub.killing import in_a_child, steps

NOA, AVI = Agent("noa", "Noa"), Agent("avi", "Avi")
BEFORE = ("noa", "noa", "offered", 0)
ASKED = ("noa", "noa", "connecting", 0)
DONE = ("avi", "avi", "done", 1)
ON_THE_LINE = CallUpdate("pbx", "k1", "active", 0, address="+972541", name="Rina", agent="avi")


class Exchange(Line):
    """Writes down what it did, and does something before and after."""

    def __init__(self, did: Path, around: Callable[[], None] = lambda: None) -> None:
        super().__init__("pbx", "phone")
        self._did, self._around = did, around

    async def put_through(self, call_id: str, giver: str, to: str) -> SendResult:
        self._around()
        with self._did.open("a") as file:
            file.write(f"{call_id}:{giver}:{to}\n")
        self._around()
        return SendResult("accepted")


async def _begin(folder: Path) -> str:
    """A store with a call of Noa's that is offered to Avi; its case."""
    store, time = Store.open(folder), SystemTime()
    operator = Operator(store, time, Ids())
    for agent in (NOA, AVI):
        operator.add_agent(agent.id, agent.name)
    workspace = Workspace(store, time, Ids(), [Exchange(folder / "did")], inline=True)
    await workspace.start()
    for agent in (NOA, AVI):
        await workspace.presence(agent.id, here=True)
    await workspace.port.call(CallUpdate("pbx", "k1", "ringing", time.now(), address="+972541", name="Rina"))
    with store.read() as connection:
        ((call, case),) = connection.exec_driver_sql("SELECT id, case_id FROM call").all()
    assert isinstance(await workspace.order(NOA, "answer", CallAction(call, "answer"), desk="n"), Acked)
    given = TransferCase(case, CustomerText("she waits for the parcel"), "avi")
    assert isinstance(await workspace.order(NOA, "give", given, desk="n"), Acked)
    await workspace.stop()
    return str(case)


async def _take(folder: Path, did: Path, case: str, dies_at: int = 0) -> Acked | Rejected:
    """Avi says yes; the hub dies at that step: one before each statement and commit, and around the exchange."""
    step = steps(dies_at)
    store = Store.open(folder, exclusive=True)
    workspace = Workspace(store, SystemTime(), Ids(), [Exchange(did, step)], inline=True)
    await workspace.start()
    event.listen(store.writer, "before_cursor_execute", lambda *_: step())
    event.listen(store.writer, "commit", lambda *_: step())
    outcome = await workspace.order(AVI, "take", AnswerTransfer(case, "", "accept"), desk="a")
    await workspace.stop()
    return outcome


async def _told_later(folder: Path, did: Path) -> None:
    """The exchange says with whom the call is."""
    workspace = Workspace(Store.open(folder, exclusive=True), SystemTime(), Ids(), [Exchange(did)], inline=True)
    await workspace.start()
    await workspace.port.call(ON_THE_LINE)
    await workspace.stop()


def _stands(folder: Path) -> tuple[str, str, str, int]:
    """Who has the case, who the call, how the transfer stands, how many parts there are."""
    with closing(sqlite3.connect(folder / "hub.sqlite3")) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        asked = """SELECT owner, (SELECT agent FROM call WHERE part_of = ''), (SELECT state FROM transfer),
                   (SELECT count(*) FROM call WHERE part_of <> '') FROM cases"""
        ((owner, agent, state, parts),) = db.execute(asked).fetchall()
        return owner, agent, state, parts


def _run(folder: Path, did: Path, case: str, dies_at: int) -> None:
    asyncio.run(_take(folder, did, case, dies_at))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_call_that_is_put_through_is_with_one_or_the_other_and_the_exchange_told_once(tmp_path: Path) -> None:
    case = asyncio.run(_begin(tmp_path / "begun"))
    assert _stands(tmp_path / "begun") == BEFORE
    found, doubts = set(), []
    for step in range(1, 1000):
        folder, did = tmp_path / f"hub{step}", tmp_path / f"did{step}"
        copytree(tmp_path / "begun", folder)
        ended = in_a_child(partial(_run, folder, did, case, step))
        found.add(_stands(folder))
        asyncio.run(_take(folder, did, case))
        told = did.read_text().split() if did.exists() else []
        assert len(told) <= 1, f"killed at step {step}: the exchange was told {told}"
        after = _stands(folder)
        if after != DONE:
            assert after == ("noa", "noa", "unknown", 0), f"killed at step {step}: {after}"
            doubts.append(len(told))
            asyncio.run(_told_later(folder, did))
            assert _stands(folder) == DONE, f"killed at step {step}"
        else:
            assert len(told) == 1, f"killed at step {step}: nobody was put through"
        if ended:
            break
    assert found == {BEFORE, ASKED, DONE}, "never half"
    assert {0, 1} == set(doubts), "it was killed before the exchange was told, and after"
    assert step > 30
