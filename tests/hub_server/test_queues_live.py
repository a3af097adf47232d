"""Queues over a socket: mails go to the desks that are there, each to one, and the next of a queue to who asks."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from functools import partial
from pathlib import Path

from agent_tui.backends.base import Acked
from agent_tui.backends.connectors.base import Inbound
from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.server import DeskServer
from agent_tui.backends.hub.store import Store
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.backends.hub_client import HubBackend
from agent_tui.backends.wire.transport import Transport, connect_websocket
from agent_tui.domain.events import CaseChanged, Event
from agent_tui.domain.orders import Pull, Resolve
from agent_tui.domain.queries import QueuesPage, QueuesQuery, WhyPage, WhyQuery
from agent_tui.domain.queues import QueueSetup
from agent_tui.domain.time import SystemTime
from tests.hub.fakes import Line
from tests.hub_server.desks import Seen

MAILS = 24
AGENTS = ("noa", "avi", "ruth")


def given(seen: Seen) -> list[tuple[str, str]]:
    """(case, agent) of what came out of a queue, as this desk was told."""
    return [
        (one.case, one.body.detail)
        for one in seen.all
        if isinstance(one, Event) and isinstance(one.body, CaseChanged) and one.body.why is not None
    ]


def more_than(seen: Seen, number: int) -> bool:
    return len(given(seen)) > number


async def test_mails_go_to_the_desks_that_are_there(tmp_path: Path) -> None:
    time = SystemTime()
    store = Store.open(tmp_path / "hub", synchronous="OFF")
    operator = Operator(store, time, Ids())
    tokens = {}
    for agent in AGENTS:
        operator.add_agent(agent)
        operator.set_skills(agent, (), 3)
        tokens[agent] = operator.add_token(agent).text
    queues = (QueueSetup("mails", channels=("email",)), QueueSetup("chats", mode="pull", channels=("whatsapp",)))
    workspace = Workspace(store, time, Ids(), (Line(), Line("wa", "whatsapp")), HubPolicy(queues=queues))
    server = DeskServer(workspace, time)
    await workspace.start()
    await server.start()

    async def writes(number: int, account: str = "mail", channel: str = "email", scheme: str = "mailto") -> None:
        at = time.now()
        who = f"c{number}@example.org" if scheme == "mailto" else f"97250{number:07}"
        await workspace.port.inbound(Inbound(account, channel, f"<{number}@x>", scheme, who, "Dana", "hello", at))

    async def arrive(agent: str) -> Seen:
        async def connect() -> Transport:
            return await connect_websocket(server.url, tokens[agent])

        seen = Seen(HubBackend("hub", connect, time, token=tokens[agent], chance=random.Random(1)))
        await seen.until(lambda: bool(seen.connected()))
        return seen

    desks = [await arrive(agent) for agent in AGENTS]
    try:
        await asyncio.gather(*(writes(number) for number in range(MAILS)))
        done = 0
        while done < MAILS:  # everybody finishes what they get, and gets the next
            await desks[0].until(partial(more_than, desks[0], done))
            case, agent = given(desks[0])[done]
            desk = desks[AGENTS.index(agent)]
            assert isinstance(await desk.backend.order(f"d{done}", Resolve(case)), Acked)
            done += 1
        cases = given(desks[0])
        assert len(cases) == len({case for case, _ in cases}) == MAILS
        assert min(Counter(agent for _, agent in cases).values()) >= MAILS // len(AGENTS) // 2
        page = await desks[0].backend.query(WhyQuery(cases[0][0]))
        assert isinstance(page, WhyPage)
        assert page.assignment is not None
        assert page.assignment.why is not None
        await writes(1, "wa", "whatsapp", "wa")
        await writes(2, "wa", "whatsapp", "wa")
        pulls = await asyncio.gather(*(desk.backend.order("p1", Pull("chats")) for desk in desks))
        taken = [outcome.result for outcome in pulls if isinstance(outcome, Acked)]
        assert len(taken) == len(set(taken)) == 2
        lines = await desks[0].backend.query(QueuesQuery())
        assert isinstance(lines, QueuesPage)
        assert [(line.waiting, line.ready, line.agents) for line in lines.queues] == [(0, 3, 3), (0, 3, 3)]
    finally:
        for desk in desks:
            await desk.backend.close()
            await desk.task
        await server.stop()
        await workspace.stop()
