"""Search, history and imports by brand: what was not granted is not found, counted, summed up or named."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from agent_tui.backends.base import Acked, Rejected
from agent_tui.backends.hub.importing import import_talks
from agent_tui.backends.hub.store import search
from agent_tui.domain.events import PromiseChanged
from agent_tui.domain.model import Agent, Directory
from agent_tui.domain.orders import (
    ChangePromise,
    JoinCustomers,
    MakePromise,
    Note,
    PartCustomers,
    Reply,
    Resolve,
)
from agent_tui.domain.queries import DirectoryPage, DirectoryQuery, Hit, PastPage, PastQuery, SearchPage, SearchQuery
from agent_tui.domain.replies.reply import Canned, canned_for
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import MINUTE_MS
from tests.hub.brand_house import House, open_house
from tests.hub.fakes import T0


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as made:
        yield made


async def find(house: House, agent: Agent, text: str, **more: Any) -> SearchPage:
    await house.advance(MINUTE_MS)
    page = await house.workspace.query(agent, replace(SearchQuery(text), **more))
    assert isinstance(page, SearchPage)
    return page


async def said(house: House, agent: Agent, text: str) -> list[str]:
    return sorted(hit.said.raw for hit in (await find(house, agent, text)).hits if hit.found != "customer")


async def customers(house: House, agent: Agent, text: str) -> list[Hit]:
    return [hit for hit in (await find(house, agent, text)).hits if hit.found == "customer"]


async def past(house: House, agent: Agent, customer: str, **more: Any) -> PastPage:
    page = await house.workspace.query(agent, replace(PastQuery(customer), **more))
    assert isinstance(page, PastPage)
    return page


async def test_a_search_finds_and_counts_what_one_may_see(house: House) -> None:
    await house.writes("ogen", "<1@x>", "my secret anchor", "secret@ogen.example")
    mine = await house.writes("nofar", "<2@x>", "no anchor but a lamp")
    await house.order(house.noa, Note(mine.id, CustomerText("anchor noted")))
    assert await said(house, house.noa, "anchor") == ["anchor noted", "no anchor but a lamp"]
    assert await said(house, house.oren, "anchor") == ["my secret anchor"]
    assert len(await said(house, house.avi, "anchor")) == 3
    for agent, number in ((house.noa, 2), (house.oren, 1), (house.avi, 3)):
        assert (await find(house, agent, "anchor", limit=0)).total == number
    for text in ("secret", "anchor from:secret@ogen.example", "is:open secret", "channel:email secret"):
        assert await said(house, house.noa, text) == [], text


async def test_operators_alone_find_no_other_brand(house: House) -> None:
    theirs = await house.writes("ogen", "<1@x>", "anchor", "secret@ogen.example")
    await house.order(house.oren, Reply(theirs.id, "email", CustomerText("it is at sea")))
    mine = await house.writes("nofar", "<2@x>", "lamp")
    for text in ("is:open", "is:waiting", "channel:email", "owner:oren", "from:oren", "owner:nobody"):
        rows = {hit.row.id for hit in (await find(house, house.noa, text)).hits}
        assert rows <= {mine.id}, text
        assert theirs.id in {hit.row.id for hit in (await find(house, house.avi, text)).hits} or text == "owner:nobody"


async def test_where_many_cases_match_each_is_looked_at(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "FEW_CASES", 0)
    await house.writes("ogen", "<1@x>", "anchor", "secret@ogen.example")
    await house.writes("nofar", "<2@x>", "an anchor too")
    assert await said(house, house.noa, "is:open anchor") == ["an anchor too"]
    assert len(await said(house, house.avi, "is:open anchor")) == 2


async def test_customers_are_found_by_what_one_may_know_of_them(house: House) -> None:
    """Dana is joined with an address that only writes to Ogen: it neither finds her for Noa nor stands beside her."""
    theirs = await house.writes("ogen", "<1@x>", "anchor", "secret@ogen.example")
    mine = await house.writes("nofar", "<2@x>", "lamp", "dana@example.com")
    assert await customers(house, house.noa, "secret") == []
    assert len(await customers(house, house.oren, "secret")) == 1
    assert isinstance(await house.order(house.avi, JoinCustomers(mine.customer, theirs.customer)), Acked)
    assert await customers(house, house.noa, "secret") == []
    assert await said(house, house.noa, "from:secret@ogen.example") == []
    (dana,) = await customers(house, house.noa, "dana@example.com")
    assert (dana.row.id, dana.said.raw) == (mine.id, "dana@example.com")
    (both,) = await customers(house, house.avi, "secret")
    assert "dana@example.com" in both.said.raw


async def test_a_customer_who_is_found_has_a_row_of_a_granted_brand(house: House) -> None:
    mine = await house.writes("nofar", "<1@x>", "lamp")
    await house.advance(MINUTE_MS)
    await house.writes("ogen", "<2@x>", "anchor")
    (dana,) = await customers(house, house.noa, "dana@example.com")
    assert dana.row.id == mine.id


async def test_history_has_the_entries_and_figures_of_granted_brands(house: House) -> None:
    """One address that writes to both brands."""
    theirs = await house.writes("ogen", "<1@x>", "anchor")
    assert isinstance(await house.order(house.oren, Reply(theirs.id, "email", CustomerText("at sea"))), Acked)
    promised = MakePromise(theirs.id, "p_1", CustomerText("an anchor"), T0 + 90 * MINUTE_MS)
    assert isinstance(await house.order(house.oren, promised), Acked)
    await house.advance(MINUTE_MS)
    mine = await house.writes("nofar", "<2@x>", "lamp")
    assert mine.customer == theirs.customer
    assert isinstance(await house.order(house.noa, Resolve(mine.id)), Acked)
    page = await past(house, house.noa, mine.customer)
    assert {entry.case for entry in page.entries} == {mine.id}
    assert [entry.message.body.raw for entry in page.entries if entry.message is not None] == ["lamp"]
    assert ({talk.case for talk in page.conversations}, [case.id for case in page.cases]) == ({mine.id}, [mine.id])
    assert page.summary is not None
    assert (page.summary.cases, page.summary.messages) == (1, 1)
    whole = await past(house, house.avi, mine.customer)
    assert whole.summary is not None
    assert whole.summary.cases == 2
    assert whole.summary.messages >= 3
    assert {entry.case for entry in whole.entries} == {mine.id, theirs.id}
    assert any(entry.promise is not None for entry in whole.entries)
    # who may see nothing of a person is not told that there is one
    other = await house.writes("ogen", "<9@x>", "chain", "secret@ogen.example")
    assert (await past(house, house.noa, other.customer)).customer is None


async def test_history_tells_no_join_with_a_hidden_customer(house: House) -> None:
    theirs = await house.writes("ogen", "<1@x>", "anchor", "secret@ogen.example")
    mine = await house.writes("nofar", "<2@x>", "lamp", "dana@example.com")
    more = await house.writes("ogen", "<3@x>", "chain", "other@ogen.example")
    assert isinstance(await house.order(house.avi, JoinCustomers(theirs.customer, more.customer)), Acked)
    joined = await house.order(house.avi, JoinCustomers(mine.customer, theirs.customer))
    assert isinstance(joined, Acked)
    for _ in range(2):
        page = await past(house, house.noa, mine.customer)
        assert page.customer is not None
        assert [address.value.raw for address in page.customer.addresses] == ["dana@example.com"]
        assert [entry.message.body.raw for entry in page.entries if entry.message is not None] == ["lamp"]
        assert not [entry for entry in page.entries if entry.join is not None]
        assert set(page.nodes) <= {mine.customer, page.customer.id}
        assert [entry for entry in (await past(house, house.avi, mine.customer)).entries if entry.join is not None]
        await house.order(house.avi, PartCustomers(joined.result))


async def test_imported_cases_are_of_the_brand_that_is_said(house: House) -> None:
    def talk(id: str, words: str) -> str:
        turns = [{"who": "customer", "at": 1_700_000_000, "text": words}]
        return json.dumps({"id": id, "customer": {"address": "mailto:dana@example.com"}, "turns": turns})

    import_talks(house.store, [talk("1", "old anchor")], T0, brand="ogen")
    import_talks(house.store, [talk("2", "old lamp")], T0, brand="nofar")
    import_talks(house.store, [talk("3", "of nobody")], T0)
    await house.writes("ogen", "<1@x>", "the index follows")
    assert await said(house, house.noa, "old") == ["old lamp"]
    assert await said(house, house.oren, "old") == ["old anchor"]
    assert await said(house, house.noa, "nobody") == ["of nobody"]
    (hit,) = (await find(house, house.oren, "anchor")).hits
    entries = (await past(house, house.oren, hit.row.customer)).entries
    assert sorted(e.message.body.raw for e in entries if e.message is not None) == [
        "of nobody",
        "old anchor",
        "the index follows",
    ]


def _words(directory: Directory, brand: str) -> dict[str, str]:
    return {key: one.text for key, one in canned_for(directory.canned, brand).items()}


async def test_canned_replies_are_of_brands(house: House) -> None:
    canned = (Canned("hours", "9-5"), Canned("hours", "night and day", "ogen"), Canned("lamp", "on", "nofar"))
    house.workspace.policy = replace(house.workspace.policy, canned=canned)
    told = {}
    for agent in (house.noa, house.oren, house.avi):
        page = await house.workspace.query(agent, DirectoryQuery())
        assert isinstance(page, DirectoryPage)
        told[agent.id] = page.directory
    assert _words(told["noa"], "nofar") == {"hours": "9-5", "lamp": "on"}
    assert {one.text for one in told["noa"].canned} == {"9-5", "on"}
    assert _words(told["avi"], "ogen") == {"hours": "night and day"}
    assert _words(told["avi"], "") == {"hours": "9-5"}


async def test_nobody_owes_what_they_may_not_see(house: House) -> None:
    theirs = await house.writes("ogen", "<1@x>", "anchor")
    due = T0 + 90 * MINUTE_MS
    refused = await house.order(house.avi, MakePromise(theirs.id, "p_1", CustomerText("it"), due, "noa"))
    assert isinstance(refused, Rejected)
    assert refused.code == "other-brand"
    made = await house.order(house.avi, MakePromise(theirs.id, "p_2", CustomerText("it"), due, "oren"))
    assert isinstance(made, Acked)
    refused = await house.order(house.avi, ChangePromise(theirs.id, "p_2", due, "noa"))
    assert isinstance(refused, Rejected)
    assert not [e for e in house.events if isinstance(e.body, PromiseChanged) and e.body.promise.agent == "noa"]
