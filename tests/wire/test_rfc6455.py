"""The client's side of RFC 6455: what it says and takes, byte for byte, and held to the `websockets` library."""

from __future__ import annotations

import random

import pytest
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from agent_tui.backends.wire.rfc6455 import (
    CLOSE,
    MAX_HEAD,
    PING,
    TEXT,
    Control,
    FrameReader,
    Message,
    NoWebsocket,
    answer,
    close_payload,
    frame,
    new_key,
    place,
    request,
)

LIMIT = 200_000


def sent(opcode: Opcode, data: bytes, fin: bool = True) -> bytes:
    """As a server sends it: not masked."""
    return Frame(opcode, data, fin).serialize(mask=False)


def test_a_server_of_the_library_takes_the_request_and_its_answer_is_taken() -> None:
    server, key = ServerProtocol(subprotocols=[Subprotocol("one.v1")]), new_key()
    server.receive_data(request(place("ws://localhost:8080/a b?c=d"), key, "one.v1", {"Authorization": "Bearer x"}))
    asked = server.events_received()[0]
    assert isinstance(asked, Request)
    assert (asked.path, asked.headers["Host"]) == ("/a%20b?c=d", "localhost:8080")
    assert asked.headers["Authorization"] == "Bearer x"
    accepted = server.accept(asked)
    assert accepted.status_code == 101
    head = accepted.serialize()
    for cut in range(len(head)):
        assert answer(head[:cut]) is None
    found, size = answer(head + b"\x81\x01a") or (None, 0)
    assert found is not None and (found.status, size) == (101, len(head))
    assert found.subprotocol(key) == "one.v1"
    with pytest.raises(NoWebsocket, match="another request"):
        found.subprotocol(new_key())


@pytest.mark.parametrize(
    "head",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 2x0 no\r\n\r\n",
        b"HTTP/1.1 101 ok\r\nno colon\r\n\r\n",
        b"HTTP/1.1 101 ok\r\nUpgrade : websocket\r\n\r\n",
        b"HTTP/1.1 200 ok\r\nlong: " + b"x" * MAX_HEAD,
    ],
)
def test_what_is_no_answer_is_named(head: bytes) -> None:
    with pytest.raises(NoWebsocket):
        answer(head)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ("Upgrade: h2c", "did not change"),
        ("Connection: keep-alive", "did not change"),
        ("Sec-WebSocket-Extensions: permessage-deflate", "extension"),
    ],
)
def test_a_101_that_is_none_is_refused(changed: str, why: str) -> None:
    server, key = ServerProtocol(), new_key()
    server.receive_data(request(place("ws://localhost"), key, "one.v1", {}))
    asked = server.events_received()[0]
    assert isinstance(asked, Request)
    name, _, value = changed.partition(": ")
    accepted: Response = server.accept(asked)
    accepted.headers.pop(name, None)
    accepted.headers[name] = value
    found, _ = answer(accepted.serialize()) or (None, 0)
    assert found is not None
    with pytest.raises(NoWebsocket, match=why):
        found.subprotocol(key)


def test_how_much_of_a_refusals_words_to_wait_for() -> None:
    def size(headers: str) -> int | None:
        found, _ = answer(f"HTTP/1.1 503 busy\r\n{headers}\r\n".encode()) or (None, 0)
        assert found is not None
        return found.body_size

    assert size("Content-Length: 12\r\n") == 12
    assert size("Content-Length: 99999999999\r\n") == 4096
    assert size("Transfer-Encoding: chunked\r\n") == 0
    assert size("Content-Length: -1\r\n") is None and size("") is None


@pytest.mark.parametrize(
    "url", ["http://h", "ws://", "ws://u:p@h", "ws://h#f", "ws://h:x", "ws://" + "a" * 64, "ws://a b"]
)
def test_what_is_no_websocket_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError):
        place(url)


