"""The hub gives waiting cases out by its queues: to whom, when, never twice, and it can say why."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from agent_tui.backends.base import Acked, Rejected
from agent_tui.backends.connectors.base import CallUpdate
from agent_tui.backends.hub import routing
from agent_tui.domain.model import Agent
from agent_tui.domain.orders import Assign, Label, Presence, Pull, ReleaseLease, Reply, TakeLease
from agent_tui.domain.queries import AgentsPage, AgentsQuery
from agent_tui.domain.queues import QueueSetup, Why
from agent_tui.domain.routing import Given
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import MINUTE_MS
from tests.hub.fakes import T0
from tests.hub.queue_house import CHATS, MAILS, Queued, open_queued


@pytest_asyncio.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Queued]:
    async with open_queued(tmp_path) as made:
        yield made


async def test_a_case_goes_to_who_was_idle_longest_and_says_why(hub: Queued) -> None:
    await hub.comes("avi")
    await hub.advance(MINUTE_MS)
    await hub.comes("noa")
    await hub.advance(MINUTE_MS)
    case = await hub.writes()
    assert case.owner == "avi"
    assigned = await hub.why(case.id)
    assert assigned is not None
    assert (assigned.agent, assigned.by) == ("avi", "")
    assert assigned.why == Why("longest-idle", "chats", "chats", 0, 2 * MINUTE_MS, 0, 2)
    assert (await hub.writes()).owner == "noa"
    third = await hub.writes()
    assert third.owner == "avi"
    why = await hub.why(third.id)
    assert why is not None and why.why is not None
    assert (why.why.rule, why.why.load) == ("most-room", 1)


async def test_nothing_is_given_to_who_is_not_there_or_not_ready(hub: Queued) -> None:
    case = await hub.writes()
    assert case.owner == ""
    await hub.comes("noa", "break")
    assert hub.row(case.id).owner == ""
    await hub.advance(MINUTE_MS)
    await hub.is_(hub.noa, "available")
    assert hub.row(case.id).owner == "noa"
    why = await hub.why(case.id)
    assert why is not None and why.why is not None
    assert why.why.waited == MINUTE_MS


async def test_nobody_is_given_more_than_they_can_take(hub: Queued) -> None:
    await hub.comes("noa")
    cases = [await hub.writes() for _ in range(3)]
    assert sorted(hub.owners().values()) == ["", "noa", "noa"]
    (left,) = [id for id, owner in hub.owners().items() if not owner]
    assert left == cases[2].id
    await hub.done(hub.noa, cases[0].id)
    assert hub.row(left).owner == "noa"


async def test_who_waits_for_the_customer_has_room(hub: Queued) -> None:
    await hub.comes("noa")
    cases = [await hub.writes() for _ in range(3)]
    reply = Reply(cases[0].id, "whatsapp", CustomerText("soon"))
    assert isinstance(await hub.order(hub.noa, reply), Acked)
    assert hub.row(cases[2].id).owner == "noa"


async def test_a_case_with_an_owner_is_never_taken(hub: Queued) -> None:
    case = await hub.writes()
    await hub.order(hub.avi, Assign(case.id, "avi"))
    await hub.comes("noa")
    assert hub.row(case.id).owner == "avi"
    assert hub.given() == []


async def test_a_case_that_was_put_back_goes_to_somebody_else_first(hub: Queued) -> None:
    await hub.comes("noa")
    case = await hub.writes()
    assert isinstance(await hub.order(hub.noa, Assign(case.id)), Acked)
    assert hub.row(case.id).owner == ""
    await hub.comes("avi")
    assert hub.row(case.id).owner == "avi"
    await hub.order(hub.avi, Assign(case.id))
    assert hub.row(case.id).owner == "noa"
    await hub.comes("avi", "offline")
    await hub.order(hub.noa, Assign(case.id))
    await hub.advance(9 * MINUTE_MS)
    assert hub.row(case.id).owner == ""
    await hub.advance(2 * MINUTE_MS)  # nobody else came: it does not starve
    assert hub.row(case.id).owner == "noa"


async def test_a_start_gives_out_what_waits_and_nothing_twice(hub: Queued) -> None:
    await hub.comes("noa")
    cases = [await hub.writes() for _ in range(4)]
    before = hub.owners()
    await hub.start_again()
    assert hub.owners() == before
    await hub.comes("avi")
    await hub.comes("noa")
    after = hub.owners()
    assert {id: after[id] for id, owner in before.items() if owner} == {id: o for id, o in before.items() if o}
    assert sorted(after.values()) == ["avi", "avi", "noa", "noa"]
    given = hub.given()
    assert sorted(case for case, _ in given) == sorted(case.id for case in cases)


async def test_who_put_a_case_back_does_not_get_it_again_because_the_hub_was_started(hub: Queued) -> None:
    await hub.comes("noa")
    case = await hub.writes()
    await hub.order(hub.noa, Assign(case.id))
    await hub.advance(4 * MINUTE_MS)
    await hub.start_again()
    await hub.comes("noa")
    assert hub.row(case.id).owner == ""
    await hub.advance(5 * MINUTE_MS)
    assert hub.row(case.id).owner == ""
    await hub.advance(2 * MINUTE_MS)
    assert hub.row(case.id).owner == "noa", "ten minutes after they put it back"


async def test_who_has_been_idle_for_longest_is_known_after_a_start(hub: Queued) -> None:
    await hub.comes("noa")
    await hub.advance(MINUTE_MS)
    await hub.comes("avi")
    first = await hub.writes()
    assert hub.given() == [(first.id, "noa")]
    await hub.done(hub.noa, first.id)
    await hub.advance(MINUTE_MS)
    await hub.start_again()
    await hub.comes("noa")
    await hub.comes("avi")
    second = await hub.writes()
    assert hub.given()[1:] == [(second.id, "avi")], "Noa was given one after Avi came"
    why = await hub.why(second.id)
    assert why is not None and why.why is not None
    assert why.why.idle == MINUTE_MS


async def test_skills_by_label_language_and_channel(tmp_path: Path) -> None:
    asks = replace(CHATS, asks=("channel",), label_needs=(("refund", "topic:refunds"),))
    skilled = Agent("avi", "Avi", skills=("channel:whatsapp", "topic:refunds"), capacity=9)
    plain = Agent("noa", "Noa", skills=("channel:whatsapp",), capacity=9)
    async with open_queued(tmp_path, asks, agents=(skilled, plain, Agent("ruth", "Ruth"))) as hub:
        case = await hub.writes()
        await hub.order(hub.avi, Label(case.id, add=("refund",)))
        await hub.comes("ruth")
        await hub.comes("noa")
        assert hub.row(case.id).owner == ""
        await hub.comes("avi")
        assert hub.row(case.id).owner == "avi"
        why = await hub.why(case.id)
        assert why is not None and why.why is not None
        assert why.why.needs == ("channel:whatsapp", "topic:refunds")
        hub.operator.set_skills("ruth", ("channel:whatsapp",), 9)
        for _ in range(4):
            await hub.writes()
        assert "ruth" in hub.owners().values()


async def test_a_team_works_its_queue_and_another_s_agents_help_when_it_takes_too_long(tmp_path: Path) -> None:
    first = replace(CHATS, id="first", team="billing", overflow="second", overflow_ms=5 * MINUTE_MS)
    second = replace(CHATS, id="second", agents=("noa",))
    people = (Agent("noa", "Noa", capacity=1), Agent("avi", "Avi", teams=("billing",), capacity=1))
    async with open_queued(tmp_path, first, second, agents=people) as hub:
        hub.workspace.policy = replace(hub.workspace.policy, account_team={"wa": "billing"})
        await hub.comes("noa")
        case = await hub.writes()
        assert (await hub.queues())[0].waiting == 1
        await hub.advance(4 * MINUTE_MS)
        assert hub.row(case.id).owner == ""
        await hub.advance(2 * MINUTE_MS)
        assert hub.row(case.id).owner == "noa"
        why = await hub.why(case.id)
        assert why is not None and why.why is not None
        assert (why.why.rule, why.why.queue, why.why.through) == ("overflow", "first", "second")
        assert why.why.waited == 5 * MINUTE_MS
        await hub.comes("avi")
        assert (await hub.writes()).owner == "avi"


async def test_a_customer_who_comes_back_goes_to_who_had_them(tmp_path: Path) -> None:
    sticky = replace(CHATS, sticky_ms=10 * MINUTE_MS)
    async with open_queued(tmp_path, sticky, agents=(Agent("noa", "Noa", capacity=1), Agent("avi", "Avi"))) as hub:
        await hub.comes("noa")
        first = await hub.writes("972501")
        assert first.owner == "noa"
        await hub.done(hub.noa, first.id)
        await hub.advance(73 * 60 * MINUTE_MS)  # a new case, not the old one
        await hub.comes("avi")
        await hub.advance(MINUTE_MS)
        other = await hub.writes("972502")
        assert other.owner == "noa"
        again = await hub.writes("972501")
        assert again.owner == ""  # Noa is full, and Avi free: it waits for Noa
        await hub.done(hub.noa, other.id)
        assert hub.row(again.id).owner == "noa"
        why = await hub.why(again.id)
        assert why is not None and why.why is not None
        assert why.why.rule == "sticky"


async def test_a_pull_queue_gives_the_next_to_who_asks(hub: Queued) -> None:
    first = await hub.writes(by="email")
    await hub.advance(MINUTE_MS)
    urgent = await hub.writes(by="email")
    await hub.comes("noa")
    assert hub.row(first.id).owner == ""
    (chats, mails) = await hub.queues()
    assert (mails.waiting, mails.oldest, mails.ready, mails.agents, mails.mode) == (2, T0, 1, 2, "pull")
    assert (chats.waiting, chats.oldest, chats.mine) == (0, None, True)
    got = await hub.order(hub.noa, Pull("mails"))
    assert isinstance(got, Acked)
    assert got.result == first.id
    assert hub.row(first.id).owner == "noa"
    why = await hub.why(first.id)
    assert why is not None and why.why is not None
    assert (why.by, why.why.rule, why.why.waited) == ("noa", "pulled", MINUTE_MS)
    assert isinstance(await hub.order(hub.noa, Pull("mails")), Acked)
    assert hub.row(urgent.id).owner == "noa"
    for queue, code in (("mails", "no-room"), ("chats", "no-pull"), ("none", "no-queue")):
        refused = await hub.order(hub.noa, Pull(queue))
        assert isinstance(refused, Rejected)
        assert refused.code == code
    empty = await hub.order(hub.avi, Pull("mails"))
    assert isinstance(empty, Rejected)
    assert empty.code == "queue-empty"


async def test_who_takes_the_next_is_given_the_first_that_is_still_free(hub: Queued) -> None:
    cases = []
    for _ in range(4):
        cases.append((await hub.writes(by="email")).id)
        await hub.advance(1000)
    await hub.order(hub.avi, Assign(cases[1], "avi"))

    async def pulled(*planned: str) -> str:
        return await hub.workspace._writer.run(
            lambda tx: routing.pull(tx, (CHATS, MAILS), routing.Memory(), hub.noa, "mails", planned)
        )

    assert await pulled(cases[1], cases[2]) == cases[2], "the transaction looks at what was planned and no further"
    with pytest.raises(routing.Overtaken):
        await pulled(cases[1], cases[2])
    assert await pulled(cases[3], cases[0]) == cases[0], "by the rule, not by the plan"


async def test_a_plan_that_others_were_quicker_than_is_made_anew(hub: Queued, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [(await hub.writes(by="email")).id for _ in range(2)]
    await hub.order(hub.avi, Assign(cases[0], "avi"))
    plans, plan = [(cases[0],)], routing.plan_pull
    monkeypatch.setattr(routing, "plan_pull", lambda *asked: plans.pop() if plans else plan(*asked))
    got = await hub.order(hub.noa, Pull("mails"))
    assert isinstance(got, Acked) and got.result == cases[1]


async def test_the_same_pull_given_again_takes_no_second_case(hub: Queued) -> None:
    await hub.writes(by="email")
    await hub.writes(by="email")
    once = await hub.order(hub.noa, Pull("mails"), id="p1")
    again = await hub.order(hub.noa, Pull("mails"), id="p1")
    assert once == again
    assert sorted(hub.owners().values()) == ["", "noa"]


async def test_brands_are_skills(tmp_path: Path) -> None:
    noa = Agent("noa", "Noa", brands=("nofar",))
    async with open_queued(tmp_path, CHATS, MAILS, agents=(noa, Agent("avi", "Avi"))) as hub:
        hub.workspace.policy = replace(hub.workspace.policy, account_brand={"wa": "ogen", "mail": "ogen"})
        await hub.comes("noa")
        case = await hub.writes()
        await hub.writes(by="email")
        assert hub.row(case.id).owner == ""
        assert isinstance(await hub.order(hub.noa, Pull("mails")), Rejected)
        assert [line.waiting for line in await hub.queues(hub.noa)] == [0, 0]
        assert [line.waiting for line in await hub.queues(hub.avi)] == [1, 1]
        await hub.comes("avi")
        assert [agent for _, agent in hub.given()] == ["avi"]
        (given, _) = hub.given()[0]
        assert await hub.why(given, hub.noa) is None
        assert await hub.why(given, hub.avi) is not None


async def test_without_queues_nothing_is_given_out(tmp_path: Path) -> None:
    async with open_queued(tmp_path) as hub:
        hub.set_up()
        await hub.comes("noa")
        case = await hub.writes()
        assert hub.row(case.id).owner == ""
        assert await hub.queues() == ()
        assert isinstance(await hub.order(hub.noa, Pull("chats")), Rejected)


async def test_what_no_queue_fits_stays_where_it_is(tmp_path: Path) -> None:
    async with open_queued(tmp_path, QueueSetup("refunds", labels=("refund",))) as hub:
        await hub.comes("noa")
        case = await hub.writes()
        assert case.owner == ""
        await hub.order(hub.avi, Label(case.id, add=("refund",)))
        assert hub.row(case.id).owner == "noa"


async def test_what_somebody_gave_says_who(hub: Queued) -> None:
    case = await hub.writes()
    assert await hub.why(case.id) is None
    await hub.order(hub.avi, Assign(case.id, "noa"))
    assigned = await hub.why(case.id)
    assert assigned is not None
    assert (assigned.agent, assigned.by, assigned.why) == ("noa", "avi", None)


async def test_the_log_tells_why_after_a_start_too(hub: Queued) -> None:
    await hub.comes("noa")
    case = await hub.writes()
    before = await hub.why(case.id)
    await hub.start_again()
    assert await hub.why(case.id) == before
    replayed = await hub.workspace.replay(hub.noa, 0, 1000)
    assert replayed is not None
    whys = [getattr(event.body, "why", None) for event in replayed]
    assert [why for why in whys if why is not None] == [before.why if before is not None else None]


async def test_a_call_is_the_exchanges_until_nobody_answered_it(tmp_path: Path) -> None:
    async with open_queued(tmp_path, QueueSetup("all")) as hub:
        await hub.comes("noa")
        await hub.workspace.port.call(CallUpdate("pbx", "ch-1", "ringing", T0, address="+97254333", name="Yossi"))
        await hub.settle()
        (case,) = hub.told()
        assert (hub.row(case).stage, hub.row(case).owner) == ("us", "")
        await hub.workspace.port.call(CallUpdate("pbx", "ch-1", "abandoned", T0 + 9, address="+97254333", name="Yossi"))
        await hub.settle()
        assert hub.row(case).owner == "noa", "a call-back waits like anything else"


async def test_customers_are_nobodys_in_a_queue_that_is_not_sticky(tmp_path: Path) -> None:
    async with open_queued(tmp_path, replace(CHATS, sticky=False)) as hub:
        await hub.comes("noa")
        first = await hub.writes("972501")
        assert first.owner == "noa"
        await hub.done(hub.noa, first.id)
        await hub.advance(73 * 60 * MINUTE_MS)
        await hub.comes("avi")
        await hub.writes("972502")
        await hub.advance(MINUTE_MS)
        await hub.writes("972503")
        again = await hub.writes("972501")
        why = await hub.why(again.id)
        assert why is not None and why.why is not None
        assert why.why.rule == "most-room"


async def test_a_plan_is_carried_out_as_far_as_it_is_still_true(hub: Queued) -> None:
    cases = [await hub.writes() for _ in range(5)]
    mail = await hub.writes(by="email")
    await hub.order(hub.avi, Assign(cases[0].id, "avi"))
    await hub.done(hub.avi, cases[1].id)
    hub.set_up()  # nothing is given out by itself now
    await hub.comes("noa")
    planned = [Given(case.id, "noa", "chats", "longest-idle") for case in (*cases, mail)]
    planned.insert(2, Given(cases[2].id, "avi", "chats", "longest-idle"))
    await hub.workspace._writer.run(
        lambda tx: routing.give_out(tx, (CHATS, MAILS), routing.Memory({"noa": T0}), planned)
    )
    await hub.settle()
    # one had an owner, one is done, Avi is not there, a mail is taken and not given, and Noa has room for two
    assert hub.given() == [(cases[2].id, "noa"), (cases[3].id, "noa")]


async def test_what_somebody_handles_is_not_given_to_another(hub: Queued) -> None:
    case = await hub.writes()
    assert isinstance(await hub.order(hub.avi, TakeLease(case.id)), Acked)
    await hub.comes("noa")
    assert hub.row(case.id).owner == ""
    assert isinstance(await hub.order(hub.avi, ReleaseLease(case.id)), Acked)
    assert hub.row(case.id).owner == "noa"


async def test_skills_that_an_operator_gives_count_as_soon_as_the_hub_looks(tmp_path: Path) -> None:
    asks = replace(CHATS, label_needs=(("refund", "topic:refunds"),))
    async with open_queued(tmp_path, asks) as hub:
        await hub.comes("noa")
        full = [await hub.writes() for _ in range(2)]
        case = await hub.writes()
        await hub.order(hub.avi, Label(case.id, add=("refund",)))
        await hub.done(hub.noa, full[0].id)
        assert hub.row(case.id).owner == ""
        hub.operator.set_skills("noa", ("topic:refunds",), 2)
        await hub.workspace.access()  # the desk server asks every second
        await hub.settle()
        assert hub.row(case.id).owner == "noa"


async def test_skills_do_not_bring_anybody_here(hub: Queued) -> None:
    await hub.comes("noa")
    await hub.comes("noa", "offline")
    case = await hub.writes()
    hub.operator.set_skills("noa", ("topic:refunds",), 9)
    await hub.workspace.access()
    await hub.settle()
    assert hub.row(case.id).owner == "", "their line is down"
    await hub.workspace.presence("noa", True)
    await hub.settle()
    assert hub.row(case.id).owner == "noa"


async def test_whose_line_is_down_is_given_nothing_until_they_are_back(hub: Queued) -> None:
    await hub.comes("noa")
    await hub.comes("noa", "offline")
    assert next(one for one in hub.operator.agents() if one.id == "noa").presence == "available", (
        "a dropped line is no departure"
    )
    await hub.comes("avi")
    first = await hub.writes()
    assert hub.given() == [(first.id, "avi")], "though Noa has been idle for longer"
    await hub.workspace.presence("noa", True)
    await hub.settle()
    second = await hub.writes()
    assert hub.given()[1:] == [(second.id, "noa")]


async def test_who_takes_a_break_after_this_one_is_given_no_other(hub: Queued) -> None:
    await hub.comes("noa")
    first = await hub.writes()
    assert hub.given() == [(first.id, "noa")]
    await hub.order(hub.noa, Presence("break", after=first.id))
    await hub.writes()
    assert hub.given() == [(first.id, "noa")]


async def test_a_supervisor_sees_how_much_of_whose_capacity_is_taken(tmp_path: Path) -> None:
    heavy = replace(CHATS, weights=(("whatsapp", 2),))
    noa, avi = Agent("noa", "Noa", capacity=5), Agent("avi", "Avi", "supervisor")
    async with open_queued(tmp_path, heavy, agents=(noa, avi)) as hub:
        await hub.comes("noa")
        cases = [await hub.writes() for _ in range(2)]
        await hub.order(hub.noa, Reply(cases[0].id, "whatsapp", CustomerText("yes?")))

        async def weights() -> list[tuple[str, int, int]]:
            page = await hub.workspace.query(hub.avi, AgentsQuery())
            assert isinstance(page, AgentsPage)
            return [(load.agent.id, load.weight, load.agent.capacity) for load in page.agents]

        await hub.settle()
        assert hub.row(cases[0].id).stage == "customer"
        assert await weights() == [("avi", 0, 4), ("noa", 2, 5)], "what waits for the customer takes none"
        hub.set_up()
        assert (await weights())[1] == ("noa", 0, 5), "without queues nothing has a weight"
