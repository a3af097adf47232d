"""Plays a scenario: customers write, call, wait, give up and react; one connector per channel stands before the hub."""

from __future__ import annotations

import asyncio
import random
import re
import struct
import zlib
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any, Literal

from agent_tui.backends.connectors.base import (
    CallReport,
    CallUpdate,
    ConnectorPort,
    DeliveryUpdate,
    Inbound,
    InboundFile,
    Outbound,
    SendResult,
)
from agent_tui.backends.connectors.scenario.script import Person, Scenario, Trigger, Turn
from agent_tui.domain.channels import channel, window_left
from agent_tui.domain.model import CallState, Delivery
from agent_tui.domain.time import MINUTE_MS, MS, Ms, TimerHandle, TimeSource

LAW_MS = 6 * MINUTE_MS
TAKES_UP_AFTER, GIVES_UP_AFTER = 8.0, 3.0
"""Seconds after which somebody who is invited to WhatsApp writes there, and then hangs up."""
_TAKES_UP = {"he": "תודה, כאן נוח לי יותר. אפשר להמשיך כאן?", "en": "Thanks, I would rather write. Can we go on here?"}
ANSWERS_AFTER, BUSY_AFTER, RINGS_FOR = 4.0, 2.0, 20.0
"""Seconds after which somebody who is called answers, turns out to be busy, or is let ring no more."""


