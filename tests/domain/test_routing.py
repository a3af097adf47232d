"""Routing: whatever comes, nobody gets too much, nobody what they cannot do, and nothing starves."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.domain.routing import Given, Left, Offered, Queue, Ready, Routed, Waiting, reachable, route
from agent_tui.domain.time import MINUTE_MS

NOW = 1_000 * MINUTE_MS
QUEUES = ("care", "sales", "night")
SKILLS = ("language:he", "topic:refunds", "channel:phone", "region:north")
CHANNELS = ("phone", "whatsapp", "email")
MINUTE = MINUTE_MS


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Waiting], list[Ready], list[Queue]]:
    weights = st.lists(st.tuples(st.sampled_from(CHANNELS), st.integers(1, 5)), max_size=3, unique_by=lambda w: w[0])
    queues = [
        Queue(
            id,
            draw(st.sampled_from(["push", "push", "pull"])),
            tuple(draw(weights)),
            draw(st.sampled_from(["", *QUEUES])),
            draw(st.integers(0, 4)) * MINUTE,
            draw(st.integers(0, 4)) * MINUTE,
        )
        for id in QUEUES
    ]
    skills = st.lists(st.sampled_from(SKILLS), max_size=3, unique=True).map(tuple)
    agents = []
    for n in range(draw(st.integers(0, 6))):
        capacity = draw(st.integers(0, 4))
        works = tuple(draw(st.lists(st.sampled_from(QUEUES), max_size=3, unique=True)))
        load = draw(st.integers(0, capacity))
        agents.append(Ready(f"a{n}", works, draw(skills), capacity, load, NOW - draw(st.integers(0, 9)) * MINUTE))
    cases = [
        Waiting(
            f"c{n}",
            draw(st.sampled_from([*QUEUES, "unknown"])),
            NOW - draw(st.integers(0, 9)) * MINUTE,
            draw(st.sampled_from(CHANNELS)),
            draw(skills.map(lambda s: s[:2])),
            draw(st.integers(0, 3)),
            draw(st.sampled_from(["", *(agent.id for agent in agents)])),
        )
        for n in range(draw(st.integers(0, 10)))
    ]
    return cases, agents, queues


@given(worlds())
def test_nobody_gets_too_much_or_what_they_cannot_do(world: tuple[list[Waiting], list[Ready], list[Queue]]) -> None:
    cases, agents, queues = world
    routed = route(cases, agents, queues, NOW)
    by_case = {case.case: case for case in cases}
    by_agent = {agent.id: agent for agent in agents}
    by_queue = {queue.id: queue for queue in queues}
    told = [given_.case for given_ in routed.given] + [one.case for one in routed.offered]
    told += [one.case for one in routed.left]
    assert sorted(told) == sorted(by_case)
    loads = {agent.id: agent.load for agent in agents}
    for given_ in routed.given:
        case, agent, queue = by_case[given_.case], by_agent[given_.agent], by_queue[given_.queue]
        assert set(case.needs) <= set(agent.skills)
        assert given_.queue in agent.queues
        assert given_.queue in reachable(case, by_queue, NOW)[0]
        assert queue.mode == "push"
        loads[agent.id] += min(queue.weight(case.channel), agent.capacity)
    assert all(loads[agent.id] <= agent.capacity for agent in agents)
    for offered in routed.offered:
        assert offered.agents
        assert all(set(by_case[offered.case].needs) <= set(by_agent[id].skills) for id in offered.agents)
        assert by_queue[offered.queue].mode == "pull"


@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_in_which_they_are_listed_changes_nothing(
    world: tuple[list[Waiting], list[Ready], list[Queue]], chance: random.Random
) -> None:
    cases, agents, queues = world
    first = route(cases, agents, queues, NOW)
    chance.shuffle(cases)
    chance.shuffle(agents)
    chance.shuffle(queues)
    others = [replace(agent, queues=agent.queues[::-1], skills=agent.skills[::-1]) for agent in agents]
    assert route(cases, others, queues, NOW) == first


@given(worlds())
def test_what_is_left_is_left_for_a_reason(world: tuple[list[Waiting], list[Ready], list[Queue]]) -> None:
    """A case that waits for nobody in particular is left only where no one who could have it has room for it, but for
    room that is kept for one before it."""
    cases, agents, queues = world
    routed = route(cases, agents, queues, NOW)
    by_queue = {queue.id: queue for queue in queues}
    left = {one.case: one.lack for one in routed.left}
    first = next((one for one in routed.left if one.lack != "last-agent"), None)
    for case in cases:
        if case.case not in left:
            continue
        open_queues, _ = reachable(case, by_queue, NOW)
        here = [agent for agent in agents if agent.capacity and set(agent.queues) & set(open_queues)]
        able = [agent for agent in here if set(case.needs) <= set(agent.skills)]
        assert (left[case.case] == "no-agent") == (not here) or left[case.case] == "last-agent"
        assert (left[case.case] == "no-skill") == (bool(here) and not able) or left[case.case] == "last-agent"
    if first is not None:
        assert first.lack != "behind"  # nothing came before it that room could be kept for


@given(worlds())
def test_no_case_starves(world: tuple[list[Waiting], list[Ready], list[Queue]]) -> None:
    """Each minute each queue gets one more case, lighter and more urgent than any that waits, and each agent ends one
    of theirs; every case of the start that somebody can have is given out in time."""
    cases, agents, queues = world
    queues = [replace(queue, mode="push") for queue in queues]
    by_queue = {queue.id: queue for queue in queues}
    held: dict[str, list[int]] = {agent.id: [1] * agent.load for agent in agents}
    waiting = {case.case: case for case in cases}
    mine = {
        case.case
        for case in cases
        if any(
            agent.capacity and set(case.needs) <= set(agent.skills) and set(agent.queues) & set(_ever(case, by_queue))
            for agent in agents
        )
    }
    given_at: dict[str, int] = {}
    # head starts of three steps and waits for queues, and then the cases before it one by one
    most = 3 * 5 + 3 * 4 + 4 + 5 * len(cases) + 3 * 15 + 20
    for minute in range(most):
        now = NOW + minute * MINUTE
        waiting |= {f"{queue}{minute}": Waiting(f"{queue}{minute}", queue, now, "sms", (), 3) for queue in QUEUES}
        idle = {agent.id: agent.idle_since for agent in agents}
        ready = [replace(a, load=sum(held[a.id]), idle_since=idle[a.id]) for a in agents]
        for one in route(waiting.values(), ready, queues, now).given:
            case = waiting.pop(one.case)
            capacity = next(agent.capacity for agent in agents if agent.id == one.agent)
            held[one.agent].append(min(by_queue[one.queue].weight(case.channel), capacity))
            given_at[one.case] = minute
        for cases_of in held.values():
            if cases_of:
                cases_of.pop(0)
        if mine <= given_at.keys():
            return
    assert mine <= given_at.keys()


def _ever(case: Waiting, queues: dict[str, Queue]) -> tuple[str, ...]:
    return reachable(case, queues, case.since + 1000 * MINUTE)[0]


CARE = Queue("care")
NOA = Ready("noa", ("care",), ("language:he",), 2, 0, NOW - 5 * MINUTE)
AVI = Ready("avi", ("care",), (), 2, 0, NOW - 9 * MINUTE)


def given_to(routed: Routed) -> list[tuple[str, str, str]]:
    return [(one.case, one.agent, one.rule) for one in routed.given]


def test_the_longest_idle_is_first_and_idle_comes_before_busy() -> None:
    cases = [Waiting(f"c{n}", "care", NOW - 10 + n) for n in range(3)]
    assert given_to(route(cases, [NOA, AVI], [CARE], NOW)) == [
        ("c0", "avi", "longest-idle"),
        ("c1", "noa", "longest-idle"),
        ("c2", "avi", "most-room"),
    ]


def test_skills_are_never_missing() -> None:
    case = Waiting("c", "care", NOW, needs=("language:he",))
    assert given_to(route([case], [NOA, AVI], [CARE], NOW)) == [("c", "noa", "longest-idle")]
    assert route([case], [AVI], [CARE], NOW).left == (Left("c", "no-skill"),)
    assert route([case], [], [CARE], NOW).left == (Left("c", "no-agent"),)


def test_a_returning_customer_waits_a_while_for_whom_they_know() -> None:
    care = replace(CARE, sticky_ms=2 * MINUTE)
    case = Waiting("c", "care", NOW, last="noa")
    assert given_to(route([case], [NOA, AVI], [care], NOW)) == [("c", "noa", "sticky")]
    full = replace(NOA, load=2)
    held = route([case], [full, AVI], [care], NOW)
    assert (held.left, held.again) == ((Left("c", "last-agent"),), NOW + 2 * MINUTE)
    late = route([case], [full, AVI], [care], NOW + 2 * MINUTE)
    assert given_to(late) == [("c", "avi", "longest-idle")]
    assert given_to(route([case], [AVI], [care], NOW)) == [("c", "avi", "longest-idle")]  # noa is not here


def test_a_case_goes_over_to_another_queue_after_its_time() -> None:
    care = replace(CARE, overflow="night", overflow_ms=3 * MINUTE)
    dan = Ready("dan", ("night",))
    case = Waiting("c", "care", NOW)
    early = route([case], [dan], [care, Queue("night")], NOW)
    assert (early.left, early.again) == ((Left("c", "no-agent"),), NOW + 3 * MINUTE)
    late = route([case], [dan], [care, Queue("night")], NOW + 3 * MINUTE)
    assert late.given == (Given("c", "dan", "night", "overflow"),)
    assert late.again is None


def test_a_pull_queue_offers_to_all_who_may() -> None:
    routed = route(
        [Waiting("c", "care", NOW)], [NOA, AVI, replace(NOA, id="ada", load=2)], [Queue("care", "pull")], NOW
    )
    assert routed.offered == (Offered("c", ("avi", "noa"), "care"),)
    assert not routed.given


def test_room_is_kept_for_a_heavy_case() -> None:
    care = Queue("care", weights=(("phone", 2),))
    busy = replace(NOA, load=1)
    call, chat = Waiting("call", "care", NOW - 1, "phone"), Waiting("chat", "care", NOW, "sms")
    assert route([call, chat], [busy], [care], NOW).left == (Left("call", "no-room"), Left("chat", "behind"))
    assert given_to(route([call, chat], [NOA], [care], NOW)) == [("call", "noa", "longest-idle")]
    # one heavier than all that anybody can do takes the whole of somebody
    heavy = Queue("care", weights=(("phone", 9),))
    assert given_to(route([call, chat], [NOA], [heavy], NOW)) == [("call", "noa", "longest-idle")]


@pytest.mark.parametrize(("older", "first"), [(4, "urgent"), (6, "plain")])
def test_priority_is_a_head_start(older: int, first: str) -> None:
    urgent, plain = Waiting("urgent", "care", NOW, priority=1), Waiting("plain", "care", NOW - older * MINUTE)
    one = replace(NOA, capacity=1)
    assert route([urgent, plain], [one], [CARE], NOW).given[0].case == first


def test_who_put_a_case_back_does_not_get_it_again() -> None:
    case = Waiting("c", "q", 0, but=("a",), last="a")
    one, other = Ready("a", ("q",)), Ready("b", ("q",), idle_since=9)
    assert [given.agent for given in route([case], [one, other], [Queue("q")], 10).given] == ["b"]
    assert [left.lack for left in route([case], [one], [Queue("q")], 10).left] == ["no-skill"]
