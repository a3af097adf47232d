"""Consent at the hub: it follows from where customers write, STOP takes it back, agents write down what was said."""

from __future__ import annotations

from dataclasses import replace

from agent_tui.backends.base import Acked, Rejected
from agent_tui.backends.connectors.base import CallUpdate, Inbound
from agent_tui.domain.consents import Consent, newest, said, standing
from agent_tui.domain.events import CustomerChanged
from agent_tui.domain.orders import JoinCustomers, NewMessage, PartCustomers, SetConsent
from agent_tui.domain.text import CustomerText
from tests.hub.conftest import Hub
from tests.hub.fakes import T0, chat, mail


def sms(channel_id: str, body: str, at: int = T0) -> Inbound:
    return replace(chat(channel_id, body, at=at), account="sms", channel="sms", scheme="tel", thread="sms +972541")


async def known(hub: Hub) -> dict[str, tuple[bool, str, str]]:
    await hub.settle()
    detail = await hub.case((await hub.only()).id)
    return {one.channel: (one.given, one.how, one.by) for one in detail.customer.consents}


def test_what_words_say_of_a_channel() -> None:
    for body in ("STOP", " stop. ", "Unsubscribe!", "הסר", '"הסר"'):
        assert said("sms", body) is False, body
    assert said("sms", "START") is True
    for channel, body in (("sms", "please stop the order"), ("sms", ""), ("email", "stop"), ("whatsapp", "stop")):
        assert said(channel, body) is None, (channel, body)


def test_of_what_two_customers_said_the_last_holds_and_of_two_at_once_the_refusal() -> None:
    yes, no = Consent("sms", True, 5), Consent("sms", False, 5, "word")
    assert newest([yes, no]) == newest([no, yes]) == (no,)
    assert newest([no, replace(yes, at=6)]) == (replace(yes, at=6),)
    assert standing((no,), "sms", wrote=True) == "refused", "what was said stands above what they did"
    assert standing((), "sms", wrote=True) == "given" and standing((), "sms") == "unknown"


async def test_who_writes_or_calls_may_be_written_to_there(hub: Hub) -> None:
    await hub.workspace.port.inbound(mail("<1@x>", auto="auto-reply"))
    assert await known(hub) == {}, "a machine agrees to nothing"
    told = len([event for event in hub.events if isinstance(event.body, CustomerChanged)])
    await hub.workspace.port.inbound(mail("<2@x>", references=("<1@x>",)))
    assert await known(hub) == {"email": (True, "wrote", "")}
    changed = [event.body for event in hub.events if isinstance(event.body, CustomerChanged)]
    assert len(changed) == told + 1 and changed[-1].customer.consents[0].channel == "email"
    await hub.workspace.port.inbound(mail("<3@x>", references=("<2@x>",)))
    await hub.workspace.port.inbound(mail("<4@x>", references=("<3@x>",), address="other@example.com"))
    await hub.settle()
    assert len([event for event in hub.events if isinstance(event.body, CustomerChanged)]) == told + 1


async def test_a_caller_may_be_called(hub: Hub) -> None:
    await hub.workspace.port.call(CallUpdate("pbx", "k1", "ringing", T0, address="+972541", name="Dana"))
    assert await known(hub) == {"phone": (True, "wrote", "")}
    assert len([event for event in hub.events if isinstance(event.body, CustomerChanged)]) == 1


async def test_stop_by_text_message_holds_until_start(hub: Hub) -> None:
    port = hub.workspace.port
    await port.inbound(sms("s1", "הסר"))
    assert await known(hub) == {"sms": (False, "word", "")}, "also where it is their first word"
    await port.inbound(sms("s2", "where is my lamp?", T0 + 1))
    assert (await known(hub))["sms"][0] is False, "no other word takes it back"
    await port.inbound(sms("s3", "start", T0 + 2))
    assert await known(hub) == {"sms": (True, "word", "")}


async def test_an_agent_writes_down_what_they_said(hub: Hub) -> None:
    await hub.workspace.port.inbound(chat("w1"))
    case = (await hub.only()).id
    assert isinstance(await hub.order(hub.noa, SetConsent(case, "email", True)), Acked)
    assert isinstance(await hub.order(hub.noa, SetConsent(case, "whatsapp", False)), Acked)
    assert await known(hub) == {"email": (True, "said", "noa"), "whatsapp": (False, "said", "noa")}
    head = hub.workspace.head()
    await hub.order(hub.avi, SetConsent(case, "email", True))
    assert hub.workspace.head() == head, "what is known already is no event"
    await hub.order(hub.noa, SetConsent(case, "email", None))
    assert "email" not in await known(hub)
    for channel in ("", "x" * 41, "וואטסאפ", "a b"):
        refused = await hub.order(hub.noa, SetConsent(case, channel, True))
        assert isinstance(refused, Rejected) and refused.code == "no-channel", channel


async def test_joined_customers_have_one_answer_and_parted_ones_their_own(hub: Hub) -> None:
    await hub.workspace.port.inbound(chat("w1"))
    await hub.workspace.port.inbound(mail("<1@x>"))
    one, other = await hub.rows()
    joined = await hub.order(hub.noa, JoinCustomers(one.customer, other.customer))
    assert isinstance(joined, Acked)
    row = await hub.only()
    assert set(await known(hub)) == {"email", "whatsapp"}
    await hub.advance(1)
    await hub.order(hub.noa, SetConsent(row.id, "email", False))
    await hub.order(hub.noa, SetConsent(row.id, "whatsapp", False))
    assert {given for given, _, _ in (await known(hub)).values()} == {False}
    await hub.order(hub.noa, PartCustomers(joined.result))
    rows = {row.channel: (await hub.case(row.id)).customer for row in await hub.rows()}
    asked = {channel: standing(who.consents, channel) for channel, who in rows.items()}
    assert sorted(asked.values()) == ["given", "refused"], "said in one's case, and of one only when they are two"


async def test_somebody_new_is_asked_before_they_are_written_to(hub: Hub) -> None:
    order = NewMessage("email", (CustomerText("new@example.com"),), CustomerText("Your form"))
    refused = await hub.order(hub.noa, order)
    assert isinstance(refused, Rejected) and refused.code == "no-consent"
    assert (await hub.rows(), hub.mail.sent) == ([], []), "nothing is left of it"
    assert isinstance(await hub.order(hub.noa, replace(order, consent=True)), Acked)
    assert await known(hub) == {"email": (True, "said", "noa")}
    assert isinstance(await hub.order(hub.noa, order), Acked), "once is enough"
    assert isinstance(await hub.order(hub.avi, SetConsent((await hub.only()).id, "email", False)), Acked)
    for asked in (order, replace(order, consent=True)):
        refused = await hub.order(hub.noa, asked)
        assert isinstance(refused, Rejected) and refused.code == "consent-refused"
    assert len(hub.mail.sent) == 2


async def test_who_wrote_here_is_not_asked_before_a_new_message(hub: Hub) -> None:
    await hub.workspace.port.inbound(mail("<1@x>"))
    to = ((await hub.case((await hub.only()).id)).conversations[0].address,)
    assert isinstance(await hub.order(hub.noa, NewMessage("email", to, CustomerText("Your form"))), Acked)
