"""The hub's folder of guided scripts: read at the start, and again while the hub runs whenever a file changes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final

from agent_tui.config.guided_source import files_in, load_scripts
from agent_tui.config.problems import ConfigError
from agent_tui.config.settled import Settled
from agent_tui.domain.guided.script import Script
from agent_tui.domain.time import TimeSource

LOOK_SECONDS: Final = 1.0
log = logging.getLogger("agent_tui.hub")


class ScriptFolder:
    """`trouble`: what is wrong in it as it stands, "" nothing. A file with a mistake leaves out its own script alone;
    where the folder cannot be read what was there before stays."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._settled = Settled()
        self._offered: dict[str, Script] = {}
        self.trouble = ""

    def load(self) -> Mapping[str, Script]:
        """What can be run of it."""
        self._settled.read(self._stamps())
        try:
            files = load_scripts(self._path)
        except ConfigError as error:
            self._tell("; ".join(map(str, error.problems)))
        except Exception as error:  # what a library makes of a file must not end the looking
            self._tell(f"{self._path}: {type(error).__name__} while it was read")
        else:
            self._offered = files.usable
            broken = [key for key, one in files.scripts.items() if not one.part and key not in self._offered]
            wrong = [*map(str, files.problems), *(f"{key}: agent-tui scripts check says why" for key in broken)]
            self._tell("; ".join(wrong))
        return self._offered

    def _tell(self, trouble: str) -> None:
        if trouble and trouble != self.trouble:
            log.error("guided scripts are left out: %s", trouble)
        self.trouble = trouble

    def changed(self) -> Mapping[str, Script] | None:
        """What can be run since it was looked at last; None where no file is another."""
        return self.load() if self._settled.changed(self._stamps()) else None

    def again(self) -> None:
        """What it says could not be kept: it counts as not read."""
        self._settled.again()

    async def follow(self, time: TimeSource, offer: Callable[[Mapping[str, Script]], Awaitable[None]]) -> None:
        """Look every second, until cancelled; `offer` is told what there is whenever it is something else."""
        while True:
            await time.sleep(LOOK_SECONDS)
            try:
                read = await asyncio.to_thread(self.changed)
                if read is not None:
                    await offer(read)
                    log.info("%d guided scripts can be run now", len(read))
            except Exception:  # neither a store that is full nor a file may end the looking
                log.exception("guided scripts stay as they were")
                self.again()

    def _stamps(self) -> object:
        try:
            return tuple((str(file), *_stamp(file)) for file in files_in(self._path))
        except ConfigError:
            return ()


def _stamp(file: Path) -> tuple[int, ...]:
    """By what a change of it is seen; nothing where it is not there, as a link that leads nowhere is."""
    try:
        found = file.stat()
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_size, found.st_ino
