"""What comes in is filed once, with the right customer, conversation and case."""

from __future__ import annotations

from dataclasses import replace

from agent_tui.backends.base import Acked
from agent_tui.backends.connectors.base import Bounce, CallUpdate, DeliveryUpdate, Inbound, InboundFile
from agent_tui.domain.events import CaseChanged, MessageChanged
from agent_tui.domain.orders import Block, Reopen, Reply, Resolve, RetrySend, Snooze
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import DAY_MS, HOUR_MS
from tests.hub.conftest import Hub
from tests.hub.fakes import T0, chat, mail


async def test_a_new_customer_is_one_row_that_needs_us(hub: Hub) -> None:
    assert await hub.workspace.port.inbound(mail("<1@x>"))
    row = await hub.only()
    assert (row.stage, row.name.raw, row.unread, row.number) == ("us", "Dana", 1, 1001)
    assert (row.preview.raw, row.subject.raw, row.channels) == ("Where is my lamp?", "Lamp", ("email",))
    detail = await hub.case(row.id)
    assert [m.body.raw for m in detail.messages] == ["Where is my lamp?"]
    assert detail.conversations[0].last_inbound == T0


async def test_the_same_message_again_changes_nothing(hub: Hub) -> None:
    await hub.workspace.port.inbound(mail("<1@x>"))
    head = hub.workspace.head()
    assert not await hub.workspace.port.inbound(mail("<1@x>", "other words"))
    assert hub.workspace.head() == head
    assert await hub.workspace.port.inbound(mail("<1@x>", account="mail2"))


async def test_all_channels_of_a_customer_share_one_row_only_when_the_address_links(hub: Hub) -> None:
    await hub.workspace.port.inbound(chat("w1"))
    await hub.workspace.port.inbound(chat("w2", at=T0 + 5))
    await hub.workspace.port.inbound(mail("<1@x>"))
    rows = await hub.rows()
    assert sorted((row.channel, row.unread) for row in rows) == [("email", 1), ("whatsapp", 2)]


async def test_mail_threads_by_references_even_from_another_address(hub: Hub) -> None:
    await hub.workspace.port.inbound(mail("<1@x>"))
    await hub.workspace.port.inbound(
        mail("<2@x>", references=("<0@x>", "<1@x>"), subject="other", address="d@home.example")
    )
    row = await hub.only()
    detail = await hub.case(row.id)
    assert len(detail.conversations) == 1
    assert detail.conversations[0].count == 2


async def test_a_mail_says_who_of_its_people_wrote_it_by_address(hub: Hub) -> None:
    await hub.workspace.port.inbound(mail("<1@x>"))
    await hub.workspace.port.inbound(mail("<2@x>", references=("<1@x>",), address="d@home.example", name="Levi, D."))
    detail = await hub.case((await hub.only()).id)
    assert [m.sender.raw for m in detail.messages] == ["Dana <dana@example.com>", '"Levi, D." <d@home.example>']


async def test_mail_without_references_threads_by_subject_and_address_for_a_month(hub: Hub) -> None:
    await hub.workspace.port.inbound(mail("<1@x>"))
    await hub.workspace.port.inbound(mail("<2@x>", subject="RE: lamp", at=T0 + DAY_MS))
    await hub.workspace.port.inbound(mail("<3@x>", subject="Chair", at=T0 + DAY_MS))
    row = await hub.only()
    assert [c.count for c in (await hub.case(row.id)).conversations] == [2, 1]
    await hub.advance(40 * DAY_MS)
    await hub.workspace.port.inbound(mail("<4@x>", at=T0 + 35 * DAY_MS))
    assert len((await hub.case(row.id)).conversations) == 3


