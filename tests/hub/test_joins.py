"""Customers who are one person: one row, one story; and parted again, as if they had never been joined."""

from __future__ import annotations

from agent_tui.backends.base import Acked, Rejected
from agent_tui.domain.events import CaseChanged, CustomersJoined, CustomersParted, MessageAdded
from agent_tui.domain.model import CaseRow
from agent_tui.domain.orders import (
    Assign,
    JoinCustomers,
    Label,
    MakePromise,
    PartCustomers,
    Reopen,
    Reply,
    Resolve,
    SettlePromise,
    Snooze,
)
from agent_tui.domain.queries import (
    CasePage,
    CaseQuery,
    CustomersPage,
    CustomersQuery,
    HistoryPage,
    HistoryQuery,
    JoinPage,
    JoinQuery,
)
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import HOUR_MS, MINUTE_MS
from tests.hub.conftest import Hub
from tests.hub.fakes import T0, chat, mail


async def two(hub: Hub) -> tuple[CaseRow, CaseRow]:
    """Dana by mail at T0 - 10 min, and by WhatsApp 5 minutes later: two customers so far."""
    port = hub.workspace.port
    await port.inbound(mail("<1@x>", at=T0 - 10 * MINUTE_MS))
    await port.inbound(chat("w1", "hello?", at=T0 - 5 * MINUTE_MS))
    rows = {row.channel: row for row in await hub.rows()}
    return rows["email"], rows["whatsapp"]


async def join(hub: Hub, one: CaseRow, other: CaseRow) -> str:
    outcome = await hub.order(hub.noa, JoinCustomers(one.customer, other.customer))
    assert isinstance(outcome, Acked), outcome
    return outcome.result


async def test_two_customers_become_one_row_led_by_the_case_that_is_open_the_longest(hub: Hub) -> None:
    by_mail, by_chat = await two(hub)
    await hub.order(hub.avi, Assign(by_mail.id, "avi"))
    hub.events.clear()
    await join(hub, by_chat, by_mail)
    row = await hub.only()
    assert (row.id, row.number, row.owner, row.unread) == (by_mail.id, by_mail.number, "avi", 2)
    assert (row.channel, row.channels, row.preview.raw) == ("whatsapp", ("email", "whatsapp"), "hello?")
    assert row.clock == by_chat.clock, "the promise that is due first is the one that shows"
    detail = await hub.case(by_chat.id)
    assert detail.row == row, "whoever asks for a part gets the row it is in"
    assert [message.body.raw for message in detail.messages] == ["Where is my lamp?", "hello?"]
    assert {(a.scheme, a.origin) for a in detail.customer.addresses} == {("mailto", "inbound"), ("wa", "inbound")}
    assert [(each.by, each.origin) for each in detail.customer.joins] == [("noa", "agent")]
    told = [(event.body.type, event.case, getattr(event.body, "change", "")) for event in hub.events]
    assert ("customers-joined", "", "") in told
    assert ("case-changed", by_chat.id, "joined") in told
    hidden = next(event.row for event in hub.events if event.case == by_chat.id)
    assert hidden is not None
    assert hidden.stage == "joined"
    assert hub.events[-1].row == row or any(event.row == row for event in hub.events)


async def test_a_word_from_either_goes_into_the_one_row(hub: Hub) -> None:
    by_mail, by_chat = await two(hub)
    await join(hub, by_mail, by_chat)
    hub.events.clear()
    await hub.workspace.port.inbound(chat("w2", "are you there", at=T0))
    await hub.settle()
    event = next(event for event in hub.events if isinstance(event.body, MessageAdded))
    assert event.case == by_mail.id
    assert event.row == await hub.only()
    assert isinstance(event.body, MessageAdded)
    assert event.body.message.case == by_chat.id, "it is filed with its own customer"


async def test_an_answer_to_one_is_an_answer_to_the_person_until_they_are_parted(hub: Hub) -> None:
    by_mail, by_chat = await two(hub)
    made = await join(hub, by_mail, by_chat)
    await hub.order(hub.noa, Reply(by_mail.id, "whatsapp", CustomerText("I look")))
    row = await hub.only()
    assert (row.stage, row.clock, row.unread) == ("customer", None, 0)
    assert isinstance(await hub.order(hub.noa, PartCustomers(made)), Acked)
    rows = {row.channel: row for row in await hub.rows()}
    assert rows["whatsapp"].stage == "customer"
    assert (rows["email"].stage, rows["email"].clock) == ("us", by_mail.clock), "nobody answered the mail"
    assert rows["email"].unread == 1
    assert isinstance(hub.events[-1].body, CaseChanged | CustomersParted)


