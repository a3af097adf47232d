"""Group commit: jobs share one transaction and one sync of the disk; each in its own savepoint, so that one refused job
leaves the others be. What is told to anyone is on disk first.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.rules import RulesInForce
from agent_tui.backends.hub.store import Store, StoreFailed, StoreFull, facts, log
from agent_tui.backends.hub.transaction import Head, Tx
from agent_tui.domain.events import Event
from agent_tui.domain.time import TimeSource

T = TypeVar("T")
MAX_GROUP = 256


class Writer(Protocol):
    """Takes jobs, gives their results when they are on disk."""

    async def run(self, job: Callable[[Tx], T]) -> T:
        """Raises what the job raises, or StoreFull, StoreFailed: then nothing of it was stored."""
        ...

    async def alone(self, work: Callable[[], T]) -> T:
        """Between two groups, while nothing else writes, and outside of any transaction."""
        ...

    def busy(self) -> bool: ...

    async def close(self) -> None: ...


class _Job(Generic[T]):
    __slots__ = ("call", "error", "future", "result")

    def __init__(self, call: Callable[[Tx], T], future: asyncio.Future[T] | None) -> None:
        self.call = call
        self.future = future
        self.result: T | None = None
        self.error: BaseException | None = None

    def settle(self) -> None:
        if self.future is None or self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)  # type: ignore[arg-type]


class Committer:
    """Runs groups of jobs on the writing connection; one at a time, from one thread."""

    def __init__(self, store: Store, time: TimeSource, ids: Ids, published: int | None) -> None:
        self._store = store
        self._time = time
        self._ids = ids
        self._published = published
        self._ending = published or 0
        self.rules: RulesInForce | None = None
        """What jobs measure cases by from now on."""
        self.timed: Callable[[float], None] = lambda seconds: None
        """Told how long each group took, to disk; from the writing thread."""

    @property
    def folder(self) -> Path:
        return self._store.folder

    @property
    def published(self) -> int:
        """The last seq on disk that desks were told of, or are about to be."""
        return self._published or 0

    def commit(self, jobs: list[_Job[Any]]) -> list[Event]:
        """Do the jobs, commit, and give the events to publish. Every job has its result or error after it."""
        begun = perf_counter()
        try:
            with self._store.writer.connect() as connection:
                transaction = connection.begin()
                try:
                    events = self._do(connection, jobs)
                    transaction.commit()
                except BaseException:
                    transaction.rollback()
                    raise
            self.timed(perf_counter() - begun)
        except (SQLAlchemyError, OSError) as error:
            refusal = self._refusal(error)
            for job in jobs:
                job.error = refusal
            return []
        if self._published is not None:
            self._published = self._ending
        return events

    def one(self, job: Callable[[Tx], None]) -> None:
        """One job from a process that serves nobody (the command line)."""
        entry: _Job[None] = _Job(job, None)
        self.commit([entry])
        if entry.error is not None:
            raise entry.error

    def _do(self, connection: Connection, jobs: list[_Job[Any]]) -> list[Event]:
        seq, number = log.lock_head(connection)
        # another process (the command line) may have appended since: desks must see that too
        events: list[Event] = []
        if self._published is not None and seq > self._published:
            events = log.after(connection, self._published, seq - self._published)
        head = Head(seq, number)
        for job in jobs:
            kept = head.place()
            tx = Tx(connection, head, self._ids, self._time.now(), self.rules)
            savepoint = log.Savepoint(connection)
            try:
                job.result = job.call(tx)
                mine = tx.finish()
            except (OperationalError, OSError):
                raise
            except SQLAlchemyError as error:
                savepoint.rollback()
                head.go_back(kept)
                job.error = self._refusal(error)
            except Exception as error:
                savepoint.rollback()
                head.go_back(kept)
                job.error = error
            else:
                savepoint.commit()
                events.extend(mine)
        if head.facts:
            facts.append(connection, head.facts)
        if head.seq != seq:
            log.append(connection, [event for event in events if event.seq > seq])
        if (head.seq, head.number) != (seq, number):
            log.advance(connection, head.seq, head.number)
        self._ending = head.seq
        return events

    def _refusal(self, error: Exception) -> Exception:
        finding = str(error.orig) if isinstance(error, DBAPIError) else str(error)
        if "full" in finding or "No space left" in finding or isinstance(error, OSError):
            return StoreFull(self._store.folder)
        return StoreFailed(self._store.folder, finding)


class InlineWriter:
    """Everything at once, on the loop, in call order: for virtual time."""

    def __init__(self, committer: Committer, publish: Callable[[list[Event]], None]) -> None:
        self._committer = committer
        self._publish = publish
        self._unpublished = 0

    async def run(self, job: Callable[[Tx], T]) -> T:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        entry = _Job(job, future)
        events = self._committer.commit([entry])
        if events:
            self._unpublished += 1
            loop.call_soon(self._tell, events)
        entry.settle()
        return await future

    async def alone(self, work: Callable[[], T]) -> T:
        return work()

    def _tell(self, events: list[Event]) -> None:
        self._unpublished -= 1
        self._publish(events)

    def busy(self) -> bool:
        return self._unpublished > 0

    async def close(self) -> None:
        return


class ThreadWriter:
    """One thread commits whatever has gathered while the disk was busy with the group before."""

    def __init__(self, committer: Committer, publish: Callable[[list[Event]], None]) -> None:
        self._committer = committer
        self._publish = publish
        self._loop = asyncio.get_running_loop()
        self._jobs: deque[_Job[Any]] = deque()
        self._wake = threading.Condition()
        self._closing = False
        self._unsettled = 0
        self._turn = threading.Lock()
        self._thread = threading.Thread(target=self._work, name="hub-writer", daemon=True)
        self._thread.start()

    async def run(self, job: Callable[[Tx], T]) -> T:
        if self._closing:
            raise StoreFailed(self._committer.folder, "the hub is stopping")
        future: asyncio.Future[T] = self._loop.create_future()
        self._unsettled += 1
        with self._wake:
            self._jobs.append(_Job(job, future))
            self._wake.notify()
        return await future

    async def alone(self, work: Callable[[], T]) -> T:
        def held() -> T:
            with self._turn:
                return work()

        return await asyncio.to_thread(held)

    def busy(self) -> bool:
        return self._unsettled > 0

    async def close(self) -> None:
        """Finish what was handed in, then end the thread."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        while True:
            with self._wake:
                while not self._jobs and not self._closing:
                    self._wake.wait()
                if not self._jobs:
                    return
                group = [self._jobs.popleft() for _ in range(min(len(self._jobs), MAX_GROUP))]
            try:
                with self._turn:
                    events = self._committer.commit(group)
            except BaseException as error:  # a thread that dies would leave every desk waiting
                events = []
                for job in group:
                    job.error = error
            self._loop.call_soon_threadsafe(self._settle, group, events)

    def _settle(self, group: list[_Job[Any]], events: list[Event]) -> None:
        self._unsettled -= len(group)
        # desks see what happened before its sender hears that it did
        if events:
            self._publish(events)
        for job in group:
            job.settle()
