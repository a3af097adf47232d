"""The other end of a `[[webhook]]`: customers who write until the hub has stored it, and where answers go."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from agent_tui.backends.connectors.webhook import signing
from agent_tui.backends.hub.http import HttpServer
from agent_tui.domain.time import SystemTime

SECRET = "whsec_" + "c2hhcmVkIHNlY3JldCBvZiB0aGUgdGVzdHMsIG9ubHk="
ENV = {"AGENT_TUI_WEBHOOK_SECRET_CHAT": SECRET}


def config(deliver_url: str) -> str:
    """The hub.toml of one webhook account."""
    return f'[[webhook]]\nname = "chat"\nchannel = "webchat"\ndeliver_url = "{deliver_url}"\n'


class Receiver:
    """Takes what agents answer. `taken`: how often each message id came; while `open` is not set,
    answers wait; `latency`: seconds before each."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.texts: list[str] = []
        self.messages: list[dict[str, Any]] = []
        self.latency = 0.0
        self.open = asyncio.Event()
        self.open.set()
        self._server = HttpServer(Starlette(routes=[Route("/take", self._take, methods=["POST"])]))

    @property
    def url(self) -> str:
        return f"{self._server.url}/take"

    async def start(self) -> None:
        await self._server.start()

    async def stop(self) -> None:
        self.open.set()
        await self._server.stop()

    async def _take(self, request: Request) -> Response:
        try:
            body = await request.body()
        except ClientDisconnect:  # the hub was killed in the middle of it
            return Response(status_code=400)
        signing.check(signing.key_of(SECRET), request.headers, SystemTime().now(), body)
        got = json.loads(body)
        self.taken[got.get("id") or got["call"]] += 1
        self.texts.append(got.get("text", ""))
        self.messages.append(got)
        await asyncio.sleep(self.latency)
        await self.open.wait()
        return JSONResponse({})


class Customers:
    """Writes to the hub; `acknowledged` holds the text of each message that the hub answered with 2xx."""

    def __init__(self, http_url: str) -> None:
        self.url = f"{http_url}/webhooks/chat"
        self.acknowledged: list[str] = []
        self.repeated = 0
        self._client = httpx.AsyncClient(timeout=10, trust_env=False)

    async def close(self) -> None:
        await self._client.aclose()

    async def post(self, payload: dict[str, Any], *, secret: str = SECRET) -> httpx.Response:
        body = json.dumps(payload).encode()
        id = str(payload.get("id", "x"))
        headers = signing.signed(signing.key_of(secret), id, SystemTime().now(), body)
        return await self._client.post(self.url, content=body, headers=headers)

    async def say(self, who: str, text: str, id: str = "") -> None:
        """Post until it is stored, under one id (the text itself when left out)."""
        payload = {"type": "message", "id": id or text, "from": {"address": who, "name": who}, "text": text}
        first = True
        while True:
            try:
                answer = await self.post(payload)
            except httpx.HTTPError:
                answer = None
            if answer is not None and answer.is_success:
                self.acknowledged.append(text)
                return
            assert answer is None or answer.status_code == 503, answer.text
            self.repeated += first
            first = False
            await asyncio.sleep(0.4)

    async def keep_writing(self, who: str, stop: asyncio.Event, pause: float) -> None:
        """One message after the other until `stop`; every one begun is finished."""
        number = 0
        while not stop.is_set():
            number += 1
            await self.say(who, f"{who} says {number}")
            await asyncio.sleep(pause)


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


@asynccontextmanager
async def customers(http_url: str) -> AsyncIterator[Customers]:
    made = Customers(http_url)
    try:
        yield made
    finally:
        await made.close()