def test_where_a_url_points() -> None:
    plain, other, six = place("ws://H.example"), place("wss://h.example:8443/x?y=%20z"), place("wss://[::1]")
    assert (plain.authority, plain.port, plain.path) == ("h.example", 80, "/")
    assert (other.authority, other.port, other.path, other.secure) == ("h.example:8443", 8443, "/x?y=%20z", True)
    assert (six.authority, six.host, six.port) == ("[::1]", "::1", 443)
    assert place("ws://m\u00fcnchen.example").host == "xn--mnchen-3ya.example"


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 150_001])
def test_messages_of_every_size_arrive_both_ways(size: int) -> None:
    text = "x" * size
    assert list(FrameReader(LIMIT).feed(sent(Opcode.TEXT, text.encode()))) == [Message(text)]
    made = frame(TEXT, text.encode())
    head = 2 if size < 126 else 4 if size < 65_536 else 10
    mask, masked = made[head : head + 4], made[head + 4 :]
    assert made[1] & 0x80 and bytes(b ^ mask[i % 4] for i, b in enumerate(masked)) == text.encode()


def test_a_stream_cut_anywhere_gives_the_same_messages() -> None:
    chance = random.Random(7)
    stream = b"".join(
        [
            sent(Opcode.TEXT, "sch\u00f6n".encode()),
            sent(Opcode.TEXT, "\u05e9\u05dc".encode()[:3], fin=False),
            sent(Opcode.PING, b"still there?"),
            sent(Opcode.CONT, b"", fin=False),
            sent(Opcode.CONT, "\u05e9\u05dc".encode()[3:] + "\u05d5\u05dd".encode()),
            sent(Opcode.BINARY, b"x" * 70_000),
            sent(Opcode.CLOSE, close_payload(1001, "restart")),
        ]
    )
    wanted = [
        Message("sch\u00f6n"),
        Control(PING, b"still there?"),
        Message("\u05e9\u05dc\u05d5\u05dd"),
        Message("x" * 70_000),
        Control(CLOSE, close_payload(1001, "restart"), 1001, "restart"),
    ]
    for _ in range(50):
        reader, at = FrameReader(LIMIT), 0
        got: list[Message | Control] = []
        while at < len(stream):
            step = chance.choice((1, 2, 3, 7, 30_000))
            got += reader.feed(stream[at : at + step])
            at += step
        assert got == wanted


@pytest.mark.parametrize(
    ("stream", "code"),
    [
        (sent(Opcode.TEXT, b"x" * (LIMIT + 1))[:10], 1009),  # told by the head alone
        (sent(Opcode.TEXT, b"x" * LIMIT, fin=False) + sent(Opcode.CONT, b"xx"), 1009),
        (b"\x81\xff" + b"\xff" * 8, 1002),  # masked
        (b"\x81\x7f" + b"\xff" * 8, 1009),
        (b"\xc1\x01a", 1002),  # compressed
        (b"\x83\x01a", 1002),  # an opcode nobody knows
        (b"\x09\x01a", 1002),  # a ping in parts
        (b"\x89\x7e\x00\x7e", 1002),  # a ping of 126 bytes
        (sent(Opcode.CONT, b"a"), 1002),
        (sent(Opcode.TEXT, b"a", fin=False) + sent(Opcode.TEXT, b"b"), 1002),
        (sent(Opcode.TEXT, b"\xff"), 1007),
        (sent(Opcode.TEXT, b"\xed\xa0\x80"), 1007),
        (sent(Opcode.CLOSE, b"\x03"), 1002),
        (sent(Opcode.CLOSE, b"\x03\xe8\xff"), 1007),
    ],
)
def test_what_breaks_the_rules_is_refused_by_its_code(stream: bytes, code: int) -> None:
    with pytest.raises(NoWebsocket) as refused:
        list(FrameReader(LIMIT).feed(stream))
    assert refused.value.code == code


def test_nothing_is_kept_of_empty_parts() -> None:
    reader = FrameReader(LIMIT)
    assert list(reader.feed(sent(Opcode.TEXT, b"", fin=False))) == []
    for _ in range(1000):
        assert list(reader.feed(sent(Opcode.CONT, b"", fin=False))) == []
    assert reader._parts == []
    assert list(reader.feed(sent(Opcode.CONT, b"end"))) == [Message("end")]


def test_a_reason_is_cut_between_characters() -> None:
    assert close_payload(1000, "\u05e9" * 100) == b"\x03\xe8" + ("\u05e9" * 61).encode()
