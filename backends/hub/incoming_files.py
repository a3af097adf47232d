"""Files on their way in over HTTP: kept aside until whole and true to their address; a broken one goes on."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
from collections.abc import AsyncIterable, AsyncIterator
from pathlib import Path

from agent_tui.domain.time import DAY_MS, MS, Ms

CHUNK = 256 * 1024
PARTS_PER_AGENT = 20


class NotThere(Exception):
    """The upload goes on elsewhere: `offset` bytes are here."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"{offset} bytes of this file are here")
        self.offset = offset


class Damaged(Exception):
    """What arrived is not the file of that address."""


class DiskFull(Exception):
    """No room for the file."""


class TooMany(Exception):
    """The agent has begun too many uploads without finishing them."""


class IncomingFiles:
    """Partial uploads in one folder (0700), one file per agent and address. Names are made here, never by clients."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._busy: set[Path] = set()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def clean(self, now: Ms) -> None:
        """Remove parts that nobody has gone on with for a day."""
        for part in self._folder.glob("part-*"):
            if part.stat().st_mtime * MS < now - DAY_MS:
                part.unlink(missing_ok=True)

    def offset(self, agent: str, blob: str) -> int:
        """Bytes of the file that are here."""
        try:
            return self._path(agent, blob).stat().st_size
        except FileNotFoundError:
            return 0

    async def add(self, agent: str, blob: str, start: int, total: int, chunks: AsyncIterable[bytes]) -> Path | None:
        """Append from `start`. The whole file's path once all `total` bytes are here and true, else None.
        Raises NotThere, Damaged, DiskFull, TooMany."""
        path = self._path(agent, blob)
        if path in self._busy or start != self.offset(agent, blob):
            raise NotThere(self.offset(agent, blob))
        if not path.exists() and len(list(self._folder.glob(f"{_prefix(agent)}*"))) >= PARTS_PER_AGENT:
            raise TooMany
        self._busy.add(path)
        try:
            have = await self._append(path, start, total, chunks)
            if have < total:
                return None
            if await asyncio.to_thread(_digest, path) != blob:
                path.unlink()
                raise Damaged
            return path
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DiskFull from None
            raise
        finally:
            self._busy.discard(path)

    async def _append(self, path: Path, start: int, total: int, chunks: AsyncIterable[bytes]) -> int:
        have = start
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        try:
            async for chunk in chunks:
                chunk = chunk[: total - have]
                view = memoryview(chunk)
                while view:
                    view = view[os.write(handle, view) :]
                have += len(chunk)
        finally:
            os.close(handle)
        return have

    def _path(self, agent: str, blob: str) -> Path:
        return self._folder / f"{_prefix(agent)}{blob}"


def _prefix(agent: str) -> str:
    return f"part-{hashlib.sha256(agent.encode()).hexdigest()[:16]}-"


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


async def chunks_of(path: Path) -> AsyncIterator[bytes]:
    """A file's bytes, read off the loop."""
    with path.open("rb") as file:
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            yield chunk
