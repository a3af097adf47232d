"""The desk server: websockets (or in-memory lines) on one side, a workspace on the other."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from agent_tui.backends.hub.desk_session import DeskSession, House
from agent_tui.backends.hub.fanout import FanOut
from agent_tui.backends.hub.lines import Line, MemoryLine, WebsocketLine
from agent_tui.backends.hub.served import Served
from agent_tui.backends.wire.frames import SUBPROTOCOL, Limits, WireCapabilities
from agent_tui.backends.wire.server import CUT_BYTES
from agent_tui.backends.wire.transport import MemoryTransport, TransportRefused, memory_pair
from agent_tui.domain.events import AgentChanged, Event
from agent_tui.domain.model import Agent
from agent_tui.domain.time import TimeSource

log = logging.getLogger("agent_tui.hub.desks")

OPEN_SECONDS = 5.0
"""A handshake that takes longer is given up, so that a silent client does not hold up the end of the hub either."""
CLOSE_SECONDS = 3.0
RECHECK_SECONDS = 1.0
"""How soon a revoked token or a disabled agent loses a desk that is connected."""


@dataclass(frozen=True, slots=True)
class ServerStats:
    """Counts since the start, and `desks` now."""

    desks: int
    live: int
    events: int
    deliveries: int
    cuts: int
    orders: int
    queries: int


class DeskServer:
    """Serves one workspace to desks. `replay_limit`: a desk more events behind than this asks for pages instead;
    `cut_bytes`: one that leaves more unread is cut, and resumes."""

    def __init__(
        self,
        served: Served,
        time: TimeSource,
        *,
        limits: Limits | None = None,
        capabilities: WireCapabilities | None = None,
        replay_limit: int = 5_000,
        max_desks: int = 10_000,
        desks_per_agent: int = 10_000,
        cut_bytes: int = CUT_BYTES,
        compress: bool = False,
    ) -> None:
        limits = limits or Limits()
        self._served = served
        self._time = time
        self._house = House(
            served,
            FanOut(served.head(), served.visible, cut_bytes),
            time,
            limits,
            capabilities or _capabilities(served.orders, served.cards),
            replay_limit,
            cut_bytes,
            desk_came=self._desk_came,
        )
        self._max_desks = max_desks
        self._desks_per_agent = desks_per_agent
        self._compress = compress
        self._sessions: dict[DeskSession, None] = {}
        self._agents: Counter[str] = Counter()
        self._come: set[str] = set()  # tokens of desks that came since the last check
        self._desks: Counter[tuple[str, str]] = Counter()
        self._desks_turn = asyncio.Lock()
        self._presence_turn = asyncio.Lock()
        self._presence_under_way = 0
        self._shown_present: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: Server | None = None
        self._tls = False
        self._stopping = False
        # From here on, so that no event falls between head() and the first desk.
        self._unsubscribe = served.subscribe(self._published)

    @property
    def blob_url(self) -> str:
        """Where files travel; told to desks in their welcome. Set it once the HTTP port is known."""
        return self._house.blob_url

    @blob_url.setter
    def blob_url(self, url: str) -> None:
        self._house.blob_url = url

    @property
    def url(self) -> str:
        """ws:// or wss:// address of the first socket. Raises RuntimeError before `start`."""
        if self._server is None:
            raise RuntimeError("the desk server has not been started")
        host, port = next(iter(self._server.sockets)).getsockname()[:2]
        return f"{'wss' if self._tls else 'ws'}://{f'[{host}]' if ':' in host else host}:{port}"

    def stats(self) -> ServerStats:
        house = self._house
        return ServerStats(
            len(self._sessions),
            len(house.fanout),
            house.fanout.events,
            house.fanout.deliveries,
            house.cut_count,
            house.orders,
            house.queries,
        )

    def idle(self) -> bool:
        """True when nothing is under way for a desk that will finish without time passing."""
        return self._presence_under_way == 0 and all(session.idle() for session in self._sessions)

    async def start(
        self, host: str = "127.0.0.1", port: int = 0, *, certificate: Path | None = None, key: Path | None = None
    ) -> None:
        """Listen. `certificate` and `key`: PEM files, for wss. Raises OSError (port in use) and ssl.SSLError."""
        tls = None
        if certificate is not None:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.minimum_version = ssl.TLSVersion.TLSv1_2
            tls.load_cert_chain(certificate, key)
        self._tls = tls is not None
        self._server = await serve(
            self._serve_websocket,
            host,
            port,
            ssl=tls,
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            process_request=self._at_the_door,
            compression="deflate" if self._compress else None,
            max_size=self._house.limits.frame_bytes,
            open_timeout=OPEN_SECONDS,
            close_timeout=CLOSE_SECONDS,
            server_header=None,
            logger=logging.getLogger("agent_tui.hub.websockets"),
        )
        self._keep(asyncio.create_task(self._recheck(), name="recheck tokens"))

    async def stop(self, reason: str = "the hub is stopping", retry: float | None = 1.0) -> None:
        """Say goodbye to every desk and close; returns when the last session has ended."""
        self._stopping = True
        self._unsubscribe()
        if self._server is not None:
            self._server.close(close_connections=False)
        await asyncio.gather(*(session.bye(reason, retry) for session in list(self._sessions)))
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()

    async def drop(self, agent: str, reason: str, retry: float | None = None) -> None:
        """End every desk of an agent."""
        await asyncio.gather(*(s.bye(reason, retry, 1008) for s in list(self._sessions) if s.agent.id == agent))

    # -- lines -------------------------------------------------------------------------------------------------------

    async def serve_transport(self, transport: MemoryTransport, agent: Agent) -> None:
        """Serve an agent that has been let in over a line of this process; returns when the line ends."""
        await self._serve(MemoryLine(transport, self._house.cut_bytes), agent, "")

    async def open_memory(self, token: str) -> MemoryTransport:
        """The desk's end of a new line in this process. Raises TransportRefused."""
        agent = await self._served.authenticate(token)
        if agent is None:
            raise TransportRefused(401, "the hub refused the token; ask its administrator for a new one")
        if self._agents[agent.id] >= self._desks_per_agent:
            raise TransportRefused(429, self._too_many())
        near, far = memory_pair(self._house.cut_bytes // 2)  # a socket's sends wait sooner still
        self._keep(asyncio.create_task(self.serve_transport(far, agent), name=f"desk of {agent.id}"))
        return near

    async def _serve(self, line: Line, agent: Agent, token: str) -> None:
        session = DeskSession(self._house, line, agent, token)
        self._sessions[session] = None
        self._agents[agent.id] += 1
        self._come.add(token)
        self._presence_changed(agent.id)
        log.info("desk connected", extra={"agent": agent.id})
        try:
            await session.run()
        finally:
            del self._sessions[session]
            self._agents[agent.id] -= 1
            if not self._agents[agent.id]:
                del self._agents[agent.id]
            self._presence_changed(agent.id)
            if session.came:
                self._desk_gone(agent.id, session.desk)
            log.info("desk gone", extra={"agent": agent.id})

    async def _serve_websocket(self, connection: ServerConnection) -> None:
        agent, token = connection.admitted  # type: ignore[attr-defined]
        await self._serve(WebsocketLine(connection, self._house.cut_bytes), agent, token)

    async def _at_the_door(self, connection: ServerConnection, request: Request) -> Response | None:
        """The bearer token, before anything else is said (RFC 6750)."""
        if len(self._sessions) >= self._max_desks:
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "This hub serves as many desks as it may.\n")
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        agent = None
        if scheme.lower() == "bearer" and token.strip():
            agent = await self._served.authenticate(token.strip())
        if agent is None:
            response = connection.respond(HTTPStatus.UNAUTHORIZED, "A valid bearer token is needed.\n")
            response.headers["WWW-Authenticate"] = 'Bearer realm="agent-desk"'
            return response
        if self._agents[agent.id] >= self._desks_per_agent:
            return connection.respond(HTTPStatus.TOO_MANY_REQUESTS, f"{self._too_many()}\n")
        connection.admitted = (agent, token.strip())  # type: ignore[attr-defined]
        return None

    def _too_many(self) -> str:
        most = self._desks_per_agent
        return f"{most} desks of yours are connected, as many as this hub allows an agent; leave one of them (:quit)"

    # -- desks, which reconnect and restart under the same name --------------------------------------------------------

    async def _desk_came(self, agent: str, desk: str, begins: bool) -> None:
        """A desk said hello, perhaps while its old line is not known to be dead yet."""
        self._desks[agent, desk] += 1
        async with self._desks_turn:
            await self._served.desk_came(agent, desk, begins)

    def _desk_gone(self, agent: str, desk: str) -> None:
        self._desks[agent, desk] -= 1
        if not self._stopping and not self._desks[agent, desk]:
            self._presence_under_way += 1
            self._keep(asyncio.create_task(self._tell_gone(agent, desk)))

    async def _tell_gone(self, agent: str, desk: str) -> None:
        try:
            async with self._desks_turn:  # coming and going quickly must end as it ended
                if not self._desks[agent, desk]:
                    del self._desks[agent, desk]
                    await self._served.desk_left(agent, desk)
        except Exception:
            log.exception("could not tell that a desk is gone", extra={"agent": agent})
        finally:
            self._presence_under_way -= 1

    # -- agents ------------------------------------------------------------------------------------------------------

    async def _recheck(self) -> None:
        known: object = None
        while True:
            await self._time.sleep(RECHECK_SECONDS)
            try:
                access = await self._served.access()
                # who was let in while being shut out came too late for that check
                come, self._come = self._come, set()
                if access != known or come:
                    await self.check_tokens(None if access != known else come)
                known = access
            except Exception:
                known = None
                log.exception("could not check the tokens of connected desks")

    async def check_tokens(self, tokens: set[str] | None = None) -> None:
        """End the desks whose token does not hold any more, of all or of `tokens`, and of agents who may see other
        brands now, so that they begin anew; done by itself when somebody was shut out or granted something."""
        for token in {session.token for session in self._sessions if session.token}:
            if tokens is not None and token not in tokens:
                continue
            now = await self._served.authenticate(token)
            held = [session for session in self._sessions if session.token == token]
            if now is None:
                await asyncio.gather(*(s.bye("your access was withdrawn", None, 1008) for s in held))
                continue
            other = [session for session in held if session.agent.brands != now.brands]
            await asyncio.gather(*(s.bye("the brands that you may see have changed", 0.0) for s in other))

    def _published(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event.body, AgentChanged):
                self._house.agents[event.body.agent.id] = event.body.agent
        self._house.fanout.published(events)

    def _presence_changed(self, agent: str) -> None:
        if not self._stopping and (agent in self._agents) != (agent in self._shown_present):
            self._presence_under_way += 1
            self._keep(asyncio.create_task(self._tell_presence(agent)))

    async def _tell_presence(self, agent: str) -> None:
        try:
            async with self._presence_turn:  # coming and going quickly must end as it ended
                here = agent in self._agents
                if here == (agent in self._shown_present):
                    return
                await self._served.presence(agent, here)
                (self._shown_present.add if here else self._shown_present.discard)(agent)
        except Exception:
            log.exception("could not tell presence", extra={"agent": agent})
        finally:
            self._presence_under_way -= 1

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _capabilities(orders: tuple[str, ...], cards: bool) -> WireCapabilities:
    return WireCapabilities(
        lease="hard" if "take-lease" in orders else "none",
        presence=True,
        orders=orders,
        history=True,
        search=True,
        shift=True,
        wallboard=True,
        persons=True,
        cards=cards,
        suggest=True,
    )
