"""Blob files as HTTP answers: ranges, safe headers, and why a file was not taken."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterable, AsyncIterator
from typing import Protocol
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from agent_tui.backends.hub.files import Blob, LinkGrant
from agent_tui.backends.hub.incoming_files import DiskFull
from agent_tui.domain.model import Agent
from agent_tui.domain.text import safe_filename

log = logging.getLogger("agent_tui.hub.http")

MAX_FILE_BYTES = 100 * 1024 * 1024

_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
_MEDIA = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,60}", re.ASCII)


class Files(Protocol):
    """What the HTTP side needs of a workspace; `backends.hub.workspace.Workspace` is one."""

    async def authenticate(self, token: str) -> Agent | None: ...

    async def put_blob(self, chunks: AsyncIterable[bytes], media: str = "", limit: int | None = None) -> Blob: ...

    async def find_blob(self, blob: str, agent: Agent | None = None) -> Blob | None: ...

    def open_blob(self, blob: str, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]: ...

    async def take_link(self, token: str) -> LinkGrant | None: ...

    async def link_uploaded(self, grant: LinkGrant, blob: Blob, name: str) -> None: ...


def content(files: Files, request: Request, kept: Blob, name: str) -> Response:
    headers = {
        "Content-Type": "application/octet-stream",  # never the customer's: a browser must not run it
        "Content-Disposition": _attachment(name or kept.blob[:16]),
        "Blob-Media": media_of(kept),
        "Accept-Ranges": "bytes",
        "ETag": f'"{kept.blob}"',
        "Cache-Control": "private, no-store",
    }
    start, end, status = 0, kept.size, 200
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    if asked is not None and any(asked.groups()):
        start, end = _span(asked[1], asked[2], kept.size)
        if start >= end:
            return Response(status_code=416, headers={"Content-Range": f"bytes */{kept.size}"})
        status = 206
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{kept.size}"
    headers["Content-Length"] = str(end - start)
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    return StreamingResponse(files.open_blob(kept.blob, start, end - start), status, headers)


def whole_mb(size: int) -> int:
    """A limit in the MB that it was set in (`file_mb`)."""
    return size // 1_000_000


def trouble(error: Exception, limit: int) -> Response:
    kind = type(error).__name__
    if kind == "BlobTooLarge":
        return PlainTextResponse(f"at most {whole_mb(limit)} MB\n", 413)
    if kind == "StoreFull" or isinstance(error, DiskFull):
        return PlainTextResponse("the hub's disk is full; nothing was kept\n", 507)
    log.error("file not kept", exc_info=error)
    return PlainTextResponse("the hub failed; its log says why\n", 500)


def content_length(request: Request) -> int:
    value = request.headers.get("Content-Length", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else -1


def media_of(kept: Blob) -> str:
    return kept.media if _MEDIA.fullmatch(kept.media) else "application/octet-stream"


def _span(first: str, last: str, size: int) -> tuple[int, int]:
    """Start and end (exclusive) of a byte range (RFC 9110, section 14.1.2)."""
    if not first:
        return max(0, size - int(last)), size
    return int(first), min(size, int(last) + 1) if last else size


def _attachment(name: str) -> str:
    """RFC 6266: an ASCII name, and the real one percent-encoded."""
    safe = safe_filename(name)
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", safe)[:100] or "file"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe.encode('utf-8', 'replace'), safe='')}"
