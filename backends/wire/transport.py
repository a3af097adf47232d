"""A line that carries texts both ways: the contract, and an in-memory pair. `websocket.py` is the other one."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Protocol

from agent_tui.backends.wire.codec import size_of
from agent_tui.backends.wire.frames import MAX_FRAME_BYTES


class TransportClosed(Exception):
    """The line is gone. `code`: as in RFC 6455, section 7.4; 1006 when it just broke."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason or f"the line closed ({code})")
        self.code = code
        self.reason = reason


class TransportRefused(Exception):
    """The server would not open a line. `status`: the HTTP status. `final`: trying again is no use (401, 403)."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.final = status in (401, 403)


class Transport(Protocol):
    """One line. `recv` is called by one task at a time; `send` may be called by several."""

    async def send(self, text: str) -> None:
        """Hand over one text; waits while the far side does not read. Raises TransportClosed."""
        ...

    async def recv(self) -> str:
        """The next text. Raises TransportClosed after the last one."""
        ...

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """End the line; what was sent before still arrives."""
        ...


class MemoryTransport:
    """One end of an in-memory line. What waits unread is counted in bytes and bounded by `limit`."""

    def __init__(self, limit: int = MAX_FRAME_BYTES) -> None:
        self._limit = limit
        self._waiting: deque[str] = deque()
        self._bytes = 0
        self._wake = asyncio.Event()
        self._room = asyncio.Event()
        self._closed: tuple[int, str] | None = None
        self._reading = False
        self.peer: MemoryTransport = self

    async def send(self, text: str) -> None:
        peer = self.peer
        while peer._bytes and peer._bytes + len(text) > peer._limit and peer._closed is None:
            peer._room.clear()
            await peer._room.wait()
        self.put(text)

    def put(self, text: str) -> None:
        """Hand over without waiting; `buffered()` tells how much lies unread. Raises TransportClosed."""
        if self.peer._closed is not None:
            raise TransportClosed(*self.peer._closed)
        self.peer._waiting.append(text)
        self.peer._bytes += size_of(text)
        self.peer._wake.set()

    def buffered(self) -> int:
        """Bytes that the far side has not read yet."""
        return self.peer._bytes

    async def recv(self) -> str:
        self._reading = True
        try:
            while not self._waiting:
                if self._closed is not None:
                    raise TransportClosed(*self._closed)
                self._wake.clear()
                await self._wake.wait()
        finally:
            self._reading = False
        text = self._waiting.popleft()
        self._bytes -= size_of(text)
        self._room.set()
        return text

    async def close(self, code: int = 1000, reason: str = "") -> None:
        for end in (self, self.peer):
            if end._closed is None:
                end._closed = (code, reason)
            end._wake.set()
            end._room.set()

    def abort(self, reason: str = "") -> None:
        """Cut the line at once: what lies unread is lost, as when a socket is reset."""
        for end in (self, self.peer):
            end._waiting.clear()
            end._bytes = 0
            if end._closed is None:
                end._closed = (1006, reason)
            end._wake.set()
            end._room.set()

    def idle(self) -> bool:
        """True when nothing lies unread in either direction."""
        return not self._waiting and not self.peer._waiting


def memory_pair(limit: int = MAX_FRAME_BYTES) -> tuple[MemoryTransport, MemoryTransport]:
    """Two ends of one line within this process: what is sent at one end arrives at the other, in order."""
    left, right = MemoryTransport(limit), MemoryTransport(limit)
    left.peer, right.peer = right, left
    return left, right