class World:
    """The customers of one scenario. `connectors()` go to the hub; `busy()` tells whether something is under way that
    needs no time to pass; randomness comes from the seed and the turn alone, so the order of events changes nothing."""

    def __init__(self, scenario: Scenario, time: TimeSource, seed: int = 0) -> None:
        self.scenario = scenario
        self._time = time
        self._seed = seed
        self._ports: dict[str, ConnectorPort] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._done: set[tuple[str, int]] = set()
        self._heard: dict[tuple[str, str], Ms] = {}
        self._calls: dict[str, _Line] = {}
        self._timers: list[TimerHandle] = []
        self._channels = sorted({key for person in scenario.people for key in person.addresses})

    def connectors(self) -> list[ScenarioConnector]:
        """One for each channel that somebody of the scenario uses."""
        return [ScenarioConnector(self, key) for key in self._channels]

    def play(self, after: float, until: float = float("inf")) -> None:
        """Schedule what happens at `after` <= second < `until`; second 0 is the scenario's start."""
        for person in self.scenario.people:
            for index, turn in enumerate(person.turns):
                if turn.on == "at" and after <= turn.at < until:
                    due = self.scenario.start + round(turn.at * MS)
                    self._later((due - self._time.now()) / MS, self._act(person, index, turn))

    def busy(self) -> bool:
        return bool(self._tasks)

    def stop(self) -> None:
        """No customer does anything any more."""
        for timer in self._timers:
            timer.cancel()
        for task in self._tasks:
            task.cancel()

    # what connectors tell

    def attach(self, account: str, port: ConnectorPort) -> None:
        self._ports[account] = port

    def closed(self, outbound: Outbound) -> bool:
        """Whether the channel's window is closed for free words to that customer."""
        person, profile = self._person_at(outbound.channel, outbound.address), channel(outbound.channel)
        if person is None or outbound.template is not None:
            return False
        key = (person.id, outbound.channel)
        written = [
            self.scenario.start + round(turn.at * MS)
            for turn in person.turns
            if turn.on == "at" and turn.channel == outbound.channel
        ]
        heard = [at for at in (*written, self._heard.get(key, 0)) if 0 < at <= self._time.now()]
        return window_left(profile, max(heard, default=None), self._time.now()) == 0

    def sent(self, outbound: Outbound) -> None:
        """A reply reached the customer: ticks come back, and the customer may react."""
        person = self._person_at(outbound.channel, outbound.address)
        port = self._ports[outbound.account]
        if person is None:
            invited = self._by_number(outbound.address) if outbound.channel == "whatsapp" else None
            if invited is not None:
                self._later(0.6, self._tick(port, outbound, "delivered"))
                self._later(TAKES_UP_AFTER, lambda: self._takes_up(invited, outbound))
            return
        if channel(outbound.channel).kind in ("messaging", "live"):
            self._later(0.6, self._tick(port, outbound, "delivered"))
            self._later(2.4, self._tick(port, outbound, "read"))
        self._react(person, "reply", outbound.body)

    def _tick(self, port: ConnectorPort, outbound: Outbound, state: Delivery) -> Callable[[], Coroutine[Any, Any, Any]]:
        return lambda: port.delivery(DeliveryUpdate(outbound.account, outbound.channel_id, state, self._time.now()))

    def worked(self, call_id: str, action: str, agent: str, keys: str = "") -> str:
        """An agent works a call; "" or why not."""
        if action == "originate":
            return self._called(call_id, agent, keys)
        line = self._calls.get(call_id)
        if line is None:
            return "the call is over"
        return line.work(action, agent)

    def put_through(self, call_id: str, to: str) -> str:
        """Another agent has the caller from now on; "" or why not."""
        line = self._calls.get(call_id)
        return line.put_through(to) if line is not None else "the call is over"

    def _called(self, call_id: str, agent: str, number: str) -> str:
        """We call somebody."""
        person = self._by_number(number)
        if person is None:
            return "nobody has that number"
        self._calls[call_id] = line = _Outgoing(self, self._ports["demo-phone"], person, call_id, agent, number)
        line.go()
        return ""

    def _by_number(self, number: str) -> Person | None:
        digits = number.lstrip("+")
        found = (one for one in self.scenario.people if digits in [a.lstrip("+") for a in one.addresses.values()])
        return next(found, None)

    async def _takes_up(self, person: Person, outbound: Outbound) -> None:
        """Somebody whose number is on WhatsApp goes on there, and lets go of the phone where they wait."""
        await self._ports[outbound.account].inbound(
            Inbound(
                account=outbound.account,
                channel=outbound.channel,
                channel_id=f"{person.id}-takes-up-{outbound.message}",
                scheme="wa",
                address=outbound.address,
                name=person.name,
                body=_TAKES_UP.get(person.language, _TAKES_UP["en"]),
                at=self._time.now(),
                thread=f"whatsapp-{person.id}",
                language=person.language,
            )
        )
        for line in list(self._calls.values()):
            if line.person == person and line.state == "ringing":
                line.give_up()

    def over(self, line: _Line) -> None:
        self._calls.pop(line.id, None)
        self._react(line.person, "hang-up", "")

    def answered(self, line: _Line) -> None:
        self._react(line.person, "answer", "")

    # the customers

    def _react(self, person: Person, to: Trigger, text: str) -> None:
        if self._time.now() < self.scenario.start:
            return  # the days before the shift happen as written
        for index, turn in enumerate(person.turns):
            fits = turn.on == to and (person.id, index) not in self._done
            if fits and (not turn.match or re.search(turn.match, text, re.IGNORECASE)):
                self._start(person, index, turn)
                return

    def _start(self, person: Person, index: int, turn: Turn) -> None:
        self._done.add((person.id, index))
        wobble = 0.8 + 0.4 * random.Random(f"{self._seed}:{person.id}:{index}").random()
        self._later(turn.wait * wobble, self._act(person, index, turn))

    def _act(self, person: Person, index: int, turn: Turn) -> Callable[[], Coroutine[Any, Any, Any]]:
        async def act() -> None:
            if turn.call:
                line = _Line(self, self._ports["demo-phone"], person, turn, f"call-{person.id}-{index}")
                self._calls[line.id] = line
                await line.ring()
            else:
                await self._say(person, index, turn)
            following = index + 1
            if following < len(person.turns) and person.turns[following].on == "turn":
                self._start(person, following, person.turns[following])

        return act

    async def _say(self, person: Person, index: int, turn: Turn) -> None:
        account = f"demo-{turn.channel}"
        files = (InboundFile(turn.file, "image/png", _picture(person.id)),) if turn.file else ()
        profile = channel(turn.channel)
        self._heard[person.id, turn.channel] = self._time.now()
        await self._ports[account].inbound(
            Inbound(
                account=account,
                channel=turn.channel,
                channel_id=f"{person.id}-{index}",
                scheme=profile.scheme,
                address=person.addresses[turn.channel],
                name=person.name,
                body=turn.say,
                at=self._time.now(),
                thread=f"{turn.channel}-{person.id}" if profile.kind != "mail" else "",
                subject=turn.subject,
                files=files,
                language=person.language,
                public=profile.kind == "public",
            )
        )

    def _person_at(self, key: str, address: str) -> Person | None:
        return next((person for person in self.scenario.people if person.addresses.get(key) == address), None)

    def later(self, seconds: float, act: Callable[[], Coroutine[Any, Any, Any]]) -> TimerHandle:
        """Run `act` in a task after `seconds` of the scenario's time."""
        return self._later(seconds, act)

    def _later(self, seconds: float, act: Callable[[], Coroutine[Any, Any, Any]]) -> TimerHandle:
        def go() -> None:
            task: asyncio.Task[None] = asyncio.get_running_loop().create_task(act())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        handle = self._time.call_later(seconds, go)
        self._timers.append(handle)
        return handle

    def now(self) -> int:
        return self._time.now()


