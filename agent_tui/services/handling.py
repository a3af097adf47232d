"""Whose case it is now, kept right: taken when its agent begins to write, given back when they are done with it, and
told to colleagues who have it open too.

A case is given back when its agent leaves it with nothing unsaid there (no draft, nothing unsent, no call), and where a
draft stays or the composer is left standing, after `IDLE_SECONDS` without a key: who went for coffee must not shut a
customer out. The draft stays, and the next Enter takes the case again.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Coroutine, Mapping

from agent_tui.backends.base import Acked, Backend, BackendDown, OutcomeUnknown, Rejected
from agent_tui.desk.changes import Changes, Notice
from agent_tui.desk.desk import Desk
from agent_tui.desk.keys import CaseKey
from agent_tui.desk.leases import held_words, standing
from agent_tui.domain.orders import ReleaseLease, TakeLease
from agent_tui.domain.presence import Doing
from agent_tui.domain.text import compose
from agent_tui.domain.time import MS, Ms, TimerHandle, TimeSource
from agent_tui.services.refusals import why_refused

IDLE_SECONDS = 600.0
STILL_WRITING_SECONDS = 5.0
"""After the last key "is writing" goes on for so long."""


class Handling:
    """`changed` is told what the desk must show. Nothing here waits, nothing is kept: what was not said while the line
    was down is said, if it still holds, when it is up again."""

    def __init__(
        self, desk: Desk, backends: Mapping[str, Backend], time: TimeSource, changed: Callable[[Changes], None]
    ) -> None:
        self._desk = desk
        self._backends = backends
        self._time = time
        self._changed = changed
        self._at: CaseKey | None = None
        self._writes = False
        self._channel = ""
        self._taking: set[CaseKey] = set()
        self._touched: dict[CaseKey, Ms] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._rest: TimerHandle | None = None
        self._idle: TimerHandle | None = None
        self._told: tuple[CaseKey | None, Doing, str] = (None, "reading", "")

    def busy(self) -> bool:
        return bool(self._tasks)

    async def stop(self) -> None:
        for timer in (self._rest, self._idle):
            if timer is not None:
                timer.cancel()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # -- what the agent does -------------------------------------------------------------------------------------------

    def look(self, key: CaseKey | None) -> None:
        """Another case was opened to be read, or none is open any more."""
        if key == self._at:
            return
        self._at, self._writes, self._channel, self._desk.writing_on = key, False, "", None
        self._tell()
        self.review()

    def turned(self, key: CaseKey) -> None:
        """Another server's case of the same person is worked on: it is looked at if theirs was."""
        if self._at in self._desk.beside(key):
            self.look(key)

    def begin(self, key: CaseKey) -> None:
        """The agent is about to write to the customer: the case is theirs, unless somebody has it."""
        self._at = self._desk.writing_on = key
        self._touch(key)
        self._tell()
        self._take(key, say=True)
        self._take_beside(key)

    def typed(self, key: CaseKey, channel: str) -> None:
        """A key was pressed in the composer. `channel`: on which they write, "" for a note."""
        self._at = key
        self._touch(key)
        self._writes, self._channel = True, channel
        if channel and not self._desk.leases.fence(key):
            self._take(key, say=False)
            self._take_beside(key)
        self._tell()
        if self._rest is None:
            self._rest = self._time.call_later(STILL_WRITING_SECONDS, self._rested)

    def left_composer(self) -> None:
        """Back to reading."""
        self._desk.writing_on = None
        if self._writes:
            self._writes = False
            self._tell()

    def _touch(self, key: CaseKey) -> None:
        self._touched[key] = self._time.now()

    def _rested(self) -> None:
        """Whether the last key is long enough ago."""
        self._rest = None
        last = self._touched.get(self._at, 0) if self._at is not None else 0
        left = last + round(STILL_WRITING_SECONDS * MS) - self._time.now()
        if self._writes and left > 0:
            self._rest = self._time.call_later(left / MS, self._rested)
        elif self._writes:
            self._writes = False
            self._tell()

    # -- taking and giving back ----------------------------------------------------------------------------------------

    def connected(self, backend: str) -> None:
        """The line is up: take what is being written on, and look again at what is held."""
        if self._at is not None and self._desk.writing_on == self._at:
            for key in (self._at, *self._desk.beside(self._at)):
                if key.backend == backend:
                    self._take(key, say=False)
        self.review()

    def review(self) -> None:
        """Give back what nothing keeps."""
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        ends: list[Ms] = []
        for key in self._desk.leases.mine:
            state = self._desk.backends.get(key.backend)
            if state is None or state.state != "up" or key in self._taking:
                continue
            if "save-draft" in state.capabilities.orders and (not state.held_known or state.held is not None):
                continue  # a draft from another terminal of mine may keep it
            end = self._kept_until(key)
            if end is not None and end <= self._time.now():
                self._give_back(key)
            elif end is not None:
                ends.append(end)
        if ends:
            self._idle = self._time.call_later((min(ends) - self._time.now()) / MS, self.review)

    def _kept_until(self, key: CaseKey) -> Ms | None:
        """When a case that this desk holds is given back; None: not by time."""
        if any(entry.key == key and entry.state in ("held", "waiting", "sending") for entry in self._desk.unsent):
            return None
        if any(of == key and call.state in ("active", "held") for of, call in self._desk.live_calls()):
            return None
        beside = self._desk.beside(key)
        if self._at in (key, *beside) or not self._desk.drafts.keys().isdisjoint((key, *beside)):
            return self._touched.setdefault(key, self._time.now()) + round(IDLE_SECONDS * MS)
        return self._time.now()

    def _take(self, key: CaseKey, *, say: bool) -> None:
        state = self._desk.backends.get(key.backend)
        if state is None or state.capabilities.lease != "hard" or state.state != "up" or key in self._taking:
            return
        row = self._desk.row(key)
        lease = row.lease if row is not None else None
        mine = state.me is not None and standing(lease, state.me.id, self._desk.id) == "mine"
        if mine or self._desk.leases.fence(key):
            return
        words = held_words(state, row, self._desk.id)
        if words is not None and (lease is None or state.me is None or lease.agent != state.me.id):
            if say:
                self._changed(Changes(notices=[Notice(words, "warning", key)]))
            return
        if not say and words is not None:
            return  # typing on at the older terminal does not pull it back: Enter does
        self._taking.add(key)
        self._start(self._ask_for(key))

    def _take_beside(self, key: CaseKey) -> None:
        """One agent, one customer: what other servers have of the person is taken too."""
        for other in self._desk.beside(key):
            self._touch(other)
            self._take(other, say=False)

    async def _ask_for(self, key: CaseKey) -> None:
        backend = self._backends[key.backend]
        try:
            outcome = await backend.order(str(uuid.uuid4()), TakeLease(key.case))
        except (BackendDown, OutcomeUnknown):
            return
        finally:
            self._taking.discard(key)
        if isinstance(outcome, Acked):
            self._desk.leases.granted(key, int(outcome.result) if outcome.result.isdigit() else 0)
            self._changed(Changes(header=True))
            if self._at not in (key, *self._desk.beside(key)):
                self.review()
        elif isinstance(outcome, Rejected):
            words = compose("{why}; your text stays a draft", why=why_refused(outcome))
            self._changed(Changes(notices=[Notice(words, "warning", key)]))

    def give_back(self, key: CaseKey) -> None:
        """By the agent's own wish."""
        if self._desk.leases.fence(key):
            self._give_back(key)

    def _give_back(self, key: CaseKey) -> None:
        self._desk.leases.gone(key)
        self._touched.pop(key, None)
        self._start(self._release(key))

    async def _release(self, key: CaseKey) -> None:
        """Lost on the way it does no harm: the row still says that it is ours, and the next review gives it back."""
        try:
            await self._backends[key.backend].order(str(uuid.uuid4()), ReleaseLease(key.case))
        except (BackendDown, OutcomeUnknown):
            return

    # -- telling -------------------------------------------------------------------------------------------------------

    def _tell(self) -> None:
        doing: Doing = "writing" if self._writes else "reading"
        now = (self._at, doing, self._channel if self._writes else "")
        if now == self._told:
            return
        before, self._told = self._told[0], now
        key = self._at
        if before is not None and (key is None or key.backend != before.backend):
            self._start(self._watch(before.backend, "", "reading", ""))
        if key is not None:
            self._start(self._watch(key.backend, key.case, doing, now[2]))

    async def _watch(self, backend: str, case: str, doing: Doing, channel: str) -> None:
        if self._desk.backends[backend].capabilities.presence:
            await self._backends[backend].watch(case, doing, channel)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
