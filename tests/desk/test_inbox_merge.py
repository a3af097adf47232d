"""The inbox is the plain sort of all backends' rows, wherever one looks, and holds only a part of them."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.backends.base import Disconnected
from agent_tui.desk.asking import FIRST_ROWS
from agent_tui.desk.desk import Desk
from agent_tui.desk.inbox import MAX_HELD
from agent_tui.domain.queries import RowsQuery
from agent_tui.domain.views import ALL, MINE, View
from agent_tui.live import FIRST_LINES
from tests.desk.world import NOW, World, row, settle_questions, shown, truth, up


def desk_on(worlds: dict[str, World], view: View = ALL) -> Desk:
    desk = Desk()
    for name, world in worlds.items():
        desk.add_backend(name, name)
        desk.happened(name, up(world), NOW)
    desk.set_view(view)
    return desk


def big(name: str, count: int, seed: int, spread: int = 1_000_000) -> World:
    world, chance = World(name), random.Random(seed)
    for number in range(count):
        world.put(row(f"{name}{number:05}", chance.randrange(spread)))
    return world


@given(
    sizes=st.lists(st.integers(0, 30), min_size=1, max_size=3),
    page=st.integers(2, 10),
    seed=st.integers(0, 1000),
    looks=st.lists(st.integers(0, 90), max_size=4),
)
def test_small_pages_make_the_whole(sizes: list[int], page: int, seed: int, looks: list[int]) -> None:
    worlds = {f"b{n}": big(f"b{n}", size, seed + n, 40) for n, size in enumerate(sizes)}
    for world in worlds.values():
        world.page_rows = page
    desk = desk_on(worlds)
    expected = truth(ALL, worlds)
    for start in looks:
        settle_questions(desk, worlds, start, start + 10)
        assert len(desk.inbox) == len(expected)
        assert shown(desk, start, start + 10) == expected[start : start + 10]


@pytest.mark.parametrize("names", [["a"], ["a", "b"], ["a", "b", "c"]])
def test_far_jumps_over_a_big_inbox(names: list[str]) -> None:
    worlds = {name: big(name, 3000 // (n + 1), n) for n, name in enumerate(names)}
    desk = desk_on(worlds)
    expected = truth(ALL, worlds)
    settle_questions(desk, worlds, 0, 40)
    for start in (0, len(expected) - 40, 1500, 1540, 1300, 700, 2900 if len(names) == 1 else 2000, 0, 300):
        settle_questions(desk, worlds, start, start + 40)
        assert shown(desk, start, start + 40) == expected[start : start + 40], start


def test_scrolling_through_holds_a_bounded_window() -> None:
    worlds = {"a": big("a", 9000, 1)}
    desk = desk_on(worlds)
    expected = truth(ALL, worlds)
    settle_questions(desk, worlds, 0, 40)
    for start in [*range(0, 8900, 100), *range(8900, 4000, -100)]:
        settle_questions(desk, worlds, start, start + 40)
        assert shown(desk, start, start + 40) == expected[start : start + 40], start
        assert sum(1 for _ in desk.inbox.rows()) <= MAX_HELD + 200


def test_a_lost_backend_keeps_its_rows_and_hides_nobody_elses() -> None:
    worlds = {"a": big("a", 500, 1), "b": big("b", 500, 2)}
    desk = desk_on(worlds)
    settle_questions(desk, worlds, 0, 40)
    before = shown(desk, 0, 40)
    desk.happened("b", Disconnected("gone", 1.0), NOW)
    assert shown(desk, 0, 40) == before
    only_a = {"a": worlds["a"]}
    for start in (300, len(desk.inbox) - 40):
        settle_questions(desk, only_a, start, start + 40)
        assert "..." not in shown(desk, start, start + 40)
    desk.happened("b", up(worlds["b"]), NOW)
    expected = truth(ALL, worlds)
    settle_questions(desk, worlds, 0, 40)
    assert shown(desk, 0, 40) == expected[:40]


def test_a_question_is_asked_once() -> None:
    worlds = {"a": big("a", 10, 1)}
    desk = desk_on(worlds, MINE)
    assert desk.asks(0, 20)
    assert desk.asks(0, 20) == []


def test_the_first_page_is_small_and_enough_for_what_a_start_looks_at() -> None:
    """The first paint waits until it is read: 200 rows take three times as long as what a screen shows."""
    worlds = {"hub": big("hub", 1_000, 1)}
    desk = desk_on(worlds)
    asked = desk.asks(0, FIRST_LINES)
    assert {query.limit for _, query in asked if isinstance(query, RowsQuery)} == {FIRST_ROWS}
    for name, query in asked:
        desk.arrived(name, query, worlds[name].answer(query), NOW)
    assert desk.asks(0, FIRST_LINES) == []
    assert len(shown(desk, 0, FIRST_LINES)) == FIRST_LINES and "..." not in shown(desk, 0, FIRST_LINES)
