"""Events to every live desk: encoded once, pushed without waiting, the slow cut, and a short memory of the newest."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from agent_tui.backends.hub.lines import Line, Parcel
from agent_tui.backends.wire.codec import Encoded, encode, size_of, split_event
from agent_tui.backends.wire.frames import MAX_FRAME_BYTES, EventFrame
from agent_tui.backends.wire.server import CUT_BYTES, ServerProtocol
from agent_tui.domain.events import CustomerErased, Event, UnknownBody
from agent_tui.domain.model import Agent

RECENT_EVENTS = 1024
RECENT_BYTES = 8 << 20
PARCEL_EVENTS = 64
"""Events of one batch that go out in one write."""


class Desk(Protocol):
    """One connected desk as the fan-out sees it."""

    @property
    def agent(self) -> Agent: ...

    @property
    def line(self) -> Line: ...

    @property
    def protocol(self) -> ServerProtocol: ...

    def cut(self, reason: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Published:
    """An event and its text. `previous`: seq of the event before it in the whole log."""

    event: Event
    encoded: Encoded
    previous: int


def publish(event: Event, previous: int) -> Published:
    """Encode one event. One that is too big for a frame goes without its body: the desk asks for the case instead."""
    text = encode(_frame(event, previous))
    if size_of(text) > MAX_FRAME_BYTES - 32:  # room for a longer prev
        text = encode(replace(_frame(event, previous), body=UnknownBody()))
    return Published(event, split_event(text), previous)


def _frame(event: Event, previous: int) -> EventFrame:
    return EventFrame(
        type="event",
        seq=event.seq,
        prev=previous,
        occurred=event.occurred,
        recorded=event.recorded,
        body=event.body,
        case=event.case,
        by=event.by,
        row=event.row,
    )


class FanOut:
    """The live desks and the place that they are all at: `seq`, the last event given to them. `cut_bytes`: of their
    lines."""

    def __init__(self, seq: int, visible: Callable[[Agent, Event], bool], cut_bytes: int = CUT_BYTES) -> None:
        self.seq = seq
        self._cut_bytes = cut_bytes
        self._too_slow = f"too slow: more than {cut_bytes // 1024} KiB was waiting to be read"
        self.events = 0
        self.deliveries = 0
        self._visible = visible
        self._live: dict[Desk, None] = {}  # in order of arrival, so that runs are alike
        self._recent: deque[Published] = deque()
        self._recent_bytes = 0

    def __len__(self) -> int:
        return len(self._live)

    def published(self, events: Sequence[Event]) -> None:
        """Give a committed batch to every live desk."""
        for start in range(0, len(events), PARCEL_EVENTS):
            self._parcel(events[start : start + PARCEL_EVENTS])

    def _parcel(self, events: Sequence[Event]) -> None:
        batch: list[Published] = []
        for event in events:
            if event.seq <= self.seq:
                continue
            batch.append(publish(event, self.seq))
            self.seq = event.seq
        if not batch:
            return
        self._remember(batch)
        if any(isinstance(one.event.body, CustomerErased) for one in batch):
            # what was said of them before is told again from the store only, which does not know it any more
            self._recent.clear()
            self._recent_bytes = 0
        self.events += len(batch)
        whole = Parcel([one.encoded.text() for one in batch])
        first, last, count = batch[0].previous, batch[-1].event.seq, len(batch)
        visible = self._visible
        slow: list[Desk] = []
        for desk in self._live:
            protocol = desk.protocol
            if protocol.shown == first and all(visible(desk.agent, one.event) for one in batch):
                protocol.seen = protocol.shown = last
                parcel, sent = whole, count
            else:
                texts = self._for(desk, batch)
                if not texts:
                    continue
                parcel, sent = Parcel(texts), len(texts)
            if desk.line.push(parcel):
                self.deliveries += sent
            else:
                slow.append(desk)
        for desk in slow:
            self.leave(desk)
            desk.cut(self._too_slow)

    def _for(self, desk: Desk, batch: Sequence[Published]) -> list[str]:
        """What of a batch one desk gets, for those that may not see everything or were told of a later place."""
        protocol, texts = desk.protocol, []
        for one in batch:
            if protocol.passes(one.event.seq, self._visible(desk.agent, one.event)):
                texts.append(protocol.text_of(one.event.seq, one.encoded))
        return texts

    def _remember(self, batch: Sequence[Published]) -> None:
        self._recent.extend(batch)
        self._recent_bytes += sum(len(one.encoded.tail) for one in batch)
        while len(self._recent) > RECENT_EVENTS or self._recent_bytes > RECENT_BYTES:
            self._recent_bytes -= len(self._recent.popleft().encoded.tail)

    def join(self, desk: Desk) -> bool:
        """Make a desk live from its place on. False when it is too far behind, for the short memory or to be
        told all at once: replay first."""
        seen = desk.protocol.seen
        if not self.covers(seen):
            return False
        missed = [one for one in self._recent if one.event.seq > seen] if seen < self.seq else []
        if sum(len(one.encoded.tail) for one in missed) > self._cut_bytes // 2:
            return False
        texts = self._for(desk, missed)
        if texts and not desk.line.push(Parcel(texts)):
            desk.cut(self._too_slow)
            return True
        self.deliveries += len(texts)
        desk.protocol.caught_up(self.seq)
        self._live[desk] = None
        return True

    def covers(self, seq: int) -> bool:
        """Whether everything after `seq` is in the short memory."""
        return seq >= self.seq or (bool(self._recent) and self._recent[0].previous <= seq)

    def leave(self, desk: Desk) -> None:
        self._live.pop(desk, None)
