"""Workers that a test kills, each forked from one process that has a hub's modules already: what a start costs is its
store, not the reading of our own code a hundred times."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections.abc import Callable, Coroutine
from contextlib import suppress

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.hub.incident_worker", "tests.hub.crash_worker"])


class Worker:
    """A process that runs `main(*args)`; what it writes to standard output is read here a line at a time."""

    def __init__(self, main: Callable[..., Coroutine[object, object, None]], *args: object) -> None:
        reader, writer = _FORKS.Pipe(duplex=False)
        self._process = _FORKS.Process(target=_run, args=(writer, main, args), daemon=True)
        self._process.start()
        writer.close()
        self._reader = reader
        self._lines = asyncio.StreamReader()

    async def _opened(self) -> asyncio.StreamReader:
        if not self._reader.closed:
            loop = asyncio.get_running_loop()
            pipe = os.fdopen(os.dup(self._reader.fileno()), "rb", 0)
            self._reader.close()
            await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(self._lines), pipe)
        return self._lines

    async def line(self) -> str:
        """The next line; fails when the worker ended by itself."""
        line = await (await self._opened()).readline()
        assert line, "the hub ended by itself"
        return line.decode().strip()

    async def killed(self) -> str:
        """kill -9: all that it had written still."""
        self._process.kill()
        rest = await (await self._opened()).read()
        await asyncio.to_thread(self._process.join)
        assert self._process.exitcode == -9
        return rest.decode()


def _run(writer: object, main: Callable[..., Coroutine[object, object, None]], args: tuple[object, ...]) -> None:
    with suppress(BrokenPipeError):
        os.dup2(writer.fileno(), 1)  # type: ignore[attr-defined]
        asyncio.run(main(*args))
