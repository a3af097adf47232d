"""Desks race for cases over real websockets, with delays, cut lines and a hub that is killed: at no moment two of them
have one case, and every reply that was refused is still there."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter, defaultdict
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest

from agent_tui.backends.base import Acked, Outcome, Rejected
from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.seeding import SeedCase, SeedMessage, bulk_load
from agent_tui.backends.hub.store import Store
from agent_tui.backends.hub_client import HubBackend
from agent_tui.backends.wire import client
from agent_tui.backends.wire.codec import decode_server
from agent_tui.backends.wire.transport import Transport, connect_websocket
from agent_tui.desk.drafts import Draft
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.orders import Order, Reply, TakeLease
from agent_tui.domain.time import SystemTime
from agent_tui.services import asking
from agent_tui.services.workbench import Workbench
from tests.end_to_end.hub_run import HubRun, hub_run, until
from tests.end_to_end.webhook_world import ENV, config, receiver
from tests.proxy import Proxy

LEASE_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class Said:
    """What the hub answered to an order of one desk."""

    desk: str
    order: Order
    fence: int
    outcome: Outcome


class Told(HubBackend):
    """Writes down every answer."""

    said: list[Said]
    desk = ""

    async def order(self, command_id: str, order: Order, fence: int = 0) -> Outcome:
        outcome = await super().order(command_id, order, fence)
        self.said.append(Said(self.desk, order, fence, outcome))
        return outcome


@dataclass
class Racer:
    """One agent at one desk, in a hurry."""

    agent: str
    token: str
    port: int
    cases: list[str]
    said: list[Said]
    seed: int
    haste: float
    written: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        async def connect() -> Transport:
            return await connect_websocket(f"ws://127.0.0.1:{self.port}", self.token)

        self.chance = random.Random(self.seed)
        # soon back after a cut; but an answer may take its time on a busy machine
        fast, chance = SystemTime(speed=self.haste), random.Random(self.seed)
        backend = Told("hub", connect, fast, token=self.token, chance=chance, answer_timeout=60.0 * self.haste)
        backend.said = self.said
        self.work = Workbench([backend], None, SystemTime(), 0.0)
        backend.desk = self.work.desk.id

    def up(self) -> bool:
        return self.work.desk.backends["hub"].state == "up"

    async def race(self, stop: asyncio.Event, pause: float) -> None:
        """Visit cases, whether the line is up or not, until the stop: what is not written by then is not begun."""
        while not stop.is_set():
            # half of the cases of everybody are the same few
            case = self.chance.choice(self.cases[:3] if self.chance.random() < 0.5 else self.cases)
            await self._visit(CaseKey("hub", case), stop, pause)
            self.work.left_composer()
            self.work.close_case()

    async def _visit(self, key: CaseKey, stop: asyncio.Event, pause: float) -> None:
        """Open, take, write."""
        self.work.open(key)
        self.work.handling.look(key)
        if await self._waited(stop, pause):
            return
        self.work.handling.begin(key)
        if await self._waited(stop, pause):
            return
        if any(entry.key == key for entry in self.work.desk.unsent if entry.state in ("waiting", "sending")):
            return  # a person waits until the one before has left
        kept = self.work.desk.drafts.get(key)
        body = kept.body if kept is not None else f"{self.agent} writes {len(self.written) + 1}"
        if kept is None:
            self.written.append(body)
        self.work.send(Draft(key, "webchat", body=body, updated=self.work.time.now()))
        await self._waited(stop, pause)

    async def _waited(self, stop: asyncio.Event, pause: float) -> bool:
        """True when it is over."""
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), self.chance.uniform(0, 2 * pause))
        return stop.is_set()

    def kept(self) -> list[str]:
        """Words that did not leave: drafts, and what the outbox shows as not sent."""
        failed = [entry.order for entry in self.work.desk.unsent if entry.state in ("failed", "unknown")]
        drafts = [draft.body for draft in self.work.desk.drafts.values()]
        return drafts + [order.body.raw for order in failed if isinstance(order, Reply)]


async def race(folder: Path, desks: int, cases: int, kills: int, seconds: float, pause: float, haste: float) -> str:
    chance, stop, said = random.Random(11), asyncio.Event(), list[Said]()
    async with AsyncExitStack() as stack:
        # all desks are in this process: a frame, which is a value, is read once for all whom it comes to
        stack.enter_context(patch.object(client, "decode_server", lru_cache(1000)(decode_server)))
        # and how many rows there are is asked once, not every second by everybody
        stack.enter_context(patch.object(asking, "DOUBTS_EVERY_SECONDS", 600.0))
        far = await stack.enter_async_context(receiver())
        times = f"[times]\nlease_seconds = {LEASE_SECONDS}\n"
        tokens, ids = _prepare(folder / "hub" / "data", desks, cases)
        hub = await stack.enter_async_context(hub_run(folder / "hub", config(far.url) + times, ENV))
        port = urlsplit(hub.desk_url).port
        assert port is not None
        proxies = [await stack.enter_async_context(Proxy(port, delay=delay)) for delay in (0.0, 0.002, 0.01, 0.04)]
        racers = [
            Racer(agent, token, proxies[number % len(proxies)].port, ids, said, number, haste)
            for number, (agent, token) in enumerate(tokens.items())
        ]
        running = [asyncio.create_task(racer.work.run()) for racer in racers]
        await until(lambda: all(racer.up() for racer in racers), 60, "every desk is there")
        began = time.monotonic()
        racing = [asyncio.create_task(racer.race(stop, pause)) for racer in racers]
        for _ in range(kills):
            for _ in range(3):
                await asyncio.sleep(chance.uniform(0.3, 1.0) * seconds / kills / 3)
                chance.choice(proxies).cut()
            await hub.kill()
            await hub.start()
        await asyncio.sleep(seconds / kills / 2)
        stop.set()
        await asyncio.gather(*racing)
        await _settled(racers, 300)
        took = time.monotonic() - began
        for racer in racers:
            await racer.work.stop()
        await asyncio.gather(*running)
        told = check_the_log(hub, said) + ", " + check_the_words(hub, racers)
        refused = Counter(one.outcome.code for one in said if isinstance(one.outcome, Rejected))
        await hub.kill()
        assert hub.sound()
        done = Counter(one.order.name for one in said if isinstance(one.outcome, Acked))
        return f"{told}, done {dict(done)}, refused {dict(refused)}, {took:.0f} s"


async def _settled(racers: list[Racer], seconds: float) -> None:
    """Until every reply is sent or a draft."""
    end = time.monotonic() + seconds
    while late := [words for racer in racers if (words := _under_way(racer))]:
        assert time.monotonic() < end, f"not within {seconds:g} s: {len(late)} desks still {Counter(late)}"
        await asyncio.sleep(0.1)


def _under_way(racer: Racer) -> str:
    unsent = [entry.state for entry in racer.work.desk.unsent if entry.state not in ("failed", "unknown")]
    if not racer.up():
        return f"without a line: {racer.work.desk.backends['hub'].state}"
    return f"send: {unsent}" if unsent else "busy" if racer.work.busy() else ""


def _prepare(data: Path, desks: int, cases: int) -> tuple[dict[str, str], list[str]]:
    """Agents with their tokens, and cases of customers on the web chat."""
    store, clock = Store.open(data), SystemTime()
    operator, tokens = Operator(store, clock, Ids()), {}
    for number in range(desks):
        agent = f"agent-{number:03}"
        operator.add_agent(agent, agent)
        tokens[agent] = operator.add_token(agent).text
    now = clock.now()
    seeds = [
        SeedCase(f"Customer {n}", "web", f"visitor-{n}", "webchat", "chat", (SeedMessage("in", now - n, "hello"),))
        for n in range(cases)
    ]
    bulk_load(store, seeds, now)
    with store.read() as connection:
        ids = [str(row[0]) for row in connection.exec_driver_sql("SELECT id FROM cases ORDER BY number")]
    store.close()
    return tokens, ids


def check_the_log(hub: HubRun, said: list[Said]) -> str:
    """By the log alone: one holder at a time, fences that only grow, and nobody speaks but the holder."""
    held: dict[str, tuple[str, str, int, int]] = {}
    newest: dict[str, int] = defaultdict(int)
    granted: dict[int, tuple[str, str, str]] = {}
    spoke = 0
    authors = {str(id): str(author) for id, author in hub.ask("SELECT id, author FROM message WHERE kind = 'out'")}
    rows = hub.ask("SELECT seq, recorded, case_id, kind, ref, data FROM event ORDER BY seq")
    for seq, recorded, case_id, kind, ref, data in rows:
        case, at = str(case_id), int(str(recorded))
        holder = held.get(case)
        if kind == "message-added" and str(ref) in authors:
            spoke += 1
            author = authors[str(ref)]
            if holder is not None and not (holder[3] and holder[3] <= at):
                assert holder[0] == author, f"{author} spoke while {holder} had {case}"
        if kind != "lease-changed":
            continue
        body = json.loads(str(data))
        if not body["agent"]:
            held.pop(case, None)
            continue
        fence = int(body["fence"])
        if holder is None or holder[2] != fence:
            assert fence > newest[case], "a fence that was given before"
            assert fence == seq, "a fence is the seq of its event"
            if holder is not None and holder[0] != body["agent"]:
                assert holder[3] and holder[3] <= at, f"{body} while {holder} had it"
            newest[case] = fence
            granted[fence] = (case, body["agent"], body["desk"])
        held[case] = (body["agent"], body["desk"], fence, int(body["until"]))
    takes = [one for one in said if isinstance(one.order, TakeLease) and isinstance(one.outcome, Acked)]
    for one in takes:
        assert isinstance(one.order, TakeLease) and isinstance(one.outcome, Acked)
        case, _, desk = granted[int(one.outcome.result)]
        assert (case, desk) == (one.order.case, one.desk), "a desk was told that it has what another one has"
    assert takes and spoke
    return f"{len(granted)} leases, {len(takes)} taken by acknowledgement"


def check_the_words(hub: HubRun, racers: list[Racer]) -> str:
    """Each text that was written went out once, or is kept where it was written, once."""
    out = Counter(hub.bodies("out"))
    assert not out or max(out.values()) == 1
    kept_in_all = 0
    for racer in racers:
        kept = Counter(racer.kept())
        kept_in_all += sum(kept.values())
        for text in racer.written:
            assert out[text] + kept[text] == 1, f"{text}: {out[text]} times sent, {kept[text]} times kept"
    written = sum(len(racer.written) for racer in racers)
    assert written == sum(out.values()) + kept_in_all
    return f"{written} replies written, {sum(out.values())} sent, {kept_in_all} kept as drafts"


async def test_a_few_desks_race(tmp_path: Path) -> None:
    print(await race(tmp_path, desks=12, cases=6, kills=2, seconds=4.0, pause=0.03, haste=20))


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_two_hundred_desks_race_for_two_hundred_cases(tmp_path: Path) -> None:
    """Each event goes to all two hundred desks, which are all in this process: few visits a second keep it busy, and so
    do two hundred who are back at once."""
    print(await race(tmp_path, desks=200, cases=200, kills=2, seconds=14.0, pause=5.0, haste=2))
