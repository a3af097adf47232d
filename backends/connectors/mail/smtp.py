"""Sending by SMTP: one try, and what is known of its outcome.

The one moment that matters is after the final dot: if the connection dies before the answer, the server may have taken
the mail (RFC 5321 section 4.2.5), so the outcome is `unknown` and nobody but an agent repeats it.
"""

from __future__ import annotations

import asyncio
import os
import ssl
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

import aiosmtplib
from aiosmtplib.errors import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPHeloError,
    SMTPNotSupported,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from agent_tui.backends.connectors.mail.compose import Composed
from agent_tui.backends.connectors.mail.login import AskToken, NoToken, refusal, xoauth2

Security = Literal["none", "starttls", "tls"]

RETRY_SECONDS = (30, 60, 120, 300, 900, 1800, 3600, 7200, 14400)
"""Wait before try 2, 3, ...; the last repeats. RFC 5321 section 4.5.4.1 asks for 30 minutes from relays; an agent's
answer is worth faster first tries."""
GIVE_UP_AFTER = 4 * 24 * 3600
"""Seconds after the first try (RFC 5321 section 4.5.4.1: 4 to 5 days)."""
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where to send. `timeout`: seconds for each answer; the one after the data waits `data_timeout`
    (RFC 5321 section 4.5.3.2.6 asks for 10 minutes). `hello`: our name in EHLO, "" for the sender's domain. With
    `token` the login is by XOAUTH2 and `password` is not used."""

    host: str
    port: int
    security: Security
    user: str = ""
    password: str = ""
    timeout: float = 30.0
    data_timeout: float = 600.0
    hello: str = ""
    context: ssl.SSLContext | None = None
    token: AskToken | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server took it. `refused`: recipients it did not take, with its reason."""

    refused: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Temporary:
    """Nothing was sent; another try may succeed. `ours`: the account is at fault (login, TLS, no connection), so
    every mail of it would fail alike."""

    reason: str
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Permanent:
    """Refused for good."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The connection died after the data and before the answer."""

    reason: str


Outcome = Accepted | Temporary | Permanent | Unknown


def retry_after(attempt: int) -> int:
    """Seconds to wait after try number `attempt` (1 for the first)."""
    return RETRY_SECONDS[min(max(attempt, 1), len(RETRY_SECONDS)) - 1]


async def send_mail(server: SmtpServer, mail: Composed) -> Outcome:
    """One try; never raises for what a server or network can do. Cancelled during the data it raises CancelledError,
    and the caller must take the outcome for unknown."""
    if server.security == "none" and server.host not in LOOPBACK:
        return Permanent(
            f"SMTP without TLS is allowed on loopback only: set security = tls or starttls for {server.host}"
        )
    client = _client(server, mail.sender.rpartition("@")[2])
    try:
        failed = await _connect(client, server)
        return failed if failed is not None else await _deliver(client, server, mail)
    finally:
        client.close()


async def try_login(server: SmtpServer) -> str:
    """Connect, log in and leave; "" or why that cannot be. Sends nothing."""
    client = _client(server, "localhost")
    try:
        failed = await _connect(client, server)
        if failed is None:
            with suppress(SMTPException, OSError, asyncio.TimeoutError):
                await asyncio.wait_for(client.quit(), 1.0)
        return failed.reason if failed is not None else ""
    finally:
        client.close()


def _client(server: SmtpServer, hello: str) -> aiosmtplib.SMTP:
    return aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.security == "tls",
        start_tls=server.security == "starttls",
        tls_context=server.context,
        timeout=server.timeout,
        # by default the library asks the DNS for this machine's name, for seconds where there is none
        local_hostname=server.hello or hello,
    )


async def _connect(client: aiosmtplib.SMTP, server: SmtpServer) -> Temporary | None:
    try:
        await client.connect()
        if client.is_ehlo_or_helo_needed:
            try:
                await client.ehlo()
            except SMTPHeloError:
                await client.helo()
        if server.token is not None:
            await _login_by_token(client, server.user, server.token)
        elif server.user:
            await client.login(server.user, server.password)
    except NoToken as error:
        return Temporary(str(error), ours=True)
    except SMTPAuthenticationError as error:
        return Temporary(f"the server refused the login: {_answer(error)}", ours=True)
    except (SMTPHeloError, SMTPConnectError, SMTPResponseException) as error:
        return Temporary(f"cannot connect to {server.host}:{server.port}: {_answer(error)}", ours=True)
    except (ssl.SSLError, SMTPNotSupported, ValueError) as error:
        return Temporary(f"no secure connection to {server.host}:{server.port}: {_answer(error)}", ours=True)
    except (SMTPException, OSError, asyncio.TimeoutError) as error:  # noqa: UP041
        return Temporary(f"no connection to {server.host}:{server.port}: {_answer(error)}", ours=True)
    return None


