"""Reminders to silent customers, done by the hub: once each, by rule or as a draft, and no answer of ours."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from agent_tui.backends.base import Acked
from agent_tui.backends.connectors.base import SendResult
from agent_tui.backends.hub import reminding
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.store import Store, facts
from agent_tui.backends.hub.transaction import Tx
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.domain import filing
from agent_tui.domain.events import DraftChanged, MessageAdded
from agent_tui.domain.model import Message
from agent_tui.domain.orders import (
    Assign,
    Block,
    JoinCustomers,
    Prefer,
    Reply,
    Resolve,
    RetrySend,
    SavedDraft,
    SaveDraft,
)
from agent_tui.domain.queries import HeldPage, HeldQuery
from agent_tui.domain.replies.reply import Canned
from agent_tui.domain.sla.policies import Reminders
from agent_tui.domain.sla.reminders import Reminder
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import HOUR_MS, MINUTE_MS
from tests.hub.conftest import Hub
from tests.hub.fakes import T0, Line, chat, mail, until

WORDS = "{{ customer.name }}, are you still there? Case {{ case.number }}. {{ agent.name }}"
FILLED = "Dana, are you still there? Case 1001. Noa"
RULE = Reminders("chat", (HOUR_MS, HOUR_MS), "still-there", sends=True)
DRAFT = replace(RULE, sends=False)


def first(hub: Hub, plan: Reminders = RULE, number: int = 1) -> Reminder:
    """The reminder that is due an hour after our answer."""
    return Reminder(plan, number, T0 + HOUR_MS, len(plan.after) - number, T0)


async def silent(hub: Hub, channel: str = "whatsapp", words: str = WORDS) -> str:
    """A customer whom Noa answered an hour ago; the case."""
    hub.workspace.policy = replace(hub.workspace.policy, canned=(Canned("still-there", words),))
    await hub.workspace.port.inbound(chat("w1") if channel == "whatsapp" else mail("<1@x>"))
    case = (await hub.only()).id
    talk = (await hub.case(case)).conversations[0].id
    assert isinstance(await hub.order(hub.noa, Reply(case, channel, CustomerText("Which lamp?"), talk)), Acked)
    await hub.advance(HOUR_MS)
    return case


async def remind(hub: Hub, case: str, reminder: Reminder) -> str:
    policy = hub.workspace.policy
    done = await hub.workspace._writer.run(lambda tx: reminding.remind(tx, policy, case, reminder))
    await hub.settle()
    return done


async def last(hub: Hub, case: str) -> Message:
    return (await hub.case(case)).messages[-1]


async def drafts_of(hub: Hub) -> tuple[SavedDraft, ...]:
    page = await hub.workspace.query(hub.noa, HeldQuery())
    assert isinstance(page, HeldPage)
    return page.drafts


async def test_a_rule_sends_it_in_the_conversation_as_something_automatic(hub: Hub) -> None:
    case = await silent(hub)
    before = await hub.only()
    assert await remind(hub, case, first(hub)) == "sent 1"
    message = await last(hub, case)
    assert (message.kind, message.auto, message.author, message.body.raw) == ("out", "reminder", "", FILLED)
    assert (hub.wa.sent[-1].body, hub.wa.sent[-1].thread, hub.wa.sent[-1].automatic) == (FILLED, "+972541", True)
    row = await hub.only()
    assert (row.stage, row.owner, row.clock, row.preview.raw) == ("customer", before.owner, None, FILLED)
    with hub.store.read() as connection:
        said = [one for one in facts.kept(connection, case) if isinstance(one, filing.Replied)]
    assert [one.kind for one in said] == ["human", "reminder"]


async def test_it_comes_once_whatever_becomes_of_it(hub: Hub) -> None:
    case = await silent(hub)
    hub.wa.answers = [SendResult("refused", reason="131026")]
    assert await remind(hub, case, first(hub)) == "sent 1"
    assert await remind(hub, case, first(hub)) == ""
    assert len(hub.wa.sent) == 2
    failed = await last(hub, case)
    assert (failed.state, (await hub.only()).stage) == ("failed", "us")
    await hub.order(hub.noa, RetrySend(case, failed.id))
    row = await hub.only()
    assert ((await last(hub, case)).state, row.failed, row.clock) == ("sent", 0, None)
    assert await remind(hub, case, first(hub, number=2)) == "sent 2"


async def test_a_hub_that_dies_before_it_is_on_disk_sends_it_once_and_after_it_too(hub: Hub, tmp_path: Path) -> None:
    case = await silent(hub)
    policy = hub.workspace.policy

    def die(tx: Tx) -> None:
        assert reminding.remind(tx, policy, case, first(hub)) == "sent 1"
        raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        await hub.workspace._writer.run(die)
    await hub.settle()
    assert len(hub.wa.sent) == 1
    await hub.workspace._lanes["wa"].stop()  # the hub dies after the commit, before it is sent
    job = partial(reminding.remind, policy=policy, case=case, reminder=first(hub))
    assert await hub.workspace._writer.run(job) == "sent 1"
    assert len(hub.wa.sent) == 1
    again = Line("wa", "whatsapp")
    revived = Workspace(Store.open(tmp_path / "hub"), hub.time, Ids(9), [again], policy, inline=True)
    await revived.start()
    assert await revived._writer.run(job) == ""
    await until(revived.idle)
    assert [sent.body for sent in again.sent] == [FILLED]
    await revived.stop()


async def test_what_cannot_be_filled_is_a_draft_for_the_owner(hub: Hub) -> None:
    case = await silent(hub, words="Did parcel {{ number }} arrive?")
    assert await remind(hub, case, first(hub)) == "draft 1"
    (draft,) = await drafts_of(hub)
    assert (draft.case, draft.body.raw, draft.channel) == (case, "Did parcel {{ number }} arrive?", "whatsapp")
    assert (len(hub.wa.sent), hub.events[-1].body, hub.events[-1].by) == (1, DraftChanged(case, "hub"), "noa")


async def test_a_draft_that_goes_out_as_it_is_is_the_reminder(hub: Hub) -> None:
    case = await silent(hub)
    assert await remind(hub, case, first(hub, DRAFT)) == "draft 1"
    assert await remind(hub, case, first(hub, DRAFT)) == ""
    await hub.order(hub.noa, Reply(case, "whatsapp", CustomerText(FILLED)))
    message = await last(hub, case)
    assert (message.auto, message.author, hub.wa.sent[-1].automatic) == ("reminder", "noa", False)
    await hub.order(hub.noa, Reply(case, "whatsapp", CustomerText(FILLED)))
    assert (await last(hub, case)).auto == ""  # the same words once more are hers


async def test_a_draft_that_waited_until_the_customer_wrote_is_an_answer(hub: Hub) -> None:
    case = await silent(hub)
    await remind(hub, case, first(hub, DRAFT))
    await hub.workspace.port.inbound(chat("w2", at=hub.time.now()))
    await hub.order(hub.noa, Reply(case, "whatsapp", CustomerText(FILLED)))
    assert ((await last(hub, case)).auto, (await hub.only()).stage) == ("", "customer")


async def test_no_draft_is_put_over_another_nor_for_nobody(hub: Hub) -> None:
    case = await silent(hub)
    await hub.order(hub.noa, SaveDraft(case, SavedDraft(case, CustomerText("I was thinking"))))
    assert await remind(hub, case, first(hub, DRAFT)) == "told 1"
    assert [draft.body.raw for draft in await drafts_of(hub)] == ["I was thinking"]
    await hub.order(hub.noa, Assign(case, ""))
    assert await remind(hub, case, first(hub, DRAFT, number=2)) == "told 2"


async def test_who_said_how_to_write_to_them_gets_a_draft_first(hub: Hub) -> None:
    case = await silent(hub)
    await hub.order(hub.noa, Prefer(case, CustomerText("בלי הודעות, רק טלפון")))
    assert await remind(hub, case, first(hub)) == "draft 1"
    assert len(hub.wa.sent) == 1


@pytest.mark.parametrize("why", ["window", "blocked", "done"])
async def test_nobody_is_reminded_who_cannot_be_written_to(hub: Hub, why: str) -> None:
    case = await silent(hub)
    if why == "window":
        await hub.advance(23 * HOUR_MS + MINUTE_MS)
    elif why == "blocked":
        await hub.order(hub.noa, Block(case))
    else:
        await hub.order(hub.noa, Resolve(case))
    seen = len(hub.events)
    assert await remind(hub, case, first(hub)) == ""
    assert (len(hub.wa.sent), [e for e in hub.events[seen:] if isinstance(e.body, MessageAdded)]) == (1, [])
    with hub.store.read() as connection:
        assert not reminding.pending(connection, case, first(hub))


async def test_a_mail_says_that_it_is_automatic_and_stays_in_its_thread(hub: Hub) -> None:
    case = await silent(hub, "email")
    assert await remind(hub, case, first(hub)) == "sent 1"
    sent = hub.mail.sent[-1]
    assert (sent.subject, sent.to, sent.automatic) == ("Lamp", ("dana@example.com",), True)
    assert sent.references[0] == "<1@x>"


async def test_one_person_with_two_cases_is_reminded_where_they_were_spoken_to_last(hub: Hub) -> None:
    case = await silent(hub)
    await hub.workspace.port.inbound(mail("<1@x>", at=hub.time.now()))
    other = next(row for row in await hub.rows() if row.id != case)
    mine = next(row for row in await hub.rows() if row.id == case)
    assert isinstance(await hub.order(hub.noa, JoinCustomers(mine.customer, other.customer)), Acked)
    talk = (await hub.case(other.id)).conversations
    written = next(one for one in talk if one.channel == "email").id
    assert isinstance(await hub.order(hub.noa, Reply(other.id, "email", CustomerText("Which one?"), written)), Acked)
    await hub.advance(HOUR_MS)
    assert await remind(hub, case, first(hub)) == ""
    assert await remind(hub, other.id, first(hub)) == "sent 1"
    assert [sent.body for sent in (*hub.wa.sent, *hub.mail.sent)][-1] == FILLED.replace("1001", "1002")