async def test_the_row_is_done_put_away_and_opened_as_one(hub: Hub) -> None:
    by_mail, by_chat = await two(hub)
    await join(hub, by_mail, by_chat)
    await hub.order(hub.noa, Snooze(by_mail.id, T0 + HOUR_MS))
    assert (await hub.only()).snoozed == T0 + HOUR_MS
    await hub.advance(HOUR_MS)
    assert (await hub.only()).stage == "us"
    await hub.order(hub.noa, Resolve(by_chat.id))
    assert (await hub.only()).stage == "done"
    await hub.order(hub.noa, Reopen(by_mail.id))
    row = await hub.only()
    assert (row.stage, row.channels) == ("us", ("email", "whatsapp"))


async def test_one_who_writes_again_after_both_were_done_stands_alone(hub: Hub) -> None:
    by_mail, by_chat = await two(hub)
    await join(hub, by_mail, by_chat)
    await hub.order(hub.noa, Resolve(by_mail.id))
    await hub.workspace.port.inbound(chat("w2", "one more thing", at=T0))
    rows = {row.id: row for row in await hub.rows()}
    assert rows[by_chat.id].stage == "us"
    assert rows[by_mail.id].stage == "done"
    await hub.workspace.port.inbound(mail("<2@x>", at=T0))
    row = await hub.only()
    assert row.id == by_chat.id, "which was opened first"
    page = await hub.workspace.query(hub.noa, HistoryQuery(row.customer))
    assert isinstance(page, HistoryPage)
    assert [(past.id, past.count) for past in page.cases] == [(by_chat.id, 4)]


async def test_a_join_is_refused_where_it_would_do_something_unseen(hub: Hub) -> None:
    by_mail, by_chat = await two(hub)
    page = await hub.workspace.query(hub.noa, JoinQuery(by_mail.customer, by_chat.customer))
    assert isinstance(page, JoinPage)
    preview = page.preview
    assert preview is not None
    assert [row.id for side in (preview.one, preview.other) for row in side.rows] == [by_mail.id, by_chat.id]
    assert preview.row is not None
    assert (preview.row.id, preview.row.clock, preview.row.unread) == (by_mail.id, by_chat.clock, 2)
    seen: tuple[str, ...] = (by_mail.id,)
    refused = await hub.order(hub.noa, JoinCustomers(by_mail.customer, by_chat.customer, cases=seen))
    assert isinstance(refused, Rejected)
    assert refused.code == "changed"
    seen = (by_mail.id, by_chat.id)
    done = await hub.order(hub.noa, JoinCustomers(by_mail.customer, by_chat.customer, cases=seen))
    assert isinstance(done, Acked)
    again = await hub.order(hub.noa, JoinCustomers(by_chat.customer, by_mail.customer))
    assert isinstance(again, Rejected)
    assert again.code == "already-joined"
    taken_back = await hub.workspace.query(hub.noa, JoinQuery(join=done.result))
    assert isinstance(taken_back, JoinPage)
    assert taken_back.preview is not None
    assert [row.channel for side in (taken_back.preview.one, taken_back.preview.other) for row in side.rows] == [
        "email",
        "whatsapp",
    ]
    assert isinstance(await hub.order(hub.noa, PartCustomers(done.result)), Acked)
    twice = await hub.order(hub.noa, PartCustomers(done.result))
    assert isinstance(twice, Rejected)
    assert twice.code == "parted"


async def test_both_are_events_that_say_who_and_when_and_replay(hub: Hub) -> None:
    by_mail, by_chat = await two(hub)
    made = await join(hub, by_mail, by_chat)
    hub.time.advance_to_next(T0 + MINUTE_MS)
    await hub.order(hub.avi, PartCustomers(made))
    events = await hub.workspace.replay(hub.noa, 0, 1000)
    assert events is not None
    told = [event for event in events if isinstance(event.body, CustomersJoined | CustomersParted)]
    assert [(event.body.type, event.by, event.occurred) for event in told] == [
        ("customers-joined", "noa", T0),
        ("customers-parted", "avi", hub.time.now()),
    ]
    parted = told[1].body
    assert isinstance(parted, CustomersParted)
    assert (parted.join.id, parted.join.revoked_by) == (made, "avi")
    assert {parted.one.id, parted.other.id} == {by_mail.customer, by_chat.customer}


