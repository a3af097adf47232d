"""A customer's history through the hub: one time line over all their cases, in pages that neither lose nor repeat."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent_tui.backends.base import Acked, Rejected
from agent_tui.backends.connectors.base import CallUpdate
from agent_tui.config.sla_source import load_sla
from agent_tui.desk.past import entry_of
from agent_tui.domain.model import Join
from agent_tui.domain.orders import (
    Assign,
    Excuse,
    JoinCustomers,
    MakePromise,
    Note,
    PartCustomers,
    Prefer,
    Reopen,
    Reply,
    Resolve,
)
from agent_tui.domain.past import PastEntry, usual_answer
from agent_tui.domain.queries import PastPage, PastQuery
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import DAY_MS, HOUR_MS, MINUTE_MS
from tests.hub.conftest import Hub
from tests.hub.fakes import T0, chat, mail


async def ask(hub: Hub, query: PastQuery) -> PastPage:
    page = await hub.workspace.query(hub.noa, query)
    assert isinstance(page, PastPage)
    return page


async def whole(hub: Hub, customer: str, limit: int = 500, channel: str = "") -> list[PastEntry]:
    """From the newest page back to the first entry."""
    found: list[PastEntry] = []
    before = None
    while True:
        page = await ask(hub, PastQuery(customer, channel, before=before, limit=limit))
        found = [*page.entries, *found]
        assert len(page.entries) <= limit
        if not page.more:
            return found
        before = page.entries[0].place


async def forwards(hub: Hub, customer: str, after: PastEntry, limit: int) -> list[PastEntry]:
    found = [after]
    while True:
        page = await ask(hub, PastQuery(customer, after=found[-1].place, limit=limit))
        found += page.entries
        if not page.more:
            return found


def kinds(entries: list[PastEntry]) -> list[str]:
    return [
        "join" if e.join else "step" if e.step else "promise" if e.promise else "call" if e.call else e.message.kind  # type: ignore[union-attr]
        for e in entries
    ]


async def story(hub: Hub) -> tuple[str, str, str]:
    """Dana by mail and by WhatsApp, a call, notes, hands it goes through, a join; several things at one instant."""
    port, order = hub.workspace.port, hub.order
    await port.inbound(mail("<1@x>", at=T0 - 2 * DAY_MS))
    await port.inbound(mail("<2@x>", "and the shade?", at=T0 - 2 * DAY_MS, references=("<1@x>",)))
    await port.inbound(chat("w1", "hello?", at=T0 - DAY_MS))
    by_mail, by_chat = sorted(await hub.rows(), key=lambda row: row.channel)
    await order(hub.noa, Assign(by_mail.id, "noa"))
    await order(hub.noa, Reply(by_mail.id, "email", CustomerText("We look.")))
    await order(hub.noa, Note(by_mail.id, CustomerText("the courier has it")))
    await order(hub.noa, MakePromise(by_mail.id, "p_1", CustomerText("a call"), T0 + HOUR_MS))
    await port.call(CallUpdate("pbx", "k1", "ringing", T0 - HOUR_MS, "wa", "+972541", "Dana", "billing"))
    await port.call(CallUpdate("pbx", "k1", "abandoned", T0 - HOUR_MS + MINUTE_MS, "wa", "+972541", "Dana", "billing"))
    await order(hub.noa, Assign(by_mail.id, "avi"))
    joined = await order(hub.avi, JoinCustomers(by_mail.customer, by_chat.customer))
    assert isinstance(joined, Acked), joined
    await hub.settle()
    return by_mail.customer, by_chat.customer, joined.result


async def test_everything_of_a_joined_customer_stands_on_one_time_line(hub: Hub) -> None:
    one, other, _ = await story(hub)
    entries = await whole(hub, other)
    assert [entry.place for entry in entries] == sorted(entry.place for entry in entries)
    assert sorted(kinds(entries)) == sorted(
        ["in", "in", "in", "call", "step", "step", "out", "note", "promise", "join"]
    )
    assert entries == await whole(hub, one), "whichever of the two is asked for"
    page = await ask(hub, PastQuery(one))
    assert page.customer is not None
    assert set(page.nodes) == {one, other}
    assert {talk.channel for talk in page.conversations} >= {"email", "whatsapp"}
    assert {case.id for case in page.cases} == {entry.case for entry in entries if entry.case}
    given = [entry.step for entry in entries if entry.step is not None]
    assert [(step.change, step.detail, step.by) for step in given] == [
        ("assigned", "noa", "noa"),
        ("assigned", "avi", "noa"),
    ]


async def test_parting_is_told_and_each_has_their_own_again(hub: Hub) -> None:
    one, other, join = await story(hub)
    await hub.order(hub.noa, PartCustomers(join))
    mails, chats = await whole(hub, one), await whole(hub, other)
    assert {entry.message.channel for entry in mails if entry.message and entry.message.kind == "in"} == {"email"}
    assert {entry.message.channel for entry in chats if entry.message} == {"whatsapp"}
    for entries in (mails, chats):
        told = [entry.join for entry in entries if entry.join is not None]
        assert [isinstance(each, Join) and each.revoked is not None for each in told] == [False, True]
        assert [entry.at for entry in entries if entry.join] == [T0, T0]


async def test_a_channel_alone(hub: Hub) -> None:
    one, _, _ = await story(hub)
    assert kinds(await whole(hub, one, channel="whatsapp")) == ["in"]
    assert kinds(await whole(hub, one, channel="phone")) == ["call"]
    assert {e.message.channel for e in await whole(hub, one, channel="email") if e.message} == {"email"}
    assert await whole(hub, one, channel="telegram") == []


async def test_what_it_sums_up_to(hub: Hub) -> None:
    one, _, _ = await story(hub)
    await hub.workspace.port.inbound(mail("<3@x>", "thanks", at=hub.time.now() + 0, references=("<1@x>",)))
    page = await ask(hub, PastQuery(one, limit=1))
    summary = page.summary
    assert summary is not None
    assert (summary.cases, summary.messages, summary.calls) == (2, 5, 1)
    assert (summary.channel, summary.topic.raw) == ("email", "Lamp")
    assert page.more
    older = await ask(hub, PastQuery(one, before=page.entries[0].place))
    assert older.summary is None


async def test_nobody_has_no_history(hub: Hub) -> None:
    page = await ask(hub, PastQuery("p_nobody"))
    assert (page.customer, page.entries, page.more) == (None, (), False)


async def test_a_word_that_comes_while_one_pages_moves_and_loses_nothing(hub: Hub) -> None:
    one, _, _ = await story(hub)
    before = await whole(hub, one)
    page = await ask(hub, PastQuery(one, limit=3))
    held = list(page.entries)
    for number in range(4):
        await hub.workspace.port.inbound(mail(f"<n{number}@x>", f"more {number}", references=("<1@x>",)))
        # one whose clock is slow stands where its own time says
        late = mail(f"<l{number}@x>", "late", at=T0 - DAY_MS + number, references=("<1@x>",))
        await hub.workspace.port.inbound(late)
        if page.more:
            page = await ask(hub, PastQuery(one, before=held[0].place, limit=3))
            held = [*page.entries, *held]
    while page.more:
        page = await ask(hub, PastQuery(one, before=held[0].place, limit=3))
        held = [*page.entries, *held]
    assert {entry.id for entry in before} <= {entry.id for entry in held}
    assert [entry.place for entry in held] == sorted({entry.place for entry in held})
    assert [entry.id for entry in before] == [entry.id for entry in held if entry.id in {e.id for e in before}]


async def test_what_a_customer_prefers_is_the_persons_and_stays_with_its_own(hub: Hub) -> None:
    one, other, join = await story(hub)
    rows = {row.channel: row for row in await hub.rows()}
    case = next(iter(rows.values())).id
    assert isinstance(await hub.order(hub.noa, Prefer(case, CustomerText(" no  calls "))), Acked)
    page = await ask(hub, PastQuery(other))
    assert page.customer is not None
    assert page.customer.preferences.raw == "no calls"
    await hub.order(hub.noa, Prefer(case, CustomerText("no calls; evenings")))
    await hub.order(hub.noa, PartCustomers(join))
    texts = []
    for id in (one, other):
        page = await ask(hub, PastQuery(id))
        assert page.customer is not None
        texts.append(page.customer.preferences.raw)
    assert sorted(texts) == ["", "no calls; evenings"]
    await hub.order(hub.noa, JoinCustomers(one, other))
    long = await hub.order(hub.noa, Prefer(case, CustomerText("x" * 201)))
    assert isinstance(long, Rejected)
    await hub.order(hub.noa, Prefer(case, CustomerText("")))
    page = await ask(hub, PastQuery(one))
    assert page.customer is not None
    assert page.customer.preferences.raw == ""


async def test_done_and_opened_again_are_told(hub: Hub) -> None:
    await hub.workspace.port.inbound(mail("<1@x>"))
    row = await hub.only()
    await hub.order(hub.noa, Resolve(row.id))
    await hub.order(hub.noa, Reopen(row.id))
    told = [entry.step.change for entry in await whole(hub, row.customer) if entry.step]
    assert told == ["resolved", "reopened"]


async def test_what_was_late_is_told_with_why_as_events_tell_it(hub: Hub, tmp_path: Path) -> None:
    await hub.workspace.govern(load_sla(late_rules(tmp_path), tmp_path))
    one, other, _ = await story(hub)
    row = await hub.only()
    first, second = sorted(entry.breach.due for entry in await whole(hub, one) if entry.breach)
    assert (first, second) == (T0 - 2 * DAY_MS + HOUR_MS, T0 - DAY_MS + HOUR_MS)
    began = first - HOUR_MS
    assert isinstance(await hub.order(hub.noa, Excuse(row.id, "first", began, "busy")), Acked)
    entries = [entry for entry in await whole(hub, other) if entry.breach]
    assert [entry.breach.reason for entry in entries if entry.breach] == ["busy", ""]
    assert {entry.case for entry in entries} == {row.id}
    replayed = await hub.workspace.replay(hub.noa, 0, 1000) or ()
    heard = {entry.id: entry for event in replayed if (entry := entry_of(event)) is not None and entry.breach}
    assert list(heard.values()) == entries
    assert [entry for entry in await whole(hub, one, channel="email") if entry.breach] == []


def late_rules(folder: Path) -> Path:
    """A first answer within an hour."""
    path = folder / "sla.toml"
    path.write_text('[[policy]]\nname = "all"\nfirst_response = { within = "1h" }\n')
    return path


@pytest_asyncio.fixture
async def told(hub: Hub, tmp_path: Path) -> AsyncIterator[tuple[Hub, str, list[PastEntry]]]:
    await hub.workspace.govern(load_sla(late_rules(tmp_path), tmp_path))
    one, _, _ = await story(hub)
    for number in range(12):  # many at one instant
        await hub.workspace.port.inbound(chat(f"x{number}", f"word {number}", at=T0 - number % 3))
        await hub.workspace.port.inbound(mail(f"<y{number}@x>", at=T0 - number % 2, references=("<1@x>",)))
    yield hub, one, await whole(hub, one)


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 7, 11, 34, 500])
async def test_pages_of_any_size_give_the_same(told: tuple[Hub, str, list[PastEntry]], limit: int) -> None:
    hub, customer, every = told
    assert len(every) == len({entry.id for entry in every}) == 36
    assert await whole(hub, customer, limit) == every
    assert await forwards(hub, customer, every[0], limit) == every


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_pages_from_any_place_in_any_sizes(told: tuple[Hub, str, list[PastEntry]], data: st.DataObject) -> None:
    hub, customer, every = told
    at, id = data.draw(st.sampled_from([entry.place for entry in every]))
    id = data.draw(st.sampled_from([id, "", "e_", "e_zz", "m_", "~"]))
    limit = data.draw(st.integers(1, 40))
    before = await ask(hub, PastQuery(customer, before=(at, id), limit=limit))
    after = await ask(hub, PastQuery(customer, after=(at, id), limit=limit))
    older = [entry for entry in every if entry.place < (at, id)]
    newer = [entry for entry in every if entry.place > (at, id)]
    assert list(before.entries) == older[-limit:]
    assert before.more == (len(older) > limit)
    assert list(after.entries) == newer[:limit]
    assert after.more == (len(newer) > limit)


def test_the_usual_time_to_answer() -> None:
    assert usual_answer([]) is None
    assert usual_answer([("a", "in", 5), ("a", "out", 10)]) is None
    said = [("a", "out", 10), ("a", "out", 20), ("a", "in", 50), ("a", "in", 60), ("b", "out", 30), ("b", "in", 130)]
    assert usual_answer(said) == 30
    assert usual_answer([("a", "out", 0), ("a", "in", 8 * DAY_MS)]) is None, "who begins anew does not answer"
