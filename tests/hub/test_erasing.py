"""Erasing a customer: who may, what is refused, what happens at the same moment, and what comes after."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from agent_tui.backends.base import Acked, QueryRefused, Rejected
from agent_tui.backends.connectors.base import CallUpdate, DeliveryUpdate, InboundFile, SendResult
from agent_tui.backends.hub import erasing
from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.store import blobs
from agent_tui.backends.hub.transaction import Tx
from agent_tui.backends.hub.writer import Committer
from agent_tui.domain.events import CaseChanged, CustomerErased, CustomersParted
from agent_tui.domain.model import EMPTY, Agent, CaseRow, ErasurePreview
from agent_tui.domain.orders import (
    Block,
    CallAction,
    CloseIncident,
    EraseCustomer,
    FileRef,
    JoinCustomers,
    Label,
    Note,
    OpenIncident,
    Reopen,
    Reply,
    RetrySend,
    SavedDraft,
    SaveDraft,
    TakeLease,
    UpdateIncident,
)
from agent_tui.domain.queries import (
    CustomersPage,
    CustomersQuery,
    ErasurePage,
    ErasureQuery,
    LinkPage,
    LinkQuery,
    PastPage,
    PastQuery,
    SearchPage,
    SearchQuery,
)
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import DAY_MS
from tests.hub.conftest import Hub
from tests.hub.fakes import T0, chat, mail
from tests.hub.traces import traces

SECRET = "Quagmirelli xylophonically"


def admin(hub: Hub) -> Agent:
    return Operator(hub.store, hub.time, Ids(5)).add_agent("eve", "Eve", "admin")


async def preview(hub: Hub, agent: Agent, customer: str, part: str = "") -> ErasurePreview | None:
    page = await hub.workspace.query(agent, ErasureQuery(customer, part))
    assert isinstance(page, ErasurePage)
    return page.preview


async def erase(hub: Hub, agent: Agent, customer: str, *parts: str) -> None:
    outcome = await hub.order(agent, EraseCustomer(customer, parts or (customer,)))
    assert isinstance(outcome, Acked), outcome
    await hub.advance(1000)


def code(outcome: object) -> str:
    assert isinstance(outcome, Rejected), outcome
    return outcome.code


async def row_of(hub: Hub, name: str) -> CaseRow:
    return next(row for row in await hub.rows() if row.name.raw == name)


async def test_only_an_admin_sees_what_goes_and_erases(hub: Hub) -> None:
    await hub.workspace.port.inbound(mail("<1@x>"))
    row = await hub.only()
    for agent in (hub.noa, hub.avi):
        with pytest.raises(QueryRefused, match="Only an admin"):
            await preview(hub, agent, row.customer)
        assert code(await hub.order(agent, EraseCustomer(row.customer, (row.customer,)))) == "not-admin"
    assert (await hub.only()).name.raw == "Dana"


async def test_the_preview_counts_what_goes(hub: Hub) -> None:
    eve, port = admin(hub), hub.workspace.port
    shared = InboundFile("a.pdf", "application/pdf", b"%PDF-1 same")
    await port.inbound(replace(mail("<1@x>"), files=(shared, InboundFile("b", "", b"own"))))
    await port.inbound(replace(mail("<2@x>", address="ruth@example.com", name="Ruth", subject="x"), files=(shared,)))
    dana = await row_of(hub, "Dana")
    await hub.order(hub.noa, Note(dana.id, CustomerText("n")))
    hub.mail.answers = [SendResult("later", retry_in=600.0)]
    await hub.order(hub.noa, Reply(dana.id, "email", CustomerText("r")))
    await hub.order(hub.noa, Block(dana.id))
    found = await preview(hub, eve, dana.customer)
    assert found is not None
    assert (found.cases, found.conversations, found.messages, found.notes) == (1, 2, 2, 1)
    assert (found.files, found.shared, found.unsent, found.blocked, found.live) == (1, 1, 1, True, False)
    assert [(part.id, part.name.raw, part.address.raw) for part in found.parts] == [
        (dana.customer, "Dana", "dana@example.com")
    ]
    assert await preview(hub, eve, "p_nobody") is None


async def test_the_preview_names_incidents_that_speak_of_them(hub: Hub) -> None:
    """They are told to others too, and stay: an admin should know."""
    eve, port = admin(hub), hub.workspace.port
    await port.inbound(mail("<1@x>"))
    await port.inbound(mail("<2@x>", address="ruth@example.com", name="Ruth", subject="x"))
    dana, ruth = await row_of(hub, "Dana"), await row_of(hub, "Ruth")
    words = CustomerText("The line of dana@example.com is down, and others")
    for number, (title, said) in enumerate(
        [("No power at Dana's", EMPTY), ("Lines down", words), ("Late parcels", CustomerText("They come tomorrow"))]
    ):
        opened = OpenIncident(f"i_{number}", CustomerText(title), (ruth.id,))
        assert isinstance(await hub.order(hub.avi, opened), Acked)
        if said:
            told = UpdateIncident(opened.incident, f"u_{number}", (ruth.id,), said)
            assert isinstance(await hub.order(hub.avi, told), Acked)
        assert isinstance(await hub.order(hub.avi, CloseIncident(opened.incident)), Acked)
    found = await preview(hub, eve, dana.customer)
    assert found is not None
    assert {title.raw for title in found.incidents} == {"No power at Dana's", "Lines down"}
    other = await preview(hub, eve, ruth.customer)
    assert other is not None and other.incidents == ()


async def test_a_later_word_from_the_address_is_somebody_new(hub: Hub) -> None:
    eve, port = admin(hub), hub.workspace.port
    await port.inbound(mail("<1@x>", SECRET))
    old = await hub.only()
    await hub.order(hub.noa, Block(old.id))
    await erase(hub, eve, old.customer)
    await port.inbound(mail("<2@x>", "me again", subject="Re: Lamp", references=("<1@x>",)))
    await hub.settle()
    new = await row_of(hub, "Dana")
    assert (new.customer != old.customer, new.id != old.id, new.stage) == (True, True, "us")
    assert [one.body.raw for one in (await hub.case(new.id)).messages] == ["me again"]
    page = await hub.workspace.query(hub.noa, PastQuery(new.customer))
    assert isinstance(page, PastPage) and len(page.entries) == 1
    assert (await hub.case(new.id)).customer.suggestions == ()


async def test_what_a_channel_tells_again_is_still_known(hub: Hub) -> None:
    eve, port = admin(hub), hub.workspace.port
    assert await port.inbound(chat("w1", SECRET))
    await port.call(CallUpdate("pbx", "x.1", "ringing", T0, address="+972541"))
    await port.call(CallUpdate("pbx", "x.1", "abandoned", T0))
    rows = await hub.rows()
    for row in rows:
        await erase(hub, eve, row.customer)
    assert not await port.inbound(chat("w1", SECRET))
    await port.call(CallUpdate("pbx", "x.1", "abandoned", T0, address="+972541"))
    assert len(await hub.rows()) == len(rows) == 2


async def test_nothing_is_done_to_an_erased_case(hub: Hub) -> None:
    eve, port = admin(hub), hub.workspace.port
    await port.inbound(mail("<1@x>", SECRET))
    await port.inbound(mail("<2@x>", address="ruth@example.com", name="Ruth", subject="x"))
    dana, ruth = await row_of(hub, "Dana"), await row_of(hub, "Ruth")
    await hub.order(hub.noa, Reply(dana.id, "email", CustomerText("r")))
    sent = hub.mail.sent[0]
    await erase(hub, eve, dana.customer)
    words = CustomerText("more about Quagmirelli")
    for order in (
        Reply(dana.id, "email", words),
        Note(dana.id, words),
        Label(dana.id, ("quag",)),
        Reopen(dana.id),
        RetrySend(dana.id, sent.message),
        JoinCustomers(ruth.customer, dana.customer, ruth.id),
        EraseCustomer(dana.customer, (dana.customer,)),
    ):
        assert code(await hub.order(hub.noa if order.name != "erase-customer" else eve, order)) == "erased"
    with pytest.raises(QueryRefused):
        hub.workspace.policy = replace(hub.workspace.policy, blob_url="http://127.0.0.1:1")
        await hub.workspace.query(hub.noa, LinkQuery("", "", dana.id))
    await port.delivery(DeliveryUpdate("mail", sent.channel_id, "failed", hub.time.now(), reason=SECRET))
    await hub.settle()
    detail = await hub.case(dana.id)
    assert {(one.body.raw, one.error.raw) for one in detail.messages} == {("", "")}
    assert (detail.row.erased, detail.customer.erased > 0, detail.row.stage) == (True, True, "done")


async def test_a_file_that_comes_too_late_does_not_stay(hub: Hub, tmp_path: Path) -> None:
    eve = admin(hub)
    await hub.workspace.port.inbound(mail("<1@x>"))
    dana = await hub.only()

    async def chunks() -> AsyncIterator[bytes]:
        yield SECRET.encode()

    kept = await hub.workspace.put_blob(chunks())
    hub.workspace.policy = replace(hub.workspace.policy, blob_url="http://127.0.0.1:1")
    link = await hub.workspace.query(hub.noa, LinkQuery("", "", dana.id))
    assert isinstance(link, LinkPage)
    grant = await hub.workspace.take_link(link.url.rpartition("/")[2])
    assert grant is not None
    await erase(hub, eve, dana.customer)
    assert blobs.kept(hub.store.blobs, kept.blob), "nobody has said what it is for"
    file = FileRef(kept.blob, CustomerText(SECRET), "text/plain", kept.size)
    assert code(await hub.order(hub.noa, Reply(dana.id, "email", CustomerText("x"), files=(file,)))) == "erased"
    await hub.advance(60_000)
    assert traces(tmp_path, [SECRET]) == []
    await hub.workspace.put_blob(chunks())
    draft = SavedDraft(dana.id, CustomerText(SECRET), "email", files=(file,))
    assert code(await hub.order(hub.noa, SaveDraft(dana.id, draft))) == "erased"
    await hub.advance(60_000)
    assert traces(tmp_path, [SECRET]) == []
    await hub.workspace.put_blob(chunks())
    await hub.workspace.link_uploaded(grant, kept, SECRET)
    await hub.advance(60_000)
    assert traces(tmp_path, [SECRET]) == []


async def test_a_call_under_way_is_not_cut(hub: Hub) -> None:
    eve, port = admin(hub), hub.workspace.port
    await port.call(CallUpdate("pbx", "x.1", "ringing", T0, address="+972541", name="Dana"))
    row = await hub.only()
    assert row.call is not None
    found = await preview(hub, eve, row.customer)
    assert found is not None and found.live
    assert code(await hub.order(eve, EraseCustomer(row.customer, (row.customer,)))) == "call-live"
    await hub.order(hub.noa, CallAction(row.call.id, "answer"))
    assert code(await hub.order(eve, EraseCustomer(row.customer, (row.customer,)))) == "call-live"
    await hub.order(hub.noa, CallAction(row.call.id, "hang-up"))
    await erase(hub, eve, row.customer)
    now = await hub.only()
    assert (now.call, now.clock, now.stage) == (None, None, "done")
    assert code(await hub.order(hub.noa, CallAction(row.call.id, "hold"))) == "erased"


async def test_what_waits_is_not_sent_and_what_is_on_its_way_leaves_no_trace(hub: Hub, tmp_path: Path) -> None:
    eve, port = admin(hub), hub.workspace.port
    await port.inbound(mail("<1@x>"))
    await port.inbound(chat("w1"))
    by_mail = next(row for row in await hub.rows() if row.channel == "email")
    by_chat = next(row for row in await hub.rows() if row.channel == "whatsapp")
    hub.wa.answers = [SendResult("later", retry_in=60.0)]
    await hub.order(hub.noa, Reply(by_chat.id, "whatsapp", CustomerText(SECRET)))
    hub.mail.hold = asyncio.Event()
    outcome = await hub.workspace.order(hub.noa, "on-its-way", Reply(by_mail.id, "email", CustomerText(SECRET)))
    assert isinstance(outcome, Acked)
    while not hub.mail.sent:  # noqa: ASYNC110 - what is waited for has no event
        await asyncio.sleep(0)
    for row in (by_mail, by_chat):
        gone = await hub.workspace.order(eve, f"erase-{row.id}", EraseCustomer(row.customer, (row.customer,)))
        assert isinstance(gone, Acked), gone
    hub.mail.answers = [SendResult("accepted", "<other@x>", reason=SECRET, refused_to=(SECRET,))]
    hub.mail.hold.set()
    await hub.advance(3_600_000)
    assert (len(hub.mail.sent), len(hub.wa.sent)) == (1, 1)
    assert traces(tmp_path, [SECRET]) == []
    assert hub.workspace.waiting()["outbound"] == 0


async def test_one_part_goes_and_the_others_stay_as_they_are(hub: Hub) -> None:
    eve, port = admin(hub), hub.workspace.port
    await port.inbound(mail("<1@x>", SECRET))
    await port.inbound(chat("w1", "hello"))
    await port.inbound(chat("w2", "third", address="+97259", name="Third"))
    by_mail, by_chat, third = [
        next(row for row in await hub.rows() if row.channel == channel and (row.name.raw == "Third") == other)
        for channel, other in (("email", False), ("whatsapp", False), ("whatsapp", True))
    ]
    before = {row.id: (await hub.case(row.id)).messages for row in (by_chat, third)}
    await hub.order(hub.noa, JoinCustomers(by_mail.customer, by_chat.customer))
    await hub.order(hub.noa, JoinCustomers(by_mail.customer, third.customer))
    root = (await hub.case(by_mail.id)).customer.id
    both = await preview(hub, eve, root)
    assert both is not None and len(both.all) == len(both.parts) == 3
    one = await preview(hub, eve, root, by_mail.customer)
    assert one is not None and ([part.id for part in one.parts], one.messages) == ([by_mail.customer], 1)
    two = (by_mail.customer, by_chat.customer)
    assert code(await hub.order(eve, EraseCustomer(root, two))) == "other-parts"
    hub.events.clear()
    await erase(hub, eve, root, by_mail.customer)
    assert sum(isinstance(event.body, CustomersParted) for event in hub.events) == 2
    assert [event.body for event in hub.events if isinstance(event.body, CustomerErased)] == [
        CustomerErased(by_mail.customer, (by_mail.customer,))
    ]
    for row in (by_chat, third):
        detail = await hub.case(row.id)
        assert (detail.messages, detail.row.stage, detail.row.name) == (before[row.id], "us", row.name)
        assert (detail.customer.id, detail.customer.joins) == (row.customer, ())
    assert (await hub.case(by_mail.id)).row.erased


async def test_who_was_suggested_to_others_is_not_any_more(hub: Hub) -> None:
    eve, port = admin(hub), hub.workspace.port
    await port.inbound(mail("<1@x>", "order 88213"))
    await port.inbound(chat("w1", "order 88213", name="Ruth"))
    dana, ruth = await row_of(hub, "Dana"), await row_of(hub, "Ruth")
    assert len((await hub.case(ruth.id)).customer.suggestions) == 1
    await erase(hub, eve, dana.customer)
    assert (await hub.case(ruth.id)).customer.suggestions == ()
    await port.inbound(chat("w3", "order 88213", address="+97253", name="Third"))
    third = await row_of(hub, "Third")
    assert len((await hub.case(third.id)).customer.suggestions) == 1, "Ruth only"


async def test_live_events_name_nobody_and_tell_each_case(hub: Hub) -> None:
    eve, port = admin(hub), hub.workspace.port
    await port.inbound(mail("<1@x>", SECRET, name="Quagmirelli"))
    row = await hub.only()
    await hub.settle()
    hub.events.clear()
    await erase(hub, eve, row.customer)
    assert [event.body.type for event in hub.events] == ["customer-erased", "case-changed"]
    told = hub.events[-1]
    assert (told.body, told.case, told.by) == (CaseChanged("erased"), row.id, "eve")
    assert told.row is not None and (told.row.erased, told.row.stage) == (True, "done")
    assert "Quagmirelli" not in repr([event.row for event in hub.events]) + repr(told.row and told.row.name.raw)
    found = await hub.workspace.query(hub.noa, SearchQuery("xylophonically"))
    assert isinstance(found, SearchPage) and found.hits == ()
    met = await hub.workspace.query(hub.noa, CustomersQuery(str(row.number)))
    assert isinstance(met, CustomersPage) and met.found == ()


async def test_a_message_of_the_same_moment_finds_its_file_again(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its file was on the disk already when it came, and is removed before it is filed."""
    eve, port = admin(hub), hub.workspace.port
    file = InboundFile("same.txt", "text/plain", b"the same content")
    await port.inbound(replace(mail("<1@x>"), files=(file,)))
    row = await hub.only()
    [address] = [one.blob for one in (await hub.case(row.id)).messages[0].attachments]
    kept = port._keep  # type: ignore[attr-defined]
    removed: list[str] = []

    def keep_then_lose(message: object) -> object:
        found = kept(message)
        if not removed:
            removed.append(address)
            blobs.remove(hub.store.blobs, address)
        return found

    monkeypatch.setattr(port, "_keep", keep_then_lose)
    await erase(hub, eve, row.customer)
    await port.inbound(replace(mail("<2@x>", subject="new"), files=(file,)))
    await hub.advance(60_000)
    assert removed and blobs.kept(hub.store.blobs, address)