async def test_our_own_message_is_a_parent_and_its_answer_reopens_within_grace(hub: Hub) -> None:
    await hub.workspace.port.inbound(mail("<1@x>"))
    row = await hub.only()
    conversation = (await hub.case(row.id)).conversations[0].id
    await hub.order(hub.noa, Reply(row.id, "email", CustomerText("soon"), conversation))
    sent = hub.mail.sent[0]
    assert (sent.references, sent.address, sent.attempt) == (("<1@x>",), "dana@example.com", 1)
    await hub.order(hub.noa, Resolve(row.id))
    assert (await hub.only()).stage == "done"
    await hub.advance(71 * HOUR_MS)
    await hub.workspace.port.inbound(mail("<2@x>", references=(sent.channel_id,), at=hub.time.now(), subject="?"))
    await hub.settle()
    again = await hub.only()
    assert (again.id, again.stage, again.clock and again.clock.metric) == (row.id, "us", "next")
    assert CaseChanged("reopened") in [event.body for event in hub.events]


async def test_after_grace_a_new_case_takes_the_conversation(hub: Hub) -> None:
    await hub.workspace.port.inbound(mail("<1@x>"))
    row = await hub.only()
    await hub.order(hub.noa, Resolve(row.id))
    await hub.advance(73 * HOUR_MS)
    await hub.workspace.port.inbound(mail("<2@x>", references=("<1@x>",), at=hub.time.now()))
    rows = await hub.rows()
    assert [(r.stage, r.number) for r in rows] == [("us", 1002), ("done", 1001)]
    detail = await hub.case(rows[0].id)
    assert len(detail.messages) == 1
    assert (await hub.case(row.id)).messages[0].conversation == detail.conversations[0].id


async def test_a_word_wakes_a_snoozed_case(hub: Hub) -> None:
    await hub.workspace.port.inbound(mail("<1@x>"))
    row = await hub.only()
    await hub.order(hub.noa, Snooze(row.id, 0))
    assert (await hub.only()).stage == "later"
    await hub.workspace.port.inbound(mail("<2@x>", references=("<1@x>",), auto="auto-reply"))
    assert (await hub.only()).stage == "later"
    await hub.workspace.port.inbound(mail("<3@x>", references=("<1@x>",)))
    assert (await hub.only()).stage == "us"


async def test_a_blocked_customers_words_go_to_spam(hub: Hub) -> None:
    await hub.workspace.port.inbound(mail("<1@x>"))
    row = await hub.only()
    await hub.order(hub.noa, Block(row.id))
    await hub.workspace.port.inbound(mail("<2@x>"))
    assert (await hub.only()).stage == "spam"
    await hub.order(hub.noa, Block(row.id, on=False))
    assert (await hub.only()).stage == "us"


async def test_a_blocked_customer_reopens_nothing(hub: Hub) -> None:
    await hub.workspace.port.inbound(mail("<1@x>"))
    row = await hub.only()
    await hub.order(hub.noa, Resolve(row.id))
    await hub.order(hub.noa, Block(row.id))
    await hub.workspace.port.inbound(mail("<2@x>"))
    assert sorted(row.stage for row in await hub.rows()) == ["done", "spam"]
    spam = next(row for row in await hub.rows() if row.stage == "spam")
    await hub.order(hub.noa, Reopen(spam.id))
    await hub.workspace.port.inbound(mail("<3@x>"))
    assert sorted(row.stage for row in await hub.rows()) == ["done", "us"]


async def test_a_name_learned_later_is_shown(hub: Hub) -> None:
    await hub.workspace.port.inbound(mail("<1@x>", name=""))
    assert (await hub.only()).name.raw == "dana@example.com"
    await hub.workspace.port.inbound(mail("<2@x>", name="Dana Levi"))
    assert (await hub.only()).name.raw == "Dana Levi"


async def test_mails_without_a_sender_are_not_one_person(hub: Hub) -> None:
    await hub.workspace.port.inbound(mail("<1@x>", address="", name=""))
    await hub.workspace.port.inbound(mail("<2@x>", address="", name=""))
    assert len(await hub.rows()) == 2


async def test_a_time_in_the_future_is_no_later_than_now(hub: Hub) -> None:
    await hub.workspace.port.inbound(mail("<1@x>", at=T0 + DAY_MS))
    assert (await hub.only()).last_at == T0
    assert all(event.occurred <= event.recorded for event in hub.events)