async def test_each_keeps_its_own_owner_and_labels(hub: Hub) -> None:
    by_mail, by_chat = await two(hub)
    await hub.order(hub.noa, Assign(by_chat.id, "noa"))
    await hub.order(hub.noa, Label(by_chat.id, ("refund",)))
    made = await join(hub, by_mail, by_chat)
    assert ((await hub.only()).owner, (await hub.only()).labels) == ("", ())
    await hub.order(hub.avi, Label(by_chat.id, ("vip",)))
    await hub.order(hub.noa, PartCustomers(made))
    rows = {row.channel: row for row in await hub.rows()}
    assert (rows["whatsapp"].owner, rows["whatsapp"].labels) == ("noa", ("refund",))
    assert (rows["email"].owner, rows["email"].labels) == ("", ("vip",))


async def test_a_promise_of_either_is_the_rows_and_stays_with_its_own(hub: Hub) -> None:
    by_mail, by_chat = await two(hub)
    await hub.order(hub.noa, MakePromise(by_chat.id, "p_1", CustomerText("a call"), T0 + HOUR_MS))
    made = await join(hub, by_mail, by_chat)
    row = await hub.only()
    assert row.promise is not None
    assert (row.promise.id, row.promise.case) == ("p_1", by_mail.id)
    assert [(one.id, one.case) for one in (await hub.case(row.id)).promises] == [("p_1", by_mail.id)]
    await hub.order(hub.noa, MakePromise(row.id, "p_2", CustomerText("a letter"), T0 + 2 * HOUR_MS))
    refused = await hub.order(hub.noa, Resolve(row.id))
    assert isinstance(refused, Rejected)
    assert refused.code == "promise-open"
    assert (await hub.only()).stage == "us", "of two cases none is closed when one must not be"
    await hub.order(hub.noa, SettlePromise(row.id, "p_1", "kept"))
    assert [one.state for one in (await hub.case(row.id)).promises] == ["kept", "open"]
    await hub.order(hub.noa, PartCustomers(made))
    rows = {row.channel: row for row in await hub.rows()}
    assert rows["whatsapp"].promise is None
    assert rows["email"].promise is not None
    assert rows["email"].promise.id == "p_2"


async def test_customers_are_found_by_name_number_and_address(hub: Hub) -> None:
    by_mail, by_chat = await two(hub)

    async def found(text: str, without: str = "") -> list[str]:
        page = await hub.workspace.query(hub.noa, CustomersQuery(text, without))
        assert isinstance(page, CustomersPage)
        return [met.id for met in page.found]

    assert set(await found("dana")) == {by_mail.customer, by_chat.customer}
    assert await found("dana", by_mail.customer) == [by_chat.customer]
    assert await found("dana@EXAMPLE") == [by_mail.customer]
    assert await found(f"#{by_chat.number}") == [by_chat.customer]
    assert await found("0972-541") == [by_chat.customer]
    assert await found("%") == []
    await join(hub, by_mail, by_chat)
    assert await found("dana") == [min(by_mail.customer, by_chat.customer)]


async def test_no_word_is_lost_when_a_page_is_asked_over_all_parts(hub: Hub) -> None:
    by_mail, by_chat = await two(hub)
    for n in range(7):
        await hub.workspace.port.inbound(chat(f"x{n}", f"chat {n}", at=T0 + 2 * n))
        await hub.workspace.port.inbound(mail(f"<y{n}@x>", f"mail {n}", at=T0 + 2 * n + 1))
    await join(hub, by_mail, by_chat)
    before, seen = "", list[str]()
    while True:
        page = await hub.workspace.query(hub.noa, CaseQuery(by_mail.id, before, 3))
        assert isinstance(page, CasePage)
        detail = page.detail
        assert detail is not None
        seen = [message.body.raw for message in detail.messages] + seen
        if not detail.more_before:
            break
        before = detail.messages[0].id
    assert seen[2:] == [f"{what} {n}" for n in range(7) for what in ("chat", "mail")]
    assert len(seen) == 16
