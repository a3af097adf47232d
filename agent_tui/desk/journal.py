"""The last events of each backend, so that a page as of an older seq can be brought up to date."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace

from agent_tui.domain.events import Event, MessageAdded, UnknownBody

KEPT = 4000


class Journal:
    """Events in order, the last `KEPT` of one backend."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque(maxlen=KEPT)
        self._since = 0

    def restart(self, seq: int) -> None:
        """Nothing before `seq` is remembered."""
        self._events.clear()
        self._since = seq

    def add(self, event: Event) -> None:
        if len(self._events) == KEPT:
            self._since = self._events[0].seq
        self._events.append(event)

    def forget(self, case: str) -> None:
        """What was said in a case is not remembered any more; that something happened is."""
        for place, event in enumerate(self._events):
            said = isinstance(event.body, MessageAdded) and event.body.message.case == case
            if said or (event.case == case and (event.row is None or not event.row.erased)):
                self._events[place] = replace(event, body=UnknownBody(), row=None)

    def reaches(self, seq: int) -> bool:
        """Whether every event after `seq` is here."""
        return seq >= self._since

    def after(self, seq: int) -> Iterator[Event]:
        """Events that tell something newer than a page as of `seq`."""
        for event in self._events:
            if event.seq > seq or (event.row is not None and event.row.version > seq):
                yield event
