"""What a desk waits for when suggestions are asked of a hub with 10,000 replies: its store read, the engine asked, and
what the brand or the channel of the case has not left out."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from agent_tui.backends.connectors.base import ConnectorPort, Inbound, Outbound, SendResult
from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.store import Store
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.domain.events import Event, MessageAdded
from agent_tui.domain.model import Agent
from agent_tui.domain.orders import Reply
from agent_tui.domain.queries import SuggestPage, SuggestQuery
from agent_tui.domain.replies.reply import Canned
from agent_tui.domain.suggesting_signs import Moment
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import SystemTime

CASES = 300
QUESTIONS = 3_000


class _Taken:
    """A mail account that takes whatever it is given."""

    account, channel = "mail", "email"

    async def start(self, port: ConnectorPort) -> None: ...

    async def send(self, outbound: Outbound) -> SendResult:
        return SendResult("accepted", outbound.channel_id)

    async def call_action(self, call_id: str, action: str, agent: str, keys: str) -> str:
        return "no calls here"

    def health(self) -> str:
        return ""

    async def stop(self) -> None: ...


async def at_the_hub(answered: list[tuple[str, str]]) -> dict[str, Any]:
    """Figures for these replies with what each answered; each was picked once for it."""
    canned = tuple(Canned(f"reply-{number}", text) for number, (text, _) in enumerate(answered))
    with TemporaryDirectory() as folder:
        clock = SystemTime()
        store = Store.open(Path(folder), synchronous="OFF")
        noa = Operator(store, clock, Ids(1)).add_agent("noa", "Noa")
        workspace = Workspace(store, clock, Ids(2), [_Taken()], HubPolicy(canned=canned))
        begun = time.perf_counter()
        await workspace.start()
        asked = await _cases(workspace, noa, answered[:CASES])
        while not workspace.idle():  # noqa: ASYNC110 - idleness has no event
            await asyncio.sleep(0.01)
        for number, (_, said) in enumerate(answered):
            workspace._suggested._engine.pick(Moment(said=said), f"reply-{number}")
        made = time.perf_counter() - begun
        times, worked, told = [], [], 0
        for case in asked * (QUESTIONS // len(asked)):
            started, cpu = time.perf_counter(), time.process_time()
            page = await workspace.query(noa, SuggestQuery(case, "email"))
            times.append((time.perf_counter() - started) * 1e3)
            worked.append((time.process_time() - cpu) * 1e3)
            told += isinstance(page, SuggestPage) and bool(page.suggested)
        await workspace.stop()
    times.sort()
    worked.sort()
    return {
        "replies": len(canned),
        "p50 ms": round(times[len(times) // 2], 2),
        "p95 ms": round(times[int(len(times) * 0.95)], 2),
        "CPU p95 ms": round(worked[int(len(worked) * 0.95)], 2),
        "worst ms": round(times[-1], 2),
        "answered %": round(100 * told / len(times), 1),
        "made s": round(made, 1),
    }


async def _cases(workspace: Workspace, agent: Agent, answered: list[tuple[str, str]]) -> list[str]:
    """A customer for each, who was answered with the reply and writes the same again."""
    found: list[str] = []
    for number, (_, said) in enumerate(answered):
        seen: list[str] = []

        def filed(events: list[Event], seen: list[str] = seen) -> None:
            seen += [event.case for event in events if isinstance(event.body, MessageAdded)]

        leave = workspace.subscribe(filed)
        for turn in ("before", "after"):
            await workspace.port.inbound(
                Inbound(
                    "mail",
                    "email",
                    f"<{number}-{turn}@bench>",
                    "mailto",
                    f"c{number}@example.com",
                    "",
                    said,
                    SystemTime().now(),
                    subject=f"{number}",
                )
            )
            if turn == "before":
                order = Reply(seen[0], "email", CustomerText("x"), canned=(f"reply-{number}",))
                await workspace.order(agent, f"b{number}", order)
        leave()
        found.append(seen[0])
    return found
