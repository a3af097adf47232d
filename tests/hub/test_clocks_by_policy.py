"""The hub measures cases by sla.toml: rows, breaches, warnings, edits of the rules, starts of the hub in between."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from agent_tui.backends.base import Acked, Rejected
from agent_tui.backends.connectors.base import CallUpdate, DeliveryUpdate, SendResult
from agent_tui.backends.hub import measuring
from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.store import Store
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.config.sla_source import load_sla
from agent_tui.domain.events import ClockTurned, Event, RulesChanged
from agent_tui.domain.model import Breach, CallState, CaseRow, Clock
from agent_tui.domain.orders import Excuse, Label, Prioritise, Reply, Resolve, Snooze
from agent_tui.domain.queries import ClocksPage, ClocksQuery, DirectoryPage, DirectoryQuery
from agent_tui.domain.queues import QueueSetup
from agent_tui.domain.replies.reply import Canned
from agent_tui.domain.sla.written import Sla
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import HOUR_MS, MINUTE_MS, MS, VirtualTime
from tests.hub.conftest import Hub
from tests.hub.fakes import T0, Line, chat

RULES = """
[[policy]]
name = "vip"
tags = ["vip"]
first_response = { within = "5m" }
next_response = { within = "5m" }

[[policy]]
name = "all"
first_response = { within = "30m", by_priority = { urgent = "10m" } }
next_response = { within = "20m" }
total_resolution = { within = "8h", pauses = ["snoozed"] }
"""
TEXT = CustomerText("On its way")


def rules(folder: Path, text: str = RULES) -> Sla:
    """What a file says."""
    path = folder / "sla.toml"
    path.write_text(text, encoding="utf-8")
    return load_sla(path, folder)


async def begin(folder: Path, sla: Sla | None, time: VirtualTime) -> Hub:
    """A hub on what stands in `folder`."""
    fresh = not (folder / "hub").exists()
    store = Store.open(folder / "hub", synchronous="OFF")
    operator = Operator(store, time, Ids(time.now()))
    if fresh:
        operator.add_agent("noa", "Noa", "agent", ("support",))
        operator.add_agent("avi", "Avi", "supervisor", ("support", "billing"))
    noa, avi = (next(one for one in operator.agents() if one.id == id) for id in ("noa", "avi"))
    lines = (Line(), Line("wa", "whatsapp"), Line("pbx", "phone"))
    workspace = Workspace(store, time, Ids(time.now() + 1), lines, sla=sla, inline=True)
    events: list[Event] = []
    workspace.subscribe(events.extend)
    await workspace.start()
    return Hub(workspace, store, time, *lines, noa, avi, events)


@pytest_asyncio.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    found = await begin(tmp_path, rules(tmp_path), VirtualTime(T0))
    yield found
    await found.workspace.stop()


def turned(hub: Hub, change: str) -> list[Event]:
    return [e for e in hub.events if isinstance(e.body, ClockTurned) and e.body.change == change]


async def ask(hub: Hub, at: int = T0, text: str = "Where is it?") -> str:
    """A customer writes; their case."""
    assert hub.wa.port is not None
    await hub.wa.port.inbound(chat(f"w-{at}", text, at=at))
    await hub.settle()
    return (await hub.only()).id


async def answer(hub: Hub, case: str, id: str = "") -> None:
    assert isinstance(await hub.order(hub.noa, Reply(case, "whatsapp", TEXT), id), Acked)


async def test_a_row_shows_what_the_policy_promises(hub: Hub) -> None:
    case = await ask(hub)
    row = await hub.only()
    assert row.clock is not None
    assert (row.clock.metric, row.clock.since, row.clock.due) == ("first", T0, T0 + 30 * MINUTE_MS)
    assert row.clock.warn == T0 + 22.5 * MINUTE_MS
    assert row.sort_at == row.clock.due
    await hub.advance(MINUTE_MS)
    await answer(hub, case)
    row = await hub.only()
    assert row.clock is not None
    assert (row.clock.metric, row.clock.due) == ("total", T0 + 8 * HOUR_MS)


async def test_without_rules_the_channel_sets_the_tempo(tmp_path: Path) -> None:
    hub = await begin(tmp_path, None, VirtualTime(T0))
    await ask(hub)
    row = await hub.only()
    assert row.clock == Clock("first", T0, T0 + 30 * MINUTE_MS)
    await hub.advance(HOUR_MS)
    assert not turned(hub, "breached")
    await hub.workspace.stop()


async def test_a_label_and_a_priority_measure_from_the_original_start(hub: Hub) -> None:
    case = await ask(hub)
    await hub.advance(6 * MINUTE_MS)
    await hub.order(hub.noa, Prioritise(case, 3))
    row = await hub.only()
    assert row.clock is not None
    assert row.clock.due == T0 + 10 * MINUTE_MS
    await hub.order(hub.noa, Label(case, ("vip",)))
    [event] = turned(hub, "breached")
    assert event.occurred == T0 + 5 * MINUTE_MS
    assert event.recorded == T0 + 6 * MINUTE_MS


async def test_a_breach_is_recorded_at_its_due_second(hub: Hub) -> None:
    case = await ask(hub)
    await hub.advance(29 * MINUTE_MS)
    assert not turned(hub, "breached")
    await hub.advance(2 * MINUTE_MS)
    [event] = turned(hub, "breached")
    assert event.occurred == T0 + 30 * MINUTE_MS
    assert event.recorded == T0 + 30 * MINUTE_MS + 1
    assert event.row is not None
    assert event.row.clock is not None
    assert event.row.clock.state == "breached"
    await answer(hub, case)
    assert (await hub.case(case)).breaches == (Breach("first", T0, T0 + 30 * MINUTE_MS),)
    await hub.advance(24 * HOUR_MS)
    assert len(turned(hub, "breached")) == 2  # the resolution, too
    assert not turned(hub, "withdrawn")


async def test_a_breach_repaired_a_second_later_survives_a_start_in_between(tmp_path: Path) -> None:
    time = VirtualTime(T0)
    hub = await begin(tmp_path, rules(tmp_path), time)
    case = await ask(hub)
    await hub.workspace.stop()  # nobody is there when it is due
    time.advance_to_next(T0 + 30 * MINUTE_MS + MS)
    hub = await begin(tmp_path, rules(tmp_path), time)
    await answer(hub, case)
    await hub.settle()
    found = (await hub.case(case)).breaches
    assert found == (Breach("first", T0, T0 + 30 * MINUTE_MS),)
    replayed = await hub.workspace.replay(hub.noa, 0, 1000)
    assert replayed is not None
    [event] = [e for e in replayed if isinstance(e.body, ClockTurned) and e.body.change == "breached"]
    assert event.occurred == T0 + 30 * MINUTE_MS
    await hub.workspace.stop()


async def test_the_answer_itself_finds_the_breach_before_the_alarm_does(tmp_path: Path) -> None:
    time = VirtualTime(T0)
    hub = await begin(tmp_path, rules(tmp_path), time)
    case = await ask(hub)
    hub.workspace._turns.stop()  # the alarm never rings
    await hub.advance(30 * MINUTE_MS + MS)
    assert not turned(hub, "breached")
    await answer(hub, case)
    [event] = turned(hub, "breached")
    assert event.occurred == T0 + 30 * MINUTE_MS
    await hub.workspace.stop()


async def test_an_answer_in_the_due_second_is_in_time(hub: Hub) -> None:
    case = await ask(hub)
    await hub.advance(30 * MINUTE_MS)
    await answer(hub, case)
    await hub.advance(HOUR_MS)
    assert not turned(hub, "breached")


async def test_a_failed_send_takes_the_answer_back(hub: Hub) -> None:
    case = await ask(hub)
    hub.wa.answers = [SendResult("refused", reason="no such number")]
    await hub.advance(MINUTE_MS)
    await answer(hub, case)
    row = await hub.only()
    assert row.clock is not None
    assert (row.clock.metric, row.clock.due) == ("first", T0 + 30 * MINUTE_MS)


async def test_editing_the_rules_rewrites_no_breach(tmp_path: Path) -> None:
    time = VirtualTime(T0)
    hub = await begin(tmp_path, rules(tmp_path), time)
    case = await ask(hub)
    await hub.advance(31 * MINUTE_MS)
    await answer(hub, case)
    before = (await hub.case(case)).breaches
    assert before
    longer = RULES.replace('"30m"', '"60m"').replace('"8h"', '"9h"')
    await hub.workspace.govern(rules(tmp_path, longer))
    await hub.settle()
    assert (await hub.case(case)).breaches == before
    assert not turned(hub, "withdrawn")
    row = await hub.only()
    assert row.clock is not None
    assert row.clock.due == T0 + 9 * HOUR_MS
    assert turned(hub, "measured")  # desks heard of it
    assert [e.body.version for e in hub.events if isinstance(e.body, RulesChanged)] == [
        rules(tmp_path).version,
        rules(tmp_path, longer).version,
    ]
    await hub.workspace.stop()
    # and a start of the hub reads every version again
    hub = await begin(tmp_path, rules(tmp_path, longer), time)
    assert (await hub.case(case)).breaches == before
    assert await hub.only() == replace(row, version=(await hub.only()).version)
    await hub.workspace.stop()


async def test_rules_that_are_gone_promise_nothing_more(tmp_path: Path) -> None:
    hub = await begin(tmp_path, rules(tmp_path), VirtualTime(T0))
    await ask(hub)
    await hub.workspace.govern(None)
    await hub.settle()
    row = await hub.only()
    assert row.clock == Clock("first", T0, T0 + 30 * MINUTE_MS)  # the channel's
    await hub.advance(HOUR_MS)
    assert not turned(hub, "breached")
    await hub.workspace.stop()


async def test_warnings_come_once_each_and_survive_a_start(tmp_path: Path) -> None:
    time = VirtualTime(T0)
    hub = await begin(tmp_path, rules(tmp_path), time)
    await ask(hub)
    await hub.advance(23 * MINUTE_MS)
    [first] = turned(hub, "warned")
    assert isinstance(first.body, ClockTurned)
    assert (first.body.detail, first.occurred) == ("75%", T0 + 22.5 * MINUTE_MS)
    await hub.workspace.stop()
    hub = await begin(tmp_path, rules(tmp_path), time)
    await hub.advance(6 * MINUTE_MS)
    [second] = turned(hub, "warned")
    assert isinstance(second.body, ClockTurned)
    assert second.body.detail == "90%"
    await hub.workspace.stop()


async def test_a_pause_with_the_policys_consent_shifts_it(hub: Hub) -> None:
    case = await ask(hub)
    await answer(hub, case)
    await hub.order(hub.noa, Snooze(case, T0 + HOUR_MS))
    row = await hub.only()
    assert row.clock is not None
    assert row.clock.state == "paused"
    assert row.clock.left == 8 * HOUR_MS
    await hub.advance(2 * HOUR_MS)
    row = await hub.only()
    assert row.clock is not None
    assert (row.clock.state, row.clock.due) == ("running", T0 + 9 * HOUR_MS)


async def test_all_clocks_of_a_case_are_told(hub: Hub) -> None:
    case = await ask(hub)
    await hub.advance(31 * MINUTE_MS)
    await answer(hub, case)
    page = await hub.workspace.query(hub.noa, ClocksQuery(case))
    assert isinstance(page, ClocksPage)
    found = {clock.metric: clock for clock in page.clocks}
    assert set(found) == {"first-response", "total-resolution"}
    assert found["first-response"].state == "breached"
    assert found["first-response"].by == "answered"
    assert found["total-resolution"].used == 31 * MINUTE_MS


async def test_why_it_was_breached_is_said_once_and_kept(hub: Hub) -> None:
    case = await ask(hub)
    await hub.advance(31 * MINUTE_MS)
    page = await hub.workspace.query(hub.noa, DirectoryQuery())
    assert isinstance(page, DirectoryPage)
    codes = [code for code, _ in page.directory.breach_reasons]
    assert "busy" in codes
    assert isinstance(await hub.order(hub.noa, Excuse(case, "first", T0, "nonsense")), Rejected)
    assert isinstance(await hub.order(hub.noa, Excuse(case, "first", T0 + 1, "busy")), Rejected)
    assert isinstance(await hub.order(hub.noa, Excuse(case, "first", T0, "busy")), Acked)
    await answer(hub, case)
    await hub.order(hub.noa, Resolve(case))
    [said] = (await hub.case(case)).breaches
    assert (said.reason, said.by, said.at) == ("busy", "noa", T0 + 31 * MINUTE_MS)
    [event] = turned(hub, "excused")
    assert event.by == "noa"


async def test_a_ringing_call_stands_before_what_is_late(hub: Hub) -> None:
    case = await ask(hub)
    await hub.advance(HOUR_MS)
    assert hub.phone.port is not None
    await hub.phone.port.call(CallUpdate("pbx", "call-1", "ringing", hub.time.now(), "tel", "+97235550000"))
    await hub.settle()
    first, second = (await hub.rows())[:2]
    assert first.call is not None
    assert second.id == case


async def test_steps_and_reminders_are_done_in_their_time_once(tmp_path: Path) -> None:
    text = """
    [[policy]]
    name = "all"
    first_response = { within = "30m" }
    steps = [{ at = "50%", act = "raise", to = "urgent" }, { at = "late 5m", act = "tell", to = "supervisors" }]

    [[reminder]]
    name = "chat"
    after = ["10m", "20m"]
    text = "still-there"
    send = "rule"
    """
    time = VirtualTime(T0)
    hub = await begin(tmp_path, rules(tmp_path, text), time)
    canned = (Canned("still-there", "Are you still there?"),)
    hub.workspace.policy = replace(hub.workspace.policy, canned=canned)
    case = await ask(hub)
    await hub.advance(16 * MINUTE_MS)
    assert (await hub.only()).priority == 3
    await hub.advance(24 * MINUTE_MS)
    assert [(e.body.detail, e.occurred - T0) for e in turned(hub, "step") if isinstance(e.body, ClockTurned)] == [
        ("raise urgent", 15 * MINUTE_MS),
        ("tell supervisors", 35 * MINUTE_MS),
    ]
    await answer(hub, case)
    await hub.advance(11 * MINUTE_MS)
    await hub.advance(2 * HOUR_MS)
    said = [message.body.raw for message in (await hub.case(case)).messages if message.kind == "out"]
    assert said == ["On its way", "Are you still there?", "Are you still there?"]
    assert [e.body.detail for e in turned(hub, "reminder") if isinstance(e.body, ClockTurned)] == ["sent 1", "sent 2"]
    row = await hub.only()
    assert row.stage == "customer"  # a reminder answers nobody and wakes nothing
    await hub.workspace.stop()


async def test_a_sign_of_life_stops_reminders(tmp_path: Path) -> None:
    text = """
    [[policy]]
    name = "all"
    first_response = { within = "30m" }

    [[reminder]]
    name = "chat"
    after = ["10m"]
    text = "still-there"
    send = "rule"
    """
    hub = await begin(tmp_path, rules(tmp_path, text), VirtualTime(T0))
    hub.workspace.policy = replace(hub.workspace.policy, canned=(Canned("still-there", "Are you still there?"),))
    case = await ask(hub)
    await answer(hub, case)
    sent = hub.wa.sent[-1]
    await hub.advance(MINUTE_MS)
    assert hub.wa.port is not None
    await hub.wa.port.delivery(DeliveryUpdate("wa", sent.channel_id, "read", hub.time.now()))
    await hub.advance(HOUR_MS)
    assert len(hub.wa.sent) == 1
    await hub.workspace.stop()


async def test_a_call_in_between_takes_no_promise_from_what_was_written(tmp_path: Path) -> None:
    text = """
    [[policy]]
    name = "calls"
    kinds = ["voice"]
    pickup = { within = "3m" }

    [[policy]]
    name = "chat"
    kinds = ["messaging"]
    first_response = { within = "30m" }
    """
    hub = await begin(tmp_path, rules(tmp_path, text), VirtualTime(T0))
    await ask(hub)
    assert hub.phone.port is not None
    address = "+972541"

    async def call(state: CallState) -> CaseRow:
        assert hub.phone.port is not None
        await hub.phone.port.call(CallUpdate("pbx", "c", state, hub.time.now(), "wa", address))
        await hub.settle()
        return await hub.only()

    await hub.advance(MINUTE_MS)
    row = await call("ringing")
    assert row.clock is not None
    assert (row.channel, row.clock.metric, row.clock.due) == ("phone", "call", T0 + 4 * MINUTE_MS)
    row = await call("abandoned")
    assert row.clock is not None
    assert (row.channel, row.clock.metric, row.clock.due) == ("phone", "first", T0 + 30 * MINUTE_MS)
    await hub.workspace.stop()


async def test_a_fault_of_the_engine_turns_no_word_away(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_anything: object) -> None:
        raise ArithmeticError("a bug")

    with monkeypatch.context() as patch:
        patch.setattr(measuring, "measure", broken)
        case = await ask(hub)
        assert "cannot be measured" in caplog.text
        assert (await hub.only()).clock == Clock("first", T0, T0 + 30 * MINUTE_MS)  # by the channel
        await hub.advance(31 * MINUTE_MS)
    await hub.advance(30 * MINUTE_MS)  # an hour after it was tried
    assert (await hub.case(case)).breaches == (Breach("first", T0, T0 + 30 * MINUTE_MS),)


async def test_what_no_warning_precedes_is_nearly_due_only_when_it_is(tmp_path: Path) -> None:
    text = '[[policy]]\nname = "all"\nwarn = []\nfirst_response = { within = "30m" }\n'
    hub = await begin(tmp_path, rules(tmp_path, text), VirtualTime(T0))
    await ask(hub)
    clock = (await hub.only()).clock
    assert clock is not None
    assert clock.warn == clock.due == T0 + 30 * MINUTE_MS
    await hub.workspace.stop()


async def test_what_changed_before_there_were_rules_is_in_its_queue(tmp_path: Path) -> None:
    text = """
    [[policy]]
    name = "chats"
    queues = ["chats"]
    first_response = { within = "5m" }
    """
    hub = await begin(tmp_path, None, VirtualTime(T0))
    hub.workspace.policy = replace(hub.workspace.policy, queues=(QueueSetup("chats", "Chats"),))
    case = await ask(hub)
    await hub.order(hub.noa, Label(case, ("vip",)))
    await hub.workspace.govern(rules(tmp_path, text))
    await hub.settle()
    row = await hub.only()
    assert row.clock is not None
    assert row.clock.due == T0 + 5 * MINUTE_MS
    await hub.workspace.stop()
