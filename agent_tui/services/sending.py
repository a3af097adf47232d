"""Gets the outbox's orders to their backends: those of one case in their order, each once, none lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from agent_tui.backends.base import Acked, Backend, BackendDown, OutcomeUnknown, QueryRefused, Rejected
from agent_tui.desk.changes import Changes, Notice
from agent_tui.desk.desk import Desk
from agent_tui.desk.drafts import draft_of
from agent_tui.desk.keys import CaseKey
from agent_tui.desk.leases import held_words
from agent_tui.desk.outgoing import OutboxEntry
from agent_tui.domain.orders import CallAction, MoveChannel, NewMessage, Note, Reply, RetrySend, UpdateIncident, WriteUp
from agent_tui.domain.text import SafeText, clean_line, compose, trusted
from agent_tui.domain.time import TimeSource
from agent_tui.services.drafts import Drafts
from agent_tui.services.outbox import Outbox
from agent_tui.services.refusals import why_refused
from agent_tui.services.state import StateError

AGAIN_AFTER_SECONDS = 1.0
NOT_NOW = ("lease-held", "stale-fence", "newer-message")
"""Refusals that are nothing against the order itself: later it may be good."""
ONCE_ONLY = (UpdateIncident, Reply, NewMessage, MoveChannel, Note, CallAction, WriteUp, RetrySend)
"""Orders that would do harm twice; the others set a state, so a backend without command ids may get them again."""


class Sender:
    """One task per case and backend at most. `changed` is told what the desk must show, `drafted` of each order that
    became a draft again, `dropped` of each that was refused and is gone."""

    def __init__(
        self,
        desk: Desk,
        backends: Mapping[str, Backend],
        outbox: Outbox,
        drafts: Drafts,
        time: TimeSource,
        changed: Callable[[Changes], None],
        drafted: Callable[[CaseKey | None], None] = lambda key: None,
        dropped: Callable[[OutboxEntry], None] = lambda entry: None,
    ) -> None:
        self._drafted = drafted
        self._dropped = dropped
        self._desk = desk
        self._backends = backends
        self._outbox = outbox
        self._drafts = drafts
        self._time = time
        self._changed = changed
        self._tasks: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._resting: set[str] = set()

    def busy(self) -> bool:
        """Orders are on their way."""
        return bool(self._tasks)

    def connected(self, backend: str) -> None:
        """The line is up: what waited goes out."""
        self._resting.discard(backend)
        self.pump()

    def pump(self) -> None:
        """Start what may go now."""
        blocked: set[tuple[str, str]] = set(self._tasks)
        for entry in self._outbox.entries:
            lane = _lane(entry)
            if lane in blocked or entry.state in ("failed", "unknown"):
                continue
            blocked.add(lane)
            state = self._desk.backends.get(entry.key.backend)
            up = state is not None and state.state == "up" and entry.key.backend not in self._resting
            if entry.state == "waiting" and up:
                self._tasks[lane] = asyncio.get_running_loop().create_task(self._send_one(entry, lane))

    def show(self) -> None:
        """The desk shows the outbox as it is now."""
        self._changed(self._desk.outbox_changed(self._outbox.entries))

    async def stop(self) -> None:
        """Break off what is on its way; after the next start it goes out again or is shown as unknown."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _send_one(self, entry: OutboxEntry, lane: tuple[str, str]) -> None:
        try:
            await self._deliver(entry)
        except StateError as error:
            self._resting.add(entry.key.backend)
            self._again(entry.key.backend)
            self._changed(Changes(notices=[Notice(clean_line(str(error)), "failure")]))
        finally:
            del self._tasks[lane]
        self.show()
        self.pump()

    async def _deliver(self, entry: OutboxEntry) -> None:
        backend = self._backends[entry.key.backend]
        repeatable = backend.capabilities.command_ids or not isinstance(entry.order, ONCE_ONLY)
        try:
            entry = await self._with_files(entry, backend)
            # what the desk believed when the order was given counts; where it held nothing, what it believes now
            fence = entry.fence or (0 if entry.attempts else self._desk.leases.fence(entry.key))
            if self._outbox.get(entry.id) is not None:
                now = {"state": "sending", "attempts": entry.attempts + 1, "fence": fence}
                entry = self._outbox.change(entry.id, repeatable=repeatable, **now)
                self.show()
            # else its customer was erased meanwhile: the server has to hear of the files that came for them
            outcome = await backend.order(entry.id, entry.order, fence)
        except (BackendDown, OutcomeUnknown, QueryRefused, OSError) as error:
            if self._outbox.get(entry.id) is not None:  # else its customer was erased meanwhile
                self._not_done(entry, error, repeatable)
        else:
            if self._outbox.get(entry.id) is None:
                return
            if isinstance(outcome, Acked):
                self._outbox.remove(entry.id)
                self._changed(self._desk.acknowledged(entry, outcome.result, self._time.now()))
            elif outcome.code == "erased" and entry.key.case:
                self._changed(Changes(erased={entry.key: frozenset()}))
            elif outcome.code in NOT_NOW or _wants_consent(entry, outcome):
                self._not_now(entry, outcome)
            else:
                self._refused(entry, why_refused(outcome))

    def _not_done(self, entry: OutboxEntry, error: Exception, repeatable: bool) -> None:
        if isinstance(error, BackendDown):
            self._wait(entry)
        elif isinstance(error, OutcomeUnknown):
            if repeatable:
                self._wait(entry)
            else:
                reason = clean_line(str(error)) or trusted("the line broke; it may have arrived")
                self._outbox.change(entry.id, state="unknown", reason=reason)
                words = compose("not sure it was sent: {why}", why=reason)
                self._changed(Changes(notices=[Notice(words, "failure", entry.key)]))
        else:
            self._refused(entry, clean_line(str(error)))

    async def _with_files(self, entry: OutboxEntry, backend: Backend) -> OutboxEntry:
        """Bring the local files up, one by one, each kept as soon as it is there."""
        while entry.files and isinstance(entry.order, Reply | NewMessage):
            file = entry.files[0]
            ref = await backend.upload(Path(file.path), file.name)
            order = replace(entry.order, files=(*entry.order.files, ref))
            entry = replace(entry, order=order, files=entry.files[1:])
            if self._outbox.get(entry.id) is not None:
                self._outbox.change(entry.id, order=order, files=entry.files)
        return entry

    def _wait(self, entry: OutboxEntry) -> None:
        """It did not get there: again when the line is up."""
        self._outbox.change(entry.id, state="waiting")
        self._resting.add(entry.key.backend)
        self._again(entry.key.backend)

    def _again(self, backend: str) -> None:
        def wake() -> None:
            self._resting.discard(backend)
            self.pump()

        state = self._desk.backends.get(backend)
        if state is not None and state.state == "up":
            self._time.call_later(AGAIN_AFTER_SECONDS, wake)

    def _refused(self, entry: OutboxEntry, why: SafeText) -> None:
        """Refused for good: words stay in the outbox as failed and come back as a draft, other orders are told and
        gone."""
        draft = draft_of(entry.key, entry.order, entry.files, self._time.now())
        words, row = compose("refused: {why}", why=why), self._desk.row(entry.key)
        if draft is None and row is not None:
            words = compose("refused, {name}: {why}", name=row.name.safe_line, why=why)
        changes = Changes(notices=[Notice(words, "failure", entry.key)])
        if draft is None:
            self._outbox.remove(entry.id)
            self._dropped(entry)
        else:
            self._outbox.change(entry.id, state="failed", reason=why)
            if self._drafts.get(draft.key) is None:
                self._drafts.save(draft)
                changes |= self._desk.set_draft(draft, from_outside=True)
                self._drafted(draft.key)
        self._changed(changes)

    def _not_now(self, entry: OutboxEntry, outcome: Rejected) -> None:
        """Somebody else has the case, or wrote first, or they must be asked: the words are a draft again, and it is
        said what to do."""
        if outcome.code != "newer-message":
            self._desk.leases.gone(entry.key)
        state = self._desk.backends[entry.key.backend]
        why = why_refused(outcome)
        if outcome.code == "lease-held":
            why = held_words(state, self._desk.row(entry.key), self._desk.id) or why
        draft = draft_of(entry.key, entry.order, entry.files, self._time.now())
        if draft is None or self._drafts.get(draft.key) is not None:
            self._refused(entry, why)
            return
        if _wants_consent(entry, outcome):
            draft = replace(draft, consent="ask")
        self._drafts.save(draft)
        self._outbox.remove(entry.id)
        self._drafted(draft.key)
        changes = self._desk.set_draft(draft, from_outside=True)
        words = compose("not sent, it is a draft again: {why}", why=why)
        changes.notices.append(Notice(words, "failure", entry.key, True))
        self._changed(changes)


def _wants_consent(entry: OutboxEntry, outcome: Rejected) -> bool:
    return outcome.code == "no-consent" and isinstance(entry.order, NewMessage)


def _lane(entry: OutboxEntry) -> tuple[str, str]:
    """Orders of one lane leave one after another."""
    if entry.key.case:
        return (entry.key.backend, "case " + entry.key.case)
    if isinstance(entry.order, CallAction | WriteUp):
        return (entry.key.backend, "call " + entry.order.call)
    return (entry.key.backend, entry.order.name if entry.order.name == "presence" else entry.id)
