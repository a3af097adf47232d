"""Posting JSON to one address, signed, and what its answer means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from agent_tui.backends.connectors.base import SendResult
from agent_tui.backends.connectors.webhook import signing
from agent_tui.domain.time import Ms

_LATER = (408, 409, 423, 425, 429)
"""Client errors that pass by themselves (RFC 9110; 425: RFC 8470; 429: RFC 6585)."""


def new_client(seconds: float, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """Redirects are not followed, and no proxy is taken from the environment. `transport`: httpx's own when None."""
    return httpx.AsyncClient(timeout=seconds, follow_redirects=False, trust_env=False, transport=transport)


async def post(
    client: httpx.AsyncClient,
    url: httpx.URL | str,
    key: bytes,
    id: str,
    now: Ms,
    body: bytes,
    headers: Mapping[str, str] | None = None,
    extensions: dict[str, Any] | None = None,
) -> SendResult:
    """One try; `accepted` has no id. Raises httpx.HTTPError when there is no answer."""
    answer = await _answer(client, url, key, id, now, body, headers, extensions)
    if answer.is_success:
        return SendResult("accepted")
    told = _told(answer)
    if answer.is_client_error and answer.status_code not in _LATER:
        return SendResult("refused", reason=told)
    return SendResult("later", reason=told, retry_in=_retry_after(answer.headers.get("retry-after", "")))


async def post_once(client: httpx.AsyncClient, url: str, key: bytes, id: str, now: Ms, body: bytes) -> SendResult:
    """One try of what is never repeated: `unknown` where it may have been done. Raises nothing for what a network can
    do."""
    try:
        answer = await _answer(client, url, key, id, now, body)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        return SendResult("refused", reason=f"no line to it ({type(error).__name__})")
    except httpx.HTTPError as error:
        return SendResult("unknown", reason=f"no answer ({type(error).__name__})")
    if answer.is_success:
        return SendResult("accepted")
    return SendResult("unknown" if answer.is_server_error else "refused", reason=_told(answer))


async def _answer(
    client: httpx.AsyncClient,
    url: httpx.URL | str,
    key: bytes,
    id: str,
    now: Ms,
    body: bytes,
    headers: Mapping[str, str] | None = None,
    extensions: dict[str, Any] | None = None,
) -> httpx.Response:
    signed = {"content-type": "application/json", **signing.signed(key, id, now, body), **(headers or {})}
    return await client.post(url, content=body, headers=signed, extensions=extensions)


def _told(answer: httpx.Response) -> str:
    return f"the webhook answered {answer.status_code}"


def _retry_after(value: str) -> float | None:
    """Seconds, at most an hour; dates are left to the hub's back-off."""
    return float(min(3600, max(1, int(value)))) if value.isascii() and value.isdigit() and len(value) < 9 else None
