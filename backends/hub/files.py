"""Files of a workspace and the one-time links to them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from agent_tui.backends.base import QueryRefused
from agent_tui.backends.hub import filing as hub_filing
from agent_tui.backends.hub import sight
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.media import sniff
from agent_tui.backends.hub.store import Store, StoreFailed, agents, blobs, cleaning, erasing, ledger
from agent_tui.backends.hub.store.blobs import BlobWriter
from agent_tui.backends.hub.store.ledger import Link
from agent_tui.backends.hub.transaction import Tx
from agent_tui.backends.hub.writer import Writer
from agent_tui.domain.model import Agent, Attachment
from agent_tui.domain.queries import LinkQuery
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import Ms, TimeSource

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Blob:
    """A kept file: content address (sha256 hex), size in bytes, media type."""

    blob: str
    size: int
    media: str


@dataclass(frozen=True, slots=True)
class LinkGrant:
    """What a one-time link allows, once: `fetch` of `blob`, or `upload` of one file to `case` by `agent`."""

    use: Literal["fetch", "upload"]
    blob: str
    name: str
    media: str
    case: str
    agent: str


class Files:
    """Keeps and gives files; content first, then the row that names it."""

    def __init__(self, store: Store, writer: Writer, time: TimeSource, ids: Ids, *, inline: bool) -> None:
        self._store = store
        self._writer = writer
        self._time = time
        self._ids = ids
        self._inline = inline

    async def _off_loop(self, work: Callable[[], T]) -> T:
        return work() if self._inline else await asyncio.to_thread(work)

    async def put(self, chunks: AsyncIterable[bytes], media: str, limit: int | None) -> Blob:
        """Raises BlobTooLarge, StoreFull."""
        writer = await self._off_loop(lambda: BlobWriter(self._store.blobs, limit))
        start = b""
        try:
            async for chunk in chunks:
                start = start or bytes(chunk[:64])
                await self._off_loop(lambda part=bytes(chunk): writer.write(part))  # type: ignore[misc]
            address, size = await self._off_loop(writer.close)
        except BaseException:
            writer.abandon()
            raise
        kind = sniff(start, media, "")

        def job(tx: Tx) -> None:
            if not blobs.kept(self._store.blobs, address):
                # one of the same content was removed this moment, with somebody who was erased
                raise StoreFailed(self._store.folder, "the file is gone again: bring it once more")
            ledger.index_blob(tx.connection, address, size, kind, tx.now)

        await self._writer.run(job)
        return Blob(address, size, kind)

    async def find(self, blob: str, agent: Agent | None) -> Blob | None:
        def read() -> Blob | None:
            with self._store.read() as connection:
                held = ledger.find_blob(connection, blob)
                me = agents.find(connection, agent.id) if agent is not None else None
                if agent is not None and (me is None or not sight.sees_file(connection, me, blob)):
                    return None
            return Blob(blob, *held) if held is not None else None

        return await self._off_loop(read)

    async def read(self, blob: str, start: int, length: int | None) -> AsyncIterator[bytes]:
        """Raises KeyError."""
        chunks = blobs.read(self._store.blobs, blob, start, length)
        while True:
            chunk = await self._off_loop(lambda: next(chunks, b""))
            if not chunk:
                return
            yield chunk

    async def make_link(self, agent: Agent, query: LinkQuery, lasts_ms: int) -> tuple[str, Ms]:
        """The link's secret and when it ends. Raises QueryRefused."""
        secret = self._ids.secret()
        expires = self._time.now() + lasts_ms

        def job(tx: Tx) -> None:
            me = agents.find(tx.connection, agent.id)
            if me is None:
                raise QueryRefused("You may not work here any more.")
            media = ""
            if query.case and erasing.case_erased(tx.connection, query.case):
                raise QueryRefused("That customer was erased.")
            if query.blob:
                held = ledger.find_blob(tx.connection, query.blob)
                if held is None or not sight.sees_file(tx.connection, me, query.blob):
                    raise QueryRefused("The hub does not have that file.")
                media = held[1]
            elif tx.case(query.case) is None or not sight.sees_case(tx.connection, me, query.case):
                raise QueryRefused("There is no such case to upload to.")
            use = "fetch" if query.blob else "upload"
            new = Link(use, query.blob, query.name, media, query.case, agent.id)
            ledger.add_link(tx.connection, secret, new, expires)

        await self._writer.run(job)
        return secret, expires

    async def take_link(self, token: str) -> LinkGrant | None:
        now = self._time.now()
        taken = await self._writer.run(lambda tx: ledger.take_link(tx.connection, token, now))
        if taken is None:
            return None
        use: Literal["fetch", "upload"] = "fetch" if taken.use == "fetch" else "upload"
        return LinkGrant(use, taken.blob, taken.name, taken.media, taken.case, taken.agent)

    async def link_uploaded(self, grant: LinkGrant, blob: Blob, name: str) -> None:
        def job(tx: Tx) -> None:
            agent = agents.find(tx.connection, grant.agent)
            if tx.case(grant.case) is None or (agent and not sight.sees_case(tx.connection, agent, grant.case)):
                return
            if erasing.case_erased(tx.connection, grant.case):
                cleaning.doom(tx.connection, [blob.blob])
                return
            note = hub_filing.note_or_line(tx, "note", grant.case, "", agent, tx.now)
            file = Attachment(CustomerText(name or grant.name or "file"), blob.media, blob.size, blob.blob)
            hub_filing.add_message(tx, replace(note, attachments=(file,)), None, "", None, grant.agent)

        await self._writer.run(job)
