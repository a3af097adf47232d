"""When waiting cases are given out: after whatever can change who gets what, and when a time of a rule has come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import TypeVar

from agent_tui.backends.hub import routing
from agent_tui.backends.hub.routing import PUT_BACK_MS, Memory, takes_work
from agent_tui.backends.hub.store import Store, waiting
from agent_tui.backends.hub.store.errors import StoreError
from agent_tui.backends.hub.worker import Rest, Spawn, Worker
from agent_tui.backends.hub.writer import Writer
from agent_tui.domain.events import AgentChanged, CaseChanged, Event
from agent_tui.domain.model import Agent
from agent_tui.domain.queues import QueueSetup
from agent_tui.domain.routing import Routed
from agent_tui.domain.time import MS, Ms, TimeSource

T = TypeVar("T")
AGAIN_AFTER_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 0.5


class Router:
    """One turn at a time; what happens meanwhile makes one more turn after it, after a pause as long as a turn took, so
    that giving out never takes more than half of the hub."""

    def __init__(
        self,
        store: Store,
        writer: Writer,
        time: TimeSource,
        spawn: Spawn,
        setups: Callable[[], tuple[QueueSetup, ...]],
        *,
        inline: bool,
    ) -> None:
        self._store = store
        self._writer = writer
        self._time = time
        self._setups = setups
        self._inline = inline
        self._here: set[str] = set()
        self._ready: dict[str, Ms] = {}
        self._given: dict[str, Ms] = {}
        self._put_back: dict[str, tuple[str, Ms]] = {}
        self._worker = Worker(time, spawn, self._turn)

    @property
    def memory(self) -> Memory:
        """As it is now, for a job in another thread."""
        idle = {id: max(since, self._given.get(id, 0)) for id, since in self._ready.items() if id in self._here}
        return Memory(idle, dict(self._put_back))

    def start(self) -> None:
        """Give out what waits, if anybody is there for it."""
        if self._setups():
            self._remember()
        self._worker.start()

    def _remember(self) -> None:
        """What the log says of before this start. Raises StoreError."""
        with self._store.read() as connection:
            for one in waiting.assigned_lately(connection):
                if one.to:
                    self._given[one.to] = one.at
                    self._put_back.pop(one.case, None)
                elif one.by:
                    self._put_back[one.case] = (one.by, one.at)

    def stop(self) -> None:
        """No further turn is begun."""
        self._worker.stop()

    def came(self, agent: Agent) -> None:
        """A desk of an agent is connected."""
        self._here.add(agent.id)
        self._stands(agent)
        if takes_work(agent):
            self._wake()

    def left(self, agent: str) -> None:
        """The line of an agent's last desk broke: they are given nothing until they are back, whatever they said."""
        self._here.discard(agent)

    def _stands(self, agent: Agent) -> None:
        if takes_work(agent):
            self._ready[agent.id] = agent.since or self._time.now()
        else:
            self._ready.pop(agent.id, None)

    def happened(self, events: Iterable[Event]) -> None:
        """Events were stored."""
        anything = False
        for event in events:
            match event.body:
                case AgentChanged(agent=agent):
                    self._stands(agent)
                case CaseChanged(change="assigned") if event.row is not None:
                    if event.row.owner:
                        self._put_back.pop(event.case, None)
                        self._given[event.row.owner] = event.recorded
                    elif event.by:
                        self._put_back[event.case] = (event.by, event.recorded)
            anything = anything or bool(event.case) or isinstance(event.body, AgentChanged)
            if event.row is not None and event.row.stage in ("done", "spam", "joined"):
                self._put_back.pop(event.case, None)
        if anything:
            self._wake()

    async def plan_pull(self, agent: str, queue: str) -> tuple[str, ...]:
        """See `routing.plan_pull`: read beside the writer. Raises StoreError."""
        memory = self.memory

        def read() -> tuple[str, ...]:
            with self._store.read() as connection:
                return routing.plan_pull(connection, self._setups(), memory, self._time.now(), agent, queue)

        return await self._read(read)

    async def _read(self, read: Callable[[], T]) -> T:
        return read() if self._inline else await asyncio.to_thread(read)

    def _wake(self) -> None:
        if self._setups():
            self._worker.wake()

    async def _turn(self) -> Rest:
        setups, memory = self._setups(), self.memory
        if not setups or not memory.idle_since:
            return Rest()  # until somebody is here
        begun = perf_counter()

        def read() -> Routed:
            with self._store.read() as connection:
                return routing.look(connection, setups, memory, self._time.now()).routed()

        try:
            # mostly nothing can be given out, and then the writer is not asked
            routed = await self._read(read)
            if routed.given:
                await self._writer.run(lambda tx: routing.give_out(tx, setups, memory, routed.given))
            again = routed.again
        except StoreError:  # a full disk ...: nothing was given out
            again = self._time.now() + round(AGAIN_AFTER_SECONDS * MS)
        now = self._time.now()
        ends = [at + PUT_BACK_MS for _, at in memory.put_back.values() if at + PUT_BACK_MS > now]
        due = min([*ends, *([again] if again is not None else [])], default=None)
        pause = 0.0 if self._inline else min(LONGEST_PAUSE_SECONDS, max(0.005, perf_counter() - begun))
        return Rest(pause, None if due is None else max(0.0, (due - now) / MS))
