"""Puts the desk's questions to its backends, and brings the answers back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

from agent_tui.backends.base import Backend, BackendDown, QueryRefused
from agent_tui.desk.changes import Changes, Notice
from agent_tui.desk.desk import Desk
from agent_tui.domain.queries import Page, Query
from agent_tui.domain.text import clean_line, compose, trusted
from agent_tui.domain.time import TimerHandle, TimeSource

DOUBTS_EVERY_SECONDS = 1.0
FIRST_DOUBT_SECONDS = 0.1
AGAIN_AFTER_SECONDS = 1.0


class Asker:
    """Asks what the visible range and the open case need at once, and what is only in doubt at most once a second."""

    def __init__(
        self, desk: Desk, backends: Mapping[str, Backend], time: TimeSource, changed: Callable[[Changes], None]
    ) -> None:
        self._desk = desk
        self._backends = backends
        self._time = time
        self._changed = changed
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: TimerHandle | None = None
        self._doubts_due = 0
        self._retry: TimerHandle | None = None
        self.visible = (0, 0)

    def busy(self) -> bool:
        """Questions are on their way."""
        return bool(self._tasks)

    def ask(self) -> None:
        """Ask what is missing now."""
        for backend, query in self._desk.asks(*self.visible):
            self._start(backend, query)
        if self._timer is None and self._desk.in_doubt():
            wait = max(FIRST_DOUBT_SECONDS, (self._doubts_due - self._time.now()) / 1000)
            self._timer = self._time.call_later(wait, self._ask_doubts)

    def put(self, questions: Sequence[tuple[str, Query]]) -> None:
        """Ask these too."""
        for backend, query in questions:
            self._start(backend, query)

    async def stop(self) -> None:
        for timer in (self._timer, self._retry):
            if timer is not None:
                timer.cancel()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ask_doubts(self) -> None:
        self._timer = None
        self._doubts_due = self._time.now() + round(DOUBTS_EVERY_SECONDS * 1000)
        for backend, query in self._desk.doubts():
            self._start(backend, query)

    def inquire(self, backend: str, query: Query, then: Callable[[Page], None]) -> None:
        """One question beside all those of the desk; `then` gets the answer, a failure is told."""
        task = asyncio.get_running_loop().create_task(self._inquire(backend, query, then))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _inquire(self, backend: str, query: Query, then: Callable[[Page], None]) -> None:
        try:
            page = await self._backends[backend].query(query)
        except (BackendDown, QueryRefused) as error:
            why = clean_line(str(error)) or trusted("there is no connection")
            words = compose("no answer: {why}", why=why)
            self._changed(Changes(notices=[Notice(words, "warning")]))
        else:
            then(page)

    def _start(self, backend: str, query: Query) -> None:
        task = asyncio.get_running_loop().create_task(self._one(backend, query))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _one(self, backend: str, query: Query) -> None:
        try:
            page = await self._backends[backend].query(query)
        except BackendDown:
            self._desk.unanswered(backend, query)
            if self._desk.backends[backend].state == "up" and self._retry is None:
                self._retry = self._time.call_later(AGAIN_AFTER_SECONDS, self._ask_again)
        except QueryRefused as error:
            name = clean_line(self._desk.backends[backend].name)
            reason = compose("{name}: {why}", name=name, why=clean_line(str(error)))
            self._changed(self._desk.refused(backend, query, reason))
        else:
            self._changed(self._desk.arrived(backend, query, page, self._time.now()))

    def _ask_again(self) -> None:
        self._retry = None
        self.ask()
