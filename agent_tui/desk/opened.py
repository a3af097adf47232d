"""The person who is open: the case that is worked on, and beside it what other servers have of the same person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from agent_tui.desk.keys import CaseKey
from agent_tui.desk.open_case import OpenCase
from agent_tui.desk.outgoing import OutboxEntry
from agent_tui.desk.timeline import Timeline
from agent_tui.domain.model import CaseRow


class Opened:
    """Each case has its own timeline, kept right by its own server's events; one of them is worked on."""

    def __init__(self) -> None:
        self._at: CaseKey | None = None
        self._parts: dict[CaseKey, Timeline] = {}

    @property
    def case(self) -> OpenCase | None:
        """The case that is worked on."""
        timeline = self.timeline
        return timeline.case if timeline is not None else None

    @property
    def timeline(self) -> Timeline | None:
        return self._parts.get(self._at) if self._at is not None else None

    def __iter__(self) -> Iterator[Timeline]:
        return iter(tuple(self._parts.values()))

    def of(self, key: CaseKey) -> Timeline | None:
        """The timeline of a case that is open."""
        return self._parts.get(key)

    def asking_for(self, backend: str, customer: str) -> Timeline | None:
        """The timeline of a server's customer."""
        held = (one for key, one in self._parts.items() if key.backend == backend)
        return next((one for one in held if one.case.customer is None or one.case.customer.id == customer), None)

    def open(self, key: CaseKey, row: CaseRow | None) -> Timeline:
        """Another person."""
        self._at, self._parts = key, {key: Timeline(key)}
        self._parts[key].case.row = row
        return self._parts[key]

    def close(self) -> None:
        self._at, self._parts = None, {}

    def put_beside(self, found: Iterable[tuple[CaseKey, CaseRow | None]]) -> bool:
        """These cases are the same person's; True when one is new. One of each server at most."""
        before = len(self._parts)
        for key, row in found:
            if self._at is not None and all(held.backend != key.backend for held in self._parts):
                self._parts[key] = Timeline(key)
                self._parts[key].case.row = row
        if len(self._parts) > before:
            self._tell()
        return len(self._parts) > before

    def take_away(self, key: CaseKey) -> bool:
        """This case is another person's, or is led by one that is here."""
        if key == self._at or self._parts.pop(key, None) is None:
            return False
        self._tell()
        return True

    def turn(self, key: CaseKey) -> bool:
        """Work on another case of the person; False where it is not one of theirs, or is worked on."""
        if key == self._at or key not in self._parts:
            return False
        self._at = key
        self._tell()
        return True

    def renamed(self, key: CaseKey, head: CaseKey) -> None:
        """`head` leads the row of `key` now: what is open is that case."""
        timeline = self._parts.pop(key)
        timeline.case.key = head
        self._parts = {head: timeline} | {k: held for k, held in self._parts.items() if k != head}
        if self._at == key:
            self._at = head
        self._tell()

    def outbox(self, entries: tuple[OutboxEntry, ...], my_id: Callable[[str], str]) -> None:
        """What is unsent; `my_id`: who I am at a server."""
        for timeline in self:
            timeline.outbox(entries, my_id(timeline.case.key.backend))

    def _tell(self) -> None:
        """Each case knows the others."""
        for timeline in self:
            others = sorted((one.case for one in self if one is not timeline), key=lambda case: case.key)
            timeline.case.beside = tuple(others)
