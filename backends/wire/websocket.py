"""The desk's end of a websocket: `rfc6455` on an asyncio transport, with pings, limits and a bounded end."""

from __future__ import annotations

import asyncio
import ssl
from collections import deque

from agent_tui.backends.wire.codec import size_of
from agent_tui.backends.wire.frames import MAX_FRAME_BYTES, SUBPROTOCOL
from agent_tui.backends.wire.rfc6455 import (
    CLOSE,
    MAX_BODY,
    PING,
    PONG,
    TEXT,
    Answer,
    Control,
    FrameReader,
    NoWebsocket,
    answer,
    close_payload,
    frame,
    new_key,
    place,
    request,
)
from agent_tui.backends.wire.transport import TransportClosed, TransportRefused

CLOSE_SECONDS = 2.0
"""How long the end of a line waits for the server's goodbye: an agent who leaves must not wait for a dead network."""
PING_SECONDS = 20.0
"""Between our pings; a server from which nothing came from one to the next is gone."""
MOST_WAITING = 256 * 1024
"""Bytes of texts that wait unread; then the line is not read, so that the server learns that we are slow."""
OPENED = 101


class WebsocketTransport(asyncio.Protocol):
    """One line; see `Transport`. Made by `connect_websocket`."""

    def __init__(self, *, limit: int = MAX_FRAME_BYTES, ping_seconds: float = PING_SECONDS) -> None:
        self._loop = asyncio.get_running_loop()
        self._ping_seconds = ping_seconds
        self._reader = FrameReader(limit)
        self._opening: bytearray | None = bytearray()
        self._answer: Answer | None = None
        self._answered: asyncio.Future[tuple[Answer, bytes]] = self._loop.create_future()
        self._texts: deque[str] = deque()
        self._waiting = 0
        self._paused = False
        self._arrived = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self._closed: TransportClosed | None = None
        self._said_goodbye = False
        self._lost = asyncio.Event()
        self._heard = True
        self._beat: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport

    # -- the contract

    async def send(self, text: str) -> None:
        await self._writable.wait()
        if self._closed is not None or self._said_goodbye:
            raise self._closed or TransportClosed(1006, "the line is closed")
        self._transport.write(frame(TEXT, text.encode()))

    async def recv(self) -> str:
        while not self._texts:
            if self._closed is not None:
                raise self._closed
            self._arrived.clear()
            await self._arrived.wait()
        text = self._texts.popleft()
        self._waiting -= size_of(text)
        if self._paused and self._waiting <= MOST_WAITING // 2:
            self._read_on()
        return text

    async def close(self, code: int = 1000, reason: str = "") -> None:
        self._say_goodbye(close_payload(code, reason))
        self._read_on()  # the server's goodbye stands behind all that it has sent
        await self._lost.wait()

    # -- opening

    async def open(self, sent: bytes) -> tuple[Answer, bytes]:
        """Send the request; the answer, and what the server says with a refusal. Raises NoWebsocket and EOFError."""
        self._transport.write(sent)
        return await self._answered

    def begin(self) -> None:
        """The line stands: read what has come already, and see that it stays alive."""
        opening, self._opening = self._opening, None
        self._beat = self._loop.call_later(self._ping_seconds, self._ping)
        self._read(opening or b"")

    def abort(self) -> None:
        """Cut the line at once."""
        self._transport.abort()

    def _read_answer(self) -> None:
        assert self._opening is not None
        if self._answered.done():
            return
        if self._answer is None:
            found = answer(self._opening)
            if found is None:
                return
            self._answer, size = found
            del self._opening[:size]
        if self._answer.status == OPENED:
            self._answered.set_result((self._answer, b""))
            return
        size = MAX_BODY if self._answer.body_size is None else self._answer.body_size
        if len(self._opening) >= size:
            self._answered.set_result((self._answer, bytes(self._opening[:size])))

    # -- what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._heard = True
        if self._opening is None:
            self._read(data)
            return
        self._opening += data
        try:
            self._read_answer()
        except NoWebsocket as error:
            self._answered.set_exception(error)
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._beat is not None:
            self._beat.cancel()
        self._end(TransportClosed(1006, "the connection broke"))
        self._lost.set()
        if not self._answered.done():
            if self._answer is not None:  # a refusal whose body ends with the line
                self._answered.set_result((self._answer, bytes(self._opening or b"")))
            else:
                self._answered.set_exception(exc or EOFError("the server hung up"))

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    # -- the open line

    def _read(self, data: bytes | bytearray) -> None:
        if self._closed is not None:
            return
        try:
            for each in self._reader.feed(data):
                if isinstance(each, Control):
                    self._heed(each)
                elif not self._said_goodbye:
                    self._texts.append(each.text)
                    self._waiting += size_of(each.text)
                    self._arrived.set()
        except NoWebsocket as error:
            self._say_goodbye(close_payload(error.code, str(error)))
            self._end(TransportClosed(1006, str(error)))
            self._transport.close()
        if self._waiting > MOST_WAITING and not self._paused and not self._said_goodbye:
            self._paused = True
            self._transport.pause_reading()

    def _heed(self, control: Control) -> None:
        if control.opcode == PING and self._writable.is_set():
            self._transport.write(frame(PONG, control.payload))
        elif control.opcode == CLOSE:
            self._end(TransportClosed(control.code, control.reason))
            self._say_goodbye(control.payload)

    def _say_goodbye(self, payload: bytes) -> None:
        """The server ends the connection after this (RFC 6455, section 7.1.1), or it is cut."""
        if self._said_goodbye or self._lost.is_set():
            return
        self._said_goodbye = True
        self._transport.write(frame(CLOSE, payload))
        if self._beat is not None:
            self._beat.cancel()
        self._beat = self._loop.call_later(CLOSE_SECONDS, self.abort)

    def _end(self, closed: TransportClosed) -> None:
        if self._closed is None:
            self._closed = closed
        self._arrived.set()
        self._writable.set()

    def _read_on(self) -> None:
        if self._paused:
            self._paused = False
            self._transport.resume_reading()

    def _ping(self) -> None:
        """A server that we do not read is not blamed for its silence."""
        if not self._heard and not self._paused:
            self._end(TransportClosed(1006, "the server has fallen silent"))
            self.abort()
            return
        self._heard = False
        self._transport.write(frame(PING, b""))
        self._beat = self._loop.call_later(self._ping_seconds, self._ping)


