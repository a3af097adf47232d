"""A hook of supervisors: signed posts to one address, never to one of ours that somebody else's name leads to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx
import pytest

from agent_tui.backends.connectors.webhook import signing
from agent_tui.backends.connectors.webhook.hook import SignedHook
from agent_tui.domain.time import VirtualTime
from tests.hub.fakes import T0

KEY = b"k" * 32
BODY = b'{"type": "alert"}'


@asynccontextmanager
async def server(answer: bytes) -> AsyncIterator[tuple[str, list[bytes]]]:
    """Answers every request with these bytes; without any it never does."""
    got: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        got.append(head + await reader.readexactly(len(BODY)))
        if answer:
            writer.write(answer)
            writer.close()
        else:
            await reader.read()
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/alerts", got


def answered(status: str, more: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\n{more}content-length: 0\r\nconnection: close\r\n\r\n".encode()


async def test_a_post_is_signed_and_goes_where_the_url_says_by_number() -> None:
    async with server(answered("204 No Content")) as (url, got):
        hook = SignedHook(url, KEY, VirtualTime(T0))
        assert (await hook.post("al_1", BODY)).outcome == "accepted"
        await hook.stop()
    head, _, body = got[0].partition(b"\r\n\r\n")
    headers = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:])
    assert (body, headers["webhook-id"], headers["content-type"]) == (BODY, "al_1", "application/json")
    given = headers | {"webhook-signature": next(li[19:] for li in head.decode().split("\r\n") if "signature" in li)}
    signing.check(KEY, given, T0, body)


@pytest.mark.parametrize(
    ("answer", "outcome", "reason"),
    [
        (answered("302 Found", "location: http://127.0.0.1:1/\r\n"), "later", "the webhook answered 302"),
        (answered("503 Service Unavailable", "retry-after: 7\r\n"), "later", "the webhook answered 503"),
        (answered("404 Not Found"), "refused", "the webhook answered 404"),
        (b"nonsense\r\n\r\n", "later", "no answer (RemoteProtocolError)"),
        (b"", "later", "no answer within 0.2 s"),
    ],
)
async def test_what_an_answer_means(answer: bytes, outcome: str, reason: str) -> None:
    async with server(answer) as (url, got):
        hook = SignedHook(url, KEY, VirtualTime(T0), seconds=0.2 if not answer else 5)
        result = await hook.post("al_1", BODY)
        await hook.stop()
    assert (result.outcome, result.reason, len(got)) == (outcome, reason, 1)


PRIVATE = (
    "64:ff9b::7f00:1",
    "2002:a00:1::",
    "127.0.0.1",
    "10.0.0.7",
    "169.254.169.254",
    "::1",
    "::ffff:127.0.0.1",
    "fe80::1%eth0",
)


@pytest.mark.parametrize("last", PRIVATE)
async def test_a_name_that_leads_to_a_private_address_is_refused(last: str) -> None:
    def never(request: httpx.Request) -> httpx.Response:
        raise AssertionError(request.url)

    async def leads(host: str, port: int) -> Sequence[str]:
        return ["8.8.8.8", last]

    hook = SignedHook("https://alerts.example/x", KEY, VirtualTime(T0), leads, transport=httpx.MockTransport(never))
    result = await hook.post("al_1", BODY)
    assert (result.outcome, "which is no public address" in result.reason) == ("refused", True)
    await hook.stop()


async def test_the_connection_goes_to_the_address_that_was_looked_at_under_the_name_that_was_meant() -> None:
    seen: list[tuple[str, str, object]] = []

    def take(request: httpx.Request) -> httpx.Response:
        seen.append((str(request.url), request.headers["host"], request.extensions.get("sni_hostname")))
        return httpx.Response(200)

    async def leads(host: str, port: int) -> Sequence[str]:
        assert (host, port) == ("alerts.example", 8443)
        return ["93.184.216.34"]

    url = "https://alerts.example:8443/x?team=1"
    hook = SignedHook(url, KEY, VirtualTime(T0), leads, transport=httpx.MockTransport(take))
    assert (await hook.post("al_1", BODY)).outcome == "accepted"
    assert seen == [("https://93.184.216.34:8443/x?team=1", "alerts.example:8443", "alerts.example")]
    await hook.stop()


async def test_localhost_is_written_by_hand_too() -> None:
    async with server(answered("200 OK")) as (url, got):
        hook = SignedHook(url.replace("127.0.0.1", "localhost"), KEY, VirtualTime(T0))
        assert (await hook.post("al_1", BODY)).outcome == "accepted"
        await hook.stop()
    assert len(got) == 1


async def test_a_name_that_nobody_knows_is_tried_again() -> None:
    async def fails(host: str, port: int) -> Sequence[str]:
        raise OSError("no such name")

    hook = SignedHook("https://alerts.example/", KEY, VirtualTime(T0), fails)
    assert (await hook.post("al_1", BODY)).outcome == "later"
    await hook.stop()
