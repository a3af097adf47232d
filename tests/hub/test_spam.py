"""Spam is this case; a block is this person. What later mail does, and what taking it back leaves."""

from __future__ import annotations

from agent_tui.backends.base import Acked, Rejected
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.known_customers import know
from agent_tui.domain.events import CaseChanged, CustomerChanged
from agent_tui.domain.model import CaseRow
from agent_tui.domain.orders import Block, Reopen, Reply, Resolve, Snooze, Spam
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import HOUR_MS
from tests.hub.conftest import Hub
from tests.hub.fakes import mail


async def stages(hub: Hub) -> dict[int, str]:
    return {row.number: row.stage for row in await hub.rows()}


def changes(hub: Hub, case: str) -> list[str]:
    return [e.body.change for e in hub.events if e.case == case and isinstance(e.body, CaseChanged)]


async def newest(hub: Hub) -> CaseRow:
    return max(await hub.rows(), key=lambda row: row.number)


async def test_spam_holds_one_case_and_the_next_mail_is_a_new_one(hub: Hub) -> None:
    await hub.workspace.port.inbound(mail("<1@x>"))
    row = await hub.only()
    assert await hub.order(hub.noa, Spam(row.id)) == Acked("cmd-1", "")
    assert (await hub.only()).stage == "spam"
    await hub.workspace.port.inbound(mail("<2@x>", references=("<1@x>",)))
    assert sorted((await stages(hub)).values()) == ["spam", "us"]
    assert (await newest(hub)).clock is not None
    assert changes(hub, row.id) == ["opened", "spam"]
    assert not any(isinstance(e.body, CustomerChanged) and e.body.customer.blocked for e in hub.events)


async def test_spam_taken_back_is_what_it_was(hub: Hub) -> None:
    await hub.workspace.port.inbound(mail("<1@x>"))
    before = await hub.only()
    await hub.order(hub.noa, Spam(before.id))
    assert (await hub.only()).clock is None
    await hub.order(hub.noa, Spam(before.id, on=False))
    after = await hub.only()
    assert (after.stage, after.clock) == ("us", before.clock)
    assert changes(hub, before.id) == ["opened", "spam", "not-spam"]
    await hub.order(hub.noa, Reply(before.id, "email", CustomerText("hello")))
    await hub.order(hub.noa, Spam(before.id))
    await hub.order(hub.noa, Spam(before.id, on=False))
    assert (await hub.only()).stage == "customer"
    await hub.order(hub.noa, Resolve(before.id))
    await hub.order(hub.noa, Spam(before.id))
    await hub.order(hub.noa, Spam(before.id, on=False))
    assert (await hub.only()).stage == "done"


