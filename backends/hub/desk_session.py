"""One desk on the hub: its hello, its gap replayed at its own pace, its orders in turn, its queries side by side."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any

from agent_tui.backends.base import Acked, QueryRefused
from agent_tui.backends.hub.fanout import FanOut, publish
from agent_tui.backends.hub.lines import Line, Parcel
from agent_tui.backends.hub.long_texts import shortened
from agent_tui.backends.hub.served import Served
from agent_tui.backends.hub.watching import Watching
from agent_tui.backends.wire.codec import encode, size_of
from agent_tui.backends.wire.frames import (
    MAX_FRAME_BYTES,
    Ack,
    Hello,
    Limits,
    PageFrame,
    Reject,
    Welcome,
    WireCapabilities,
)
from agent_tui.backends.wire.server import (
    CUT_BYTES,
    MAX_PAGE_BYTES,
    Answer,
    Asked,
    AskedIn,
    AskedOrder,
    AskedQuery,
    AskedWatch,
    End,
    ServerProtocol,
)
from agent_tui.backends.wire.transport import TransportClosed
from agent_tui.domain.model import Agent
from agent_tui.domain.queries import CardsQuery, CaseQuery, HistoryQuery, PastQuery, Query, RowsQuery
from agent_tui.domain.standing import OFFLINE
from agent_tui.domain.time import TimeSource

log = logging.getLogger("agent_tui.hub.desks")

REPLAY_CHUNK = 200
QUERIES_AT_ONCE = 8
ORDERS_WAITING = 64
LOOK_UPS_AT_ONCE = 8
"""Questions of one desk that wait for another system: beside the rest, so that none of those waits too."""


@dataclass
class House:
    """What all desks of one server share. `cuts`: why an agent's desk was cut last, told at its next welcome; `agents`:
    each agent as the log last had it."""

    served: Served
    fanout: FanOut
    time: TimeSource
    limits: Limits
    capabilities: WireCapabilities
    replay_limit: int
    cut_bytes: int = CUT_BYTES
    blob_url: str = ""
    cuts: dict[str, str] = field(default_factory=dict)
    agents: dict[str, Agent] = field(default_factory=dict)
    cut_count: int = 0
    orders: int = 0
    queries: int = 0
    watching: Watching = field(default_factory=Watching)
    desk_came: Callable[[str, str, bool], Awaitable[None]] | None = None
    """Told of each desk that said hello, and waited for before its orders: agent, desk, whether it begins."""
    replays: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(8))

    def remember_cut(self, agent: str, reason: str) -> None:
        self.cut_count += 1
        self.cuts.pop(agent, None)
        self.cuts[agent] = reason
        if len(self.cuts) > 10_000:
            del self.cuts[next(iter(self.cuts))]


class DeskSession:
    """Serves one line until it ends. `run()` never raises for anything that a desk can do."""

    def __init__(self, house: House, line: Line, agent: Agent, token: str = "") -> None:
        self.agent = agent
        self.line = line
        self.token = token
        self.desk = f"line-{secrets.token_hex(8)}"
        """Names the terminal; one that gives itself no name is another each time."""
        self.protocol = ServerProtocol(house.limits, house.time.now())
        self.came = False
        """Whether it has said hello."""
        self._house = house
        self._orders: asyncio.Queue[AskedOrder] = asyncio.Queue(ORDERS_WAITING)
        self._queries = asyncio.Semaphore(QUERIES_AT_ONCE)
        self._look_ups = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._under_way = 0

    def idle(self) -> bool:
        return self._under_way == 0 and self._orders.empty() and self.line.idle()

    def cut(self, reason: str) -> None:
        """End the line without waiting for the desk."""
        self.protocol.state = "ended"
        self._house.remember_cut(self.agent.id, reason)
        log.warning("desk cut", extra={"agent": self.agent.id, "reason": reason})
        self.line.abort()

    async def bye(self, reason: str, retry: float | None, code: int = 1001) -> None:
        """Say goodbye and close; a desk that does not read is not waited for long."""
        await self._end(self.protocol.end(reason, retry=retry, code=code))

    async def run(self) -> None:
        try:
            self._spawn(self._work())
            while True:
                text = await self.line.recv()
                for asked in self.protocol.received(text, self._house.time.now()):
                    if isinstance(asked, End):
                        self._house.remember_cut(self.agent.id, asked.reason)
                        log.warning("desk sent away", extra={"agent": self.agent.id, "reason": asked.reason})
                        await self._end(asked)
                        return
                    await self._take(asked)
        except TransportClosed:
            pass
        except Exception:
            log.exception("desk failed", extra={"agent": self.agent.id})
            self.cut("the hub failed; its log says why")
        finally:
            self.protocol.state = "ended"
            self._house.fanout.leave(self)
            self._house.watching.leaves(self._tell)
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _end(self, end: End) -> None:
        self._house.fanout.leave(self)
        self.line.push(Parcel([end.text]))
        with contextlib.suppress(TransportClosed):
            await self.line.close(end.code, end.reason)

    async def _take(self, asked: Asked) -> None:
        if isinstance(asked, AskedOrder):
            await self._orders.put(asked)
        elif isinstance(asked, AskedQuery) and isinstance(asked.query, CardsQuery) and asked.query.wait:
            self._spawn(self._look_up(asked))
        elif isinstance(asked, AskedQuery):
            await self._queries.acquire()
            self._spawn(self._answer(asked))
        elif isinstance(asked, AskedWatch):
            if await self._house.served.may_open(self.agent, asked.watch.case):
                self._house.watching.watches(self._tell, self.agent.id, asked.watch, self._house.time.now())
        elif isinstance(asked, Answer):
            await self.line.send(asked.text)
        elif isinstance(asked, AskedIn):
            await self._let_in(asked.hello)

    def _tell(self, text: str) -> None:
        """What is worth nothing later goes without waiting; a desk too slow for it is cut by its events."""
        self.line.push(Parcel([text]))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # -- coming in ---------------------------------------------------------------------------------------------------

    async def _let_in(self, hello: Hello) -> None:
        house = self._house
        self._under_way += 1
        try:
            self.desk = hello.desk or self.desk
            if house.desk_came is not None:
                self.came = True
                await house.desk_came(self.agent.id, self.desk, not hello.log)
            resumed = hello.log == house.served.log and 0 <= house.fanout.seq - hello.seq <= house.replay_limit
            if resumed:
                # also where the short memory has all of it: the agent may see other brands by now
                async with house.replays:
                    resumed = await house.served.replay(self.agent, hello.seq, 1) is not None
            if resumed and hello.recorded and hello.seq:
                resumed = await self._same_log(hello)
            welcome = Welcome(
                log=house.served.log,
                seq=house.fanout.seq,
                now=house.time.now(),
                agent=self._as_of_now(),
                capabilities=house.capabilities,
                limits=house.limits,
                blob_url=house.blob_url,
                resumed=resumed,
                cut=house.cuts.pop(self.agent.id, ""),
            )
            # Pushed and joined without a pause in between: no event can slip through, none can come before.
            self.line.push(Parcel([self.protocol.welcome(welcome, hello)]))
            if self.protocol.state == "live":
                house.fanout.join(self)
            else:
                self._spawn(self._catch_up())
        finally:
            self._under_way -= 1

    async def _same_log(self, hello: Hello) -> bool:
        """Whether the desk's last event is ours: a log restored from a copy and written on has another one there."""
        async with self._house.replays:
            last = await self._house.served.replay(self.agent, hello.seq - 1, 1)
        return not last or (last[0].seq, last[0].recorded) == (hello.seq, hello.recorded)

    def _as_of_now(self) -> Agent:
        """The agent as this welcome's place in the log has it; who comes with a line is not offline."""
        known = self._house.agents.get(self.agent.id, self.agent)
        if known.presence == OFFLINE:
            return replace(self.agent, presence=self._house.served.login)
        return replace(self.agent, presence=known.presence, since=known.since, then=known.then)

    async def _catch_up(self) -> None:
        """Replay the gap, each event when the desk has taken the one before; then go live."""
        house, protocol = self._house, self.protocol
        self._under_way += 1
        try:
            while not house.fanout.join(self):
                mark = house.fanout.seq
                async with house.replays:
                    events = await house.served.replay(self.agent, protocol.seen, REPLAY_CHUNK)
                if events is None:
                    await self.bye("the log was restored", retry=0.0)
                    return
                for event in events:
                    if protocol.passes(event.seq, True):
                        await self.line.send(protocol.text_of(event.seq, publish(event, protocol.shown).encoded))
                if not events:
                    protocol.seen = max(protocol.seen, mark)
        except TransportClosed:
            pass
        except Exception:
            log.exception("replay failed", extra={"agent": self.agent.id})
            self.cut("the hub could not read its log")
        finally:
            self._under_way -= 1

    # -- at work -----------------------------------------------------------------------------------------------------

    async def _work(self) -> None:
        """Orders one after the other: those of one case must keep their order. When the line is gone the rest are taken
        and left, which the desk gives again, so that what was read of it comes to its end."""
        gone = False
        while True:
            asked = await self._orders.get()
            if gone:
                continue
            self._under_way += 1
            try:
                await self.line.send(await self._carry_out(asked))
            except TransportClosed:
                gone = True
            finally:
                self._under_way -= 1

    async def _carry_out(self, asked: AskedOrder) -> str:
        self._house.orders += 1
        try:
            outcome = await self._house.served.order(self.agent, asked.id, asked.order, asked.fence, self.desk)
        except Exception:
            # Neither done nor refused as far as we know: no answer, so that the desk gives it again under its id.
            log.exception("order failed", extra={"agent": self.agent.id, "order": asked.order.name})
            self.cut("the hub failed to carry out an order; it will be given again")
            raise TransportClosed(1011, "order failed") from None
        if isinstance(outcome, Acked):
            return encode(Ack(id=asked.id, result=outcome.result))
        return encode(Reject(id=asked.id, code=outcome.code, message=outcome.message))

    async def _answer(self, asked: AskedQuery) -> None:
        try:
            await self._send_page(asked)
        finally:
            self._queries.release()

    async def _look_up(self, asked: AskedQuery) -> None:
        if self._look_ups >= LOOK_UPS_AT_ONCE:
            refusal = Reject(id=asked.id, code="busy", message="too much is being looked up for this desk")
            with contextlib.suppress(TransportClosed):
                await self.line.send(encode(refusal))
            return
        self._look_ups += 1
        try:
            await self._send_page(asked)
        finally:
            self._look_ups -= 1

    async def _send_page(self, asked: AskedQuery) -> None:
        self._under_way += 1
        self._house.queries += 1
        try:
            await self.line.send(await self._page(asked))
        except TransportClosed:
            pass
        finally:
            self._under_way -= 1

    async def _page(self, asked: AskedQuery) -> str:
        query = _bounded(asked.query, self._house.limits.page_rows)
        try:
            while True:
                page = await self._house.served.query(self.agent, query)
                text = encode(PageFrame(id=asked.id, page=page))
                if size_of(text) <= min(MAX_PAGE_BYTES, self._house.cut_bytes // 2):
                    return text
                smaller = _smaller(query)
                if smaller is None:
                    if size_of(text) <= MAX_FRAME_BYTES:
                        return text
                    cut = shortened(page)
                    if cut is not None:
                        text = encode(PageFrame(id=asked.id, page=cut))
                    if size_of(text) <= MAX_FRAME_BYTES:
                        return text
                    return encode(Reject(id=asked.id, code="too-big", message="this page is too big for one frame"))
                query = smaller
        except QueryRefused as refused:
            return encode(Reject(id=asked.id, code="refused", message=str(refused)))
        except Exception:
            log.exception("query failed", extra={"agent": self.agent.id, "query": asked.query.kind})
            return encode(Reject(id=asked.id, code="failed", message="the hub failed to answer; its log says why"))


_PAGED = RowsQuery | CaseQuery | HistoryQuery | PastQuery


def _bounded(query: Query, most: int) -> Query:
    """The query with a limit that the hub allows."""
    if isinstance(query, _PAGED):
        limit = min(max(1, query.limit), most)
        return query if limit == query.limit else replace(query, limit=limit)
    return query


def _smaller(query: Query) -> Query | None:
    """The same query for a quarter of the rows; None when it cannot be smaller."""
    if isinstance(query, _PAGED) and query.limit > 1:
        return replace(query, limit=max(1, query.limit // 4))
    return None
