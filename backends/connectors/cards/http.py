"""A card's system that is asked by HTTP: one GET, no redirect followed, and no more read than a card may be."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import httpx

from agent_tui.backends.connectors.cards.base import LARGEST, SECONDS
from agent_tui.backends.connectors.public_hosts import LookUp, PrivateAddress, look_up, pinned
from agent_tui.domain.card_requests import Values, filled_url
from agent_tui.domain.company_cards import CardFailed

_LONGEST_TYPE = 60


class HttpCardSource:
    """`template`: the address with its places; `headers`: what goes along, secrets among them; `transport`: what
    carries the requests, httpx's own when None."""

    def __init__(
        self,
        template: str,
        headers: Mapping[str, str],
        look_up: LookUp = look_up,
        *,
        seconds: float = SECONDS,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._template = template
        # an answer that is packed could be small on the line and endless in memory
        self._headers = {"accept": "application/json", "accept-encoding": "identity", **headers}
        self._look_up = look_up
        self._seconds = seconds
        self._transport = transport
        self._client: httpx.AsyncClient | None = None

    async def look_up(self, values: Values) -> bytes:
        url = httpx.URL(filled_url(self._template, values))
        if self._client is None:
            self._client = httpx.AsyncClient(
                timeout=self._seconds, follow_redirects=False, trust_env=False, transport=self._transport
            )
        try:
            async with asyncio.timeout(self._seconds):
                return await self._get(self._client, url)
        except PrivateAddress:
            raise CardFailed("private") from None
        except (TimeoutError, httpx.TimeoutException):
            raise CardFailed("late", f"{self._seconds:g}") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
            raise CardFailed("unreachable", type(error).__name__) from None

    async def stop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _get(self, client: httpx.AsyncClient, url: httpx.URL) -> bytes:
        to = await pinned(url, self._look_up)
        headers = {**self._headers, **to.headers}
        async with client.stream("GET", to.url, headers=headers, extensions=to.extensions) as answer:
            if answer.is_redirect:
                raise CardFailed("redirect", str(answer.status_code))
            if answer.status_code != 200:
                raise CardFailed("status", str(answer.status_code))
            media = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
            if media != "application/json" and not media.endswith("+json"):
                raise CardFailed("type", media[:_LONGEST_TYPE])
            if answer.headers.get("content-encoding", "identity").lower() != "identity":
                raise CardFailed("type", answer.headers["content-encoding"][:_LONGEST_TYPE])
            content = b""
            async for chunk in answer.aiter_raw():
                content += chunk
                if len(content) > LARGEST:
                    raise CardFailed("too-big")
            return content
