"""Callers who wait: what they are about, the notice of the wait, and being called back, by the preset of the law."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio

from agent_tui.backends.connectors.base import CallReport, CallUpdate
from agent_tui.backends.connectors.scenario.script import loads
from agent_tui.backends.connectors.scenario.world import World
from agent_tui.backends.hub.announcing import Announcement, announcement
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.store import Store
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.domain.events import CaseChanged, ClockTurned, Event
from agent_tui.domain.model import CallState, CaseRow
from agent_tui.domain.orders import Reply
from agent_tui.domain.replies.reply import Canned
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import HOUR_MS, MINUTE_MS, MS, VirtualTime
from tests.hub.conftest import Hub
from tests.hub.fakes import chat, until
from tests.hub.test_clocks_by_policy import begin, rules

PRESET = 'presets = ["il-6-minutes"]'
START = 1_774_861_200_000
"""Monday 30 March 2026, 12:00 in Jerusalem."""
PLAY = """
title = "A caller waits"
timezone = "Asia/Jerusalem"
start = 2026-03-30T12:00:00
agent = [{ id = "noa", name = "Noa", me = true }]
[[customer]]
id = "dana"
name = "Dana"
language = "he"
addresses = { phone = "+972541234567" }
turn = [{ at = 1, call = true, patience = 600, topic = "delivery", call_back = 20 }]
"""


@pytest_asyncio.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    found = await begin(tmp_path, rules(tmp_path, PRESET), VirtualTime(START))
    yield found
    await found.workspace.stop()


async def moves(
    hub: Hub, state: CallState, at: int = START, *, agent: str = "", topic: str = "", name: str = "", language: str = ""
) -> CaseRow:
    update = CallUpdate(
        "pbx", "ch", state, at, address="+972541", agent=agent, topic=topic, name=name, language=language
    )
    await hub.workspace.port.call(update)
    await hub.settle()
    return await hub.only()


async def reports(hub: Hub, what: Literal["told", "asked", "called-back"], at: int) -> CaseRow:
    await hub.workspace.port.call_report(CallReport("pbx", "ch", what, at))
    await hub.settle()
    return await hub.only()


def clock(row: CaseRow) -> tuple[str, int] | None:
    """What the row's clock counts, and the minutes from its start until it is due."""
    return (row.clock.metric, (row.clock.due - row.clock.since) // MINUTE_MS) if row.clock is not None else None


async def test_what_a_call_is_about_is_a_label_that_policies_go_by(hub: Hub) -> None:
    assert clock(await moves(hub, "ringing")) == ("notice", 2)
    row = await moves(hub, "ringing", topic="Fault!")
    assert (row.labels, clock(row)) == (("topic:fault",), ("call", 6))
    assert hub.events[-1].body == CaseChanged("labelled", "+topic:fault")
    row = await moves(hub, "ringing", topic="account")
    assert row.labels == ("topic:account",)
    assert hub.events[-1].body == CaseChanged("labelled", "+topic:account -topic:fault")
    seen = len(hub.events)
    await moves(hub, "ringing", topic="account")
    assert len(hub.events) == seen


async def test_the_exchange_is_asked_to_say_it_and_being_told_ends_the_notice(hub: Hub) -> None:
    await moves(hub, "ringing")
    await hub.advance(90 * MS - 1)
    assert hub.phone.actions == []
    await hub.advance(1)
    assert hub.phone.actions == [("ch", "announce", "", "wait")]
    assert [e.body.detail for e in hub.events if isinstance(e.body, ClockTurned) and e.body.change == "step"] == [
        "say wait"
    ]
    row = await reports(hub, "told", hub.time.now())
    assert clock(row) == ("call", 3)


async def test_a_canned_reply_is_said_in_the_callers_language(hub: Hub) -> None:
    canned = (
        Canned("wait", "It takes long, {{ customer.name }}."),
        Canned("wait-he", "ההמתנה ארוכה, {{ customer.name }}."),
    )
    hub.workspace.policy = replace(hub.workspace.policy, canned=canned)
    await moves(hub, "ringing", name="Dana", language="he")
    await hub.advance(90 * MS)
    assert hub.phone.actions == [("ch", "announce", "", "ההמתנה ארוכה, Dana.")]


async def test_who_was_answered_meanwhile_hears_nothing_and_a_refusal_is_logged(
    hub: Hub, caplog: pytest.LogCaptureFixture
) -> None:
    hub.phone.trouble = "no such recording"
    await moves(hub, "ringing")
    await hub.advance(90 * MS)
    assert "a caller who waits could not be told: no such recording" in caplog.text
    step = next(e for e in hub.events if isinstance(e.body, ClockTurned) and e.body.change == "step")
    with hub.store.read() as connection:
        assert announcement(connection, hub.workspace.policy, step) == Announcement("pbx", "ch", "wait")
    await moves(hub, "active", hub.time.now(), agent="noa")
    with hub.store.read() as connection:
        assert announcement(connection, hub.workspace.policy, step) is None
    await hub.advance(HOUR_MS)
    assert len(hub.phone.actions) == 1


async def test_who_is_answered_after_all_is_owed_no_call_back(hub: Hub) -> None:
    await moves(hub, "ringing")
    await reports(hub, "asked", START + 1)
    assert clock(await moves(hub, "active", START + 2, agent="noa")) is None


async def test_who_asked_to_be_called_back_needs_us_until_they_are(hub: Hub) -> None:
    await moves(hub, "ringing")
    await hub.advance(100 * MS)
    await reports(hub, "asked", hub.time.now())
    row = await moves(hub, "abandoned", hub.time.now() + 1)
    assert (row.stage, row.unread, clock(row)) == ("us", 1, ("call-back", 180))
    seen = len(hub.events)
    await reports(hub, "asked", hub.time.now())
    assert len(hub.events) == seen  # told twice is told once
    row = await reports(hub, "called-back", hub.time.now() + HOUR_MS)
    assert (row.stage, row.clock) == ("customer", None)


async def test_what_a_caller_is_promised_does_not_hang_on_what_is_written_elsewhere(hub: Hub) -> None:
    await moves(hub, "ringing")
    await reports(hub, "asked", START + 1)
    row = await moves(hub, "abandoned", START + 2)
    to = (CustomerText("dana@example.com"),)
    await hub.order(hub.noa, Reply(row.id, "email", CustomerText("We call you at three."), to=to))
    row = await hub.only()
    assert hub.mail.sent
    assert (row.channel, row.stage, clock(row)) == ("email", "us", ("call-back", 180))


async def test_without_policies_a_call_back_is_owed_by_the_channels_tempo(tmp_path: Path) -> None:
    hub = await begin(tmp_path, None, VirtualTime(START))
    await moves(hub, "ringing")
    await reports(hub, "asked", START)
    row = await moves(hub, "abandoned", START)
    assert (row.stage, clock(row)) == ("us", ("call-back", 60))
    row = await reports(hub, "called-back", START)
    assert (row.stage, row.clock) == ("customer", None)
    await hub.workspace.stop()


async def test_a_report_about_a_call_that_nobody_knows_is_nothing(hub: Hub) -> None:
    await hub.workspace.port.inbound(chat("w1", at=START))
    before = await hub.only()
    assert await reports(hub, "asked", START) == before


@dataclass
class Stage:
    """A scenario played before a hub with the preset."""

    workspace: Workspace
    world: World
    time: VirtualTime
    events: list[Event]

    async def play(self, seconds: float) -> None:
        end = self.time.now() + round(seconds * MS)
        await until(lambda: self.workspace.idle() and not self.world.busy())
        while self.time.advance_to_next(end):
            await until(lambda: self.workspace.idle() and not self.world.busy())

    def turns(self) -> list[tuple[str, str, int]]:
        told = [(e.body, e.occurred) for e in self.events if isinstance(e.body, ClockTurned)]
        return [(body.change, body.detail, (at - START) // MS) for body, at in told if body.change != "measured"]


async def test_a_caller_of_the_scenario_hears_the_notice_and_asks_to_be_called_back(tmp_path: Path) -> None:
    time = VirtualTime(START)
    world = World(loads(PLAY), time)
    store = Store.open(tmp_path / "hub", synchronous="OFF")
    sla = rules(tmp_path, PRESET)
    workspace = Workspace(store, time, Ids(1), world.connectors(), HubPolicy(), sla=sla, inline=True)
    stage = Stage(workspace, world, time, [])
    workspace.subscribe(stage.events.extend)
    await workspace.start()
    world.play(0)
    await stage.play(60)
    assert stage.turns() == []
    await stage.play(60)
    assert ("step", "say wait", 91) in stage.turns()
    row = stage.events[-1].row
    assert row is not None
    assert (row.stage, row.labels, clock(row)) == ("us", ("topic:delivery",), ("call-back", 180))
    assert not [turn for turn in stage.turns() if turn[0] == "breached"]
    await workspace.stop()
