"""Deliveries a second to 1,000 desks: a bare `websockets` broadcast, and our hub beside it in the same run."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from typing import Any

from websockets.asyncio.server import ServerConnection, broadcast, serve

from bench import desk_fanout
from bench.sink import Greeting, Sink, more_files

CLIENTS = 1_000
MESSAGES = 100
#: Messages sent before the loop gets a turn to write them out: a hub's own pace, and bounded buffers.
TOGETHER = 5
TIMEOUT = 120.0


def message(number: int) -> str:
    """An event of about 600 bytes, all of the same length."""
    return json.dumps(
        {
            "type": "event",
            "seq": 1_000_000 + number,
            "prev": 999_999 + number,
            "occurred": "2026-01-01T00:00:00.000Z",
            "recorded": "2026-01-01T00:00:00.100Z",
            "body": {"kind": "message_received", "case": f"case-{number % 1000:06d}", "text": "order " * 70},
        }
    )


def wire_size(text: str) -> int:
    """Bytes of an unmasked, uncompressed text frame (RFC 6455, 5.2)."""
    size = len(text.encode())
    return size + (2 if size < 126 else 4 if size < 65536 else 10)


async def bare_broadcast() -> float:
    """Deliveries a second of `websockets.broadcast`, without compression."""
    more_files()
    desks: set[ServerConnection] = set()

    async def desk(connection: ServerConnection) -> None:
        desks.add(connection)
        await connection.wait_closed()

    async with serve(desk, "127.0.0.1", 0, compression=None, ping_interval=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        async with Sink("127.0.0.1", port, [Greeting({})] * CLIENTS) as sink:
            target = await sink.quiet(0.1)
            began = time.perf_counter()
            for number in range(MESSAGES):
                text = message(number)
                target += wire_size(text) * CLIENTS
                broadcast(desks, text)
                if number % TOGETHER == TOGETHER - 1:
                    await sink.until(target, TIMEOUT)
            await sink.until(target, TIMEOUT)
            return MESSAGES * CLIENTS / (time.perf_counter() - began)


async def hub_deliveries() -> float:
    """Deliveries a second of our hub to CLIENTS desks that speak the desk protocol, one event a commit. Its events are
    longer than those of the broadcast: they carry the case's row."""
    return await desk_fanout.deliveries(CLIENTS, MESSAGES, TOGETHER)


async def run(rounds: int) -> dict[str, Any]:
    """Both, interleaved; medians."""
    bare: list[float] = []
    hub: list[float] = []
    for _ in range(rounds):
        bare.append(await bare_broadcast())
        hub.append(await hub_deliveries())
        await asyncio.sleep(0)
    rate = statistics.median(hub)
    return {
        "websockets broadcast": {"desks": CLIENTS, "deliveries/s": statistics.median(bare)},
        "hub": {"desks": CLIENTS, "deliveries/s": rate, "to broadcast": rate / statistics.median(bare)},
    }
