"""Leases at the hub: one agent at a time, durable, fenced, and ended by the hub's clock alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from agent_tui.backends.base import Acked, Outcome, Rejected
from agent_tui.backends.connectors.base import CallUpdate
from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.store import Store
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.domain.events import LeaseAsked, LeaseChanged
from agent_tui.domain.model import Agent, CaseRow, Lease
from agent_tui.domain.orders import (
    AskLease,
    Block,
    CallAction,
    HandOver,
    JoinCustomers,
    NewMessage,
    Note,
    Order,
    PartCustomers,
    ReleaseLease,
    Reopen,
    Reply,
    Resolve,
    RetrySend,
    Snooze,
    Spam,
    TakeLease,
    TakeOver,
)
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import MINUTE_MS, MS, VirtualTime
from tests.hub.conftest import Hub
from tests.hub.fakes import T0, Line, chat, mail

GRACE = 90 * MS


async def a_case(hub: Hub) -> str:
    assert hub.wa.port is not None
    await hub.wa.port.inbound(chat("wa1"))
    await hub.settle()
    return (await hub.only()).id


def reply(case: str, body: str = "Hello", seen: int = 0) -> Reply:
    return Reply(case, "whatsapp", CustomerText(body), seen=seen)


async def lease(hub: Hub, case: str) -> Lease | None:
    return (await hub.case(case)).row.lease


def refused(outcome: Outcome) -> str:
    assert isinstance(outcome, Rejected), outcome
    return outcome.code


async def take(hub: Hub, agent: Agent, desk: str, case: str) -> int:
    outcome = await hub.order(agent, TakeLease(case), desk=desk)
    assert isinstance(outcome, Acked), outcome
    return int(outcome.result)


def changes(hub: Hub) -> list[tuple[str, str, str]]:
    found = [event.body for event in hub.events if isinstance(event.body, LeaseChanged)]
    return [(body.change, body.agent, body.was) for body in found]


async def test_the_fence_is_the_seq_of_the_event_that_granted_it(hub: Hub) -> None:
    case = await a_case(hub)
    fence = await take(hub, hub.noa, "d1", case)
    event = hub.events[-1]
    assert event.seq == fence and isinstance(event.body, LeaseChanged) and event.body.fence == fence
    assert event.row is not None and event.row.lease == Lease("noa", "d1", fence, T0)
    assert await lease(hub, case) == event.row.lease
    assert (await hub.only()).lease == event.row.lease, "in the pages of the inbox too"


async def test_another_agent_does_not_get_it_and_is_told_who_has_it(hub: Hub) -> None:
    case = await a_case(hub)
    await take(hub, hub.noa, "d1", case)
    outcome = await hub.order(hub.avi, TakeLease(case), desk="d2")
    assert refused(outcome) == "lease-held"
    assert isinstance(outcome, Rejected) and "Noa" in outcome.message


@pytest.mark.parametrize("order", [reply, Resolve, lambda case: Snooze(case, T0 + 10**9), Spam, Block])
async def test_what_reaches_the_customer_or_ends_the_matter_is_the_holders(
    hub: Hub, order: Callable[[str], Order]
) -> None:
    case = await a_case(hub)
    fence = await take(hub, hub.noa, "d1", case)
    made = order(case)
    before = len(hub.events)
    assert refused(await hub.order(hub.avi, made, desk="d2")) == "lease-held"
    assert refused(await hub.order(hub.noa, made, desk="d9")) == "lease-held"
    assert refused(await hub.order(hub.noa, made, fence=fence - 1, desk="d1")) == "stale-fence"
    assert len(hub.events) == before, "a refused order leaves nothing behind"
    assert isinstance(await hub.order(hub.noa, made, fence=fence, desk="d1"), Acked)


async def test_taking_a_block_back_is_for_everybody(hub: Hub) -> None:
    case = await a_case(hub)
    await hub.order(hub.avi, Block(case), desk="d2")
    await take(hub, hub.noa, "d1", case)
    assert isinstance(await hub.order(hub.avi, Block(case, on=False), desk="d2"), Acked)


async def test_a_note_is_for_everybody(hub: Hub) -> None:
    case = await a_case(hub)
    await take(hub, hub.noa, "d1", case)
    assert isinstance(await hub.order(hub.avi, Note(case, CustomerText("I know her")), desk="d2"), Acked)


async def test_a_failed_reply_is_sent_again_by_the_holder_only(hub: Hub) -> None:
    case = await a_case(hub)
    other = await hub.order(
        hub.avi, NewMessage("email", (CustomerText("x@example.com"),), CustomerText("hi"), consent=True)
    )
    assert isinstance(other, Acked)
    sent = await hub.order(hub.noa, reply(case), desk="d1")
    assert isinstance(sent, Acked)
    await take(hub, hub.noa, "d1", case)
    # naming another case with the message does not go around it
    assert refused(await hub.order(hub.avi, RetrySend(other.result, sent.result), desk="d2")) == "lease-held"


async def test_writing_to_the_address_of_a_case_that_a_colleague_handles(hub: Hub) -> None:
    assert hub.mail.port is not None
    await hub.mail.port.inbound(mail("m1"))
    await hub.settle()
    case = (await hub.only()).id
    await take(hub, hub.noa, "d1", case)
    to = NewMessage("email", (CustomerText("dana@example.com"),), CustomerText("hi"), consent=True)
    assert refused(await hub.order(hub.avi, to, desk="d2")) == "lease-held"
    assert [message.kind for message in (await hub.case(case)).messages] == ["in"]
    assert isinstance(await hub.order(hub.noa, to, desk="d1"), Acked)


async def test_clients_that_know_no_leases_work_on_free_cases_and_make_old_fences_stale(hub: Hub) -> None:
    case = await a_case(hub)
    fence = await take(hub, hub.noa, "d1", case)
    await hub.order(hub.noa, ReleaseLease(case), desk="d1")
    assert isinstance(await hub.order(hub.avi, reply(case)), Acked)
    assert refused(await hub.order(hub.noa, reply(case, "late"), fence=fence, desk="d1")) == "stale-fence"


async def test_an_end_of_the_matter_ends_the_lease(hub: Hub) -> None:
    case = await a_case(hub)
    fence = await take(hub, hub.noa, "d1", case)
    await hub.order(hub.noa, Resolve(case), fence=fence, desk="d1")
    assert await lease(hub, case) is None
    assert isinstance(await hub.order(hub.noa, Reopen(case), desk="d1"), Acked)
    assert await take(hub, hub.avi, "d2", case) > fence


async def test_a_lost_line_keeps_the_lease_for_its_grace(hub: Hub) -> None:
    case = await a_case(hub)
    fence = await take(hub, hub.noa, "d1", case)
    await hub.workspace.desk_left("noa", "d1")
    await hub.advance(GRACE - 1)
    assert refused(await hub.order(hub.avi, TakeLease(case), desk="d2")) == "lease-held"
    await hub.workspace.desk_came("noa", "d1", False)
    assert await lease(hub, case) == Lease("noa", "d1", fence, T0)
    await hub.advance(10 * GRACE)
    assert isinstance(await hub.order(hub.noa, reply(case), fence=fence, desk="d1"), Acked)


async def test_after_the_grace_it_is_free_and_a_stale_reply_is_shut_out(hub: Hub) -> None:
    case = await a_case(hub)
    fence = await take(hub, hub.noa, "d1", case)
    await hub.workspace.desk_left("noa", "d1")
    await hub.advance(GRACE)
    assert await lease(hub, case) is None
    assert changes(hub) == [("taken", "noa", ""), ("line-lost", "noa", "noa"), ("expired", "", "noa")]
    newer = await take(hub, hub.avi, "d2", case)
    assert newer > fence
    assert refused(await hub.order(hub.noa, reply(case), fence=fence, desk="d1")) == "lease-held"
    await hub.order(hub.avi, ReleaseLease(case), desk="d2")
    assert refused(await hub.order(hub.noa, reply(case), fence=fence, desk="d1")) == "stale-fence"


async def test_who_was_away_too_long_may_still_send_while_nobody_had_it(hub: Hub) -> None:
    case = await a_case(hub)
    fence = await take(hub, hub.noa, "d1", case)
    await hub.workspace.desk_left("noa", "d1")
    await hub.advance(5 * MINUTE_MS)
    await hub.workspace.desk_came("noa", "d1", False)
    assert isinstance(await hub.order(hub.noa, reply(case), fence=fence, desk="d1"), Acked)


async def test_two_replies_that_waited_for_the_line_both_go(hub: Hub) -> None:
    case = await a_case(hub)
    fence = await take(hub, hub.noa, "d1", case)
    await hub.workspace.desk_left("noa", "d1")
    await hub.advance(GRACE)
    for body in ("One", "Two"):
        assert isinstance(await hub.order(hub.noa, reply(case, body), fence=fence, desk="d1"), Acked)
    await take(hub, hub.avi, "d2", case)
    assert refused(await hub.order(hub.noa, reply(case, "Three"), fence=fence, desk="d1")) == "lease-held"


async def test_grace_is_by_channel_or_as_the_hub_is_told(hub: Hub) -> None:
    case = await a_case(hub)
    hub.workspace.policy = replace(hub.workspace.policy, lease_ms=5 * MS)
    await take(hub, hub.noa, "d1", case)
    await hub.workspace.desk_left("noa", "d1")
    await hub.advance(5 * MS)
    assert await lease(hub, case) is None


async def test_the_newer_terminal_takes_over_and_a_reconnect_does_not(hub: Hub) -> None:
    case = await a_case(hub)
    first = await take(hub, hub.noa, "d1", case)
    await hub.workspace.desk_came("noa", "d2", True)
    moved = await lease(hub, case)
    assert moved is not None and moved.desk == "d2" and moved.fence > first
    await hub.workspace.desk_left("noa", "d1")
    await hub.workspace.desk_came("noa", "d1", False)
    assert await lease(hub, case) == moved
    assert refused(await hub.order(hub.noa, reply(case), fence=first, desk="d1")) == "lease-held"
    back = await take(hub, hub.noa, "d1", case)
    assert back > moved.fence
    assert changes(hub)[-1][0] == "other-desk"


async def test_handing_over_gives_lease_owner_and_word(hub: Hub) -> None:
    case = await a_case(hub)
    await take(hub, hub.noa, "d1", case)
    word = CustomerText("she wants her money back")
    before = await lease(hub, case)
    await hub.order(hub.avi, HandOver(case, "noa"), desk="d2")
    assert await lease(hub, case) == before, "she has it already"
    assert isinstance(await hub.order(hub.noa, HandOver(case, "avi", word), desk="d1"), Acked)
    detail = await hub.case(case)
    held = detail.row.lease
    assert held is not None and (held.agent, held.desk, held.until) == ("avi", "", T0 + GRACE)
    assert detail.row.owner == "avi"
    assert [(m.kind, m.author, m.body.raw) for m in detail.messages][-1] == ("note", "noa", word.raw)
    assert refused(await hub.order(hub.noa, reply(case), desk="d1")) == "lease-held"
    assert await take(hub, hub.avi, "d2", case) > held.fence


async def test_handing_over_is_not_for_bystanders(hub: Hub) -> None:
    case = await a_case(hub)
    await take(hub, hub.avi, "d2", case)
    assert refused(await hub.order(hub.noa, HandOver(case, "avi"), desk="d1")) == "lease-held"
    assert refused(await hub.order(hub.avi, HandOver(case, "nobody"), desk="d2")) == "no-agent"


async def test_a_supervisor_takes_over_with_a_reason(hub: Hub) -> None:
    case = await a_case(hub)
    fence = await take(hub, hub.noa, "d1", case)
    why = CustomerText("a complaint")
    assert refused(await hub.order(hub.avi, TakeOver(case, CustomerText(" ")), desk="d2")) == "no-reason"
    outcome = await hub.order(hub.avi, TakeOver(case, why), desk="d2")
    assert isinstance(outcome, Acked) and int(outcome.result) > fence
    assert (await hub.case(case)).messages[-1].body.raw == "a complaint"
    assert refused(await hub.order(hub.noa, reply(case), fence=fence, desk="d1")) == "lease-held"
    assert refused(await hub.order(hub.noa, TakeOver(case, why), desk="d1")) == "not-supervisor"


async def test_asking_reaches_the_holder_as_an_event(hub: Hub) -> None:
    case = await a_case(hub)
    assert refused(await hub.order(hub.avi, AskLease(case), desk="d2")) == "lease-free"
    await take(hub, hub.noa, "d1", case)
    assert isinstance(await hub.order(hub.avi, AskLease(case), desk="d2"), Acked)
    assert (hub.events[-1].body, hub.events[-1].by) == (LeaseAsked("noa"), "avi")


async def test_the_log_tells_the_same_again(hub: Hub) -> None:
    case = await a_case(hub)
    await take(hub, hub.noa, "d1", case)
    await hub.order(hub.avi, AskLease(case), desk="d2")
    await hub.order(hub.avi, TakeOver(case, CustomerText("why")), desk="d2")
    replayed = await hub.workspace.replay(hub.noa, 0, 500)
    assert replayed is not None
    about = (LeaseChanged, LeaseAsked)
    told = [event.body for event in hub.events if isinstance(event.body, about)]
    assert [event.body for event in replayed if isinstance(event.body, about)] == told
    assert len(told) == 3


# -- calls -------------------------------------------------------------------------------------------------------------


async def ringing(hub: Hub) -> tuple[str, str]:
    assert hub.phone.port is not None
    await hub.phone.port.call(CallUpdate("pbx", "call-1", "ringing", T0, "tel", "+972541", "Dana"))
    await hub.settle()
    row = await hub.only()
    assert row.call is not None
    return row.id, row.call.id


async def test_who_answers_the_phone_has_the_case_as_long_as_the_call_lasts(hub: Hub) -> None:
    case, call = await ringing(hub)
    await take(hub, hub.avi, "d2", case)
    assert isinstance(await hub.order(hub.noa, CallAction(call, "answer"), desk="d1"), Acked)
    held = await lease(hub, case)
    assert held is not None and (held.agent, held.desk) == ("noa", "d1")
    assert refused(await hub.order(hub.avi, Resolve(case), desk="d2")) == "lease-held"
    await hub.workspace.desk_left("noa", "d1")
    await hub.advance(30 * MINUTE_MS)
    held = await lease(hub, case)
    assert held is not None and held.until == 0 and held.away
    assert hub.phone.port is not None
    await hub.phone.port.call(CallUpdate("pbx", "call-1", "ended", hub.time.now(), "tel", "+972541", "Dana"))
    await hub.settle()
    held = await lease(hub, case)
    assert held is not None and held.until == hub.time.now() + GRACE
    await hub.advance(GRACE)
    assert await lease(hub, case) is None


async def test_a_call_of_somebody_else_keeps_no_lease(hub: Hub) -> None:
    case, call = await ringing(hub)
    assert isinstance(await hub.order(hub.noa, CallAction(call, "answer"), desk="d1"), Acked)
    assert isinstance(await hub.order(hub.avi, TakeOver(case, CustomerText("she needs help")), desk="d2"), Acked)
    await hub.workspace.desk_left("avi", "d2")
    held = await lease(hub, case)
    assert held is not None and held.until == hub.time.now() + GRACE


# -- newer messages ----------------------------------------------------------------------------------------------------


async def test_what_came_after_it_was_seen_is_shown_first(hub: Hub) -> None:
    case = await a_case(hub)
    seen = (await hub.only()).version
    assert hub.wa.port is not None
    await hub.wa.port.inbound(chat("wa2", "never mind!", at=T0 + 1))
    await hub.settle()
    assert refused(await hub.order(hub.noa, reply(case, seen=seen), desk="d1")) == "newer-message"
    now = (await hub.only()).version
    assert isinstance(await hub.order(hub.noa, reply(case, seen=now), desk="d1"), Acked)
    # my own answer is no news to me, a colleague's is
    assert isinstance(await hub.order(hub.noa, reply(case, "and", seen=now), desk="d1"), Acked)
    assert refused(await hub.order(hub.avi, reply(case, "me too", seen=now), desk="d2")) == "newer-message"


async def test_notes_and_automatic_answers_are_no_reason_to_wait(hub: Hub) -> None:
    case = await a_case(hub)
    seen = (await hub.only()).version
    await hub.order(hub.avi, Note(case, CustomerText("she is nice")))
    assert isinstance(await hub.order(hub.noa, reply(case, seen=seen), desk="d1"), Acked)


# -- the hub's own end -------------------------------------------------------------------------------------------------


async def test_leases_outlive_the_hub_and_have_their_grace_from_its_start(tmp_path: Path) -> None:
    folder, time = tmp_path / "hub", VirtualTime(T0)
    store = Store.open(folder, synchronous="OFF")
    operator = Operator(store, time, Ids(1))
    noa, avi = operator.add_agent("noa", "Noa"), operator.add_agent("avi", "Avi")
    line = Line("wa", "whatsapp")
    hub = Workspace(store, time, Ids(2), [line], inline=True)
    await hub.start()
    assert line.port is not None
    await line.port.inbound(chat("wa1"))
    rows = [event.case for event in await hub.replay(noa, 0, 10) or [] if event.case]
    case = rows[0]
    taken = await hub.order(noa, "c1", TakeLease(case), desk="d1")
    assert isinstance(taken, Acked)
    # no stop: the process is gone; an hour later another one opens the same folder
    time.advance_to_next(T0 + 60 * MINUTE_MS)
    again_store = Store.open(folder, synchronous="OFF")
    again = Workspace(again_store, time, Ids(3), [Line("wa", "whatsapp")], inline=True)
    await again.start()
    assert refused(await again.order(avi, "c2", TakeLease(case), desk="d2")) == "lease-held"
    await again.desk_came("noa", "d1", False)
    fence = int(taken.result)
    assert isinstance(await again.order(noa, "c3", reply(case), fence, "d1"), Acked)
    await again.desk_left("noa", "d1")
    time.advance_to_next(time.now() + GRACE)
    assert isinstance(await again.order(avi, "c4", TakeLease(case), desk="d2"), Acked)
    await again.stop()
    store.close()


async def two_rows(hub: Hub) -> tuple[CaseRow, CaseRow]:
    """Dana by mail, and by WhatsApp 5 minutes later: two customers, and two cases."""
    await hub.workspace.port.inbound(mail("<1@x>", at=T0 - 10 * MINUTE_MS))
    await hub.workspace.port.inbound(chat("w1", "hello?", at=T0 - 5 * MINUTE_MS))
    rows = {row.channel: row for row in await hub.rows()}
    return rows["email"], rows["whatsapp"]


async def join(hub: Hub, one: CaseRow, other: CaseRow) -> str:
    outcome = await hub.order(hub.noa, JoinCustomers(one.customer, other.customer))
    assert isinstance(outcome, Acked), outcome
    return outcome.result


async def test_where_two_held_cases_become_one_row_the_holder_of_the_leading_one_stays(hub: Hub) -> None:
    older, newer = await two_rows(hub)
    stays = await take(hub, hub.noa, "d1", older.id)
    lost = await take(hub, hub.avi, "d2", newer.id)
    hub.events.clear()
    await join(hub, newer, older)
    assert (await hub.only()).lease == Lease("noa", "d1", stays, T0)
    assert changes(hub) == [("joined", "noa", "avi")], "who lost it is told who has it"
    assert all(event.case == older.id for event in hub.events if isinstance(event.body, LeaseChanged))
    for case in (older.id, newer.id):
        assert refused(await hub.order(hub.avi, reply(newer.id), fence=lost, desk="d2")) == "lease-held", case
        assert isinstance(await hub.order(hub.noa, reply(newer.id), fence=stays, desk="d1"), Acked)


async def test_where_nobody_has_the_leading_case_the_holder_of_the_other_has_both(hub: Hub) -> None:
    older, newer = await two_rows(hub)
    before = await take(hub, hub.avi, "d2", newer.id)
    await join(hub, newer, older)
    held = (await hub.only()).lease
    assert held is not None and (held.agent, held.desk) == ("avi", "d2") and held.fence > before
    assert refused(await hub.order(hub.noa, TakeLease(newer.id), desk="d1")) == "lease-held"
    assert refused(await hub.order(hub.noa, Resolve(older.id), desk="d1")) == "lease-held"
    assert isinstance(await hub.order(hub.avi, reply(newer.id), fence=held.fence, desk="d2"), Acked)


async def test_parting_leaves_the_lease_with_the_leading_case_and_its_fence_is_good_there_only(hub: Hub) -> None:
    older, newer = await two_rows(hub)
    lost = await take(hub, hub.avi, "d2", newer.id)
    stays = await take(hub, hub.noa, "d1", older.id)
    id = await join(hub, newer, older)
    await hub.order(hub.noa, PartCustomers(id))
    rows = {row.id: row.lease for row in await hub.rows()}
    assert rows == {older.id: Lease("noa", "d1", stays, T0), newer.id: None}
    assert refused(await hub.order(hub.noa, reply(newer.id), fence=stays, desk="d1")) == "stale-fence"
    assert refused(await hub.order(hub.avi, reply(newer.id), fence=lost, desk="d2")) == "stale-fence", "Noa had it"
    assert isinstance(await hub.order(hub.avi, reply(newer.id), desk="d2"), Acked)


async def test_a_case_that_opens_in_a_held_row_is_the_holders(hub: Hub) -> None:
    older, newer = await two_rows(hub)
    await join(hub, newer, older)
    await hub.order(hub.noa, Resolve(older.id), desk="d1")
    fence = await take(hub, hub.noa, "d1", older.id)
    await hub.order(hub.noa, Reopen(older.id), desk="d1")
    assert refused(await hub.order(hub.avi, Resolve(newer.id), desk="d2")) == "lease-held"
    assert isinstance(await hub.order(hub.noa, Resolve(newer.id), fence=fence, desk="d1"), Acked)


async def test_a_call_in_any_case_of_the_row_keeps_its_lease_without_an_end(hub: Hub) -> None:
    _, calling = await ringing(hub)
    by_phone = await hub.only()
    await hub.workspace.port.inbound(mail("<1@x>", at=T0 - 10 * MINUTE_MS))
    (by_mail,) = [row for row in await hub.rows() if row.id != by_phone.id]
    await join(hub, by_phone, by_mail)
    led = by_mail if (await hub.only()).id == by_phone.id else by_phone
    assert isinstance(await hub.order(hub.noa, CallAction(calling, "answer"), desk="d1"), Acked)
    await hub.workspace.desk_left("noa", "d1")
    held = (await hub.only()).lease
    assert held is not None and held.until == 0 and held.away, led.id


async def test_what_another_case_of_the_row_said_since_is_shown_first(hub: Hub) -> None:
    older, newer = await two_rows(hub)
    await join(hub, newer, older)
    seen = (await hub.only()).version
    await hub.workspace.port.inbound(mail("<2@x>", "and one more thing", at=T0, references=("<1@x>",)))
    assert refused(await hub.order(hub.noa, reply(newer.id, seen=seen), desk="d1")) == "newer-message"
