"""Clients that never finish what they say, on the hub's HTTP side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from agent_tui.backends.hub.http import HttpServer, Patience

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]
HEAD = b"GET /slow HTTP/1.1\r\nhost: x\r\n"


@asynccontextmanager
async def served(patience: Patience) -> AsyncIterator[tuple[HttpServer, Callable[[], Awaitable[Stream]]]]:
    """A server of `/slow` (answers after a second) and `/take` (says how much came); opens lines to it."""

    async def slow(request: Request) -> Response:
        await asyncio.sleep(1.0)
        return PlainTextResponse("well")

    async def take(request: Request) -> Response:
        return PlainTextResponse(str(len(await request.body())))

    server = HttpServer(Starlette(routes=[Route("/slow", slow), Route("/take", take, methods=["POST"])]), patience)
    await server.start()
    writers: list[asyncio.StreamWriter] = []

    async def opened() -> Stream:
        host, _, port = server.url.removeprefix("http://").rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writers.append(writer)
        return reader, writer

    try:
        yield server, opened
    finally:
        for writer in writers:
            writer.close()
        await server.stop()


async def closed(reader: asyncio.StreamReader) -> bytes:
    """What came until the other side closed; TimeoutError when it does not."""
    with suppress(ConnectionError):
        return await asyncio.wait_for(reader.read(), 20)
    return b""


async def test_a_head_that_never_ends_is_not_waited_for() -> None:
    async with served(Patience(head=0.3)) as (_, opened):
        silent, _ = await opened()
        slow, saying = await opened()

        async def dribble() -> None:
            with suppress(ConnectionError):
                for letter in HEAD + b"x-more: " + b"a" * 10_000:
                    saying.write(bytes([letter]))
                    await saying.drain()
                    await asyncio.sleep(0.01)
            raise AssertionError("it was heard to the end")

        dribbling = asyncio.create_task(dribble())
        assert await closed(silent) == b""
        assert await closed(slow) == b""
        assert not dribbling.done()
        dribbling.cancel()


async def test_the_next_request_s_head_is_not_waited_for_either() -> None:
    async with served(Patience(head=0.3)) as (_, opened):
        reader, writer = await opened()
        writer.write(b"POST /take HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nab")
        assert b"200" in await reader.readuntil(b"\r\n\r\n")
        assert await reader.readexactly(1) == b"2"
        writer.write(HEAD)
        assert await closed(reader) == b""


async def test_a_body_that_stops_coming_is_not_waited_for() -> None:
    async with served(Patience(body=0.3)) as (_, opened):
        reader, writer = await opened()
        writer.write(b"POST /take HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nab")
        assert b"200" not in await closed(reader)


async def test_an_answer_may_take_longer_than_a_head() -> None:
    async with served(Patience(head=0.2, body=0.2)) as (server, _), httpx.AsyncClient() as browser:
        assert (await browser.get(f"{server.url}/slow")).text == "well"


async def test_connections_are_counted() -> None:
    async with served(Patience(head=60.0, connections=3)) as (server, opened):
        held = [await opened() for _ in range(3)]
        beyond, _ = await opened()
        assert await closed(beyond) == b""
        held[0][1].close()
        await held[0][1].wait_closed()
        async with httpx.AsyncClient() as browser:
            for _ in range(100):  # the server has yet to see that one left
                with suppress(httpx.TransportError):
                    assert (await browser.post(f"{server.url}/take", content=b"abc")).text == "3"
                    return
                await asyncio.sleep(0.02)
        raise AssertionError("no room again")
