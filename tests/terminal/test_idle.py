"""The wait of the tests' pilots sees everything that is under way, and nothing else."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import textual.app
import textual.pilot

from agent_tui.demo.idle import idle
from tests.idle import stands

LONG = 60.0
"""Seconds: more than any test may take."""


async def test_every_pilot_waits_so() -> None:
    assert textual.app.wait_for_idle is idle  # type: ignore[attr-defined]
    assert textual.pilot.wait_for_idle is idle  # type: ignore[attr-defined]
    assert textual.pilot.Pilot._wait_for_screen is stands


async def test_what_follows_from_what_follows_is_waited_for() -> None:
    done: list[int] = []

    def step(left: int) -> None:
        done.append(left)
        if left:
            asyncio.get_running_loop().call_soon(step, left - 1)

    step(50)
    await idle(0, LONG)
    assert done[-1] == 0


async def test_a_thread_is_waited_for() -> None:
    may_end, ended = threading.Event(), threading.Event()

    def work() -> None:
        may_end.wait(LONG)
        ended.set()

    task = asyncio.create_task(asyncio.to_thread(work))
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_later(0.05, may_end.set)
    await idle(0, LONG)
    assert ended.is_set()
    await task


async def test_a_timer_that_is_due_soon_is_waited_for_and_a_later_one_is_not() -> None:
    loop, rung = asyncio.get_running_loop(), list[str]()
    ring: Callable[[str], None] = rung.append
    loop.call_later(0.01, ring, "soon")
    later = loop.call_later(LONG, ring, "later")
    await idle(0, LONG)
    assert rung == ["soon"]
    later.cancel()


async def test_two_that_wait_do_not_wait_for_each_other() -> None:
    async with asyncio.timeout(LONG / 2):
        await asyncio.gather(idle(0, LONG), idle(0, LONG))


async def test_one_that_never_rests_is_left_to_itself() -> None:
    async def restless() -> None:
        while True:  # noqa: ASYNC110 - it is to turn without end
            await asyncio.sleep(0)

    task = asyncio.create_task(restless())
    await idle(0, 0.05)
    assert not task.done()
    task.cancel()
