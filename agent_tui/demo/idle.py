"""What a scripted desk waits for between two keys: that the loop has nothing left to do.

Textual's own pilots wait until the process has used less than 1 ms of 20 ms: 40 ms for each key, two seconds where
another thread works, and on a busy machine they give up before all is done. Rests on private parts of asyncio's loop
and its executor; `tests/terminal/test_idle.py` fails when an upgrade changes them.
"""

from __future__ import annotations

import asyncio
from typing import Any
from weakref import WeakSet

SOON = 0.02
"""Seconds: timers due within it are waited for, as Textual's own wait does (it paints by one, and lays out by one)."""
PATIENCE = 1.0
"""Seconds after which something that never rests is left to itself."""


WAITING: WeakSet[asyncio.Task[Any]] = WeakSet()
"""Tasks that wait here; with two desks in one loop each would take the other's wait for work."""


async def idle(min_sleep: float = 0, max_sleep: float = PATIENCE) -> None:
    """Until no callback is ready, no thread works for the loop and no timer is due soon."""
    loop: Any = asyncio.get_running_loop()
    task = asyncio.current_task()
    assert task is not None
    WAITING.add(task)
    try:
        end = loop.time() + max_sleep
        while loop.time() < end:
            await asyncio.sleep(0)
            if ready(loop):
                continue
            if threads_at_work(loop):
                await asyncio.sleep(0.001)
            elif soon := due_soon(loop):
                await asyncio.sleep(max(0, soon - loop.time()))
            else:
                return
    finally:
        WAITING.discard(task)


def ready(loop: Any) -> bool:
    """Whether the loop has anything to run but others that wait as we do."""
    owners = [getattr(handle._callback, "__self__", None) for handle in loop._ready]
    return not all(isinstance(owner, asyncio.Task) and owner in WAITING for owner in owners)


def due_soon(loop: Any) -> float | None:
    """When the last of the timers that are due soon is due, in the loop's time; None where there is none."""
    horizon = loop.time() + SOON
    return max(
        (handle.when() for handle in loop._scheduled if not handle.cancelled() and handle.when() <= horizon),
        default=None,
    )


def threads_at_work(loop: Any) -> bool:
    """Whether the loop's own threads have something to do."""
    pool = loop._default_executor
    return pool is not None and (pool._work_queue.qsize() > 0 or pool._idle_semaphore._value < len(pool._threads))
