"""Cards at the hub: one look-up for all who ask, kept for a while, the last good answer beside a failure, never in the
way of other answers, gone with the customer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copytree

import pytest_asyncio

from agent_tui.backends.base import Acked
from agent_tui.backends.connectors.base import CallUpdate
from agent_tui.backends.hub import cards
from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.store import Store
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.domain.card_requests import Values
from agent_tui.domain.company_cards import CardFailed, CardFieldSetup, CardSetup, CompanyCard
from agent_tui.domain.orders import EraseCustomer
from agent_tui.domain.queries import CardsPage, CardsQuery
from agent_tui.domain.time import DAY_MS, MINUTE_MS, VirtualTime
from tests.hub.conftest import Hub
from tests.hub.fakes import T0, Line, chat, mail, until

OWED = CardFieldSetup("owed", (("", "owed"),), ("owed",))


@dataclass
class Shop:
    """A system: answers what is owed, which is more each time; `held` until it is let go; or fails."""

    asked: list[Values] = field(default_factory=list)
    fails: CardFailed | Exception | None = None
    gate: asyncio.Event | None = None
    most_at_once: int = 0
    now: int = 0

    async def look_up(self, values: Values) -> bytes:
        self.asked.append(values)
        self.now += 1
        self.most_at_once = max(self.most_at_once, self.now)
        try:
            if self.gate is not None:
                await self.gate.wait()
            if self.fails is not None:
                raise self.fails
            return json.dumps({"owed": len(self.asked)}).encode()
        finally:
            self.now -= 1

    async def stop(self) -> None:
        pass


@dataclass
class House(Hub):
    shop: Shop = field(default_factory=Shop)

    async def cards(self, case: str, *, wait: bool = True, again: bool = False) -> list[CompanyCard]:
        page = await self.workspace.query(self.noa, CardsQuery(case, wait, again))
        assert isinstance(page, CardsPage)
        return list(page.cards)

    async def owed(self, case: str, *, again: bool = False) -> tuple[str, str, int]:
        """The value, the kind of trouble, the age in ms."""
        card = next(card for card in await self.cards(case, again=again) if card.name == "shop")
        trouble = card.trouble.kind if card.trouble is not None else ""
        return card.fields[0].value.raw if card.fields else "", trouble, self.time.now() - card.at if card.at else -1


@pytest_asyncio.fixture
async def house(tmp_path: Path, new_store: Path) -> AsyncIterator[House]:
    copytree(new_store, tmp_path / "hub")
    store, time, shop = Store.open(tmp_path / "hub", synchronous="OFF"), VirtualTime(T0), Shop()
    operator = Operator(store, time, Ids(1))
    noa = operator.add_agent("noa", "Noa", "admin", ("support",))
    avi = operator.add_agent("avi", "Avi", "agent", ("support",), brands=("nofar",))
    setups = (
        CardSetup("shop", (("", "From the shop"),), (("mailto", "wa"), ("case",)), (OWED,)),
        CardSetup("chat", (), (("wa",),), (OWED,), channels=("whatsapp",)),
    )
    lines = (Line(), Line("wa", "whatsapp"), Line("pbx", "phone"))
    sources = {"shop": shop, "chat": shop}
    policy = HubPolicy(cards=setups, account_brand={"mail": "garden"})
    workspace = Workspace(store, time, Ids(2), lines, policy, card_sources=sources, inline=True)
    await workspace.start()
    yield House(workspace, store, time, *lines, noa, avi, [], shop=shop)
    await workspace.stop()


async def test_a_card_is_filled_by_the_customers_address_and_kept_for_a_while(house: House) -> None:
    await house.workspace.port.inbound(mail("<1@x>", "where is it?", address="dana@example.com"))
    case = (await house.only()).id
    first = await house.cards(case, wait=False)
    assert [(card.name, card.looking, card.fields) for card in first] == [("shop", True, ())]
    assert await house.owed(case) == ("1", "", 0)
    assert house.shop.asked == [{"mailto|wa": "dana@example.com", "case": "1001"}]
    await house.advance(4 * MINUTE_MS)
    assert await house.owed(case) == ("1", "", 4 * MINUTE_MS)
    assert await house.owed(case, again=True) == ("2", "", 0)
    await house.advance(5 * MINUTE_MS)
    assert await house.owed(case) == ("3", "", 0)


async def test_who_ask_at_once_share_one_look_up(house: House) -> None:
    await house.workspace.port.inbound(mail("<1@x>", "where is it?"))
    case = (await house.only()).id
    house.shop.gate = asyncio.Event()
    asked = [asyncio.create_task(house.cards(case, again=bool(number))) for number in range(5)]
    for _ in range(20):
        await asyncio.sleep(0)
    assert (await house.case(case)).row.id == case  # nobody else waits
    house.shop.gate.set()
    assert {card[0].fields[0].value.raw for card in await asyncio.gather(*asked)} == {"1"}


async def test_a_failure_stands_beside_the_last_good_answer_for_a_day(house: House) -> None:
    await house.workspace.port.inbound(mail("<1@x>", "where is it?"))
    case = (await house.only()).id
    assert (await house.owed(case))[0] == "1"
    for failure, kind in ((CardFailed("status", "403"), "status"), (RuntimeError("SECRET"), "failed")):
        house.shop.fails = failure
        await house.advance(10 * MINUTE_MS)
        assert (await house.owed(case))[:2] == ("1", kind)
    await house.advance(DAY_MS)
    assert await house.owed(case) == ("", "failed", -1)
    house.shop.fails = None
    assert (await house.owed(case, again=True))[1:] == ("", 0)


async def test_who_has_no_such_address_is_not_asked_for(house: House) -> None:
    await house.workspace.port.call(CallUpdate("pbx", "ch-1", "ringing", T0, address="+97254333", name="Yossi"))
    card = (await house.cards((await house.only()).id))[0]
    assert card.trouble is not None
    assert (card.trouble.kind, card.trouble.detail.raw, house.shop.asked) == ("lacks", "mailto", [])


async def test_a_case_has_the_cards_of_its_channel_for_those_who_may_see_it(house: House) -> None:
    await house.workspace.port.inbound(chat("w1", "hi"))
    await house.workspace.port.inbound(mail("<1@x>", "where is it?"))
    named = {row.channel: [card.name for card in await house.cards(row.id)] for row in await house.rows()}
    assert named == {"whatsapp": ["shop", "chat"], "email": ["shop"]}
    garden = next(row.id for row in await house.rows() if row.channel == "email")
    page = await house.workspace.query(house.avi, CardsQuery(garden, wait=True))
    assert isinstance(page, CardsPage)
    assert page.cards == ()


async def test_only_so_many_are_asked_at_once(house: House) -> None:
    for number in range(12):
        await house.workspace.port.inbound(mail(f"<{number}@x>", "hi", address=f"c{number}@example.com"))
    house.shop.gate = asyncio.Event()
    asked = [asyncio.create_task(house.cards(row.id)) for row in await house.rows()]
    await until(lambda: house.shop.now == cards.AT_ONCE)
    house.shop.gate.set()
    assert len(await asyncio.gather(*asked)) == 12
    assert house.shop.most_at_once == cards.AT_ONCE


async def test_erasing_forgets_cards_and_what_comes_meanwhile(house: House) -> None:
    await house.workspace.port.inbound(mail("<1@x>", "where is it?"))
    row = await house.only()
    await house.owed(row.id)
    house.shop.gate = asyncio.Event()
    late = asyncio.create_task(house.cards(row.id, again=True))
    await until(lambda: house.shop.now == 1)
    erase = EraseCustomer(row.customer, (row.customer,))
    assert isinstance(await house.workspace.order(house.noa, "erase", erase), Acked)
    house.shop.gate.set()
    assert await late == []
    assert house.workspace._cards._kept == {}
    assert await house.cards(row.id) == []