class _Line:
    """One call from its first ring to its end."""

    def __init__(self, world: World, port: ConnectorPort, person: Person, turn: Turn, id: str) -> None:
        self.world, self.port, self.person, self.turn, self.id = world, port, person, turn, id
        self.state: CallState = "ringing"
        self.agent = ""
        self.muted = False
        self.since = world.now() - round(turn.waited * MS)
        self._end: TimerHandle | None = None

    async def ring(self) -> None:
        self._end = self.world.later(self.turn.patience, lambda: self._finish("abandoned"))
        await self._tell()

    def give_up(self) -> None:
        """They hang up in a moment."""
        self._restart(GIVES_UP_AFTER, "abandoned")

    def work(self, action: str, agent: str) -> str:
        if action == "announce":
            return self._hears()
        if action == "answer":
            if self.state != "ringing":
                return "somebody has answered it already"
            self.state, self.agent = "active", agent
            self._restart(self.turn.talk, "ended")
            self.world.answered(self)
        elif action in ("hang-up", "decline"):
            self._restart(0.0, "ended" if self.state != "ringing" else "abandoned")
            return ""
        elif self.state not in ("active", "held"):
            return "the call is not answered yet"
        elif action in ("hold", "resume"):
            self.state = "held" if action == "hold" else "active"
        elif action in ("mute", "unmute"):
            self.muted = action == "mute"
        self.world.later(0.0, self._tell)
        return ""

    def put_through(self, to: str) -> str:
        if self.state not in ("active", "held"):
            return "the call is not answered yet"
        self.state, self.agent, self.muted = "active", to, False
        self.world.later(0.0, self._tell)
        return ""

    def _hears(self) -> str:
        """The caller hears something while they wait, and may choose to be called back."""
        if self.state != "ringing":
            return "the caller does not wait any more"
        self.world.later(0.0, lambda: self._report("told"))
        if self.turn.call_back:
            self.world.later(self.turn.call_back, self._choose)
        return ""

    async def _choose(self) -> None:
        if self.state == "ringing":
            await self._report("asked")
            self._restart(0.0, "abandoned")

    async def _report(self, what: Literal["told", "asked"]) -> None:
        await self.port.call_report(CallReport("demo-phone", self.id, what, self.world.now()))

    def _restart(self, seconds: float, state: CallState) -> None:
        if self._end is not None:
            self._end.cancel()
        self._end = self.world.later(seconds, lambda: self._finish(state))

    async def _finish(self, state: CallState) -> None:
        self.state = state
        await self._tell()
        self.world.over(self)

    async def _tell(self) -> None:
        await self.port.call(
            CallUpdate(
                account="demo-phone",
                channel_id=self.id,
                state=self.state,
                at=self.since if self.state == "ringing" else self.world.now(),
                address=self.person.addresses["phone"],
                name=self.person.name,
                queue=self.turn.queue,
                law_due=self.since + LAW_MS if self.turn.law else None,
                muted=self.muted,
                agent=self.agent,
                language=self.person.language,
                topic=self.turn.topic,
            )
        )


class _Outgoing(_Line):
    """A call of ours: they answer after a moment, are busy, or do not hear it."""

    def __init__(self, world: World, port: ConnectorPort, person: Person, id: str, agent: str, number: str) -> None:
        super().__init__(world, port, person, Turn(person.id, "at", 0.0, 0.0, "phone", call=True), id)
        self.agent, self._number = agent, number

    def go(self) -> None:
        """It rings at theirs."""
        match self.person.answers:
            case "yes":
                self._end = self.world.later(ANSWERS_AFTER, self._answer)
            case "busy":
                self._end = self.world.later(BUSY_AFTER, lambda: self._finish("ended"))
            case "no":
                self._end = self.world.later(RINGS_FOR, lambda: self._finish("ended"))

    async def _answer(self) -> None:
        self.state = "active"
        self._restart(self.turn.talk, "ended")
        self.world.answered(self)
        await self._tell()

    async def _tell(self) -> None:
        busy = self.person.answers == "busy" and self.state == "ended"
        await self.port.call(
            CallUpdate(
                account="demo-phone",
                channel_id=self.id,
                state=self.state,
                at=self.world.now(),
                address=self._number,
                name=self.person.name,
                direction="out",
                muted=self.muted,
                agent=self.agent,
                reason="busy" if busy else "",
            )
        )


class ScenarioConnector:
    """One channel of a scenario as the hub sees it: implements `Connector`."""

    def __init__(self, world: World, channel_key: str) -> None:
        self._world = world
        self.channel = channel_key
        self.account = f"demo-{channel_key}"

    async def start(self, port: ConnectorPort) -> None:
        self._world.attach(self.account, port)

    async def send(self, outbound: Outbound) -> SendResult:
        channel_id = outbound.channel_id or f"{self.account}:{outbound.message}"
        if self._world.closed(outbound):
            return SendResult("refused", reason="the window is closed: only an approved template goes")
        self._world.sent(replace(outbound, channel_id=channel_id))
        return SendResult("accepted", channel_id)

    async def call_action(self, call_id: str, action: str, agent: str, keys: str) -> str:
        return self._world.worked(call_id, action, agent, keys)

    @property
    def puts_through(self) -> bool:
        return self.channel == "phone"

    async def put_through(self, call_id: str, giver: str, to: str) -> SendResult:
        problem = self._world.put_through(call_id, to)
        return SendResult("refused" if problem else "accepted", reason=problem)

    def health(self) -> str:
        return ""

    async def stop(self) -> None:
        self._world.stop()


def _picture(seed: str, size: int = 96) -> bytes:
    """A small PNG made here (a lamp-like blot), so that a customer can send a photo."""
    random_source = random.Random(seed)
    tint = [random_source.randrange(120, 255) for _ in range(3)]
    rows = bytearray()
    for y in range(size):
        rows.append(0)
        for x in range(size):
            light = max(0.15, 1 - ((x - size / 2) ** 2 + (y - size / 3) ** 2) / (size * size / 5))
            rows += bytes(int(channel_value * light) for channel_value in tint)

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(bytes(rows)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")