async def test_a_snoozed_case_wakes_at_its_time_after_all(hub: Hub) -> None:
    for away in (HOUR_MS // 2, 2 * HOUR_MS):
        await hub.workspace.port.inbound(mail(f"<{away}@x>"))
        row = next(row for row in await hub.rows() if row.stage == "us")
        await hub.order(hub.noa, Snooze(row.id, hub.time.now() + HOUR_MS))
        await hub.order(hub.noa, Spam(row.id))
        await hub.advance(away)
        assert (await hub.only()).stage == "spam"
        await hub.order(hub.noa, Spam(row.id, on=False))
        assert (await hub.only()).stage == ("later" if away < HOUR_MS else "us")
        await hub.advance(HOUR_MS)
        assert (await hub.only()).stage == "us"


async def test_a_reopened_spam_case_is_ours_with_its_clock(hub: Hub) -> None:
    await hub.workspace.port.inbound(mail("<1@x>"))
    before = await hub.only()
    await hub.order(hub.noa, Spam(before.id))
    await hub.order(hub.noa, Reopen(before.id))
    assert ((await hub.only()).stage, (await hub.only()).clock) == ("us", before.clock)


async def test_a_block_holds_all_that_comes_from_any_address_of_the_customer(hub: Hub) -> None:
    ways = [("mailto", "vera@work.example"), ("mailto", "vera@home.example")]
    know(hub.store, hub.time, Ids(9), "Vera", ways, "", hub.time.now())
    await hub.workspace.port.inbound(mail("<1@x>", address="vera@work.example"))
    row = await hub.only()
    await hub.order(hub.noa, Block(row.id))
    await hub.workspace.port.inbound(mail("<2@x>", address="vera@home.example"))
    await hub.workspace.port.inbound(mail("<3@x>", address="vera@work.example", references=("<1@x>",)))
    held = await hub.only()
    assert (held.id, held.stage, held.unread) == (row.id, "spam", 2)
    await hub.order(hub.noa, Resolve(row.id))
    await hub.workspace.port.inbound(mail("<4@x>", address="vera@home.example"))
    assert sorted((await stages(hub)).values()) == ["done", "spam"]


async def test_a_block_taken_back_frees_what_it_held_and_no_more(hub: Hub) -> None:
    await hub.workspace.port.inbound(mail("<1@x>"))
    spam = await hub.only()
    await hub.order(hub.noa, Spam(spam.id))
    await hub.workspace.port.inbound(mail("<2@x>"))
    other = await newest(hub)
    await hub.order(hub.noa, Block(other.id))
    await hub.workspace.port.inbound(mail("<3@x>"))
    assert await stages(hub) == {spam.number: "spam", other.number: "spam"}
    refused = await hub.order(hub.noa, Spam(other.id, on=False))
    assert isinstance(refused, Rejected) and "blocked" in refused.message
    await hub.order(hub.noa, Block(other.id, on=False))
    assert await stages(hub) == {spam.number: "spam", other.number: "us"}
    assert changes(hub, other.id) == ["opened", "blocked", "unblocked"]
    told = [e.body.customer.blocked for e in hub.events if isinstance(e.body, CustomerChanged)]
    assert told[-2:] == [True, False]
    await hub.workspace.port.inbound(mail("<4@x>"))
    assert await stages(hub) == {spam.number: "spam", other.number: "us"}


async def test_a_blocked_one_is_not_heard_through_another_s_thread_nor_holds_it(hub: Hub) -> None:
    await hub.workspace.port.inbound(mail("<1@x>", address="dana@x.example"))
    dana = await hub.only()
    await hub.workspace.port.inbound(mail("<2@x>", address="vera@x.example"))
    vera = await newest(hub)
    await hub.order(hub.noa, Block(vera.id))
    await hub.workspace.port.inbound(mail("<3@x>", "buy!", address="vera@x.example", references=("<1@x>",)))
    await hub.workspace.port.inbound(mail("<4@x>", "well?", address="dana@x.example", references=("<2@x>",)))
    assert await stages(hub) == {dana.number: "us", vera.number: "spam"}
    said = (await hub.case(dana.id)).messages
    assert [message.body.raw for message in said] == ["Where is my lamp?", "well?"]
    assert len({message.conversation for message in said}) == 1


async def test_a_case_that_is_no_spam_after_all_wakes_before_one_that_was_snoozed_meanwhile(hub: Hub) -> None:
    await hub.workspace.port.inbound(mail("<1@x>", address="dana@x.example"))
    first = await hub.only()
    await hub.workspace.port.inbound(mail("<2@x>", address="vera@x.example"))
    other = await newest(hub)
    await hub.order(hub.noa, Snooze(first.id, hub.time.now() + HOUR_MS))
    await hub.order(hub.noa, Spam(first.id))
    await hub.order(hub.noa, Snooze(other.id, hub.time.now() + 3 * HOUR_MS))
    await hub.order(hub.noa, Spam(first.id, on=False))
    await hub.advance(2 * HOUR_MS)
    assert await stages(hub) == {first.number: "us", other.number: "later"}
