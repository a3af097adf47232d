"""Whatever the line does to the stream of events, the desk ends where the backend is."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from agent_tui.backends.base import Disconnected
from agent_tui.desk.desk import Desk
from agent_tui.domain.events import Event
from agent_tui.domain.model import Stage
from agent_tui.domain.queries import Page, Query
from agent_tui.domain.views import ALL, MINE, TEAM, View
from tests.desk.world import NOW, World, key, row, settle_questions, shown, truth, up

Act = tuple[str, str, int, str, str]
STAGES: list[Stage] = ["us", "customer", "later", "done"]

acts = st.lists(
    st.tuples(
        st.sampled_from(["change", "say", "deliver", "reply"]),
        st.integers(0, 12).map(lambda n: f"k{n}"),
        st.integers(0, 20),
        st.sampled_from(STAGES),
        st.sampled_from(["noa", "avi", ""]),
    ),
    max_size=25,
)


def do(world: World, act: Act) -> Event | None:
    """One thing happens in the world."""
    what, case, sort_at, stage, owner = act
    if what == "change" or case not in world.rows:
        before = world.rows.get(case) or row(case)
        assert stage in STAGES
        return world.put(replace(before, sort_at=sort_at, stage=stage, owner=owner))
    if what == "deliver":
        return world.deliver(case, "delivered")
    return world.say(case, f"words {sort_at}", "out" if what == "reply" else "in", "noa" if what == "reply" else "")


def prepared(view: View, before: list[Act], page_rows: int) -> tuple[World, Desk]:
    world = World(page_rows=page_rows)
    for act in before:
        do(world, act)
    desk = Desk()
    desk.add_backend("hub", "hub")
    desk.set_view(view)
    desk.happened("hub", up(world), NOW)
    desk.open(key(world, "k1"))
    settle_questions(desk, {"hub": world}, 0, 30)
    return world, desk


def everything(desk: Desk) -> object:
    case = desk.open_case
    assert case is not None
    return (shown(desk), desk.counts(), case.row, case.messages, case.calls, desk.live_calls())


@settings(max_examples=150)
@given(
    view=st.sampled_from([MINE, TEAM, ALL]),
    before=acts,
    during=acts,
    cuts=st.lists(st.tuples(st.integers(0, 25), st.integers(0, 6)), max_size=4),
    page_rows=st.sampled_from([3, 200]),
)
def test_any_split_into_resumes_ends_the_same(
    view: View, before: list[Act], during: list[Act], cuts: list[tuple[int, int]], page_rows: int
) -> None:
    world, smooth = prepared(view, before, page_rows)
    _, broken = prepared(view, before, page_rows)
    events = [event for act in during if (event := do(world, act)) is not None]
    for event in events:
        smooth.happened("hub", event, NOW)
    for at, event in enumerate(events):
        for cut, repeated in cuts:
            if cut == at:
                broken.happened("hub", Disconnected("cut", 1.0), NOW)
                broken.happened("hub", up(world, resumed=True), NOW)
                for again in events[max(0, at - repeated) : at]:
                    broken.happened("hub", again, NOW)
        broken.happened("hub", event, NOW)
    for desk in (smooth, broken):
        settle_questions(desk, {"hub": world}, 0, 40)
    assert everything(broken) == everything(smooth)
    assert shown(smooth) == truth(view, {"hub": world})


@settings(max_examples=150)
@given(
    view=st.sampled_from([MINE, ALL]),
    before=acts,
    during=acts,
    late=st.lists(st.integers(0, 5), min_size=1, max_size=8),
    page_rows=st.sampled_from([3, 200]),
    look=st.integers(0, 10),
)
def test_answers_that_are_late_do_not_bring_the_past_back(
    view: View, before: list[Act], during: list[Act], late: list[int], page_rows: int, look: int
) -> None:
    world = World(page_rows=page_rows)
    for act in before:
        do(world, act)
    desk = Desk()
    desk.add_backend("hub", "hub")
    desk.set_view(view)
    desk.happened("hub", up(world), NOW)
    desk.open(key(world, "k1"))
    waiting: list[tuple[int, Query, Page]] = []
    for turn, act in enumerate(during):
        for number, (_, query) in enumerate(desk.asks(look, look + 10) + desk.doubts()):
            waiting.append((turn + late[(turn + number) % len(late)], query, world.answer(query)))
        event = do(world, act)
        if event is not None:
            desk.happened("hub", event, NOW)
        for due, query, page in [entry for entry in waiting if entry[0] <= turn]:
            desk.arrived("hub", query, page, NOW)
            waiting.remove((due, query, page))
    for _, query, page in waiting:
        desk.arrived("hub", query, page, NOW)
    settle_questions(desk, {"hub": world}, 0, 40)
    assert shown(desk) == truth(view, {"hub": world})
    case = desk.open_case
    assert case is not None
    assert list(case.messages) == world.messages.get("k1", [])


@given(before=acts, missed=acts)
def test_without_replay_everything_is_asked_again(before: list[Act], missed: list[Act]) -> None:
    world, desk = prepared(MINE, before, 200)
    desk.happened("hub", Disconnected("cut", 1.0), NOW)
    for act in missed:
        do(world, act)
    desk.happened("hub", up(world), NOW)
    settle_questions(desk, {"hub": world}, 0, 40)
    assert shown(desk) == truth(MINE, {"hub": world})
    case = desk.open_case
    assert case is not None
    assert list(case.messages) == world.messages.get("k1", [])
