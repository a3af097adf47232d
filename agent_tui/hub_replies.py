"""The hub's folder of canned replies: read at the start, and again while the hub runs whenever it changes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from agent_tui.backends.hub.files import Blob
from agent_tui.backends.hub.store import StoreError
from agent_tui.config.problems import Problem
from agent_tui.config.reply_folder import ReplyFolder
from agent_tui.config.settled import Settled
from agent_tui.domain.replies.reply import Canned, ReplyFile
from agent_tui.domain.time import TimeSource

LOOK_SECONDS: Final = 2.0
KEPT_LOOKS: Final = 300
"""Looks after which files that replies name are looked for among what the hub keeps."""
_NAMED: Final = 5
log = logging.getLogger("agent_tui.hub")

Keep = Callable[[AsyncIterator[bytes], str], Awaitable[Blob]]
"""Puts a file among what the hub keeps; its address. Raises StoreError."""


class HubReplies:
    """`folder`: of replies; `own`: those of hub.toml, which stand before them; `brands`: that there are; `kept`: the
    file that remembers what was good, for the next start. `canned`: all of them. `trouble`: what is wrong as it
    stands, "" nothing; a reply that is wrong is as it was, all others are used."""

    def __init__(
        self, folder: Path, own: tuple[Canned, ...], brands: Collection[str], kept: Path | None = None
    ) -> None:
        self._folder = ReplyFolder(folder, brands, own, kept)
        self._own = own
        self._settled = Settled()
        self._kept: dict[tuple[str, int, int], str] = {}
        self.canned: tuple[Canned, ...] = own
        self.trouble = ""

    def load(self) -> tuple[Canned, ...]:
        """All there are. What is wrong is logged and in `trouble`."""
        files, _ = before = self._folder.stamps()
        read = self._folder.read()
        after = self._folder.stamps()  # it knows only now which files its replies name
        self._settled.read(after if after[0] == files else before)
        self._tell(read.problems)
        self.canned = (*self._own, *read.replies)
        return self.canned

    def changed(self) -> tuple[Canned, ...] | None:
        """All there are since it was looked at last; None where they are the same."""
        return self.load() if self._settled.changed(self._folder.stamps()) else None

    def again(self) -> None:
        """What it says could not be kept: it counts as not read."""
        self._settled.again()

    def forget_kept(self) -> None:
        """Files are brought anew: what somebody sent may have been erased with them."""
        self._kept.clear()

    async def with_blobs(self, canned: tuple[Canned, ...], keep: Keep) -> tuple[Canned, ...]:
        """The same with their files where desks can have them sent from. Raises StoreError."""
        return tuple([replace(one, files=await self._brought(one, keep)) if one.files else one for one in canned])

    async def _brought(self, one: Canned, keep: Keep) -> tuple[ReplyFile, ...]:
        files = []
        for file in one.files:
            path = Path(file.path)
            try:
                found = await asyncio.to_thread(path.stat)
                known = (file.path, found.st_mtime_ns, found.st_size)
                if known not in self._kept:
                    self._kept[known] = (await keep(_chunks(path), file.media)).blob
            except OSError as error:
                self._tell([Problem(file.path, 0, "", f"cannot be read: {error.strerror}")])
                continue
            files.append(replace(file, blob=self._kept[known], path="", size=found.st_size))
        return tuple(files)

    def _tell(self, problems: Sequence[Problem]) -> None:
        words = "; ".join(map(str, problems[:_NAMED]))
        if len(problems) > _NAMED:
            words += f"; and {len(problems) - _NAMED} more"
        if words and words != self.trouble:
            for problem in problems[:50]:
                log.error("a canned reply stays as it was: %s", problem)
        self.trouble = words


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    file = await asyncio.to_thread(path.open, "rb")
    try:
        while chunk := await asyncio.to_thread(file.read, 1 << 18):
            yield chunk
    finally:
        file.close()


async def follow(
    replies: HubReplies, time: TimeSource, keep: Keep, stock: Callable[[tuple[Canned, ...]], Awaitable[None]]
) -> None:
    """Look every two seconds, until cancelled; `stock` is told all replies whenever they are others."""
    looks = 0
    while True:
        await time.sleep(LOOK_SECONDS)
        looks += 1
        try:
            if looks % KEPT_LOOKS == 0:
                replies.forget_kept()
                await replies.with_blobs(replies.canned, keep)
            canned = await asyncio.to_thread(replies.changed)
            if canned is not None:
                await stock(await replies.with_blobs(canned, keep))
                log.info("%d canned replies", len(canned))
        except StoreError as error:
            log.error("canned replies stay as they were: %s", error)
            replies.again()
        except Exception:  # what a library makes of a file must not end the looking
            log.exception("canned replies stay as they were")
            replies.trouble = replies.trouble or "canned replies could not be read"
