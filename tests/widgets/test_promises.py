"""Promises on the desk: recorded by a key, seen in row, timeline and customer pane, asked about before done."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import pytest

from agent_tui.backends.base import Outcome
from agent_tui.commands.promises import example
from agent_tui.domain.events import Event, PromiseChanged
from agent_tui.domain.filing import CaseState, Promised, show, step
from agent_tui.domain.model import CaseDetail, Promise
from agent_tui.domain.orders import ChangePromise, MakePromise, Order, Resolve, SettlePromise
from agent_tui.domain.queries import CasePage, CaseQuery, Page, Query
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import DAY_MS, HOUR_MS, MINUTE_MS
from agent_tui.language.catalogue import Catalogue
from tests.widgets.picture import Picture, picture
from tests.widgets.running import Running
from tests.widgets.shop import NOW
from tests.widgets.talk import DANA, TalkShop, case_column, talking

__all__ = ["picture"]  # a fixture

CALL = Promise("p_1", DANA, CustomerText("call back with the tracking no."), NOW - 3 * MINUTE_MS, NOW - HOUR_MS, "noa")
REFUND = Promise("p_2", DANA, CustomerText("זיכוי של 120"), NOW + 2 * DAY_MS, NOW - DAY_MS, "rami", team="billing")
LAMP = Promise("p_3", DANA, CustomerText("a new lamp"), NOW - DAY_MS, NOW - 2 * DAY_MS, "avi", "avi")
KEPT = replace(LAMP, state="kept", settled=NOW - DAY_MS, settled_by="avi")


class OwingShop(TalkShop):
    """Dana was promised `promises`; more are carried out as a hub would."""

    def __init__(self, *promises: Promise) -> None:
        super().__init__()
        self.promises = {promise.id: promise for promise in promises}
        self._show()

    def _show(self) -> None:
        state = CaseState(stage="us")
        for promise in self.promises.values():
            if promise.state == "open":
                state = step(state, Promised(promise.at, promise.id, promise.due))
        first = self.promises[state.promises[0].promise] if state.promises else None
        row = self.rows[DANA]
        shown = show(row, replace(state, last_at=row.last_at, unread=row.unread))
        self.rows[DANA] = replace(row, promise=first, clock=shown.clock if first is not None else row.clock)

    async def query(self, query: Query) -> Page:
        page = await super().query(query)
        if isinstance(query, CaseQuery) and isinstance(page, CasePage) and isinstance(page.detail, CaseDetail):
            return replace(page, detail=replace(page.detail, promises=tuple(self.promises.values())))
        return page

    async def order(self, command_id: str, order: Order, fence: int = 0) -> Outcome:
        outcome = await super().order(command_id, order, fence)
        if isinstance(order, MakePromise):
            self._becomes(Promise(order.promise, DANA, order.what, order.due, NOW, "noa", order.agent, order.team))
        elif isinstance(order, SettlePromise):
            held = self.promises[order.promise]
            self._becomes(replace(held, state=order.state, settled=NOW, settled_by="noa", reason=order.reason))
        elif isinstance(order, ChangePromise):
            held = self.promises[order.promise]
            self._becomes(replace(held, due=order.due, agent=order.agent, team=order.team))
        return outcome

    def _becomes(self, promise: Promise) -> None:
        self.promises[promise.id] = promise
        self._show()
        self.seq += 1
        self.rows[DANA] = replace(self.rows[DANA], version=self.seq)
        self.happens(Event(self.seq, self.seq - 1, NOW, NOW, PromiseChanged(promise), DANA, "noa", self.rows[DANA]))


async def says(desk: Running, words: str) -> None:
    names = {" ": "space", ":": "colon", ">": "greater_than_sign"}
    await desk.press(*(names.get(char, char) for char in words), "enter")


async def test_a_key_records_what_and_by_when() -> None:
    shop = OwingShop()
    async with talking(shop) as desk:
        await desk.press("p")
        await says(desk, "call back by 2h")
        (order,) = [order for order in shop.orders if isinstance(order, MakePromise)]
        assert (order.case, order.what.raw, order.agent, order.team) == (DANA, "call back", "", "")
        assert 0 <= order.due - NOW - 2 * HOUR_MS < MINUTE_MS
        assert "promised by 11:" in desk.screen[-2]
        assert "promised: call back" in "\n".join(case_column(desk))
        await desk.press("z")
        assert shop.orders[-1] == SettlePromise(DANA, order.promise, "withdrawn")
        await desk.rest()
        assert "promised: call back" not in desk.text


async def test_a_time_that_is_missing_is_asked_for_and_a_name_after_a_sign_gives_it_away() -> None:
    shop = OwingShop()
    async with talking(shop) as desk:
        await desk.press("p")
        await says(desk, "refund 120 > billing")
        assert "by when" in desk.text
        await says(desk, "in an hour")
        (order,) = [order for order in shop.orders if isinstance(order, MakePromise)]
        assert (order.what.raw, order.team) == ("refund 120", "billing")
        assert 0 <= order.due - NOW - HOUR_MS < MINUTE_MS


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("call > nobody", "nobody is called nobody"),
        ("by 2h", "say first what is promised"),
        ("call by reply", "a promise needs a time"),
    ],
)
async def test_what_cannot_be_meant_is_said(typed: str, said: str) -> None:
    shop = OwingShop()
    async with talking(shop) as desk:
        await desk.press("p")
        await says(desk, f" {typed}")
        if "reply" in typed:
            await says(desk, "reply")
        assert said in desk.text
        assert not [order for order in shop.orders if isinstance(order, MakePromise)]


@pytest.mark.parametrize(
    ("keys", "order"),
    [
        ("kept", SettlePromise(DANA, "p_1", "kept")),
        ("mistake", SettlePromise(DANA, "p_1", "withdrawn")),
        ("not kept|cannot be", SettlePromise(DANA, "p_1", "dropped", CustomerText("not-possible"))),
        ("not kept|they moved away", SettlePromise(DANA, "p_1", "dropped", CustomerText("they moved away"))),
        ("somebody else|avi", ChangePromise(DANA, "p_1", CALL.due, agent="avi")),
    ],
)
async def test_what_becomes_of_a_promise(keys: str, order: Order) -> None:
    shop = OwingShop(CALL, REFUND)
    async with talking(shop) as desk:
        await desk.press("p")
        await says(desk, "call back with")
        for words in keys.split("|"):
            await says(desk, words)
        assert order in shop.orders


async def test_the_example_s_time_is_to_come() -> None:
    async with talking(OwingShop()) as desk:
        await desk.press("p")
        assert "promise (call back by 12:00):" in desk.text
    assert [str(example(NOW + hours * HOUR_MS, UTC)) for hours in (5, 13)] == [
        "call back by 17:00",
        "call back by 01:00",
    ]


async def test_a_case_with_a_promise_is_done_only_when_its_end_is_said() -> None:
    shop = OwingShop(CALL)
    async with talking(shop) as desk:
        await desk.press("d")
        assert "Dana Levi was promised call back" in desk.text
        await desk.press("enter")
        assert not [order for order in shop.orders if isinstance(order, Resolve)]
        await desk.press("d")
        await says(desk, "done: what")
        assert Resolve(DANA, promises="kept") in shop.orders


async def test_the_view_of_promises() -> None:
    shop = OwingShop(CALL)
    async with talking(shop) as desk:
        await desk.press("escape", "g", "p")
        shown = [line for line in desk.screen if "Dana Levi" in line or "Omar" in line]
        assert "I PROMISED" in desk.text
        assert any("Dana Levi" in line for line in shown)
        assert not any("Omar Haddad" in line[:38] for line in desk.screen)


@pytest.mark.parametrize("language", [None, "he"], ids=["en", "he"])
@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=["120x40", "80x24"])
async def test_how_promises_look(size: tuple[int, int], language: str | None, picture: Picture) -> None:
    shop = OwingShop(CALL, REFUND, KEPT)
    async with talking(shop, size=size, language=Catalogue("he") if language else None) as desk:
        picture(desk)
