"""Networks that delay, cut, half-close and stall between real desks and a real hub: at the end all see the same."""

from __future__ import annotations

import asyncio
import random
from contextlib import AsyncExitStack
from pathlib import Path

from agent_tui.domain.views import ALL
from tests.end_to_end.desks import desk, same_as_hub
from tests.end_to_end.hub_run import PATIENCE, hub_run, until
from tests.end_to_end.webhook_world import ENV, config, customers, receiver
from tests.proxy import Proxy

MISCHIEF_SECONDS = 5.0


async def misbehave(proxy: Proxy, chance: random.Random, stop: asyncio.Event) -> int:
    """One trouble after the other until `stop`; then a good line. Answers how many."""
    troubles = 0
    while not stop.is_set():
        troubles += 1
        match chance.randrange(6):
            case 0:
                proxy.cut()
            case 1:
                proxy.cut_after(proxy.to_client + chance.randrange(1, 8000), "client")
            case 2:
                proxy.cut_after(proxy.to_server + chance.randrange(1, 1500), "server")
            case 3:
                proxy.half_close("client" if chance.random() < 0.5 else "server")
            case 4:
                proxy.delay = chance.uniform(0.005, 0.05)
            case _:
                proxy.outage()
        await asyncio.sleep(chance.uniform(0.05, 0.4))
        proxy.restore()
        proxy.delay = 0.0
    return troubles


async def test_every_row_equals_the_hubs_after_a_bad_network(tmp_path: Path) -> None:
    stop = asyncio.Event()
    async with AsyncExitStack() as stack:
        far = await stack.enter_async_context(receiver())
        hub = await stack.enter_async_context(hub_run(tmp_path / "hub", config(far.url), ENV))
        world = await stack.enter_async_context(customers(hub.http_url))
        port = int(hub.desk_url.rpartition(":")[2])
        proxies, desks = [], []
        for number in range(3):
            proxies.append(await stack.enter_async_context(Proxy(port)))
            url, token = f"ws://127.0.0.1:{proxies[-1].port}", hub.agent(f"agent-{number}")
            made = desk(url, token, tmp_path / f"agent-{number}", speed=60, seed=number)
            desks.append(await stack.enter_async_context(made))
            desks[-1].bench.show(ALL)
        writing = [asyncio.create_task(world.keep_writing(f"customer-{each}", stop, 0.2)) for each in range(60)]
        bad = [asyncio.create_task(misbehave(each, random.Random(n), stop)) for n, each in enumerate(proxies)]
        sent: list[str] = []
        chance = random.Random(3)
        loop = asyncio.get_running_loop()
        end = loop.time() + MISCHIEF_SECONDS
        while loop.time() < end:
            one = chance.choice(desks)
            if rows := [row for row in one.rows() if row.stage == "us"]:
                sent.append(f"answer {len(sent)}")
                assert one.reply(chance.choice(rows), sent[-1])
            await asyncio.sleep(0.05)
        stop.set()
        troubles = sum(await asyncio.wait_for(asyncio.gather(*bad), 10))
        await asyncio.wait_for(asyncio.gather(*writing), 30)
        await until(lambda: all(not each.unsent() for each in desks), PATIENCE, "every reply is acknowledged")
        await until(lambda: not hub.ask("SELECT 1 FROM outbound WHERE state IN ('queued', 'sending')"), 30)
        compared = [await same_as_hub(hub, each) for each in desks]
        assert sorted(hub.bodies("in")) == sorted(world.acknowledged)
        assert sorted(hub.bodies("out")) == sorted(sent)
        lines = sum(proxy.connections for proxy in proxies)
        assert lines > 3 * 3, "the network was not bad"
        print(f"{troubles} troubles, {lines} lines, {len(sent)} replies, {compared} rows compared")


async def test_a_stalled_desk_is_cut_and_the_others_lose_nothing(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        far = await stack.enter_async_context(receiver())
        hub = await stack.enter_async_context(hub_run(tmp_path / "hub", config(far.url), ENV))
        world = await stack.enter_async_context(customers(hub.http_url))
        proxy = await stack.enter_async_context(Proxy(int(hub.desk_url.rpartition(":")[2])))
        stalled = await stack.enter_async_context(desk(f"ws://127.0.0.1:{proxy.port}", hub.agent("ada"), speed=60))
        well = await stack.enter_async_context(desk(hub.desk_url, hub.agent("ben"), speed=60))
        for each in (stalled, well):
            each.bench.show(ALL)
            await each.until(each.up)
        proxy.pause()
        lines = hub.log().count("cut")
        long = "a long story " * 20_000
        for number in range(60):
            await world.say(f"customer-{number % 7}", f"{number} {long}", str(number))
        await until(lambda n=lines: hub.log().count("cut") > n, PATIENCE, "the hub cuts the stalled desk")  # type: ignore[misc]
        await until(lambda: well.desk.backends["hub"].seq == hub.head(), PATIENCE, "the other desk has everything")
        assert well.desk.backends["hub"].caught_up_to is None, "its line never broke"
        proxy.resume()
        assert await same_as_hub(hub, well) == await same_as_hub(hub, stalled)


async def test_a_desk_ends_soon_on_a_dead_line(tmp_path: Path) -> None:
    """The agent leaves while nothing passes any more: what is unsent stays in the outbox, nobody waits for the line."""
    loop = asyncio.get_running_loop()
    async with hub_run(tmp_path / "hub") as hub, Proxy(int(hub.desk_url.rpartition(":")[2])) as proxy:
        async with desk(f"ws://127.0.0.1:{proxy.port}", hub.agent("ada")) as ada:
            await ada.until(ada.up)
            proxy.pause()
            began = loop.time()
        took = loop.time() - began
        proxy.resume()
        assert took < 4.0
