"""Sends what a durable queue holds, until it was taken, refused or given up: a few at a time, again after a while."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Generic, Literal, Protocol, TypeVar

from sqlalchemy import Connection

from agent_tui.backends.connectors.base import Hook, SendResult
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.store import Store, StoreError
from agent_tui.backends.hub.store.tried import Tried, TryState
from agent_tui.backends.hub.transaction import Tx
from agent_tui.backends.hub.worker import Rest, Spawn, Worker
from agent_tui.backends.hub.writer import Writer
from agent_tui.domain.time import MS, Ms, TimeSource

AT_ONCE = 8
AGAIN_SECONDS = 1.0
"""After a disk that would not take it."""
STOP_S = 10.0
"""So long a hub that stops waits for a try."""

log = logging.getLogger("agent_tui.hub")


class Due(Protocol):
    """Something that may be tried now. `at`: when it was queued; `attempts`: tries so far; `repeatable`: who takes it
    knows it again, so that a try whose end nobody saw is made once more."""

    @property
    def id(self) -> str: ...

    @property
    def at(self) -> Ms: ...

    @property
    def attempts(self) -> int: ...

    @property
    def repeatable(self) -> bool: ...


D = TypeVar("D", bound=Due)


class Tries(Generic[D]):
    """`what`: its name in logs; `due`: what may be tried now, at most so many; `attempt`: one try; `settled`: told what
    became of it; `hooks`: what it goes out by, which end with it."""

    def __init__(
        self,
        what: str,
        store: Store,
        writer: Writer,
        time: TimeSource,
        policy: Callable[[], HubPolicy],
        spawn: Spawn,
        tried: Tried,
        due: Callable[[Connection, Ms, int], list[D]],
        attempt: Callable[[D], Awaitable[SendResult]],
        settled: Callable[[D, TryState, SendResult], None],
        hooks: Mapping[str, Hook],
    ) -> None:
        self._what = what
        self._store = store
        self._writer = writer
        self._time = time
        self._policy = policy
        self._tried = tried
        self._due = due
        self._attempt = attempt
        self._settled = settled
        self._hooks = hooks
        self._worker = Worker(time, spawn, self._send_due)
        self._trying: set[asyncio.Future[SendResult]] = set()

    def start(self) -> None:
        self._worker.start()

    def wake(self) -> None:
        """Something was queued."""
        self._worker.wake()

    def stop(self) -> None:
        """Nothing further is begun; what is on its way has a moment, else the next start settles it."""
        self._worker.stop()
        if self._trying:
            self._time.call_later(STOP_S, self._cut)

    async def close(self) -> None:
        """After what was on its way has come back."""
        for hook in self._hooks.values():
            await hook.stop()

    def _cut(self) -> None:
        for trying in self._trying:
            trying.cancel()

    async def _send_due(self) -> Rest:
        try:
            if (wait := self._until_due()) == 0:
                claimed = await self._writer.run(self._claim)
                await asyncio.gather(*(self._one(one) for one in claimed))
                wait = self._until_due()
        except StoreError:
            return Rest(AGAIN_SECONDS, AGAIN_SECONDS)
        return Rest(again=wait)

    def _until_due(self) -> float | None:
        with self._store.read() as connection:
            due = self._tried.next_try(connection)
        return None if due is None else max(0.0, (due - self._time.now()) / MS)

    def _claim(self, tx: Tx) -> list[D]:
        claimed = self._due(tx.connection, tx.now, AT_ONCE)
        for one in claimed:
            self._tried.set_state(tx.connection, one.id, "sending", one.attempts + 1)
        return claimed

    async def _one(self, one: D) -> None:
        trying = asyncio.ensure_future(self._attempt(one))
        self._trying.add(trying)
        await asyncio.wait({trying})
        self._trying.discard(trying)
        if trying.cancelled():
            return
        if (error := trying.exception()) is None:
            result = trying.result()
        else:
            log.error("%s %s", self._what, one.id, exc_info=error)
            outcome: Literal["later", "unknown"] = "later" if one.repeatable else "unknown"
            result = SendResult(outcome, reason=f"{type(error).__name__} while sending")
        policy = self._policy()
        while True:
            try:
                state = await self._writer.run(lambda tx: self._settle(tx, policy, one, result))
                break
            except StoreError:
                await self._time.sleep(AGAIN_SECONDS)
        self._settled(one, state, result)

    def _settle(self, tx: Tx, policy: HubPolicy, one: D, result: SendResult) -> TryState:
        """Store what became of a try."""
        attempts, reason = one.attempts + 1, result.reason
        state: TryState = "failed"
        next_try = 0
        if result.outcome == "accepted":
            state = "sent"
        elif result.outcome == "unknown":
            state = "unknown"
        elif result.outcome == "later" and tx.now - one.at < policy.give_up_ms:
            steps = policy.backoff_s
            wait = result.retry_in if result.retry_in is not None else steps[min(one.attempts, len(steps) - 1)]
            state, next_try = "queued", tx.now + max(1, round(wait * MS))
        self._tried.set_state(tx.connection, one.id, state, attempts, next_try, reason)
        return state
