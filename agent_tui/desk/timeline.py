"""The opened case's messages: pages, events and the outbox joined, in time order, each thing once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from agent_tui.desk.breaches import with_turn
from agent_tui.desk.case_asks import CaseAsks
from agent_tui.desk.keys import CaseKey
from agent_tui.desk.open_case import OpenCase
from agent_tui.desk.outgoing import OutboxEntry, as_message
from agent_tui.domain.channel_moves import ChannelMove
from agent_tui.domain.events import (
    CallChanged,
    CardShown,
    ChannelMoved,
    ClockTurned,
    CustomerChanged,
    Event,
    MessageAdded,
    MessageChanged,
    PromiseChanged,
    ScriptMoved,
    TransferChanged,
    is_erased,
)
from agent_tui.domain.model import CaseDetail, Conversation, Disclosure, Message
from agent_tui.domain.time import Ms

CLOCK_TOLERANCE_MS = 60_000
"""How far the server's clock may be behind ours when a sent reply is recognised by its words."""


class Timeline:
    """Builds `OpenCase` and keeps it right. `as_of`: the page's seq; events up to it are in the page already."""

    def __init__(self, key: CaseKey) -> None:
        self.case = OpenCase(key)
        self.asks = CaseAsks(self.case, self.oldest)
        self.as_of = 0
        self._messages: dict[str, Message] = {}
        self._provisional: set[str] = set()
        self._entries: tuple[OutboxEntry, ...] = ()
        self._me = ""

    def page(self, detail: CaseDetail | None, seq: int, *, older: bool) -> None:
        """A page of the case came; `older`: one before what is held."""
        case = self.case
        case.loading = False
        if detail is None:
            case.missing = not older
            return
        if older:
            for message in detail.messages:
                self._messages.setdefault(message.id, message)
        else:
            self.as_of = seq
            oldest = detail.messages[0].at if detail.messages else 0
            kept = {id: m for id, m in self._messages.items() if m.at < oldest and detail.more_before}
            self._messages = kept | {message.id: message for message in detail.messages}
            self._provisional.clear()
            if case.customer is not None and case.customer.id != detail.customer.id:
                case.history, case.cards = None, None  # another person's by now
            case.customer = detail.customer
            case.conversations = detail.conversations
            case.calls = detail.calls
            case.disclosures = detail.disclosures
            case.promises = detail.promises
            case.breaches = detail.breaches
            case.moves = detail.moves
            case.transfers = detail.transfers
            case.scripts = detail.scripts
            case.incident = detail.incident
            case.row = detail.row
            case.missing = False
        if older or not kept_any(self._messages, detail):
            case.more_before = detail.more_before
        self._compose()

    def apply(self, event: Event) -> bool:
        """An event of this case; True when the timeline shows something new."""
        body = event.body
        if event.seq <= self.as_of:
            return False
        case = self.case
        if isinstance(body, MessageAdded):
            known = self._messages.get(body.message.id)
            if known is not None and body.message.id not in self._provisional:
                return False
            self._provisional.discard(body.message.id)
            self._messages[body.message.id] = body.message
            if body.conversation is not None:
                case.conversations = _with(case.conversations, body.conversation)
        elif isinstance(body, MessageChanged):
            message = self._messages.get(body.message)
            if message is None:
                return False
            self._messages[body.message] = replace(message, state=body.state, error=body.error)
        elif isinstance(body, CallChanged):
            case.calls = (*(call for call in case.calls if call.id != body.call.id), body.call)
        elif isinstance(body, CardShown):
            case.disclosures = (*case.disclosures, Disclosure(body.message, event.by, event.occurred))
        elif isinstance(body, ChannelMoved):
            case.moves = (*case.moves, move_of(event, body))
        elif isinstance(body, PromiseChanged):
            others = tuple(promise for promise in case.promises if promise.id != body.promise.id)
            case.promises = tuple(sorted((*others, body.promise), key=lambda promise: (promise.at, promise.id)))
        elif isinstance(body, TransferChanged):
            moved = tuple(transfer for transfer in case.transfers if transfer.id != body.transfer.id)
            case.transfers = tuple(sorted((*moved, body.transfer), key=lambda one: (one.at, one.id)))
        elif isinstance(body, ScriptMoved):
            run = tuple(script for script in case.scripts if script.id != body.script.id)
            case.scripts = tuple(sorted((*run, body.script), key=lambda one: (one.begun, one.id)))
        elif isinstance(body, ClockTurned):
            case.breaches, before = with_turn(case.breaches, event, body), case.breaches
            if body.change in ("step", "withdrawn"):
                case.turns = (*(held for held in case.turns if held.seq != event.seq), event)
            elif case.breaches == before:
                return False
        elif isinstance(body, CustomerChanged) and case.customer is not None and case.customer.id == body.customer.id:
            case.customer = body.customer
        elif is_erased(body):
            self.forget()
        else:
            return False
        self._compose()
        return True

    def outbox(self, entries: Iterable[OutboxEntry], me: str) -> None:
        """The outbox's entries of this case, oldest first."""
        self._entries = tuple(entry for entry in entries if entry.key == self.case.key)
        self._me = me
        self._compose()

    def acknowledged(self, entry: OutboxEntry, result: str, now: Ms) -> None:
        """The backend took an entry and says which message it made: it stays in its place until the event comes."""
        message = as_message(entry, self._me)
        if message is None or not result or result in self._messages:
            return
        state = message.state if message.kind == "note" else "sending"
        last = max((held.at for held in self._messages.values()), default=0)
        self._messages[result] = replace(message, id=result, state=state, at=max(message.at, now, last))
        self._provisional.add(result)
        self._compose()

    def forget(self) -> None:
        """Its customer was erased: nothing is held, and it is asked for anew."""
        case = self.case
        self._messages.clear()
        self._provisional.clear()
        case.customer, case.history, case.more_before = None, None, False
        case.conversations, case.calls, case.disclosures, case.promises = (), (), (), ()
        case.breaches, case.turns, case.transfers, case.scripts = (), (), (), ()
        case.cards, case.suggested = None, ()
        case.cards_asked.clear()
        self.asks.stale = True
        self._compose()

    def oldest(self) -> str:
        """Id of the oldest message held, "" when there is none."""
        first = min(self._messages.values(), key=_place, default=None)
        return first.id if first is not None else ""

    def _compose(self) -> None:
        messages = sorted(self._messages.values(), key=_place)
        unmatched = [m for m in messages if m.kind in ("out", "note") and m.author == self._me]
        for entry in self._entries:
            waiting = as_message(entry, self._me)
            if waiting is None:
                continue
            twin = next((m for m in unmatched if entry.state == "sending" and _same_words(m, waiting)), None)
            if twin is not None:
                unmatched.remove(twin)
            else:
                messages.append(waiting)
        self.case.messages = tuple(messages)


def move_of(event: Event, body: ChannelMoved) -> ChannelMove:
    """The move that an event tells of."""
    return ChannelMove(
        event.seq,
        event.occurred,
        event.by,
        body.from_channel,
        body.to_channel,
        body.from_conversation,
        body.conversation,
        body.message,
    )


def kept_any(held: dict[str, Message], detail: CaseDetail) -> bool:
    """Whether older messages than the page's are held."""
    return len(held) > len(detail.messages)


def _place(message: Message) -> tuple[Ms, str]:
    return (message.at, message.id)


def _same_words(message: Message, waiting: Message) -> bool:
    return (
        message.kind == waiting.kind
        and message.body.raw == waiting.body.raw
        and message.at >= waiting.at - CLOCK_TOLERANCE_MS
        and (not waiting.conversation or message.conversation == waiting.conversation)
    )


def _with(conversations: tuple[Conversation, ...], changed: Conversation) -> tuple[Conversation, ...]:
    if any(c.id == changed.id for c in conversations):
        return tuple(changed if c.id == changed.id else c for c in conversations)
    return (*conversations, changed)
