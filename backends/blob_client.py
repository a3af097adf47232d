"""Files to and from a hub over HTTP: content-addressed, resumed after a break, checked at the end."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

from agent_tui.backends.base import BackendDown, QueryRefused
from agent_tui.domain.orders import FileRef
from agent_tui.domain.text import CustomerText

if TYPE_CHECKING:
    import httpx

CHUNK = 256 * 1024
TRIES = 5
MAX_BYTES = 100 * 1024 * 1024
"""Files above this are refused here already; a hub may allow less."""

_ADDRESS = re.compile(r"[0-9a-f]{64}")


async def upload(
    base: str, token: str, path: Path, name: str, limit: int = MAX_BYTES, tls: ssl.SSLContext | None = None
) -> FileRef:
    """Bring a file to the hub, going on where a broken try ended. Raises BackendDown or QueryRefused."""
    import httpx

    try:
        size = (await asyncio.to_thread(path.stat)).st_size
        if size > limit:
            raise QueryRefused(f"{path.name} has {size >> 20} MiB; at most {limit >> 20} MiB can be sent")
        blob = await asyncio.to_thread(_digest, path)
    except OSError as error:
        raise QueryRefused(f"cannot read {path}: {error.strerror}") from None
    url = f"{base}/{blob}"
    async with _client(token, tls) as client:
        for tried in range(1, TRIES + 1):
            try:
                there = await client.head(url)
                if there.status_code == 200:
                    return FileRef(blob, CustomerText(name), _media(there), size)
                _check(there, allowed=(404,))
                start = min(size, _offset(there))
                headers = {"Content-Length": str(size - start)}
                if size:
                    headers["Content-Range"] = f"bytes {start}-{max(start, size - 1)}/{size}"
                done = await client.put(url, content=_slices(path, start), headers=headers)
                if done.status_code in (202, 409):  # another part is wanted: ask again where to go on
                    continue
                _check(done)
                return FileRef(blob, CustomerText(name), _media(done), size)
            except httpx.TransportError as error:
                if tried == TRIES:
                    raise BackendDown(f"the upload of {path.name} broke: {_name(error)}") from None
    raise BackendDown(f"the upload of {path.name} broke")


async def download(
    base: str, token: str, blob: str, target: Path, limit: int = MAX_BYTES, tls: ssl.SSLContext | None = None
) -> None:
    """Fetch a file to `target` (0600), going on where a broken try ended. Raises BackendDown or QueryRefused."""
    import httpx

    if not _ADDRESS.fullmatch(blob):
        raise QueryRefused("this file was not kept")
    part = target.with_name(f"{target.name}.part")
    async with _client(token, tls) as client:
        for tried in range(1, TRIES + 1):
            try:
                await _fetch(client, f"{base}/{blob}", part, limit)
                break
            except httpx.TransportError as error:
                if tried == TRIES:
                    raise BackendDown(f"the download broke: {_name(error)}") from None
            except OSError as error:
                raise QueryRefused(f"cannot write {part}: {error.strerror}") from None
    if await asyncio.to_thread(_digest, part) != blob:
        part.unlink()
        raise QueryRefused("the file arrived damaged; try again")
    part.replace(target)


async def _fetch(client: httpx.AsyncClient, url: str, part: Path, limit: int) -> None:
    handle = os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "r+b") as file:
        have = file.seek(0, os.SEEK_END)
        headers = {"Range": f"bytes={have}-"} if have else {}
        async with client.stream("GET", url, headers=headers) as response:
            if response.status_code == 416:  # nothing is left to fetch, or the part is not of this file
                return
            _check(response)
            if response.status_code != 206:
                file.seek(0)
                file.truncate()
                have = 0
            async for piece in response.aiter_bytes(CHUNK):
                have += len(piece)
                if have > limit:
                    raise QueryRefused(f"the file is larger than {limit >> 20} MiB")
                file.write(piece)


def _client(token: str, tls: ssl.SSLContext | None) -> httpx.AsyncClient:
    import httpx

    # No redirects: the token is for this server only.
    return httpx.AsyncClient(
        headers={"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"},
        timeout=httpx.Timeout(30.0, connect=10.0),
        follow_redirects=False,
        verify=True if tls is None else tls,
    )


def _check(response: httpx.Response, allowed: tuple[int, ...] = ()) -> None:
    status = response.status_code
    if status in allowed or 200 <= status < 300:
        return
    reasons = {
        401: "the hub refused the token",
        403: "you may not see this file",
        404: "the hub does not have this file any more",
        413: "the hub does not take files this large",
        507: "the hub's disk is full",
    }
    if status >= 500 and status != 507:
        raise BackendDown(f"the hub answered with HTTP {status}")
    raise QueryRefused(reasons.get(status, f"the hub answered with HTTP {status}"))


def _offset(response: httpx.Response) -> int:
    value = response.headers.get("Upload-Offset", "0")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else 0


def _media(response: httpx.Response) -> str:
    value: str = response.headers.get("Blob-Media", "") or "application/octet-stream"
    return value[:100]


def _name(error: Exception) -> str:
    return str(error) or type(error).__name__


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


async def _slices(path: Path, start: int) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while piece := await asyncio.to_thread(file.read, CHUNK):
            yield piece
