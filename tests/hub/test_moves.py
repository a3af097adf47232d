"""Moving a case to another channel at the hub: what is checked, what it leaves, what each clock does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from agent_tui.backends.base import Acked, Outcome, Rejected
from agent_tui.backends.connectors.base import CallUpdate, OutboundTemplate, SendResult
from agent_tui.domain.consents import Consent
from agent_tui.domain.events import ChannelMoved, MessageAdded
from agent_tui.domain.model import CallState, CaseRow
from agent_tui.domain.orders import Block, CallAction, JoinCustomers, MoveChannel, Reply, RetrySend, SetConsent
from agent_tui.domain.templates import Template, UsedTemplate, filled, trouble
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import DAY_MS, HOUR_MS, MINUTE_MS
from tests.hub.conftest import Hub
from tests.hub.fakes import T0, chat, mail

LATE = Template("late_parcel", "he", "שלום {{1}}, ממשיכים כאן בעניין {{2}}.", ("customer", "case"))
USED = UsedTemplate("late_parcel", "he", (CustomerText("דנה"), CustomerText("1001")))
GO_ON = CustomerText("We go on here from our call.")
NOTE = CustomerText("The courier was asked; a call by noon was promised.")


async def rings(hub: Hub, state: CallState = "ringing", at: int = T0) -> CaseRow:
    await hub.workspace.port.call(CallUpdate("pbx", "k1", state, at, address="+972541", name="Dana"))
    await hub.settle()
    return await hub.only()


async def move(hub: Hub, case: str, channel: str = "whatsapp", *, id: str = "", **more: Any) -> Outcome:
    order = replace(MoveChannel(case, channel, GO_ON, NOTE), **more)
    return await hub.order(hub.noa, order, id)


def with_templates(hub: Hub, *templates: Template) -> None:
    senders = tuple(
        replace(sender, templates=templates if sender.account == "wa" else ())
        for sender in hub.workspace.policy.senders
    )
    hub.workspace.policy = replace(hub.workspace.policy, senders=senders)


async def to_mail(hub: Hub, case: str, **more: Any) -> Outcome:
    return await move(hub, case, "email", to=CustomerText("Dana <dana@example.com>"), consent=True, **more)


async def code(outcome: Outcome) -> str:
    return outcome.code if isinstance(outcome, Rejected) else "done"


async def test_a_move_is_one_thing_with_all_that_belongs_to_it(hub: Hub) -> None:
    row = await rings(hub)
    await hub.order(hub.noa, CallAction(row.call.id if row.call else "", "answer"))
    seen = len(hub.events)
    outcome = await to_mail(hub, row.id, id="m1", subject=CustomerText("Your lamp"))
    assert isinstance(outcome, Acked), outcome
    detail = await hub.case(row.id)
    assert (detail.row.id, detail.row.number) == (row.id, row.number), "the case stays the case"
    call, talk = detail.conversations
    (note, invitation) = detail.messages
    assert (note.kind, note.body, note.author) == ("note", NOTE, "noa")
    assert (invitation.id, invitation.kind, invitation.body) == (outcome.result, "out", GO_ON)
    assert (invitation.conversation, talk.channel, invitation.auto) == (talk.id, "email", "")
    (moved,) = detail.moves
    assert (moved.from_channel, moved.channel, moved.by, moved.at) == ("phone", "email", "noa", T0)
    assert (moved.from_conversation, moved.conversation, moved.message) == (call.id, talk.id, invitation.id)
    (address,) = [one for one in detail.customer.addresses if one.scheme == "mailto"]
    assert (address.value.raw, address.origin) == ("dana@example.com", "agent")
    assert Consent("email", True, T0, "said", "noa") in detail.customer.consents
    told = [event.body for event in hub.events[seen:]]
    assert ChannelMoved("phone", "email", call.id, talk.id, invitation.id) in told
    assert [sent.body for sent in hub.mail.sent] == [GO_ON.raw]
    for again in ("m1", "m1"):
        repeated = await to_mail(hub, row.id, id=again, subject=CustomerText("Your lamp"))
        assert isinstance(repeated, Acked) and repeated.result == outcome.result
    assert await code(await to_mail(hub, row.id)) == "moved"
    assert len(hub.mail.sent) == 1, "they are told once, however often it is ordered"
    replayed = await hub.workspace.replay(hub.noa, 0, 1000)
    assert replayed is not None and [e.body for e in replayed if isinstance(e.body, ChannelMoved)] == [
        ChannelMoved("phone", "email", call.id, talk.id, invitation.id)
    ]
    await hub.advance(HOUR_MS)
    assert await code(await to_mail(hub, row.id)) == "done", "an hour later they may be asked again"


async def test_what_does_not_fit_is_refused_and_leaves_nothing(hub: Hub) -> None:
    row = await rings(hub)
    await hub.workspace.port.inbound(mail("<1@x>", address="lea@example.com", name="Lea"))
    row = next(one for one in await hub.rows() if one.channel == "phone")
    lea = CustomerText("lea@example.com")
    await hub.order(hub.noa, CallAction(row.call.id if row.call else "", "answer"))
    head = hub.workspace.head()
    refused = [
        ("no-note", await to_mail(hub, row.id, note=CustomerText(" "))),
        ("empty", await to_mail(hub, row.id, body=CustomerText(""))),
        ("no-case", await to_mail(hub, "c_none")),
        ("no-address", await move(hub, row.id, "email", consent=True)),
        ("bad-address", await move(hub, row.id, "email", consent=True, to=CustomerText("dana"))),
        ("others-address", await move(hub, row.id, "email", consent=True, to=lea)),
        ("no-consent", await move(hub, row.id, "email", to=CustomerText("dana@example.com"))),
        ("no-account", await move(hub, row.id, "sms", to=CustomerText("+972541"), consent=True)),
        ("no-text", await move(hub, row.id, "phone")),
        ("window-closed", await move(hub, row.id, to=CustomerText("+972541"), consent=True)),
    ]
    assert [(expected, await code(outcome)) for expected, outcome in refused] == [(one, one) for one, _ in refused]
    assert hub.workspace.head() == head and not hub.mail.sent
    await hub.order(hub.noa, SetConsent(row.id, "email", False))
    assert await code(await to_mail(hub, row.id)) == "consent-refused"
    await hub.order(hub.noa, Block(row.id))
    assert await code(await to_mail(hub, row.id)) == "blocked"
    detail = await hub.case(row.id)
    assert [one.scheme for one in detail.customer.addresses] == ["tel"] and not detail.messages


async def test_a_colleague_who_handles_the_case_is_not_passed_by(hub: Hub) -> None:
    row = await rings(hub)
    call = row.call.id if row.call is not None else ""
    await hub.order(hub.avi, CallAction(call, "answer"), desk="d1")
    assert await code(await to_mail(hub, row.id)) == "lease-held"


async def test_outside_the_window_only_a_template_goes_and_a_call_there_opens_it(hub: Hub) -> None:
    with_templates(hub, LATE)
    row = await rings(hub)
    to, used = CustomerText("+972541"), USED
    wrong = [replace(used, name="other"), replace(used, values=()), replace(used, values=(to, CustomerText("a\nb")))]
    codes = [await code(await move(hub, row.id, to=to, consent=True, template=one)) for one in wrong]
    assert codes == ["no-template", "template-values", "template-values"]
    moved = await move(hub, row.id, to=to, consent=True, template=USED)
    assert isinstance(moved, Acked), moved
    (sent,) = hub.wa.sent
    assert sent.template == OutboundTemplate("late_parcel", "he", ("דנה", "1001"))
    assert sent.body == "שלום דנה, ממשיכים כאן בעניין 1001." == (await hub.case(row.id)).messages[-1].body.raw
    (talk,) = [one for one in (await hub.case(row.id)).conversations if one.channel == "whatsapp"]
    free = Reply(row.id, "whatsapp", CustomerText("hello"), talk.id)
    assert await code(await hub.order(hub.noa, free)) == "window-closed"
    # they call on WhatsApp: that opens it as a word does
    await hub.workspace.port.call(CallUpdate("wa", "k9", "ringing", hub.time.now(), scheme="wa", address="972541"))
    assert await code(await hub.order(hub.noa, free)) == "done"
    await hub.advance(DAY_MS)
    assert await code(await hub.order(hub.noa, free)) == "window-closed"
    assert await code(await hub.order(hub.noa, replace(free, template=USED))) == "done"


async def test_a_template_that_failed_is_sent_again_as_a_template(hub: Hub) -> None:
    with_templates(hub, LATE)
    row = await rings(hub)
    hub.wa.answers.append(SendResult("refused", reason="not now"))
    moved = await move(hub, row.id, to=CustomerText("+972541"), consent=True, template=USED)
    assert isinstance(moved, Acked) and (await hub.only()).failed == 1
    await hub.order(hub.noa, RetrySend(row.id, moved.result))
    assert [sent.template for sent in hub.wa.sent] == [hub.wa.sent[0].template] * 2
    assert hub.wa.sent[0].template is not None and (await hub.only()).failed == 0


async def test_an_invitation_that_did_not_arrive_invited_nobody(hub: Hub) -> None:
    row = await rings(hub)
    hub.mail.answers.append(SendResult("refused", reason="no such mailbox"))
    await to_mail(hub, row.id)
    moved = await move(hub, row.id, "email", to=CustomerText("d.levi@example.com"))
    assert await code(moved) == "done", "so another address is tried at once"


async def test_a_caller_still_waits_when_invited_and_is_not_lost_when_they_write(hub: Hub) -> None:
    with_templates(hub, LATE)
    row = await rings(hub)
    ring = row.clock
    assert ring is not None and ring.metric == "call"
    assert isinstance(await move(hub, row.id, to=CustomerText("+972541"), consent=True, template=USED), Acked)
    row = await hub.only()
    assert row.clock == ring and row.stage == "us", "an invitation answers no call: its clock runs on"
    assert (await hub.case(row.id)).messages[-1].auto == "invitation"
    assert [sent.automatic for sent in hub.wa.sent] == [False], "an agent wrote it"
    await hub.workspace.port.inbound(chat("w2", "here I am", address="972541", at=T0 + MINUTE_MS))
    assert (await hub.only()).clock == ring
    await hub.order(hub.noa, Reply(row.id, "whatsapp", CustomerText("one moment")))
    row = await hub.only()
    assert row.clock == ring and row.stage == "us", "it still rings"
    await hub.workspace.port.inbound(chat("w3", "and now?", address="972541", at=T0 + MINUTE_MS + 1))
    await rings(hub, "ended", T0 + 2 * MINUTE_MS)
    row = await hub.only()
    assert row.clock is not None and row.clock.metric == "next", "they are owed an answer there, and no call back"
    await hub.order(hub.noa, Reply(row.id, "whatsapp", CustomerText("hello")))
    assert (await hub.only()).stage == "customer"


async def test_who_hangs_up_without_writing_is_called_back(hub: Hub) -> None:
    row = await rings(hub)
    assert await code(await move(hub, row.id, "email", to=CustomerText("d@example.com"))) == "done"
    assert "email" not in [one.channel for one in (await hub.case(row.id)).customer.consents], "nobody asked them"
    assert not (await hub.only()).owner, "whoever answers has the case"
    await rings(hub, "ended", T0 + 2 * MINUTE_MS)
    row = await hub.only()
    assert row.clock is not None and row.clock.metric == "next" and row.stage == "us"
    assert row.clock.due - row.clock.since == HOUR_MS, "as anybody whose call was lost"


async def test_an_answer_takes_up_the_conversation_that_we_began(hub: Hub) -> None:
    with_templates(hub, LATE)
    row = await rings(hub)
    await move(hub, row.id, to=CustomerText("+972541"), consent=True, template=USED)
    await hub.workspace.port.inbound(chat("w2", "here I am", address="972541", at=T0 + MINUTE_MS))
    detail = await hub.case((await hub.only()).id)
    assert [one.channel for one in detail.conversations] == ["phone", "whatsapp"]
    assert detail.messages[-1].conversation == detail.messages[-2].conversation


async def test_of_joined_customers_the_one_moves_whose_address_it_is(hub: Hub) -> None:
    row = await rings(hub)
    await hub.workspace.port.inbound(mail("<1@x>"))
    other = next(one for one in await hub.rows() if one.channel == "email")
    await hub.order(hub.noa, JoinCustomers(row.customer, other.customer))
    row = await hub.only()
    assert await code(await move(hub, row.id, "email", seen=row.version)) == "done"
    added = [event.body.message for event in hub.events if isinstance(event.body, MessageAdded)]
    assert added[-1].channel == "email" and len((await hub.case(row.id)).moves) == 1


def test_templates_are_checked_before_they_are_used() -> None:
    assert trouble(LATE) == ""
    assert "gap" in trouble(replace(LATE, text="{{1}} {{3}}"))
    assert "variables" in trouble(replace(LATE, variables=()))
    assert filled(LATE, ("{{2}}", "x")) == "שלום {{2}}, ממשיכים כאן בעניין x.", "what is put in is no place"
