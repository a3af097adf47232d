"""The desk in the caller's terminal, played by the resident process: hands the terminal over, passes signals on.

Loaded before anything else at each start of a desk, so it imports next to nothing.
"""

from __future__ import annotations

import os
import sys

from agent_tui.resident import place

TYPE_CHECKING = False  # as typing's, which is not loaded here
if TYPE_CHECKING:
    import socket

PATIENCE = 0.5
"""Seconds that the resident may take to answer; then the desk starts by itself."""
LOST = 137
"""Exit code when the desk was killed: what a shell shows after kill -9."""
#: What `TerminalDriver.stop_application_mode` writes, for a desk that was killed and cannot.
PUT_BACK = (
    b"\x1b[?2026l\x1b[m\x1b[r\x1b[?2004l\x1b[?7h\x1b[?1006l\x1b[?1003l\x1b[?1002l\x1b[?1000l\x1b[<u\x1b[?1049l"
    b"\x1b[?25h\x1b[?1004l\x1b[8h"
)


def played_by_resident(words: list[str]) -> int | None:
    """Play the desk that `words` (without the program's name) ask for; the exit code, or None: start by yourself.
    Nothing has been touched then."""
    if words[:1] not in ([], ["run"]) or sys.platform != "linux":
        return None
    path = place.socket_path(os.environ)
    if not path or not os.path.lexists(path) or not place.private(os.path.dirname(path)):
        return None
    try:
        # in the background a desk is to be stopped by the system when it touches the terminal
        if not (os.isatty(0) and os.isatty(1) and _in_front()):
            return None
        line = _taken_on(path, words)
    except (OSError, ValueError):
        return None
    return None if line is None else _Guest(line).until_over()


def request(words: list[str]) -> bytes:
    """All that a desk needs to know of who started it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return place.pack(
        [
            place.PROTOCOL,
            os.fsencode(__file__),
            os.fsencode(sys.executable),
            os.getcwdb(),
            b"%o" % mask,
            b"%d" % len(words),
            *map(os.fsencode, words),
            *given_environment(),
        ]
    )


def given_environment() -> list[bytes]:
    """NAME=VALUE as this process was given them: Python adds LC_CTYPE by itself (PEP 538). Raises OSError."""
    with open("/proc/self/environ", "rb") as given:
        return [pair for pair in given.read().split(b"\0") if b"=" in pair]


def _taken_on(path: str, words: list[str]) -> socket.socket | None:
    """The line to our desk, or None when the resident will not have us. Raises OSError."""
    import socket

    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        line.settimeout(PATIENCE)
        line.connect(path)
        peer = line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        if int.from_bytes(peer[4:8], sys.byteorder) != os.geteuid():
            line.close()
            return None
        rights = b"".join(fd.to_bytes(4, sys.byteorder) for fd in (0, 1, 2))
        data = request(words)
        sent = line.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
        line.sendall(data[sent:])
        if line.recv(1) != place.READY:
            line.close()
            return None
        line.sendall(place.GO)
        line.settimeout(None)
    except OSError:
        line.close()
        raise
    return line


def _in_front() -> bool:
    """Whether the terminal is ours to use now. Raises OSError."""
    return os.tcgetpgrp(0) == os.getpgrp()


class _Guest:
    """Waits for the end of our desk. All that happens to this process's terminal is told to it."""

    def __init__(self, line: socket.socket) -> None:
        import termios

        self._line = line
        self._modes = termios.tcgetattr(0)

    def until_over(self) -> int:
        """The exit code; the terminal is as it was."""
        import signal

        for number, word in (
            (signal.SIGWINCH, place.WINCH),
            (signal.SIGTSTP, place.SUSPEND),
            (signal.SIGHUP, place.HANGUP),
            (signal.SIGTERM, place.END),
            (signal.SIGINT, place.END),
        ):
            signal.signal(number, lambda *_, word=word: self._tell(word))
        signal.signal(signal.SIGCONT, lambda *_: self._continued())
        self._tell(place.WINCH)  # it may have changed before we listened
        while said := self._heard():
            if said == place.SUSPENDED:
                os.kill(os.getpid(), signal.SIGSTOP)
            elif said == place.OVER and (code := self._heard()):
                return code[0]
        self._put_back()
        return LOST

    def _continued(self) -> None:
        """With `fg` the desk goes on. With `bg` we stop again, as the system would stop a desk of this terminal that
        touches it: ours is of none and would take the shell's keys."""
        import signal

        try:
            front = _in_front()
        except OSError:  # the terminal is gone: the desk finds that out
            front = True
        if front:
            self._tell(place.RESUME)
        else:
            os.kill(os.getpid(), signal.SIGTTOU)

    def _heard(self) -> bytes:
        try:
            return self._line.recv(1)
        except OSError:
            return b""

    def _tell(self, word: bytes) -> None:
        try:
            self._line.send(word)
        except OSError:  # it is over: its last words, or none, are read next
            return

    def _put_back(self) -> None:
        import termios

        try:
            os.write(1, PUT_BACK)
            termios.tcsetattr(0, termios.TCSANOW, self._modes)
        except (OSError, termios.error):
            return
        os.write(2, b"agent-tui: the desk was killed; drafts and unsent replies are kept\n")
