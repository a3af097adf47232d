"""Suggested replies at the hub: learned behind the sending, once, through restarts; told for what waits for an answer;
words of customers only when many have said them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pytest_asyncio

from agent_tui.backends.base import Acked
from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.store import Store
from agent_tui.backends.hub.suggested_replies import MANY, WORD_DAYS
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.domain.orders import EraseCustomer, Reply
from agent_tui.domain.queries import SuggestPage, SuggestQuery
from agent_tui.domain.replies.reply import Canned, Variant
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import DAY_MS, VirtualTime
from tests.hub.conftest import Hub
from tests.hub.fakes import T0, Line, mail

CANNED = (
    Canned("refund", "The refund is on its way.", language="en", variants=(Variant("ההחזר בדרך", "he"),)),
    Canned("tracking", "Your parcel has the number {{ number }}.", language="en"),
    Canned("hours", "We are here from nine to five.", language="en"),
    Canned("sms-only", "Refund sent.", channels=("sms",)),
    Canned("theirs", "A refund of the garden.", brand="garden"),
)


class House(Hub):
    async def writes(self, who: int, words: str) -> str:
        """A customer writes; their case."""
        address = f"c{who}@example.com"
        await self.workspace.port.inbound(
            mail(f"<{self.time.now()}-{who}@x>", words, address=address, subject=f"{who}")
        )
        await self.settle()
        await self.advance(1)
        return next(row.id for row in await self.rows() if row.subject.raw == f"{who}")

    async def answers(self, case: str, *canned: str) -> None:
        body = CustomerText("words of the agent's own")
        assert isinstance(await self.order(self.noa, Reply(case, "email", body, canned=canned)), Acked)
        await self.advance(1)

    async def suggested(self, case: str, channel: str = "email", language: str = "") -> list[str]:
        return [one.key for one in (await self.page(case, channel, language)).suggested]

    async def page(self, case: str, channel: str = "email", language: str = "") -> SuggestPage:
        page = await self.workspace.query(self.noa, SuggestQuery(case, channel, language))
        assert isinstance(page, SuggestPage)
        return page

    async def restart(self) -> None:
        await self.workspace.stop()
        self.workspace = open_house(self.folder, self.time, (self.mail, self.wa, self.phone))
        await self.workspace.start()
        await self.settle()

    folder: Path


def open_house(folder: Path, time: VirtualTime, lines: tuple[Line, ...]) -> Workspace:
    store = Store.open(folder, synchronous="OFF")
    return Workspace(store, time, Ids(time.now()), lines, HubPolicy(canned=CANNED), inline=True)


@pytest_asyncio.fixture
async def house(tmp_path: Path, new_store: Path) -> AsyncIterator[House]:
    copytree(new_store, tmp_path / "hub")
    store, time = Store.open(tmp_path / "hub", synchronous="OFF"), VirtualTime(T0)
    noa = Operator(store, time, Ids(1)).add_agent("noa", "Noa", "admin")
    store.close()
    lines = (Line(), Line("wa", "whatsapp"), Line("pbx", "phone"))
    workspace = open_house(tmp_path / "hub", time, lines)
    await workspace.start()
    made = House(workspace, workspace._store, time, *lines, noa, noa, [])
    made.folder = tmp_path / "hub"
    await made.settle()
    yield made
    await made.workspace.stop()


async def test_what_was_picked_for_such_words_is_suggested_with_the_reason(house: House) -> None:
    first = await house.writes(1, "When comes my refund, where is the parcel?")
    assert await house.suggested(first) == [], "nothing was ever picked"
    await house.answers(first, "tracking")
    assert await house.suggested(first) == [], "nothing waits for an answer"
    await house.answers(await house.writes(3, "thanks"), "refund")
    best = (await house.page(await house.writes(2, "parcel, refund!"))).suggested[0]
    assert (best.key, best.used) == ("tracking", 1)
    assert ("said", "parcel", 1, 1) in {(why.kind, why.seen, why.picked, why.of) for why in best.reasons}


async def test_what_does_not_fit_is_not_suggested(house: House) -> None:
    for who, key in enumerate(("refund", "sms-only", "theirs", "hours")):
        await house.answers(await house.writes(who, "a refund"), key)
    case = await house.writes(9, "refund please")
    assert set(await house.suggested(case)) == {"refund", "hours"}, "neither another brand's nor another channel's"
    assert set(await house.suggested(case, "sms")) == {"refund", "hours", "sms-only"}
    assert await house.suggested(case, language="he") == ["refund"]


async def test_it_is_learned_once_and_a_restart_knows_it(house: House) -> None:
    for who in range(3):
        await house.answers(await house.writes(who, "parcel"), "hours", "hours", "nobody's")
    case = await house.writes(9, "the parcel")
    before = await house.page(case)
    assert before.suggested[0].key == "hours"
    assert before.suggested[0].used == 3
    await house.restart()
    assert (await house.page(case)).suggested == before.suggested
    with house.workspace._store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM reply_made WHERE learned = 0").scalar() == 0


async def test_a_word_is_everybodys_when_many_have_said_it(house: House) -> None:
    for who in range(MANY):
        assert "zebra" not in await everybodys(house)
        await house.answers(await house.writes(who, "my zebra, 054-1234567"), "hours")
        await house.answers(await house.writes(who, "zebra zebra"), "hours")  # the same one again
    assert "zebra" in await everybodys(house)
    assert not any(char.isdigit() for char in await everybodys(house))
    assert await house.suggested(await house.writes(99, "a zebra")) == ["hours"]


async def test_a_word_of_few_goes_with_the_customer_or_with_time(house: House) -> None:
    case = await house.writes(1, "qwertz asdfgh")
    await house.answers(case, "hours")
    assert await words(house) == {"said:qwertz", "said:asdfgh"}
    customer = (await house.rows())[0].customer
    assert isinstance(await house.order(house.noa, EraseCustomer(customer, (customer,))), Acked)
    assert await words(house) == set()
    await house.answers(await house.writes(2, "yxcvbn"), "hours")
    assert await words(house) == {"said:yxcvbn"}
    await house.advance((WORD_DAYS + 1) * DAY_MS)
    await house.restart()
    assert await words(house) == set()


async def test_other_replies_are_known_as_soon_as_they_are_there(house: House) -> None:
    case = await house.writes(1, "zebra")
    zebra = Canned("zebra", "All about the zebra.")
    house.workspace.policy = replace(house.workspace.policy, canned=(*CANNED[1:], zebra))
    await house.suggested(case)
    await house.settle()
    await house.answers(case, "zebra")
    assert "said:zebra" in await everybodys(house), "it stands in a reply"
    assert await house.suggested(await house.writes(2, "zebra")) == ["zebra"]
    house.workspace.policy = replace(house.workspace.policy, canned=CANNED)
    await house.suggested(case)
    await house.settle()
    assert await house.suggested(await house.writes(3, "zebra")) == []


async def everybodys(house: House) -> str:
    with house.workspace._store.read() as connection:
        return " ".join(connection.exec_driver_sql("SELECT DISTINCT sign FROM pick_count").scalars())


async def words(house: House) -> set[str]:
    with house.workspace._store.read() as connection:
        return set(connection.exec_driver_sql("SELECT sign FROM pick_word").scalars())
