"""A TCP proxy that misbehaves on command: delays, cuts, half-closes, pauses, refuses."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal, Self

Side = Literal["client", "server"]


@dataclass(eq=False, slots=True)
class _Link:
    """One client's connection through the proxy."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def abort(self) -> None:
        self.client.transport.abort()
        self.server.transport.abort()


class Proxy:
    """Listens on a free loopback port and passes bytes to `host:port`.

    `delay`: seconds each chunk waits. `connections`, `to_server`, `to_client` count connections and bytes so far.
    """

    def __init__(self, port: int, host: str = "127.0.0.1", *, delay: float = 0.0) -> None:
        self._target = (host, port)
        self.delay = delay
        self.port = 0
        self.connections = 0
        self.to_server = 0
        self.to_client = 0
        self._server: asyncio.Server | None = None
        self._links: set[_Link] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._refusing = False
        self._cut_at: dict[Side, int] = {}

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        tasks = [task for link in self._links for task in link.tasks]
        self.cut()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def live(self) -> int:
        """Connections open now."""
        return len(self._links)

    def cut(self) -> None:
        """Reset every open connection; new ones are taken."""
        for link in list(self._links):
            link.abort()
        self._links.clear()

    def outage(self) -> None:
        """Reset every open connection and each new one at once, until `restore`."""
        self._refusing = True
        self.cut()

    def restore(self) -> None:
        self._refusing = False

    def pause(self) -> None:
        """Nothing passes any more while connections stay open, as behind a dead middle box."""
        self._flowing.clear()

    def resume(self) -> None:
        self._flowing.set()

    def half_close(self, side: Side) -> None:
        """Tell `side` of every connection that the other one will send no more; the other direction stays open."""
        for link in list(self._links):
            writer = link.client if side == "client" else link.server
            with suppress(OSError):
                writer.write_eof()

    def cut_after(self, count: int, toward: Side) -> None:
        """Reset a connection once `count` bytes in all have gone toward that side; the bytes before it arrive."""
        self._cut_at[toward] = count

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            writer.transport.abort()
            return
        try:
            server_reader, server_writer = await asyncio.open_connection(*self._target)
        except OSError:
            writer.transport.abort()
            return
        self.connections += 1
        link = _Link(writer, server_writer)
        self._links.add(link)
        link.tasks = [
            asyncio.create_task(self._pump(link, reader, server_writer, "server")),
            asyncio.create_task(self._pump(link, server_reader, writer, "client")),
        ]
        try:
            await asyncio.gather(*link.tasks, return_exceptions=True)
        finally:
            link.abort()
            self._links.discard(link)

    async def _pump(
        self, link: _Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, toward: Side
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                if self.delay:
                    await asyncio.sleep(self.delay)
                await self._flowing.wait()
                passed = self.to_server if toward == "server" else self.to_client
                limit = self._cut_at.get(toward)
                if limit is not None and passed + len(data) >= limit:
                    data = data[: max(0, limit - passed)]
                writer.write(data)
                await writer.drain()
                if toward == "server":
                    self.to_server += len(data)
                else:
                    self.to_client += len(data)
                if limit is not None and passed + len(data) >= limit:
                    del self._cut_at[toward]
                    await asyncio.sleep(0)
                    link.abort()
                    return
            writer.write_eof()
