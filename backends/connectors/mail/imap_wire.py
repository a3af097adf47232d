"""A small IMAP4rev1 client (RFC 3501, IDLE RFC 2177): one connection, commands one after the other.

Own, since aioimaplib has no STARTTLS, decides by counting parentheses whether a FETCH is complete, and logs every line,
passwords and mails included, at debug level.
"""

from __future__ import annotations

import asyncio
import base64
import re
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from agent_tui.backends.connectors.mail.login import AskToken, NoToken, refusal, xoauth2

Security = Literal["none", "starttls", "tls"]

ANSWER_LIMIT = 256 * 1024 * 1024
"""Bytes in answer to one command: the list of some two million mails, or one mail of the largest size."""
LINE_LIMIT = 4 * 1024 * 1024
"""Bytes of one response line without its literals (a SEARCH of a big mailbox is long)."""
CHUNK = 262_144
LOOPBACK = ("127.0.0.1", "::1", "localhost")

_LITERAL = re.compile(rb"\{(\d{1,10})\}$")


class ImapError(Exception):
    """The server said NO or BAD, or something that is no IMAP. The message is its text."""


class ImapLost(ImapError):
    """The connection is gone or silent."""


class ImapDenied(ImapError):
    """The login was refused, or no secure connection is possible: trying again soon is of no use."""


@dataclass(frozen=True, slots=True)
class ImapServer:
    """Where to receive. `timeout`: seconds without a byte, after which the connection counts as dead. With `token` the
    login is by XOAUTH2 and `password` is not used."""

    host: str
    port: int
    security: Security
    user: str
    password: str = field(repr=False)
    mailbox: str = "INBOX"
    timeout: float = 30.0
    context: ssl.SSLContext | None = None
    token: AskToken | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """One response line, its literals taken out in order."""

    text: bytes
    literals: tuple[bytes, ...] = ()


