"""A hub under load that a test kills: customers write, agents reply, each acknowledgement goes to standard output.

What the channel accepted is appended to the file `sends`.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from agent_tui.backends.base import Acked
from agent_tui.backends.connectors.base import ConnectorPort, Inbound, Outbound, SendResult
from agent_tui.backends.hub.access import AccessError, Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.store import Store
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.domain.events import Event, MessageAdded
from agent_tui.domain.orders import Reply
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import SystemTime

CUSTOMERS = 20
AGENTS = 5


class Channel:
    """Accepts everything, and writes down what it accepted."""

    account = "wa"
    channel = "whatsapp"

    def __init__(self, sends: Path) -> None:
        self._sends = os.open(sends, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)

    async def start(self, port: ConnectorPort) -> None:
        return

    async def send(self, outbound: Outbound) -> SendResult:
        os.write(self._sends, f"{outbound.message}\n".encode())
        await asyncio.sleep(0.001)
        return SendResult("accepted", outbound.channel_id)

    async def call_action(self, call_id: str, action: str, agent: str, keys: str) -> str:
        return ""

    def health(self) -> str:
        return ""

    async def stop(self) -> None:
        return


def tell(line: str) -> None:
    os.write(1, f"{line}\n".encode())


async def customer(workspace: Workspace, time: SystemTime, round: str, who: int) -> None:
    for n in range(1_000_000):
        id = f"in-{round}-{who}-{n}"
        await workspace.port.inbound(
            Inbound("wa", "whatsapp", id, "wa", f"+{who}", f"C{who}", f"text {n}", time.now(), thread=f"+{who}")
        )
        tell(id)


async def agent(workspace: Workspace, operator: Operator, round: str, who: int, cases: asyncio.Queue[str]) -> None:
    name = f"agent{who}"
    try:
        me = operator.add_agent(name)
    except AccessError:
        me = next(known for known in operator.agents() if known.id == name)
    for n in range(1_000_000):
        case = await cases.get()
        id = f"cmd-{round}-{who}-{n}"
        outcome = await workspace.order(me, id, Reply(case, "whatsapp", CustomerText("answer")))
        if isinstance(outcome, Acked):
            tell(f"{id} {outcome.result}")


async def main(folder: Path, round: str, sends: Path) -> None:
    time = SystemTime()
    store = Store.open(folder, exclusive=True)
    workspace = Workspace(store, time, Ids(), [Channel(sends)])
    cases: asyncio.Queue[str] = asyncio.Queue()

    def heard(events: list[Event]) -> None:
        for event in events:
            if isinstance(event.body, MessageAdded) and event.body.message.kind == "in" and cases.qsize() < 50:
                cases.put_nowait(event.case)

    workspace.subscribe(heard)
    await workspace.start()
    operator = Operator(store, time, Ids())
    tell("ready")
    await asyncio.gather(
        *(customer(workspace, time, round, who) for who in range(CUSTOMERS)),
        *(agent(workspace, operator, round, who, cases) for who in range(AGENTS)),
    )


def run(folder: Path, round: str, sends: Path) -> None:
    asyncio.run(main(folder, round, sends))
