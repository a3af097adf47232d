"""The figures of a wallboard, against a slow count of the same hours."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.domain.model import Agent
from agent_tui.domain.time import HOUR_MS, MINUTE_MS, Ms
from agent_tui.domain.wallboard import SLOTS, WINDOW_MS, AgentStates, Bottleneck, HourSlot, QueueBoard, share
from agent_tui.domain.wallboard_figures import (
    Handled,
    Measured,
    Queued,
    Records,
    Solved,
    Waited,
    board,
    bottleneck,
    states,
)
from agent_tui.domain.worked import Holding, Move, Stretch, enough_at_once, handled, waits

NOW: Ms = 1_800_000_000_000
SINCE = NOW - WINDOW_MS
NAMES = (("chats", "Chats"), ("mails", "Mail"))
ages = st.integers(0, WINDOW_MS + 3 * HOUR_MS)
stretches = st.tuples(ages, ages).map(lambda pair: (NOW - max(pair), NOW - min(pair)))


def _waits_now(since: Ms) -> Queued:
    return Queued("chats", 1, since, (NOW - since) // HOUR_MS)


def _together(now: list[Ms]) -> list[Queued]:
    """As a database counts them: by hour, what waited before the window as one."""
    by_hour: dict[int, list[Ms]] = {}
    for since in now:
        by_hour.setdefault(min((NOW - since) // HOUR_MS, SLOTS), []).append(since)
    return [Queued("chats", len(held), min(held), hours) for hours, held in by_hour.items()]


@given(st.lists(ages.map(lambda age: NOW - age), max_size=6), st.lists(stretches, max_size=6))
def test_what_waited_at_the_end_of_each_hour(now: list[Ms], past: list[tuple[Ms, Ms]]) -> None:
    records = Records(_together(now), [Waited("chats", *one) for one in past])
    made = board(NOW, SINCE, NAMES, records, AgentStates())
    ends = [NOW - (SLOTS - 1 - slot) * HOUR_MS for slot in range(SLOTS)]
    slow = [sum(since <= end for since in now) + sum(start <= end < stop for start, stop in past) for end in ends]
    assert [slot.waiting for slot in made.queues[0].hours] == slow
    assert [slot.waiting for slot in made.whole.hours] == slow
    assert made.queues[0].waiting == len(now)
    assert made.queues[0].oldest == min(now, default=None)
    assert not any(slot.waiting for slot in made.queues[1].hours)


@given(
    st.lists(
        st.builds(
            Measured,
            st.sampled_from(["chats", "mails", "gone"]),
            st.integers(0, SLOTS - 1),
            st.integers(0, 9),
            st.integers(0, 9),
            st.sampled_from([0, 80, 95]),
        ),
        max_size=12,
    )
)
def test_promises_add_up_over_hours_and_queues(measured: list[Measured]) -> None:
    made = board(NOW, SINCE, NAMES, Records(measured=measured), AgentStates())
    for queue in (*made.queues, made.whole):
        mine = [one for one in measured if queue is made.whole or one.queue == queue.id]
        assert (queue.met, queue.late) == (sum(one.met for one in mine), sum(one.late for one in mine))
        assert sum(slot.met for slot in queue.hours) == queue.met
        assert sum(slot.late for slot in queue.hours) == queue.late
        assert queue.promised == max((one.promised for one in mine), default=0)
        assert queue.aimed_met == sum(one.met for one in mine if one.promised)
        assert queue.percent is None or 0 <= queue.percent <= 100


def test_what_is_promised_is_kept_or_not() -> None:
    queue = QueueBoard("calls", "Calls", met=4, late=5, promised=80, aimed_met=4, aimed_late=1)
    assert queue.percent == 100 * 4 / 9
    assert queue.kept is True, "what nothing was promised of counts for nothing here"
    assert replace(queue, aimed_late=2).kept is False
    assert replace(queue, aimed_met=0, aimed_late=0).kept is None
    assert share(0, 0) is None


def test_handling_is_counted_by_case_and_solving_by_contact() -> None:
    records = Records(
        handled=[Handled("chats", "a", 4 * MINUTE_MS), Handled("chats", "a", MINUTE_MS), Handled("chats", "b", 0)],
        solved=[Solved("chats", True), Solved("chats", False), Solved("chats", True), Solved("", True)],
    )
    made = board(NOW, SINCE, NAMES, records, AgentStates(), "all")
    chats = made.queues[0]
    assert (chats.handled, chats.average) == (2, 150_000)
    assert (chats.solved, chats.at_once, chats.first_contact) == (3, 2, 100 * 2 / 3)
    assert (made.whole.title, made.whole.solved) == ("all", 4)
    assert (made.queues[1].average, made.queues[1].first_contact) == (None, None)


def test_an_hour_before_what_was_read_is_not_known() -> None:
    made = board(NOW, NOW - 2 * HOUR_MS, NAMES, Records([_waits_now(NOW - 5 * HOUR_MS)]), AgentStates())
    assert [slot.waiting for slot in made.whole.hours[-4:]] == [None, 1, 1, 1]


def _queue(id: str, waiting: int, before: int | None, late: int = 0, met: int = 0) -> QueueBoard:
    return QueueBoard(id, id.title(), waiting, hours=(HourSlot(before), HourSlot(waiting, met, late)))


@pytest.mark.parametrize(
    ("queues", "worst"),
    [
        ([_queue("a", 5, 4), _queue("b", 9, 6)], Bottleneck("b", "B", 9, 3, 0, 0)),
        ([_queue("a", 5, 5, late=4, met=1), _queue("b", 9, 6)], Bottleneck("a", "A", 5, 0, 4, 5)),
        # one that empties is none for what it let wait, but may be for what it broke
        ([_queue("a", 2, 9, late=1), _queue("b", 1, 1)], Bottleneck("a", "A", 2, -7, 1, 1)),
        ([_queue("a", 3, 2), _queue("b", 4, 3)], Bottleneck("b", "B", 4, 1, 0, 0)),
        ([_queue("a", 3, None), _queue("b", 4, 4)], None),
        ([], None),
    ],
)
def test_where_it_jams(queues: list[QueueBoard], worst: Bottleneck | None) -> None:
    assert bottleneck(queues) == worst


def test_agents_are_counted_by_what_they_are() -> None:
    people = [
        Agent("a", "A", presence="available"),
        Agent("b", "B", presence="online"),
        Agent("c", "C", presence="available", then="break"),
        Agent("d", "D", presence="meal"),
        Agent("e", "E", presence="not-ready"),
        Agent("f", "F", presence="meal"),
        Agent("g", "G", presence="away"),
        Agent("h", "H", presence="offline"),
    ]
    assert states(people, {"b", "d", "h"}) == AgentStates(1, 2, (("meal", 2), ("not-ready", 1)), 1)


def test_waits_end_when_somebody_gets_the_case() -> None:
    moves = [
        Move("a", 10, "needed"),
        Move("b", 12, "needed"),
        Move("a", 15, "taken"),
        Move("b", 20, "away"),
        Move("a", 30, "needed"),  # it came back, and its owner has it still
        Move("a", 40, "free"),
        Move("a", 45, "free"),  # to another queue: it goes on waiting
        Move("a", 50, "taken"),
        Move("c", 60, "taken", 25),  # it waited before the log that was read: the hub says for how long
        Move("d", 61, "taken"),  # it did too, for nobody knows how long
        Move("e", 62, "needed"),
        Move("e", 70, "taken"),
        Move("f", 71, "needed"),  # it waits still
        Move("a", 80, "free"),
        Move("a", 84, "away"),
        Move("a", 86, "needed"),  # it came back, and nobody has it any more
        Move("a", 90, "taken"),
    ]
    found = waits(moves, owned=["e"])
    of_a = [Stretch("a", 10, 15), Stretch("a", 40, 50), Stretch("a", 80, 84), Stretch("a", 86, 90)]
    assert [one for one in found if one.case == "a"] == of_a
    assert [one for one in found if one.case != "a"] == [Stretch("b", 12, 20), Stretch("c", 35, 60)]


def test_handling_is_cut_where_another_agent_goes_on() -> None:
    holdings = [
        Holding("x", 5, ""),  # begun before the log that was read
        Holding("a", 10, "noa"),
        Holding("a", 15, "noa"),  # at another desk
        Holding("a", 20, "avi"),
        Holding("b", 21, "noa"),
        Holding("a", 30, ""),
        Holding("a", 40, "noa"),  # nobody knows yet for how long
    ]
    assert handled(holdings) == [Stretch("a", 10, 20), Stretch("a", 20, 30)]


@given(st.lists(st.integers(0, 50)), st.lists(st.integers(0, 50)))
def test_one_contact_is_enough_until_they_come_after_an_answer(words: list[Ms], answers: list[Ms]) -> None:
    came_again = any(word > answer for word in words for answer in answers)
    assert enough_at_once(words, answers) is not came_again
