"""A demo over real websockets on the clock, and one in memory on virtual time, end in the same state of the desk."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from agent_tui.backends.connectors.scenario.script import Scenario, load
from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.server import DeskServer
from agent_tui.backends.hub.store import Store
from agent_tui.backends.hub_client import HubBackend
from agent_tui.demo.headless import Lines
from agent_tui.demo.stage import Stage, play_the_past, set_up, settle
from agent_tui.desk.drafts import Draft
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.model import CaseRow, Message
from agent_tui.domain.orders import CallAction, Label, Note, Order, Resolve, Snooze, WriteUp
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import MS, SystemTime, VirtualTime
from agent_tui.domain.views import ALL, DONE
from agent_tui.services.workbench import Workbench
from tests.end_to_end.hub_run import until

SPEED = 30.0
LAST_TURN, END = 55.0, 230.0
"""Seconds of the scenario: after the first nobody begins anything new, by the second all is said."""

Act = Callable[[Workbench], None]


def row_of(bench: Workbench, name: str) -> tuple[CaseKey, CaseRow]:
    rows = {row.name.raw: (key, row) for key, _, row in bench.desk.inbox.rows()}
    assert name in rows, f"no {name} in {sorted(rows)}"
    return rows[name]


def can(act: Act, bench: Workbench) -> bool:
    """Do it, as soon as the desk shows what it is about."""
    try:
        act(bench)
    except (AssertionError, IndexError):
        return False
    return True


def says(name: str, channel: str, body: str) -> Act:
    """Sent as from the composer, with its seconds of undo."""

    def act(bench: Workbench) -> None:
        bench.send(Draft(row_of(bench, name)[0], channel, body=body))

    return act


def does(name: str, order: Callable[[str], Order]) -> Act:
    def act(bench: Workbench) -> None:
        key, _ = row_of(bench, name)
        bench.order(key.backend, order(key.case))

    return act


def on_the_phone(order: Callable[[str], Order]) -> Act:
    def act(bench: Workbench) -> None:
        key, call = bench.desk.live_calls()[0]
        bench.order(key.backend, order(call.id), key=key)

    return act


WHAT_NOA_DOES: tuple[tuple[float, Act], ...] = (
    (3, says("Dana Levi", "whatsapp", "The tracking number is 884120.")),
    (5, says("Omar Haddad", "webchat", "Yes, the blue one is in stock.")),
    (7, does("Ruth Klein", lambda case: Note(case, CustomerText("asked the carpenter")))),
    (8, does("Ruth Klein", lambda case: Label(case, ("repair", "vip")))),
    (10, does("@tlvfoodie", lambda case: Snooze(case, 0))),
    (20, on_the_phone(lambda call: CallAction(call, "answer"))),
    (30, on_the_phone(lambda call: CallAction(call, "hold"))),
    (35, on_the_phone(lambda call: CallAction(call, "resume"))),
    (40, says("Carmel Dahan", "whatsapp", "Yes, on Sundays.")),
    (44, says("Miri Azulay", "messenger", "Which order is it?")),
    (130, on_the_phone(lambda call: WriteUp(call, "solved", CustomerText("wanted the time of delivery")))),
    (150, does("Omar Haddad", Resolve)),
)


def of_row(row: CaseRow) -> dict[str, Any]:
    return {
        "channels": (row.channel, row.channels),
        "stage": row.stage,
        "owner": (row.owner, row.team, row.brand),
        "unread": row.unread,
        "preview": (row.preview.raw, row.preview_kind),
        "subject": row.subject.raw,
        "labels": (row.priority, row.labels),
        "snoozed": row.snoozed,
        "clock": row.clock.metric if row.clock is not None else "",
        "call": row.call.state if row.call is not None else "",
        "failed": row.failed,
    }


def of_message(message: Message) -> tuple[Any, ...]:
    files = tuple((file.name.raw, file.size, file.blob) for file in message.attachments)
    who = (message.author, message.sender.raw)
    return (message.kind, message.channel, who, message.subject.raw, message.body.raw, message.state, files)


async def state_of(bench: Workbench, rest: Callable[[], Awaitable[None]]) -> dict[str, Any]:
    """Every row of the views, with its timeline, in words alone; customers are told apart by their names."""
    found: dict[str, Any] = {}
    for view in (ALL, DONE):
        bench.show(view)
        bench.look_at(0, 200)
        await rest()
        rows = list(bench.desk.inbox.rows())
        assert len(rows) == sum(total for _, total in bench.desk.inbox.totals())
        for key, section, row in rows:
            bench.open(key)
            await rest()
            case = bench.desk.open_case
            assert case is not None and case.row is not None and not case.more_before
            lines = sorted(of_message(message) for message in case.messages)
            calls = sorted((call.state, call.agent, call.outcome, call.queue) for call in case.calls)
            name = f"{row.name.raw} in {section.stage}"
            assert name not in found, name
            found[name] = {**of_row(case.row), "lines": lines, "calls": calls}
        bench.close_case()
    bench.show(ALL)
    return found


async def in_memory(scenario: Scenario, folder: Path) -> dict[str, Any]:
    await play_the_past(scenario, folder, 1)
    time = VirtualTime(scenario.start)
    stage = await set_up(scenario, folder, time, 1, inline=True)
    server = DeskServer(stage.workspace, time)
    lines = Lines(server, stage)
    backend = HubBackend("hub", lines.connect, time)
    bench = Workbench([backend], None, time)
    running = asyncio.create_task(bench.run())

    async def rest() -> None:
        parts = (stage.idle, server.idle, lines.idle, backend.idle)
        await settle(lambda: all(idle() for idle in parts) and not bench.busy())

    async def pass_to(second: float) -> None:
        await rest()
        while time.advance_to_next(scenario.start + round(second * MS)):
            await rest()

    try:
        begin(bench, stage)
        for second, act in WHAT_NOA_DOES:
            await pass_to(second)
            act(bench)
        await pass_to(END)
        return await state_of(bench, rest)
    finally:
        await bench.stop()
        await running
        await lines.close()
        await stage.close()


async def over_websockets(scenario: Scenario, folder: Path) -> dict[str, Any]:
    await play_the_past(scenario, folder, 1)
    time = SystemTime(SPEED, scenario.start)
    store = Store.open(folder, check=False)
    token = Operator(store, time, Ids()).add_token(scenario.me.id).text
    store.close()
    stage = await set_up(scenario, folder, time, 1, inline=False)
    desks = DeskServer(stage.workspace, time)
    await desks.start("127.0.0.1", 0)
    bench = Workbench([HubBackend.connect_to("hub", desks.url, token, time)], folder / "desk", time)
    running = asyncio.create_task(bench.run())

    async def rest() -> None:
        def quiet() -> bool:
            same = bench.desk.backends["hub"].seq == stage.workspace.head()
            return same and stage.idle() and not bench.busy() and not bench.desk.unsent

        await until(quiet, what="rest")

    async def pass_to(second: float) -> None:
        await time.sleep((scenario.start + round(second * MS) - time.now()) / MS)

    try:
        begin(bench, stage)
        for second, act in WHAT_NOA_DOES:
            await pass_to(second)
            await until(lambda a=act: can(a, bench), what="the row or call to act on")  # type: ignore[misc]
        await pass_to(END)
        return await state_of(bench, rest)
    finally:
        await bench.stop()
        await running
        await desks.stop()
        await stage.close()


def begin(bench: Workbench, stage: Stage) -> None:
    bench.show(ALL)
    bench.look_at(0, 200)
    stage.play(0, LAST_TURN)


async def test_both_ways_end_in_the_same_state(tmp_path: Path) -> None:
    scenario = load("nofar")
    virtual = await in_memory(scenario, tmp_path / "memory")
    real = await over_websockets(scenario, tmp_path / "real")
    assert real.keys() == virtual.keys()
    for name, expected in virtual.items():
        assert real[name] == expected, name
    said = [line[4] for case in virtual.values() for line in case["lines"]]
    assert "Great, then I take it. Can it come on Th" in "\n".join(said), "customers react to what Noa writes"
    assert len(virtual) > 10
