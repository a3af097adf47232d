"""The desk's connection to a hub: one line that is opened again and again, and the backend contract on top of it."""

from __future__ import annotations

import asyncio
import contextlib
import random
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from agent_tui.backends.base import (
    BackendDown,
    Capabilities,
    Connected,
    Disconnected,
    Happening,
    Outcome,
    QueryRefused,
    Rejected,
    Stale,
    Watched,
)
from agent_tui.backends.wire.client import (
    Answered,
    ClientProtocol,
    Ended,
    Happened,
    Received,
    SeenThere,
    Settled,
    Welcomed,
)
from agent_tui.backends.wire.codec import size_of
from agent_tui.backends.wire.frames import MAX_FRAME_BYTES, Limits, Welcome
from agent_tui.backends.wire.rate import TokenBucket
from agent_tui.backends.wire.transport import Transport, TransportClosed, TransportRefused, connect_websocket
from agent_tui.domain.orders import FileRef, Order
from agent_tui.domain.presence import Doing
from agent_tui.domain.queries import Page, Query
from agent_tui.domain.time import MS, Ms, TimeSource

T = TypeVar("T")
Connect = Callable[[], Awaitable[Transport]]
"""Opens one line. Raises TransportClosed (try again) or TransportRefused."""

FIRST_DELAY = 0.5
LONGEST_DELAY = 15.0
"""A person sits there and waits: a server that is back should not go unnoticed for a minute."""
STEADY = 10.0
"""Seconds that a line must have held before the back-off begins anew."""
FEED_LIMIT = 20_000
"""Happenings that may wait for the desk; then the line is not read, and the hub cuts us rather than us growing."""


def delays(chance: random.Random) -> Callable[[int], float]:
    """Seconds before the n-th try in a row (from 0): doubling from FIRST_DELAY to LONGEST_DELAY, each between half and
    the whole, so that a thousand desks do not come back in one instant."""

    def delay(tries: int) -> float:
        whole = min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** min(tries, 16))
        return whole * (0.5 + chance.random() / 2)

    return delay


