"""The outbound queue: tried again, given up, of unknown outcome; never sent twice by itself."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from agent_tui.backends.base import Acked, Rejected
from agent_tui.backends.connectors.base import DeliveryUpdate, SendResult
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.store import Store
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.domain.model import Message
from agent_tui.domain.orders import Block, Reply, Resolve, RetrySend, SetConsent, Spam
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import DAY_MS, HOUR_MS
from tests.hub.conftest import Hub
from tests.hub.fakes import T0, Line, chat, mail

TEXT = CustomerText("hello")


async def replied(hub: Hub) -> str:
    """A case with a reply on its way; the case's id."""
    await hub.workspace.port.inbound(chat("w1"))
    row = await hub.only()
    assert isinstance(await hub.order(hub.noa, Reply(row.id, "whatsapp", TEXT)), Acked)
    return row.id


async def last(hub: Hub, case: str) -> Message:
    return (await hub.case(case)).messages[-1]


async def test_what_fails_for_now_is_tried_again_later_and_later(hub: Hub) -> None:
    later = SendResult("later", reason="451 busy")
    hub.wa.answers = [later, later, later]
    case = await replied(hub)
    message = await last(hub, case)
    assert (message.state, message.error.raw, (await hub.only()).stage) == ("queued", "451 busy", "customer")
    assert hub.workspace.waiting()["outbound"] == 1
    await hub.advance(4_999)
    assert len(hub.wa.sent) == 1
    await hub.advance(1)
    assert len(hub.wa.sent) == 2
    await hub.advance(30_000 + 120_000)
    assert [sent.attempt for sent in hub.wa.sent] == [1, 2, 3, 4]
    assert len({sent.channel_id for sent in hub.wa.sent}) == 1
    message = await last(hub, case)
    assert (message.state, message.error.raw) == ("sent", "")


async def test_what_waits_is_not_sent_to_who_says_no_meanwhile(hub: Hub) -> None:
    hub.wa.answers = [SendResult("later", reason="busy")]
    case = await replied(hub)
    await hub.advance(1_000)
    assert isinstance(await hub.order(hub.avi, SetConsent(case, "whatsapp", False)), Acked)
    await hub.advance(HOUR_MS)
    message = await last(hub, case)
    assert len(hub.wa.sent) == 1 and message.state == "failed"
    assert "do not want to be written to on WhatsApp" in message.error.raw
    # an agent may send it once they wrote again themselves
    await hub.workspace.port.inbound(chat("w2", "are you there?", at=hub.time.now()))
    assert isinstance(await hub.order(hub.noa, RetrySend(case, message.id)), Acked)
    assert len(hub.wa.sent) == 2


@pytest.mark.parametrize(
    ("on", "off", "words", "code"),
    [
        (Block("c"), Block("c", on=False), "That customer is blocked", "blocked"),
        (Spam("c"), Spam("c", on=False), "The case is spam", "spam"),
    ],
    ids=["blocked", "spam"],
)
async def test_what_waits_or_failed_is_not_sent_to_who_is_blocked_meanwhile(
    hub: Hub, on: Block | Spam, off: Block | Spam, words: str, code: str
) -> None:
    hub.wa.answers = [SendResult("later", reason="busy")]
    case = await replied(hub)
    await hub.advance(1_000)
    assert isinstance(await hub.order(hub.avi, replace(on, case=case)), Acked)
    await hub.advance(HOUR_MS)
    message = await last(hub, case)
    assert (len(hub.wa.sent), message.state, message.error.raw.startswith(words)) == (1, "failed", True)
    refused = await hub.order(hub.noa, RetrySend(case, message.id))
    assert isinstance(refused, Rejected) and refused.code == code
    assert (await last(hub, case)) == message
    assert isinstance(await hub.order(hub.avi, replace(off, case=case)), Acked)
    assert (await hub.only()).stage == "us", "it failed meanwhile"
    assert isinstance(await hub.order(hub.noa, RetrySend(case, message.id)), Acked)
    assert len(hub.wa.sent) == 2


async def test_a_case_that_was_done_is_no_way_round_a_block(hub: Hub) -> None:
    hub.wa.answers = [SendResult("later", reason="busy")]
    case = await replied(hub)
    assert isinstance(await hub.order(hub.noa, Resolve(case)), Acked)
    assert isinstance(await hub.order(hub.avi, Block(case)), Acked)
    await hub.advance(HOUR_MS)
    assert (len(hub.wa.sent), (await last(hub, case)).state) == (1, "failed")


async def test_what_is_forwarded_goes_whoever_is_blocked_but_not_to_them(hub: Hub) -> None:
    hub.mail.answers = [SendResult("later", reason="busy")] * 3
    await hub.workspace.port.inbound(mail("<1@x>"))
    row = await hub.only()
    original = await last(hub, row.id)
    shop = Reply(row.id, "email", TEXT, to=(CustomerText("shop@example.com"),), forward_of=original.id)
    assert isinstance(await hub.order(hub.noa, shop), Acked)
    await hub.advance(10_000)
    with_them = replace(shop, cc=((await hub.case(row.id)).conversations[0].address,))
    assert isinstance(await hub.order(hub.noa, with_them), Acked)
    await hub.order(hub.avi, Block(row.id))
    await hub.advance(HOUR_MS)
    assert [message.state for message in (await hub.case(row.id)).messages] == ["received", "sent", "failed"]


