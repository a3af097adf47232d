"""Agents come, go and break as they said; a lost line changes nothing before its grace; what waits is found."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from agent_tui.backends.base import Acked, QueryRefused, Rejected
from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.store import Store, agents, leases
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.domain.events import AgentChanged, Announced
from agent_tui.domain.model import Agent
from agent_tui.domain.orders import (
    Announce,
    Assign,
    CallAction,
    MakePromise,
    Order,
    Presence,
    Reply,
    Resolve,
    Snooze,
    TakeLease,
)
from agent_tui.domain.queries import AgentsPage, AgentsQuery, ShiftPage, ShiftQuery
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import HOUR_MS, MINUTE_MS, MS, VirtualTime
from tests.hub.conftest import Hub
from tests.hub.fakes import T0, chat
from tests.hub.test_calls import ring

GRACE_MS = 90 * MS


def now_of(hub: Hub, id: str = "noa") -> Agent:
    with hub.store.read() as connection:
        agent = agents.find(connection, id)
    assert agent is not None
    return agent


async def logged_in(hub: Hub) -> None:
    hub.workspace.policy = replace(hub.workspace.policy, login="not-ready")
    await hub.workspace.presence("noa", True)
    await hub.order(hub.noa, Presence("available"))


async def shift_of(hub: Hub, agent: Agent, whose: str = "") -> ShiftPage:
    page = await hub.workspace.query(agent, ShiftQuery(whose))
    assert isinstance(page, ShiftPage)
    return page


async def test_how_many_terminals_are_connected_is_told(hub: Hub) -> None:
    await hub.workspace.desk_came("noa", "d1", True)
    await hub.workspace.desk_came("avi", "d7", True)
    assert (await shift_of(hub, hub.noa)).terminals == 1
    await hub.workspace.desk_came("noa", "d2", True)
    assert (await shift_of(hub, hub.noa)).terminals == 2
    await hub.workspace.desk_left("noa", "d1")
    assert (await shift_of(hub, hub.noa)).terminals == 1


async def test_a_shift_begins_not_ready(hub: Hub) -> None:
    hub.workspace.policy = replace(hub.workspace.policy, login="not-ready")
    await hub.workspace.presence("noa", True)
    assert (now_of(hub).presence, now_of(hub).since) == ("not-ready", T0)


async def test_a_line_that_comes_back_within_the_grace_changed_nothing(hub: Hub) -> None:
    await logged_in(hub)
    before, told = now_of(hub), len(hub.events)
    await hub.workspace.presence("noa", False)
    await hub.advance(GRACE_MS - 1)
    await hub.workspace.presence("noa", True)
    await hub.advance(HOUR_MS)
    assert (now_of(hub), len(hub.events)) == (before, told)


async def test_after_the_grace_the_agent_is_away_and_comes_back_as_before(hub: Hub) -> None:
    await logged_in(hub)
    await hub.order(hub.noa, Presence("meal"))
    await hub.workspace.presence("noa", False)
    await hub.advance(GRACE_MS)
    assert (now_of(hub).presence, now_of(hub).since) == ("away", T0 + GRACE_MS)
    await hub.advance(HOUR_MS)
    await hub.workspace.presence("noa", True)
    assert now_of(hub).presence == "meal"


async def test_who_is_away_for_hours_logs_in_anew(hub: Hub) -> None:
    await logged_in(hub)
    await hub.workspace.presence("noa", False)
    await hub.advance(GRACE_MS + 4 * HOUR_MS + 1)
    await hub.workspace.presence("noa", True)
    assert now_of(hub).presence == "not-ready"


async def test_logging_out_needs_no_grace(hub: Hub) -> None:
    await logged_in(hub)
    await hub.order(hub.noa, Presence("offline"))
    await hub.workspace.presence("noa", False)
    assert now_of(hub).presence == "offline"
    await hub.advance(HOUR_MS)
    assert now_of(hub).presence == "offline"
    assert (await shift_of(hub, hub.noa)).left == T0


async def test_a_break_after_this_one_begins_with_the_reply_to_it(hub: Hub) -> None:
    await logged_in(hub)
    await hub.workspace.port.inbound(chat("w1"))
    row = await hub.only()
    thread = (await hub.case(row.id)).conversations[0].id
    await hub.order(hub.noa, Presence("break", after=row.id))
    assert (now_of(hub).presence, now_of(hub).then) == ("available", "break")
    await hub.order(hub.avi, Reply(row.id, "whatsapp", CustomerText("from a colleague"), thread))
    assert now_of(hub).then == "break"
    await hub.order(hub.noa, Reply(row.id, "whatsapp", CustomerText("good bye"), thread))
    assert (now_of(hub).presence, now_of(hub).then) == ("break", "")


async def test_a_break_after_a_call_waits_for_its_end(hub: Hub) -> None:
    await logged_in(hub)
    await hub.workspace.port.call(ring())
    row = await hub.only()
    assert row.call is not None
    await hub.order(hub.noa, CallAction(row.call.id, "answer"))
    await hub.workspace.port.call(ring("active", agent="noa"))
    await hub.order(hub.noa, Presence("break", after=row.id))
    await hub.order(hub.noa, Snooze(row.id, T0 + HOUR_MS))
    assert now_of(hub).presence == "available", "they still talk"
    await hub.workspace.port.call(ring("ended", at=T0 + MINUTE_MS, agent="noa"))
    await hub.settle()
    assert now_of(hub).presence == "break"


async def test_what_is_said_meanwhile_wins_over_the_break_after_this_one(hub: Hub) -> None:
    await logged_in(hub)
    await hub.workspace.port.inbound(chat("w1"))
    row = await hub.only()
    await hub.order(hub.noa, Presence("break", after=row.id))
    await hub.order(hub.noa, Presence("available"))
    await hub.order(hub.noa, Resolve(row.id))
    assert (now_of(hub).presence, now_of(hub).then) == ("available", "")


async def test_only_a_supervisor_says_it_of_another(hub: Hub) -> None:
    await logged_in(hub)
    refused = await hub.order(replace(hub.noa), Presence("break", agent="avi"))
    assert isinstance(refused, Rejected)
    assert refused.code == "supervisor-only"
    assert isinstance(await hub.order(hub.avi, Presence("meeting", agent="noa")), Acked)
    assert now_of(hub).presence == "meeting"
    changed = [event for event in hub.events if isinstance(event.body, AgentChanged)]
    assert changed[-1].by == "avi"


async def test_what_was_handed_over_comes_with_its_note(hub: Hub) -> None:
    await hub.workspace.port.inbound(chat("w1"))
    row = await hub.only()
    note = CustomerText("she waits for the tracking number")
    await hub.order(hub.avi, Assign(row.id, "noa", note=note))
    page = await shift_of(hub, hub.noa)
    assert [(one.case, one.by, one.note.raw) for one in page.handed] == [(row.id, "avi", note.raw)]
    assert [one.id for one in page.cases] == [row.id]
    assert (await shift_of(hub, hub.avi)).cases == ()
    await hub.order(hub.noa, Assign(row.id, "avi"))
    await hub.order(hub.noa, Assign(row.id, "noa"))
    assert (await shift_of(hub, hub.noa)).handed == (), "they took it themselves since"
    await hub.order(hub.avi, Assign(row.id, "avi"))
    await hub.order(hub.avi, Assign(row.id, "noa"))
    assert len((await shift_of(hub, hub.noa)).handed) == 1
    await logged_in(hub)
    await hub.order(hub.noa, Presence("offline"))
    await hub.advance(HOUR_MS)
    assert (await shift_of(hub, hub.noa)).handed == (), "it was handed over before the last shift"


async def test_promises_to_keep_are_those_of_my_cases_and_my_own(hub: Hub) -> None:
    await hub.workspace.port.inbound(chat("w1"))
    row = await hub.only()
    orders: list[Order] = [
        Assign(row.id, "noa"),
        MakePromise(row.id, "p_mine", CustomerText("call back"), T0 + HOUR_MS),
        MakePromise(row.id, "p_avis", CustomerText("ask billing"), T0 + HOUR_MS, agent="avi"),
        MakePromise(row.id, "p_team", CustomerText("refund"), T0 + HOUR_MS, team="billing"),
    ]
    for order in orders:
        assert isinstance(await hub.order(hub.avi, order), Acked)
    assert [one.id for one in (await shift_of(hub, hub.noa)).promises] == ["p_mine"]
    assert [one.id for one in (await shift_of(hub, hub.avi)).promises] == ["p_avis"]


async def test_announcements_hold_until_their_time(hub: Hub) -> None:
    refused = await hub.order(hub.noa, Announce(CustomerText("x"), T0 + HOUR_MS))
    assert isinstance(refused, Rejected)
    assert refused.code == "supervisor-only"
    await hub.order(hub.avi, Announce(CustomerText("couriers on strike"), T0 + HOUR_MS))
    told = [event.body.announcement for event in hub.events if isinstance(event.body, Announced)]
    page = await shift_of(hub, hub.noa)
    assert [one.body.raw for one in told] == ["couriers on strike"]
    assert page.announcements == tuple(told)
    replayed = await hub.workspace.replay(hub.noa, 0, 500)
    assert replayed is not None
    assert [event.body for event in replayed if isinstance(event.body, Announced)] == [Announced(told[0])]
    await hub.advance(HOUR_MS)
    assert (await shift_of(hub, hub.noa)).announcements == ()


async def test_a_supervisor_sees_what_everybody_has_in_hand(hub: Hub) -> None:
    await hub.workspace.port.inbound(chat("w1"))
    row = await hub.only()
    await hub.order(hub.avi, Assign(row.id, "noa"))
    page = await hub.workspace.query(hub.avi, AgentsQuery())
    assert isinstance(page, AgentsPage)
    assert [(load.agent.id, load.open, load.need, load.talks) for load in page.agents] == [
        ("avi", 0, 0, False),
        ("noa", 1, 1, False),
    ]
    theirs = await hub.workspace.query(hub.avi, ShiftQuery("noa"))
    assert isinstance(theirs, ShiftPage)
    assert [one.id for one in theirs.cases] == [row.id]
    for query in (AgentsQuery(), ShiftQuery("avi")):
        with pytest.raises(QueryRefused):
            await hub.workspace.query(hub.noa, query)


def lease_of(hub: Hub, case: str) -> str:
    with hub.store.read() as connection:
        lease = leases.find(connection, case).lease
    return lease.agent if lease is not None else ""


async def test_logging_out_frees_what_was_handled_at_that_terminal(hub: Hub) -> None:
    await logged_in(hub)
    await hub.workspace.port.inbound(chat("w1"))
    row = await hub.only()
    await hub.order(hub.noa, TakeLease(row.id), desk="d1")
    await hub.order(hub.noa, Presence("offline"), desk="d2")
    assert lease_of(hub, row.id) == "noa"
    await hub.order(hub.noa, Presence("offline"), desk="d1")
    assert lease_of(hub, row.id) == ""


async def test_who_gives_a_case_away_handles_it_no_longer(hub: Hub) -> None:
    await logged_in(hub)
    await hub.workspace.port.inbound(chat("w1"))
    row = await hub.only()
    await hub.order(hub.noa, TakeLease(row.id), desk="d1")
    await hub.order(hub.noa, Assign(row.id, "avi"), desk="d1")
    assert lease_of(hub, row.id) == ""


async def test_after_a_start_of_the_hub_everybody_has_the_grace_again(tmp_path: Path) -> None:
    time = VirtualTime(T0)
    store = Store.open(tmp_path / "hub", synchronous="OFF")
    for id in ("noa", "avi"):
        Operator(store, time, Ids(1)).add_agent(id, id.title(), "agent", ())
    before = Workspace(store, time, Ids(2), (), inline=True)
    await before.start()
    for id in ("noa", "avi"):
        await before.presence(id, True)
    await before.stop()
    time.advance_to_next(T0 + HOUR_MS)
    store = Store.open(tmp_path / "hub", synchronous="OFF")
    after = Workspace(store, time, Ids(3), (), inline=True)
    await after.start()
    await after.presence("noa", True)
    assert {agent.presence for agent in everybody(store)} == {"available"}
    while time.advance_to_next(T0 + HOUR_MS + GRACE_MS):
        while not after.idle():  # noqa: ASYNC110 - idleness has no event
            await asyncio.sleep(0)
    assert {agent.id: agent.presence for agent in everybody(store)} == {"noa": "available", "avi": "away"}
    await after.stop()


def everybody(store: Store) -> tuple[Agent, ...]:
    with store.read() as connection:
        return agents.everyone(connection)


async def test_a_supervisor_sees_of_another_only_the_brands_granted_to_both(hub: Hub) -> None:
    hub.workspace.policy = replace(hub.workspace.policy, account_brand={"wa": "ogen"})
    await hub.workspace.port.inbound(chat("w1"))
    row = await hub.only()
    await hub.order(hub.avi, Assign(row.id, "noa"))
    await hub.order(hub.avi, MakePromise(row.id, "p_1", CustomerText("call back"), T0 + HOUR_MS, agent="noa"))
    for brand, seen in (("ogen", 1), ("nofar", 0)):
        Operator(hub.store, hub.time, Ids(3)).grant("avi", (brand,))
        theirs = await shift_of(hub, hub.avi, "noa")
        assert (row.brand, len(theirs.cases), len(theirs.promises)) == ("ogen", seen, seen)
