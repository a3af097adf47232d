"""Calls ring, one agent answers, the exchange has the last word, and what is left is written up."""

from __future__ import annotations

import asyncio

from agent_tui.backends.base import Acked, Rejected
from agent_tui.backends.connectors.base import CallUpdate
from agent_tui.backends.hub.card_subject import subject
from agent_tui.domain.events import CallChanged
from agent_tui.domain.filing import VOICE_FIRST_MS
from agent_tui.domain.model import Call
from agent_tui.domain.orders import CallAction, WriteUp
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import MINUTE_MS
from tests.hub.conftest import Hub
from tests.hub.fakes import T0, mail


def ring(state: str = "ringing", at: int = T0, **more: object) -> CallUpdate:
    return CallUpdate("pbx", "ch-1", state, at, address="+97254333", name="Yossi", **more)  # type: ignore[arg-type]


async def ringing(hub: Hub) -> Call:
    await hub.workspace.port.call(ring(queue="billing", law_due=T0 + 6 * MINUTE_MS))
    row = await hub.only()
    assert row.call is not None
    return row.call


async def test_a_ring_is_a_row_that_needs_us_by_law(hub: Hub) -> None:
    call = await ringing(hub)
    row = await hub.only()
    assert (row.stage, row.channel, row.sort_at, row.name.raw) == (
        "us",
        "phone",
        T0 + 6 * MINUTE_MS - VOICE_FIRST_MS,
        "Yossi",
    )
    assert (call.state, call.caller.raw, call.queue) == ("ringing", "Yossi", "billing")
    head = hub.workspace.head()
    await hub.workspace.port.call(ring(queue="billing", law_due=T0 + 6 * MINUTE_MS))
    assert hub.workspace.head() == head


async def test_only_the_first_of_two_agents_answers(hub: Hub) -> None:
    call = await ringing(hub)
    answer = CallAction(call.id, "answer")
    first, second = await asyncio.gather(
        hub.workspace.order(hub.noa, "a", answer), hub.workspace.order(hub.avi, "b", answer)
    )
    assert isinstance(first, Acked)
    assert isinstance(second, Rejected)
    assert second.code == "taken"
    assert hub.phone.actions == [("ch-1", "answer", "noa", "")]
    row = await hub.only()
    assert row.call is not None
    assert (row.call.state, row.call.agent, row.owner, row.clock) == ("active", "noa", "noa", None)


async def test_an_exchange_that_fails_lets_it_ring_on(hub: Hub) -> None:
    call = await ringing(hub)
    hub.phone.trouble = "no such channel"
    outcome = await hub.order(hub.noa, CallAction(call.id, "answer"), "a")
    assert isinstance(outcome, Rejected)
    assert "no such channel" in outcome.message
    assert await hub.order(hub.noa, CallAction(call.id, "answer"), "a") == outcome
    row = await hub.only()
    assert row.call is not None
    assert (row.call.state, row.call.agent, row.sort_at) == ("ringing", "", T0 + 6 * MINUTE_MS - VOICE_FIRST_MS)
    hub.phone.trouble = ""
    assert isinstance(await hub.order(hub.avi, CallAction(call.id, "answer")), Acked)


async def test_hold_mute_keys_hang_up_write_up(hub: Hub) -> None:
    call = await ringing(hub)
    await hub.order(hub.noa, CallAction(call.id, "answer"))
    stranger = await hub.order(hub.avi, CallAction(call.id, "hold"))
    assert isinstance(stranger, Acked), "a supervisor may"
    await hub.order(hub.noa, CallAction(call.id, "resume"))
    await hub.order(hub.noa, CallAction(call.id, "mute"))
    await hub.order(hub.noa, CallAction(call.id, "keys", "12#"))
    early = await hub.order(hub.noa, WriteUp(call.id, "solved"))
    assert isinstance(early, Rejected)
    await hub.order(hub.noa, CallAction(call.id, "hang-up"))
    row = await hub.only()
    assert row.call is not None
    assert (row.call.state, row.call.muted, row.call.keys) == ("ended", True, "12#")
    assert row.clock is not None
    assert row.clock.metric == "write-up"
    await hub.workspace.port.call(ring("ended", T0 + 9))
    done = await hub.order(hub.noa, WriteUp(call.id, "solved", CustomerText("Lamp replaced")))
    assert isinstance(done, Acked)
    row = await hub.only()
    assert (row.stage, row.call, row.clock) == ("customer", None, None)
    detail = await hub.case(row.id)
    assert (detail.calls[0].outcome, detail.messages[-1].body.raw) == ("solved", "Lamp replaced")
    states = [event.body.call.state for event in hub.events if isinstance(event.body, CallChanged)]
    assert states[0] == "ringing"
    assert states[-1] == "written-up"


async def test_another_agents_call_is_not_mine(hub: Hub) -> None:
    call = await ringing(hub)
    await hub.order(hub.avi, CallAction(call.id, "answer"))
    outcome = await hub.order(hub.noa, CallAction(call.id, "hang-up"))
    assert isinstance(outcome, Rejected)
    assert outcome.code == "not-yours"


async def test_a_caller_who_gives_up_is_owed_a_call_back(hub: Hub) -> None:
    call = await ringing(hub)
    await hub.advance(MINUTE_MS)
    await hub.workspace.port.call(ring("ended", T0 + MINUTE_MS))
    row = await hub.only()
    assert (row.call, row.stage, row.unread) == (None, "us", 1)
    assert (await hub.case(row.id)).calls[0].state == "abandoned"
    late = await hub.order(hub.noa, CallAction(call.id, "answer"))
    assert isinstance(late, Rejected)
    assert late.code == "gone"


async def test_a_call_joins_the_customers_open_case(hub: Hub) -> None:
    await hub.workspace.port.inbound(mail("<1@x>", address="x@example.com"))
    await ringing_beside(hub)
    rows = await hub.rows()
    assert sorted(row.channel for row in rows) == ["email", "phone"]


async def ringing_beside(hub: Hub) -> None:
    await hub.workspace.port.call(ring())
    await hub.workspace.port.call(ring("abandoned", T0 + 5))
    second = CallUpdate("pbx", "ch-2", "ringing", T0 + 9, address="+97254333", name="Yossi")
    await hub.workspace.port.call(second)
    phone = [row for row in await hub.rows() if row.channel == "phone"]
    assert len(phone) == 1
    assert len((await hub.case(phone[0].id)).calls) == 2


async def test_a_withheld_number_is_a_caller_too(hub: Hub) -> None:
    await hub.workspace.port.call(CallUpdate("pbx", "ch-9", "ringing", T0))
    row = await hub.only()
    assert row.call is not None
    assert row.call.caller.raw == "withheld number"
    with hub.store.read() as connection:
        about = subject(connection, hub.noa, row.id)
    assert about is not None and "tel" not in about.known, "no system is asked by it"
