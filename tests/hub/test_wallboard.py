"""What a hub tells of its queues and agents."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import event, insert

from agent_tui.backends.base import Acked
from agent_tui.backends.hub.store import wallboard as store
from agent_tui.backends.hub.store.schema import sla_clock
from agent_tui.backends.hub.wallboard import FRESH_MS, Boards
from agent_tui.domain.model import Agent
from agent_tui.domain.orders import Assign, Presence, ReleaseLease, Reopen, Reply, Resolve, TakeLease
from agent_tui.domain.queries import WallboardPage, WallboardQuery
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import HOUR_MS, MINUTE_MS, Ms, VirtualTime
from agent_tui.domain.wallboard import AgentStates, Board, Bottleneck, QueueBoard
from tests.hub.fakes import T0, chat
from tests.hub.queue_house import Queued, open_queued
from tests.hub.test_clocks_by_policy import ask, begin, rules

GOAL = """
[[policy]]
name = "all"
first_response = { within = "30m" }
pickup = { within = "20s", percent = 80 }
"""


@pytest_asyncio.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Queued]:
    async with open_queued(tmp_path) as made:
        yield made


async def _board(hub: Queued, agent: Agent | None = None) -> Board:
    """As it is now, whatever was told before."""
    hub.workspace._boards = Boards()
    page = await hub.workspace.query(agent or hub.noa, WallboardQuery())
    assert isinstance(page, WallboardPage)
    return page.board


def _queue(board: Board, id: str) -> QueueBoard:
    return next(queue for queue in board.queues if queue.id == id)


def _ended(hub: Queued, case: str, state: str, at: Ms, **also: object) -> None:
    """A clock as the hub writes it when it has ended, or was breached at `at`."""
    columns = {
        "case_id": case,
        "metric": "first-response",
        "key": "",
        "started": at - MINUTE_MS,
        "due": at,
        "within": MINUTE_MS,
        "used": 0,
        "state": state,
        "ended": at if state == "met" else None,
        "by": "answered",
        "policy": "chats",
        "version": "1",
        "percent": 80,
        "queue": "chats",
        "channel": "whatsapp",
        "brand": "",
        "agent": "",
        **also,
    }
    with hub.store.writer.begin() as connection:
        connection.execute(insert(sla_clock), columns)


async def test_what_waits_where_and_for_how_long(hub: Queued) -> None:
    await hub.writes()
    await hub.advance(3 * HOUR_MS)
    await hub.writes()
    await hub.writes(by="email")
    board = await _board(hub)
    chats, mails = board.queues
    assert (chats.id, chats.title, chats.waiting, chats.oldest) == ("chats", "Chats", 2, board.now - 3 * HOUR_MS)
    assert (mails.id, mails.waiting, mails.oldest) == ("mails", 1, board.now)
    assert (board.whole.waiting, board.whole.oldest) == (3, chats.oldest)
    assert [slot.waiting for slot in chats.hours[-5:]] == [0, 1, 1, 1, 2]
    assert board.bottleneck == Bottleneck("chats", "Chats", 2, 1, 0, 0)


async def test_a_wait_ends_when_somebody_has_the_case_and_begins_again_in_the_queue(hub: Queued) -> None:
    case = await hub.writes()
    await hub.advance(2 * HOUR_MS)
    await hub.order(hub.noa, Assign(case.id, "noa"))
    await hub.advance(2 * HOUR_MS)
    await hub.order(hub.noa, Assign(case.id))
    await hub.advance(HOUR_MS)
    await hub.order(hub.noa, Resolve(case.id))
    board = await _board(hub)
    assert [slot.waiting for slot in _queue(board, "chats").hours[-7:]] == [0, 1, 1, 0, 0, 1, 0]
    assert board.whole.waiting == 0


async def test_who_handles_a_case_keeps_it_from_waiting_and_how_long_is_counted(hub: Queued) -> None:
    first, second = await hub.writes(), await hub.writes()
    await hub.comes("noa", "break")
    await hub.order(hub.noa, TakeLease(first.id), desk="d1")
    assert _queue(await _board(hub), "chats").waiting == 1
    await hub.advance(4 * MINUTE_MS)
    await hub.order(hub.noa, ReleaseLease(first.id), desk="d1")
    await hub.advance(HOUR_MS)
    await hub.order(hub.noa, TakeLease(first.id), desk="d1")
    await hub.advance(2 * MINUTE_MS)
    await hub.order(hub.noa, ReleaseLease(first.id), desk="d1")
    await hub.order(hub.noa, TakeLease(second.id), desk="d1")  # still in hand: not known how long it will be
    chats = _queue(await _board(hub), "chats")
    assert (chats.handled, chats.handling, chats.average) == (1, 6 * MINUTE_MS, 6 * MINUTE_MS)


async def test_one_contact_is_enough_when_they_come_no_more(hub: Queued) -> None:
    once, thrice, again = await hub.writes("972500000001"), await hub.writes("972500000002"), await hub.writes()
    for case in (once, thrice, again):
        await hub.advance(MINUTE_MS)
        outcome = await hub.order(hub.noa, Reply(case.id, "whatsapp", CustomerText("Done.")))
        assert isinstance(outcome, Acked), outcome
    await hub.advance(MINUTE_MS)
    await hub.writes("972500000002")
    for case in (once, thrice, again):
        await hub.order(hub.noa, Resolve(case.id))
    assert _solved(await _board(hub)) == (3, 2)
    await hub.order(hub.noa, Reopen(again.id))
    assert _solved(await _board(hub)) == (3, 1)
    await hub.order(hub.noa, Resolve(again.id))
    assert _solved(await _board(hub)) == (3, 1)


def _solved(board: Board) -> tuple[int, int]:
    return board.whole.solved, board.whole.at_once


async def test_promises_count_by_their_end_and_broken_ones_when_they_were_due(hub: Queued) -> None:
    cases = [(await hub.writes()).id for _ in range(5)]
    await hub.advance(30 * HOUR_MS)
    now = hub.time.now()
    _ended(hub, cases[0], "met", now - MINUTE_MS)
    _ended(hub, cases[1], "breached", now - 2 * HOUR_MS)
    _ended(hub, cases[2], "breached", now - 25 * HOUR_MS, ended=now)  # broken before the window, answered in it
    _ended(hub, cases[3], "ended", now - MINUTE_MS)  # nobody's fault
    _ended(hub, cases[4], "breached", now - MINUTE_MS, metric="total-resolution")
    _ended(hub, cases[4], "met", now - MINUTE_MS, metric="pickup", queue="gone", percent=0)
    board = await _board(hub)
    chats = _queue(board, "chats")
    assert (chats.met, chats.late, chats.promised, chats.percent, chats.kept) == (1, 1, 80, 50.0, False)
    assert [(slot.met, slot.late) for slot in chats.hours[-3:]] == [(0, 1), (0, 0), (1, 0)]
    assert _queue(board, "").met == 1  # of a queue that is no more
    assert board.whole.percent == 100 * 2 / 3


async def test_promises_of_the_rules_in_force(tmp_path: Path) -> None:
    hub = await begin(tmp_path, rules(tmp_path, GOAL), VirtualTime(T0))
    await ask(hub)
    await hub.order(hub.noa, Reply((await hub.only()).id, "whatsapp", CustomerText("Here")))
    assert hub.wa.port is not None
    await hub.wa.port.inbound(replace(chat("late", at=hub.time.now()), address="97250", thread="97250"))
    await hub.advance(31 * MINUTE_MS)
    page = await hub.workspace.query(hub.noa, WallboardQuery())
    assert isinstance(page, WallboardPage)
    (whatsapp,) = page.board.queues
    assert (whatsapp.id, whatsapp.met, whatsapp.late, whatsapp.kept) == ("whatsapp", 1, 1, None)
    assert page.board.bottleneck == Bottleneck("whatsapp", "", 1, 1, 1, 2)
    await hub.workspace.stop()


async def test_without_queues_channels_are_told(hub: Queued) -> None:
    await hub.writes()
    await hub.writes(by="email")
    hub.set_up()
    assert [(queue.id, queue.waiting) for queue in (await _board(hub)).queues] == [("whatsapp", 1), ("email", 1)]


async def test_agents_by_what_they_are(hub: Queued) -> None:
    assert (await _board(hub)).agents == AgentStates()
    await hub.comes("noa")
    await hub.comes("avi", "meal")
    assert (await _board(hub)).agents == AgentStates(1, 0, (("meal", 1),))
    case = await hub.writes()
    await hub.order(hub.noa, TakeLease(case.id), desk="d1")
    await hub.order(hub.avi, Presence("available"))
    assert (await _board(hub)).agents == AgentStates(1, 1)


async def test_an_agent_is_told_of_their_own_brands_only(tmp_path: Path) -> None:
    people = (Agent("noa", "Noa"), Agent("avi", "Avi", brands=("nofar",)), Agent("ruti", "Ruti", brands=("ogen",)))
    async with open_queued(tmp_path, agents=people) as hub:
        hub.workspace.policy = replace(hub.workspace.policy, account_brand={"wa": "ogen"})
        case = await hub.writes(account="wa")
        await hub.comes("ruti", "break")
        _ended(hub, case.id, "met", hub.time.now(), brand="ogen")
        await hub.order(hub.noa, Resolve(case.id))
        await hub.writes(account="wa")
        all_of_it, avi = await _board(hub), await _board(hub, hub.avi)
        assert (all_of_it.whole.waiting, all_of_it.whole.met, all_of_it.whole.solved) == (1, 1, 1)
        assert (avi.whole.waiting, avi.whole.met, avi.whole.solved, sum(s.waiting or 0 for s in avi.whole.hours)) == (
            (0, 0, 0, 0)
        )
        assert all_of_it.agents.not_ready == (("break", 1),)
        assert avi.agents.not_ready == ()


async def test_who_sees_the_same_is_told_the_same_for_a_moment(tmp_path: Path) -> None:
    people = (Agent("noa", "Noa"), Agent("avi", "Avi"), Agent("ruti", "Ruti", brands=("ogen",)))
    async with open_queued(tmp_path, agents=people) as hub:

        async def told(agent: Agent) -> tuple[int, Ms]:
            page = await hub.workspace.query(agent, WallboardQuery())
            assert isinstance(page, WallboardPage)
            return page.board.whole.waiting, page.board.now

        begun = hub.time.now()
        assert await told(hub.noa) == (0, begun)
        await hub.writes()
        await hub.advance(FRESH_MS - 1)
        assert await told(hub.avi) == (0, begun)
        assert await told(people[2]) == (1, hub.time.now()), "who sees other brands is told of their own"
        await hub.advance(1)
        assert await told(hub.avi) == (1, hub.time.now())
        hub.set_up()
        assert await told(hub.avi) == (1, hub.time.now())
        page = await hub.workspace.query(hub.avi, WallboardQuery())
        assert isinstance(page, WallboardPage)
        assert [queue.id for queue in page.board.queues] == ["whatsapp"], "other queues are another board"


async def test_no_more_of_a_long_log_is_read_than_is_said(hub: Queued, monkeypatch: pytest.MonkeyPatch) -> None:
    await hub.writes()
    await hub.advance(HOUR_MS)
    await hub.writes()
    whole = await _board(hub)
    monkeypatch.setattr(store, "MOST_READ", 3)
    board = await _board(hub)
    assert whole.since == whole.now - 24 * HOUR_MS
    assert board.since == board.now
    assert board.whole.waiting == 2
    assert [slot.waiting for slot in board.whole.hours[-2:]] == [None, 2]


async def test_no_case_is_read_to_count_what_waits(hub: Queued) -> None:
    await hub.writes()
    asked: list[tuple[str, tuple[Any, ...]]] = []

    def ran(_connection: Any, _cursor: Any, text: str, parameters: tuple[Any, ...], *_more: Any) -> None:
        asked.append((text, parameters))

    event.listen(hub.store.reader, "before_cursor_execute", ran)
    await _board(hub)
    event.remove(hub.store.reader, "before_cursor_execute", ran)
    with hub.store.read() as connection:
        plans = {
            text: " ".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", parameters))
            for text, parameters in asked
            if (text.startswith("SELECT") and "cases" in text) or "sla_clock" in text
        }
    counted = [plan for text, plan in plans.items() if "min(cases.entered)" in text]
    assert len(counted) == 2
    assert all("ix_cases_waiting" in plan for plan in counted)
    ended = [plan for text, plan in plans.items() if "FROM sla_clock" in text]
    assert sorted(index for plan in ended for index in plan.split() if index.startswith("ix_")) == [
        "ix_sla_clock_breached",
        "ix_sla_clock_ended",
    ]
    (log,) = (plan for text, plan in plans.items() if "FROM event JOIN" in text)
    assert "SEARCH event USING INTEGER PRIMARY KEY" in log