async def test_uploads_that_nobody_used_go_too(hub: Hub, tmp_path: Path) -> None:
    eve, port = admin(hub), hub.workspace.port

    async def chunks(content: str) -> AsyncIterator[bytes]:
        yield content.encode()

    await hub.workspace.put_blob(chunks(SECRET))
    await port.inbound(replace(mail("<1@x>"), files=(InboundFile("used", "", b"used file"),), raw=b"raw of it"))
    await hub.advance(2 * DAY_MS)
    await hub.workspace.put_blob(chunks("is about to be sent"))
    await port.inbound(mail("<2@x>", address="ruth@example.com", name="Ruth", subject="x"))
    ruth = await row_of(hub, "Ruth")
    await erase(hub, eve, ruth.customer)
    await hub.advance(60_000)
    assert traces(tmp_path, [SECRET]) == []
    kept = {path.read_bytes() for path in (tmp_path / "hub" / "blobs").rglob("*") if path.is_file()}
    assert kept == {b"used file", b"raw of it", b"is about to be sent"}


async def test_whoever_handled_the_case_handles_it_no_longer(hub: Hub) -> None:
    eve, port = admin(hub), hub.workspace.port
    await port.inbound(mail("<1@x>"))
    row = await hub.only()
    assert isinstance(await hub.order(hub.noa, TakeLease(row.id)), Acked)
    assert (await hub.only()).lease is not None
    found = await preview(hub, eve, row.customer)
    draft = SavedDraft(row.id, CustomerText(SECRET), "email")
    assert isinstance(await hub.order(hub.noa, SaveDraft(row.id, draft)), Acked)
    more = await preview(hub, eve, row.customer)
    assert found is not None and more is not None and (found.drafts, more.drafts) == (0, 1)
    await erase(hub, eve, row.customer)
    assert (await hub.only()).lease is None
    assert code(await hub.order(hub.noa, SaveDraft(row.id, draft))) == "erased"
    assert code(await hub.order(hub.noa, TakeLease(row.id))) == "erased"


