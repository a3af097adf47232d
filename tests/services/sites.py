"""Two help desks behind one face, for tests that must pass on both: our own hub, and Chatwoot's shape."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from typing import Protocol

from agent_tui.backends.base import Backend
from agent_tui.backends.chatwoot.backend import ChatwootBackend
from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.server import DeskServer
from agent_tui.backends.hub.store import Store
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.backends.hub_client import HubBackend
from agent_tui.backends.wire.transport import MemoryTransport, Transport, TransportClosed, memory_pair
from agent_tui.domain.events import Event, MessageAdded
from agent_tui.domain.model import Role
from agent_tui.domain.orders import Assign
from agent_tui.domain.time import TimeSource
from tests.fakes.chatwoot import AVI, NOA, TOKEN, FakeChatwoot
from tests.hub.fakes import Line, mail


class Site(Protocol):
    """One help desk: what its customers and colleagues do, and its line."""

    backend: Backend
    me: str
    other: str

    async def start(self) -> None: ...

    async def writes(self, name: str, text: str) -> str:
        """A customer writes (the first time: a case of mine); answers the case's id."""
        ...

    async def colleague_takes(self, name: str) -> None: ...

    def said(self) -> list[str]:
        """What went out to customers, in order."""
        ...

    async def goes_down(self) -> None: ...

    async def comes_back(self) -> None: ...

    async def stop(self) -> None: ...


class HubSite:
    """The real workspace, server, codec and client; only the line is in memory."""

    other = "avi"

    def __init__(self, folder: Path, time: TimeSource, *more: Line, role: Role = "agent", id: str = "hub") -> None:
        self._time = time
        self._store = Store.open(folder / id, synchronous="OFF")
        operator = Operator(self._store, time, Ids(1))
        self._noa = operator.add_agent("noa", "Noa", role, ("support",))
        self._avi = operator.add_agent("avi", "Avi", "agent", ("support",))
        self.me = self._noa.id
        self._mail = Line()
        self._workspace = Workspace(self._store, time, Ids(2), (self._mail, *more), inline=True)
        self._seen: list[Event] = []
        self._workspace.subscribe(self._seen.extend)
        self.workspace = self._workspace
        self._server = DeskServer(self._workspace, time)
        self._far: list[MemoryTransport] = []
        self._serving: set[asyncio.Task[None]] = set()
        self._down = False
        self._number = 0
        self._cases: dict[str, str] = {}
        self._hub = HubBackend(id, self._connect, time, chance=random.Random(1))
        self.backend: Backend = self._hub

    async def _connect(self) -> Transport:
        if self._down:
            raise TransportClosed(1006, "refused")
        near, far = memory_pair()
        self._far.append(far)
        task = asyncio.create_task(self._server.serve_transport(far, self._noa))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)
        return near

    async def start(self) -> None:
        await self._workspace.start()

    async def writes(self, name: str, text: str) -> str:
        assert self._mail.port is not None
        self._number += 1
        address = f"{name.lower()}@example.com"
        await self._mail.port.inbound(
            mail(f"<{self._number}@x>", text, address=address, name=name, at=self._time.now(), subject=name)
        )
        if name not in self._cases:
            case = self._cases[name] = await self._case_of(text)
            await self._workspace.order(self._avi, f"take-{name}", Assign(case, self.me))
        return self._cases[name]

    async def _case_of(self, text: str) -> str:
        """The case that the hub filed a text under; it tells when it is on the disk."""
        while True:
            for event in self._seen:
                if isinstance(event.body, MessageAdded) and event.body.message.body.raw == text:
                    return event.case
            await asyncio.sleep(0)

    async def colleague_takes(self, name: str) -> None:
        self._number += 1
        await self._workspace.order(self._avi, f"mine-{self._number}", Assign(self._cases[name], self.other))

    def said(self) -> list[str]:
        return [outbound.body for outbound in self._mail.sent]

    async def goes_down(self) -> None:
        self._down = True
        for far in self._far:
            await far.close(1012, "going down")
        self._far.clear()

    async def comes_back(self) -> None:
        self._down = False
        self._hub.try_now()

    async def stop(self) -> None:
        await self.goes_down()
        for task in list(self._serving):
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        await self._server.stop()
        await self._workspace.stop()


class ChatwootSite:
    """The fake server on a real socket, and the real adapter."""

    me, other = str(NOA), str(AVI)

    def __init__(self, time: TimeSource) -> None:
        self.fake = FakeChatwoot(time)
        self.backend: Backend = ChatwootBackend("chatwoot", self.fake.url, TOKEN, time)
        self._cases: dict[str, int] = {}

    async def start(self) -> None:
        await self.fake.start()

    async def writes(self, name: str, text: str) -> str:
        if name in self._cases:
            self.fake.customer_writes(self._cases[name], text)
        else:
            self._cases[name] = self.fake.new_conversation(name, text)
        return str(self._cases[name])

    async def colleague_takes(self, name: str) -> None:
        self.fake.colleague_assigns(self._cases[name], AVI)

    def said(self) -> list[str]:
        sent = [m for messages in self.fake.messages.values() for m in messages if m["sender_type"] == "User"]
        return [str(m["content"]) for m in sorted(sent, key=lambda m: int(m["id"])) if not m["private"]]

    async def goes_down(self) -> None:
        await self.fake.stop()

    async def comes_back(self) -> None:
        await self.fake.start()

    async def stop(self) -> None:
        await self.fake.stop()
