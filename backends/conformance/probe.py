"""A client that says exactly what a check wants, right or wrong, and hears what comes back."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from agent_tui.backends.wire.codec import decode_server, encode
from agent_tui.backends.wire.frames import Bye, ClientFrame, EventFrame, Hello, ServerFrame, Welcome
from agent_tui.backends.wire.transport import Transport, TransportClosed, connect_websocket


class Failed(Exception):
    """The server did not do what the protocol says; the message tells what was expected."""


class Skipped(Exception):
    """The check needs something that was not given."""


@dataclass(frozen=True)
class Target:
    """The server under test. `case`: one that notes may be written to, "" when none is given. `patience`: seconds."""

    url: str
    token: str
    case: str = ""
    tls: ssl.SSLContext | None = None
    patience: float = 10.0


class Probe:
    """One line to the server."""

    def __init__(self, line: Transport, patience: float) -> None:
        self._line = line
        self._patience = patience
        self.events: list[EventFrame] = []

    async def say(self, frame: ClientFrame | str) -> None:
        await self._line.send(frame if isinstance(frame, str) else encode(frame))

    async def hear(self) -> ServerFrame:
        """The next frame that is no event (those are kept). Raises Failed when nothing comes, TransportClosed."""
        try:
            async with asyncio.timeout(self._patience):
                while True:
                    frame = decode_server(await self._line.recv())
                    if not isinstance(frame, EventFrame):
                        return frame
                    self.events.append(frame)
        except TimeoutError:
            raise Failed(f"no answer within {self._patience:g} s") from None
        except ValueError as error:
            raise Failed(f"sent a frame that cannot be read: {error}") from None

    async def ends(self) -> TransportClosed:
        """Wait until the server ends the line, a bye before it or not. Raises Failed when it does not."""
        bye: Bye | None = None
        while True:
            try:
                frame = await self.hear()
            except TransportClosed as closed:
                return closed
            if isinstance(frame, Bye):
                bye = frame
            elif bye is not None:
                raise Failed(f"sent {frame.type} after bye")

    async def event(self, seq: int) -> EventFrame:
        """The event of that seq, heard already or still to come."""
        try:
            async with asyncio.timeout(self._patience):
                while not any(event.seq >= seq for event in self.events):
                    frame = decode_server(await self._line.recv())
                    if isinstance(frame, EventFrame):
                        self.events.append(frame)
        except TimeoutError:
            raise Failed(f"event {seq} did not come") from None
        return next(event for event in self.events if event.seq >= seq)

    async def greeted(self, hello: Hello | None = None) -> Welcome:
        await self.say(hello or Hello(client="conformance"))
        frame = await self.hear()
        if not isinstance(frame, Welcome):
            raise Failed(f"answered hello with {frame.type}, not welcome")
        return frame


@asynccontextmanager
async def probe(target: Target) -> AsyncIterator[Probe]:
    """A line that is closed at the end."""
    line = await connect_websocket(target.url, target.token, tls=target.tls)
    try:
        yield Probe(line, target.patience)
    finally:
        await line.close()
