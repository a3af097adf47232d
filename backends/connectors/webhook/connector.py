"""The webhook connector: `POST /webhooks/NAME` takes messages, each answer of an agent is posted to one address."""

from __future__ import annotations

from dataclasses import replace

import httpx
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from agent_tui.backends.connectors.base import (
    CallReport,
    CallUpdate,
    ConnectorPort,
    DeliveryUpdate,
    Inbound,
    Outbound,
    SendResult,
)
from agent_tui.backends.connectors.webhook import payload, posting, signing
from agent_tui.backends.connectors.webhook.exchange import write_action
from agent_tui.domain.time import TimeSource

SEND_SECONDS = 30.0


class WebhookConnector:
    """One account of any text channel, or of a telephone exchange. `key`: the shared secret, for both directions.
    `limit`: bytes of a request. `puts_through`: the exchange can.

    A try whose answer was lost is made again: the receiver knows it by `webhook-id`, which is the message's own."""

    def __init__(
        self,
        account: str,
        channel: str,
        key: bytes,
        deliver_url: str,
        time: TimeSource,
        limit: int = 35_000_000,
        *,
        puts_through: bool = False,
    ) -> None:
        self._account = account
        self._channel = channel
        self._key = key
        self._url = deliver_url
        self._time = time
        self._limit = limit
        self._puts_through = puts_through
        self._port: ConnectorPort | None = None
        self._client: httpx.AsyncClient | None = None
        self._health = ""

    @property
    def account(self) -> str:
        return self._account

    @property
    def channel(self) -> str:
        return self._channel

    def routes(self) -> list[BaseRoute]:
        """For the hub's HTTP side."""
        return [Route(f"/webhooks/{self._account}", self._receive, methods=["POST"])]

    async def start(self, port: ConnectorPort) -> None:
        self._client = posting.new_client(SEND_SECONDS)
        self._port = port

    async def stop(self) -> None:
        self._port = None
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    def health(self) -> str:
        return self._health

    async def call_action(self, call_id: str, action: str, agent: str, keys: str) -> str:
        """One try: a call does not wait."""
        client, now = self._client, self._time.now()
        if client is None:
            return "the hub is stopping"
        body = write_action(call_id, action, agent, keys, now)
        try:
            result = await posting.post(client, self._url, self._key, f"{call_id}:{action}:{now}", now, body)
        except httpx.HTTPError as error:
            return f"no answer from the exchange ({type(error).__name__})"
        return "" if result.outcome == "accepted" else result.reason

    @property
    def puts_through(self) -> bool:
        return self._puts_through

    async def put_through(self, call_id: str, giver: str, to: str) -> SendResult:
        client, now = self._client, self._time.now()
        if client is None:
            return SendResult("refused", reason="the hub is stopping")
        body = write_action(call_id, "transfer", giver, "", now, to)
        return await posting.post_once(client, self._url, self._key, f"{call_id}:transfer:{now}", now, body)

    # in

    async def _receive(self, request: Request) -> Response:
        try:
            body = await _whole(request, self._limit)
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            return _wrong(413, f"at most {self._limit} bytes")
        now = self._time.now()
        try:
            signing.check(self._key, request.headers, now, body)
            got = payload.read(body, self._account, self._channel, now)
        except signing.BadSignature as error:
            return _wrong(401, str(error))
        except payload.BadPayload as error:
            return _wrong(400, str(error))
        port = self._port
        if port is None:
            return _wrong(503, "the hub is starting or stopping: send it again", retry=1)
        try:
            return JSONResponse({"stored": await _store(port, got)})
        except Exception as error:
            if not any(base.__name__ == "StoreError" for base in type(error).__mro__):
                raise
            return _wrong(503, "the hub could not store it: send it again", retry=30)

    # out

    async def send(self, outbound: Outbound) -> SendResult:
        now = self._time.now()
        body = payload.write(outbound, now)
        client = self._client
        if client is None:
            return SendResult("later", reason="the hub is stopping")
        try:
            result = await posting.post(client, self._url, self._key, outbound.message, now, body)
        except httpx.HTTPError as error:
            self._health = f"deliver_url: {type(error).__name__}"
            return SendResult("later", reason=f"no answer from the webhook ({type(error).__name__})")
        if result.outcome == "accepted":
            self._health = ""
            return replace(result, channel_id=payload.out_id(outbound.message))
        if result.outcome == "later":
            self._health = f"deliver_url: {result.reason}"
        return result


async def _store(port: ConnectorPort, got: payload.Got) -> bool:
    """False: it was known already."""
    match got:
        case DeliveryUpdate():
            await port.delivery(got)
        case CallUpdate():
            await port.call(got)
        case CallReport():
            await port.call_report(got)
        case Inbound():
            return await port.inbound(got)
    return True


async def _whole(request: Request, limit: int) -> bytes | None:
    """The body; None when it is longer than `limit`. Raises ClientDisconnect."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            return None
        parts.append(part)
    return b"".join(parts)


def _wrong(status: int, reason: str, retry: int = 0) -> Response:
    return JSONResponse({"error": reason}, status, {"Retry-After": str(retry)} if retry else None)
