"""Chatwoot's REST API: one place that turns its answers and failures into the contract's."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from agent_tui.backends.base import BackendDown, OutcomeUnknown, QueryRefused

if TYPE_CHECKING:
    import httpx

TIMEOUT_SECONDS = 20.0


class Refused(Exception):
    """The server would not: `status` as in HTTP, the message as it told."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Rest:
    """Requests as one agent. `base`: the server's root URL; `token`: the agent's API access token (a header, never a
    URL).

    Every call raises BackendDown when the request did not get there (or was throttled), OutcomeUnknown when a writing
    one may have, Refused for the server's own no."""

    def __init__(self, base: str, token: str, tls: ssl.SSLContext | None = None) -> None:
        import httpx

        self.base = base.rstrip("/")
        self._client: httpx.AsyncClient = httpx.AsyncClient(
            base_url=self.base,
            headers={"api_access_token": token},
            timeout=TIMEOUT_SECONDS,
            verify=tls if tls is not None else True,
            trust_env=False,
        )

    async def get(self, path: str, **query: str | int) -> Any:
        return await self._request("GET", path, params=query)

    async def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        return await self._request("POST", path, json=body or {})

    async def upload(self, path: str, file: Path, name: str) -> Any:
        data = await asyncio.to_thread(file.read_bytes)
        return await self._request("POST", path, files={"attachment": (name, data)})

    async def download(self, url: str, target: Path) -> None:
        """A file by the address that the server gave. The token goes to the server itself only."""
        import httpx

        own = urlsplit(url).netloc in ("", urlsplit(self.base).netloc)
        if urlsplit(url).scheme not in ("", "http", "https"):
            raise QueryRefused("the file has no address that can be fetched")
        try:
            if own:
                answer = await self._client.get(url)
                if answer.is_redirect:
                    url, own = str(answer.headers["location"]), False
            if not own:
                async with httpx.AsyncClient(follow_redirects=True, timeout=TIMEOUT_SECONDS) as client:
                    answer = await client.get(url)
        except httpx.HTTPError as error:
            raise BackendDown(f"the file could not be fetched: {error}") from error
        if answer.status_code != 200:
            raise QueryRefused(f"the file could not be fetched (HTTP {answer.status_code})")
        await asyncio.to_thread(_write, target, answer.content)

    async def close(self) -> None:
        await self._client.aclose()

    async def _request(self, method: str, path: str, **arguments: Any) -> Any:
        import httpx

        try:
            answer = await self._client.request(method, path, **arguments)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise BackendDown(f"{self.base} cannot be reached: {error or type(error).__name__}") from error
        except (httpx.HTTPError, RuntimeError) as error:
            if method == "GET":
                raise BackendDown(f"{self.base} did not answer: {error or type(error).__name__}") from error
            raise OutcomeUnknown("the line broke while it was being sent; it may have arrived") from error
        if answer.status_code == 429 or (answer.status_code >= 500 and method == "GET"):
            raise BackendDown(f"{self.base} is too busy (HTTP {answer.status_code})")
        if answer.status_code >= 500:
            raise OutcomeUnknown(f"the server failed (HTTP {answer.status_code}); it may have been done")
        if answer.status_code >= 400:
            raise Refused(answer.status_code, _reason(answer))
        try:
            return answer.json() if answer.content else None
        except ValueError:
            return None


def _write(target: Path, content: bytes) -> None:
    target.touch(mode=0o600)
    target.write_bytes(content)


def _reason(answer: httpx.Response) -> str:
    """The two shapes of a 422, and the rest."""
    try:
        body = answer.json()
    except ValueError:
        body = None
    if isinstance(body, dict):
        told = body.get("message") or body.get("error") or body.get("errors")
        if told:
            return ", ".join(map(str, told)) if isinstance(told, list) else str(told)
    return f"the server refused it (HTTP {answer.status_code})"
