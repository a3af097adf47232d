"""The process a desk or a hub runs in: the one place that touches its environment, standard streams and signals."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from agent_tui.resident.line import TerminalLine
    from agent_tui.resident.server import Request
    from agent_tui.terminal.terminal import Terminal

SETTLED = 2.0
"""Seconds after its start at which a desk has loaded what it keeps."""


def environment() -> dict[str, str]:
    """The environment; a service without HOME (systemd) gets its user's."""
    home = os.path.expanduser("~")  # noqa: PTH111 - Path.home raises where nobody knows
    env = {**({"HOME": home} if home != "~" else {}), **os.environ}
    if "LC_CTYPE" in env and not _was_given(b"LC_CTYPE"):
        del env["LC_CTYPE"]
    return env


def _was_given(name: bytes) -> bool:
    """Whether a variable was there before Python began: in a locale without UTF-8 it sets LC_CTYPE for its children
    (PEP 538), which says nothing of the terminal. Where the system does not tell, yes."""
    try:
        given = Path("/proc/self/environ").read_bytes().split(b"\0")
    except OSError:
        return True
    return any(variable.startswith(name + b"=") for variable in given)


def own_terminal() -> Terminal | None:
    """The terminal that this process was started in, or None."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None
    from agent_tui.terminal.terminal import Terminal

    return Terminal(sys.stdin.fileno(), sys.stdout.fileno(), env=environment())


def journal() -> TextIO:
    """Where a server's lines go."""
    return sys.stderr


def start_fast() -> None:
    """What a process that will be a desk wants set before anything is loaded."""
    import gc

    # Textual paints on a grid of 1/60 s unless told otherwise, so a key soon after a paint waits up to 17 ms
    os.environ.setdefault("TEXTUAL_FPS", "240")
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # it would look through every installed package
    gc.disable()  # nothing that is made at the start is garbage


def _settle() -> None:
    """What the start has made stays: collections need not look at it again (13 to 40 ms each, seen as late keys)."""
    import gc

    gc.freeze()
    gc.enable()


def _happenings(app: Any) -> dict[str, Callable[[], None]]:
    """What a desk does when something happens to its terminal, by name."""

    def tell(name: str) -> Callable[[], None]:
        def call() -> None:
            driver = app.terminal_driver
            if driver is not None:
                getattr(driver, name)()
            elif name == "hangup":
                app.exit(return_code=129)

        return call

    does = {name: tell(name) for name in ("suspend", "resume", "hangup")}
    return {"winch": tell("on_winch"), "end": lambda: app.exit(return_code=0), **does}


def tie_signals(app: Any) -> None:
    """Give the desk its window changes, suspension and hang-up, and its collector back once it has started."""
    import signal

    loop = asyncio.get_running_loop()
    loop.call_later(SETTLED, _settle)
    does = _happenings(app)

    def stop() -> None:
        does["suspend"]()
        os.kill(os.getpid(), signal.SIGSTOP)

    loop.add_signal_handler(signal.SIGWINCH, does["winch"])
    loop.add_signal_handler(signal.SIGHUP, does["hangup"])
    loop.add_signal_handler(signal.SIGTERM, does["end"])
    loop.add_signal_handler(signal.SIGCONT, does["resume"])
    loop.add_signal_handler(signal.SIGTSTP, stop)


def tie_line(line: TerminalLine) -> Callable[[Any], None]:
    """The same for a desk in a client's terminal: its process has no terminal of its own that would send signals."""
    import signal

    def tie(app: Any) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(SETTLED, _settle)
        does = _happenings(app)
        loop.add_signal_handler(signal.SIGTERM, does["end"])
        loop.add_signal_handler(signal.SIGHUP, does["hangup"])
        line.listen(does)

    return tie


async def while_heard(line: TerminalLine, work: Coroutine[Any, Any, int | None]) -> int | None:
    """Do the work of a desk; before there is one to tell, a client that ends or goes away ends the start."""
    task = asyncio.current_task()
    assert task is not None

    def give_up() -> None:
        task.cancel()

    line.listen({"end": give_up, "hangup": give_up})
    return await work


def tie_stop(stop: asyncio.Event) -> None:
    """A server stops when it is told to end, or interrupted."""
    import signal

    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)


def raise_when_ended() -> int:
    """For work that waits without a loop: SIGTERM raises SystemExit, so that a terminal is put back. Answers a
    descriptor that can be read once a signal has come: one just before a wait would be seen only after it."""
    import signal

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    woken, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes)
    return woken


def resident_later(wanted: bool) -> None:
    """Later, when the desk has started: a process that makes the next start quick, or none."""
    if sys.platform != "linux":
        return

    def keep() -> None:
        from agent_tui.resident.client import given_environment
        from agent_tui.resident.keeping import keep_resident
        from agent_tui.resident.place import socket_path

        command = (sys.executable, "-m", "agent_tui.start", "resident")
        keep_resident(wanted, socket_path(environment()), command, given_environment())

    asyncio.get_running_loop().call_later(SETTLED, keep)


def take_clients_place(request: Request) -> None:
    """Make this process, forked for a client, the client's in all but its terminal. Raises OSError when the client's
    folder is gone."""
    import time

    os.environ.clear()
    os.environb.update(dict(pair.split(b"=", 1) for pair in request.environment))
    os.umask(request.mask)
    time.tzset()
    sys.stdin, sys.stdout, sys.stderr = (
        open(fd, mode, encoding="utf-8", errors="surrogateescape", buffering=1, closefd=False)  # noqa: SIM115
        for fd, mode in ((0, "r"), (1, "w"), (2, "w"))
    )
    os.chdir(request.folder)
