"""Marked cases: a command acts on all of them, shows first on which, and z takes all of it back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent_tui.domain.model import Directory, Lease, Promise
from agent_tui.domain.orders import Assign, Label, MarkUnread, Order, Prioritise, Reopen, Resolve, Snooze
from agent_tui.domain.queries import DirectoryPage, Page, Query
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import HOUR_MS, MINUTE_MS
from agent_tui.language.catalogue import Catalogue
from tests.widgets.picture import Picture, picture
from tests.widgets.running import Running, running
from tests.widgets.shop import NOA, NOW, Shop, many_rows

__all__ = ["picture"]  # a fixture


def acted(shop: Shop) -> list[Order]:
    return [order for order in shop.orders if order.name != "mark-read"]


async def says(desk: Running, words: str) -> None:
    names = {" ": "space", "-": "minus", ":": "colon"}
    await desk.press(*(names.get(char, char) for char in words), "enter")


async def test_marks_stand_beside_the_names_and_escape_takes_them_off() -> None:
    async with running() as desk:
        await desk.press("v", "v")
        assert [line[:6] for line in desk.screen if "WA+Dana" in line or "WC+Omar" in line]
        assert "2 marked" in desk.screen[-1]
        assert "▌EM Ruth Klein" in desk.text, "the cursor went on"
        await desk.press("k", "v")
        assert "1 marked" in desk.screen[-1]
        await desk.press("escape")
        assert "marked" not in desk.screen[-1]
        assert "+" not in desk.screen[3][:6]


async def test_a_command_shows_first_what_it_will_do() -> None:
    shop = Shop()
    async with running(shop) as desk:
        await desk.press("v", "v", "a")
        assert acted(shop) == []
        assert "Assign to me for 2 cases?" in desk.text
        assert "Dana Levi #4471" in desk.text
        await desk.press("enter")
        assert [(order.case, order.agent) for order in acted(shop) if isinstance(order, Assign)] == [
            ("c4471", "noa"),
            ("c4472", "noa"),
        ]
        assert "Assign to me: 2 cases" in desk.screen[-2]
        assert "marked" not in desk.screen[-1]


async def test_one_undo_takes_all_of_it_back() -> None:
    shop = Shop()
    before = {id: row.owner for id, row in shop.rows.items()}
    async with running(shop) as desk:
        await desk.press("v", "v", "v", "U", "enter")
        given = acted(shop)
        assert len(given) == 3
        await desk.press("z")
        assert "undone: 3 cases as before" in desk.screen[-2]
        back = acted(shop)[3:]
        assert {order.case: order.agent for order in back if isinstance(order, Assign)} == {
            order.case: before[order.case] for order in given if isinstance(order, Assign)
        }
        await desk.press("z")
        assert len(acted(shop)) == 6, "it is taken back once"


async def test_what_a_command_asks_is_asked_once() -> None:
    shop = Shop()
    async with running(shop) as desk:
        await desk.press("v", "v", "l")
        await says(desk, "recall")
        await desk.press("enter")
        assert acted(shop) == [Label("c4471", ("recall",)), Label("c4472", ("recall",))]
        assert "Label (recall): 2 cases" in desk.screen[-2]
        await desk.press("home", "v", "v", "A")
        await says(desk, "billing")
        assert "Assign (billing) for 2 cases?" in desk.text
        await desk.press("enter")
        assert acted(shop)[2:] == [Assign("c4471", team="billing"), Assign("c4472", team="billing")]


@pytest.mark.parametrize(
    ("line", "order"),
    [
        ("priority urgent", Prioritise("c4471", 3)),
        ("label -vip", Label("c4471", remove=("vip",))),
        ("assign-to avi", Assign("c4471", agent="avi")),
        ("snooze 2h", Snooze("c4471", NOW + 2 * HOUR_MS)),
    ],
)
async def test_a_typed_command_means_the_marked_ones_too(line: str, order: Order) -> None:
    shop = Shop()
    async with running(shop) as desk:
        await desk.press("v", "end", "colon")
        await says(desk, line)
        await desk.press("enter")
        (given,) = acted(shop)
        if isinstance(given, Snooze):
            assert given.case == "c4471" and 0 <= given.until - NOW - 2 * HOUR_MS < MINUTE_MS
        else:
            assert given == order


class Elsewhere(Shop):
    """A server with one case and nobody to give it to but its agent."""

    def __init__(self) -> None:
        super().__init__(many_rows(1), id="other")

    async def query(self, query: Query) -> Page:
        page = await super().query(query)
        return replace(page, directory=Directory((NOA,))) if isinstance(page, DirectoryPage) else page


async def test_a_name_that_one_server_does_not_know_leaves_out_only_its_cases() -> None:
    shop, other = Shop(), Elsewhere()
    async with running(shop, others=[other]) as desk:
        await desk.press("V", "colon")
        await says(desk, "assign-to avi")
        assert "nobody is called avi" in desk.text
        await desk.press("enter")
        given = acted(shop)
        assert given and all(isinstance(order, Assign) and order.agent == "avi" for order in given)
        assert acted(other) == []


async def test_a_wrong_word_is_said_and_nothing_is_done() -> None:
    shop = Shop()
    async with running(shop) as desk:
        await desk.press("v", "v", "colon")
        await says(desk, "assign-to nobody")
        assert "nobody is called nobody" in desk.text
        assert acted(shop) == []


async def test_a_case_that_a_command_cannot_act_on_is_left_out_with_the_reason() -> None:
    shop = Shop()
    first = next(iter(shop.rows.values()))
    owed = Promise("p_1", first.id, CustomerText("call back"), NOW + HOUR_MS, NOW, "noa")
    shop.rows[first.id] = replace(first, promise=owed)
    async with running(shop) as desk:
        await desk.press("v", "v", "d")
        assert "something is promised" in desk.text
        await desk.press("enter")
        assert acted(shop) == [Resolve("c4472")]
        await desk.press("z")
        assert isinstance(acted(shop)[-1], Reopen)


async def test_choosing_a_case_takes_it_out() -> None:
    shop = Shop()
    async with running(shop) as desk:
        await desk.press("v", "v", "v", "a")
        await says(desk, "omar")
        assert "Assign to me for 2 cases?" in desk.text
        await desk.press("enter")
        assert [order.case for order in acted(shop) if isinstance(order, Assign)] == ["c4471", "c4473"]


async def test_all_that_is_shown_is_marked_and_unmarked_by_one_key() -> None:
    shop = Shop(many_rows(300))
    async with running(shop) as desk:
        await desk.press("V")
        held = len(list(desk.workbench.desk.inbox.rows()))
        assert f"{held} marked" in desk.screen[-1]
        assert held == 300 or f"{held} of 300 are marked" in desk.screen[-2]
        await desk.press("a")
        assert "and 100 more" in desk.text or held < 300
        await desk.press("enter")
        assert len(acted(shop)) == held
        await desk.press("V", "V")
        assert "marked" not in desk.screen[-1]


async def test_in_a_case_a_command_means_that_case() -> None:
    shop = Shop()
    async with running(shop) as desk:
        await desk.press("v", "v", "enter", "u")
        assert acted(shop) == [MarkUnread("c4473")]


@pytest.mark.parametrize("language", [None, "he"], ids=["en", "he"])
async def test_how_a_preview_looks(language: str | None, picture: Picture) -> None:
    shop = Shop()
    first = next(iter(shop.rows.values()))
    owed = Promise("p_1", first.id, CustomerText("call back"), NOW + HOUR_MS, NOW, "noa")
    shop.rows[first.id] = replace(first, promise=owed)
    async with running(shop, language=Catalogue("he") if language else None) as desk:
        await desk.press("v", "v", "v", "d")
        picture(desk)


async def test_what_a_colleague_handles_is_left_out_with_the_reason() -> None:
    for keys, done in (("d", Resolve), ("s", Snooze)):
        shop = Shop()
        shop.rows["c4471"] = replace(shop.rows["c4471"], lease=Lease("avi", "d9", 50, NOW))
        async with running(shop) as desk:
            await desk.press("v", "v", keys)
            if keys == "s":
                await desk.press("enter")
            assert "for 1 case?" in desk.text
            assert any("Dana Levi #4471" in line and "Avi has it" in line for line in desk.screen)
            await desk.press("enter")
            assert [order.case for order in acted(shop) if isinstance(order, done)] == ["c4472"]