class HubBackend:
    """A hub as a desk's backend. `connect` opens a line (websocket or in-memory), `token` and `tls` are for
    files over HTTP.

    Queries while the line is down raise BackendDown; so do orders that were not acknowledged, which may be given again
    under the same id. A refused token, or a `bye` without retry, ends `feed()`.
    """

    def __init__(
        self,
        id: str,
        connect: Connect,
        time: TimeSource,
        *,
        token: str = "",
        client: str = "agent-tui",
        chance: random.Random | None = None,
        answer_timeout: float = 60.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._id = id
        self._connect = connect
        self._time = time
        self._token = token
        self._protocol = ClientProtocol(client)
        self._delay = delays(chance or random.Random())
        self._answer_timeout = answer_timeout
        self._tls = tls
        self._capabilities = Capabilities()
        self._limits = Limits()
        self._bucket = _bucket(self._limits, time.now())
        self._query_bucket = _bucket(self._limits, time.now())
        self._blob_url = ""
        self._transport: Transport | None = None
        self._pages: dict[str, asyncio.Future[Page | Rejected]] = {}
        self._outcomes: dict[str, asyncio.Future[Outcome]] = {}
        self._feed: asyncio.Queue[Happening | None] = asyncio.Queue(FEED_LIMIT)
        self._closed = asyncio.Event()
        self._try_now = asyncio.Event()
        self._opening = False
        self._number = 0
        self._last_known: Ms | None = None
        self._watching: tuple[str, Doing, str] = ("", "reading", "")

    # -- the contract ------------------------------------------------------------------------------------------------

    @classmethod
    def connect_to(
        cls, id: str, url: str, token: str, time: TimeSource, tls: ssl.SSLContext | None = None
    ) -> HubBackend:
        """See `backends.base.BackendKind`."""

        async def connect() -> Transport:
            return await connect_websocket(url, token, tls=tls)

        return cls(id, connect, time, token=token, tls=tls)

    @property
    def id(self) -> str:
        return self._id

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    def introduce(self, desk: str) -> None:
        self._protocol.desk = desk

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
            await self._hang_up()

    async def query(self, query: Query) -> Page:
        while (wait := self._query_bucket.take(self._time.now())) > 0:
            await self._time.sleep(wait)
        self._number += 1
        id = f"q{self._number}"
        answer: asyncio.Future[Page | Rejected] = asyncio.get_running_loop().create_future()
        self._pages[id] = answer
        try:
            await self._say(self._protocol.query(id, query))
            page = await self._answered(answer)
        finally:
            self._pages.pop(id, None)
            self._protocol.forget(id)
        if isinstance(page, Rejected):
            raise QueryRefused(page.message)
        return page

    async def order(self, command_id: str, order: Order, fence: int = 0) -> Outcome:
        while (wait := self._bucket.take(self._time.now())) > 0:
            await self._time.sleep(wait)
        outcome = self._outcomes.get(command_id)
        if outcome is None:
            outcome = self._outcomes[command_id] = asyncio.get_running_loop().create_future()
        try:
            text = self._protocol.command(command_id, order, fence)
            if size_of(text) > self._limits.frame_bytes:
                limit = self._limits.frame_bytes // 1024
                return Rejected(command_id, "too-big", f"longer than the server takes ({limit} KiB); send it as a file")
            await self._say(text)
            return await self._answered(outcome)
        finally:
            if self._outcomes.get(command_id) is outcome:
                del self._outcomes[command_id]
            self._protocol.forget(command_id)

    async def watch(self, case: str, doing: Doing, channel: str = "") -> None:
        if (case, doing, channel) != self._watching:
            self._watching = (case, doing, channel)
            await self._tell_watching()

    async def _tell_watching(self) -> None:
        if not self._capabilities.presence:
            return
        with contextlib.suppress(BackendDown, QueryRefused):
            await self._say(self._protocol.watch(*self._watching))

    async def upload(self, path: Path, name: str) -> FileRef:
        from agent_tui.backends.blob_client import upload

        return await upload(self._blobs(), self._token, path, name, tls=self._tls)

    async def download(self, blob: str, target: Path) -> None:
        from agent_tui.backends.blob_client import download

        await download(self._blobs(), self._token, blob, target, tls=self._tls)

    async def close(self) -> None:
        """End the line for good; `feed()` ends."""
        self._closed.set()
        self._try_now.set()
        await self._hang_up()

    # -- more than the contract --------------------------------------------------------------------------------------

    def try_now(self) -> None:
        """Do not wait for the back-off to pass."""
        self._try_now.set()

    def idle(self) -> bool:
        """True when nothing is under way that will finish without time passing."""
        return not (self._opening or self._pages or self._outcomes) and self._feed.empty()

    # -- the line ----------------------------------------------------------------------------------------------------

    async def _stay_connected(self) -> None:
        try:
            await self._connect_again_and_again()
        except Exception:
            await self._feed.put(None)
            raise
        await self._feed.put(None)

    async def _connect_again_and_again(self) -> None:
        tries = 0
        while not self._closed.is_set():
            began = self._time.now()
            final, reason, retry = await self._one_connection()
            if self._closed.is_set():
                return
            if final:
                await self._feed.put(Disconnected(reason, None))
                return
            if self._time.now() - began >= STEADY * MS:
                tries = 0
            # A server's own wish counts, but never less than the back-off: a server that cuts us at once is busy.
            wait = max(self._delay(tries), retry or 0.0)
            tries += 1
            self._try_now.clear()
            await self._feed.put(Disconnected(reason, wait))
            await self._wait(wait)

    async def _wait(self, seconds: float) -> None:
        handle = self._time.call_later(seconds, self._try_now.set)
        try:
            await self._try_now.wait()
        finally:
            handle.cancel()

    async def _one_connection(self) -> tuple[bool, str, float | None]:
        """Open a line and read it to its end; whether to give up, why it ended, and the server's wish for a pause."""
        self._opening = True
        try:
            transport = await self._open()
        except TransportRefused as refused:
            self._opening = False
            return refused.final, str(refused), None
        except TransportClosed as closed:
            self._opening = False
            return False, str(closed), None
        try:
            self._transport = transport
            await transport.send(self._protocol.opened())
            while True:
                for received in self._protocol.received(await transport.recv()):
                    if isinstance(received, Ended):
                        return received.final, received.reason, received.retry
                    await self._take(received)
        except TransportClosed as closed:
            return False, closed.reason or "the line broke", None
        finally:
            self._opening = False
            self._transport = None
            self._fail_waiting()
            with contextlib.suppress(Exception):
                await transport.close()

    async def _open(self) -> Transport:
        """A line, unless the desk is closed meanwhile: a server that does not answer must not hold it up."""
        opening = asyncio.ensure_future(self._connect())
        closed = asyncio.create_task(self._closed.wait())
        try:
            await asyncio.wait({opening, closed}, return_when=asyncio.FIRST_COMPLETED)
            if self._closed.is_set():
                if opening.done() and opening.exception() is None:
                    await opening.result().close()
                raise TransportClosed(1000, "closed")
            return opening.result()
        finally:
            closed.cancel()
            opening.cancel()

    async def _take(self, received: Received) -> None:
        if isinstance(received, Answered):
            _settle(self._pages.get(received.id), received.answer)
        elif isinstance(received, Settled):
            _settle(self._outcomes.get(received.id), received.outcome)
        elif isinstance(received, Happened):
            self._last_known = received.event.recorded
            await self._feed.put(received.event)
            if received.unreadable:
                await self._feed.put(Stale(frozenset({received.event.case})))
        elif isinstance(received, Welcomed):
            await self._feed.put(self._connected(received))
            self._opening = False
            if self._watching[0]:
                await self._tell_watching()
        elif isinstance(received, SeenThere):
            await self._feed.put(Watched(received.case, received.watchers))

    def _connected(self, received: Welcomed) -> Connected:
        welcome = received.welcome
        self._capabilities = _capabilities(welcome)
        self._limits = welcome.limits
        self._bucket = _bucket(self._limits, self._time.now())
        self._query_bucket = _bucket(self._limits, self._time.now())
        self._blob_url = welcome.blob_url
        caught_up = None if received.first else self._last_known
        self._last_known = welcome.now
        return Connected(
            me=welcome.agent,
            capabilities=self._capabilities,
            seq=welcome.seq,
            resumed=received.resumed,
            caught_up_to=caught_up,
            clock_skew=welcome.now - self._time.now(),
            cut_reason=welcome.cut,
        )

    async def _say(self, text: str) -> None:
        transport = self._transport
        if transport is None or not self._protocol.welcomed:
            raise BackendDown(f"{self._id} is not connected")
        if size_of(text) > MAX_FRAME_BYTES:
            raise QueryRefused("too long for one frame")
        try:
            await transport.send(text)
        except TransportClosed as closed:
            raise BackendDown(f"{self._id}: {closed}") from None

    async def _answered(self, answer: asyncio.Future[T]) -> T:
        """Wait for an answer, but not for ever: a server that is there and says nothing is down for us."""

        def give_up() -> None:
            _fail(answer, BackendDown(f"{self._id} did not answer within {self._answer_timeout:g} s"))

        handle = self._time.call_later(self._answer_timeout, give_up)
        try:
            return await asyncio.shield(answer)  # two callers may wait for the same order
        finally:
            handle.cancel()

    def _fail_waiting(self) -> None:
        self._protocol.lost()
        for page in self._pages.values():
            _fail(page, BackendDown(f"the line to {self._id} broke"))
        for outcome in self._outcomes.values():
            _fail(outcome, BackendDown(f"the line to {self._id} broke"))

    async def _hang_up(self) -> None:
        transport = self._transport
        if transport is not None:
            with contextlib.suppress(Exception):
                await transport.close()

    def _blobs(self) -> str:
        if self._transport is None or not self._protocol.welcomed:
            raise BackendDown(f"{self._id} is not connected")
        if not self._blob_url:
            raise QueryRefused(f"{self._id} takes no files")
        return self._blob_url


def _bucket(limits: Limits, now: Ms) -> TokenBucket:
    """Our own pace, within what the server allows."""
    rate = max(2, limits.commands_per_second)
    return TokenBucket(rate * 0.9, rate * 0.5, now)


def _fail(waiting: asyncio.Future[T], error: Exception) -> None:
    if not waiting.done():
        waiting.set_exception(error)
        waiting.exception()  # seen: a waiter that gave up meanwhile must not be reported as an unhandled error


def _settle(waiting: asyncio.Future[T] | None, value: T) -> None:
    if waiting is not None and not waiting.done():
        waiting.set_result(value)


def _capabilities(welcome: Welcome) -> Capabilities:
    wire = welcome.capabilities
    return Capabilities(
        replay=wire.replay,
        command_ids=wire.command_ids,
        lease=wire.lease,
        presence=wire.presence,
        cases=wire.cases,
        snooze=wire.snooze,
        due_times=wire.due_times,
        calls=wire.calls,
        files=wire.files and bool(welcome.blob_url),
        history=wire.history,
        shift=wire.shift,
        wallboard=wire.wallboard,
        cards=wire.cards,
        suggest=wire.suggest,
        persons=wire.persons,
        orders=frozenset(wire.orders),
        search=wire.search,
    )
