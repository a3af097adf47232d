"""Who may be the same person: joined by themselves only where somebody vouches, else suggested with the reason."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from agent_tui.backends.base import Acked, Rejected
from agent_tui.backends.connectors.base import Inbound
from agent_tui.backends.hub import likeness
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.known_customers import know
from agent_tui.domain.events import CustomerChanged
from agent_tui.domain.model import Customer
from agent_tui.domain.orders import JoinCustomers, PartCustomers, RefuseSuggestion
from agent_tui.domain.queries import HistoryPage, HistoryQuery
from agent_tui.domain.time import MINUTE_MS
from tests.hub.conftest import Hub
from tests.hub.fakes import T0, chat, mail

TEL = "+972544234567"
HOUR = 60 * MINUTE_MS


async def person(hub: Hub, id: str) -> Customer:
    page = await hub.workspace.query(hub.noa, HistoryQuery(id))
    assert isinstance(page, HistoryPage)
    assert page.customer is not None
    return page.customer


async def suggested(hub: Hub) -> list[tuple[str, str, str]]:
    """(name, other's name, reason) of all open rows' customers."""
    found = []
    for row in await hub.rows():
        known = await person(hub, row.customer)
        found += [(known.name.raw, each.name.raw, each.reason) for each in known.suggestions]
    return sorted(found)


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        (
            mail("<1@x>", "Call me\n\n-- \nDana, 054-423-4567", name="D. L."),
            chat("w1", address=TEL, name="Noor"),
            "phone-in-signature",
        ),
        (
            mail("<1@x>", "order no. 88213 is late", name="D. L."),
            chat("w1", "Order #88213?", address="+97250", name="Noor"),
            "order-number",
        ),
        (mail("<1@x>", "הזמנה מספר 88213", name=""), chat("w1", "הזמנה 88213 איפה", name=""), "order-number"),
        (mail("<1@x>", name="Dana Levi"), chat("w1", name="Levi, Dana"), "similar-name"),
        (mail("<1@x>", name="דנה לוי"), chat("w1", name="דנה  לוי"), "similar-name"),
        (
            mail("<1@x>", address="dana.levi@example.com", name=""),
            replace(chat("w1", address="dana_levi", name=""), scheme="ig"),
            "same-handle",
        ),
        (
            replace(chat("w0", address=TEL, name=""), scheme="tel", account="sms"),
            chat("w1", address="972544234567", name=""),
            "shared-phone",
        ),
    ],
    ids=["signature", "order", "order-he", "name", "name-he", "handle", "phone"],
)
async def test_what_two_have_in_common_is_a_suggestion_with_its_reason(
    hub: Hub, one: Inbound, other: Inbound, reason: str
) -> None:
    for got in (one, other):
        await hub.workspace.port.inbound(got)
    assert len(await hub.rows()) == 2, "nothing was joined"
    found = await suggested(hub)
    assert [each[2] for each in found] == [reason, reason], "each of the two is told of the other"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (mail("<1@x>", name="Dana"), chat("w1", name="Dana")),
        (mail("<1@x>", "my order 12", name=""), chat("w1", "my order 12", name="")),
        (mail("<1@x>", "the courier is 054-423-4567", name=""), chat("w1", "courier 054-423-4567?", name="")),
        (mail("<1@x>", address="info@a.example", name=""), mail("<2@x>", address="info@b.example", name="")),
        (mail("<1@x>", name="Dana Levi"), chat("w1", name="Dana Cohen")),
        (mail("<1@x>", "on 12.11.2025 at 10:30-11:45", name=""), chat("w1", name="")),
    ],
    ids=["one-word", "short-number", "a-third", "mailbox", "other-family", "dates"],
)
async def test_what_says_nothing_is_not_suggested(hub: Hub, one: Inbound, other: Inbound) -> None:
    for got in (one, other):
        await hub.workspace.port.inbound(got)
    assert await suggested(hub) == []


async def test_a_suggestion_is_told_accepted_and_gone(hub: Hub) -> None:
    await hub.workspace.port.inbound(mail("<1@x>", name="Dana Levi", at=T0 - MINUTE_MS))
    await hub.workspace.port.inbound(chat("w1", name="Dana Levi"))
    await hub.settle()
    told = [event.body.customer for event in hub.events if isinstance(event.body, CustomerChanged)]
    assert [len(customer.suggestions) for customer in told[-2:]] == [1, 1]
    offered = told[-1].suggestions[0]
    outcome = await hub.order(hub.noa, JoinCustomers(offered.one, offered.other, suggestion=offered.id))
    assert isinstance(outcome, Acked)
    row = await hub.only()
    known = await person(hub, row.customer)
    assert known.suggestions == ()
    assert [(each.reason, each.by) for each in known.joins] == [("similar-name", "noa")]
    await hub.order(hub.avi, PartCustomers(outcome.result))
    assert await suggested(hub) == [], "an agent has said that they are two"
    await hub.workspace.port.inbound(chat("w2", "again", name="Dana Levi"))
    assert await suggested(hub) == []


async def test_a_refused_one_never_comes_again_for_its_reason(hub: Hub) -> None:
    await hub.workspace.port.inbound(mail("<1@x>", "order 88213", name="Dana Levi"))
    await hub.workspace.port.inbound(chat("w1", name="Dana Levi"))
    known = await person(hub, (await hub.rows())[0].customer)
    assert isinstance(await hub.order(hub.noa, RefuseSuggestion(known.suggestions[0].id)), Acked)
    assert await suggested(hub) == []
    await hub.workspace.port.inbound(chat("w2", "order 88213", name="Dana Levi"))
    assert {each[2] for each in await suggested(hub)} == {"order-number"}, "another reason is another suggestion"
    refused = await hub.order(hub.noa, RefuseSuggestion("g_none"))
    assert isinstance(refused, Rejected)


async def test_a_phone_that_both_sides_vouch_for_joins_by_itself_and_says_so(hub: Hub) -> None:
    customer = know(
        hub.store, hub.time, Ids(9), "Dana Levi", [("tel", TEL), ("mailto", "dana@example.com")], "he", T0 - HOUR
    )
    await hub.workspace.port.inbound(mail("<1@x>", at=T0 - MINUTE_MS))
    await hub.workspace.port.inbound(replace(chat("w1", address="dana", name="D."), verified=(f"tel:{TEL}",)))
    row = await hub.only()
    assert row.channels == ("email", "whatsapp")
    known = await person(hub, row.customer)
    assert [(each.origin, each.by) for each in known.joins] == [("verified", "")]
    assert known.name.raw == "Dana Levi"
    assert {(a.scheme, a.verified) for a in known.addresses} == {("tel", True), ("mailto", True), ("wa", False)}
    # parted by an agent, nothing but an agent joins them again
    await hub.order(hub.noa, PartCustomers(known.joins[0].id))
    await hub.workspace.port.inbound(replace(chat("w2", address="dana", name="D."), verified=(f"tel:{TEL}",)))
    assert len(await hub.rows()) == 2
    assert customer in {row.customer for row in await hub.rows()}


async def test_a_phone_that_nobody_vouched_for_is_only_suggested(hub: Hub) -> None:
    await hub.workspace.port.inbound(replace(chat("t1", address=TEL, name=""), scheme="tel", account="sms"))
    await hub.workspace.port.inbound(replace(chat("w1", address="dana", name="D."), verified=(f"tel:{TEL}",)))
    assert len(await hub.rows()) == 2
    assert {each[2] for each in await suggested(hub)} == {"shared-phone"}


async def test_a_key_of_many_says_nothing_and_the_work_stays_small(hub: Hub) -> None:
    for n in range(30):
        await hub.workspace.port.inbound(chat(f"w{n}", address=f"+9725{n:02}", name="Customer Support"))
    await hub.settle()
    with hub.store.read() as connection:
        made = connection.exec_driver_sql("SELECT count(*) FROM suggestion").scalar()
    assert made is not None
    assert made <= 21 * 20


def test_only_the_beginning_and_the_end_of_a_text_are_read() -> None:
    text = "054-423-4567\n" + "x 054-999-9999 " * 2000 + "\nMine: 050-765-4321"
    keys = likeness.text_keys(text, "IL")
    assert len(keys) <= likeness.MOST * 2
    assert likeness.text_keys("050-765-4321", "IL")[0] in likeness.text_keys("a" * 100_000 + " 050-765-4321", "IL")


def test_numbers_are_read_as_people_write_them(tmp_path: Path) -> None:
    for text in ("054-423-4567", "0544234567", "+972 54 423 4567", "972544234567", "(054) 423.4567"):
        assert likeness.phone(text, "IL") == TEL, text
    for text in ("12.11.2025", "88213", "1234567", "0000000000"):
        assert likeness.phone(text, "IL") == "", text
