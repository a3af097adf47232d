"""Kept files and one-time links in memory, as the HTTP side's contract has them."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from typing import Literal

from agent_tui.backends.hub.kept_files import Grant, Kept
from agent_tui.domain.model import Agent
from tests.hub_server.small_workspace import ADA, BEN


@dataclass(frozen=True)
class SmallBlob:
    blob: str
    size: int
    media: str


@dataclass(frozen=True)
class SmallGrant:
    use: Literal["fetch", "upload"]
    blob: str = ""
    name: str = ""


class BlobTooLarge(Exception):
    pass


class StoreFull(Exception):
    pass


class SmallFiles:
    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.links: dict[str, Grant] = {}
        self.uploaded: list[tuple[str, str]] = []
        self.full = False

    def keep(self, content: bytes) -> str:
        blob = hashlib.sha256(content).hexdigest()
        self.kept[blob] = content
        return blob

    async def authenticate(self, token: str) -> Agent | None:
        return {"ada-token": ADA, "ben-token": BEN}.get(token)

    async def put_blob(self, chunks: AsyncIterable[bytes], media: str = "", limit: int | None = None) -> Kept:
        content = b"".join([chunk async for chunk in chunks])
        if limit is not None and len(content) > limit:
            raise BlobTooLarge
        if self.full:
            raise StoreFull
        return SmallBlob(self.keep(content), len(content), "text/plain")

    async def find_blob(self, blob: str) -> Kept | None:
        return SmallBlob(blob, len(self.kept[blob]), "image/png") if blob in self.kept else None

    async def open_blob(self, blob: str, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        end = None if length is None else start + length
        yield self.kept[blob][start:end]

    async def take_link(self, token: str) -> Grant | None:
        return self.links.pop(token, None)

    async def link_uploaded(self, grant: Grant, blob: Kept, name: str) -> None:
        self.uploaded.append((blob.blob, name))
