"""What is posted to by the hub itself: one address, looked at as `public_hosts` says."""

from __future__ import annotations

import asyncio

import httpx

from agent_tui.backends.connectors.base import SendResult
from agent_tui.backends.connectors.public_hosts import LookUp, PrivateAddress, look_up, pinned
from agent_tui.backends.connectors.webhook import posting
from agent_tui.domain.time import TimeSource

SECONDS = 5.0


class SignedHook:
    """One address that takes posts, of [[alert]] or [[post]]. `key`: what they are signed with; `seconds`: for all of a
    try; `transport`: what carries them, httpx's own when None."""

    def __init__(
        self,
        url: str,
        key: bytes,
        time: TimeSource,
        look_up: LookUp = look_up,
        *,
        seconds: float = SECONDS,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._url = httpx.URL(url)
        self._key = key
        self._time = time
        self._look_up = look_up
        self._seconds = seconds
        self._transport = transport
        self._client: httpx.AsyncClient | None = None

    async def post(self, id: str, content: bytes) -> SendResult:
        if self._client is None:
            self._client = posting.new_client(self._seconds, self._transport)
        try:
            async with asyncio.timeout(self._seconds):
                return await self._post(self._client, id, content)
        except PrivateAddress as error:
            return SendResult("refused", reason=str(error))
        except TimeoutError:
            return SendResult("later", reason=f"no answer within {self._seconds:g} s")
        except (httpx.HTTPError, OSError, UnicodeError) as error:
            return SendResult("later", reason=f"no answer ({type(error).__name__})")

    async def stop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _post(self, client: httpx.AsyncClient, id: str, content: bytes) -> SendResult:
        to = await pinned(self._url, self._look_up)
        now = self._time.now()
        return await posting.post(client, to.url, self._key, id, now, content, to.headers, to.extensions)
