"""Filing what was sent into the mailbox's own folder of sent mail, so that other mail programs show it too.

It comes after the mail is out, and nothing of the send hangs on it: what cannot be filed is tried again, then given up
with a line in the log. The folder is the one that the server marks \\Sent (RFC 6154), or the one that is named.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections import deque
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from agent_tui.backends.connectors.mail.compose import Composed
from agent_tui.backends.connectors.mail.imap import imap_date
from agent_tui.backends.connectors.mail.imap_wire import (
    ImapConnection,
    ImapDenied,
    ImapError,
    ImapLost,
    ImapServer,
    Response,
    mailbox_name,
    numbers,
    quoted,
)
from agent_tui.domain.text import clean_line
from agent_tui.domain.time import MS, TimeSource

log = logging.getLogger("agent_tui.hub.mail")

BACK_OFF = (5.0, 30.0, 120.0, 600.0, 1800.0)
"""Seconds before try 2, 3, ... after a lost connection or a refused login; after the last the mail is given up."""
HELD_LIMIT = 64 * 1024 * 1024
"""Bytes of mail that may wait to be filed."""
PATIENCE = 120.0
"""Seconds without an answer while a mail goes up: on a slow line a large one takes long."""
STOP_SECONDS = 3.0
"""How long a hub that ends waits for what is being filed."""
_ANSWER_LIMIT = 1 << 20

_LISTED = re.compile(rb'\* LIST \(([^)]*)\) (?:"(?:[^"\\]|\\.)*"|NIL) (.+)', re.IGNORECASE | re.DOTALL)


class SentFolder:
    """The folder of one account. `folder` "": the one marked \\Sent. `health` is "" when well."""

    def __init__(
        self,
        account: str,
        server: ImapServer,
        folder: str,
        time: TimeSource,
        *,
        back_off: tuple[float, ...] = BACK_OFF,
    ) -> None:
        self._account = account
        self._server = replace(server, timeout=max(server.timeout, PATIENCE))
        self._folder = folder
        self._time = time
        self._back_off = back_off
        self._waiting: deque[Composed] = deque()
        self._held = 0
        self._task: asyncio.Task[None] | None = None
        self._stopped = False
        self.health = ""

    def file(self, mail: Composed) -> None:
        """File it soon; returns at once. After `stop` it is only named in the log."""
        if self._stopped:
            self._given_up(mail, "the hub was stopped")
            return
        if self._held + len(mail.content) > HELD_LIMIT:
            self._given_up(mail, "too many wait to be filed")
            return
        self._waiting.append(mail)
        self._held += len(mail.content)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._file_all(), name=f"sent mail {self._account}")

    async def stop(self) -> None:
        """End; what could not be filed by then is named in the log."""
        task, self._task = self._task, None
        self._stopped = True
        if task is not None:
            with suppress(TimeoutError, asyncio.CancelledError):
                await asyncio.wait_for(task, 0 if self.health else STOP_SECONDS)
        for mail in self._waiting:
            self._given_up(mail, "the hub was stopped")
        self._waiting.clear()

    async def _file_all(self) -> None:
        tries = 0
        while self._waiting:
            mail = self._waiting[0]
            try:
                await self._file(mail)
                self.health = ""
            except (ImapLost, ImapDenied, OSError, TimeoutError, EOFError) as error:
                if tries < len(self._back_off):
                    self._fails(error)
                    tries += 1
                    await self._time.sleep(self._back_off[tries - 1])
                    continue
                self._given_up(mail, self._fails(error))
            except Exception as error:  # the server's NO, or one odd mail: it may not keep the others from being filed
                self._given_up(mail, self._fails(error))
            tries = 0
            self._waiting.popleft()
            self._held -= len(mail.content)

    async def _file(self, mail: Composed) -> None:
        connection = await ImapConnection.open(self._server, _ANSWER_LIMIT)
        try:
            name = mailbox_name(self._folder) if self._folder else await self._marked(connection)
            if not await self._there(connection, name, mail.message_id):
                await connection.command(f"APPEND {name} (\\Seen) {{{len(mail.content)}}}", mail.content)
            await connection.logout()
        finally:
            connection.abort()

    async def _marked(self, connection: ImapConnection) -> str:
        """The quoted name of the folder that the server marks."""
        marks = {"SPECIAL-USE", "LIST-EXTENDED"} <= connection.capabilities
        for response in await connection.command('LIST "" "*" RETURN (SPECIAL-USE)' if marks else 'LIST "" "*"'):
            name = _marked_name(response)
            if name is not None:
                return quoted(name)
        raise ImapError('the server marks no folder as \\Sent: set sent = "NAME" or "off" in [mail.imap]')

    async def _there(self, connection: ImapConnection, name: str, message_id: str) -> bool:
        """Some providers file by themselves, and a try whose answer was lost may have succeeded."""
        await connection.command(f"EXAMINE {name}")
        yesterday = (datetime.fromtimestamp(self._time.now() / MS, UTC) - timedelta(days=1)).date()
        asked = f"UID SEARCH SINCE {imap_date(yesterday)} HEADER Message-ID {quoted(message_id)}"
        return bool(numbers(await connection.command(asked), b"SEARCH"))

    def _fails(self, error: BaseException) -> str:
        reason = str(error) or type(error).__name__
        self.health = f"sent mail is not filed: {reason}"
        return reason

    def _given_up(self, mail: Composed, reason: str) -> None:
        log.warning(
            "mail account %s: %s was sent, but is not filed: %s", self._account, mail.message_id, clean_line(reason)
        )


def _marked_name(response: Response) -> str | None:
    found = _LISTED.match(response.text)
    if found is None or rb"\sent" not in found[1].lower().split():
        return None
    name = found[2].strip()
    if response.literals:
        name = response.literals[-1]
    elif name.startswith(b'"'):
        name = re.sub(rb"\\(.)", rb"\1", name[1:-1])
    return name.decode("utf-8", "replace")
