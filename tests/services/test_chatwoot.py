"""What is special about Chatwoot: no order, no replay, no ids; silence instead of a no; and a line that dies
unnoticed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.backends.base import Connected, Disconnected, Happening, QueryRefused, Rejected
from agent_tui.backends.chatwoot import cable
from agent_tui.backends.chatwoot.backend import ChatwootBackend
from agent_tui.backends.chatwoot.convert import (
    conversation_of,
    customer_of,
    instant,
    message_of,
    row_of,
)
from agent_tui.desk.drafts import Draft
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.orders import Assign, CallAction, NewMessage, Note, Presence
from agent_tui.domain.queries import (
    DirectoryPage,
    DirectoryQuery,
    HistoryPage,
    HistoryQuery,
    LinkQuery,
    SearchPage,
    SearchQuery,
)
from agent_tui.domain.replies.reply import Canned
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import SystemTime
from tests.fakes.chatwoot import FakeChatwoot
from tests.services.sites import ChatwootSite
from tests.services.test_both_shapes import TIME, AtWork, at_work


@pytest.fixture
async def site() -> AsyncIterator[ChatwootSite]:
    yield ChatwootSite(TIME)


def lines(at: AtWork) -> list[str]:
    return [text for _, text in at.lines()]


async def opened(at: AtWork, site: ChatwootSite) -> CaseKey:
    key = CaseKey("chatwoot", await site.writes("Dana", "one"))
    await at.until(lambda: "Dana" in at.rows())
    at.work.open(key)
    await at.until(lambda: lines(at) == ["one"])
    return key


@pytest.mark.parametrize(("duplicates", "shuffle"), [(True, False), (False, True), (True, True)])
async def test_repeated_and_reordered_broadcasts(site: ChatwootSite, duplicates: bool, shuffle: bool) -> None:
    async with at_work(TIME, site) as at:
        key = await opened(at, site)
        site.fake.duplicates, site.fake.shuffle = duplicates, shuffle
        for number in range(5):
            await site.writes("Dana", f"n{number}")
        site.fake.flush()
        await at.until(lambda: sorted(lines(at)) == ["n0", "n1", "n2", "n3", "n4", "one"])
        fake = site.fake.conversations[int(key.case)]
        await at.until(lambda: at.rows()["Dana"].unread == fake["unread_count"])
        assert len(lines(at)) == 6


async def test_a_line_that_dies_in_silence_is_noticed_and_nothing_is_missed(site: ChatwootSite) -> None:
    async with at_work(TIME, site) as at:
        await opened(at, site)
        site.fake.silent = site.fake.mute = True
        await site.writes("Dana", "two")
        await at.until(lambda: not at.up(site))
        assert "no sign of life" in at.work.desk.backends["chatwoot"].reason
        site.fake.silent = site.fake.mute = False
        await at.until(lambda: at.up(site) and lines(at) == ["one", "two"])


async def test_a_broadcast_that_got_lost_is_found_by_and_by(site: ChatwootSite) -> None:
    async with at_work(SystemTime(40), ChatwootSite(SystemTime(40))) as at:
        (quick,) = at.sites
        assert isinstance(quick, ChatwootSite)
        await quick.writes("Dana", "one")
        await at.until(lambda: "Dana" in at.rows())
        quick.fake.ping_seconds = 1.0
        quick.fake.silent = True
        await quick.writes("Dana", "two")
        await at.until(lambda: at.rows()["Dana"].unread == 2)


async def test_a_lost_answer_is_unknown_and_shown_once_it_is_known(site: ChatwootSite) -> None:
    async with at_work(TIME, site) as at:
        key = await opened(at, site)
        site.fake.lose_answer = True
        at.work.send(Draft(key, "email", body="hi"))
        await at.until(lambda: [entry.state for entry in at.work.desk.unsent] == ["unknown"])
        assert site.said() == ["hi"]
        at.work.dismiss(key, "outbox:" + at.work.desk.unsent[0].id)
        await at.until(lambda: lines(at) == ["one", "hi"])


async def test_a_failure_told_later(site: ChatwootSite) -> None:
    async with at_work(TIME, site) as at:
        key = await opened(at, site)
        at.work.send(Draft(key, "email", body="hi"))
        await at.until(lambda: site.said() == ["hi"] and lines(at) == ["one", "hi"])
        number = max(message["id"] for message in site.fake.messages[int(key.case)])
        site.fake.deliver(int(key.case), number, "failed", "mailbox full")
        case = at.work.desk.open_case
        assert case is not None
        await at.until(lambda: case.messages[-1].state == "failed")
        assert case.messages[-1].error.raw == "mailbox full"
        at.work.retry(key, case.messages[-1].id)
        await at.until(lambda: case.messages[-1].state == "sent")


async def test_a_refusal_in_the_servers_words(site: ChatwootSite) -> None:
    async with at_work(TIME, site) as at:
        key = await opened(at, site)
        backend = at.sites[0].backend
        refused = await backend.order("1", Note(key.case, CustomerText("  ")))
        assert isinstance(refused, Rejected) and refused.message == "Content can't be blank"
        unknown = await backend.order("2", Note("9999", CustomerText("x")))
        assert isinstance(unknown, Rejected) and unknown.code == "404"
        team = await backend.order("3", Assign(key.case, team="moon"))
        assert isinstance(team, Rejected) and "moon" in team.message
        for order in (CallAction("1", "answer"), NewMessage("email", (), CustomerText("x"))):
            cannot = await backend.order("4", order)
            assert isinstance(cannot, Rejected) and order.name in cannot.message
            assert order.name not in backend.capabilities.orders


async def test_directory_and_history(site: ChatwootSite) -> None:
    async with at_work(TIME, site) as at:
        key = await opened(at, site)
        backend = at.sites[0].backend
        page = await backend.query(DirectoryQuery())
        assert isinstance(page, DirectoryPage)
        assert [agent.name for agent in page.directory.agents] == ["Noa", "Avi"]
        assert page.directory.canned == (Canned("hi", "Hello"),)
        history = await backend.query(HistoryQuery(str(int(key.case) + 1000)))
        assert isinstance(history, HistoryPage) and history.customer is not None
        assert [case.id for case in history.cases] == [key.case]
        with pytest.raises(QueryRefused):
            await backend.query(LinkQuery())


async def first(backend: ChatwootBackend, kind: type[Happening]) -> Happening:
    async with asyncio.timeout(20):
        async for happening in backend.feed():
            if isinstance(happening, kind):
                return happening
    raise AssertionError("the feed ended")


async def test_a_wrong_token_is_final_and_says_what_to_do() -> None:
    fake = FakeChatwoot(TIME)
    await fake.start()
    backend = ChatwootBackend("chatwoot", fake.url, "wrong", TIME)
    happening = await first(backend, Disconnected)
    assert isinstance(happening, Disconnected)
    assert happening.retry_in is None and "token was refused" in happening.reason
    await backend.close()
    await fake.stop()


async def test_an_old_server_that_pages_instead_is_read_too() -> None:
    fake = FakeChatwoot(TIME)
    fake.old_server = True
    await fake.start()
    for number in range(60):
        fake.new_conversation(f"N{number}", "hello")
    backend = ChatwootBackend("chatwoot", fake.url + "/accounts/3", "agent-token", TIME)
    assert isinstance(await first(backend, Connected), Connected)
    assert sum(request.endswith("/conversations") for request in fake.requests) >= 3
    await backend.close()
    await fake.stop()


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(allow_nan=False, width=32) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = """
    id name email status priority labels meta sender assignee team channel messages content created_at waiting_since
    snoozed_until unread_count last_activity_at content_attributes attachments additional_attributes updated_at
    applied_sla sla_status sla_completed_at sla_frt_due_at sla_rt_due_at sla_resolution_time_threshold
