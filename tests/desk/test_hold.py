"""Nothing moves that the user did not move: rows stay put under the cursor until the user settles."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from agent_tui.desk.desk import Desk
from agent_tui.desk.inbox import InboxRow
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.events import Event
from agent_tui.domain.views import MINE
from tests.desk.test_convergence import Act, acts, do
from tests.desk.world import NOW, World, key, row, settle_questions, shown, truth, up


def desk_with(*ids: str) -> tuple[World, Desk]:
    world = World()
    for place, id in enumerate(ids):
        world.put(row(id, 10 * (place + 1)))
    desk = Desk()
    desk.add_backend("hub", "hub")
    desk.happened("hub", up(world), NOW)
    settle_questions(desk, {"hub": world}, 0, 40)
    return world, desk


def names(desk: Desk) -> list[str]:
    """Ids of the rows as they stand."""
    items = [desk.inbox.item(index) for index in range(len(desk.inbox))]
    return [item.key.case for item in items if isinstance(item, InboxRow)]


def happens(world: World, desk: Desk, event: Event) -> None:
    desk.happened("hub", event, NOW)
    settle_questions(desk, {"hub": world}, 0, 40)


def test_a_more_urgent_row_waits_until_the_user_settles() -> None:
    world, desk = desk_with("a", "b", "c")
    desk.inbox.hold(key(world, "b"))
    happens(world, desk, world.put(replace(world.rows["c"], sort_at=1)))
    assert names(desk) == ["a", "b", "c"]
    assert desk.inbox.order_changed
    assert desk.settle().inbox
    assert names(desk) == ["c", "a", "b"]
    assert not desk.inbox.order_changed


def test_a_row_changes_its_words_in_place() -> None:
    world, desk = desk_with("a", "b", "c")
    desk.inbox.hold(key(world, "b"))
    happens(world, desk, world.put(replace(world.rows["c"], sort_at=1, unread=7)))
    item = desk.inbox.item(3)
    assert isinstance(item, InboxRow)
    assert (item.key.case, item.row.unread) == ("c", 7)


def test_a_new_row_comes_in_below_the_cursor_only() -> None:
    world, desk = desk_with("a", "b", "c")
    desk.inbox.hold(key(world, "b"))
    happens(world, desk, world.put(row("above", 1)))
    happens(world, desk, world.put(row("below", 25)))
    assert names(desk) == ["a", "b", "below", "c"]
    assert desk.inbox.totals()[0][1] == 5
    desk.settle()
    assert names(desk) == ["above", "a", "b", "below", "c"]


def test_a_row_that_left_stays_visible_and_never_shows_twice() -> None:
    world, desk = desk_with("a", "b", "c")
    desk.inbox.hold(key(world, "b"))
    happens(world, desk, world.put(replace(world.rows["a"], stage="customer")))
    happens(world, desk, world.put(replace(world.rows["c"], owner="avi")))
    assert names(desk) == ["a", "b", "c"]
    desk.settle()
    assert names(desk) == ["b", "a"]


def test_my_own_act_moves_its_row_at_once() -> None:
    world, desk = desk_with("a", "b", "c")
    desk.inbox.hold(key(world, "a"))
    happens(world, desk, world.put(replace(world.rows["b"], stage="customer"), by="noa"))
    assert names(desk) == ["a", "c", "b"]
    happens(world, desk, world.put(replace(world.rows["c"], stage="done"), by="noa"))
    assert names(desk) == ["a", "b"]


def test_my_own_act_on_the_row_under_the_cursor_shows_no_row_twice() -> None:
    world, desk = desk_with("a", "b", "c")
    happens(world, desk, world.put(row("w", 5, stage="customer")))
    desk.inbox.hold(key(world, "b"))
    happens(world, desk, world.put(replace(world.rows["w"], stage="us", sort_at=35)))
    assert names(desk) == ["a", "b", "c", "w"]
    happens(world, desk, world.put(replace(world.rows["b"], stage="customer"), by="noa"))
    assert names(desk) == ["a", "c", "b", "w"]


def test_my_own_act_on_a_row_that_was_held_back_tells_that_rows_moved() -> None:
    world, desk = desk_with("a", "b", "c")
    desk.inbox.hold(key(world, "b"))
    happens(world, desk, world.put(replace(world.rows["b"], stage="customer")))
    assert names(desk) == ["a", "b", "c"]
    changes = desk.happened("hub", world.put(replace(world.rows["b"], unread=1), by="noa"), NOW)
    assert changes.inbox
    assert names(desk) == ["a", "c", "b"]


def test_moving_the_cursor_moves_nothing_else() -> None:
    world, desk = desk_with("a", "b", "c")
    desk.inbox.hold(key(world, "a"))
    happens(world, desk, world.put(replace(world.rows["c"], sort_at=1)))
    desk.inbox.hold(key(world, "c"))
    assert names(desk) == ["a", "b", "c"]
    desk.inbox.hold(None)
    assert names(desk) == ["c", "a", "b"]


@given(before=acts, during=acts, cursor=st.integers(0, 12), moves=st.lists(st.integers(0, 24), max_size=3))
def test_whatever_happens_rows_above_the_cursor_stand_still(
    before: list[Act], during: list[Act], cursor: int, moves: list[int]
) -> None:
    world = World()
    for act in before:
        do(world, act)
    desk = Desk()
    desk.add_backend("hub", "hub")
    desk.happened("hub", up(world), NOW)
    settle_questions(desk, {"hub": world}, 0, 40)
    rows = [CaseKey("hub", name) for name in names(desk)]
    if not rows:
        return
    held = rows[cursor % len(rows)]
    desk.inbox.hold(held)
    for turn, act in enumerate(during):
        standing = names(desk)
        where = desk.inbox.index_of(held)
        event = do(world, act)
        if event is not None and event.by != "noa":
            desk.happened("hub", event, NOW)
            settle_questions(desk, {"hub": world}, 0, 40)
            assert desk.inbox.index_of(held) == where
            place = standing.index(held.case)
            assert names(desk)[: place + 1] == standing[: place + 1]
            assert [name for name in names(desk) if name in standing] == standing
            assert len(set(names(desk))) == len(names(desk))
        elif event is not None:
            desk.happened("hub", event, NOW)
            settle_questions(desk, {"hub": world}, 0, 40)
            assert len(set(names(desk))) == len(names(desk))
        if turn in moves and names(desk):
            held = CaseKey("hub", names(desk)[turn % len(names(desk))])
            desk.inbox.hold(held)
        if held.case not in names(desk):
            break
    desk.settle()
    assert shown(desk) == truth(MINE, {"hub": world})
