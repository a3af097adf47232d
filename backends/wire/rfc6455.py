"""The client's side of RFC 6455 without I/O: the opening request and its answer, frames out of bytes and into bytes.

The `websockets` library, which the hub serves with, does this too, but loading it takes a desk a twentieth of its start
(it brings e-mail, HTTP and package metadata along). No extensions are offered.
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha1
from urllib.parse import quote, urlsplit

from agent_tui.domain.frozen import frozen

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA
_CONTINUED = 0x0
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
MAX_HEAD = 32 * 1024
"""Bytes of an answer's head; more is no answer."""
MAX_BODY = 4096
"""Bytes that are read of what a server says with its refusal."""


class NoWebsocket(Exception):
    """What answers does not speak RFC 6455, or does not keep to it. `code`: what to close the line with."""

    def __init__(self, message: str, code: int = 1002) -> None:
        super().__init__(message)
        self.code = code


@frozen
class Place:
    """Where a websocket URL points. `host` as DNS writes it; `path` with the query, as HTTP writes it."""

    secure: bool
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """For the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


def place(url: str) -> Place:
    """Raises ValueError for what is no websocket URL (RFC 6455, section 3)."""
    parts = urlsplit(url)
    if parts.scheme not in ("ws", "wss"):
        raise ValueError("it does not begin with ws:// or wss://")
    if not parts.hostname:
        raise ValueError("it names no host")
    if parts.username is not None or parts.fragment:
        raise ValueError("it holds a login or a fragment")
    secure = parts.scheme == "wss"
    host = parts.hostname if parts.hostname.isascii() else parts.hostname.encode("idna").decode()
    if any(len(label) > 63 for label in host.split(".")) or not host.isprintable() or " " in host:
        raise ValueError("its host is no name")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(
        secure,
        host,
        (443 if secure else 80) if parts.port is None else parts.port,
        quote(path, safe="/?%:@!$&'()*+,;=~[]"),
    )


def new_key() -> str:
    return b64encode(os.urandom(16)).decode()


def request(where: Place, key: str, subprotocol: str, headers: dict[str, str]) -> bytes:
    """The opening request (section 4.1)."""
    lines = {
        "Host": where.authority,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": key,
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Protocol": subprotocol,
        **headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"GET {where.path} HTTP/1.1\r\n{head}\r\n".encode("latin-1")


@frozen
class Answer:
    """The head of a server's answer; header names in lower case, repeated ones joined by commas."""

    status: int
    headers: dict[str, str]

    @property
    def body_size(self) -> int | None:
        """Bytes of body to wait for; None: until the server closes."""
        if "transfer-encoding" in self.headers:
            return 0  # in pieces, which are not read here
        size = self.headers.get("content-length", "")
        return min(int(size), MAX_BODY) if size.isascii() and size.isdigit() else None

    def subprotocol(self, key: str) -> str:
        """What was agreed on, "" for none. Raises NoWebsocket where a 101 is no good answer to `key` (section 4.1)."""
        accept = b64encode(sha1(key.encode() + _GUID, usedforsecurity=False).digest()).decode()
        tokens = [token.strip().lower() for token in self.headers.get("connection", "").split(",")]
        if self.headers.get("upgrade", "").lower() != "websocket" or "upgrade" not in tokens:
            raise NoWebsocket("the server did not change to a websocket")
        if self.headers.get("sec-websocket-accept", "") != accept:
            raise NoWebsocket("the server answered another request than ours")
        if self.headers.get("sec-websocket-extensions"):
            raise NoWebsocket("the server uses an extension that nobody offered")
        return self.headers.get("sec-websocket-protocol", "")


