"""A process with many websocket clients that only count bytes, so that what is measured is the server.

They do not parse frames; a delivery is counted as so many bytes as a frame has on the wire.
"""

from __future__ import annotations

import asyncio
import base64
import multiprocessing
import os
import resource
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.sharedctypes import Synchronized
from typing import cast

START_TIMEOUT = 60.0


@dataclass(frozen=True)
class Greeting:
    """How a client says hello: extra headers of the handshake, and bytes to send once it is upgraded."""

    headers: Mapping[str, str]
    frames: bytes = b""


class _Client(asyncio.Protocol):
    def __init__(self, greeting: Greeting, host: str, path: str, upgraded: Callable[[], None], count: Counter) -> None:
        self._greeting, self._host, self._path = greeting, host, path
        self._upgraded, self._count = upgraded, count
        self._head: bytes | None = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        headers = {
            "Host": self._host,
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
            "Sec-WebSocket-Version": "13",
            **self._greeting.headers,
        }
        lines = [f"GET {self._path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        self._transport.write("\r\n".join(lines).encode())

    def data_received(self, data: bytes) -> None:
        if self._head is None:
            self._count.add(len(data))
            return
        self._head += data
        head, mark, rest = self._head.partition(b"\r\n\r\n")
        if mark:
            if b" 101 " not in head.split(b"\r\n", 1)[0]:
                raise ConnectionError(head.decode("latin-1"))
            self._head = None
            if self._greeting.frames:
                self._transport.write(self._greeting.frames)
            self._upgraded()
            if rest:
                self._count.add(len(rest))


def _itself(client: _Client) -> _Client:
    return client


class Counter:
    """Bytes received by all clients, readable from the other process."""

    def __init__(self, total: Synchronized[int]) -> None:
        self._total = total

    def add(self, size: int) -> None:
        self._total.value += size  # one writer only


async def _clients(
    host: str,
    port: int,
    path: str,
    greetings: Sequence[Greeting],
    total: Synchronized[int],
    connected: Synchronized[int],
) -> None:
    loop = asyncio.get_running_loop()
    counter = Counter(total)

    def upgraded() -> None:
        connected.value += 1

    for greeting in greetings:
        client = _Client(greeting, f"{host}:{port}", path, upgraded, counter)
        await loop.create_connection(partial(_itself, client), host, port)
    await asyncio.Event().wait()


def _main(
    host: str,
    port: int,
    path: str,
    greetings: Sequence[Greeting],
    total: Synchronized[int],
    connected: Synchronized[int],
) -> None:
    more_files()
    asyncio.run(_clients(host, port, path, greetings, total, connected))


def more_files() -> None:
    """Allow this process as many open files as the system lets it have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class Sink:
    """The clients, as seen from the bench. Use as `async with`; entered when all are upgraded."""

    def __init__(self, host: str, port: int, greetings: Sequence[Greeting], path: str = "/") -> None:
        context = multiprocessing.get_context("spawn")
        self._total = context.Value("Q", 0, lock=False)
        self._connected = context.Value("Q", 0, lock=False)
        self._wanted = len(greetings)
        self._process = context.Process(
            target=_main, args=(host, port, path, list(greetings), self._total, self._connected), daemon=True
        )

    @property
    def received(self) -> int:
        """Bytes received after the handshakes, by all clients."""
        return int(self._total.value)

    async def until(self, total: int, seconds: float) -> None:
        """Wait until so many bytes have come. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while self.received < total:  # noqa: ASYNC110  (another process counts)
                await asyncio.sleep(0.002)

    async def quiet(self, seconds: float = 0.5) -> int:
        """Wait until nothing more comes; the bytes so far."""
        seen = -1
        while seen != self.received:
            seen = self.received
            await asyncio.sleep(seconds)
        return seen

    async def __aenter__(self) -> Sink:
        self._process.start()
        async with asyncio.timeout(START_TIMEOUT):
            while self._connected.value < self._wanted:
                if not self._process.is_alive():
                    raise ConnectionError("the clients ended; see above")
                await asyncio.sleep(0.01)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.join()
