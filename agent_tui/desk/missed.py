"""What happened while the line was down: counted as it is told again, and said in one line when all of it has come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent_tui.desk.changes import Notice
from agent_tui.domain.events import CaseChanged, Event, LeaseChanged, MessageAdded
from agent_tui.domain.text import SafeText, compose, listed, plural
from agent_tui.domain.time import Ms

if TYPE_CHECKING:
    from agent_tui.desk.backend_state import BackendState


class Missed:
    """Of one reconnect. `until`: the seq up to which the server had it when we came back; `since`: Ms of the last thing
    known before."""

    def __init__(self, until: int, since: Ms) -> None:
        self.since = since
        self._until = until
        self._in = self._out = self._handed = self._lost = 0

    def over(self, seq: int) -> bool:
        """Whether all of it has come."""
        return seq >= self._until

    def holds(self, event: Event, me: str) -> bool:
        """Whether it is one of the messages that came meanwhile, and not of mine."""
        body = event.body
        if event.seq > self._until or not isinstance(body, MessageAdded) or event.by == me:
            return False
        return body.message.kind in ("in", "out") and not body.message.auto

    def saw(self, event: Event, state: BackendState, now: Ms) -> Notice | None:
        """Count an event; the line that says it all when it was the last."""
        if event.seq <= self._until:
            self._count(event, state.me.id if state.me is not None else "")
        if not self.over(event.seq):
            return None
        parts = self._parts()
        if not parts:
            return None
        return Notice(compose("back, and caught up: {what}", what=listed(", ", parts)), "warning", stays=True)

    def _count(self, event: Event, me: str) -> None:
        row, body = event.row, event.body
        if isinstance(body, LeaseChanged):
            self._lost += body.was == me and body.agent != me and body.change != "released"
        if row is None or row.owner != me or event.by == me:
            return
        if isinstance(body, MessageAdded):
            self._in += body.message.kind == "in" and not body.message.auto
            self._out += body.message.kind == "out" and not body.message.auto
        elif isinstance(body, CaseChanged) and body.change == "assigned":
            self._handed += 1

    def _parts(self) -> list[SafeText]:
        told = (
            (self._in, plural("{n} message came", "{n} messages came", n=self._in)),
            (self._out, plural("a colleague answered {n} case", "colleagues answered {n} cases", n=self._out)),
            (self._handed, plural("{n} case was handed to you", "{n} cases were handed to you", n=self._handed)),
            (self._lost, plural("{n} case is handled by others now", "{n} cases are handled by others", n=self._lost)),
        )
        return [words for count, words in told if count]
