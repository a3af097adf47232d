"""A Chatwoot account as a desk's backend: no replay, no command ids, no hard lease: who types is told, and a reply is
kept back when a newer one is there. One conversation is one case.

After each outage everything that changed since the newest server time seen is asked for, not since the moment the line
was noticed to be dead: a half-dead socket would hide changes for ever.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any, Literal, cast

from agent_tui.backends.base import (
    Acked,
    BackendDown,
    Capabilities,
    Connected,
    Disconnected,
    Happening,
    Outcome,
    OutcomeUnknown,
    QueryRefused,
    Rejected,
    Stale,
    Watched,
)
from agent_tui.backends.chatwoot import cable
from agent_tui.backends.chatwoot.account import Account
from agent_tui.backends.chatwoot.convert import part
from agent_tui.backends.chatwoot.newer import newer
from agent_tui.backends.chatwoot.news import News
from agent_tui.backends.chatwoot.orders import ORDERS, be_available, carry_out
from agent_tui.backends.chatwoot.rest import Refused, Rest
from agent_tui.backends.chatwoot.typing import Typing
from agent_tui.domain.events import CaseChange, CaseChanged
from agent_tui.domain.model import Agent
from agent_tui.domain.orders import FileRef, Order, Presence, Reply
from agent_tui.domain.presence import Doing
from agent_tui.domain.queries import (
    CasePage,
    CaseQuery,
    DirectoryQuery,
    HistoryQuery,
    Page,
    Query,
    RowsQuery,
    SamePersonQuery,
    SearchQuery,
    TotalsQuery,
)
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import TimerHandle, TimeSource

CAPABILITIES = Capabilities(
    lease="advisory", presence=True, snooze=True, files=True, orders=ORDERS, search=True, persons=True
)
FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0
RECONCILE_SECONDS = 60.0
_CHANGES: dict[str, CaseChange] = {
    "assign": "assigned",
    "label": "labelled",
    "prioritise": "prioritised",
    "snooze": "snoozed",
    "resolve": "resolved",
    "reopen": "reopened",
    "mark-read": "read",
    "mark-unread": "unread",
}


class _LineLost(Exception):
    """The socket is gone or silent; the message says how."""


class _Refused(Exception):
    """Trying again is no use."""


class ChatwootBackend:
    """`url`: the server's root (`https://...`), with `/accounts/N` at its end where the agent has several accounts."""

    def __init__(self, id: str, url: str, token: str, time: TimeSource, tls: ssl.SSLContext | None = None) -> None:
        self._id = id
        self._base, _, number = url.rstrip("/").partition("/accounts/")
        self._number = int(number) if number.isdigit() else None
        self._tls = tls
        self._time = time
        self._rest = Rest(self._base, token, tls)
        self._account = Account(self._rest)
        self._news = News(self._account, time)
        self._typing = Typing(time, self._feed_put)
        self._writes = ("", False)
        self._up = False
        self._closed = asyncio.Event()
        self._feed: asyncio.Queue[Happening | None] = asyncio.Queue()

    @classmethod
    def connect_to(
        cls, id: str, url: str, token: str, time: TimeSource, tls: ssl.SSLContext | None = None
    ) -> ChatwootBackend:
        """See `backends.base.BackendKind`."""
        return cls(id, url, token, time, tls)

    @property
    def id(self) -> str:
        return self._id

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    def introduce(self, desk: str) -> None:
        """This server knows agents, not their terminals."""

    async def watch(self, case: str, doing: Doing, channel: str = "") -> None:
        """Only who types can be told here."""
        before, self._writes = self._writes, (case if doing == "writing" else "", not channel)
        if before == self._writes or not self._up:
            return
        for (talk, private), status in ((before, "off"), (self._writes, "on")):
            if talk.isdigit():
                path = f"{self._account.root}/conversations/{talk}/toggle_typing_status"
                with contextlib.suppress(BackendDown, OutcomeUnknown, Refused):
                    await self._rest.post(path, {"typing_status": status, "is_private": private})

    async def feed(self) -> AsyncIterator[Happening]:
        """Connect and stay connected; one consumer."""
        line = asyncio.create_task(self._stay_connected(), name=f"line to {self._id}")
        try:
            while (happening := await self._feed.get()) is not None:
                yield happening
            await line
        finally:
            line.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await line

    async def query(self, query: Query) -> Page:
        account = self._account
        me = self._me()
        try:
            if isinstance(query, RowsQuery):
                return account.holdings.rows(query, me)
            if isinstance(query, TotalsQuery):
                return account.holdings.totals(query, me)
            if isinstance(query, SamePersonQuery):
                return account.holdings.same_person(query)
            if isinstance(query, CaseQuery):
                return await self._case(query)
            if isinstance(query, HistoryQuery):
                return await account.history(query)
            if isinstance(query, DirectoryQuery):
                return await account.directory()
            if isinstance(query, SearchQuery):
                from agent_tui.backends.chatwoot.searching import search  # not before somebody looks for something

                return await search(self._rest, account, query, self._time.now())
        except Refused as refused:
            raise QueryRefused(str(refused)) from refused
        raise QueryRefused("Chatwoot gives no links of its own")

    async def _case(self, query: CaseQuery) -> Page:
        account = self._account
        try:
            raw = await account.conversation(query.case) if query.case.isdigit() else None
        except Refused as refused:
            if refused.status != 404:
                raise
            raw = None
        if raw is None:
            return CasePage(None, account.holdings.seq)
        self._tell(self._news.conversation(raw, CaseChanged("read"), ""))
        page = await account.case(query, raw)
        if page.detail is not None and page.detail.messages and not query.before:
            self._news.last_told.told(query.case, page.detail.row.version, page.detail.messages[-1].id)
        return page

    async def order(self, command_id: str, order: Order, fence: int = 0) -> Outcome:
        self._me()
        account = self._account
        case = str(getattr(order, "case", ""))
        try:
            if isinstance(order, Reply) and order.seen and not order.forward_of and await self._newer(order):
                words = "Something was written since you began: read it, then send again."
                return Rejected(command_id, "newer-message", words)
            if isinstance(order, Presence):
                self._tell(self._news.presence(await be_available(self._rest, account.number, order)))
                return Acked(command_id)
            result = await carry_out(
                self._rest, account.root, command_id, order, account.holdings.row(case), account.teams
            )
        except Refused as refused:
            return Rejected(command_id, str(refused.status), str(refused))
        change = _CHANGES.get(order.name)
        if change is not None:
            # An agent's reading is not broadcast, and a broadcast may be lost: look at once how it is now.
            with contextlib.suppress(BackendDown, Refused):
                conversation = await account.conversation(case)
                self._tell(self._news.conversation(conversation, CaseChanged(change), account.me_id))
        return Acked(command_id, result)

    async def _newer(self, order: Reply) -> bool:
        """Whether something was written after what the agent had seen. The server is asked at the last moment: its
        broadcasts may be late or lost. What is new comes to the desk by the case, asked for again."""
        account, row = self._account, self._account.holdings.row(order.case)
        seen = self._news.last_told.at(order.case, order.seen)
        if seen is None or row is None:
            return False
        if not newer(await account.newest(order.case), order.case, row.channel, seen, account.me_id):
            return False
        self._tell([Stale(frozenset({order.case}))])
        return True

    async def upload(self, path: Path, name: str) -> FileRef:
        self._me()
        try:
            answer = await self._rest.upload(f"{self._account.root}/upload", path, name)
        except Refused as refused:
            raise QueryRefused(str(refused)) from refused
        except OutcomeUnknown as unknown:
            raise BackendDown(str(unknown)) from unknown
        blob = str(answer.get("blob_id", "")) if isinstance(answer, dict) else ""
        size = (await asyncio.to_thread(path.stat)).st_size
        return FileRef(blob, CustomerText(name), "application/octet-stream", size)

    async def download(self, blob: str, target: Path) -> None:
        await self._rest.download(blob, target)

    async def close(self) -> None:
        self._closed.set()
        await self._feed.put(None)
        await self._rest.close()

    # -- the line ----------------------------------------------------------------------------------------------------

    def _me(self) -> Agent:
        if not self._up or self._account.me is None:
            raise BackendDown(f"{self._id} is not connected")
        return self._account.me

    def _feed_put(self, watched: Watched) -> None:
        self._feed.put_nowait(watched)

    def _tell(self, happenings: Iterable[Happening]) -> None:
        for happening in happenings:
            self._feed.put_nowait(happening)

    async def _stay_connected(self) -> None:
        tries = 0
        while not self._closed.is_set():
            began = self._time.now()
            reason: str
            try:
                await self._one_connection()
                reason = "the server closed the line"
            except _Refused as refused:
                self._tell([Disconnected(str(refused), None)])
                self._feed.put_nowait(None)
                return
            except Refused as refused:
                if refused.status == 401:
                    self._tell([Disconnected("the token was refused; make a new one in your Chatwoot profile", None)])
                    self._feed.put_nowait(None)
                    return
                reason = str(refused)
            except (_LineLost, BackendDown, OutcomeUnknown, OSError) as error:
                reason = str(error)
            except (TypeError, ValueError, KeyError, AttributeError) as error:
                reason = f"the server answered in an unknown way ({type(error).__name__}: {error})"
            finally:
                self._up = False
            if self._time.now() - began > 10_000:
                tries = 0
            wait = min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** min(tries, 10))
            tries += 1
            self._tell([Disconnected(reason, wait)])
            await self._time.sleep(wait)

    async def _one_connection(self) -> None:
        """Open the socket, subscribe, catch up, then follow until it ends."""
        from websockets.asyncio.client import connect
        from websockets.exceptions import InvalidHandshake, InvalidURI, WebSocketException

        await self._account.sign_in(self._number)
        account = self._account
        name = cable.identifier(account.pubsub_token, account.number, int(account.me_id))
        url = self._base.replace("http", "ws", 1) + "/cable"
        subprotocols = cast(Any, [cable.SUBPROTOCOL, "actioncable-unsupported"])
        try:
            async with connect(url, subprotocols=subprotocols, max_size=1 << 22, ssl=self._tls, proxy=None) as socket:
                watch = _Watch(self._time, socket.transport.abort)
                try:
                    await self._follow(socket, name, watch)
                finally:
                    watch.stop()
                    if watch.silent:
                        raise _LineLost(f"no sign of life for {cable.SILENCE_SECONDS:g} s")
        except (InvalidHandshake, InvalidURI, TimeoutError) as error:
            raise _LineLost(f"{url} cannot be opened: {error}") from error
        except WebSocketException as error:
            raise _LineLost(f"the line broke: {error}") from error

    async def _follow(self, socket: Any, name: str, watch: _Watch) -> None:
        state: Literal["opening", "subscribing", "following"] = "opening"
        reconcile: asyncio.Task[None] | None = None
        watch.expect(cable.SILENCE_SECONDS)

        def unconfirmed() -> None:
            if state != "following":
                watch.give_up()

        confirm = self._time.call_later(cable.CONFIRM_SECONDS, unconfirmed)
        try:
            async for text in socket:
                watch.expect(cable.SILENCE_SECONDS)
                frame = cable.read(text, name)
                if isinstance(frame, cable.Welcome):
                    state = "subscribing"
                    await socket.send(cable.subscribe(name))
                elif isinstance(frame, cable.Confirmed) and state == "subscribing":
                    state = "following"
                    await self._catch_up(watch)
                    reconcile = asyncio.create_task(self._beat(socket, name))
                elif isinstance(frame, cable.Closing):
                    if not frame.again:
                        raise _Refused(frame.reason or "the server does not want us back")
                    raise _LineLost(frame.reason)
                elif isinstance(frame, cable.Broadcast) and state == "following":
                    watch.stop()
                    row = self._account.holdings.row(str(part(frame.data, "conversation").get("id", "")))
                    channel = row.channel if row is not None else ""
                    if not self._typing.broadcast(frame, self._account.me_id, channel):
                        self._tell(await self._news.broadcast(frame))
                    watch.expect(cable.SILENCE_SECONDS)
        finally:
            self._typing.forget()
            confirm.cancel()
            if reconcile is not None:
                reconcile.cancel()
                with contextlib.suppress(asyncio.CancelledError, Exception):
                    await reconcile

    async def _catch_up(self, watch: _Watch) -> None:
        """What changed while nobody listened; then the desk asks again for what it shows."""
        watch.stop()
        caught_up = await self._account.catch_up(self._time.now())
        self._up = True
        watch.expect(cable.SILENCE_SECONDS)
        me = self._me()
        self._tell([Connected(me, CAPABILITIES, self._account.holdings.seq, False, caught_up)])

    async def _beat(self, socket: Any, name: str) -> None:
        """Say that we are here, and now and then look whether a broadcast was lost."""
        since = 0.0
        while True:
            await socket.send(cable.presence(name))
            await self._time.sleep(cable.PRESENCE_EVERY_SECONDS)
            since += cable.PRESENCE_EVERY_SECONDS
            if since >= RECONCILE_SECONDS:
                since = 0.0
                with contextlib.suppress(BackendDown, Refused):
                    for conversation in await self._account.changed(self._time.now()):
                        self._tell(self._news.conversation(conversation, CaseChanged("read"), ""))


class _Watch:
    """Breaks a socket that says nothing for too long, by the desk's own clock."""

    def __init__(self, time: TimeSource, abort: Any) -> None:
        self._time = time
        self._abort = abort
        self._timer: TimerHandle | None = None
        self.silent = False

    def expect(self, seconds: float) -> None:
        self.stop()
        self._timer = self._time.call_later(seconds, self.give_up)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def give_up(self) -> None:
        self.silent = True
        self._abort()
