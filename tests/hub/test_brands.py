"""An agent sees the cases of the brands granted to them, and nothing of the others, by whatever way they ask."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import update

from agent_tui.backends.base import Acked, QueryRefused, Rejected
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.store import Store
from agent_tui.backends.hub.store.schema import case
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.domain.events import CustomerChanged
from agent_tui.domain.orders import (
    AskLease,
    Assign,
    Block,
    FileRef,
    HandOver,
    JoinCustomers,
    Label,
    MakePromise,
    MarkRead,
    MarkUnread,
    NewMessage,
    Note,
    Order,
    PartCustomers,
    Prioritise,
    RefuseSuggestion,
    ReleaseLease,
    Reopen,
    Reply,
    Resolve,
    RetrySend,
    SavedDraft,
    SaveDraft,
    ShowCard,
    Snooze,
    Spam,
    TakeLease,
    TakeOver,
)
from agent_tui.domain.queries import (
    AgentsPage,
    AgentsQuery,
    CasePage,
    CaseQuery,
    CustomersPage,
    CustomersQuery,
    DirectoryPage,
    DirectoryQuery,
    HeldPage,
    HeldQuery,
    HistoryPage,
    HistoryQuery,
    JoinPage,
    JoinQuery,
    LinkQuery,
    TotalsPage,
    TotalsQuery,
)
from agent_tui.domain.text import CustomerText
from agent_tui.domain.views import ALL, TEAM, Section
from tests.hub.brand_house import House, open_house
from tests.hub.fakes import T0

WORD = CustomerText("hello")


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as made:
        yield made


async def test_rows_totals_and_the_filter_hold_no_other_brand(house: House) -> None:
    theirs = await house.writes("ogen", "<1@x>", "my secret anchor")
    mine = await house.writes("nofar", "<2@x>", "a lamp", "dana@example.com")
    assert [row.id for row in await house.seen_by(house.noa)] == [mine.id]
    assert [row.id for row in await house.seen_by(house.oren)] == [theirs.id]
    assert {row.id for row in await house.seen_by(house.avi)} == {mine.id, theirs.id}
    assert await house.seen_by(house.noa, "anchor") == []
    sections = (*ALL.sections, *TEAM.sections, Section("promised-others", "us"))
    for text in ("", "anchor"):
        totals = await house.workspace.query(house.noa, TotalsQuery(sections, text=text))
        both = await house.workspace.query(house.avi, TotalsQuery(sections, text=text))
        assert isinstance(totals, TotalsPage)
        assert isinstance(both, TotalsPage)
        assert (max(totals.totals), max(both.totals)) == ((0, 1) if text else (1, 2))


async def test_a_customer_of_two_brands_has_a_case_in_each(house: House) -> None:
    """The same address writes to both: what it writes to one is in no case of the other."""
    first = await house.writes("ogen", "<1@x>", "anchor")
    second = await house.writes("nofar", "<2@x>", "lamp")
    assert first.id != second.id
    assert first.customer == second.customer
    detail = await house.workspace.query(house.noa, CaseQuery(second.id))
    assert isinstance(detail, CasePage)
    assert detail.detail is not None
    assert [message.body.raw for message in detail.detail.messages] == ["lamp"]
    past = await house.workspace.query(house.noa, HistoryQuery(second.customer))
    assert isinstance(past, HistoryPage)
    assert [case.id for case in past.cases] == [second.id]


async def test_a_case_of_another_brand_is_not_there(house: House) -> None:
    theirs = await house.writes("ogen", "<1@x>", "anchor")
    page = await house.workspace.query(house.noa, CaseQuery(theirs.id))
    assert isinstance(page, CasePage)
    assert page.detail is None
    past = await house.workspace.query(house.noa, HistoryQuery(theirs.customer))
    assert isinstance(past, HistoryPage)
    assert (past.customer, past.cases) == (None, ())
    found = await house.workspace.query(house.noa, CustomersQuery("dana"))
    assert isinstance(found, CustomersPage)
    assert found.found == ()
    number = await house.workspace.query(house.noa, CustomersQuery(str(theirs.number)))
    assert isinstance(number, CustomersPage)
    assert number.found == ()


async def test_the_directory_has_the_senders_one_may_use(house: House) -> None:
    page = await house.workspace.query(house.noa, DirectoryQuery())
    assert isinstance(page, DirectoryPage)
    assert {sender.account for sender in page.directory.senders} == {"mail", "wa"}
    assert page.directory.brand_titles == (("nofar", "Nofar Home"),)


async def test_events_reach_those_who_may_see_them(house: House) -> None:
    theirs = await house.writes("ogen", "<1@x>", "anchor")
    await house.order(house.avi, Note(theirs.id, CustomerText("for Ogen only")))
    about = [event for event in house.events if event.case or isinstance(event.body, CustomerChanged)]
    assert about
    assert not any(house.workspace.visible(house.noa, event) for event in about)
    assert all(house.workspace.visible(house.oren, event) for event in about)
    replayed = await house.workspace.replay(house.noa, 0, 1)
    seen = []
    while replayed:
        seen += replayed
        replayed = await house.workspace.replay(house.noa, seen[-1].seq, 1)
    assert seen
    assert not [event for event in seen if event.case or isinstance(event.body, CustomerChanged)]


ON_A_CASE = (
    lambda row: Reply(row.id, "email", WORD),
    lambda row: Note(row.id, WORD),
    lambda row: Assign(row.id, "noa"),
    lambda row: Label(row.id, ("vip",)),
    lambda row: Prioritise(row.id, 3),
    lambda row: Snooze(row.id, 0),
    lambda row: Resolve(row.id),
    lambda row: Reopen(row.id),
    lambda row: MarkRead(row.id),
    lambda row: MarkUnread(row.id),
    lambda row: Spam(row.id),
    lambda row: Block(row.id),
    lambda row: ShowCard(row.id, "m_1"),
    lambda row: TakeLease(row.id),
    lambda row: ReleaseLease(row.id),
    lambda row: AskLease(row.id),
    lambda row: HandOver(row.id, "oren"),
    lambda row: TakeOver(row.id, WORD),
    lambda row: SaveDraft(row.id, SavedDraft(row.id, WORD)),
    lambda row: MakePromise(row.id, "p_1", WORD, T0 + 1_000_000),
    lambda row: JoinCustomers(row.customer, row.customer + "x"),
)


@pytest.mark.parametrize("number", range(len(ON_A_CASE)))
async def test_no_order_reaches_a_case_of_another_brand(house: House, number: int) -> None:
    theirs = await house.writes("ogen", "<1@x>", "anchor")
    order: Order = ON_A_CASE[number](theirs)
    before = len(house.events)
    assert isinstance(await house.order(house.noa, order), Rejected)
    assert len(house.events) == before
    (row,) = await house.seen_by(house.oren)
    assert row == theirs


async def test_nobody_is_given_what_they_may_not_see(house: House) -> None:
    theirs = await house.writes("ogen", "<1@x>")
    answer = await house.order(house.avi, HandOver(theirs.id, "noa"))
    assert isinstance(answer, Rejected) and answer.code == "other-brand"
    answer = await house.order(house.avi, Assign(theirs.id, "noa"))
    assert isinstance(answer, Rejected)
    assert answer.code == "other-brand"
    assert isinstance(await house.order(house.avi, Assign(theirs.id, "oren")), Acked)


async def test_a_held_case_and_its_draft_are_gone_with_the_grant(house: House) -> None:
    mine = await house.writes("nofar", "<1@x>", "anchor")
    await house.order(house.noa, TakeLease(mine.id))
    await house.order(house.noa, SaveDraft(mine.id, SavedDraft(mine.id, WORD)))
    assert await house.workspace.may_open(house.noa, mine.id)
    page = await house.workspace.query(house.noa, HeldQuery())
    assert isinstance(page, HeldPage) and (len(page.rows), len(page.drafts)) == (1, 1)
    house.operator.grant("noa", ("ogen",))
    await house.settle()
    page = await house.workspace.query(house.noa, HeldQuery())
    assert isinstance(page, HeldPage) and (page.rows, page.drafts) == ((), ())
    assert not await house.workspace.may_open(house.noa, mine.id)


async def test_a_message_of_a_case_that_is_not_theirs_cannot_be_sent_again(house: House) -> None:
    theirs = await house.writes("ogen", "<1@x>")
    mine = await house.writes("nofar", "<2@x>", "lamp", "ruth@example.com")
    sent = await house.order(house.oren, Reply(theirs.id, "email", WORD))
    assert isinstance(sent, Acked)
    answer = await house.order(house.noa, RetrySend(mine.id, sent.result))
    assert isinstance(answer, Rejected)
    assert answer.code == "no-message"


async def test_the_brand_of_the_case_picks_the_sender(house: House) -> None:
    theirs = await house.writes("ogen", "<1@x>")
    await house.order(house.avi, Reply(theirs.id, "email", WORD, to=(CustomerText("b@example.com"),)))
    page = await house.workspace.query(house.avi, CaseQuery(theirs.id))
    assert isinstance(page, CasePage)
    assert page.detail is not None
    assert {talk.account for talk in page.detail.conversations} == {"ogen"}
    to = (CustomerText("new@example.com"),)
    assert isinstance(await house.order(house.oren, NewMessage("email", to, WORD, consent=True)), Acked)
    assert {row.brand for row in await house.seen_by(house.oren)} == {"ogen"}
    refused = await house.order(house.oren, NewMessage("email", to, WORD, "mail"))
    assert isinstance(refused, Rejected)
    assert refused.code == "no-account"


async def test_files_are_fetched_by_those_who_may_see_their_case(house: House) -> None:
    theirs = await house.writes("ogen", "<1@x>")
    mine = await house.writes("nofar", "<2@x>", "lamp", "ruth@example.com")

    async def content() -> AsyncIterator[bytes]:
        yield b"an anchor's plan"

    blob = await house.workspace.put_blob(content())
    file = FileRef(blob.blob, CustomerText("plan.txt"), "text/plain", blob.size)
    assert isinstance(await house.order(house.oren, Reply(theirs.id, "email", WORD, files=(file,))), Acked)
    assert await house.workspace.find_blob(blob.blob, house.oren) is not None
    assert await house.workspace.find_blob(blob.blob, house.noa) is None
    house.workspace.policy = replace(house.workspace.policy, blob_url="http://x")
    for wrong in (LinkQuery(blob.blob), LinkQuery(case=theirs.id)):
        with pytest.raises(QueryRefused):
            await house.workspace.query(house.noa, wrong)
        await house.workspace.query(house.oren, wrong)
    # nor do they go out with a message of one's own, to be read from there
    taken = await house.order(house.noa, Reply(mine.id, "email", WORD, files=(file,)))
    assert isinstance(taken, Rejected)
    assert taken.code == "no-file"


async def test_joined_customers_are_a_row_in_each_brand(house: House) -> None:
    """Avi joins two customers, one of each brand: each agent keeps their own row and sees nothing of the other side."""
    theirs = await house.writes("ogen", "<1@x>", "anchor", "secret@ogen.example")
    mine = await house.writes("nofar", "<2@x>", "lamp", "dana@example.com")
    assert isinstance(await house.order(house.noa, JoinCustomers(mine.customer, theirs.customer)), Rejected)
    preview = await house.workspace.query(house.noa, JoinQuery(mine.customer, theirs.customer))
    assert isinstance(preview, JoinPage)
    assert preview.preview is None
    joined = await house.order(house.avi, JoinCustomers(mine.customer, theirs.customer))
    assert isinstance(joined, Acked)
    (row,) = await house.seen_by(house.noa)
    assert (row.id, row.name, row.stage) == (mine.id, mine.name, "us")
    assert await house.seen_by(house.noa, "secret@") == []
    page = await house.workspace.query(house.noa, CaseQuery(row.id))
    assert isinstance(page, CasePage)
    assert page.detail is not None
    assert "ogen" not in repr([a.value.raw for a in page.detail.customer.addresses])
    assert (page.detail.customer.joins, page.detail.customer.suggestions) == ((), ())
    assert [message.body.raw for message in page.detail.messages] == ["lamp"]
    # an answer of one brand answers nothing of the other
    assert isinstance(await house.order(house.oren, Reply(theirs.id, "email", WORD)), Acked)
    assert isinstance(await house.order(house.oren, Resolve(theirs.id)), Acked)
    (row,) = await house.seen_by(house.noa)
    assert (row.stage, row.clock) == ("us", mine.clock)
    for order in (PartCustomers(joined.result), RefuseSuggestion("g_none")):
        assert isinstance(await house.order(house.noa, order), Rejected)
    assert len(await house.seen_by(house.avi)) == 1


async def test_another_grant_begins_a_desk_anew(house: House) -> None:
    theirs = await house.writes("ogen", "<1@x>")
    head = house.workspace.head()
    before = await house.workspace.access()
    house.operator.grant("noa", ("ogen",))
    assert await house.workspace.access() != before
    assert [row.id for row in await house.seen_by(house.noa)] == [theirs.id]
    assert await house.workspace.replay(house.noa, head, 10) is None
    assert await house.workspace.replay(house.oren, head, 10) is not None


async def test_a_row_of_two_brands_of_before_is_two_rows_after_a_start(house: House, tmp_path: Path) -> None:
    first = await house.writes("nofar", "<1@x>", "anchor", "one@example.com")
    other = await house.writes("nofar", "<2@x>", "lamp", "other@example.com")
    assert isinstance(await house.order(house.avi, JoinCustomers(first.customer, other.customer)), Acked)
    assert len(await house.seen_by(house.noa)) == 1
    await house.workspace.stop()
    house.store = Store.open(tmp_path / "hub", synchronous="OFF")
    with house.store.writer.begin() as connection:
        connection.execute(update(case).where(case.c.id == other.id).values(brand="ogen"))
    house.workspace = Workspace(house.store, house.time, Ids(3), (house.mail,), house.workspace.policy, inline=True)
    await house.workspace.start()
    assert [row.id for row in await house.seen_by(house.noa)] == [first.id]
    assert [row.id for row in await house.seen_by(house.oren)] == [other.id]


async def test_a_supervisor_sees_agents_and_cases_of_their_brands_only(house: House) -> None:
    dan = house.operator.add_agent("dan", "Dan", "supervisor", brands=("nofar",))
    house.operator.add_agent("gil", "Gil", brands=())
    ours, theirs = await house.writes("nofar", "<1@x>"), await house.writes("ogen", "<2@x>")
    for one in (ours, theirs):
        assert isinstance(await house.order(house.avi, Assign(one.id, "avi")), Acked)
    page = await house.workspace.query(dan, AgentsQuery())
    assert isinstance(page, AgentsPage)
    assert [(load.agent.id, load.open) for load in page.agents] == [("avi", 1), ("dan", 0), ("gil", 0), ("noa", 0)]
