"""A hub in a process of its own that is killed at one of its steps: before any statement, or in a commit."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable


def steps(dies_at: int) -> Callable[[], None]:
    """To be called at each step: kill -9 at that one."""
    left = dies_at

    def step() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return step


def in_a_child(work: Callable[[], None]) -> bool:
    """Whether it came to its end; else it was killed."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    assert not os.WIFSIGNALED(status) or os.WTERMSIG(status) == signal.SIGKILL
    return not os.WIFSIGNALED(status)
