"""kill -9 in the middle of a move to another channel, at every statement and in the send: it is done or it is not, and
the customer is told at most once, however often the desk gives the order again.
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

from agent_tui.backends.base import Acked
from agent_tui.backends.connectors.base import CallUpdate, ConnectorPort, Outbound, SendResult
from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.store import Store
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.domain.model import Agent
from agent_tui.domain.orders import MoveChannel
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import SystemTime
from tests.hub.fakes import Line
from tests.hub.killing import in_a_child, steps

NOA = Agent("noa", "Noa")


class Post:
    """A mail account that writes down what it was handed, and does something before and after."""

    account, channel = "mail", "email"

    def __init__(self, sends: Path, around: Callable[[], None] = lambda: None) -> None:
        self._sends, self._around = sends, around

    async def start(self, port: ConnectorPort) -> None:
        return

    async def send(self, outbound: Outbound) -> SendResult:
        self._around()
        with self._sends.open("a") as file:
            file.write(f"{outbound.message}\n")
        self._around()
        return SendResult("accepted", outbound.channel_id)

    async def call_action(self, call_id: str, action: str, agent: str, keys: str) -> str:
        return ""

    def health(self) -> str:
        return ""

    async def stop(self) -> None:
        return


async def _begin(folder: Path) -> str:
    """A store with a caller who waits; their case."""
    store, time = Store.open(folder), SystemTime()
    Operator(store, time, Ids()).add_agent("noa", "Noa")
    workspace = Workspace(store, time, Ids(), [Line("pbx", "phone")], inline=True)
    await workspace.start()
    await workspace.port.call(CallUpdate("pbx", "k1", "ringing", time.now(), address="+972541", name="Dana"))
    with store.read() as connection:
        case = connection.exec_driver_sql("SELECT id FROM cases").scalar_one()
    await workspace.stop()
    return str(case)


def _move(case: str) -> MoveChannel:
    to, words = CustomerText("dana@example.com"), CustomerText("we go on here")
    return MoveChannel(case, "email", words, CustomerText("looked into it"), to=to, consent=True)


async def _moves(folder: Path, sends: Path, case: str, dies_at: int) -> None:
    """Move the case, and die at that step: one before each statement and commit, and around the send."""
    step = steps(dies_at)
    store = Store.open(folder, exclusive=True)
    workspace = Workspace(store, SystemTime(), Ids(), [Post(sends, step)], inline=True)
    await workspace.start()
    event.listen(store.writer, "before_cursor_execute", lambda *_: step())
    event.listen(store.writer, "commit", lambda *_: step())
    await workspace.order(NOA, "move-1", _move(case))
    while not workspace.idle():  # noqa: ASYNC110 - idleness has no event
        await asyncio.sleep(0)
    await workspace.stop()


def _found(folder: Path) -> tuple[int, ...]:
    asked = (
        "SELECT count(*) FROM message WHERE kind = 'note'",
        "SELECT count(*) FROM message WHERE kind = 'out'",
        "SELECT count(*) FROM conversation WHERE channel = 'email'",
        "SELECT count(*) FROM event WHERE kind = 'channel-moved'",
        "SELECT count(*) FROM fact WHERE kind = 'ChannelMoved'",
        "SELECT count(*) FROM address WHERE scheme = 'mailto'",
        "SELECT count(*) FROM customer_consent WHERE channel = 'email' AND given",
        "SELECT count(*) FROM outbound",
        "SELECT count(*) FROM command WHERE id = 'move-1'",
    )
    with closing(sqlite3.connect(folder / "hub.sqlite3")) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return tuple(db.execute(one).fetchone()[0] for one in asked)


async def _again(folder: Path, sends: Path, case: str) -> None:
    """The hub is started once more, and the desk, which heard no answer, gives the order again."""
    store = Store.open(folder, exclusive=True)
    workspace = Workspace(store, SystemTime(), Ids(), [Post(sends)], inline=True)
    await workspace.start()
    assert isinstance(await workspace.order(NOA, "move-1", _move(case)), Acked)
    while not workspace.idle():  # noqa: ASYNC110 - idleness has no event
        await asyncio.sleep(0)
    await workspace.stop()


def _run_moves(folder: Path, sends: Path, case: str, step: int) -> None:
    asyncio.run(_moves(folder, sends, case, step))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_move_that_is_killed_anywhere_is_done_or_not_and_tells_once(tmp_path: Path) -> None:
    case = asyncio.run(_begin(tmp_path / "begun"))
    done, halves, unknown = 0, set(), 0
    for step in range(1, 1000):
        folder, sends = tmp_path / f"hub{step}", tmp_path / f"sends{step}"
        copytree(tmp_path / "begun", folder)
        ended = in_a_child(partial(_run_moves, folder, sends, case, step))
        found = _found(folder)
        halves.add(found)
        before = len(sends.read_text().split()) if sends.exists() else 0
        asyncio.run(_again(folder, sends, case))
        assert _found(folder) == (1,) * 9, f"killed at step {step}"
        told = sends.read_text().split() if sends.exists() else []
        assert len(told) <= 1, f"killed at step {step}: the customer was told {told}"
        with closing(sqlite3.connect(folder / "hub.sqlite3")) as db:
            ((state,),) = db.execute("SELECT state FROM outbound").fetchall()
        assert state in ("sent", "unknown"), f"killed at step {step}: {state}"
        unknown += state == "unknown"
        assert told or state == "unknown", f"killed at step {step}: nobody was told, and nobody hears of it"
        done += before
        if ended:
            break
    assert halves == {(0,) * 9, (1,) * 9}, "never half"
    assert step > 40 and unknown >= 2 and done >= 1, "it was killed in the send too"
