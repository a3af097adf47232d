"""The hub's work beside its orders: one step at a time, and how long it rests."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

import pytest

from agent_tui.backends.hub.worker import Rest, Worker
from agent_tui.domain.time import MS, Ms, VirtualTime

BEGAN: Ms = 1_000_000


class Bench:
    """A worker on virtual time; `rests` are what its steps answer, one after the other, then nothing is owed."""

    def __init__(self, *rests: Rest, soon: float = 0.0) -> None:
        self.time = VirtualTime(BEGAN)
        self.rests = list(rests)
        self.steps: list[float] = []
        self.under_way = 0
        self.gate: asyncio.Event | None = None
        self.tasks: set[asyncio.Task[None]] = set()
        self.worker = Worker(self.time, self.spawn, self.step, soon=soon)

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def step(self) -> Rest:
        self.under_way += 1
        assert self.under_way == 1, "two steps at once"
        self.steps.append((self.time.now() - BEGAN) / MS)
        if self.gate is not None:
            await self.gate.wait()
        self.under_way -= 1
        return self.rests.pop(0) if self.rests else Rest()

    async def settle(self) -> None:
        for _ in range(10):
            await asyncio.sleep(0)

    async def until(self, seconds: float) -> None:
        """Let time pass, up to so many seconds after the beginning."""
        await self.settle()
        while self.time.advance_to_next(BEGAN + round(seconds * MS)):
            await self.settle()


async def test_it_works_when_woken_and_not_before_its_start() -> None:
    bench = Bench()
    bench.worker.wake()
    await bench.until(1)
    assert bench.steps == []
    bench.worker.start()
    await bench.until(2)
    bench.worker.wake()
    await bench.until(3)
    assert bench.steps == [1, 2]


async def test_what_wakes_it_meanwhile_makes_one_more_step_after_the_pause() -> None:
    bench = Bench(Rest(pause=0.5))
    bench.gate = asyncio.Event()
    bench.worker.start()
    await bench.until(1)
    for _ in range(3):
        bench.worker.wake()
    bench.gate.set()
    await bench.until(1.2)
    bench.worker.wake()  # a pause is not cut short
    await bench.until(9)
    assert bench.steps == [0, 1.5]


async def test_it_comes_back_by_itself_and_a_wake_is_sooner() -> None:
    bench = Bench(Rest(again=5), Rest(again=5))
    bench.worker.start()
    await bench.until(7)
    bench.worker.wake()
    await bench.until(60)
    assert bench.steps == [0, 5, 7]


@pytest.mark.parametrize("wakes", [False, True])
async def test_more_to_do_waits_for_the_pause(wakes: bool) -> None:
    bench = Bench(Rest(pause=2, again=2))
    bench.worker.start()
    await bench.until(1)
    if wakes:
        bench.worker.wake()
    await bench.until(60)
    assert bench.steps == [0, 2]


async def test_wakes_that_come_soon_after_one_another_make_one_step() -> None:
    bench = Bench(soon=0.1)
    bench.worker.start()
    await bench.until(0.05)
    bench.worker.wake()
    await bench.until(9)
    assert bench.steps == [0.1]


async def test_nothing_begins_after_the_stop() -> None:
    bench = Bench(Rest(again=1))
    bench.worker.start()
    await bench.until(0.5)
    bench.worker.stop()
    await bench.until(9)
    assert bench.steps == [0]


async def test_a_step_that_failed_does_not_end_the_work() -> None:
    bench = Bench()
    failing = True

    async def step() -> Rest:
        if failing:
            raise RuntimeError("a bug")
        return await bench.step()

    worker = Worker(bench.time, bench.spawn, step)
    worker.start()
    (task,) = bench.tasks
    with pytest.raises(RuntimeError):
        await task
    failing = False
    worker.wake()
    await bench.settle()
    assert bench.steps == [0]
