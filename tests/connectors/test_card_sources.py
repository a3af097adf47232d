"""Systems that fill cards, and what they do wrong: slow, huge, elsewhere, of another type, no JSON."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from agent_tui.backends.connectors.cards.answers import read_card
from agent_tui.backends.connectors.cards.base import LARGEST
from agent_tui.backends.connectors.cards.command import CommandCardSource
from agent_tui.backends.connectors.cards.http import HttpCardSource
from agent_tui.domain import json_path
from agent_tui.domain.company_cards import CardFailed, CardFieldSetup, CardKind, CardSetup

OK = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"


@asynccontextmanager
async def shop(answer: bytes | None) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A system on this machine that says `answer` to each request, or with None nothing; its address and what it was
    asked."""
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked.append(await reader.readuntil(b"\r\n\r\n"))
            if answer is not None:
                writer.write(answer)
                await writer.drain()
            else:
                await reader.read()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked
    finally:
        server.close()


def whole(body: bytes, head: bytes = OK) -> bytes:
    return head + b"content-length: %d\r\nconnection: close\r\n\r\n" % len(body) + body


async def asked_of(source: HttpCardSource | CommandCardSource, tel: str = "+1") -> bytes | tuple[str, str]:
    """What it answered, or its trouble."""
    try:
        return await source.look_up({"tel": tel})
    except CardFailed as failed:
        return failed.trouble.kind, failed.trouble.detail.raw
    finally:
        await source.stop()


async def test_one_request_with_its_secret() -> None:
    async with shop(whole(b'{"a": 1}')) as (url, asked):
        source = HttpCardSource(f"{url}/orders?phone={{tel}}", {"Authorization": "Bearer s3cret"})
        assert await asked_of(source, "+972&x=1") == b'{"a": 1}'
    (request,) = asked
    assert request.startswith(b"GET /orders?phone=%2B972%26x%3D1 HTTP/1.1\r\n")
    assert b"authorization: bearer s3cret" in request.lower()


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (None, ("late", "0.2")),
        (OK + b"content-length: 10\r\n\r\n{", ("unreachable", "RemoteProtocolError")),
        (whole(b" " * (LARGEST + 1)), ("too-big", "")),
        (OK + b"transfer-encoding: chunked\r\n\r\n" + b"10000\r\n%s\r\n" % (b" " * 65536) * 5, ("too-big", "")),
        (b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n", ("redirect", "302")),
        (b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n", ("status", "403")),
        (whole(b"<p>", b"HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=x\r\n"), ("type", "text/html")),
        (whole(b"zip", OK + b"content-encoding: gzip\r\n"), ("type", "gzip")),
        (b"nonsense\r\n\r\n", ("unreachable", "RemoteProtocolError")),
    ],
)
async def test_what_goes_wrong_is_named(answer: bytes | None, trouble: tuple[str, str]) -> None:
    async with shop(answer) as (url, _):
        seconds = 0.2 if answer is None else 2
        assert await asked_of(HttpCardSource(f"{url}/{{tel}}", {}, seconds=seconds)) == trouble


async def test_a_name_that_leads_inside_is_not_asked() -> None:
    async def inside(_host: str, _port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    assert (await asked_of(HttpCardSource("http://shop.example/{tel}", {}, inside)))[0] == "private"


async def test_a_command_has_its_words_and_nothing_of_the_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_SECRET", "s3cret")
    told = await asked_of(CommandCardSource(("/bin/sh", "-c", 'echo "$0"; env', "{tel}")), "$(id); x")
    assert isinstance(told, bytes)
    assert told.startswith(b"$(id); x\n")
    assert b"s3cret" not in told


async def test_a_command_ends_with_its_children(tmp_path: Path) -> None:
    mark = tmp_path / "child"
    stays = ("/bin/sh", "-c", f"sleep 30 & echo $! > {mark}; wait", "{tel}")
    assert await asked_of(CommandCardSource(stays, seconds=0.3)) == ("late", "0.3")
    child = int(mark.read_text())
    for _ in range(100):
        if not alive(child):
            break
        await asyncio.sleep(0.01)
    assert not alive(child)


def alive(process: int) -> bool:
    """Whether it runs still; one that has ended and was not collected yet does not."""
    try:
        os.kill(process, 0)
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


async def test_a_command_that_fails_or_floods_is_named() -> None:
    for words, trouble in (
        (("/bin/sh", "-c", "exit 3"), ("ended", "3")),
        (("/nowhere/shop",), ("not-run", "No such file or directory")),
        (("/bin/cat", "/dev/zero"), ("too-big", "")),
    ):
        assert await asked_of(CommandCardSource(words)) == trouble


def setup(*paths: tuple[str, CardKind], most: int = 2) -> CardSetup:
    fields = tuple(CardFieldSetup(path, (), json_path.parse(path), kind) for path, kind in paths)
    column = CardFieldSetup("id", (), json_path.parse("id"))
    return CardSetup("shop", (), fields=fields, rows=json_path.parse("orders"), columns=(column,), most=most)


def test_an_answer_becomes_a_card() -> None:
    told = b"""{"name": " Dana\\u001b[31m ", "owed": 120, "since": 1700000000, "none": null, "deep": {"x": 1},
        "tags": ["a", true, null], "tiny": 1e-3, "orders": [{"id": 88213}, {}, {"id": "b"}, {"id": 4}]}"""
    card = read_card(
        setup(
            ("name", "text"),
            ("owed", "money"),
            ("since", "date"),
            ("none", "text"),
            ("deep", "text"),
            ("tags[*]", "text"),
            ("tiny", "money"),
        ),
        told,
    )
    assert [(one.name, one.value.raw) for one in card.fields] == [
        ("name", "Dana\x1b[31m"),
        ("owed", "120.00"),
        ("since", "2023-11-14T22:13:20+00:00"),
        ("tags[*]", "a, true"),
        ("tiny", "0.00"),
    ]
    assert [[one.value.raw for one in line] for line in card.lines] == [["88213"]]
    assert card.more == 2


@pytest.mark.parametrize(
    ("content", "line"),
    [(b"{\n\n x", "3"), (b"", "1"), (b"\xff", "1"), (b"[" * 100_000, ""), (b"9" * 5000, ""), (b'{"a": NaN}', "")],
)
def test_what_is_no_json_says_where(content: bytes, line: str) -> None:
    with pytest.raises(CardFailed) as failed:
        read_card(setup(("a", "text")), content)
    assert (failed.value.trouble.kind, failed.value.trouble.detail.raw) == ("not-json", line)


def test_numbers_without_end_stay_short() -> None:
    huge = b'{"a": 1e999999999, "b": 1e400, "c": ' + b"9" * 4000 + b"}"
    card = read_card(setup(("a", "money"), ("b", "date"), ("c", "text"), ("c", "date")), huge)
    assert all(len(one.value) <= 300 for one in card.fields)
