"""Runs the hub's HTTP side: uvicorn inside the hub's loop, on a socket of our own, with no signal handlers.

By itself that waits for ever for a request and takes any number of connections; both are bounded here (CWE-400).
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

SHUTDOWN_SECONDS = 3
BUSY_FROM = 500
"""From this many connections on a request is answered with 503."""
HEAD_BYTES = 32 * 1024


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a client is waited for, in seconds: `head`, for all of a request's head; `body`, for more of its body.
    `connections`: one more than so many is closed unheard."""

    head: float = 10.0
    body: float = 30.0
    connections: int = 1000


def _bounded(patience: Patience) -> type[H11Protocol]:
    """uvicorn's protocol of one connection, and its patience."""

    class Bounded(H11Protocol):
        _awaited: Literal["head", "body", ""] = ""
        _timer: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            if len(self.connections) > patience.connections:
                transport.abort()
            else:
                self._watch()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._watch()

        def connection_lost(self, exc: Exception | None) -> None:
            self._wait_for("")
            super().connection_lost(exc)

        def _watch(self) -> None:
            if self.cycle is None or self.cycle.response_complete:
                if self._awaited != "head":  # what came of a head so far buys no more time
                    self._wait_for("head")
            else:
                self._wait_for("body" if self.cycle.more_body else "")

        def _wait_for(self, awaited: Literal["head", "body", ""]) -> None:
            if self._timer is not None:
                self._timer.cancel()
            self._awaited = awaited
            seconds = patience.head if awaited == "head" else patience.body
            self._timer = self.loop.call_later(seconds, self._late) if awaited else None

        def _late(self) -> None:
            if self._awaited == "body" and self.flow.read_paused:
                self._wait_for("body")  # it is we who do not read on
            elif not self.transport.is_closing():
                self.transport.close()

    return Bounded


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # signals belong to the composition root


class HttpServer:
    """Serves one ASGI application. `start` binds before it returns; port 0 takes a free one."""

    def __init__(self, app: ASGIApp, patience: Patience | None = None) -> None:
        self._app = app
        self._protocol = _bounded(patience or Patience())
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None
        self.url = ""

    async def start(
        self, host: str = "127.0.0.1", port: int = 0, *, certificate: Path | None = None, key: Path | None = None
    ) -> None:
        """Raises OSError (port in use) and ssl.SSLError."""
        config = uvicorn.Config(
            self._app,
            log_config=None,
            access_log=False,  # paths hold one-time links
            lifespan="off",
            server_header=False,
            http=self._protocol,
            h11_max_incomplete_event_size=HEAD_BYTES,
            ws="none",
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            limit_concurrency=BUSY_FROM,
            ssl_certfile=certificate,
            ssl_keyfile=key,
        )
        config.load()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family)
        bound = listener.getsockname()[1]
        self._server = _Server(config)
        self._task = asyncio.create_task(self._server.serve([listener]), name="http")
        shown = f"[{host}]" if ":" in host else host
        self.url = f"{'https' if certificate else 'http'}://{shown}:{bound}"

    async def stop(self) -> None:
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            await self._task
