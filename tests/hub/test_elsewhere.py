"""Whom another server knows too: by what a row says it, who is found by it, and what agents say of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent_tui.backends.base import Acked, Rejected
from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.elsewhere import MOST_SAID
from agent_tui.backends.hub.ids import Ids
from agent_tui.domain.known_as import itself, known_as
from agent_tui.domain.model import Address, Agent, CaseRow
from agent_tui.domain.orders import EraseCustomer, JoinCustomers, LinkElsewhere, PartCustomers, Reopen, Resolve
from agent_tui.domain.queries import SamePersonPage, SamePersonQuery
from agent_tui.domain.text import CustomerText
from tests.hub.brand_house import open_house
from tests.hub.conftest import Hub
from tests.hub.fakes import chat, mail

DANA = Address("mailto", CustomerText("dana@example.com"))
PHONE = Address("wa", CustomerText("+972541234567"))
THEM = "0123456789abcdef"


def of(address: Address) -> str:
    (digest,) = known_as([address])
    return digest


async def same(hub: Hub, *addresses: Address, agent: Agent | None = None) -> list[str]:
    page = await hub.workspace.query(agent or hub.noa, SamePersonQuery(addresses))
    assert isinstance(page, SamePersonPage)
    return [row.id for row in page.rows]


async def dana(hub: Hub) -> CaseRow:
    await hub.workspace.port.inbound(mail("<1@x>", address="dana@example.com"))
    await hub.settle()
    return await hub.only()


async def test_a_row_says_who_it_is_and_a_closed_one_says_nothing(hub: Hub) -> None:
    row = await dana(hub)
    assert row.known_as == (of(DANA), itself("hub", row.customer))
    (told,) = [event.row for event in hub.events if event.row is not None][-1:]
    assert told is not None and told.known_as == row.known_as, "an event says it as a page does"
    await hub.order(hub.noa, Resolve(row.id))
    assert (await hub.only()).known_as == ()
    await hub.order(hub.noa, Reopen(row.id))
    assert (await hub.only()).known_as == row.known_as


async def test_joined_customers_are_known_by_the_addresses_of_all(hub: Hub) -> None:
    row = await dana(hub)
    await hub.workspace.port.inbound(chat("w1", address="+972541234567"))
    other = next(one for one in await hub.rows() if one.channel == "whatsapp")
    outcome = await hub.order(hub.noa, JoinCustomers(row.customer, other.customer))
    assert isinstance(outcome, Acked)
    both = await hub.only()
    assert {of(DANA), of(PHONE), itself("hub", row.customer), itself("hub", other.customer)} == set(both.known_as)
    await hub.order(hub.noa, PartCustomers(outcome.result))
    assert {one.id: one.known_as for one in await hub.rows()} == {row.id: row.known_as, other.id: other.known_as}


@pytest.mark.parametrize(
    "written",
    [
        Address("mailto", CustomerText(" Dana@Example.com")),
        Address("tel", CustomerText("+972-54-123-4567")),
        Address("sms", CustomerText("00972541234567")),
    ],
)
async def test_people_are_found_however_their_address_is_written(hub: Hub, written: Address) -> None:
    row = await dana(hub)
    await hub.workspace.port.inbound(chat("w1", address="+972541234567"))
    other = next(one for one in await hub.rows() if one.channel == "whatsapp")
    assert await same(hub, written) == [row.id if written.scheme == "mailto" else other.id]
    assert await same(hub, Address("mailto", CustomerText("else@example.com"))) == []
    await hub.order(hub.noa, Resolve(row.id))
    assert row.id not in await same(hub, written)


async def test_who_may_not_see_a_case_does_not_find_it(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        row = await house.writes("ogen", "<1@x>", address="dana@example.com")
        assert await same(house, DANA, agent=house.oren) == [row.id]
        assert await same(house, DANA, agent=house.noa) == []
        outcome = await house.order(house.noa, LinkElsewhere(row.id, THEM, same=True))
        assert isinstance(outcome, Rejected) and outcome.code == "no-case"
        nofar = await house.writes("nofar", "<2@x>", address="dana@example.com")
        assert await same(house, DANA, agent=house.noa) == [nofar.id]


async def test_what_agents_say_holds_for_new_cases_and_is_taken_back(hub: Hub) -> None:
    row = await dana(hub)
    hub.events.clear()
    assert isinstance(await hub.order(hub.noa, LinkElsewhere(row.id, THEM, same=True)), Acked)
    assert f"+{THEM}" in (await hub.only()).known_as
    (event,) = hub.events
    assert (event.by, event.case, getattr(event.body, "detail", "")) == ("noa", row.id, f"+{THEM}")
    assert isinstance(await hub.order(hub.avi, LinkElsewhere(row.id, THEM, same=False)), Acked)
    assert f"-{THEM}" in (await hub.only()).known_as and f"+{THEM}" not in (await hub.only()).known_as
    await hub.order(hub.noa, Resolve(row.id))
    await hub.advance(60 * 24 * 3_600_000)
    await hub.workspace.port.inbound(mail("<2@x>", address="dana@example.com", at=hub.time.now()))
    fresh = next(one for one in await hub.rows() if one.stage == "us")
    assert fresh.id != row.id and f"-{THEM}" in fresh.known_as
    assert isinstance(await hub.order(hub.noa, LinkElsewhere(fresh.id, THEM)), Acked)
    fresh = next(one for one in await hub.rows() if one.stage == "us")
    assert not any(digest[1:] == THEM for digest in fresh.known_as)


@pytest.mark.parametrize("bad", ["", "x", "0123456789ABCDEF", THEM + "0", "+" + THEM, "0123456789abcde\n"])
async def test_what_names_nobody_is_refused(hub: Hub, bad: str) -> None:
    row = await dana(hub)
    outcome = await hub.order(hub.noa, LinkElsewhere(row.id, bad, same=True))
    assert isinstance(outcome, Rejected) and outcome.code == "no-customer"
    assert await hub.only() == row


async def test_a_replayed_log_ends_with_the_same_rows(hub: Hub) -> None:
    row = await dana(hub)
    await hub.order(hub.noa, LinkElsewhere(row.id, THEM, same=True))
    replayed = await hub.workspace.replay(hub.noa, 0, 1000)
    assert replayed is not None and replayed[-1].row == await hub.only()


async def test_nothing_is_said_of_who_was_erased(hub: Hub) -> None:
    row = await dana(hub)
    await hub.order(hub.noa, LinkElsewhere(row.id, THEM, same=True))

    admin = Operator(hub.store, hub.time, Ids(7)).add_agent("eve", "Eve", "admin")
    assert isinstance(await hub.order(admin, EraseCustomer(row.customer, (row.customer,))), Acked)
    assert (await hub.only()).known_as == ()
    with hub.store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM customer_elsewhere").scalar() == 0
    assert await same(hub, DANA) == []


async def test_what_is_said_for_one_brand_is_not_told_to_another(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        nofar = await house.writes("nofar", "<1@x>", address="dana@example.com")
        ogen = await house.writes("ogen", "<2@x>", address="dana@example.com")
        house.events.clear()
        assert isinstance(await house.order(house.oren, LinkElsewhere(ogen.id, THEM, same=True)), Acked)
        assert [event.case for event in house.events] == [ogen.id]
        assert isinstance(await house.order(house.noa, LinkElsewhere(nofar.id, THEM, same=False)), Acked)
        await house.writes("nofar", "<3@x>", address="dana@example.com")
        await house.writes("ogen", "<4@x>", address="dana@example.com")
        said = {row.id: [d for d in row.known_as if d[1:] == THEM] for row in await house.seen_by(house.avi)}
        assert said == {nofar.id: [f"-{THEM}"], ogen.id: [f"+{THEM}"]}


async def test_only_so_many_can_be_said_of_one_person(hub: Hub) -> None:
    row = await dana(hub)
    for number in range(MOST_SAID):
        assert isinstance(await hub.order(hub.noa, LinkElsewhere(row.id, f"{number:016x}", same=False)), Acked)
    outcome = await hub.order(hub.noa, LinkElsewhere(row.id, THEM, same=True))
    assert isinstance(outcome, Rejected) and outcome.code == "too-many-customers"
    assert isinstance(await hub.order(hub.noa, LinkElsewhere(row.id, f"{1:016x}")), Acked)
    assert isinstance(await hub.order(hub.noa, LinkElsewhere(row.id, THEM, same=True)), Acked)