class ImapConnection:
    """One logged-in connection. `news` is set whenever the server tells that the mailbox has grown."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, timeout: float, limit: int) -> None:
        self._reader = reader
        self._writer = writer
        self._timeout = timeout
        self._limit = limit
        self._buffer = bytearray()
        self._tag = 0
        self._asked = b""  # the server's last question (`+ ...`)
        self.capabilities: frozenset[str] = frozenset()
        self.news = False

    @classmethod
    async def open(cls, server: ImapServer, literal_limit: int) -> ImapConnection:
        """Connect, secure and log in. Raises ImapDenied, ImapError, ImapLost, OSError, TimeoutError."""
        if server.security == "none" and server.host not in LOOPBACK:
            raise ImapDenied(f"IMAP without TLS is allowed on loopback only: set security = tls for {server.host}")
        context = server.context or ssl.create_default_context()
        opening = asyncio.open_connection(
            server.host, server.port, ssl=context if server.security == "tls" else None, limit=CHUNK
        )
        try:
            reader, writer = await asyncio.wait_for(opening, server.timeout)
        except ssl.SSLError as error:
            raise ImapDenied(f"no secure connection: {error.reason or error}") from error
        connection = cls(reader, writer, server.timeout, literal_limit)
        try:
            await connection._greet(server, context)
        except BaseException:
            connection.abort()
            raise
        return connection

    async def _greet(self, server: ImapServer, context: ssl.SSLContext) -> None:
        greeting = (await self._response(self._timeout)).text
        if not greeting.startswith((b"* OK", b"* PREAUTH")):
            raise ImapError(f"greeting: {_shown(greeting)}")
        if server.security == "starttls":
            await self.command("STARTTLS")
            if self._buffer:  # said in clear text, to be taken for a part of the secure talk
                raise ImapDenied("the server sent data after STARTTLS: the connection may be tampered with")
            try:
                await asyncio.wait_for(self._writer.start_tls(context, server_hostname=server.host), self._timeout)
            except ssl.SSLError as error:
                raise ImapDenied(f"no secure connection: {error.reason or error}") from error
        if not greeting.startswith(b"* PREAUTH"):
            await self._capability()
            try:
                if server.token is not None:
                    await self._login_by_token(server.user, server.token)
                else:
                    await self._login(server.user, server.password)
            except (ImapLost, ImapDenied):
                raise
            except ImapError as error:
                raise ImapDenied(f"the server refused the login: {error}") from error
        await self._capability()

    async def _capability(self) -> None:
        for response in await self.command("CAPABILITY"):
            if response.text.upper().startswith(b"* CAPABILITY "):
                self.capabilities = frozenset(response.text[13:].decode("ascii", "replace").upper().split())

    async def _login(self, user: str, password: str) -> None:
        if "AUTH=PLAIN" in self.capabilities:
            secret = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
            await self.command("AUTHENTICATE PLAIN", secret.encode())
            return
        if "LOGINDISABLED" in self.capabilities:
            raise ImapDenied("the server allows no login on this connection: set security = tls or starttls")
        await self.command(f"LOGIN {quoted(user)} {quoted(password)}")

    async def _login_by_token(self, user: str, ask: AskToken) -> None:
        if "AUTH=XOAUTH2" not in self.capabilities:
            raise ImapDenied("the server takes no access tokens (no AUTH=XOAUTH2): set auth = password")
        try:
            words = xoauth2(user, await ask())
        except NoToken as error:
            raise ImapDenied(str(error)) from None
        self._asked = b""
        try:
            if "SASL-IR" in self.capabilities:
                await self.command(f"AUTHENTICATE XOAUTH2 {words}", b"")
            else:
                await self.command("AUTHENTICATE XOAUTH2", words.encode(), b"")
        except ImapLost:
            raise
        except ImapError as error:
            said = refusal(self._asked[1:].decode("ascii", "replace"))
            raise ImapError(f"{error} ({said})" if said else str(error)) from None

    async def command(self, text: str, *answers: bytes) -> list[Response]:
        """The untagged responses; `answers` to what the server asks (`+`), in order. Raises ImapError when it is not
        completed with OK, ImapLost when nothing comes."""
        tag = await self._send(text)
        return await self._completed(tag, text.split(" ")[0], answers)

    async def idle(self, seconds: float) -> None:
        """Wait until the mailbox has grown (`news` is set) or `seconds` have passed, then end the IDLE.

        Raises ImapLost when the server does not answer the end of it: that is how a half-open connection shows.
        """
        tag = await self._send("IDLE")
        while not (await self._untagged(self._timeout, tag)).text.startswith(b"+"):
            pass
        ends = asyncio.get_running_loop().time() + seconds
        while not self.news and (left := ends - asyncio.get_running_loop().time()) > 0:
            # a cancelled read loses nothing: what came is in the buffer
            with suppress(TimeoutError):
                await self._untagged(left, tag, lost=False)
        self._writer.write(b"DONE\r\n")
        await self._completed(tag, "IDLE", ())

    async def logout(self) -> None:
        with suppress(ImapError, OSError, TimeoutError):
            await asyncio.wait_for(self.command("LOGOUT"), min(2.0, self._timeout))
        self.abort()

    def abort(self) -> None:
        """Drop the connection without a word."""
        self._writer.transport.abort()

    async def _send(self, text: str) -> bytes:
        if re.search(r"[\r\n\0]", text):
            raise ImapError("a command cannot hold a line break")
        self._tag += 1
        tag = f"A{self._tag}"
        self._writer.write(f"{tag} {text}\r\n".encode())
        return tag.encode()

    async def _completed(self, tag: bytes, name: str, answers: Sequence[bytes]) -> list[Response]:
        found: list[Response] = []
        left = iter(answers)
        held = 0
        while True:
            response = await self._untagged(self._timeout, b"")
            text = response.text
            held += len(text) + sum(map(len, response.literals))
            if held > ANSWER_LIMIT:
                raise ImapLost(f"more than {ANSWER_LIMIT} bytes in answer to {name}")
            if text.startswith(b"+"):
                self._asked = text
                # a question without an answer is not understood: cancel (RFC 3501 section 6.2.2)
                self._writer.write(next(left, b"*") + b"\r\n")
            elif text.startswith(tag + b" "):
                if text[len(tag) + 1 :].upper().startswith(b"OK"):
                    return found
                raise ImapError(f"{name}: {_shown(text[len(tag) + 1 :])}")
            else:
                found.append(response)

    async def _untagged(self, patience: float, tag: bytes, *, lost: bool = True) -> Response:
        """The next response; EXISTS and BYE are noticed on the way. With `tag`, its completion is an error."""
        try:
            response = await self._response(patience)
        except TimeoutError:
            if lost:
                raise ImapLost(f"no answer for {patience:g} s") from None
            raise
        text = response.text
        if re.match(rb"\* \d+ EXISTS", text, re.IGNORECASE):
            self.news = True
        elif text[:5].upper() == b"* BYE" and self._tag and tag != b"":
            raise ImapLost(f"the server said goodbye: {_shown(text[5:])}")
        elif tag and text.startswith(tag + b" "):
            raise ImapError(f"IDLE ended by the server: {_shown(text)}")
        return response

    async def _response(self, patience: float) -> Response:
        """Consumes only whole responses, so that a time-out in the middle loses nothing."""
        pieces: list[bytes] = []
        literals: list[bytes] = []
        position = 0
        while True:
            while (end := self._buffer.find(b"\r\n", position)) < 0:
                if len(self._buffer) - position > LINE_LIMIT:
                    raise ImapError(f"a response line of more than {LINE_LIMIT} bytes")
                await self._fill(patience)
            line = bytes(self._buffer[position:end])
            pieces.append(line)
            position = end + 2
            match = _LITERAL.search(line)
            if match is None:
                break
            size = int(match[1])
            if size > self._limit:
                raise ImapError(f"a literal of {size} bytes where at most {self._limit} were asked for")
            while len(self._buffer) - position < size:
                await self._fill(patience)
            literals.append(bytes(self._buffer[position : position + size]))
            position += size
        del self._buffer[:position]
        return Response(b"".join(pieces), tuple(literals))

    async def _fill(self, patience: float) -> None:
        try:
            data = await asyncio.wait_for(self._reader.read(CHUNK), patience)
        except (ConnectionError, ssl.SSLError) as error:
            raise ImapLost(f"the connection broke: {type(error).__name__}") from error
        if not data:
            raise ImapLost("the server closed the connection")
        self._buffer += data


def quoted(text: str) -> str:
    """A quoted string (RFC 3501 section 4.3)."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def mailbox_name(name: str) -> str:
    """A mailbox's name, quoted, in modified UTF-7 (RFC 3501 section 5.1.3)."""
    parts: list[str] = []
    for plain, run in re.findall(r"([\x20-\x7e]+)|([^\x20-\x7e]+)", name):
        if plain:
            parts.append(plain.replace("&", "&-"))
        else:
            coded = base64.b64encode(run.encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
            parts.append(f"&{coded}-")
    return quoted("".join(parts))


def numbers(responses: Sequence[Response], name: bytes) -> list[int]:
    """The numbers of untagged `* SEARCH 1 2 3` lines."""
    found: list[int] = []
    for response in responses:
        if response.text.upper().startswith(b"* " + name):
            found.extend(int(each) for each in response.text[2 + len(name) :].split() if each.isdigit())
    return found


def _shown(text: bytes) -> str:
    return " ".join(text[:200].decode("utf-8", "replace").split())
