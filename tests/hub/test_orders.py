"""Orders: once per id, refused with a reason, and what each does to the row."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from agent_tui.backends.base import Acked, QueryRefused, Rejected
from agent_tui.backends.hub.access import AccessError, Operator
from agent_tui.backends.hub.digests import digest_of
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.domain.events import AgentChanged, CardShown
from agent_tui.domain.model import Sender
from agent_tui.domain.orders import (
    Assign,
    FileRef,
    Label,
    MarkRead,
    MarkUnread,
    NewMessage,
    Note,
    Order,
    Presence,
    Prioritise,
    Reopen,
    Reply,
    Resolve,
    ShowCard,
    Snooze,
)
from agent_tui.domain.queries import DirectoryPage, DirectoryQuery, HistoryPage, HistoryQuery, LinkPage, LinkQuery
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import DAY_MS, HOUR_MS
from tests.hub.conftest import Hub
from tests.hub.fakes import T0, chat, mail

TEXT = CustomerText("On its way")


async def test_an_order_takes_effect_once_however_often_it_is_sent(hub: Hub) -> None:
    await hub.workspace.port.inbound(chat("w1"))
    row = await hub.only()
    order = Reply(row.id, "whatsapp", TEXT)
    outcomes = await asyncio.gather(*(hub.workspace.order(hub.noa, "same", order) for _ in range(5)))
    await hub.settle()
    assert len({outcome.result for outcome in outcomes if isinstance(outcome, Acked)}) == 1
    assert len(hub.wa.sent) == 1
    assert await hub.order(hub.noa, order, "same") == outcomes[0]
    assert isinstance(await hub.order(hub.avi, order, "same"), Acked)
    assert len(hub.wa.sent) == 2


async def test_a_refusal_is_remembered_under_its_id(hub: Hub) -> None:
    first = await hub.order(hub.noa, Note("c_none", TEXT), "id")
    assert isinstance(first, Rejected)
    assert first.code == "no-case"
    assert await hub.order(hub.noa, Note("c_none", TEXT), "id") == first


async def test_a_refused_order_leaves_nothing_behind(hub: Hub) -> None:
    await hub.workspace.port.inbound(mail("<1@x>"))
    row = await hub.only()
    head = hub.workspace.head()
    ghost = FileRef("0" * 64, CustomerText("a.txt"), "text/plain", 1)
    refused = await hub.order(hub.noa, Reply(row.id, "email", TEXT, files=(ghost,)))
    assert isinstance(refused, Rejected)
    assert refused.code == "no-file"
    assert hub.workspace.head() == head
    assert len((await hub.case(row.id)).conversations) == 1


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (Reply("?", "email", CustomerText("  ")), "empty"),
        (Reply("?", "phone", TEXT), "no-text"),
        (Reply("?", "sms", TEXT), "no-account"),
        (Reply("?", "whatsapp", CustomerText("x" * 5000)), "too-long"),
        (Reply("?", "email", TEXT, "t_none"), "no-conversation"),
        (Reply("?", "email", TEXT, forward_of="m_1"), "no-recipient"),
        (NewMessage("email", (CustomerText("nobody"),), TEXT), "bad-address"),
        (NewMessage("email", (), TEXT), "no-recipient"),
        (Note("?", CustomerText("")), "empty"),
        (Assign("?", "nobody"), "no-agent"),
        (Assign("?", team="nobody"), "no-team"),
        (Snooze("?", T0 - 1), "past"),
    ],
)
async def test_what_cannot_be_done_says_why(hub: Hub, order: Order, code: str) -> None:
    await hub.workspace.port.inbound(mail("<1@x>"))
    row = await hub.only()
    if getattr(order, "case", "") == "?":
        order = replace(order, case=row.id)  # type: ignore[arg-type]
    outcome = await hub.order(hub.noa, order)
    assert isinstance(outcome, Rejected)
    assert outcome.code == code
    assert outcome.message


async def test_the_reply_window_of_a_channel_closes(hub: Hub) -> None:
    await hub.workspace.port.inbound(chat("w1"))
    row = await hub.only()
    await hub.advance(DAY_MS + 1)
    outcome = await hub.order(hub.noa, Reply(row.id, "whatsapp", TEXT))
    assert isinstance(outcome, Rejected)
    assert outcome.code == "window-closed"


async def test_who_replies_to_a_case_of_nobody_owns_it(hub: Hub) -> None:
    await hub.workspace.port.inbound(chat("w1"))
    row = await hub.only()
    await hub.order(hub.noa, Reply(row.id, "whatsapp", TEXT))
    now = await hub.only()
    assert (now.owner, now.stage, now.preview_kind, now.preview.raw) == ("noa", "customer", "out", "On its way")
    await hub.order(hub.avi, Reply(row.id, "whatsapp", TEXT))
    assert (await hub.only()).owner == "noa"


async def test_a_note_changes_nothing_but_the_timeline(hub: Hub) -> None:
    await hub.workspace.port.inbound(mail("<1@x>"))
    before = await hub.only()
    await hub.order(hub.noa, Note(before.id, CustomerText("is a VIP")))
    after = await hub.only()
    assert replace(after, version=before.version) == before
    assert after.version > before.version
    assert [m.kind for m in (await hub.case(before.id)).messages] == ["in", "note"]


async def test_assign_label_prioritise_snooze_done_reopen(hub: Hub) -> None:
    await hub.workspace.port.inbound(mail("<1@x>"))
    case = (await hub.only()).id
    await hub.order(hub.noa, Assign(case, "avi", "billing"))
    assert ((await hub.only()).owner, (await hub.only()).team) == ("avi", "billing")
    await hub.order(hub.noa, Assign(case))
    assert ((await hub.only()).owner, (await hub.only()).team) == ("", "billing")
    await hub.order(hub.noa, Label(case, add=("vip", "a, b"), remove=("none",)))
    await hub.order(hub.noa, Label(case, add=("vip",), remove=("a b",)))
    assert (await hub.only()).labels == ("vip",)
    await hub.order(hub.noa, Prioritise(case, 3))
    assert (await hub.only()).priority == 3
    await hub.order(hub.noa, Snooze(case, T0 + HOUR_MS))
    assert ((await hub.only()).stage, (await hub.only()).snoozed) == ("later", T0 + HOUR_MS)
    await hub.advance(HOUR_MS - 1)
    assert (await hub.only()).stage == "later"
    await hub.advance(1)
    assert (await hub.only()).stage == "us"
    await hub.order(hub.noa, Resolve(case))
    assert (await hub.only()).stage == "done"
    await hub.order(hub.noa, Reopen(case))
    assert (await hub.only()).stage == "us"
    page = await hub.workspace.query(hub.noa, DirectoryQuery())
    assert isinstance(page, DirectoryPage)
    assert page.directory.labels == ("a b", "vip")
    assert page.directory.teams == ("billing", "support")
    assert {sender.channel for sender in page.directory.senders} == {"email", "whatsapp"}


async def test_reading_up_to_a_version_leaves_what_came_after(hub: Hub) -> None:
    await hub.workspace.port.inbound(mail("<1@x>"))
    seen = await hub.only()
    await hub.workspace.port.inbound(mail("<2@x>"))
    await hub.order(hub.noa, MarkRead(seen.id, seen.version))
    assert (await hub.only()).unread == 1
    await hub.order(hub.noa, MarkRead(seen.id))
    assert (await hub.only()).unread == 0
    await hub.order(hub.noa, MarkUnread(seen.id))
    assert (await hub.only()).unread == 1


async def test_a_new_message_joins_the_open_case_of_its_address_or_opens_one(hub: Hub) -> None:
    hub.workspace.policy = HubPolicy(
        senders=(Sender("mail", "email", "nofar", "help@nofar.example", "Nofar Home"),),
        account_brand={"mail": "nofar"},
        account_team={"mail": "support"},
    )
    to = (CustomerText("Ruth Klein <Ruth@Example.com>"),)
    made = await hub.order(hub.noa, NewMessage("email", to, TEXT, subject=CustomerText("Your form"), consent=True))
    assert isinstance(made, Acked)
    row = await hub.only()
    assert (row.id, row.stage, row.owner, row.name.raw) == (made.result, "customer", "noa", "Ruth Klein")
    assert (row.brand, row.team, row.clock) == ("nofar", "support", None)
    assert hub.mail.sent[0].address == "ruth@example.com"
    assert hub.mail.sent[0].channel_id.endswith("@nofar.example>")
    again = await hub.order(hub.noa, NewMessage("email", to, TEXT))
    assert isinstance(again, Acked)
    assert again.result == made.result


async def test_a_forward_is_no_answer(hub: Hub) -> None:
    await hub.workspace.port.inbound(mail("<1@x>"))
    row = await hub.only()
    detail = await hub.case(row.id)
    order = Reply(
        row.id,
        "email",
        TEXT,
        detail.conversations[0].id,
        to=(CustomerText("courier@example.com"),),
        forward_of=detail.messages[0].id,
    )
    assert isinstance(await hub.order(hub.noa, order), Acked)
    assert (await hub.only()).stage == "us"
    assert hub.mail.sent[0].to == ("courier@example.com",)


async def test_history_lists_earlier_cases(hub: Hub) -> None:
    for n in range(3):
        await hub.workspace.port.inbound(mail(f"<{n}@x>", subject=f"s{n}", at=hub.time.now()))
        row = next(row for row in await hub.rows() if row.stage == "us")
        await hub.order(hub.noa, Resolve(row.id))
        await hub.advance(4 * DAY_MS)
    page = await hub.workspace.query(hub.noa, HistoryQuery(row.customer, limit=2))
    assert isinstance(page, HistoryPage)
    assert ([c.number for c in page.cases], page.more, page.cases[0].count) == ([1003, 1002], True, 1)
    older = await hub.workspace.query(hub.noa, HistoryQuery(row.customer, before=page.cases[-1].id))
    assert isinstance(older, HistoryPage)
    assert ([c.number for c in older.cases], older.more) == ([1001], False)


async def test_presence_is_told(hub: Hub) -> None:
    await hub.order(hub.noa, Presence("available"))
    await hub.workspace.presence("noa", True)
    changed = [event.body for event in hub.events if isinstance(event.body, AgentChanged)]
    assert [body.agent.presence for body in changed] == ["available"]


async def test_tokens_open_the_door_until_revoked_or_disabled(hub: Hub) -> None:
    operator = Operator(hub.store, hub.time, Ids())
    token = operator.add_token("noa")
    other = operator.add_token("noa")
    assert await hub.workspace.authenticate(token.text) == hub.noa
    assert await hub.workspace.authenticate(token.text) == hub.noa
    for wrong in ("", "x", token.id + ".wrong", token.text + "x", "." + token.text, "x" * 500):
        assert await hub.workspace.authenticate(wrong) is None
    operator.revoke_token(token.id)
    assert await hub.workspace.authenticate(token.text) is None
    assert await hub.workspace.authenticate(other.text) == hub.noa
    operator.set_disabled("noa")
    assert await hub.workspace.authenticate(other.text) is None
    outcome = await hub.order(hub.noa, Presence("available"))
    assert isinstance(outcome, Rejected)
    assert outcome.code == "disabled"
    for line in operator.tokens():
        assert token.text.partition(".")[2] not in repr(line)


async def test_what_another_process_appends_reaches_the_desks_with_the_next_commit(hub: Hub) -> None:
    Operator(hub.store, hub.time, Ids()).add_agent("gil", "Gil")
    await hub.workspace.port.inbound(mail("<1@x>"))
    await hub.settle()
    assert any(isinstance(event.body, AgentChanged) and event.body.agent.id == "gil" for event in hub.events)
    assert [event.seq for event in hub.events] == list(range(hub.events[0].seq, hub.workspace.head() + 1))


async def test_an_operators_mistakes_are_named(hub: Hub) -> None:
    operator = Operator(hub.store, hub.time, Ids())
    for mistake in (
        lambda: operator.add_agent("a b"),
        lambda: operator.add_agent("noa"),
        lambda: operator.add_token("nobody"),
        lambda: operator.revoke_token("nothing"),
        lambda: operator.set_disabled("nobody"),
    ):
        with pytest.raises(AccessError):
            mistake()


async def test_a_link_works_once_and_not_for_ever(hub: Hub) -> None:
    await hub.workspace.port.inbound(mail("<1@x>"))
    case = (await hub.only()).id
    with pytest.raises(QueryRefused):
        await hub.workspace.query(hub.noa, LinkQuery(case=case))
    hub.workspace.policy = replace(hub.workspace.policy, blob_url="http://127.0.0.1:1")

    async def link() -> str:
        page = await hub.workspace.query(hub.noa, LinkQuery(case=case))
        assert isinstance(page, LinkPage)
        assert page.url.startswith("http://127.0.0.1:1/links/")
        return page.url.rpartition("/")[2]

    secret = await link()
    grant = await hub.workspace.take_link(secret)
    assert grant is not None
    assert (grant.use, grant.case, grant.agent) == ("upload", case, "noa")
    assert await hub.workspace.take_link(secret) is None
    late = await link()
    await hub.advance(HOUR_MS)
    assert await hub.workspace.take_link(late) is None

    async def chunks() -> AsyncIterator[bytes]:
        yield b"hello "
        yield b"there"

    blob = await hub.workspace.put_blob(chunks(), "text/plain")
    await hub.workspace.link_uploaded(grant, blob, "greeting.txt")
    note = (await hub.case(case)).messages[-1]
    assert (note.kind, note.attachments[0].name.raw, note.attachments[0].size) == ("note", "greeting.txt", 11)
    assert await hub.workspace.find_blob(blob.blob) == blob


async def test_an_id_stands_for_one_order(hub: Hub) -> None:
    await hub.workspace.port.inbound(chat("w1"))
    row = await hub.only()
    first = await hub.order(hub.noa, Note(row.id, TEXT), "same")
    other = await hub.order(hub.noa, Note(row.id, CustomerText("not this")), "same")
    assert isinstance(other, Rejected) and other.code == "id-reused"
    assert [m.body for m in (await hub.case(row.id)).messages if m.kind == "note"] == [TEXT]
    assert await hub.order(hub.noa, Note(row.id, TEXT), "same") == first
    refused = await hub.order(hub.noa, Note("c_none", TEXT), "no")
    assert await hub.order(hub.noa, Note("c_none", TEXT), "no") == refused
    other = await hub.order(hub.noa, Note(row.id, TEXT), "no")
    assert isinstance(other, Rejected) and other.code == "id-reused"


async def test_an_id_from_before_digests_is_answered_as_it_was(hub: Hub) -> None:
    await hub.workspace.port.inbound(chat("w1"))
    row = await hub.only()
    first = await hub.order(hub.noa, Note(row.id, TEXT), "old")
    with hub.store.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE command SET digest = ''")
    assert await hub.order(hub.noa, Note(row.id, CustomerText("other")), "old") == first


def test_a_digest_tells_orders_apart_and_knows_no_defaults() -> None:
    orders: list[Order] = [
        Note("k", TEXT),
        Note("k2", TEXT),
        Note("k", CustomerText("\ud800")),
        Label("k", add=("a", "b")),
        Label("k", add=("a",), remove=("b",)),
        Reply("k", "email", TEXT),
        Reply("k", "email", TEXT, to=(CustomerText("a@b"),)),
        Reply("k", "email", TEXT, cc=(CustomerText("a@b"),)),
        Reply("k", "email", TEXT, files=(FileRef("a" * 64, TEXT, "text/plain", 3),)),
    ]
    assert len({digest_of(order) for order in orders}) == len(orders)
    assert digest_of(Reply("k", "email", TEXT)) == digest_of(Reply("k", "email", TEXT, "", "", CustomerText("")))


async def test_teams_have_the_titles_of_the_settings(hub: Hub) -> None:
    hub.workspace.policy = replace(hub.workspace.policy, team_titles=(("support", "Support, first line"),))
    page = await hub.workspace.query(hub.noa, DirectoryQuery())
    assert isinstance(page, DirectoryPage)
    assert page.directory.team_title("support") == "Support, first line"
    assert page.directory.team_title("billing") == "billing"


async def test_who_asks_for_a_card_number_is_written_down(hub: Hub) -> None:
    await hub.workspace.port.inbound(mail("<1@x>", "my card is 4111 1111 1111 1111"))
    await hub.workspace.port.inbound(mail("<2@x>", "no card here", references=("<1@x>",)))
    row = await hub.only()
    (with_card, without) = (await hub.case(row.id)).messages
    assert isinstance(await hub.order(hub.noa, ShowCard(row.id, with_card.id)), Acked)
    await hub.advance(60_000)
    assert isinstance(await hub.order(hub.avi, ShowCard(row.id, with_card.id)), Acked)
    told = [(event.body, event.by) for event in hub.events if isinstance(event.body, CardShown)]
    assert told == [(CardShown(with_card.id), "noa"), (CardShown(with_card.id), "avi")]
    seen = (await hub.case(row.id)).disclosures
    assert [(one.message, one.agent) for one in seen] == [(with_card.id, "noa"), (with_card.id, "avi")]
    assert seen[1].at - seen[0].at == 60_000
    replayed = await hub.workspace.replay(hub.noa, 0, 1000) or []
    assert [event.body for event in replayed if event.by == "avi"] == [CardShown(with_card.id)]
    for order in (ShowCard(row.id, without.id), ShowCard(row.id, "m_none"), ShowCard("none", with_card.id)):
        assert isinstance(await hub.order(hub.noa, order), Rejected)
    assert len((await hub.case(row.id)).disclosures) == 2


async def test_the_log_holds_no_card_number(hub: Hub) -> None:
    await hub.workspace.port.inbound(mail("<1@x>", "4111 1111 1111 1111"))
    row = await hub.only()
    (message,) = (await hub.case(row.id)).messages
    await hub.order(hub.noa, ShowCard(row.id, message.id))
    with hub.store.read() as connection:
        log = connection.exec_driver_sql('SELECT kind, ref, data, "by" FROM event').all()
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT ref FROM event WHERE kind = 'card-shown' AND case_id = 'x' ORDER BY seq"
        ).all()
    assert "1111" not in str(log)
    assert "ix_event_card_shown" in str(plan)
