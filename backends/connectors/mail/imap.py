"""Receiving by IMAP: every mail of one mailbox is handed over once it is fetched, and none twice after any outage.

The place in the mailbox (UIDVALIDITY and last UID) is saved only after the hub has stored the mails up to it. After a
crash in between, a mail is offered again and the hub knows it by its id; after a change of UIDVALIDITY all recent mails
are offered again.
"""

from __future__ import annotations

import asyncio
import logging
import random
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from agent_tui.backends.connectors.base import ConnectorPort
from agent_tui.backends.connectors.mail.imap_wire import (
    ImapConnection,
    ImapDenied,
    ImapError,
    ImapLost,
    ImapServer,
    Response,
    mailbox_name,
    numbers,
)
from agent_tui.backends.connectors.mail.mime import SIZE_LIMIT
from agent_tui.domain.text import clean_line
from agent_tui.domain.time import MS, Ms, TimeSource, local_time

log = logging.getLogger("agent_tui.hub.mail")

BACK_OFF = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds before try 1, 2, ... after a lost connection; the last repeats. Each is shortened by up to half at random,
so that many accounts do not come back at once."""
DENIED_BACK_OFF = 60.0
"""Seconds before a refused login is tried again: servers lock accounts that try often."""
IDLE_SECONDS = 240.0
"""IDLE is issued anew this often: middle boxes forget silent connections after 5 minutes, and only an answer tells that
the server is still there (RFC 2177 asks for less than 29 minutes)."""
POLL_SECONDS = 30.0
"""How often a server without IDLE is asked."""
BATCH = 20
"""Mails stored between two saves of the place."""
HISTORY_DAYS = 7
"""On the first connection mails of the last days are taken too, so that none falls between set-up and start."""
RECHECK_DAYS = 14
"""After a change of UIDVALIDITY mails from this long before the last stored one are offered again."""

_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
_DATE = re.compile(rb'\bINTERNALDATE "([^"]{1,40})"')
_VALIDITY = re.compile(rb"\[UIDVALIDITY (\d+)\]", re.IGNORECASE)
_QUOTED_BODY = re.compile(rb'BODY\[\](?:<\d+>)? "((?:[^"\\]|\\.)*)"', re.DOTALL)
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@dataclass(frozen=True, slots=True)
class FetchedMail:
    """One mail of the mailbox. `raw` is whole unless `problem` says otherwise; `at`: when it was received."""

    validity: int
    uid: int
    raw: bytes
    at: Ms
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """How far a mailbox has been read. `day`: the date of the newest mail stored, for finding the place again."""

    validity: int
    uid: int
    day: date

    @classmethod
    def read(cls, text: str) -> Place | None:
        """From a saved mark; None when there is none or it is damaged (then the recent mails are offered again)."""
        validity, _, rest = text.partition(":")
        uid, _, day = rest.partition(":")
        try:
            return cls(int(validity), int(uid), date.fromisoformat(day))
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.validity}:{self.uid}:{self.day.isoformat()}"


@dataclass(frozen=True, slots=True)
class _Listed:
    uid: int
    size: int
    at: Ms


class ImapReceiver:
    """Keeps one mailbox read. `store` returns after the mail is on disk; when it raises, the mail is offered again.

    `health` is "" when well, else one line for operators."""

    def __init__(
        self,
        account: str,
        server: ImapServer,
        store: Callable[[FetchedMail], Awaitable[None]],
        port: ConnectorPort,
        time: TimeSource,
        *,
        idle_seconds: float = IDLE_SECONDS,
        poll_seconds: float = POLL_SECONDS,
        history_days: int = HISTORY_DAYS,
        back_off: tuple[float, ...] = BACK_OFF,
        chance: random.Random | None = None,
    ) -> None:
        self._account = account
        self._server = server
        self._store = store
        self._port = port
        self._time = time
        self._idle_seconds = idle_seconds
        self._poll_seconds = poll_seconds
        self._history_days = history_days
        self._back_off = back_off
        self._chance = chance or random.Random()
        self._failures = 0
        self._unreadable: dict[tuple[int, int], int] = {}
        self.health = "IMAP: not connected yet"
        self.connections = 0

    async def run(self) -> None:
        """Receive until cancelled."""
        while True:
            try:
                await self._session()
            except ImapDenied as error:
                self._fails(f"IMAP: {error}")
                await self._time.sleep(max(DENIED_BACK_OFF, self._back_off[-1]))
                continue
            except (ImapError, OSError, TimeoutError, EOFError) as error:
                self._fails(f"IMAP: {str(error) or type(error).__name__}")
            except asyncio.CancelledError:
                raise
            except Exception as error:  # the hub could not store: nothing may be skipped, so the mail is offered again
                self._fails(f"IMAP: a mail could not be stored ({type(error).__name__}), it will be offered again")
            wait = self._back_off[min(self._failures, len(self._back_off) - 1)]
            self._failures += 1
            await self._time.sleep(wait * self._chance.uniform(0.5, 1.0))

    def _fails(self, why: str) -> None:
        """Operators read it once in the log, and in the health as long as it lasts."""
        if why != self.health:
            log.warning("mail account %s: %s", self._account, clean_line(why))
        self.health = why

    async def _session(self) -> None:
        connection = await ImapConnection.open(self._server, SIZE_LIMIT + 1024)
        self.connections += 1
        try:
            place = await self._select(connection)
            self.health = ""
            while True:
                connection.news = False
                place = await self._catch_up(connection, place)
                self._failures = 0
                if connection.news:
                    continue  # it grew while we fetched
                if "IDLE" in connection.capabilities:
                    await connection.idle(self._idle_seconds)
                else:
                    await self._time.sleep(self._poll_seconds)
                    await connection.command("NOOP")
        finally:
            connection.abort()

    async def _select(self, connection: ImapConnection) -> Place:
        """Open the mailbox (read-only: nothing of it is changed) and find the place to go on from."""
        responses = await connection.command(f"EXAMINE {mailbox_name(self._server.mailbox)}")
        validity = next((int(match[1]) for each in responses if (match := _VALIDITY.search(each.text))), 0)
        saved = Place.read(await self._port.load_mark(self._account, self._mark))
        if saved is not None and saved.validity == validity:
            return saved
        if saved is None:
            since = self._today() - timedelta(days=self._history_days)
        else:
            since = saved.day - timedelta(days=RECHECK_DAYS)
        recent = numbers(await connection.command(f"UID SEARCH SINCE {imap_date(since)}"), b"SEARCH")
        if recent:
            start = min(recent) - 1
        else:
            start = max(numbers(await connection.command("UID SEARCH ALL"), b"SEARCH"), default=0)
        place = Place(validity, start, saved.day if saved else since)
        await self._save(place)
        return place

    async def _catch_up(self, connection: ImapConnection, place: Place) -> Place:
        """Hand over everything after `place`, oldest first, saving the place as the mails are stored."""
        pending = 0
        try:
            for listed in await self._list(connection, place.uid):
                mail = await self._fetch(connection, place.validity, listed)
                if mail is not None:
                    await self._store(mail)
                    self._failures = 0
                day = max(place.day, local_time(listed.at, UTC).date())
                place = Place(place.validity, listed.uid, min(day, self._today() + timedelta(days=1)))
                pending += 1
                if pending >= BATCH:
                    await self._save(place)
                    pending = 0
        finally:
            if pending:  # also after a cut, else a line that breaks often would bring the same mails for ever
                await self._save(place)
        return place

    async def _list(self, connection: ImapConnection, after: int) -> list[_Listed]:
        responses = await connection.command(f"UID FETCH {after + 1}:* (UID INTERNALDATE RFC822.SIZE)")
        found: dict[int, _Listed] = {}
        for response in responses:
            uid, size = _number(_UID, response), _number(_SIZE, response)
            # `n:*` names the last mail even when its UID is lower (RFC 3501 section 6.4.8)
            if uid is not None and uid > after and b"FETCH" in response.text[:30].upper():
                found[uid] = _Listed(uid, size or 0, self._received(response))
        return [found[uid] for uid in sorted(found)]

    async def _fetch(self, connection: ImapConnection, validity: int, listed: _Listed) -> FetchedMail | None:
        """The mail, None when it was deleted meanwhile."""
        part = "" if listed.size <= SIZE_LIMIT else f"<0.{SIZE_LIMIT}>"
        problem = "" if not part else f"size: {listed.size} bytes, only the first {SIZE_LIMIT} were fetched"
        try:
            responses = await connection.command(f"UID FETCH {listed.uid} (UID BODY.PEEK[]{part})")
        except ImapLost:
            raise
        except ImapError as error:
            return self._refused(validity, listed, error)
        for response in responses:
            if _number(_UID, response) != listed.uid:
                continue
            raw = _body(response)
            if raw or (raw is not None and not listed.size):
                return FetchedMail(validity, listed.uid, raw, listed.at, problem)
        if listed.uid in numbers(await connection.command(f"UID SEARCH UID {listed.uid}"), b"SEARCH"):
            return self._refused(validity, listed, ImapError("the server lists the mail, but gave no words of it"))
        return None

    def _refused(self, validity: int, listed: _Listed, error: ImapError) -> FetchedMail:
        """A mail that the server cannot give is shown as such after three tries: it may not hold up the others."""
        key = (validity, listed.uid)
        self._unreadable[key] = self._unreadable.get(key, 0) + 1
        if self._unreadable[key] < 3:
            raise error
        del self._unreadable[key]
        return FetchedMail(validity, listed.uid, b"", listed.at, f"could not be fetched: {error}")

    def _received(self, response: Response) -> Ms:
        match = _DATE.search(response.text)
        try:
            if match:
                return round(
                    datetime.strptime(match[1].decode("ascii").strip(), "%d-%b-%Y %H:%M:%S %z").timestamp() * MS
                )
        except (ValueError, OverflowError):
            pass
        return self._time.now()

    def _today(self) -> date:
        return datetime.fromtimestamp(self._time.now() / MS, UTC).date()

    @property
    def _mark(self) -> str:
        return f"imap/{self._server.mailbox}"

    async def _save(self, place: Place) -> None:
        await self._port.save_mark(self._account, self._mark, str(place))


def _body(response: Response) -> bytes | None:
    if response.literals:
        return response.literals[0]
    match = _QUOTED_BODY.search(response.text)
    return re.sub(rb"\\(.)", rb"\1", match[1]) if match else None


def _number(pattern: re.Pattern[bytes], response: Response) -> int | None:
    match = pattern.search(response.text)
    return int(match[1]) if match else None


def imap_date(day: date) -> str:
    """As SEARCH wants it: `1-Jan-2026`."""
    return f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}"