async def connect_websocket(
    url: str,
    token: str,
    *,
    tls: ssl.SSLContext | None = None,
    open_timeout: float = 10.0,
    ping_seconds: float = PING_SECONDS,
) -> WebsocketTransport:
    """Open a line to a desk server. `url`: ws:// or wss://; the token goes in the Authorization header only. Redirects
    are not followed, they would carry the token to another server; proxies are not used.
    Raises TransportRefused when the server answers with an HTTP status, TransportClosed when there is no server."""
    if not token.isascii() or not token.isprintable():
        raise TransportRefused(401, "the token holds characters that no token has; copy it again")
    try:
        where = place(url)
    except ValueError as error:
        raise TransportRefused(403, f"{url} is no websocket URL, write ws://... or wss://...: {error}") from None
    key = new_key()
    headers = {"Authorization": f"Bearer {token}", "User-Agent": "agent-tui"}
    secure = (tls or ssl.create_default_context()) if where.secure else None
    line: WebsocketTransport | None = None
    try:
        async with asyncio.timeout(open_timeout):
            _, line = await asyncio.get_running_loop().create_connection(
                lambda: WebsocketTransport(ping_seconds=ping_seconds),
                where.host,
                where.port,
                ssl=secure,
                server_hostname=where.host if where.secure else None,
            )
            answered, body = await line.open(request(where, key, SUBPROTOCOL, headers))
        if answered.status != OPENED:
            raise _refused(url, answered.status, body)
        agreed = answered.subprotocol(key)
        if agreed != SUBPROTOCOL:
            raise TransportRefused(403, f"{url} does not speak {SUBPROTOCOL}; is this a desk server's URL?")
    except BaseException as error:
        if line is not None:
            line.abort()
        if isinstance(error, OSError | EOFError | NoWebsocket):  # a TimeoutError is an OSError
            raise TransportClosed(1006, _no_server(url, error)) from None
        raise
    line.begin()
    return line


def _refused(url: str, status: int, body: bytes) -> TransportRefused:
    if status in (401, 403):
        return TransportRefused(status, f"{url} refused the token; ask its administrator for a new one")
    if status in (429, 503) and (why := _first_line(body)):
        return TransportRefused(status, f"{url}: {why}")
    return TransportRefused(status, f"{url} answered with HTTP {status}; is this a desk server's URL?")


def _first_line(body: bytes) -> str:
    """What a server says of its refusal, as far as it is words."""
    lines = body[:400].decode(errors="replace").splitlines()
    return lines[0][:200] if lines and lines[0].isprintable() else ""


def _no_server(url: str, error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer from {url}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate of {url} is not trusted: {error.verify_message}"
    return f"cannot reach {url}: {error.strerror or error}" if isinstance(error, OSError) else f"{url}: {error}"
