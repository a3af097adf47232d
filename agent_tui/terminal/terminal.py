"""What a desk is told about the terminal it draws on: descriptors, size and environment, as values."""

from __future__ import annotations

import fcntl
import os
import struct
import termios
from collections.abc import Mapping
from dataclasses import dataclass, field

from agent_tui.terminal.bidi_mode import BidiSetting

DEFAULT_SIZE = (80, 25)


@dataclass(frozen=True)
class Terminal:
    """One terminal.

    `size` is (columns, rows), or None to ask the terminal. `env` is the environment of the person who sits there,
    which is not always that of this process. `mouse_motion` asks for the pointer's every move (many bytes over SSH).
    `bidi`: who puts Hebrew and Arabic in order; auto asks the terminal. `ground`: ask whether it is light or dark.
    """

    fd_in: int
    fd_out: int
    size: tuple[int, int] | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    mouse_motion: bool = False
    bidi: BidiSetting = "auto"
    ground: bool = False

    @property
    def remote(self) -> bool:
        """Does the person sit at the far end of SSH (or mosh, which sets SSH_CONNECTION too)?"""
        return "SSH_CONNECTION" in self.env or "SSH_TTY" in self.env

    @property
    def erases_with_colour(self) -> bool:
        """Does ECH/EL fill with the current background (terminfo `bce`)? GNU screen and old terminals do not."""
        return not self.env.get("TERM", "").startswith(("screen", "vt", "dumb", "ansi"))

    def measure(self) -> tuple[int, int]:
        """(columns, rows) now: the fixed size, else what the terminal says, else 80x25."""
        if self.size is not None:
            return self.size
        for fd in (self.fd_out, self.fd_in):
            try:
                rows, columns, _, _ = struct.unpack("HHHH", fcntl.ioctl(fd, termios.TIOCGWINSZ, bytes(8)))
            except OSError:
                continue
            if rows and columns:
                return columns, rows
        return DEFAULT_SIZE


def open_own(fd: int) -> tuple[int, bool]:
    """A descriptor of the same terminal that may be made non-blocking without anybody else noticing.

    O_NONBLOCK belongs to the open file, which our standard output shares with the shell and its other programs. So the
    terminal is opened anew by its name. Where that fails (another user's terminal after `su`, a pipe in a test) the
    answer is a duplicate and True: its blocking mode is shared and must be put back by whoever changes it.
    """
    try:
        own = os.open(os.ttyname(fd), os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return os.dup(fd), True
    if os.fstat(own).st_rdev != os.fstat(fd).st_rdev:  # the name means another device in this mount namespace
        os.close(own)
        return os.dup(fd), True
    return own, False
