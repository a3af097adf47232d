"""Copies of drafts at the hub, so that every terminal of an agent has them. The desk's own file stays the first place.

Sent at most every `EVERY_SECONDS` while somebody types and at once when they leave. Where two terminals wrote without
knowing of each other the newer text stands, and the other one is kept beside it.
"""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace

from agent_tui.backends.base import Acked, Backend, BackendDown, OutcomeUnknown
from agent_tui.desk.changes import Changes, Notice
from agent_tui.desk.desk import Desk
from agent_tui.desk.drafts import Draft, from_saved, to_save
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.model import EMPTY
from agent_tui.domain.orders import SavedDraft, SaveDraft
from agent_tui.domain.taught import key_of
from agent_tui.domain.text import clean_line, compose
from agent_tui.domain.time import MS, Ms, TimerHandle, TimeSource
from agent_tui.services.drafts import Drafts
from agent_tui.services.state import State, StateError

EVERY_SECONDS = 2.0


class DraftCopies:
    """`keep` stores a draft that came from the hub as the desk's own; `drop` throws one away that is gone there."""

    def __init__(
        self,
        desk: Desk,
        backends: Mapping[str, Backend],
        state: State,
        kept: Drafts,
        time: TimeSource,
        keep: Callable[[Draft], None],
        drop: Callable[[CaseKey], None],
        changed: Callable[[Changes], None],
    ) -> None:
        self._desk = desk
        self._backends = backends
        self._state = state
        self._kept = kept
        self._time = time
        self._keep = keep
        self._drop = drop
        self._changed = changed
        self._known: dict[CaseKey, tuple[int, str]] = {}
        """What the hub has of ours: `rev`, and a digest of the text that was sent or came."""
        self._tried: dict[CaseKey, frozenset[str]] = {}
        """Digests of what the hub may have of ours too: no answer came."""
        for backend, case, rev, digest, tried in state.db.execute(
            "SELECT backend, case_id, rev, digest, tried FROM copies"
        ):
            if digest:
                self._known[CaseKey(backend, case)] = (rev, digest)
            if tried:
                self._tried[CaseKey(backend, case)] = frozenset(tried.split())
        self._due: dict[CaseKey, None] = {}
        self._last: Ms = 0
        self._timer: TimerHandle | None = None
        self._sending: asyncio.Task[None] | None = None
        self._exchanged: dict[CaseKey, None] = dict.fromkeys(kept.asides)
        """Other drafts that the hub does not have yet as they are here."""
        desk.other_drafts |= kept.asides

    def busy(self) -> bool:
        return self._sending is not None

    async def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._sending is not None:
            self._sending.cancel()
            await asyncio.gather(self._sending, return_exceptions=True)

    # -- what the agent does -------------------------------------------------------------------------------------------

    def saved(self, key: CaseKey | None) -> None:
        """A draft of the desk is another."""
        if key is None or not self._wanted(key):
            return
        self._due[key] = None
        self._soon()

    def gone(self, key: CaseKey | None) -> None:
        """A draft was sent or thrown away."""
        if key is not None and (key in self._known or key in self._tried or key in self._due):
            self._due[key] = None
            self.flush()

    def forget(self, key: CaseKey) -> None:
        """Its customer was erased: nothing of it is sent or kept any more."""
        for kept in (self._due, self._exchanged, self._desk.other_drafts):
            kept.pop(key, None)
        self._remember(key, 0, "")

    def exchange(self, key: CaseKey) -> bool:
        """The other draft stands now, and the one that stood is the other; False when there is no other. Raises
        StateError, and then all is as it was."""
        other, here = self._desk.other_drafts.get(key), self._desk.drafts.get(key)
        if other is None:
            return False
        if here is not None:
            self._put_aside(key, here)
        else:
            self._kept.aside_kept(key)
            del self._desk.other_drafts[key]
        self._keep(replace(other, updated=self._time.now()))
        if self._wanted(key):
            self._exchanged[key] = None
            self._due[key] = None
            self.flush()
        return True

    def _put_aside(self, key: CaseKey, draft: Draft) -> None:
        self._kept.put_aside(key, draft)
        self._desk.other_drafts[key] = draft

    def flush(self) -> None:
        """The agent leaves what they were writing: at once."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._due and self._sending is None:
            self._sending = asyncio.get_running_loop().create_task(self._send())

    def _soon(self) -> None:
        wait = self._last + round(EVERY_SECONDS * MS) - self._time.now()
        if wait <= 0:
            self.flush()
        elif self._timer is None:
            self._timer = self._time.call_later(wait / MS, self._rang)

    def _rang(self) -> None:
        self._timer = None
        self.flush()

    def _wanted(self, key: CaseKey) -> bool:
        state = self._desk.backends.get(key.backend)
        return state is not None and "save-draft" in state.capabilities.orders

    async def _send(self) -> None:
        self._last = self._time.now()
        waiting: dict[CaseKey, None] = {}
        try:
            for key in list(self._exchanged):
                if await self._keep_other(key):
                    self._exchanged.pop(key, None)
            while self._due:
                key = next(iter(self._due))
                del self._due[key]
                if not await self._send_one(key):
                    waiting[key] = None
        finally:
            self._due |= waiting
            self._sending = None

    async def _send_one(self, key: CaseKey) -> bool:
        """Whether it need not be sent again."""
        draft, (rev, known) = self._desk.drafts.get(key), self._known.get(key, (0, ""))
        if draft is not None and (draft.move is not None or draft.template is not None):
            draft = None  # without its note or as free words it would be another message: it stays at this terminal
        saved = to_save(draft) if draft is not None else SavedDraft(key.case, EMPTY)
        assert saved is not None
        digest = _digest(saved) if draft is not None else ""
        if digest == known and key not in self._tried:
            return True
        state = self._desk.backends[key.backend]
        if state.state != "up":
            return False
        try:
            order = SaveDraft(key.case, saved, rev)
            outcome = await self._backends[key.backend].order(str(uuid.uuid4()), order)
        except (BackendDown, OutcomeUnknown):
            tried = self._tried.get(key, frozenset()) | ({digest or known} - {""})
            self._remember(key, rev, known if digest else "", tried)
            return False
        state.held_moved = True
        if isinstance(outcome, Acked):
            self._remember(key, int(outcome.result) if outcome.result.isdigit() else 0, digest)
        elif outcome.code == "erased":
            self._changed(Changes(erased={key: frozenset()}))
        return True

    async def _keep_other(self, key: CaseKey) -> bool:
        """Whether the hub has the other draft as it is here."""
        other, rev = self._desk.other_drafts.get(key), self._known.get(key, (0, ""))[0]
        saved = to_save(other) if other is not None else SavedDraft(key.case, EMPTY)
        assert saved is not None
        state = self._desk.backends[key.backend]
        if state.state != "up":
            return False
        order = SaveDraft(key.case, replace(saved, other=True), rev)
        try:
            outcome = await self._backends[key.backend].order(str(uuid.uuid4()), order)
        except (BackendDown, OutcomeUnknown):
            return False
        state.held_moved = True
        if isinstance(outcome, Acked) and self._desk.other_drafts.get(key) == other:
            with contextlib.suppress(StateError):  # then it is sent once more after the next start
                self._kept.aside_kept(key)
        return True

    def _remember(self, key: CaseKey, rev: int, digest: str, tried: frozenset[str] = frozenset()) -> None:
        try:
            if digest or tried:
                words = " ".join(sorted(tried))
                self._state.write("INSERT OR REPLACE INTO copies VALUES (?, ?, ?, ?, ?)", *key, rev, digest, words)
            else:
                self._state.write("DELETE FROM copies WHERE backend=? AND case_id=?", *key)
        except StateError:
            pass  # then a draft that was sent elsewhere may come up again after a restart
        if digest:
            self._known[key] = (rev, digest)
        else:
            self._known.pop(key, None)
        if tried:
            self._tried[key] = tried
        else:
            self._tried.pop(key, None)

    # -- what the hub tells --------------------------------------------------------------------------------------------

    def told(self, backend: str, held: tuple[SavedDraft, ...]) -> None:
        """All that the hub has of mine: take what is new, send what is newer here."""
        there = {CaseKey(backend, one.case): one for one in held if not one.other}
        others = {CaseKey(backend, one.case): from_saved(backend, one) for one in held if one.other}
        for key in [key for key in self._desk.other_drafts if key.backend == backend and key not in others]:
            if key not in self._exchanged:
                del self._desk.other_drafts[key]
        self._desk.other_drafts |= {key: one for key, one in others.items() if key not in self._exchanged}
        self._due |= self._exchanged
        for key, one in there.items():
            self._meet(key, one)
        for here, draft in list(self._desk.drafts.items()):
            if here is None or here.backend != backend or here in there:
                continue
            saved = to_save(draft)
            same = here in self._known and saved is not None and self._known[here][1] == _digest(saved)
            self._remember(here, 0, "")
            if same:
                self._drop(here)  # sent, or thrown away, at another terminal
            else:
                self._due[here] = None
        for key in [key for key in (*self._known, *self._tried) if key.backend == backend and key not in there]:
            self._remember(key, 0, "")
        self.flush()

    def _meet(self, key: CaseKey, there: SavedDraft) -> None:
        here, (rev, known) = self._desk.drafts.get(key), self._known.get(key, (0, ""))
        digest = _digest(there)
        if here is None:
            if digest in ({known} | self._tried.get(key, frozenset())):
                self._due[key] = None  # it was sent or thrown away here while the line was down
            else:
                self._adopt(key, there, digest)
            return
        saved = to_save(here)
        assert saved is not None
        mine = _digest(saved)
        if mine == digest:
            self._remember(key, there.rev, digest)
        elif mine == known:
            self._adopt(key, there, digest)
        elif there.rev == rev or there.desk == self._desk.id:
            self._due[key] = None
        else:
            self._both(key, here, there, digest)

    def _both(self, key: CaseKey, here: Draft, there: SavedDraft, digest: str) -> None:
        """Each terminal wrote its own: the newer one stands."""
        skew = self._desk.backends[key.backend].clock_skew
        words = compose(
            "another text of yours, from another terminal, is kept: {key} shows it", key=key_of("draft-other", "M")
        )
        if there.at > here.updated + skew:
            try:
                self._put_aside(key, here)
            except StateError as error:
                self._changed(Changes(notices=[Notice(clean_line(str(error)), "failure", key)]))
                return
            self._adopt(key, there, digest)
            self._exchanged[key] = None
            self._due[key] = None
        else:
            self._desk.other_drafts[key] = from_saved(key.backend, there)
            self._due[key] = None
        self._changed(Changes(composer=True, notices=[Notice(words, "warning", key)]))

    def _adopt(self, key: CaseKey, there: SavedDraft, digest: str) -> None:
        self._remember(key, there.rev, digest)
        self._keep(from_saved(key.backend, there))


def _digest(saved: SavedDraft) -> str:
    """Of the words and where they go."""
    import hashlib  # not for the first screen

    parts = (saved.body.raw.strip(), saved.channel, saved.conversation, saved.subject.raw, str(saved.note))
    people = tuple(",".join(one.raw for one in to) for to in (saved.to, saved.cc, saved.bcc))
    files = ",".join(file.blob for file in saved.files)
    return hashlib.sha256("\0".join((*parts, *people, files)).encode("utf-8", "replace")).hexdigest()