async def test_who_said_no_to_mail_still_has_a_case_that_is_forwarded(hub: Hub) -> None:
    hub.mail.answers = [SendResult("later", reason="busy")]
    await hub.workspace.port.inbound(mail("<1@x>"))
    row = await hub.only()
    original = (await last(hub, row.id)).id
    shop = Reply(row.id, "email", TEXT, to=(CustomerText("shop@example.com"),), forward_of=original)
    assert isinstance(await hub.order(hub.noa, shop), Acked)
    await hub.order(hub.avi, SetConsent(row.id, "email", False))
    await hub.advance(HOUR_MS)
    assert [sent.to for sent in hub.mail.sent] == [("shop@example.com",)] * 2


async def test_the_channels_own_wait_is_kept(hub: Hub) -> None:
    hub.wa.answers = [SendResult("later", retry_in=60.0)]
    await replied(hub)
    await hub.advance(59_999)
    assert len(hub.wa.sent) == 1
    await hub.advance(1)
    assert len(hub.wa.sent) == 2


async def test_after_two_days_it_is_given_up(hub: Hub) -> None:
    hub.wa.answers = [SendResult("later", reason="busy")] * 200
    case = await replied(hub)
    await hub.advance(3 * DAY_MS)
    assert (await last(hub, case)).state == "failed"
    tries = len(hub.wa.sent)
    await hub.advance(DAY_MS)
    assert len(hub.wa.sent) == tries
    assert (await hub.only()).failed == 1


async def test_a_refusal_is_shown_and_the_case_is_ours_again(hub: Hub) -> None:
    hub.wa.answers = [SendResult("refused", reason="131026 not on WhatsApp")]
    case = await replied(hub)
    message = await last(hub, case)
    assert (message.state, message.error.raw) == ("failed", "131026 not on WhatsApp")
    row = await hub.only()
    assert (row.stage, row.failed, row.clock is not None) == ("us", 1, True)
    await hub.advance(HOUR_MS)
    assert len(hub.wa.sent) == 1
    assert isinstance(await hub.order(hub.noa, RetrySend(case, message.id)), Acked)
    assert (await last(hub, case)).state == "sent"
    row = await hub.only()
    assert (row.stage, row.failed) == ("customer", 0)
    assert len((await hub.case(case)).messages) == 2


async def test_an_unknown_outcome_is_repeated_by_hand_only_and_settles_by_a_report(hub: Hub) -> None:
    hub.wa.answers = [SendResult("unknown", reason="the line broke")]
    case = await replied(hub)
    await hub.advance(DAY_MS)
    assert len(hub.wa.sent) == 1
    assert (await last(hub, case)).state == "unknown"
    await hub.workspace.port.delivery(DeliveryUpdate("wa", hub.wa.sent[0].channel_id, "delivered", T0))
    row = await hub.only()
    assert ((await last(hub, case)).state, row.stage, row.failed) == ("delivered", "customer", 0)


async def test_a_connector_that_breaks_leaves_the_outcome_unknown(hub: Hub) -> None:
    async def broken(outbound: object) -> SendResult:
        raise RuntimeError("bug")

    hub.wa.send = broken  # type: ignore[method-assign]
    case = await replied(hub)
    assert (await last(hub, case)).state == "unknown"


async def test_messages_of_one_conversation_keep_their_order(hub: Hub) -> None:
    case = await replied(hub)
    for n in range(5):
        await hub.workspace.order(hub.noa, f"n{n}", Reply(case, "whatsapp", CustomerText(str(n))))
    await hub.settle()
    assert [sent.body for sent in hub.wa.sent] == ["hello", "0", "1", "2", "3", "4"]


async def test_recipients_refused_beside_others_are_named(hub: Hub) -> None:
    hub.wa.answers = [SendResult("accepted", "x1", "550 unknown", refused_to=("b@example.com",))]
    case = await replied(hub)
    message = await last(hub, case)
    assert (message.state, message.error.raw) == ("sent", "refused for b@example.com: 550 unknown")
    hub.wa.answers = [SendResult("accepted", "x2", "b@example.com: 550 unknown", refused_to=("b@example.com",))]
    await hub.workspace.order(hub.noa, "again", Reply(case, "whatsapp", TEXT))
    await hub.settle()
    assert (await last(hub, case)).error.raw == "b@example.com: 550 unknown", "named once"
    hub.wa.answers = [SendResult("accepted", "x3", "250 queued")]
    await hub.workspace.order(hub.noa, "well", Reply(case, "whatsapp", TEXT))
    await hub.settle()
    assert not (await last(hub, case)).error, "nobody was refused"


async def test_a_crash_in_the_middle_of_a_try_is_unknown_afterwards(hub: Hub, tmp_path: Path) -> None:
    hub.wa.hold = asyncio.Event()
    await hub.workspace.port.inbound(chat("w1"))
    row = await hub.only()
    await hub.workspace.order(hub.noa, "r", Reply(row.id, "whatsapp", TEXT))
    while not hub.wa.sent:  # noqa: ASYNC110 - the lane runs on this loop
        await asyncio.sleep(0)
    # the process is gone; another one opens what is on disk
    line = Line("wa", "whatsapp")
    store = Store.open(tmp_path / "hub", synchronous="OFF")
    after = Workspace(store, hub.time, Ids(9), [line], HubPolicy(), inline=True)
    await after.start()
    await asyncio.sleep(0)
    message = (await hub.case(row.id)).messages[-1]
    assert message.state == "unknown"
    assert "may have arrived" in message.error.raw
    assert line.sent == []
    assert ((await hub.only()).failed, (await hub.only()).stage) == (1, "us")
    hub.wa.hold.set()
    await hub.settle()
    await after.stop()