async def _login_by_token(client: aiosmtplib.SMTP, user: str, ask: AskToken) -> None:
    methods = {method.upper() for method in client.server_auth_methods}
    if "XOAUTH2" not in methods:
        raise NoToken("the server takes no access tokens (no AUTH XOAUTH2): set auth = password")
    words = xoauth2(user, await ask())
    answer = await client.execute_command(b"AUTH", b"XOAUTH2", words.encode())
    said = ""
    if answer.code == 334:  # why not, in base64; the refusal comes after an empty line
        said = refusal(answer.message)
        answer = await client.execute_command(b"")
    if answer.code != 235:
        raise SMTPAuthenticationError(answer.code, f"{answer.message} ({said})" if said else answer.message)


async def _deliver(client: aiosmtplib.SMTP, server: SmtpServer, mail: Composed) -> Outcome:
    options = ["SMTPUTF8"] if mail.needs_utf8 else []
    if mail.needs_utf8 and not client.supports_extension("smtputf8"):
        return Permanent("the mail server cannot send to addresses with letters outside ASCII (no SMTPUTF8)")
    if client.supports_extension("size"):
        options.append(f"SIZE={len(mail.content)}")
    if client.supports_extension("8bitmime"):
        options.append("BODY=8BITMIME")
    encoding = "utf-8" if mail.needs_utf8 else "ascii"
    refused: list[SMTPRecipientRefused] = []
    try:
        await client.mail(mail.sender, options=options, encoding=encoding)
        for recipient in mail.recipients:
            try:
                await client.rcpt(recipient, encoding=encoding)
            except SMTPRecipientRefused as error:
                refused.append(error)
    except (SMTPSenderRefused, SMTPResponseException) as error:
        return _judged(error.code, _answer(error))
    except (SMTPException, OSError, asyncio.TimeoutError, ValueError) as error:  # noqa: UP041
        return Temporary(f"the connection was lost before the mail was sent: {_answer(error)}")
    if len(refused) == len(mail.recipients):
        reason = "; ".join(f"{error.recipient}: {_answer(error)}" for error in refused)
        # one that may succeed later keeps the whole mail for later: nobody got it yet
        return _judged(min(error.code for error in refused), reason)
    outcome = await _data(client, server, mail.content)
    if isinstance(outcome, Accepted):
        outcome = Accepted(tuple((error.recipient, _answer(error)) for error in refused))
        with suppress(SMTPException, OSError, asyncio.TimeoutError):
            await asyncio.wait_for(client.quit(), 1.0)
    return outcome


async def _data(client: aiosmtplib.SMTP, server: SmtpServer, content: bytes) -> Outcome:
    """DATA in two steps, since only what fails after the content was written is unknown."""
    try:
        started = await client.execute_command(b"DATA")
    except (SMTPException, OSError, asyncio.TimeoutError) as error:  # noqa: UP041
        return Temporary(f"the connection was lost before the mail was sent: {_answer(error)}")
    if started.code != 354:
        return _judged(started.code, f"{started.code} {started.message}")
    try:
        if client.protocol is None:
            return Temporary("the connection was lost before the mail was sent")
        client.protocol.write(_stuffed(content))
        answer = await client.protocol.read_response(timeout=server.data_timeout)
    except (SMTPException, OSError) as error:
        return Unknown(f"the connection died before the server answered: {_answer(error)}")
    if 200 <= answer.code < 300:
        return Accepted()
    if 400 <= answer.code < 600:
        return _judged(answer.code, f"{answer.code} {answer.message}")
    return Unknown(f"the server's answer makes no sense: {answer.code} {answer.message[:200]}")


def _stuffed(content: bytes) -> bytes:
    """Leading dots doubled, ended by a line with a lone dot (RFC 5321 section 4.5.2)."""
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").removesuffix(b"\n").split(b"\n")
    return b"\r\n".join([*(b"." + line if line.startswith(b".") else line for line in lines), b".", b""])


def _judged(code: int, reason: str) -> Temporary | Permanent:
    return Permanent(reason) if 500 <= code < 600 else Temporary(reason)


def _answer(error: BaseException) -> str:
    if isinstance(error, SMTPResponseException):
        return " ".join(f"{error.code} {error.message}".split())[:300]
    cause = error.__cause__ or error
    if isinstance(cause, ConnectionError) and cause.errno is not None:
        return os.strerror(cause.errno)  # asyncio and the library wrap it in their own words and the address once more
    return " ".join(str(error).split())[:300] or type(error).__name__
