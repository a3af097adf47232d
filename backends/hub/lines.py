"""The server's end of a line to a desk: sends that wait, pushes that never do, and the cut between them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from functools import cached_property
from typing import Protocol

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.protocol import State

from agent_tui.backends.wire.server import CUT_BYTES
from agent_tui.backends.wire.transport import MemoryTransport, TransportClosed


class Parcel:
    """Texts for many desks, put into websocket frames once."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts

    @cached_property
    def frames(self) -> bytes:
        """The unmasked text frames, one after the other (RFC 6455, section 5.2)."""
        return b"".join(Frame(Opcode.TEXT, text.encode()).serialize(mask=False) for text in self.texts)


class Line(Protocol):
    """One desk's line as a server uses it."""

    async def recv(self) -> str:
        """Raises TransportClosed."""
        ...

    async def send(self, text: str) -> None:
        """Send, waiting while the desk does not read. Raises TransportClosed."""
        ...

    def push(self, parcel: Parcel) -> bool:
        """Send without waiting. False, and nothing is sent, when more than its `cut_bytes` lie unread: then cut it."""
        ...

    def abort(self) -> None:
        """Cut at once; nothing waits for the desk."""
        ...

    async def close(self, code: int, reason: str) -> None: ...

    def idle(self) -> bool:
        """Nothing known to be under way on the line (always true of a socket: the network does not tell)."""
        ...


class WebsocketLine:
    """A desk on a websocket. `compressed`: permessage-deflate was agreed on, so frames differ from desk to desk."""

    def __init__(self, connection: ServerConnection, cut_bytes: int = CUT_BYTES) -> None:
        self._connection = connection
        self._cut_bytes = cut_bytes
        self._compressed = bool(connection.protocol.extensions)
        self._turn = asyncio.Lock()

    async def recv(self) -> str:
        try:
            return await self._connection.recv(decode=True)
        except ConnectionClosed as closed:
            raise _closed(closed) from None

    async def send(self, text: str) -> None:
        # One at a time: each waits until the buffer has drained, so that answers alone never make a desk look slow.
        async with self._turn:
            try:
                await self._connection.send(text)
            except ConnectionClosed as closed:
                raise _closed(closed) from None

    def push(self, parcel: Parcel) -> bool:
        connection = self._connection
        protocol, transport = connection.protocol, connection.transport
        if protocol.state is not State.OPEN:
            return True  # closing; its session ends by itself
        if transport.get_write_buffer_size() > self._cut_bytes:
            return False
        if self._compressed:
            for text in parcel.texts:
                protocol.send_text(text.encode())
            connection.send_data()
        else:
            # What websockets.broadcast does, with the frames made once for all desks. Nothing of ours sends
            # fragmented messages, and the library writes out its own frames at once, so the order holds.
            transport.write(parcel.frames)
        return True

    def abort(self) -> None:
        self._connection.transport.abort()

    async def close(self, code: int, reason: str) -> None:
        with contextlib.suppress(ConnectionClosed):
            await self._connection.close(code, reason.encode()[:120].decode(errors="ignore"))

    def idle(self) -> bool:
        return True


class MemoryLine:
    """A desk in this process."""

    def __init__(self, transport: MemoryTransport, cut_bytes: int = CUT_BYTES) -> None:
        self._transport = transport
        self._cut_bytes = cut_bytes

    async def recv(self) -> str:
        return await self._transport.recv()

    async def send(self, text: str) -> None:
        await self._transport.send(text)

    def push(self, parcel: Parcel) -> bool:
        if self._transport.buffered() > self._cut_bytes:
            return False
        with contextlib.suppress(TransportClosed):
            for text in parcel.texts:
                self._transport.put(text)
        return True

    def abort(self) -> None:
        self._transport.abort("cut")

    async def close(self, code: int, reason: str) -> None:
        await self._transport.close(code, reason)

    def idle(self) -> bool:
        return self._transport.idle()


def _closed(error: ConnectionClosed) -> TransportClosed:
    received = error.rcvd
    return TransportClosed(1006, "") if received is None else TransportClosed(received.code, received.reason)