async def test_files_and_the_original_are_kept(hub: Hub) -> None:
    got = replace(mail("<1@x>"), files=(InboundFile("a.png", "text/plain", b"\x89PNG\r\n\x1a\n1"),), raw=b"From: x")
    await hub.workspace.port.inbound(got)
    message = (await hub.case((await hub.only()).id)).messages[0]
    file = message.attachments[0]
    assert (file.name.raw, file.media, file.claimed, file.size) == ("a.png", "image/png", "text/plain", 9)
    content = b"".join([chunk async for chunk in hub.workspace.open_blob(file.blob)])
    assert content == b"\x89PNG\r\n\x1a\n1"
    assert b"".join([chunk async for chunk in hub.workspace.open_blob(message.source, 2, 3)]) == b"om:"


async def test_hostile_text_is_stored_as_it_can_be(hub: Hub) -> None:
    await hub.workspace.port.inbound(mail("<1\ud800@x>", "a\x00b\udcffc", name="\x1b[31mD\x00", subject="\ud83d"))
    detail = await hub.case((await hub.only()).id)
    assert detail.messages[0].body.raw == "a\ufffdb\ufffdc"


async def test_a_bounce_fails_the_message_with_its_reason_once(hub: Hub) -> None:
    await hub.workspace.port.inbound(mail("<1@x>"))
    row = await hub.only()
    conversation = (await hub.case(row.id)).conversations[0].id
    await hub.order(hub.noa, Reply(row.id, "email", CustomerText("soon"), conversation))
    bounce = Bounce("mail", hub.mail.sent[0].channel_id, "550 no such user", T0, report_id="<b@x>")
    await hub.workspace.port.bounce(bounce)
    head = hub.workspace.head()
    await hub.workspace.port.bounce(bounce)
    assert hub.workspace.head() == head
    row = await hub.only()
    assert (row.stage, row.failed, row.clock and row.clock.metric) == ("us", 1, "first")
    message = (await hub.case(row.id)).messages[-1]
    assert (message.state, message.error.raw) == ("failed", "550 no such user")
    assert isinstance(await hub.order(hub.noa, RetrySend(row.id, message.id)), Acked)
    assert len(hub.mail.sent) == 2
    assert (await hub.only()).failed == 0


async def test_delivery_only_goes_forward(hub: Hub) -> None:
    await hub.workspace.port.inbound(chat("w1"))
    row = await hub.only()
    await hub.order(hub.noa, Reply(row.id, "whatsapp", CustomerText("hello")))
    sent = hub.wa.sent[0].channel_id
    for state in ("read", "delivered", "sent"):
        await hub.workspace.port.delivery(DeliveryUpdate("wa", sent, state, T0))
    await hub.settle()
    assert (await hub.case(row.id)).messages[-1].state == "read"
    states = [event.body.state for event in hub.events if isinstance(event.body, MessageChanged)]
    assert states == ["sent", "read"]


async def test_marks_are_kept(hub: Hub) -> None:
    assert await hub.workspace.port.load_mark("mail", "uid") == ""
    await hub.workspace.port.save_mark("mail", "uid", "7:1")
    await hub.workspace.port.save_mark("mail", "uid", "7:2")
    assert await hub.workspace.port.load_mark("mail", "uid") == "7:2"


async def test_half_characters_are_kept_as_a_sign(hub: Hub) -> None:
    """Lone surrogates: JSON can spell them, no database takes them."""
    bad = "a\ud800b"
    file = InboundFile(bad, "text/plain", b"x")
    message = Inbound(
        "mail", "email", bad, "mailto", "v@example.com", bad, bad, 1, subject=bad, to=(bad,), files=(file,),
        problems=(bad,), language=bad,
    )  # fmt: skip
    assert await hub.workspace.port.inbound(message)
    await hub.workspace.port.call(CallUpdate("phone", bad, "ringing", 1, "tel", "+972541234567", bad, bad))
    await hub.workspace.port.delivery(DeliveryUpdate("mail", bad, "failed", 1, bad))
    await hub.workspace.port.bounce(Bounce("mail", bad, bad, 1))
    assert await hub.workspace.port.original("mail", bad) is None
    assert {row.name.raw for row in await hub.rows()} == {"a\ufffdb"}
