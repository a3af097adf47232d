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
    signed = {"content-type": "application/json", **signing.signed(key, id, now, body), **(headers or {})}
    answer = await client.post(url, content=body, headers=signed, extensions=extensions)
    if answer.is_success:
        return SendResult("accepted")
    told = f"the webhook answered {answer.status_code}"
    if answer.is_client_error and answer.status_code not in _LATER:
        return SendResult("refused", reason=told)
    return SendResult("later", reason=told, retry_in=_retry_after(answer.headers.get("retry-after", "")))


def _retry_after(value: str) -> float | None:
    """Seconds, at most an hour; dates are left to the hub's back-off."""
    return float(min(3600, max(1, int(value)))) if value.isascii() and value.isdigit() and len(value) < 9 else None
