"""A program on a pseudo-terminal: what it wrote and when, with nothing interpreted while the clock runs."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from typing import NamedTuple

from bench.procfs import tree
from bench.specs import Program

now = time.perf_counter

NAMED = {
    "up": b"\x1b[A",
    "down": b"\x1b[B",
    "pgup": b"\x1b[5~",
    "pgdn": b"\x1b[6~",
    "home": b"\x1b[H",
    "end": b"\x1b[F",
    "enter": b"\r",
    "tab": b"\t",
    "esc": b"\x1b",
    "space": b" ",
    "bs": b"\x7f",
    "lt": b"<",
}
#: In "application cursor mode", which ncurses asks for.
NAMED_APPLICATION = {"up": b"\x1bOA", "down": b"\x1bOB", "home": b"\x1bOH", "end": b"\x1bOF"}
#: Not inherited: the first makes Python compile everything at each start.
UNSET = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "NO_COLOR", "COLUMNS", "LINES", "SSH_CONNECTION", "SSH_TTY")
#: Questions a program may ask, and what a plain xterm with synchronized output says.
ANSWERS: tuple[tuple[re.Pattern[bytes], bytes], ...] = (
    (re.compile(rb"\x1b\[0?c"), b"\x1b[?62;22c"),
    (re.compile(rb"\x1b\[>0?c"), b"\x1b[>41;380;0c"),
    (re.compile(rb"\x1b\[5n"), b"\x1b[0n"),
    (re.compile(rb"\x1b\[6n"), b"\x1b[1;1R"),
    (re.compile(rb"\x1b\[\?2026\$p"), b"\x1b[?2026;2$y"),
    (re.compile(rb"\x1b\[\?2048\$p"), b"\x1b[?2048;0$y"),
    (re.compile(rb"\x1b\]11;\?(?:\x07|\x1b\\)"), b"\x1b]11;rgb:0000/0000/0000\x1b\\"),
    (re.compile(rb"\x1b\]10;\?(?:\x07|\x1b\\)"), b"\x1b]10;rgb:ffff/ffff/ffff\x1b\\"),
)


class Chunk(NamedTuple):
    at: float
    data: bytes


def encode(keys: str, application: bool = False) -> bytes:
    """'jj<pgdn><c-d>' as a terminal sends it."""
    out = bytearray()
    for name, char in re.findall(r"<([a-z0-9-]+)>|(.)", keys, re.S):
        if char:
            out += char.encode()
        elif name.startswith("c-"):
            out.append(ord(name[2].upper()) & 0x1F)
        else:
            out += NAMED_APPLICATION[name] if application and name in NAMED_APPLICATION else NAMED[name]
    return bytes(out)


class Session:
    """Starts the program; reads only when told to, so that the reader takes no part in what is measured."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.chunks: list[Chunk] = []
        self.ended = False
        self.application_keys = False
        self._tail = b""
        env = {name: value for name, value in os.environ.items() if name not in UNSET}
        env |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", **program.env}
        self._fd, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", program.rows, program.columns, 0, 0))
        os.set_blocking(self._fd, False)
        self.began = now()
        self._process = subprocess.Popen(
            program.argv,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=env,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(slave)

    @property
    def pids(self) -> list[int]:
        """The program's processes, and those that work for it."""
        return [*tree(self._process.pid), *(tree(int(self.program.worker)) if self.program.worker else ())]

    @property
    def has_worker(self) -> bool:
        """Whether the process that should work for the program does, or none should."""
        return not self.program.worker or len(tree(int(self.program.worker))) > 1

    def read(self, timeout: float) -> bool:
        """Wait up to `timeout` seconds for output and record one chunk; False if there was none."""
        if not select.select([self._fd], [], [], max(0.0, timeout))[0]:
            return False
        try:
            data = os.read(self._fd, 65536)
        except BlockingIOError:
            return False
        except OSError:  # the last process has closed the terminal
            data = b""
        if not data:
            self.ended = True
            return False
        self.chunks.append(Chunk(now(), data))
        if b"\x1b" in data:
            self._answer(data)
        return True

    def until_quiet(self, quiet: float, first: float, longest: float = 10.0) -> None:
        """Record until nothing has come for `quiet` seconds; `first` is how long to wait for output to begin."""
        start = now()
        if self.read(first):
            while not self.ended and now() - start < longest and self.read(quiet):
                pass

    def until(self, end: float) -> None:
        """Record until a time."""
        while not self.ended and (left := end - now()) > 0:
            self.read(left)

    def send(self, keys: str) -> None:
        data = encode(keys, self.application_keys)
        while data and not self.ended:
            try:
                data = data[os.write(self._fd, data) :]
            except BlockingIOError:  # its input queue is full
                select.select([self._fd], [self._fd], [], 0.1)
                self.read(0)

    def type(self, keys: str) -> None:
        """Keys that are not measured."""
        for part in keys.split(",,"):
            self.send(part)
            self.until_quiet(0.2, first=0.5)

    def take(self) -> list[Chunk]:
        """What was recorded since the last time."""
        taken, self.chunks = self.chunks, []
        return taken

    def close(self) -> None:
        """End the program and its descendants, and nothing else."""
        pids = tree(self._process.pid)
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGKILL):
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
            end = now() + 0.5
            while now() < end and self._process.poll() is None:
                self.read(0.01)
                self.chunks.clear()
            if self._process.poll() is not None:
                break
        os.close(self._fd)

    def _answer(self, data: bytes) -> None:
        seen = self._tail + data
        last = 0
        for pattern, reply in ANSWERS:
            for match in pattern.finditer(seen):
                if match.end() > len(self._tail):
                    os.write(self._fd, reply)
                    last = max(last, match.end())
        if b"\x1b[?1h" in seen:
            self.application_keys = True
        self._tail = seen[max(last, len(seen) - 16) :]
