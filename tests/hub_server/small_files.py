"""Blob files and one-time links in memory, as the HTTP side's contract has them."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterable, AsyncIterator

from agent_tui.backends.hub.files import Blob, LinkGrant
from agent_tui.domain.model import Agent
from tests.hub_server.small_workspace import ADA, BEN


class BlobTooLarge(Exception):
    pass


class StoreFull(Exception):
    pass


class SmallFiles:
    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.links: dict[str, LinkGrant] = {}
        self.uploaded: list[tuple[str, str]] = []
        self.full = False

    def keep(self, content: bytes) -> str:
        blob = hashlib.sha256(content).hexdigest()
        self.kept[blob] = content
        return blob

    async def authenticate(self, token: str) -> Agent | None:
        return {"ada-token": ADA, "ben-token": BEN}.get(token)

    async def put_blob(self, chunks: AsyncIterable[bytes], media: str = "", limit: int | None = None) -> Blob:
        content = b"".join([chunk async for chunk in chunks])
        if limit is not None and len(content) > limit:
            raise BlobTooLarge
        if self.full:
            raise StoreFull
        return Blob(self.keep(content), len(content), "text/plain")

    async def find_blob(self, blob: str, agent: Agent | None = None) -> Blob | None:
        return Blob(blob, len(self.kept[blob]), "image/png") if blob in self.kept else None

    async def open_blob(self, blob: str, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        end = None if length is None else start + length
        yield self.kept[blob][start:end]

    async def take_link(self, token: str) -> LinkGrant | None:
        return self.links.pop(token, None)

    async def link_uploaded(self, grant: LinkGrant, blob: Blob, name: str) -> None:
        self.uploaded.append((blob.blob, name))