async def test_who_may_not_see_all_of_them_does_not_erase_them(hub: Hub) -> None:
    hub.workspace.policy = replace(hub.workspace.policy, account_brand={"mail": "nofar", "wa": "shop"})
    eve = Operator(hub.store, hub.time, Ids(5)).add_agent("eve", "Eve", "admin", brands=("nofar",))
    await hub.workspace.port.inbound(mail("<1@x>", address="dana@example.com"))
    await hub.workspace.port.inbound(chat("w1"))
    by_mail, by_chat = sorted(await hub.rows(), key=lambda row: row.channel)
    await hub.order(hub.noa, JoinCustomers(by_mail.customer, by_chat.customer, by_mail.id))
    root = (await hub.case(by_mail.id)).customer.id
    with pytest.raises(QueryRefused, match="a brand that you may not see"):
        await preview(hub, eve, root)
    assert code(await hub.order(eve, EraseCustomer(root, (by_mail.customer,)))) == "other-brand"
    assert not (await hub.case(by_mail.id)).row.erased


async def test_what_the_command_line_did_is_told_to_desks_and_scrubbed(hub: Hub, tmp_path: Path) -> None:
    await hub.workspace.port.inbound(mail("<1@x>", SECRET))
    who = (await hub.only()).customer
    await hub.settle()
    hub.events.clear()

    def job(tx: Tx) -> None:
        erasing.erase(tx, erasing.OPERATOR, EraseCustomer(who, (who,)))

    Committer(hub.store, hub.time, Ids(3), None).one(job)
    assert hub.events == []
    await hub.workspace.access()
    await hub.advance(60_000)
    told = [event for event in hub.events if isinstance(event.body, CustomerErased)]
    assert [(event.by, event.body) for event in told] == [("", CustomerErased(who, (who,)))]
    assert traces(tmp_path, [SECRET]) == []