def answer(data: bytes | bytearray) -> tuple[Answer, int] | None:
    """The head at the start of `data` and its length, or None while it is not whole. Raises NoWebsocket."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        if len(data) > MAX_HEAD or not data.startswith(b"HTTP/1."[: len(data)]):
            raise NoWebsocket("did not receive a valid HTTP response")
        return None
    first, *lines = data[:end].decode("latin-1").split("\r\n")
    version, _, rest = first.partition(" ")
    status = rest[:3]
    if version not in ("HTTP/1.1", "HTTP/1.0") or not (status.isascii() and status.isdigit() and len(status) == 3):
        raise NoWebsocket("did not receive a valid HTTP response")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise NoWebsocket("did not receive a valid HTTP response")
        name, value = name.lower(), value.strip(" \t")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return Answer(int(status), headers), end + 4


@frozen
class Message:
    """One whole text, or binary that is taken for text."""

    text: str


@frozen
class Control:
    """A ping, pong or close. `code` and `reason` are of a close (1005: none was given)."""

    opcode: int
    payload: bytes
    code: int = 0
    reason: str = ""


class FrameReader:
    """Puts messages together from what a server sends. `limit`: bytes of one message."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._waiting = bytearray()
        self._parts: list[bytes] = []
        self._size = 0
        self._within = False

    def feed(self, data: bytes | bytearray) -> Iterator[Message | Control]:
        """What becomes whole by `data`, each as it is read. Raises NoWebsocket after the good ones; nothing may be fed
        after that. What stands behind a close is not read."""
        waiting = self._waiting
        waiting += data
        while (frame := self._frame()) is not None:
            final, opcode, start, end = frame
            payload = bytes(waiting[start:end])
            del waiting[:end]
            if opcode >= CLOSE:
                yield _control(opcode, payload)
                if opcode == CLOSE:
                    return
            elif (message := self._part(final, opcode, payload)) is not None:
                yield message

    def _frame(self) -> tuple[bool, int, int, int] | None:
        """(final, opcode, start of the payload, end) of the next frame; None while it is not whole (section 5.2)."""
        data = self._waiting
        if len(data) < 2:
            return None
        opcode, size, start = data[0] & 0x0F, data[1], 2
        if data[0] & 0x70 or size & 0x80 or opcode not in (_CONTINUED, TEXT, BINARY, CLOSE, PING, PONG):
            raise NoWebsocket("the server sent a frame that is none")
        final = bool(data[0] & 0x80)
        if opcode >= CLOSE and (size > 125 or not final):
            raise NoWebsocket("the server sent a control frame that is none")
        if size > 125:
            start += 2 if size == 126 else 8
            if len(data) < start:
                return None
            size = int.from_bytes(data[2:start], "big")
        if opcode < CLOSE:
            if (opcode == _CONTINUED) is not self._within:
                raise NoWebsocket("the server sent parts of messages in no order")
            if self._size + size > self._limit:
                raise NoWebsocket(f"the server sent more than {self._limit} bytes at once", 1009)
        return (final, opcode, start, start + size) if len(data) >= start + size else None

    def _part(self, final: bool, opcode: int, payload: bytes) -> Message | None:
        self._within = not final
        if final and not self._parts:
            return Message(_decoded(payload))
        if payload:
            self._parts.append(payload)
            self._size += len(payload)
        if not final:
            return None
        whole = b"".join(self._parts)
        self._parts, self._size = [], 0
        return Message(_decoded(whole))


def _decoded(payload: bytes) -> str:
    try:
        return payload.decode()
    except UnicodeDecodeError:
        raise NoWebsocket("the server sent what is not UTF-8", 1007) from None


def _control(opcode: int, payload: bytes) -> Control:
    if opcode != CLOSE:
        return Control(opcode, payload)
    if not payload:
        return Control(CLOSE, payload, 1005)
    if len(payload) == 1:
        raise NoWebsocket("the server closed with half a code")
    return Control(CLOSE, payload, int.from_bytes(payload[:2], "big"), _decoded(payload[2:]))


def frame(opcode: int, payload: bytes) -> bytes:
    """One whole frame, masked as a client must (section 5.3)."""
    size = len(payload)
    if size < 126:
        head = bytes((0x80 | opcode, 0x80 | size))
    elif size < 1 << 16:
        head = bytes((0x80 | opcode, 0xFE)) + size.to_bytes(2, "big")
    else:
        head = bytes((0x80 | opcode, 0xFF)) + size.to_bytes(8, "big")
    mask = os.urandom(4)
    pattern = int.from_bytes((mask * (size // 4 + 1))[:size], "little")
    return head + mask + (int.from_bytes(payload, "little") ^ pattern).to_bytes(size, "little")


def close_payload(code: int, reason: str) -> bytes:
    """At most 125 bytes, cut between characters."""
    return code.to_bytes(2, "big") + reason.encode()[:123].decode(errors="ignore").encode()
