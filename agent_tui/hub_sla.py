"""The hub's sla.toml: read at the start, and again while the hub runs whenever it changes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from agent_tui.backends.hub.store import StoreError
from agent_tui.config.problems import ConfigError
from agent_tui.config.settled import Settled
from agent_tui.config.sla_source import files_of, load_sla
from agent_tui.domain.sla.written import Sla
from agent_tui.domain.time import TimeSource

LOOK_SECONDS: Final = 1.0
log = logging.getLogger("agent_tui.hub")


class SlaFile:
    """`path`: of sla.toml; `home`: what `~` means in it. `trouble`: what is wrong with it as it stands, "" nothing;
    where something is, what held before still holds."""

    def __init__(self, path: Path, home: Path) -> None:
        self._path = path
        self._home = home
        self._own: object = None
        self._files: tuple[Path, ...] = (path,)
        self._settled = Settled()
        self.trouble = ""

    def load(self) -> Sla:
        """What it says. Raises ConfigError with everything that is wrong."""
        self._settled.read(self._stamps())
        return load_sla(self._path, self._home)

    def changed(self) -> Sla | None:
        """What it says since it was looked at last; None where that is the same, or wrong, which is logged once. An
        empty one promises nothing."""
        if not self._settled.changed(self._stamps()):
            return None
        try:
            read = self.load()
        except ConfigError as error:
            self.trouble = "; ".join(str(problem) for problem in error.problems)
            log.error("the rules stay as they were: %s", self.trouble)
            return None
        except Exception as error:  # what a library makes of a file must not end the looking
            self.trouble = f"{self._path}: {type(error).__name__} while it was read"
            log.exception("the rules stay as they were")
            return None
        self.trouble = ""
        return read

    def again(self) -> None:
        """What it says could not be kept: it counts as not read."""
        self._settled.again()

    def _stamps(self) -> object:
        """Which files it names is read anew only when it changes: a long one takes a while."""
        own = _stamp(self._path)
        if own != self._own:
            self._own, self._files = own, (self._path,)
            with suppress(Exception):  # `load` tells what is wrong
                self._files = files_of(self._path, self._home)
        return tuple(map(_stamp, self._files))


def _stamp(file: Path) -> tuple[str, int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return str(file), found.st_mtime_ns, found.st_size, found.st_ino


async def follow(file: SlaFile, time: TimeSource, govern: Callable[[Sla], Awaitable[None]]) -> None:
    """Look every second, until cancelled; `govern` is told what it says whenever that is something else."""
    while True:
        await time.sleep(LOOK_SECONDS)
        read = await asyncio.to_thread(file.changed)
        if read is None:
            continue
        try:
            await govern(read)
        except StoreError as error:
            log.error("the rules stay as they were: %s", error)
            file.again()
            continue
        except Exception as error:
            log.exception("the rules stay as they were")
            file.trouble = f"{type(error).__name__} while the rules were put in force"
            continue
        log.info("version %s of the rules holds now", read.version)