"""
names = st.sampled_from(NAMES.split())
frames = st.dictionaries(st.sampled_from(["type", "identifier", "message"]), anything).map(json.dumps)


@given(st.text() | st.binary() | frames)
def test_no_frame_breaks_the_reader(frame: str | bytes) -> None:
    cable.read(frame, "me")


@given(anything)
def test_a_time_is_a_time_or_nothing(value: object) -> None:
    assert isinstance(instant(value), int)


@given(st.dictionaries(names, anything, max_size=8))
def test_no_json_of_another_shape_breaks_the_conversion(found: dict[str, object]) -> None:
    row_of(found, 1)
    message_of(found, "email")
    conversation_of(found)
    customer_of(found)


async def test_the_servers_own_search_is_asked_in_pages_and_what_it_cannot_do_is_named(site: ChatwootSite) -> None:
    async with at_work(TIME, site) as at:
        key = await opened(at, site)
        for number in range(20):
            await site.writes("Dana", f"parcel number {number}, card 4111 1111 1111 1111")
        backend = next(iter(at.work._backends.values()))
        assert backend.capabilities.search
        first = await backend.query(SearchQuery("parcel after:2d"))
        assert isinstance(first, SearchPage)
        assert len(first.hits) == 15
        assert {hit.row.id for hit in first.hits} == {key.case}
        assert all("4111 1111" not in hit.said.raw for hit in first.hits)
        rest = await backend.query(SearchQuery("parcel after:2d", first.more))
        assert isinstance(rest, SearchPage)
        assert [len(rest.hits), rest.more] == [5, ""]
        for words, why in (
            ("parcel label:vip", "leave out label:"),
            ("parcel -paid", "leave words out"),
            ("after:2d", "by words"),
            ("is:opne", "is not known"),
        ):
            with pytest.raises(QueryRefused, match=why):
                await backend.query(SearchQuery(words))


async def test_presence_is_one_of_its_three_states_and_a_note_goes_with_a_case(site: ChatwootSite) -> None:
    async with at_work(TIME, site) as at:
        key = await opened(at, site)
        for state, word in (("meal", "busy"), ("available", "online"), ("offline", "offline")):
            at.work.order("chatwoot", Presence(state))
            await at.until(lambda word=word: site.fake.availability == word)  # type: ignore[misc]
            await at.until(lambda word=word: at.work.desk.backends["chatwoot"].me.presence == word)  # type: ignore[misc, union-attr]
        at.work.order("chatwoot", Assign(key.case, "3", note=CustomerText("she waits")), key=key)
        await at.until(lambda: "she waits" in lines(at))
