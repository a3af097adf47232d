"""A line that carries texts both ways: the contract, an in-memory pair, and a websocket."""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from typing import TYPE_CHECKING, Any, Protocol

from agent_tui.backends.wire.codec import size_of
from agent_tui.backends.wire.frames import MAX_FRAME_BYTES, SUBPROTOCOL

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection


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


class WebsocketTransport:
    """The desk's end of a websocket."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def send(self, text: str) -> None:
        from websockets.exceptions import ConnectionClosed

        try:
            await self._connection.send(text)
        except ConnectionClosed as closed:
            raise _closed(closed) from None

    async def recv(self) -> str:
        from websockets.exceptions import ConnectionClosed

        try:
            return await self._connection.recv(decode=True)
        except ConnectionClosed as closed:
            raise _closed(closed) from None

    async def close(self, code: int = 1000, reason: str = "") -> None:
        await self._connection.close(code, reason[:100])


CLOSE_SECONDS = 2.0
"""How long the end of a line waits for the server's goodbye: an agent who leaves must not wait for a dead network."""


def _closed(error: Exception) -> TransportClosed:
    received = getattr(error, "rcvd", None)
    if received is None:
        return TransportClosed(1006, "the connection broke")
    return TransportClosed(received.code, received.reason)


async def connect_websocket(
    url: str, token: str, *, tls: ssl.SSLContext | None = None, open_timeout: float = 10.0
) -> WebsocketTransport:
    """Open a line to a desk server. `url`: ws:// or wss://; the token goes in the Authorization header only.
    Raises TransportRefused when the server answers with an HTTP status, TransportClosed when there is no server."""
    from websockets.asyncio.client import connect
    from websockets.exceptions import InvalidHandshake, InvalidStatus, InvalidURI
    from websockets.typing import Subprotocol

    class _Connect(connect):
        def process_redirect(self, exc: Exception) -> Exception | str:
            return exc  # a redirect would carry the token to another server

    if not token.isascii() or not token.isprintable():
        raise TransportRefused(401, "the token holds characters that no token has; copy it again")
    secure: dict[str, Any] = {} if tls is None else {"ssl": tls}
    try:
        connection = await _Connect(
            url,
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            additional_headers={"Authorization": f"Bearer {token}"},
            user_agent_header="agent-tui",
            compression=None,
            max_size=MAX_FRAME_BYTES,
            open_timeout=open_timeout,
            close_timeout=CLOSE_SECONDS,
            **secure,
        )
    except InvalidStatus as error:
        status = error.response.status_code
        if status in (401, 403):
            raise TransportRefused(status, f"{url} refused the token; ask its administrator for a new one") from None
        if status in (429, 503) and (why := _first_line(error.response.body)):
            raise TransportRefused(status, f"{url}: {why}") from None
        raise TransportRefused(status, f"{url} answered with HTTP {status}; is this a desk server's URL?") from None
    except InvalidURI as error:
        raise TransportRefused(403, f"{url} is no websocket URL, write ws://... or wss://...: {error}") from None
    except (OSError, TimeoutError, EOFError, InvalidHandshake) as error:
        raise TransportClosed(1006, _no_server(url, error)) from None
    if connection.subprotocol != SUBPROTOCOL:
        await connection.close(1002, "subprotocol")
        raise TransportRefused(403, f"{url} does not speak {SUBPROTOCOL}; is this a desk server's URL?")
    return WebsocketTransport(connection)


def _first_line(body: bytes | bytearray | None) -> str:
    """What a server says of its refusal, as far as it is words."""
    lines = (body or b"")[:400].decode(errors="replace").splitlines()
    return lines[0][:200] if lines and lines[0].isprintable() else ""


def _no_server(url: str, error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer from {url}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate of {url} is not trusted: {error.verify_message}"
    return f"cannot reach {url}: {error.strerror or error}" if isinstance(error, OSError) else f"{url}: {error}"
