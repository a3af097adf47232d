"""Steps about clocks that run out: what each does to the case, and what is left alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent_tui.backends.connectors.base import CallUpdate
from agent_tui.backends.hub import escalating
from agent_tui.backends.hub.policy import AlertTarget
from agent_tui.backends.hub.store import alerts
from agent_tui.backends.hub.transaction import Tx
from agent_tui.domain.events import CaseChanged
from agent_tui.domain.orders import Assign, Prioritise, Resolve, TakeLease
from agent_tui.domain.queues import QueueSetup
from agent_tui.domain.replies.reply import Canned
from agent_tui.domain.sla.clocks import SlaClock
from agent_tui.domain.sla.policies import Policy, Reminders, Rules, Step, StepAct, Warn
from agent_tui.domain.time import MINUTE_MS
from tests.hub.conftest import Hub
from tests.hub.fakes import T0, mail

CLOCK = SlaClock("first-response", T0, 30 * MINUTE_MS, 27 * MINUTE_MS, T0 + 30 * MINUTE_MS, "running", "all", "always")


def step(act: StepAct, to: str) -> Step:
    return Step(act, to, Warn(90))


async def opened(hub: Hub) -> str:
    lines = (QueueSetup("bills", team="billing"), QueueSetup("vip", labels=("vip",)), QueueSetup("rest"))
    hub.workspace.policy = replace(
        hub.workspace.policy, queues=lines, alerts=(AlertTarget("bosses", ("boss@example.org",), "mail"),)
    )
    await hub.workspace.port.inbound(mail("<1@x>"))
    return (await hub.only()).id


async def do(hub: Hub, case: str, act: StepAct, to: str) -> str:
    policy = hub.workspace.policy
    done = await hub.workspace._writer.run(lambda tx: escalating.do(tx, policy, case, step(act, to), CLOCK))
    await hub.settle()
    return done


def queued(hub: Hub) -> int:
    with hub.store.read() as connection:
        return alerts.TRIED.waiting(connection)


async def test_a_priority_is_raised_and_never_lowered(hub: Hub) -> None:
    case = await opened(hub)
    assert await do(hub, case, "raise", "high") == "raise high"
    assert (hub.events[-1].body, hub.events[-1].by) == (CaseChanged("prioritised", "2"), "")
    assert await do(hub, case, "raise", "high") == ""
    await hub.order(hub.noa, Prioritise(case, 3))
    assert await do(hub, case, "raise", "high") == ""
    assert (await hub.only()).priority == 3


@pytest.mark.parametrize(
    ("to", "team", "owner", "labels"),
    [
        ("agent:avi", "", "avi", ()),
        ("team:billing", "billing", "", ()),
        ("queue:bills", "billing", "", ()),
        ("queue:vip", "", "", ("vip",)),
    ],
)
async def test_a_case_is_given_to_another(hub: Hub, to: str, team: str, owner: str, labels: tuple[str, ...]) -> None:
    case = await opened(hub)
    await hub.order(hub.noa, Assign(case, "noa"))
    assert await do(hub, case, "reassign", to) == f"reassign {to}"
    row = await hub.only()
    assert (row.team, row.owner, row.labels) == (team, owner, labels)
    assert hub.events[-1].body == CaseChanged("assigned", owner or team)
    assert await do(hub, case, "reassign", to) == ""


async def test_a_case_that_somebody_has_in_hand_is_not_taken_from_them(hub: Hub) -> None:
    case = await opened(hub)
    await hub.order(hub.noa, Assign(case, "noa"))
    await hub.workspace.desk_came("noa", "d1", begins=True)
    await hub.order(hub.noa, TakeLease(case), desk="d1")
    assert await do(hub, case, "reassign", "agent:avi") == "tell agent:avi"
    assert (await hub.only()).owner == "noa"
    await hub.workspace.desk_left("noa", "d1")
    assert await do(hub, case, "reassign", "agent:avi") == "reassign agent:avi"
    row = await hub.only()
    assert (row.owner, row.lease) == ("avi", None)


async def test_a_case_whose_customer_is_being_talked_with_stays(hub: Hub) -> None:
    await opened(hub)
    for state in ("ringing", "active"):  # answered at the telephone itself, so nobody has a lease
        await hub.workspace.port.call(CallUpdate("pbx", "ch", state, T0, address="+972500", agent="noa"))
    case = next(row.id for row in await hub.rows() if row.call)
    assert await do(hub, case, "reassign", "team:billing") == "tell team:billing"
    assert next(row for row in await hub.rows() if row.id == case).team == ""


@pytest.mark.parametrize("to", ["agent:avi", "team:support", "supervisors", "bosses"])
async def test_telling_changes_nothing_and_alerts_whoever_hub_toml_names(hub: Hub, to: str) -> None:
    case = await opened(hub)
    before = await hub.only()
    hub.workspace._alerts.tries.stop()
    assert await do(hub, case, "tell", to) == f"tell {to}"
    assert (await hub.only(), queued(hub)) == (before, int(to == "bosses"))


async def test_who_is_added_is_told(hub: Hub) -> None:
    assert await do(hub, await opened(hub), "add", "agent:avi") == "add agent:avi"


@pytest.mark.parametrize(
    ("act", "to"),
    [
        ("tell", "agent:nobody"),
        ("tell", "chiefs"),
        ("add", "supervisors"),
        ("raise", "asap"),
        ("reassign", "team:x"),
        ("reassign", "queue:x"),
        ("reassign", "bosses"),
    ],
)
async def test_what_is_not_there_is_passed_over_and_named(hub: Hub, act: StepAct, to: str) -> None:
    case = await opened(hub)
    before = await hub.only()
    assert await do(hub, case, act, to) == ""
    assert await hub.only() == before
    rules = Rules("1", (Policy("all", steps=(step("raise", "high"), step(act, to))),))
    with hub.store.read() as connection:
        (line,) = escalating.missing(connection, hub.workspace.policy, rules)
    assert line == f"policy all: there is nobody or nothing called {to} to {act}"


async def test_a_reminder_without_its_canned_reply_is_named(hub: Hub) -> None:
    rules = Rules("1", (), reminders=(Reminders("chat", (1,), "still-there"),))
    with hub.store.read() as connection:
        (line,) = escalating.missing(connection, hub.workspace.policy, rules)
    assert line == "reminder chat: there is no canned reply still-there"


async def test_an_acknowledgement_that_cannot_go_out_is_named(hub: Hub) -> None:
    rules = Rules("1", (Policy("all", acknowledge="received"), Policy("vip", acknowledge="hello")))
    canned = (Canned("received", "By {{ promised }}. {{ agent.name }}"),)
    with hub.store.read() as connection:
        lines = list(escalating.missing(connection, replace(hub.workspace.policy, canned=canned), rules))
    assert lines == [
        "policy all: nobody fills agent.name of the canned reply received",
        "policy vip: there is no canned reply hello",
    ]


async def test_nothing_is_done_about_what_is_over_or_for_who_may_not_see_it(hub: Hub) -> None:
    case = await opened(hub)

    def branded(tx: Tx) -> None:
        record = tx.case(case)
        assert record is not None
        tx.put(replace(record.row, brand="nofar"))
        tx.append(CaseChanged("labelled"), case)

    await hub.workspace._writer.run(branded)
    with hub.store.writer.begin() as connection:
        connection.exec_driver_sql("DELETE FROM agent_brand WHERE agent_id = 'avi'")
    assert await do(hub, case, "reassign", "agent:avi") == ""
    await hub.order(hub.noa, Resolve(case))
    assert await do(hub, case, "raise", "urgent") == ""
