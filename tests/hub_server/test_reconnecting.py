"""The desk's end by itself, on virtual time: when it tries again, when it gives up, what it tells."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

import pytest

from agent_tui.backends.base import BackendDown, Connected, Disconnected, Stale
from agent_tui.backends.hub_client import LONGEST_DELAY, HubBackend, delays
from agent_tui.backends.wire.codec import encode
from agent_tui.backends.wire.frames import Bye, Welcome
from agent_tui.backends.wire.transport import MemoryTransport, Transport, TransportClosed, TransportRefused, memory_pair
from agent_tui.domain.model import Agent
from agent_tui.domain.orders import Reopen
from agent_tui.domain.queries import DirectoryQuery
from agent_tui.domain.time import MS, VirtualTime
from tests.hub_server.desks import Seen

WELCOME = Welcome(log="log", seq=5, now=61_000, agent=Agent("ada", "Ada"))


class Server:
    """Opens lines as a test says: a callable for each try, the last one for all that follow."""

    def __init__(self, *answers: Callable[[], Transport]) -> None:
        self.answers = list(answers)
        self.tries = 0

    async def connect(self) -> Transport:
        answer = self.answers[min(self.tries, len(self.answers) - 1)]
        self.tries += 1
        return answer()


def refuse(error: Exception) -> Callable[[], Transport]:
    def answer() -> Transport:
        raise error

    return answer


def line_with(*texts: str) -> tuple[Callable[[], Transport], MemoryTransport]:
    """A line on which the server has said `texts` already, and the server's end of it."""
    near, far = memory_pair()
    for text in texts:
        far.put(text)
    return (lambda: near), far


def desk(server: Server, time: VirtualTime) -> Seen:
    return Seen(HubBackend("hub", server.connect, time, chance=random.Random(7)))


async def settle(time: VirtualTime, seen: Seen, enough: Callable[[], bool]) -> None:
    """Let time jump from timer to timer until enough has happened."""
    for _ in range(1_000):
        for _ in range(20):
            await asyncio.sleep(0)
        if enough():
            return
        time.advance_to_next(time.now() + 3_600 * MS)
    raise AssertionError("it never happened")


async def test_it_tries_again_ever_more_slowly() -> None:
    time, server = VirtualTime(1_000), Server(refuse(TransportClosed(1006, "no server")))
    seen = desk(server, time)
    await settle(time, seen, lambda: server.tries == 12)
    waits = [down.retry_in for down in seen.downs()]
    assert all(wait is not None and 0.25 <= wait <= LONGEST_DELAY for wait in waits)
    assert waits[0] is not None and waits[0] <= 0.5
    assert waits[-1] is not None and waits[-1] >= LONGEST_DELAY / 2
    assert {down.reason for down in seen.downs()} == {"no server"}
    with pytest.raises(BackendDown):
        await seen.backend.query(DirectoryQuery())
    tried = server.tries
    seen.backend.try_now()
    for _ in range(20):
        await asyncio.sleep(0)
    assert server.tries == tried + 1
    await seen.backend.close()
    await asyncio.wait_for(seen.task, 5)


def test_a_thousand_desks_do_not_come_back_at_once() -> None:
    first = [delays(random.Random(seed))(3) for seed in range(1_000)]
    assert min(first) >= 2 and max(first) <= 4
    assert len({round(wait, 1) for wait in first}) > 15
    assert delays(random.Random(1))(10_000) <= LONGEST_DELAY


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_token_ends_the_feed(status: int) -> None:
    time, server = VirtualTime(1_000), Server(refuse(TransportRefused(status, "refused")))
    seen = desk(server, time)
    await asyncio.wait_for(seen.task, 5)
    assert seen.all == [Disconnected("refused", None)]


async def test_a_busy_server_is_no_refusal() -> None:
    time, server = VirtualTime(1_000), Server(refuse(TransportRefused(503, "busy")))
    seen = desk(server, time)
    await settle(time, seen, lambda: server.tries == 3)
    await seen.backend.close()


async def test_bye_without_retry_ends_the_feed_and_with_one_is_obeyed() -> None:
    time = VirtualTime(1_000)
    later, _ = line_with(encode(WELCOME), encode(Bye(reason="restarting", retry=30)))
    never, _ = line_with(encode(WELCOME), encode(Bye(reason="your access was withdrawn")))
    seen = desk(Server(later, never), time)
    await settle(time, seen, lambda: seen.task.done())
    assert [(d.reason, d.retry_in) for d in seen.downs()] == [
        ("restarting", 30),
        ("your access was withdrawn", None),
    ]


async def test_the_clocks_difference_is_told() -> None:
    time = VirtualTime(1_000)
    answer, _ = line_with(encode(WELCOME))
    seen = desk(Server(answer), time)
    await seen.until(lambda: bool(seen.all))
    [connected] = seen.all
    assert isinstance(connected, Connected) and connected.clock_skew == 60_000
    await seen.backend.close()


async def test_a_server_that_never_answers_is_down() -> None:
    time = VirtualTime(1_000)
    answer, _ = line_with(encode(WELCOME))
    seen = desk(Server(answer), time)
    await seen.until(lambda: bool(seen.all))
    query = asyncio.create_task(seen.backend.query(DirectoryQuery()))
    order = asyncio.create_task(seen.backend.order("c1", Reopen("k")))
    await asyncio.sleep(0)
    assert not seen.backend.idle()
    await settle(time, seen, lambda: query.done() and order.done())
    assert isinstance(query.exception(), BackendDown) and isinstance(order.exception(), BackendDown)
    assert seen.backend.idle()
    await seen.backend.close()


async def test_an_event_that_cannot_be_read_makes_its_case_stale() -> None:
    time = VirtualTime(1_000)
    odd = '{"type":"event","seq":6,"prev":5,"occurred":1,"recorded":2,"case":"k9","body":{"type":"parade"}}'
    answer, _ = line_with(encode(WELCOME), odd)
    seen = desk(Server(answer), time)
    await seen.until(lambda: len(seen.all) == 3)
    assert seen.all[2] == Stale(frozenset({"k9"}))
    await seen.backend.close()


async def test_nonsense_from_a_server_is_named_and_tried_again() -> None:
    time = VirtualTime(1_000)
    nonsense, _ = line_with("<html>hello</html>")
    good, _ = line_with(encode(WELCOME))
    seen = desk(Server(nonsense, good), time)
    await settle(time, seen, lambda: bool(seen.connected()))
    [down] = seen.downs()
    assert "bad frame" in down.reason and down.retry_in is not None
    await seen.backend.close()


async def test_closing_does_not_wait_for_a_server_that_never_answers() -> None:
    async def never() -> Transport:
        await asyncio.Event().wait()
        raise AssertionError

    seen = Seen(HubBackend("hub", never, VirtualTime(1_000)))
    await asyncio.sleep(0)
    await seen.backend.close()
    await asyncio.wait_for(seen.task, 5)
    assert seen.all == []


async def test_a_line_that_opens_while_the_desk_closes_is_closed_too() -> None:
    near, far = memory_pair()
    opened = asyncio.Event()

    async def slowly() -> Transport:
        await opened.wait()
        return near

    seen = Seen(HubBackend("hub", slowly, VirtualTime(1_000)))
    for _ in range(5):
        await asyncio.sleep(0)
    opened.set()
    await seen.backend.close()
    await asyncio.wait_for(seen.task, 5)
    with pytest.raises(TransportClosed):
        while True:
            await asyncio.wait_for(far.recv(), 5)
