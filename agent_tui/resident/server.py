"""The resident: has loaded what a desk needs, waits on its socket, and forks a desk for each client that comes.

It has no thread and no event loop, so that forking is safe, and reads no secret, so that none is inherited.
"""

from __future__ import annotations

import array
import fcntl
import gc
import os
import select
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from agent_tui.domain.frozen import frozen
from agent_tui.resident import client, place
from agent_tui.resident.line import TerminalLine

PATIENCE = 1.0
"""Seconds that a client may take to say what it wants."""
NEEDED = (
    "agent_tui.app",
    "agent_tui.backends.blob_client",
    "agent_tui.backends.hub_client",
    "agent_tui.cli",
    "agent_tui.config.settings",
    "agent_tui.desk_process",
    "agent_tui.live",
    "asyncio.base_subprocess",
    "concurrent.futures.thread",
    "httpx",
    "pydantic",
    "wcwidth",
    "websockets.asyncio.client",
)


class ResidentError(Exception):
    """There can be no resident; one line that says why."""


@frozen
class Request:
    """A client that wants a desk: its words, place and environment, and its terminal's descriptors (0, 1, 2)."""

    words: tuple[str, ...]
    folder: bytes
    mask: int
    environment: list[bytes]
    fds: tuple[int, ...]


Play = Callable[[Request, TerminalLine], int]
"""Runs the desk in the forked child; answers the exit code."""


def serve(path: str, environment: list[bytes], play: Play, ready: Callable[[], None], idle: float) -> None:
    """Serve until there was no desk for `idle` seconds, until SIGTERM, or until the program's files have changed.
    Raises ResidentError."""
    folder = Path(path).parent
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not place.private(str(folder)):
            raise ResidentError(f"{folder}: expected a folder of your own that nobody else may enter; do: chmod 700")
        lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ResidentError("there is a resident already") from None
    except OSError as error:
        raise ResidentError(f"{folder}: cannot be used: {error.strerror}") from None
    _Resident(path, environment, play, lock).run(ready, idle)


class _Resident:
    def __init__(self, path: str, environment: list[bytes], play: Play, lock: int) -> None:
        self._path = path
        self._loaded_with = place.loaded_with(environment)
        self._play = play
        self._lock = lock
        self._desks: set[int] = set()
        self._over = False
        for name in NEEDED:
            import_module(name)
        from agent_tui.backends.wire.codec import prepare

        prepare()
        self._files = {
            file: _state(file) for module in list(sys.modules.values()) if (file := getattr(module, "__file__", None))
        }
        gc.collect()
        gc.freeze()  # what is collected would be copied in every desk
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)

    def run(self, ready: Callable[[], None], idle: float) -> None:
        wake_out, wake_in = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        signal.set_wakeup_fd(wake_in, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: self._end())
        signal.signal(signal.SIGINT, lambda *_: self._end())
        with suppress(FileNotFoundError):
            Path(self._path).unlink()  # of one that was killed: the lock is ours
        mask = os.umask(0o177)
        try:
            self._socket.bind(self._path)
        finally:
            os.umask(mask)
        self._socket.listen(16)
        ready()
        alone_since = time.monotonic()
        while not self._over:
            left = None if self._desks else alone_since + idle - time.monotonic()
            if left is not None and left <= 0:
                break
            readable, _, _ = select.select([self._socket.fileno(), wake_out], [], [], left)
            if readable:
                alone_since = time.monotonic()
            if wake_out in readable:
                os.read(wake_out, 64)
                self._reap()
            if self._socket.fileno() in readable and not self._over:
                self._meet((wake_out, wake_in))
        with suppress(FileNotFoundError):
            Path(self._path).unlink()
        self._socket.close()

    def _end(self) -> None:
        self._over = True

    def _reap(self) -> None:
        while self._desks:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                self._desks.clear()
                return
            if not pid:
                return
            self._desks.discard(pid)

    def _meet(self, wakes: tuple[int, int]) -> None:
        """One client: hear what it wants, and give it a desk or say no."""
        line, _ = self._socket.accept()
        fds: list[int] = []
        try:
            request = self._agreed(line, fds)
            if request is not None:
                if pid := os.fork():
                    self._desks.add(pid)
                else:
                    self._become(request, line, wakes)
        except (OSError, ValueError, IndexError):  # whoever it was starts by itself
            return
        finally:
            line.close()
            for fd in fds:
                os.close(fd)

    def _agreed(self, line: socket.socket, fds: list[int]) -> Request | None:
        """What the client wants, once it has said that it still waits; None: it gets nothing here."""
        line.settimeout(PATIENCE)
        _, user, _ = struct.unpack("3i", line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        if user != os.geteuid():
            return None
        wanted = _heard(line, fds)
        if not self._fits(wanted) or len(fds) != 3:
            line.sendall(place.NO)
            return None
        request = _request(wanted, tuple(fds))
        line.sendall(place.READY)
        return request if line.recv(1) == place.GO else None

    def _fits(self, wanted: list[bytes]) -> bool:
        """Whether we are what this client would start itself."""
        if wanted[:1] == [place.LEAVE]:
            self._over = True
            return False
        same = [place.PROTOCOL, os.fsencode(client.__file__), os.fsencode(sys.executable)]
        if wanted[:3] != same or any(_state(file) != known for file, known in self._files.items()):
            self._over = True  # the next start brings up a new one
            return False
        return place.loaded_with(_request(wanted, ()).environment) == self._loaded_with

    def _become(self, request: Request, line: socket.socket, wakes: tuple[int, int]) -> NoReturn:
        """In the forked child: let go of all that is the resident's, be the desk, and end."""
        code = 1
        told = TerminalLine(line.fileno())
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            os.setsid()
            self._socket.close()
            for fd in (self._lock, *wakes):
                os.close(fd)
            for standard, fd in enumerate(request.fds):
                os.dup2(fd, standard)
                os.close(fd)
            line.settimeout(None)
            code = self._play(request, told)
        finally:
            told.tell(place.OVER + bytes((code & 255,)))
            os._exit(code)


def _state(file: str) -> tuple[int, int]:
    try:
        found = Path(file).stat()
    except OSError:
        return (0, 0)
    return found.st_mtime_ns, found.st_size


def _request(wanted: list[bytes], fds: tuple[int, ...]) -> Request:
    """Raises ValueError or IndexError for what is none."""
    count = int(wanted[5])
    words = tuple(os.fsdecode(word) for word in wanted[6 : 6 + count])
    return Request(words, wanted[3], int(wanted[4], 8), wanted[6 + count :], fds)


def _heard(line: socket.socket, fds: list[int]) -> list[bytes]:
    """The fields of a request; its descriptors are added to `fds`. Raises OSError, ValueError."""
    received = b""
    while len(received) < 4 or len(received) < 4 + int.from_bytes(received[:4], "big"):
        data, notes, _, _ = line.recvmsg(65536, socket.CMSG_SPACE(12))
        for level, kind, rights in notes:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                fds += array.array("i", rights[: len(rights) - len(rights) % 4])
        received += data
        if not data or len(received) > place.LONGEST:
            raise ValueError("no request")
    return place.unpack(received[4:])
