"""A desk's line against the `websockets` server that the hub uses, and against servers that do what they must not."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from agent_tui.backends.wire import websocket
from agent_tui.backends.wire.frames import MAX_FRAME_BYTES, SUBPROTOCOL
from agent_tui.backends.wire.transport import TransportClosed, TransportRefused
from agent_tui.backends.wire.websocket import MOST_WAITING, connect_websocket
from tests.certificates import make_certificate

Handler = Callable[[ServerConnection], Awaitable[None]]
Raw = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def echo(connection: ServerConnection) -> None:
    async for text in connection:
        await connection.send(text)


@asynccontextmanager
async def server(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    async with serve(
        handler, "127.0.0.1", 0, subprotocols=[Subprotocol(SUBPROTOCOL)], ssl=tls, compression="deflate"
    ) as serving:
        port = next(iter(serving.sockets)).getsockname()[1]
        yield f"{'wss' if tls else 'ws'}://127.0.0.1:{port}"


@asynccontextmanager
async def raw(answers: Raw) -> AsyncIterator[str]:
    """A server that is no more than what `answers` does."""
    over = asyncio.Event()

    async def serving(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            await answers(reader, writer)
            await over.wait()
        writer.close()

    listening = await asyncio.start_server(serving, "127.0.0.1", 0)
    try:
        yield f"ws://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    finally:
        over.set()
        listening.close()


async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, subprotocol: str = SUBPROTOCOL) -> None:
    """A good opening; after it the test writes what it likes."""
    protocol = ServerProtocol(subprotocols=[Subprotocol(subprotocol)])
    protocol.receive_data(await reader.readuntil(b"\r\n\r\n"))
    asked = protocol.events_received()[0]
    assert isinstance(asked, Request)
    writer.write(protocol.accept(asked).serialize())


async def test_texts_go_both_ways_whatever_their_size() -> None:
    async with server(echo) as url:
        line = await connect_websocket(url, "token")
        texts = ["", "a", "\u05e9\u05dc\u05d5\u05dd", "x" * 70_000, "y" * MAX_FRAME_BYTES]
        for text in texts:
            await line.send(text)
            assert await line.recv() == text
        await line.close()
        with pytest.raises(TransportClosed):
            await line.recv()
        with pytest.raises(TransportClosed):
            await line.send("late")


async def test_what_was_sent_before_the_end_arrives_and_the_goodbye_too() -> None:
    got: list[str | bytes] = []
    ended: asyncio.Future[tuple[int | None, str | None]] = asyncio.get_running_loop().create_future()

    async def listen(connection: ServerConnection) -> None:
        async for text in connection:
            got.append(text)
        ended.set_result((connection.close_code, connection.close_reason))

    async with server(listen) as url:
        line = await connect_websocket(url, "token")
        for number in range(50):
            await line.send(f"{number} " + "x" * 10_000)
        await line.close(1000, "the shift is over")
        assert await ended == (1000, "the shift is over")
        assert [str(text).split()[0] for text in got] == [str(number) for number in range(50)]


async def test_the_servers_goodbye_is_told_after_its_last_text() -> None:
    async def leave(connection: ServerConnection) -> None:
        await connection.send("last")
        await connection.close(1012, "restart")

    async with server(leave) as url:
        line = await connect_websocket(url, "token")
        assert await line.recv() == "last"
        with pytest.raises(TransportClosed) as closed:
            await line.recv()
        assert (closed.value.code, closed.value.reason) == (1012, "restart")
        await line.close()


async def test_a_line_that_breaks_is_told_as_1006() -> None:
    async def breaks(connection: ServerConnection) -> None:
        connection.transport.abort()
        await connection.wait_closed()

    async with server(breaks) as url:
        line = await connect_websocket(url, "token")
        with pytest.raises(TransportClosed) as closed:
            await line.recv()
        assert closed.value.code == 1006
        await line.close()


async def test_the_token_and_the_subprotocol_are_told() -> None:
    seen: list[Request] = []

    def look(connection: ServerConnection, asked: Request) -> Response | None:
        seen.append(asked)
        return None

    async with serve(echo, "127.0.0.1", 0, subprotocols=[Subprotocol(SUBPROTOCOL)], process_request=look) as serving:
        port = next(iter(serving.sockets)).getsockname()[1]
        await (await connect_websocket(f"ws://127.0.0.1:{port}/desk", "secret")).close()
    (asked,) = seen
    assert asked.path == "/desk"
    assert asked.headers["Authorization"] == "Bearer secret"
    assert asked.headers["User-Agent"] == "agent-tui"
    assert "Sec-WebSocket-Extensions" not in asked.headers


@pytest.mark.parametrize(
    ("status", "body", "final", "words"),
    [
        (HTTPStatus.UNAUTHORIZED, "", True, "refused the token"),
        (HTTPStatus.SERVICE_UNAVAILABLE, "full for now\nmore", False, "full for now"),
        (HTTPStatus.SERVICE_UNAVAILABLE, "\x1b]0;bad\x07", False, "HTTP 503"),
        (HTTPStatus.FOUND, "elsewhere", False, "HTTP 302"),
        (HTTPStatus.OK, "<html>", False, "HTTP 200"),
    ],
)
async def test_a_refusal_is_told_with_its_status(status: HTTPStatus, body: str, final: bool, words: str) -> None:
    def refuse(connection: ServerConnection, asked: Request) -> Response:
        answer = connection.respond(status, body)
        answer.headers["Location"] = "ws://127.0.0.1:1/"
        return answer

    async with serve(echo, "127.0.0.1", 0, process_request=refuse) as serving:
        port = next(iter(serving.sockets)).getsockname()[1]
        with pytest.raises(TransportRefused) as refused:
            await connect_websocket(f"ws://127.0.0.1:{port}", "token")
    assert (refused.value.status, refused.value.final) == (status, final)
    assert words in str(refused.value)


async def test_a_refusal_whose_words_end_with_the_line_is_told_too() -> None:
    async def refuses(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.0 503 busy\r\n\r\ncome back at noon")
        writer.close()

    async with raw(refuses) as url:
        with pytest.raises(TransportRefused, match="come back at noon"):
            await connect_websocket(url, "token")


@pytest.mark.parametrize(
    ("said", "words"), [(b"SSH-2.0-OpenSSH_9.2\r\n", "valid HTTP"), (b"", "hung up"), (b"HTTP/1.1 1", "hung up")]
)
async def test_what_is_no_server_of_ours_is_tried_again(said: bytes, words: str) -> None:
    async def other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)
        writer.close()

    async with raw(other) as url:
        with pytest.raises(TransportClosed, match=words):
            await connect_websocket(url, "token")


async def test_a_server_that_does_not_answer_is_not_waited_for() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")

    async with raw(silent) as url:
        with pytest.raises(TransportClosed, match="no answer from"):
            await connect_websocket(url, "token", open_timeout=0.05)


async def test_nobody_there_and_no_token_and_no_url() -> None:
    with pytest.raises(TransportClosed, match="cannot reach"):
        await connect_websocket("ws://127.0.0.1:1", "token")
    with pytest.raises(TransportRefused, match="characters that no token has"):
        await connect_websocket("ws://127.0.0.1:1", "to\r\nken")
    with pytest.raises(TransportRefused, match="no websocket URL"):
        await connect_websocket("http://127.0.0.1:1", "token")


async def test_another_protocol_is_refused() -> None:
    async with serve(echo, "127.0.0.1", 0) as serving:
        port = next(iter(serving.sockets)).getsockname()[1]
        with pytest.raises(TransportRefused, match="does not speak"):
            await connect_websocket(f"ws://127.0.0.1:{port}", "token")


@pytest.mark.parametrize(
    ("frames", "code"),
    [(b"\x81\x7f\x00\x00\x00\x00\xff\xff\xff\xff", 1009), (b"\x81\x01\xff", 1007), (b"\xf0\x00", 1002)],
)
async def test_a_server_that_breaks_the_rules_is_told_so_and_left(frames: bytes, code: int) -> None:
    told: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    async def breaks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await accepted(reader, writer)
        writer.write(Frame(Opcode.TEXT, b"good").serialize(mask=False) + frames)
        told.set_result(await reader.read())

    async with raw(breaks) as url:
        line = await connect_websocket(url, "token")
        assert await line.recv() == "good"
        with pytest.raises(TransportClosed) as closed:
            await line.recv()
        assert closed.value.code == 1006
        goodbye = await told
        assert goodbye[0] == 0x88 and goodbye[1] & 0x80
        mask, payload = goodbye[2:6], goodbye[6:8]
        assert int.from_bytes(bytes(b ^ mask[at] for at, b in enumerate(payload)), "big") == code
        await line.close()


async def test_a_desk_that_does_not_read_makes_the_server_wait() -> None:
    sent = 0

    async def pour(connection: ServerConnection) -> None:
        nonlocal sent
        with suppress(ConnectionClosed):
            while True:
                await connection.send("x" * 50_000)
                sent += 1

    async with server(pour) as url:
        line = await connect_websocket(url, "token")
        await line.recv()
        before = -1
        while sent != before:  # until the line is full
            before = sent
            await asyncio.sleep(0.1)
        assert line._waiting <= MOST_WAITING + 50_000 + 65_536 * 4
        for _ in range(sent + 20):
            await line.recv()
        await line.close()  # with much unread before the server's goodbye


async def test_pings_are_answered_and_a_silent_server_is_left() -> None:
    async def asks(connection: ServerConnection) -> None:
        await (await connection.ping(b"there?"))
        await connection.send("answered")
        await connection.wait_closed()

    async with server(asks) as url:
        line = await connect_websocket(url, "token", ping_seconds=0.05)
        assert await line.recv() == "answered"
        await asyncio.sleep(0.3)  # six pings of ours, all answered
        await line.send("still there")
        await line.close()

    pings = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await accepted(reader, writer)
        assert (await reader.readexactly(2))[0] == 0x89
        pings.set()

    async with raw(silent) as url:
        line = await connect_websocket(url, "token", ping_seconds=0.05)
        with pytest.raises(TransportClosed, match="fallen silent"):
            await line.recv()
        assert pings.is_set()
        with pytest.raises(TransportClosed):
            await line.send("to nobody")
        await line.close()


async def test_a_server_without_a_goodbye_is_not_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "CLOSE_SECONDS", 0.05)

    async def stays(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await accepted(reader, writer)

    async with raw(stays) as url:
        line = await connect_websocket(url, "token")
        async with asyncio.timeout(5):
            await line.close()


async def test_a_line_by_tls_asks_who_is_there(tmp_path: Path) -> None:
    make_certificate(tmp_path)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    async with server(echo, tls) as url:
        line = await connect_websocket(url, "token", tls=ssl.create_default_context(cafile=tmp_path / "cert.pem"))
        await line.send("x" * 300_000)
        assert await line.recv() == "x" * 300_000
        await line.close()
        with pytest.raises(TransportClosed, match="is not trusted"):
            await connect_websocket(url, "token")
