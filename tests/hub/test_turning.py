"""What is done about clocks is done once, whatever the policies make of each other, and no case holds up others."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from agent_tui.backends.connectors.base import SendResult
from agent_tui.backends.hub import escalating
from agent_tui.backends.hub.access import AccessError
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.transaction import Tx
from agent_tui.domain.events import CaseChanged
from agent_tui.domain.model import Breach
from agent_tui.domain.orders import Assign, JoinCustomers, Prioritise
from agent_tui.domain.queues import QueueSetup
from agent_tui.domain.sla.clocks import SlaClock
from agent_tui.domain.sla.policies import Step
from agent_tui.domain.time import HOUR_MS, MINUTE_MS, VirtualTime
from agent_tui.sla_explaining import explain
from tests.hub.fakes import T0, chat
from tests.hub.test_clocks_by_policy import answer, ask, begin, rules, turned

GIVES = """
[[policy]]
name = "{team}"
teams = ["{team}"]
first_response = {{ within = "30m" }}
[[policy.steps]]
at = "50%"
act = "reassign"
to = "team:{other}"
"""
TWO_TEAMS = (
    "follow_queue = true\n"
    + GIVES.format(team="support", other="billing")
    + GIVES.format(team="billing", other="support")
)
PLAIN = """
[[policy]]
name = "all"
first_response = { within = "30m" }
"""
RAISES = f"""{PLAIN}
[[policy.steps]]
at = "50%"
act = "raise"
to = "urgent"
"""
URGENT = """
[[policy]]
name = "urgent"
priorities = ["urgent"]
first_response = { within = "30m" }
"""


async def test_teams_that_give_a_case_to_each_other_come_to_an_end(tmp_path: Path) -> None:
    hub = await begin(tmp_path, rules(tmp_path, TWO_TEAMS), VirtualTime(T0))
    case = await ask(hub)
    await hub.order(hub.noa, Assign(case, team="support"))
    given = len(hub.events)
    for _ in range(10):  # turns by hand: without an end they would go on at one instant for ever
        hub.time.advance_to_next(T0 + 20 * MINUTE_MS)
        for _ in range(10):
            await asyncio.sleep(0)
    moves = [one.body.detail for one in hub.events[given:] if isinstance(one.body, CaseChanged)]
    assert moves == ["billing", "support"]
    await hub.workspace.stop()


async def test_what_an_agent_took_back_is_not_done_again(tmp_path: Path) -> None:
    hub = await begin(tmp_path, rules(tmp_path, URGENT + RAISES), VirtualTime(T0))
    case = await ask(hub)
    await hub.advance(16 * MINUTE_MS)
    assert (await hub.only()).priority == 3  # the other policy has no such step
    await hub.order(hub.noa, Prioritise(case, 0))
    await hub.advance(MINUTE_MS)
    assert (await hub.only()).priority == 0
    await hub.workspace.stop()


async def test_rules_that_come_back_do_nothing_twice(tmp_path: Path) -> None:
    raises, plain = rules(tmp_path, RAISES), rules(tmp_path, PLAIN)
    hub = await begin(tmp_path, raises, VirtualTime(T0))
    case = await ask(hub)
    await hub.advance(16 * MINUTE_MS)
    await hub.order(hub.noa, Prioritise(case, 0))
    for version in (plain, raises):
        await hub.workspace.govern(version)
        await hub.advance(MINUTE_MS)
    assert (await hub.only()).priority == 0
    assert len(turned(hub, "step")) == 1
    await hub.workspace.stop()


async def test_an_answer_that_did_not_arrive_does_nothing_twice(tmp_path: Path) -> None:
    hub = await begin(tmp_path, rules(tmp_path, RAISES), VirtualTime(T0))
    case = await ask(hub)
    await hub.advance(16 * MINUTE_MS)
    await hub.order(hub.noa, Prioritise(case, 0))
    hub.wa.answers.append(SendResult("refused", reason="no such number"))
    await answer(hub, case)
    await hub.advance(MINUTE_MS)
    row = await hub.only()
    assert row.clock is not None
    assert (row.clock.metric, row.clock.since, row.priority) == ("first", T0, 0)
    await hub.workspace.stop()


async def test_a_case_that_cannot_be_dealt_with_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = await begin(tmp_path, rules(tmp_path, RAISES), VirtualTime(T0))
    assert hub.wa.port is not None
    for n in range(3):
        await hub.wa.port.inbound(chat(f"w{n}", at=T0 + n, address=f"+97254{n}"))
    await hub.settle()
    spoilt = min(await hub.rows(), key=lambda row: row.last_at).id
    real, broken = escalating.do, True

    def do(tx: Tx, policy: HubPolicy, case: str, step: Step, clock: SlaClock) -> str:
        done = real(tx, policy, case, step, clock)
        if case == spoilt and broken:
            raise ValueError(case)
        return done

    monkeypatch.setattr(escalating, "do", do)
    await hub.advance(16 * MINUTE_MS)
    assert [row.id for row in await hub.rows() if row.priority != 3] == [spoilt]
    broken = False
    await hub.advance(HOUR_MS)
    assert [row.priority for row in await hub.rows()] == [3, 3, 3]
    await hub.workspace.stop()


async def test_rules_hold_although_the_machines_clock_went_back(tmp_path: Path) -> None:
    hub = await begin(tmp_path, rules(tmp_path, PLAIN), VirtualTime(T0))
    await ask(hub)
    await hub.workspace.stop()
    later = rules(tmp_path, PLAIN.replace("30m", "40m"))
    hub = await begin(tmp_path, later, VirtualTime(T0 - MINUTE_MS))
    await hub.advance(2 * MINUTE_MS)
    row = await hub.only()
    assert row.clock is not None
    assert row.clock.due == T0 + 40 * MINUTE_MS
    await hub.workspace.govern(rules(tmp_path, PLAIN.replace("30m", "50m")))
    await hub.workspace.govern(rules(tmp_path, PLAIN.replace("30m", "60m")))
    await hub.advance(2)
    row = await hub.only()
    assert row.clock is not None
    assert row.clock.due == T0 + 60 * MINUTE_MS
    await hub.workspace.stop()


async def test_what_is_due_with_all_of_the_time_left_is_not_done(tmp_path: Path) -> None:
    """Else two teams that give a case to each other would do so at every instant, as each has it anew."""
    text = TWO_TEAMS.replace("first_response", "ownership").replace("50%", "30m")
    hub = await begin(tmp_path, rules(tmp_path, text), VirtualTime(T0))
    case = await ask(hub)
    await hub.order(hub.noa, Assign(case, team="support"))
    await hub.advance(MINUTE_MS)
    assert not turned(hub, "step")
    await hub.workspace.stop()


async def test_queues_that_are_called_otherwise_repair_no_breach(tmp_path: Path) -> None:
    """hub.toml may have other queues at the next start: policies see them from then on, not from the beginning."""
    text = 'follow_queue = true\n[[policy]]\nname = "lamps"\nqueues = ["lamps"]\nfirst_response = { within = "5m" }\n'
    sla = rules(tmp_path, text + PLAIN)
    hub = await begin(tmp_path, None, VirtualTime(T0))

    async def call_it(queue: str) -> None:
        hub.workspace.policy = replace(hub.workspace.policy, queues=(QueueSetup(queue),))
        await hub.workspace.govern(sla)
        await hub.advance(MINUTE_MS)

    await call_it("lamps")
    began = hub.time.now()
    case = await ask(hub, began)
    await hub.advance(10 * MINUTE_MS)
    broken = (Breach("first", began, began + 5 * MINUTE_MS),)
    assert (await hub.case(case)).breaches == broken
    later = hub.time.now()
    await hub.workspace.stop()
    hub = await begin(tmp_path, sla, VirtualTime(later))
    await call_it("lights")
    await hub.order(hub.noa, Prioritise(case, 3))
    await answer(hub, case)
    assert (await hub.case(case)).breaches == broken
    assert not turned(hub, "withdrawn")
    await hub.workspace.stop()


async def test_an_answer_to_a_persons_other_case_hides_no_change_of_its_queue(tmp_path: Path) -> None:
    text = 'follow_queue = true\n[[policy]]\nname = "lamps"\nqueues = ["lamps"]\nfirst_response = { within = "5m" }\n'
    sla = rules(tmp_path, text + PLAIN)
    lamps, lights = (QueueSetup(name) for name in ("lamps", "lights"))
    hub = await begin(tmp_path, None, VirtualTime(T0))
    hub.workspace.policy = replace(hub.workspace.policy, queues=(lamps,))
    await hub.workspace.govern(sla)
    await hub.advance(MINUTE_MS)
    assert hub.wa.port is not None
    for n in range(2):
        await hub.wa.port.inbound(chat(f"w{n}", at=hub.time.now(), address=f"+97254{n}"))
    await hub.settle()
    one, other = await hub.rows()
    await hub.order(hub.avi, JoinCustomers(one.customer, other.customer))
    await hub.advance(10 * MINUTE_MS)
    case = (await hub.only()).id
    broken = (await hub.case(case)).breaches
    assert len(broken) == 2
    later = hub.time.now()
    await hub.workspace.stop()
    hub = await begin(tmp_path, sla, VirtualTime(later))
    hub.workspace.policy = replace(hub.workspace.policy, queues=(lights,))
    await hub.workspace.govern(sla)
    for _ in range(3):
        await hub.advance(MINUTE_MS)
        await answer(hub, case)
    assert (await hub.case(case)).breaches == broken
    await hub.workspace.stop()


@pytest.mark.parametrize(
    "number", ["7", "#7", "9" * 30, "#" + "9" * 5000, ""], ids=["plain", "marked", "long", "endless", "none"]
)
async def test_explaining_knows_no_case_of_any_other_number(tmp_path: Path, number: str) -> None:
    hub = await begin(tmp_path, rules(tmp_path, PLAIN), VirtualTime(T0))
    await ask(hub)
    await hub.workspace.stop()
    config = tmp_path / "hub.toml"
    config.write_text('data_dir = "hub"\n', encoding="utf-8")
    env = {"HOME": str(tmp_path)}
    assert "".join(explain(config, env, "1001", "text"))
    with pytest.raises(AccessError, match="there is no case"):
        list(explain(config, env, number, "text"))


async def test_what_was_due_before_the_rules_held_is_passed_over(tmp_path: Path) -> None:
    text = """
    [[policy]]
    name = "all"
    first_response = { within = "30m" }
    steps = [{ at = "50%", act = "raise", to = "urgent" }, { at = "late 60m", act = "tell", to = "supervisors" }]
    """
    hub = await begin(tmp_path, None, VirtualTime(T0))
    await ask(hub)
    await hub.advance(40 * MINUTE_MS)
    await hub.workspace.govern(rules(tmp_path, text))
    await hub.settle()
    assert (await hub.only()).priority == 1
    assert len(turned(hub, "breached")) == 1
    await hub.advance(60 * MINUTE_MS)
    [told] = turned(hub, "step")
    assert told.occurred == T0 + 90 * MINUTE_MS
    await hub.workspace.stop()
