"""kill -9 of the hub under load: what it acknowledged is there, once; what it hid is shown; desks come back."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from agent_tui.domain.views import ALL
from tests.end_to_end.desks import TestDesk, desk, same_as_hub
from tests.end_to_end.hub_run import PATIENCE, HubRun, hub_run, until
from tests.end_to_end.webhook_world import ENV, Receiver, config, customers, receiver

CUSTOMERS = 20
DESKS = 5
UNSENT = 20
"""Replies of a desk on their way at once: else those of a busy machine grow faster than they are sent."""


async def keep_replying(one: TestDesk, name: str, stop: asyncio.Event, sent: list[str], pause: float) -> None:
    """Answer the cases that are waiting, one after the other, whether the line is up or not; as many as wait to be
    sent are enough."""
    chance = random.Random(name)
    while not stop.is_set():
        rows = [row for row in one.rows() if row.stage == "us"]
        if rows and len(one.unsent()) < UNSENT:
            body = f"{name} answers {len(sent) + 1}"
            assert one.reply(chance.choice(rows), body)
            sent.append(body)
        await asyncio.sleep(pause)


async def kill_again_and_again(
    tmp_path: Path, kills: int, *, pause: float, life: tuple[float, float], seed: int
) -> str:
    chance = random.Random(seed)
    stop = asyncio.Event()
    sent: dict[str, list[str]] = {f"agent-{number}": [] for number in range(DESKS)}
    async with AsyncExitStack() as stack:
        far = await stack.enter_async_context(receiver())
        far.latency = 0.05
        hub = await stack.enter_async_context(hub_run(tmp_path / "hub", config(far.url), ENV, forked=True))
        world = await stack.enter_async_context(customers(hub.http_url))
        desks: list[TestDesk] = []
        for number, name in enumerate(sent):
            made = desk(hub.desk_url, hub.agent(name), tmp_path / name, speed=80, seed=number)
            desks.append(await stack.enter_async_context(made))
            desks[-1].bench.show(ALL)
        writing = [
            asyncio.create_task(world.keep_writing(f"customer-{number}", stop, pause)) for number in range(CUSTOMERS)
        ]
        pairs = zip(desks, sent.items(), strict=True)
        replying = [asyncio.create_task(keep_replying(one, name, stop, said, pause)) for one, (name, said) in pairs]
        began = time.monotonic()
        for _ in range(kills):
            before = len(world.acknowledged)
            await until(lambda n=before: len(world.acknowledged) > n + 5, PATIENCE, "the hub takes messages")  # type: ignore[misc]
            await asyncio.sleep(chance.uniform(*life))
            await hub.kill()
            await hub.start()
            await until(lambda: all(each.up() for each in desks), PATIENCE, "every desk is back")
        took = time.monotonic() - began
        stop.set()
        await asyncio.wait_for(asyncio.gather(*writing, *replying), PATIENCE)
        await until(lambda: all(not each.unsent() for each in desks), PATIENCE, "every reply is acknowledged")
        await until(lambda: settled(hub), 60, "every reply is sent or unknown")
        assert hub.starts == kills + 1
        told = check_what_is_kept(hub, world.acknowledged, [body for said in sent.values() for body in said], far)
        for each in desks:
            assert await same_as_hub(hub, each)
        await unknown_is_shown(hub, desks[0])
        await hub.kill()
        assert hub.sound()
        told += f"; {world.repeated} requests repeated; {took / kills:.2f} s a kill"
        return told


def settled(hub: HubRun) -> bool:
    return not hub.ask("SELECT 1 FROM outbound WHERE state IN ('queued', 'sending') LIMIT 1")


def check_what_is_kept(hub: HubRun, acknowledged: list[str], replies: list[str], far: Receiver) -> str:
    """The store holds each text once; each reply went out at most once; those that nobody knows of say so."""
    stored = Counter(hub.bodies("in"))
    assert stored == Counter(acknowledged)  # every request was repeated until acknowledged, so neither more nor less
    assert max(stored.values()) == 1
    out = Counter(hub.bodies("out"))
    assert out == Counter(replies)
    states = {str(id): str(state) for id, state in hub.ask("SELECT id, state FROM message WHERE kind = 'out'")}
    assert set(states.values()) <= {"sent", "unknown"}
    unknown = {id for id, state in states.items() if state == "unknown"}
    assert set(far.taken) <= set(states)
    assert {id for id, state in states.items() if state == "sent"} <= set(far.taken)
    assert max(far.taken.values()) == 1, "something was sent twice"
    (failed,) = hub.ask("SELECT count(*) FROM message WHERE kind = 'out' AND state = 'failed'")
    assert failed == (0,)
    return f"{len(stored)} messages in, {len(out)} replies, {len(unknown)} of unknown outcome"


async def unknown_is_shown(hub: HubRun, one: TestDesk) -> None:
    """On its case's row, and on the message itself."""
    marked = {row.id: row for rows in (await one.all_rows(ALL)).values() for row in rows if row.failed}
    lost = hub.ask("SELECT case_id, count(*) FROM message WHERE state = 'unknown' GROUP BY case_id ORDER BY 1")
    assert {str(case) for case, _ in lost} == set(marked)
    for case, count in lost[:3]:
        await one.open(marked[str(case)])
        while one.desk.open_case is not None and one.desk.open_case.more_before:
            held = len(one.messages())
            one.bench.load_older()
            await until(lambda n=held: len(one.messages()) > n, what="older messages")  # type: ignore[misc]
        assert sum(message.state == "unknown" for message in one.messages()) == count
        assert marked[str(case)].failed == count


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("half", range(2))
async def test_two_hundred_kills_under_load(half: int, tmp_path: Path) -> None:
    """Two hubs side by side, a hundred kills each: they wait more than they work."""
    print(await kill_again_and_again(tmp_path, 100, pause=0.8, life=(0.02, 0.25), seed=half))
