"""Deliveries a second of our desk server to desks that speak the desk protocol, each event published by itself."""

from __future__ import annotations

import time

from websockets.frames import Frame, Opcode

from agent_tui.backends.base import Outcome, QueryRefused, Rejected
from agent_tui.backends.hub.fanout import publish
from agent_tui.backends.hub.server import DeskServer
from agent_tui.backends.wire.codec import encode, size_of
from agent_tui.backends.wire.frames import SUBPROTOCOL, Hello
from agent_tui.domain.events import Event, MessageAdded
from agent_tui.domain.model import Agent, CaseRow, Message
from agent_tui.domain.orders import Order
from agent_tui.domain.queries import Page, Query
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import SystemTime
from bench.only_looked_at import OnlyLookedAt
from bench.sink import Greeting, Sink, more_files

TIMEOUT = 120.0
_TEXT = CustomerText("order " * 30)


class OnlyEvents(OnlyLookedAt):
    """As much of a workspace as the fan-out needs: every event is made at once and lies nowhere."""

    log = "bench"
    orders: tuple[str, ...] = ()
    cards = False

    def __init__(self) -> None:
        super().__init__()
        self._seq = 1_000_000  # so that every event has the same length

    def head(self) -> int:
        return self._seq

    async def authenticate(self, token: str) -> Agent | None:
        return Agent(token, "Agent")

    async def access(self) -> object:
        return None

    async def order(self, agent: Agent, command_id: str, order: Order, fence: int = 0, desk: str = "") -> Outcome:
        return Rejected(command_id, "bench", "no orders here")

    async def query(self, agent: Agent, query: Query) -> Page:
        raise QueryRefused("no pages here")

    def sample(self) -> Event:
        """An event as long as every other one."""
        return self._event(self._seq + 1)

    def happens(self, count: int) -> list[Event]:
        """Commit `count` events as one batch."""
        events = [self._event(self._seq + number + 1) for number in range(count)]
        self._seq += count
        self._callback(events)
        return events

    def _event(self, seq: int) -> Event:
        message = Message(f"m{seq}", "k1", "v1", "email", "in", seq, _TEXT)
        row = CaseRow("k1", 1, "c1", CustomerText("Dana"), "email", "us", seq, seq, preview=_TEXT)
        return Event(seq, seq - 1, seq, seq, MessageAdded(message), "k1", "", row)


def greeting(number: int) -> Greeting:
    """A desk of its own agent: token, subprotocol, and a masked hello."""
    hello = Frame(Opcode.TEXT, encode(Hello(client="bench")).encode()).serialize(mask=True)
    return Greeting({"Authorization": f"Bearer a{number}", "Sec-WebSocket-Protocol": SUBPROTOCOL}, hello)


def bytes_of(event: Event) -> int:
    """Bytes of an event on the line: its text and the head of an unmasked frame (RFC 6455, 5.2)."""
    size = size_of(publish(event, event.prev).encoded.text())
    return size + (2 if size < 126 else 4 if size < 65536 else 10)


async def deliveries(desks: int, messages: int, together: int, batch: int = 1) -> float:
    """Events a second that arrive at `desks` desks. `batch`: events of one commit; `together`: events sent before
    waiting until all have arrived, a multiple of `batch` that divides `messages`."""
    more_files()
    served = OnlyEvents()
    server = DeskServer(served, SystemTime())
    await server.start()
    try:
        port = int(server.url.rpartition(":")[2])
        async with Sink("127.0.0.1", port, [greeting(number) for number in range(desks)]) as sink:
            target = await sink.quiet(0.3)
            size = bytes_of(served.sample()) * desks
            began = time.perf_counter()
            for number in range(batch, messages + 1, batch):
                served.happens(batch)
                if number % together == 0:
                    await sink.until(target + number * size, TIMEOUT)
            return messages * desks / (time.perf_counter() - began)
    finally:
        await server.stop()
