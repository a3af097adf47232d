"""Processes that a test kills again and again, each forked from one that has a hub's modules already: a start costs
what the hub does, not the reading of our own code a hundred times."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.forked_hub"])


class Forked:
    """Runs `work(*args)` in a process of its own; used like the process of `asyncio.create_subprocess_exec`, whose
    standard output is read. `log`: where its standard error goes, else to ours; `folder`, `env`: its own."""

    def __init__(
        self,
        work: Callable[..., None],
        *args: object,
        log: Path | None = None,
        folder: Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self._reader, writer = _FORKS.Pipe(duplex=False)
        whole = (writer, log, folder, None if env is None else dict(env), work, args)
        self._process = _FORKS.Process(target=_run, args=whole, daemon=True)
        self._process.start()
        writer.close()
        self.stdout = asyncio.StreamReader()

    async def listen(self) -> None:
        """Before `stdout` is read."""
        pipe = os.fdopen(os.dup(self._reader.fileno()), "rb", 0)
        self._reader.close()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(self.stdout), pipe)

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def kill(self) -> None:
        self._process.kill()

    def terminate(self) -> None:
        self._process.terminate()

    async def wait(self) -> int:
        await asyncio.to_thread(self._process.join)
        return self._process.exitcode or 0


def _run(
    writer: Connection,
    log: Path | None,
    folder: Path | None,
    env: dict[str, str] | None,
    work: Callable[..., None],
    args: tuple[object, ...],
) -> None:
    os.dup2(writer.fileno(), 1)
    sys.stdout = os.fdopen(1, "w", 1, closefd=False)
    if log is not None:
        os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 2)
        sys.stderr = os.fdopen(2, "w", 1, closefd=False)
    if folder is not None:
        os.chdir(folder)
    if env is not None:
        os.environ.clear()
        os.environ.update(env)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with suppress(BrokenPipeError):
        work(*args)
