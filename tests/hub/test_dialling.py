"""Calling a customer at the hub: the call is in the case, the exchange rings them, and what becomes of it is shown."""

from __future__ import annotations

from typing import Literal

from agent_tui.backends.base import Acked, Outcome, Rejected
from agent_tui.backends.connectors.base import CallReport, CallUpdate
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.domain.model import Call, CallState, CaseRow
from agent_tui.domain.orders import CallAction, Dial, Resolve, SetConsent
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import MINUTE_MS
from tests.hub.conftest import Hub
from tests.hub.fakes import T0, chat


async def chats(hub: Hub) -> CaseRow:
    await hub.workspace.port.inbound(chat("w1", address="972541"))
    await hub.settle()
    return await hub.only()


async def dials(hub: Hub, case: str, to: str = "+972541") -> Outcome:
    return await hub.order(hub.noa, Dial(case, CustomerText(to)))


async def call_of(hub: Hub) -> Call:
    return (await hub.case((await hub.only()).id)).calls[-1]


Reason = Literal["", "busy", "no-answer", "failed"]


async def exchange(hub: Hub, state: CallState, reason: Reason = "") -> CaseRow:
    (line, *_) = hub.phone.actions[-1]
    update = CallUpdate("pbx", line, state, hub.time.now(), address="+972541", direction="out", reason=reason)
    await hub.workspace.port.call(update)
    await hub.settle()
    return await hub.only()


async def test_a_chat_becomes_a_call_in_the_same_case(hub: Hub) -> None:
    case = (await chats(hub)).id
    outcome = await dials(hub, case)
    assert isinstance(outcome, Acked)
    call = await call_of(hub)
    assert (call.id, call.case, call.state, call.direction, call.agent) == (
        outcome.result,
        case,
        "ringing",
        "out",
        "noa",
    )
    assert hub.phone.actions == [(f"out-{call.id}", "originate", "noa", "+972541")]
    row = await exchange(hub, "active")
    assert (row.id, row.owner) == (case, "noa") and row.clock is None, "what they waited for is answered"
    addresses = {one.scheme: one.origin for one in (await hub.case(case)).customer.addresses}
    assert addresses["tel"] == "agent"
    await hub.advance(MINUTE_MS)
    row = await exchange(hub, "ended")
    assert row.clock is not None and row.clock.metric == "write-up"
    assert isinstance(await hub.order(hub.noa, Dial(case)), Acked), "and once more, at the number that is known"
    await hub.order(hub.noa, CallAction((await call_of(hub)).id, "hang-up"))
    assert (await call_of(hub)).state == "ended"


async def test_nobody_answers(hub: Hub) -> None:
    case = (await chats(hub)).id
    ends: tuple[tuple[Reason, str], ...] = (("busy", "busy"), ("", "no-answer"), ("failed", "failed"))
    for reason, said in ends:
        await hub.advance(1000)
        await dials(hub, case)
        await exchange(hub, "ringing")
        row = await exchange(hub, "ended", reason)
        call = await call_of(hub)
        assert (call.state, call.outcome, call.answered) == ("ended", said, None)
        assert row.clock is not None and row.clock.metric == "first", "they wait for the answer they waited for"
    await hub.advance(1000)
    hub.phone.trouble = "no route"
    outcome = await dials(hub, case)
    assert isinstance(outcome, Rejected) and "no route" in outcome.message
    assert (await call_of(hub)).outcome == "failed" and (await hub.only()).call is None


async def test_who_asked_to_be_called_back_was(hub: Hub) -> None:
    update = CallUpdate("pbx", "k1", "ringing", T0, address="+972541", name="Dana")
    ends: tuple[tuple[bool, Reason], ...] = ((False, "failed"), (True, "busy"))
    for wanted, reason in ends:
        await hub.workspace.port.call(update)
        await hub.workspace.port.call_report(CallReport("pbx", "k1", "asked", T0))
        await hub.workspace.port.call(CallUpdate("pbx", "k1", "ended", T0, address="+972541"))
        await hub.settle()
        row = await hub.only()
        assert row.clock is not None and row.clock.metric == "call-back"
        assert isinstance(await dials(hub, row.id), Acked)
        row = await exchange(hub, "ended", reason)
        assert (row.clock is None) == wanted, "they were rung, whether they answered or not"


async def test_what_does_not_fit_is_refused(hub: Hub) -> None:
    case = (await chats(hub)).id
    refused = [
        ("no-case", await dials(hub, "c_none")),
        ("no-address", await dials(hub, case, "")),
        ("bad-address", await dials(hub, case, "dana")),
    ]
    await dials(hub, case)
    refused += [("in-call", await dials(hub, case)), ("call-there", await hub.order(hub.avi, Dial(case)))]
    await hub.order(hub.noa, CallAction((await call_of(hub)).id, "hang-up"))
    await hub.order(hub.noa, SetConsent(case, "phone", False))
    refused.append(("consent-refused", await dials(hub, case)))
    hub.workspace.policy = type(hub.workspace.policy)()
    refused.append(("no-line", await dials(hub, case)))
    codes = [outcome.code if isinstance(outcome, Rejected) else "done" for _, outcome in refused]
    assert codes == [expected for expected, _ in refused]


async def test_a_call_that_rang_when_the_hub_died_is_over_unless_the_exchange_knows_better(hub: Hub) -> None:
    case = (await chats(hub)).id
    await dials(hub, case)
    after = Workspace(hub.store, hub.time, Ids(9), [hub.phone], inline=True)
    await after.start()
    hub.workspace = after
    call = await call_of(hub)
    assert (call.state, call.outcome) == ("ended", "unknown")
    await exchange(hub, "active")
    assert (await call_of(hub)).state == "active"
    await exchange(hub, "ended")
    await hub.order(hub.noa, Resolve(case))
