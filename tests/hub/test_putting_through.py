"""A call goes along with its case: the exchange is told once, and call, case and transfer change together or not."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from agent_tui.backends.base import Outcome
from agent_tui.backends.connectors.base import CallUpdate, SendResult
from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.store import past
from agent_tui.config.sla_source import load_sla
from agent_tui.domain.events import CallChanged
from agent_tui.domain.model import Agent, Call, CallState
from agent_tui.domain.orders import (
    AnswerTransfer,
    Assign,
    CallAction,
    Order,
    Presence,
    Reply,
    Resolve,
    TransferCase,
    WriteUp,
)
from agent_tui.domain.queries import AgentsPage, AgentsQuery, ClocksPage, ClocksQuery
from agent_tui.domain.queues import QueueSetup
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import MINUTE_MS
from agent_tui.domain.transfers import Transfer, TransferAnswer
from tests.end_to_end.hub_run import until
from tests.hub.conftest import Hub
from tests.hub.fakes import T0
from tests.hub.test_transferring import NOTE, acked, last, refused


def report(hub: Hub, state: CallState, agent: str = "", law_due: int | None = None) -> CallUpdate:
    said = CallUpdate("pbx", "ch-1", state, hub.time.now(), address="+97254333", name="Rina", agent=agent)
    return replace(said, law_due=law_due)


async def asked(hub: Hub, before: int = 0) -> None:
    """Until the exchange was asked once more."""
    await until(lambda: len(hub.phone.put) > before, what="the exchange is asked")


async def talking(hub: Hub) -> str:
    """Noa talks with a customer for a minute; the case."""
    for agent in (hub.noa, hub.avi):
        await hub.workspace.presence(agent.id, here=True)
        await hub.order(agent, Presence("available"))
    await hub.workspace.port.call(report(hub, "ringing", law_due=T0 + 6 * MINUTE_MS))
    call = (await hub.only()).call
    assert call is not None
    await hub.advance(MINUTE_MS)
    acked(await hub.order(hub.noa, CallAction(call.id, "answer"), desk="n1"))
    await hub.workspace.port.call(report(hub, "active", "noa"))
    await hub.advance(MINUTE_MS)
    return (await hub.only()).id


async def give(hub: Hub, case: str, *, warm: bool = False) -> str:
    return acked(await hub.order(hub.noa, TransferCase(case, NOTE, "avi", warm=warm), desk="n1"))


async def answer(hub: Hub, agent: Agent, case: str, what: TransferAnswer, id: str = "") -> Outcome:
    return await hub.order(agent, AnswerTransfer(case, "", what), id, desk="n1" if agent.id == "noa" else "a1")


async def call_of(hub: Hub, case: str) -> Call:
    call = (await hub.case(case)).row.call
    assert call is not None
    return call


async def parts(hub: Hub, case: str) -> list[Call]:
    return [call for call in (await hub.case(case)).calls if call.part_of]


async def stands(hub: Hub, case: str) -> tuple[str, str, str]:
    """Who has the case, who the call, and how the transfer stands."""
    row = (await hub.case(case)).row
    assert row.call is not None
    return row.owner, row.call.agent, (await last(hub, case)).state


async def with_the_giver(hub: Hub, case: str) -> None:
    owner, agent, _ = await stands(hub, case)
    assert (owner, agent) == ("noa", "noa")
    assert not await parts(hub, case)
    acked(await hub.order(hub.noa, CallAction((await call_of(hub, case)).id, "hold"), desk="n1"))


async def test_whoever_takes_it_has_the_call_and_the_giver_writes_up(hub: Hub) -> None:
    case = await talking(hub)
    before = await call_of(hub, case)
    await give(hub, case)
    assert await stands(hub, case) == ("noa", "noa", "offered")
    fence = acked(await answer(hub, hub.avi, case, "accept"))
    assert hub.phone.put == [("ch-1", "noa", "avi")]
    row = (await hub.case(case)).row
    assert row.call == replace(before, agent="avi", passed=hub.time.now())
    assert (row.owner, row.transfer, (await last(hub, case)).state) == ("avi", None, "done")
    assert row.lease is not None
    assert (row.lease.agent, row.lease.desk, str(row.lease.fence)) == ("avi", "a1", fence)
    (part,) = await parts(hub, case)
    assert (part.agent, part.state, part.since, part.ended) == ("noa", "ended", T0 + MINUTE_MS, hub.time.now())
    for action in (CallAction(before.id, "hold"), CallAction(before.id, "resume"), CallAction(before.id, "mute")):
        acked(await hub.order(hub.avi, action))
    assert refused(await hub.order(hub.noa, CallAction(before.id, "hang-up"))) == "not-yours"
    stale = Reply(case, "phone", CustomerText("too late"))
    assert refused(await hub.order(hub.noa, stale, desk="n1")) == "lease-held"


async def test_presence_of_both_is_right(hub: Hub) -> None:
    case = await talking(hub)
    await hub.order(hub.noa, Presence("break", after=case))
    await give(hub, case)
    acked(await answer(hub, hub.avi, case, "accept"))
    page = await hub.workspace.query(hub.avi, AgentsQuery())
    assert isinstance(page, AgentsPage)
    assert {load.agent.id: load.talks for load in page.agents} == {"noa": False, "avi": True}
    assert {load.agent.id: load.agent.presence for load in page.agents} == {"noa": "break", "avi": "available"}


async def test_the_case_is_with_the_call_while_the_giver_writes_up(hub: Hub) -> None:
    case = await talking(hub)
    await give(hub, case)
    acked(await answer(hub, hub.avi, case, "accept"))
    (part,) = await parts(hub, case)
    stage = (await hub.case(case)).row.stage
    acked(await hub.order(hub.noa, WriteUp(part.id, "given to somebody else", CustomerText("told her to wait"))))
    row = (await hub.case(case)).row
    assert row.call is not None
    assert (row.stage, row.call.state, row.call.agent) == (stage, "active", "avi")
    assert [one.state for one in await parts(hub, case)] == ["written-up"]
    await hub.workspace.port.call(report(hub, "ended"))
    call = await call_of(hub, case)
    assert (call.state, call.agent) == ("ended", "avi")
    acked(await hub.order(hub.avi, WriteUp(call.id, "solved")))
    assert (await hub.case(case)).row.call is None


RULES = """
[[policy]]
name = "calls"
pickup = { within = "3m" }
next_response = { within = "10m" }
total_resolution = { within = "48h" }
"""


async def test_the_human_answer_stays_as_it_was_met(hub: Hub, tmp_path: Path) -> None:
    path = tmp_path / "sla.toml"
    path.write_text(RULES, encoding="utf-8")
    await hub.workspace.govern(load_sla(path, tmp_path))
    case = await talking(hub)

    async def clocks() -> list[tuple[str, int, int | None, str]]:
        page = await hub.workspace.query(hub.noa, ClocksQuery(case))
        assert isinstance(page, ClocksPage)
        return [(one.metric, one.started, one.ended, one.state) for one in page.clocks]

    before = await clocks()
    assert ("pickup", T0, T0 + MINUTE_MS, "met") in before
    await give(hub, case)
    acked(await answer(hub, hub.avi, case, "accept"))
    await hub.advance(20 * MINUTE_MS)
    call = await call_of(hub, case)
    assert (call.since, call.answered, call.law_due) == (T0, T0 + MINUTE_MS, T0 + 6 * MINUTE_MS)
    assert await clocks() == before
    (part,) = await parts(hub, case)
    acked(await hub.order(hub.noa, WriteUp(part.id, "solved")))
    assert await clocks() == before


async def test_a_warm_one_goes_when_the_giver_hands_over(hub: Hub) -> None:
    case = await talking(hub)
    await give(hub, case, warm=True)
    acked(await answer(hub, hub.avi, case, "accept"))
    assert await stands(hub, case) == ("noa", "noa", "together")
    acked(await answer(hub, hub.noa, case, "complete"))
    assert await stands(hub, case) == ("avi", "avi", "done")
    row = (await hub.case(case)).row
    assert row.lease is not None and row.lease.agent == "avi"
    assert hub.phone.put == [("ch-1", "noa", "avi")]


async def test_back_and_forth_each_part_is_its_agents(hub: Hub) -> None:
    case = await talking(hub)
    await give(hub, case)
    acked(await answer(hub, hub.avi, case, "accept"))
    await hub.advance(MINUTE_MS)
    acked(await hub.order(hub.avi, TransferCase(case, NOTE, "noa"), desk="a1"))
    acked(await answer(hub, hub.noa, case, "accept"))
    assert (await call_of(hub, case)).agent == "noa"
    customer = (await hub.case(case)).row.customer
    with hub.store.read() as connection:
        assert past.figures(connection, past.cases_of([customer], hub.noa)) == (1, 1), "they called once"
    spoke = [(one.agent, one.since - T0, (one.ended or 0) - T0) for one in await parts(hub, case)]
    assert spoke == [("noa", MINUTE_MS, 2 * MINUTE_MS), ("avi", 2 * MINUTE_MS, 3 * MINUTE_MS)]


@pytest.mark.parametrize("what", ["decline", "lapse"])
async def test_a_no_and_silence_leave_the_call_alone(hub: Hub, what: str) -> None:
    case = await talking(hub)
    await give(hub, case)
    if what == "decline":
        acked(await answer(hub, hub.avi, case, "decline"))
    else:
        await hub.advance(2 * MINUTE_MS)
    assert not hub.phone.put
    await with_the_giver(hub, case)


@pytest.mark.parametrize("outcome", ["refused", "later"])
@pytest.mark.parametrize("warm", [False, True])
async def test_what_the_exchange_cannot_do_leaves_all_with_who_talks(
    hub: Hub, outcome: Literal["refused", "later"], warm: bool
) -> None:
    case = await talking(hub)
    await give(hub, case, warm=warm)
    if warm:
        acked(await answer(hub, hub.avi, case, "accept"))
    hub.phone.puts.append(SendResult(outcome, reason="no such extension"))
    said = await answer(hub, hub.noa if warm else hub.avi, case, "complete" if warm else "accept")
    assert refused(said) == "exchange"
    assert (await last(hub, case)).state == ("together" if warm else "failed")
    await with_the_giver(hub, case)


async def test_an_exchange_that_cannot_is_not_asked(hub: Hub) -> None:
    hub.workspace.policy = replace(hub.workspace.policy, puts_through=frozenset())
    case = await talking(hub)
    assert refused(await hub.order(hub.noa, TransferCase(case, NOTE, "avi"))) == "call-stays"
    await give(hub, case, warm=True)
    acked(await answer(hub, hub.avi, case, "accept"))
    assert refused(await answer(hub, hub.noa, case, "complete")) == "call-stays"
    await with_the_giver(hub, case)
    await hub.workspace.port.call(report(hub, "ended"))
    acked(await answer(hub, hub.noa, case, "complete"))
    assert (await hub.case(case)).row.owner == "avi"
    assert not hub.phone.put


async def test_nobody_gets_a_second_call(hub: Hub) -> None:
    case = await talking(hub)
    await hub.workspace.port.call(replace(report(hub, "active", "avi"), channel_id="ch-2", address="+97254777"))
    await give(hub, case)
    assert refused(await answer(hub, hub.avi, case, "accept")) == "in-call"
    assert await stands(hub, case) == ("noa", "noa", "offered")


async def test_who_hung_up_before_it_was_taken_is_no_call(hub: Hub) -> None:
    case = await talking(hub)
    await give(hub, case)
    await hub.workspace.port.call(report(hub, "ended"))
    acked(await answer(hub, hub.avi, case, "accept"))
    assert await stands(hub, case) == ("avi", "noa", "done")
    assert not hub.phone.put
    acked(await hub.order(hub.noa, WriteUp((await call_of(hub, case)).id, "solved")))


@pytest.mark.parametrize("told", [SendResult("accepted"), SendResult("refused", reason="gone"), SendResult("unknown")])
async def test_who_hangs_up_while_the_exchange_is_asked_leaves_a_case(hub: Hub, told: SendResult) -> None:
    case = await talking(hub)
    await give(hub, case)
    hub.phone.hold, hub.phone.puts = asyncio.Event(), [told]
    taking = asyncio.create_task(answer(hub, hub.avi, case, "accept"))
    await asked(hub)
    call = await call_of(hub, case)
    whats: tuple[TransferAnswer, ...] = ("withdraw", "complete")
    for what in whats:
        assert refused(await hub.workspace.order(hub.noa, what, AnswerTransfer(case, "", what))) == "connecting"
    hang_up = await hub.workspace.order(hub.noa, "h", CallAction(call.id, "hang-up"))
    assert refused(hang_up) == "connecting"
    await hub.workspace.port.call(report(hub, "ended"))
    hub.phone.hold.set()
    await taking
    assert await stands(hub, case) == ("avi", "noa", "done")
    assert not await parts(hub, case)


async def unknown(hub: Hub) -> str:
    """The exchange did not answer."""
    case = await talking(hub)
    await give(hub, case)
    hub.phone.puts.append(SendResult("unknown", reason="no answer"))
    assert refused(await answer(hub, hub.avi, case, "accept", "take")) == "exchange-unknown"
    assert refused(await answer(hub, hub.avi, case, "accept", "take")) == "exchange-unknown"
    assert await stands(hub, case) == ("noa", "noa", "unknown")
    assert len(hub.phone.put) == 1, "however often it is ordered"
    return case


async def test_what_nobody_knows_the_exchange_tells_later(hub: Hub) -> None:
    case = await unknown(hub)
    await hub.workspace.port.call(report(hub, "active", "noa"))
    assert await stands(hub, case) == ("noa", "noa", "unknown"), "that may have been said before"
    await hub.workspace.port.call(report(hub, "active", "avi"))
    assert await stands(hub, case) == ("avi", "avi", "done")
    assert [one.agent for one in await parts(hub, case)] == ["noa"]


@pytest.mark.parametrize("who", ["noa", "avi"])
async def test_what_nobody_knows_the_two_can_say(hub: Hub, who: str) -> None:
    case = await unknown(hub)
    acked(await answer(hub, hub.noa if who == "noa" else hub.avi, case, "complete"))
    assert await stands(hub, case) == ("avi", "avi", "done")
    assert len(hub.phone.put) == 1


async def test_or_that_it_was_not(hub: Hub) -> None:
    case = await unknown(hub)
    acked(await answer(hub, hub.noa, case, "withdraw"))
    await with_the_giver(hub, case)


async def test_a_call_that_ends_ends_the_doubt(hub: Hub) -> None:
    case = await unknown(hub)
    await hub.workspace.port.call(report(hub, "ended"))
    assert await stands(hub, case) == ("avi", "noa", "done")


async def test_nobody_waits_for_ever_and_a_late_answer_counts(hub: Hub) -> None:
    for told, stood in (
        (SendResult("refused"), ("noa", "noa", "failed")),
        (SendResult("accepted"), ("avi", "avi", "done")),
    ):
        case = (await hub.only()).id if await hub.rows() else await talking(hub)
        await give(hub, case)
        hub.phone.hold, hub.phone.puts = asyncio.Event(), [told]
        before = len(hub.phone.put)
        taking = asyncio.create_task(
            hub.workspace.order(hub.avi, stood[2], AnswerTransfer(case, "", "accept"), 0, "a1")
        )
        await asked(hub, before)
        await hub.advance(MINUTE_MS)
        assert (await last(hub, case)).state == "unknown"
        hub.phone.hold.set()
        await taking
        assert await stands(hub, case) == stood
        hub.phone.hold = None


async def test_a_doubt_about_a_queues_agent_asks_no_other(hub: Hub) -> None:
    hub.workspace.policy = replace(hub.workspace.policy, queues=(QueueSetup("rest", mode="pull"),))
    case = await talking(hub)
    acked(await hub.order(hub.noa, TransferCase(case, NOTE, queue="rest", warm=True), desk="n1"))
    acked(await answer(hub, hub.avi, case, "accept"))
    hub.phone.hold = asyncio.Event()
    giving = asyncio.create_task(hub.workspace.order(hub.noa, "give", AnswerTransfer(case, "", "complete"), 0, "n1"))
    await asked(hub)
    lea = Operator(hub.store, hub.time, Ids(7)).add_agent("lea", "Lea")
    await hub.order(lea, Presence("available"))
    await hub.workspace.presence("lea", here=True)
    await hub.advance(MINUTE_MS)
    assert [one.state for one in (await hub.case(case)).transfers] == ["unknown"]
    hub.phone.hold.set()
    acked(await giving)
    assert [one.state for one in (await hub.case(case)).transfers] == ["done"]


async def test_a_report_may_be_first(hub: Hub) -> None:
    case = await talking(hub)
    await give(hub, case)
    hub.phone.hold = asyncio.Event()
    taking = asyncio.create_task(answer(hub, hub.avi, case, "accept"))
    await asked(hub)
    await hub.workspace.port.call(report(hub, "active", "avi"))
    assert await stands(hub, case) == ("avi", "avi", "done")
    hub.phone.hold.set()
    fence = acked(await taking)
    assert [one.agent for one in await parts(hub, case)] == ["noa"]
    lease = (await hub.case(case)).row.lease
    assert lease is not None and (lease.agent, lease.desk, str(lease.fence)) == ("avi", "a1", fence)


async def test_what_was_said_before_it_was_put_through_changes_nothing(hub: Hub) -> None:
    case = await talking(hub)
    await give(hub, case)
    acked(await answer(hub, hub.avi, case, "accept"))
    head = hub.workspace.head()
    await hub.workspace.port.call(report(hub, "held", "noa"))
    await hub.workspace.port.call(report(hub, "active", "noa"))
    assert hub.workspace.head() == head
    await hub.workspace.port.call(report(hub, "ended", "noa"))
    call = await call_of(hub, case)
    assert (call.state, call.agent) == ("ended", "avi")


@pytest.mark.parametrize("how", ["closed", "a third's", "theirs"])
async def test_a_case_that_went_another_way_and_a_call_that_did_not(hub: Hub, how: str) -> None:
    case = await talking(hub)
    await give(hub, case)
    hub.phone.hold = asyncio.Event()
    taking = asyncio.create_task(answer(hub, hub.avi, case, "accept"))
    await asked(hub)
    orders: dict[str, Order] = {
        "closed": Resolve(case),
        "a third's": Assign(case, "", "billing"),
        "theirs": Assign(case, "avi"),
    }
    await hub.workspace.order(hub.noa, "other", orders[how], desk="n1")
    hub.phone.hold.set()
    acked(await taking)
    assert (await call_of(hub, case)).agent == "avi", "the call is where the exchange put it"
    held: Transfer = await last(hub, case)
    assert not held.open


async def test_it_is_told_again_as_it_was(hub: Hub) -> None:
    case = await talking(hub)
    await give(hub, case)
    acked(await answer(hub, hub.avi, case, "accept"))
    replayed = await hub.workspace.replay(hub.noa, 0, 1000)
    assert replayed is not None
    told = [event.body.call for event in replayed if isinstance(event.body, CallChanged)]
    assert [(call.agent, call.state, bool(call.part_of)) for call in told][-2:] == [
        ("noa", "ended", True),
        ("avi", "active", False),
    ]
