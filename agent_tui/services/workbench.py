"""The one object that commands and widgets talk to: it keeps the desk's state, asks, sends and tells what changed."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from agent_tui.backends.base import Backend, BackendDown, Connected, Disconnected, QueryRefused
from agent_tui.desk.changes import Changes, Notice
from agent_tui.desk.desk import Desk
from agent_tui.desk.drafts import Draft, LocalFile, order_of, same_words
from agent_tui.desk.keys import CaseKey
from agent_tui.desk.outgoing import OUTBOX_PREFIX, OutboxEntry
from agent_tui.desk.shift import NOTHING_HELD, InHand
from agent_tui.desk.undo import Step, Undoable, inverse, writes_note
from agent_tui.domain.orders import (
    FileRef,
    JoinCustomers,
    MakePromise,
    MarkRead,
    MarkUnread,
    MoveChannel,
    Order,
    PartCustomers,
    Reply,
    RetrySend,
    RunScript,
    ShowCard,
    TransferCase,
    case_of,
)
from agent_tui.domain.queries import LinkPage, LinkQuery, Page, Query
from agent_tui.domain.saved_views import SavedView
from agent_tui.domain.text import CustomerText, SafeText, clean_line, compose, plural, trusted
from agent_tui.domain.time import Ms, TimerHandle, TimeSource
from agent_tui.domain.views import View
from agent_tui.services.asking import Asker
from agent_tui.services.clock_calls import ClockCalls
from agent_tui.services.downloads import Downloads
from agent_tui.services.draft_copies import DraftCopies
from agent_tui.services.drafts import Drafts
from agent_tui.services.erasing import Forgetting
from agent_tui.services.handling import Handling
from agent_tui.services.no_hints import NoHints
from agent_tui.services.outbox import Outbox
from agent_tui.services.reply_shelf import ReplyShelf
from agent_tui.services.saved_views import SavedViews
from agent_tui.services.sending import Sender
from agent_tui.services.state import State, StateError

if TYPE_CHECKING:
    from agent_tui.services.guiding import Guided, Guiding

UNDO_DEPTH = 50
COUNT_EVERY_SECONDS = 60.0
"""So often saved views are counted."""
FIND_AFTER_SECONDS = 0.12
"""So long after the last letter a search is asked."""
SEEN_SECONDS = 2.0
"""What stood before the agent's eyes for so long counts as seen."""


