"""Who is here: a lost line counts after its grace only, and a break begins when what was in hand is finished."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Iterable

from agent_tui.backends.hub import standings
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.refused import Refused
from agent_tui.backends.hub.store import StoreError
from agent_tui.backends.hub.transaction import Tx
from agent_tui.domain.events import AgentChanged, AnyBody, CallChanged, CaseChanged, Event, MessageAdded
from agent_tui.domain.model import Agent
from agent_tui.domain.standing import AWAY, OFFLINE
from agent_tui.domain.time import MS, TimerHandle, TimeSource

Run = Callable[[Callable[[Tx], None]], Awaitable[None]]
"""Runs a job in a transaction."""
Spawn = Callable[[Coroutine[None, None, None]], None]


class Attendance:
    """Of one workspace. `spawn` runs what time or an event began."""

    def __init__(self, time: TimeSource, policy: Callable[[], HubPolicy], run: Run, spawn: Spawn) -> None:
        self._time = time
        self._policy = policy
        self._run = run
        self._spawn = spawn
        self._graces: dict[str, TimerHandle] = {}
        self._finishing: set[str] = set()

    def start(self, everyone: Iterable[Agent]) -> None:
        """Nobody is connected yet: all who were here have their grace from now on."""
        for agent in everyone:
            if agent.presence not in (OFFLINE, AWAY):
                self._begin_grace(agent.id)
            if agent.then:
                self._finishing.add(agent.id)

    def stop(self) -> None:
        for timer in self._graces.values():
            timer.cancel()
        self._graces.clear()

    async def present(self, agent: str, here: bool) -> None:
        """An agent's first desk is connected, or the last one's line broke."""
        if not here:
            self._begin_grace(agent)
            return
        self._end_grace(agent)
        await self._try(lambda tx: standings.came(tx, self._policy(), agent))

    def follow(self, event: Event) -> None:
        """Something was committed."""
        body = event.body
        if isinstance(body, AgentChanged):
            (self._finishing.add if body.agent.then else self._finishing.discard)(body.agent.id)
            if body.agent.presence == OFFLINE:
                self._end_grace(body.agent.id)
            return
        whose = body.call.agent if isinstance(body, CallChanged) else event.by
        if whose in self._finishing and _finishes(body, whose):
            self._spawn(self._try(lambda tx: standings.finished(tx, whose, event.case)))

    def _begin_grace(self, agent: str) -> None:
        self._end_grace(agent)
        seconds = self._policy().away_ms / MS
        self._graces[agent] = self._time.call_later(seconds, lambda: self._spawn(self._over(agent)))

    def _end_grace(self, agent: str) -> None:
        if (timer := self._graces.pop(agent, None)) is not None:
            timer.cancel()

    async def _over(self, agent: str) -> None:
        if self._graces.pop(agent, None) is not None:
            await self._try(lambda tx: standings.lost(tx, agent))

    async def _try(self, job: Callable[[Tx], None]) -> None:
        try:
            await self._run(job)
        except (Refused, StoreError):
            return  # presence is not worth failing for


def _finishes(body: AnyBody, agent: str) -> bool:
    """Whether it ends what an agent has in hand."""
    if isinstance(body, MessageAdded):
        return body.message.kind == "out"
    if isinstance(body, CaseChanged):
        return body.change in ("resolved", "snoozed", "spam") or (body.change == "assigned" and body.detail != agent)
    return isinstance(body, CallChanged) and body.call.state in ("ended", "abandoned", "written-up")
