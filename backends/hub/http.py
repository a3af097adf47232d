"""Runs the hub's HTTP side: uvicorn inside the hub's loop, on a socket of our own, with no signal handlers."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

SHUTDOWN_SECONDS = 3


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # signals belong to the composition root


class HttpServer:
    """Serves one ASGI application. `start` binds before it returns; port 0 takes a free one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
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
            ws="none",
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            limit_concurrency=500,
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