class Workbench:
    """Widgets read `desk`, listen by `subscribe`, and act by the methods; nothing here blocks on the network."""

    def __init__(
        self,
        backends: Sequence[Backend],
        state_dir: Path | None,
        time: TimeSource,
        undo_seconds: float = 5.0,
        names: Mapping[str, str] | None = None,
    ) -> None:
        """`state_dir` None keeps drafts and outbox in memory. `names`: what to call a backend, by id.
        Raises StateInUse when another desk works in `state_dir`, StateError when it cannot be used."""
        self._state = State(state_dir)
        self.desk = Desk(self._state.desk)
        self.time = time
        self.undo_seconds = undo_seconds
        self.hebrew_prefixes = True
        """Whether a search finds Hebrew words under what is written onto their start."""
        self._find_timer: TimerHandle | None = None
        self._zone_minutes = 0
        self._backends = {backend.id: backend for backend in backends}
        self._listeners: list[Callable[[Changes], None]] = []
        self._changes = Changes()
        self._telling: asyncio.Handle | None = None
        self._stopped = asyncio.Event()
        self._running = False
        self._undo: list[Undoable] = []
        self.undone: CaseKey | None = None
        self._drafts = Drafts(self._state)
        self._outbox = Outbox(self._state)
        self._outbox.recover(self._drafts, time.now())
        self._downloads = Downloads(state_dir)
        self._saved = SavedViews(state_dir)
        self.desk.saved.take(self._saved.views)
        self._no_hints = NoHints(self._state)
        self.desk.no_hints.update(self._no_hints.keys)
        self._count_timer: TimerHandle | None = None
        self._clock_calls = ClockCalls(time, self._changed)
        self._asker = Asker(self.desk, self._backends, time, self._changed)
        self.replies = ReplyShelf(state_dir, time, self._asker.inquire)
        self.handling = Handling(self.desk, self._backends, time, self._changed)
        self._copies = DraftCopies(
            self.desk,
            self._backends,
            self._state,
            self._drafts,
            time,
            self._adopt_draft,
            self._draft_is_gone,
            self._changed,
        )
        self._forgetting = Forgetting(
            self.desk,
            self._state,
            self._drafts,
            self._outbox,
            self._copies,
            self._downloads,
            self._saved,
            self._changed,
        )
        self._sender = Sender(
            self.desk,
            self._backends,
            self._outbox,
            self._drafts,
            time,
            self._changed,
            self._copies.saved,
            self._dropped,
        )
        self._guiding: Guiding | None = None
        self.refused_notes: dict[CaseKey, CustomerText] = {}
        """What was to be said with a transfer of a case that was refused, until it is given again."""
        self._seen_at: tuple[CaseKey | None, list[tuple[Ms, int]]] = (None, [])
        for backend in backends:
            backend.introduce(self._state.desk)
            self._changes |= self.desk.add_backend(backend.id, (names or {}).get(backend.id, backend.id))
        for draft in self._drafts.all():
            self._changes |= self.desk.set_draft(draft, from_outside=True)
        self._changes |= self.desk.outbox_changed(self._outbox.entries)
        if lost := self._outbox.unreadable + self._drafts.unreadable:
            words = compose("{n} unsent texts are of another version; they are kept in the state folder", n=lost)
            self._changes.notices.append(Notice(words, "warning"))
        if self._saved.problem:
            self._changes.notices.append(Notice(clean_line(self._saved.problem), "warning"))

    # -- life ----------------------------------------------------------------------------------------------------------

    def subscribe(self, callback: Callable[[Changes], None]) -> Callable[[], None]:
        """`callback` is called once per loop turn with all that changed, and first with what nobody was told of yet;
        the answer takes it off again."""
        self._listeners.append(callback)
        self._changed(Changes())

        def leave() -> None:
            if callback in self._listeners:
                self._listeners.remove(callback)

        return leave

    async def run(self) -> None:
        """All sessions, until `stop()`."""
        self._running = True
        feeds = [asyncio.create_task(self._follow(backend)) for backend in self._backends.values()]
        self._changed(Changes())
        try:
            await self._stopped.wait()
        finally:
            self._running = False
            for feed in feeds:
                feed.cancel()
            await asyncio.gather(*feeds, return_exceptions=True)
            for timer in (self._find_timer, self._count_timer):
                if timer is not None:
                    timer.cancel()
            await self._sender.stop()
            await self.handling.stop()
            await self._copies.stop()
            self._clock_calls.stop()
            await self._asker.stop()
            await asyncio.gather(*(backend.close() for backend in self._backends.values()), return_exceptions=True)
            if self._telling is not None:
                self._telling.cancel()
            self._state.close()

    async def stop(self) -> None:
        """End the sessions. Unsent orders stay in the outbox; held sends come back as drafts at the next start."""
        self._stopped.set()

    def busy(self) -> bool:
        """Something is under way that ends without time passing."""
        return self._telling is not None or self._asker.busy() or self._sender.busy() or self._on_the_way()

    def _on_the_way(self) -> bool:
        return self.handling.busy() or self._copies.busy()

    async def _follow(self, backend: Backend) -> None:
        try:
            async for happening in backend.feed():
                self._changed(self.desk.happened(backend.id, happening, self.time.now()))
                self._note_version()
                if isinstance(happening, Connected):
                    self._changed(self.desk.outbox_changed(self._outbox.entries))
                    self._forgetting.begin(backend.id, happening.resumed, self.inquire)
                    self._sender.connected(backend.id)
                    self.count_saved()
                    self.handling.connected(backend.id)
        except Exception as error:  # whatever a third party's backend does: the others go on, and it is shown
            reason = f"{type(error).__name__}: {error}"
            self._changed(self.desk.happened(backend.id, Disconnected(reason, None), self.time.now()))
            words = compose("{name} stopped: {why}", name=clean_line(backend.id), why=clean_line(reason))
            self._changed(Changes(notices=[Notice(words, "failure")]))

    def _changed(self, changes: Changes) -> None:
        changes.notices = self._clock_calls.without_clocks(changes.notices)
        self._changes |= changes
        if changes.erased:
            self._undo = [done for done in self._undo if not done.touches(changes.erased)]
            self._changes |= self._forgetting.cases(changes.erased)
            for key in changes.erased:
                self.refused_notes.pop(key, None)
            if self._guiding is not None:
                self._guiding.forget(changes.erased)
        for key, head in self.desk.strayed():
            self._move_draft(key, head)
        if self._telling is None and self._running:
            self._telling = asyncio.get_running_loop().call_soon(self._tell)

    def _tell(self) -> None:
        self._telling = None
        if self._listeners:
            changes, self._changes = self._changes, Changes()
        else:
            changes = Changes()
        for state in self.desk.backends.values():
            if state.held is not None:
                held, state.held = state.held, None
                if state.held_moved:
                    state.held_known = False
                else:
                    self._copies.told(state.id, held)
        self.handling.review()
        self._asker.ask()
        if changes:
            for listener in list(self._listeners):
                listener(changes)

    # -- looking -------------------------------------------------------------------------------------------------------

    def look_at(self, start: int, stop: int) -> None:
        """The visible range of inbox items; what is missing is asked for."""
        if (start, stop) != self._asker.visible:
            self._asker.visible = (start, stop)
            self._changed(Changes())

    def show(self, view: View) -> None:
        """Another view, channel or filter text."""
        if view != self.desk.inbox.view:
            self._asker.visible = (0, max(1, self._asker.visible[1] - self._asker.visible[0]))
        self._changed(self.desk.set_view(view))

    def settle(self) -> None:
        """The inbox takes its true order now."""
        self._changed(self.desk.settle())

    def find(self, text: str, zone_minutes: int = 0) -> None:
        """Look for something in all that was said, once the agent stops typing for a moment; "" ends it."""
        self._zone_minutes = zone_minutes
        changes = self.desk.find(text, self.time.now(), zone_minutes, prefixes=self.hebrew_prefixes)
        if self._find_timer is not None:
            self._find_timer.cancel()
            self._find_timer = None
        if self.desk.finding is not None and not self.desk.finding.ready:
            self._find_timer = self.time.call_later(FIND_AFTER_SECONDS, self._find_now)
        self._changed(changes)

    def _find_now(self) -> None:
        self._find_timer = None
        self._changed(self.desk.find_now())

    def save_views(self, views: Sequence[SavedView]) -> None:
        """Keep the agent's views. Raises StateError."""
        self._saved.keep(views)
        self.desk.saved.take(self._saved.views)
        self._changed(Changes(header=True))
        self.count_saved()

    def count_saved(self) -> None:
        """Ask how much the saved views hold, now and then again while there are any."""
        if self._count_timer is not None:
            self._count_timer.cancel()
            self._count_timer = None
        if self.desk.saved.views:
            self._asker.put(self.desk.saved.asks(self.desk.backends, self._zone_minutes))
            self._count_timer = self.time.call_later(COUNT_EVERY_SECONDS, self.count_saved)

    def find_more(self) -> None:
        """Older hits are wanted."""
        self._changed(self.desk.find_more())

    def open(self, key: CaseKey, at: tuple[Ms, str] | None = None) -> None:
        """Open a case, at the time and id of something in it."""
        self._changed(self.desk.open(key, at))
        self._note_version()

    def turn(self, key: CaseKey, why: SafeText | None = None) -> None:
        """Work on another server's case of the person who is open. `why`: what the agent is told of it."""
        changes = self.desk.turn(key)
        if why is not None:
            changes.notices.append(Notice(why, "warning"))
        self._changed(changes)
        self._note_version()
        self.handling.turned(key)

    def close_case(self) -> None:
        """Close the open case."""
        self.handling.look(None)
        self._changed(self.desk.close_case())

    def toggle_mark(self, key: CaseKey) -> None:
        """Mark a case of the inbox for the next command, or take the marks off its row."""
        every, marked = (key, *self.desk.beside(key)), self.desk.inbox.marked
        held = [one for one in every if one in marked]
        self._changed(self.desk.mark(held or (key,), not held))

    def mark_all(self) -> tuple[int, int]:
        """Mark all cases of the view that are loaded; where all are marked, none. How many are, of how many there
        are."""
        inbox = self.desk.inbox
        keys = [key for key, _, _ in inbox.rows()]
        on = any(key not in inbox.marked for key in keys)
        self._changed(self.desk.mark(keys, on))
        shown = sum(total for _, total in inbox.totals())
        return (len(keys), shown) if on else (0, 0)

    def unmark(self) -> None:
        """Take all marks off."""
        self._changed(self.desk.mark(tuple(self.desk.inbox.marked), False))

    def load_older(self) -> None:
        """An older page of the open timeline."""
        self._changed(self.desk.want_older())

    def load_history(self) -> None:
        """A further page of the customer's earlier cases."""
        self._changed(self.desk.want_history())

    def show_past(self, key: CaseKey | None = None) -> None:
        """The history of the open case's customer; see `Desk.show_past`."""
        self._changed(self.desk.show_past(key))

    def close_past(self) -> None:
        """Back to the case."""
        self._changed(self.desk.close_past())

    def narrow_past(self, channel: str) -> None:
        """Only one channel of the history, "" all."""
        self._changed(self.desk.narrow_past(channel))

    def load_past(self) -> None:
        """An older page of the history."""
        if self.desk.past is not None:
            self.desk.past.want_older()
            self._changed(Changes())

    def suggest(self, key: CaseKey, channel: str, language: str) -> None:
        """A reply is begun: canned replies that fit are wanted."""
        changes = self.desk.suggest(key, channel, language)
        if changes:
            self._changed(changes)

    def look_up_cards(self) -> None:
        """What the company's systems know of the open case's customer is asked anew."""
        self._changed(self.desk.look_up_cards())

    def seek(self, at: Ms, id: str) -> None:
        """Bring the place of an entry into the open timeline."""
        self._changed(self.desk.seek(at, id))

    # -- acting --------------------------------------------------------------------------------------------------------

    def order(self, backend: str, order: Order, *, hold: bool = False, key: CaseKey | None = None) -> str:
        """Keep `order` in the outbox, then send it; answers its command id ("" when it could not be kept: a notice says
        why). `hold`: only after `undo_seconds`. `key`: its case, where the order itself names none (calls)."""
        key = key or CaseKey(backend, case_of(order))
        id, steps, words = self._give(key, order, hold)
        for other, same in self._elsewhere(key, order) if id else ():
            steps += self._give(other, same, hold)[1]
        if steps:
            self._undo = [*self._undo[-UNDO_DEPTH:], Undoable(steps, words)]
        return id

    def order_together(self, orders: Sequence[tuple[CaseKey, Order]], held: InHand = NOTHING_HELD) -> None:
        """Give orders that `undo` takes back as one. `held`: cases and promises that the inbox need not have loaded."""
        steps: list[Step] = []
        given = {key for key, _ in orders}
        others = [found for key, order in orders for found in self._elsewhere(key, order) if found[0] not in given]
        for key, order in (*orders, *others):
            steps += self._give(key, order, False, held)[1]
        if steps:
            words = plural("undone: {n} case as before", "undone: {n} cases as before", n=len(steps))
            if any(writes_note(order) for _, order in orders):
                words = compose("{done}; what was noted stays", done=words)
            self._undo = [*self._undo[-UNDO_DEPTH:], Undoable(tuple(steps), words)]

    def _elsewhere(self, key: CaseKey, order: Order) -> list[tuple[CaseKey, Order]]:
        """The same for the person's cases at other servers."""
        beside = self.desk.beside(key)
        if not beside:
            return []
        # a desk with one server does without
        from agent_tui.desk.together import also

        found = []
        for other in beside:
            row, state, me = self.desk.row(other), self.desk.backends[other.backend], self.desk.my_id(key.backend)
            same = also(order, me, row, self.desk.my_id(other.backend)) if row is not None else None
            if same is None or same.name not in state.capabilities.orders:
                continue
            if state.state == "up":
                found.append((other, same))
            elif not isinstance(same, MarkRead | MarkUnread):
                # done later it would close what came meanwhile
                words = compose(
                    "{server} is not connected: their case there stays as it is", server=clean_line(state.name)
                )
                self._changed(Changes(notices=[Notice(words, "warning", other)]))
        return found

    def _give(
        self, key: CaseKey, order: Order, hold: bool, held: InHand = NOTHING_HELD
    ) -> tuple[str, tuple[Step, ...], SafeText]:
        """Command id ("" when it could not be kept), and what takes it back."""
        before = self.desk.row(key) or held.row(key)
        entry = self._keep(key, order, hold)
        if entry is None:
            return "", (), trusted("")
        if isinstance(order, JoinCustomers):
            # which join it made is known when it is acknowledged
            return entry.id, ((entry.id, key.backend, order),), trusted("undone: the join")
        opposite = inverse(order, before, held.promise(key.backend, order))
        if opposite is None:
            return entry.id, (), trusted("")
        return entry.id, ((entry.id, key.backend, opposite[0]),), opposite[1]

    def send(self, draft: Draft) -> str:
        """Send what the composer holds, after `undo_seconds` in which `take_back` returns it; answers the command id
        ("" when it could not be kept: the draft stays)."""
        order, files = order_of(draft)
        first = next(iter(self._backends), "")
        key = draft.key or CaseKey(draft.backend or first, "")
        entry = self._keep(key, order, True, files)
        if entry is None:
            self.save_draft(draft)
            return ""
        for old in self._outbox.entries:
            if old.state == "failed" and old.key == key and old.id != entry.id and same_words(old.order, order):
                self._outbox.remove(old.id)
        self.discard_draft(draft.key)
        return entry.id

    @property
    def guiding(self) -> Guiding:
        """The guided scripts of cases."""
        if self._guiding is None:
            from agent_tui.services.guiding import Guiding  # a desk that runs none does without

            self._guiding = Guiding(
                self.desk, lambda key, order: self.order(key.backend, order, key=key), self.inquire, self._changed
            )
        return self._guiding

    @property
    def offers_scripts(self) -> bool:
        """Whether any server keeps guided scripts."""
        return any("run-script" in state.capabilities.orders for state in self.desk.backends.values())

    def script_of(self, key: CaseKey | None) -> Guided | None:
        """The guided script that is run with a case."""
        opened = self.desk.open_case
        any_told = opened is not None and any(part.scripts for part in opened.parts)
        if key is None or (self._guiding is None and not any_told):
            return None
        return self.guiding.current(key)

    def _dropped(self, entry: OutboxEntry) -> None:
        """An order was refused for good, and is gone."""
        if isinstance(entry.order, RunScript):
            self.guiding.refused(entry.key, entry.order)
        if isinstance(entry.order, TransferCase):
            self.refused_notes[entry.key] = entry.order.note

    def _keep(self, key: CaseKey, order: Order, hold: bool, files: tuple[LocalFile, ...] = ()) -> OutboxEntry | None:
        now = self.time.now()
        held = hold and self.undo_seconds > 0
        try:
            entry = self._outbox.add(
                key,
                order,
                now,
                now + round(self.undo_seconds * 1000) if held else None,
                files,
                self.desk.leases.fence(key),
            )
        except StateError as error:
            self._changed(Changes(notices=[Notice(clean_line(str(error)), "failure", key)]))
            return None
        if held:
            self.time.call_later(self.undo_seconds, lambda: self._let_go(entry.id))
        self._sender.show()
        if self._running:
            self._sender.pump()
        return entry

    def _let_go(self, id: str) -> None:
        entry = self._outbox.get(id)
        if entry is not None and entry.state == "held" and self._running:
            self._outbox.change(id, state="waiting", hold_until=None, order=self._seen_meanwhile(entry))
            self._sender.show()
            self._sender.pump()

    def _note_version(self) -> None:
        """When each version of the open case came before the agent's eyes."""
        case = self.desk.open_case
        key, version = (case.key, case.row.version if case.row is not None else 0) if case is not None else (None, 0)
        if key != self._seen_at[0]:
            self._seen_at = (key, [])
        versions = self._seen_at[1]
        if not versions or versions[-1][1] != version:
            versions.append((self.time.now(), version))
            del versions[:-50]

    def _seen_meanwhile(self, entry: OutboxEntry) -> Order:
        """What came while the send was held, in the open case, and stood there for a while: the agent saw it and did
        not take the send back."""
        order, (key, versions) = entry.order, self._seen_at
        if not isinstance(order, Reply | MoveChannel) or not order.seen or key != entry.key:
            return order
        by_then = self.time.now() - round(SEEN_SECONDS * 1000)
        seen = max((version for at, version in versions if at <= by_then), default=0)
        return replace(order, seen=max(order.seen, seen))

    def take_back(self) -> tuple[Draft | None, SafeText]:
        """The youngest held send becomes a draft again, where it can; and what to say of it."""
        held = (entry for entry in reversed(self._outbox.entries) if entry.state == "held" and entry.writes)
        entry = next(held, None)
        if entry is None:
            return None, trusted("too late: it has left")
        return self._taken(entry)

    def _taken(self, entry: OutboxEntry) -> tuple[Draft | None, SafeText]:
        draft = self._as_draft(entry)
        if draft is not None:
            return draft, trusted("taken back: it is a draft again")
        left = self._outbox.get(entry.id)
        return None, left.reason if left is not None else trusted("taken back: it was not done")

    def _as_draft(self, entry: OutboxEntry) -> Draft | None:
        draft = self._outbox.take_back(entry.id, self._drafts, self.time.now())
        if draft is not None:
            self._changed(self.desk.set_draft(draft, from_outside=True))
        self._sender.show()
        self._sender.pump()
        return draft

    def retry(self, key: CaseKey, message_or_command: str) -> None:
        """Send again what failed or whose outcome is unknown: a message id, or `outbox:<command id>`."""
        entry = self._outbox.get(message_or_command.removeprefix(OUTBOX_PREFIX))
        if entry is None:
            self.order(key.backend, RetrySend(key.case, message_or_command))
        elif entry.state in ("failed", "unknown"):
            draft = self.desk.drafts.get(entry.key if entry.key.case else None)
            if draft is not None and same_words(order_of(draft)[0], entry.order):
                self.discard_draft(draft.key)
            if entry.state == "failed":  # it was answered under its id for good
                self._outbox.renew(entry.id)
            else:
                self._outbox.change(entry.id, state="waiting", reason=trusted(""))
            self._sender.show()
            self._sender.pump()

    def promise(self, key: CaseKey, what: CustomerText, due: Ms, agent: str = "", team: str = "") -> None:
        """We owe the customer `what` by `due`; whose: see `MakePromise`."""
        self.order(key.backend, MakePromise(key.case, f"p_{uuid.uuid4()}", what, due, agent, team), key=key)

    def show_card(self, key: CaseKey, message: str) -> None:
        """Ask to see the card numbers of a message: they show when the backend has written down who asked."""
        case, me = self.desk.open_case, self.desk.backends[key.backend].me
        part = next((one for one in case.parts if one.key == key), None) if case is not None else None
        if part is not None and me is not None:
            part.ask_card(message, me.id)
            self.order(key.backend, ShowCard(key.case, message), key=key)

    def dismiss(self, key: CaseKey, message_or_command: str) -> None:
        """Put a failed or unknown entry of the outbox away."""
        entry = self._outbox.get(message_or_command.removeprefix(OUTBOX_PREFIX))
        if entry is not None and entry.state in ("failed", "unknown"):
            self._outbox.remove(entry.id)
            self._sender.show()

    def save_draft(self, draft: Draft) -> None:
        """Keep a draft, durable before return; when it cannot be kept a notice says why and it stays in memory."""
        if draft.key is not None and (row := self.desk.row(draft.key)) is not None and row.erased:
            return
        try:
            self._drafts.save(draft)
        except StateError as error:
            self._changed(Changes(notices=[Notice(clean_line(str(error)), "failure", draft.key)]))
        self._changed(self.desk.set_draft(draft))
        self._copies.saved(draft.key)

    def no_hint(self, key: CaseKey) -> None:
        """No other channel is suggested for a case any more."""
        self.desk.no_hints.add(key)
        changes = Changes(composer=True)
        try:
            self._no_hints.add(key)
        except StateError as error:
            changes.notices.append(Notice(clean_line(str(error)), "failure", key))
        self._changed(changes)

    def put_draft(self, draft: Draft) -> None:
        """A draft that nobody typed: kept, and shown where its case is open."""
        self.save_draft(draft)
        self._changed(self.desk.set_draft(draft, from_outside=True))

    def left_composer(self) -> None:
        """The agent stopped writing for now: other terminals and colleagues are told."""
        self.handling.left_composer()
        self._copies.flush()

    def swap_drafts(self, key: CaseKey) -> bool:
        """The draft that another terminal wrote in the place of this one, which is the other one then; False when there
        is none."""
        try:
            return self._copies.exchange(key)
        except StateError as error:
            self._changed(Changes(notices=[Notice(clean_line(str(error)), "failure", key)]))
            return True

    def _adopt_draft(self, draft: Draft) -> None:
        """A draft from another terminal of mine."""
        try:
            self._drafts.save(draft)
        except StateError as error:
            self._changed(Changes(notices=[Notice(clean_line(str(error)), "failure", draft.key)]))
        self._changed(self.desk.set_draft(draft, from_outside=True))

    def _draft_is_gone(self, key: CaseKey) -> None:
        """It was sent or thrown away at another terminal of mine."""
        try:
            self._drafts.discard(key)
        except StateError as error:
            self._changed(Changes(notices=[Notice(clean_line(str(error)), "failure", key)]))
        self._changed(self.desk.drop_draft(key))

    def _move_draft(self, key: CaseKey, head: CaseKey) -> None:
        """The words are for the case that leads the row now; their conversation stays the same."""
        draft = replace(self.desk.drafts[key], key=head)
        try:
            self._drafts.save(draft)
            self._drafts.discard(key)
        except StateError:
            pass  # it stays where it was on the disk, and is in memory
        self._changes |= self.desk.drop_draft(key, from_outside=False)
        self._changes |= self.desk.set_draft(draft, from_outside=True)

    def inquire(self, backend: str, query: Query, then: Callable[[Page], None]) -> None:
        """Put a question of a dialog's own; a failure is told on the status line."""
        self._asker.inquire(backend, query, then)

    def discard_draft(self, key: CaseKey | None) -> None:
        """Throw a draft away."""
        try:
            self._drafts.discard(key)
        except StateError as error:
            self._changed(Changes(notices=[Notice(clean_line(str(error)), "failure", key)]))
        self._changed(self.desk.drop_draft(key))
        self._copies.gone(key)

    def undo(self) -> SafeText:
        """Take the last undoable act back; says what was undone, or why nothing was. `undone` names the case then."""
        self.undone = None
        entry = self._outbox.youngest_held()
        if entry is not None:
            self._undo = [done for done in self._undo if done.steps[0][0] != entry.id]
            return self._taken(entry)[1]
        if not self._undo:
            return trusted("nothing to undo")
        done = self._undo.pop()
        _, backend, order = done.steps[0]
        self.undone = CaseKey(backend, case_of(order)) if case_of(order) else None
        for id, backend, order in reversed(done.steps):
            if isinstance(order, JoinCustomers):
                made = self.desk.made.get(id)
                if made is None:
                    return trusted("that join was not made")
                order = PartCustomers(made, order.case)
            self._keep(CaseKey(backend, case_of(order)), order, False)
        return done.words

    # -- files ---------------------------------------------------------------------------------------------------------

    async def fetch(self, backend: str, blob: str) -> Path:
        """A file on this machine (0600). Raises BackendDown or QueryRefused."""
        return await self._downloads.fetch(self._backends[backend], blob)

    async def link(self, key: CaseKey, blob: str, name: str = "") -> LinkPage:
        """A one-time link to fetch `blob`, or with "" to upload. Raises BackendDown or QueryRefused."""
        page = await self._backends[key.backend].query(LinkQuery(blob, name, key.case))
        if not isinstance(page, LinkPage):
            raise QueryRefused("the server gave no link")
        return page

    async def upload(self, backend: str, path: Path, name: str = "") -> FileRef:
        """Bring a local file to a backend. Raises BackendDown or QueryRefused."""
        if backend not in self._backends:
            raise BackendDown(f"there is no backend {backend}")
        return await self._backends[backend].upload(path, name or path.name)
