"""Promises: what is owed stays owed, whoever has the case, until somebody says what came of it."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.backends.base import Acked, Rejected
from agent_tui.domain.events import PromiseChanged
from agent_tui.domain.filing import (
    PROMISE_LEAD_MS,
    CaseState,
    CustomerWrote,
    Done,
    Fact,
    Promised,
    PromiseSettled,
    PutAway,
    Replied,
    owed,
    sort_at,
    step,
)
from agent_tui.domain.model import CaseRow
from agent_tui.domain.orders import (
    Assign,
    ChangePromise,
    MakePromise,
    Order,
    Reopen,
    Reply,
    Resolve,
    SettlePromise,
    Snooze,
    Spam,
)
from agent_tui.domain.queries import RowsPage, RowsQuery, TotalsPage, TotalsQuery
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import DAY_MS, HOUR_MS, MINUTE_MS
from agent_tui.domain.views import PROMISES, Section, holds
from tests.hub.conftest import Hub
from tests.hub.fakes import T0, chat

CALL = CustomerText("call her back")
TEXT = CustomerText("On its way")


def after(*facts: Fact) -> CaseState:
    return reduce(step, facts, CaseState())


# -- the rules


def test_a_case_with_a_promise_needs_us_after_the_answer_too() -> None:
    state = after(CustomerWrote(1000, "email"), Promised(2000, "p", 9000), Replied(3000, "m"))
    clock = owed(state)
    assert clock is not None
    assert (state.stage, clock.metric, clock.since, clock.due, sort_at(state)) == ("us", "promise", 2000, 9000, 9000)
    assert step(state, PromiseSettled(4000, "p")).stage == "customer"


def test_of_answer_and_promise_the_first_due_runs() -> None:
    asked = after(CustomerWrote(1000, "whatsapp"))
    answer = owed(asked)
    assert answer is not None
    sooner = owed(step(asked, Promised(1000, "p", answer.due - 1)))
    later = owed(step(asked, Promised(1000, "p", answer.due + 1)))
    assert sooner is not None
    assert later is not None
    assert (sooner.metric, later.metric) == ("promise", "first")


def test_a_snoozed_case_is_back_before_its_promise_is_due() -> None:
    due = 10 * HOUR_MS
    for facts in (
        (PutAway(1000, 0), Promised(2000, "p", due)),
        (Promised(1000, "p", due), PutAway(2000, due + HOUR_MS)),
        (PutAway(1000, due + HOUR_MS), Promised(2000, "p", due)),
    ):
        state = after(CustomerWrote(500, "email"), *facts)
        assert (state.stage, state.snoozed) == ("later", due - PROMISE_LEAD_MS)
    early = after(CustomerWrote(500, "email"), Promised(1000, "p", due), PutAway(2000, HOUR_MS))
    assert early.snoozed == HOUR_MS
    close = after(CustomerWrote(500, "email"), Promised(1000, "p", 5000), PutAway(2000, 0))
    assert close.snoozed == 2001


_FACTS = st.one_of(
    st.builds(Promised, st.integers(1, 50), st.sampled_from("abc"), st.integers(51, 99)),
    st.builds(PromiseSettled, st.integers(1, 50), st.sampled_from("abc")),
    st.builds(CustomerWrote, st.integers(1, 50), st.just("email")),
    st.builds(Replied, st.integers(1, 50), st.sampled_from("mn")),
    st.builds(PutAway, st.integers(1, 50), st.integers(51, 99)),
)


@given(st.lists(_FACTS, max_size=30))
def test_no_fact_but_settling_and_closing_loses_a_promise(facts: list[Fact]) -> None:
    state, left = CaseState(), dict[str, int]()
    for fact in facts:
        state = step(state, fact)
        if isinstance(fact, Promised):
            left[fact.promise] = fact.due
        elif isinstance(fact, PromiseSettled):
            left.pop(fact.promise, None)
        assert {promise.promise: promise.due for promise in state.promises} == left
        assert [promise.due for promise in state.promises] == sorted(left.values())
        if left:
            assert state.stage in ("us", "later")
    assert step(state, Done(60)).promises == ()


# -- the hub


async def asked(hub: Hub) -> CaseRow:
    await hub.workspace.port.inbound(chat("w1"))
    return await hub.only()


async def promised(hub: Hub, *, due: int = HOUR_MS, id: str = "p_1", agent: str = "", what: CustomerText = CALL) -> str:
    row = await hub.only()
    outcome = await hub.order(hub.noa, MakePromise(row.id, id, what, hub.time.now() + due, agent))
    assert isinstance(outcome, Acked), outcome
    return row.id


async def test_a_promise_is_on_row_case_and_log(hub: Hub) -> None:
    await asked(hub)
    case = await promised(hub, due=10 * MINUTE_MS)
    row, detail = await hub.only(), await hub.case(case)
    assert row.promise is not None
    assert row.clock is not None
    assert (row.promise.what, row.promise.by, row.clock.metric, row.clock.due) == (
        CALL,
        "noa",
        "promise",
        hub.time.now() + 10 * MINUTE_MS,
    )
    assert detail.promises == (row.promise,)
    told = [event.body for event in hub.events if isinstance(event.body, PromiseChanged)]
    assert told == [PromiseChanged(row.promise)]
    replayed = await hub.workspace.replay(hub.noa, 0, 100)
    assert replayed is not None
    assert [event.body for event in replayed if isinstance(event.body, PromiseChanged)] == told


async def test_it_outlives_replies_and_other_owners(hub: Hub) -> None:
    await asked(hub)
    case = await promised(hub)
    await hub.order(hub.noa, Reply(case, "whatsapp", TEXT))
    await hub.order(hub.noa, Assign(case, agent="avi"))
    row = await hub.only()
    assert (row.stage, row.promise is not None) == ("us", True)
    await hub.order(hub.avi, SettlePromise(case, "p_1", "kept"))
    row, detail = await hub.only(), await hub.case(case)
    assert (row.stage, row.promise) == ("customer", None)
    assert (detail.promises[0].state, detail.promises[0].settled_by) == ("kept", "avi")
    await hub.order(hub.avi, SettlePromise(case, "p_1", "open"))
    assert (await hub.only()).promise is not None


async def test_a_case_is_not_closed_over_a_promise_without_a_reason(hub: Hub) -> None:
    await asked(hub)
    case = await promised(hub)
    refused = await hub.order(hub.noa, Resolve(case))
    assert isinstance(refused, Rejected)
    assert refused.code == "promise-open"
    assert (await hub.only()).stage == "us"
    assert isinstance(await hub.order(hub.noa, Resolve(case, promises="not-wanted")), Acked)
    row, detail = await hub.only(), await hub.case(case)
    assert (row.stage, row.promise) == ("done", None)
    assert (detail.promises[0].state, detail.promises[0].reason.raw) == ("dropped", "not-wanted")
    await hub.order(hub.noa, Reopen(case, promises=True))
    row = await hub.only()
    assert row.promise is not None
    assert (row.stage, row.promise.state, row.promise.settled) == ("us", "open", None)


async def test_reopening_for_another_reason_leaves_promises_as_they_are(hub: Hub) -> None:
    await asked(hub)
    case = await promised(hub)
    await hub.order(hub.noa, Resolve(case, promises="kept"))
    await hub.order(hub.noa, Reopen(case))
    assert (await hub.only()).promise is None


async def test_passing_it_on_and_moving_its_time(hub: Hub) -> None:
    await asked(hub)
    case = await promised(hub)
    await promised(hub, due=2 * HOUR_MS, id="p_2", what=TEXT)
    later = hub.time.now() + 3 * HOUR_MS
    await hub.order(hub.noa, ChangePromise(case, "p_1", later, agent="avi"))
    row, detail = await hub.only(), await hub.case(case)
    assert row.promise is not None
    assert row.promise.id == "p_2"
    assert [(one.id, one.due == later, one.agent) for one in detail.promises] == [
        ("p_1", True, "avi"),
        ("p_2", False, ""),
    ]
    await hub.order(hub.noa, SettlePromise(case, "p_2", "withdrawn"))
    row = await hub.only()
    assert row.promise is not None
    assert row.promise.agent == "avi"


async def test_a_snoozed_case_wakes_for_its_promise(hub: Hub) -> None:
    await asked(hub)
    case = await promised(hub)
    await hub.order(hub.noa, Snooze(case, hub.time.now() + DAY_MS))
    assert (await hub.only()).stage == "later"
    await hub.advance(HOUR_MS - PROMISE_LEAD_MS + 1000)
    assert (await hub.only()).stage == "us"


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (MakePromise("?", "p_x", CustomerText(" \n"), T0 + DAY_MS), "nothing-promised"),
        (MakePromise("?", "p_x", CustomerText("x" * 501), T0 + DAY_MS), "promise-too-long"),
        (MakePromise("?", "p_x", CALL, T0 - 1), "past"),
        (MakePromise("?", "p_x", CALL, T0 + DAY_MS, agent="nobody"), "no-agent"),
        (MakePromise("?", "p_x", CALL, T0 + DAY_MS, team="nowhere"), "no-team"),
        (MakePromise("?", "x", CALL, T0 + DAY_MS), "bad-id"),
        (MakePromise("?", "p_", CALL, T0 + DAY_MS), "bad-id"),
        (MakePromise("?", "p_é", CALL, T0 + DAY_MS), "bad-id"),
        (MakePromise("?", "p_1", CALL, T0 + DAY_MS), "id-reused"),
        (MakePromise("c_none", "p_x", CALL, T0 + DAY_MS), "no-case"),
        (ChangePromise("?", "p_none", T0 + DAY_MS), "no-promise"),
        (ChangePromise("?", "p_1", T0 - 1), "past"),
        (SettlePromise("?", "p_1", "dropped"), "no-reason"),
        (SettlePromise("c_other", "p_1", "kept"), "no-promise"),
    ],
)
async def test_what_cannot_be_promised_is_refused_with_a_reason(hub: Hub, order: Order, code: str) -> None:
    row = await asked(hub)
    await promised(hub)
    if isinstance(order, MakePromise | ChangePromise | SettlePromise) and order.case == "?":
        order = replace(order, case=row.id)
    refused = await hub.order(hub.noa, order)
    assert isinstance(refused, Rejected)
    assert refused.code == code
    assert len((await hub.case(row.id)).promises) == 1


async def test_nothing_is_promised_in_a_closed_case(hub: Hub) -> None:
    row = await asked(hub)
    for order in (Resolve(row.id), Spam(row.id)):
        await hub.order(hub.noa, order)
        refused = await hub.order(hub.noa, MakePromise(row.id, "p_1", CALL, hub.time.now() + HOUR_MS))
        assert isinstance(refused, Rejected)
        assert refused.code == "closed"
        await hub.order(hub.noa, Reopen(row.id))


async def test_the_view_shows_mine_and_others_as_the_desk_places_them(hub: Hub) -> None:
    for number in range(4):
        await hub.workspace.port.inbound(chat(f"w{number}", address=f"97254000000{number}"))
    rows = await hub.rows()
    mine, avis, away = rows[0], rows[1], rows[2]
    due = hub.time.now() + DAY_MS
    await hub.order(hub.noa, Assign(mine.id, agent="noa"))
    await hub.order(hub.noa, MakePromise(mine.id, "p_1", CALL, due))
    await hub.order(hub.noa, MakePromise(avis.id, "p_2", CALL, due, agent="avi"))
    await hub.order(hub.noa, MakePromise(away.id, "p_3", CALL, due, agent="noa"))
    await hub.order(hub.noa, Snooze(away.id, hub.time.now() + HOUR_MS))
    found = {}
    for text in ("", "97254"):
        totals = await hub.workspace.query(hub.noa, TotalsQuery(PROMISES.sections, text=text))
        assert isinstance(totals, TotalsPage)
        assert totals.totals == (1, 1, 1, 0)
        for section in PROMISES.sections:
            page = await hub.workspace.query(hub.noa, RowsQuery(section, text=text))
            assert isinstance(page, RowsPage)
            found[section] = [row.id for row in page.rows]
            assert all(holds(section, row, hub.noa) for row in page.rows)
        assert found[Section("promised", "us")] == [mine.id]
        assert found[Section("promised", "later")] == [away.id]
        assert found[Section("promised-others", "us")] == [avis.id]


async def test_the_words_are_in_no_event(hub: Hub) -> None:
    await asked(hub)
    case = await promised(hub, what=CustomerText("SECRETWORDS"))
    await hub.order(hub.noa, SettlePromise(case, "p_1", "dropped", CustomerText("SECRETREASON")))
    with hub.store.read() as connection:
        log = connection.exec_driver_sql("SELECT data FROM event").scalars().all()
    assert not any("SECRET" in entry for entry in log)
