"""The client's side of the desk protocol without I/O: texts in, what they mean out; no clock, no socket."""

from __future__ import annotations

from dataclasses import replace

from agent_tui.backends.base import Acked, Outcome, Rejected
from agent_tui.backends.wire.codec import BadFrame, decode_server, encode
from agent_tui.backends.wire.frames import (
    Ack,
    Bye,
    Command,
    EventFrame,
    Hello,
    PageFrame,
    QueryFrame,
    Reject,
    Seen,
    Watch,
    Welcome,
)
from agent_tui.domain.events import Event, UnknownBody
from agent_tui.domain.frozen import frozen
from agent_tui.domain.orders import Order
from agent_tui.domain.presence import Doing, Watcher
from agent_tui.domain.queries import Page, Query


@frozen
class Welcomed:
    """The server let us in. `resumed`: every event after our place follows; `first`: we had no place before."""

    welcome: Welcome
    resumed: bool
    first: bool


@frozen
class Happened:
    """The next event. `unreadable`: its body could not be read, so what is held of its case may be old."""

    event: Event
    unreadable: bool = False


@frozen
class Answered:
    """A page for the query of that id, or why there is none."""

    id: str
    answer: Page | Rejected


@frozen
class Settled:
    """What became of the command of that id."""

    id: str
    outcome: Outcome


@frozen
class SeenThere:
    """Who else has a case open."""

    case: str
    watchers: tuple[Watcher, ...]


@frozen
class Ended:
    """The line is to be closed. `retry`: seconds until the next try, `final`: there should be none; `fault`: we end it,
    because the server sent what it must not."""

    reason: str
    retry: float | None = None
    final: bool = False
    fault: bool = False


Received = Welcomed | Happened | Answered | Settled | SeenThere | Ended


class ClientProtocol:
    """State over all connections of one desk to one server: its place in the log, and what it waits for.

    `opened()` begins a connection and gives the text to send first; `received()` takes each text; `lost()` ends it.
    """

    def __init__(self, client: str = "", log: str = "", seq: int = 0) -> None:
        self._client = client
        self.desk = ""
        """Names this terminal in every hello."""
        self.log = log
        self.seq = seq
        self._recorded = 0
        self.welcomed = False
        self._ended = False
        self._queries: set[str] = set()
        self._commands: set[str] = set()

    @property
    def waiting(self) -> int:
        """Queries and commands without an answer yet."""
        return len(self._queries) + len(self._commands)

    def opened(self) -> str:
        """A new connection: the hello."""
        self.welcomed = self._ended = False
        return encode(
            Hello(client=self._client[:200], log=self.log, seq=self.seq, recorded=self._recorded, desk=self.desk)
        )

    def lost(self) -> tuple[frozenset[str], frozenset[str]]:
        """The connection is gone: the ids of queries and commands that get no answer on it."""
        gone = frozenset(self._queries), frozenset(self._commands)
        self._queries.clear()
        self._commands.clear()
        self.welcomed = False
        return gone

    def query(self, id: str, query: Query) -> str:
        """The text that asks `query`."""
        self._queries.add(id)
        return encode(QueryFrame(id=id, query=query))

    def command(self, id: str, order: Order, fence: int = 0) -> str:
        """The text that orders; sent again under the same id it changes nothing."""
        self._commands.add(id)
        return encode(Command(id=id, order=order, fence=fence))

    def watch(self, case: str, doing: Doing, channel: str) -> str:
        """The text that tells what is open here."""
        return encode(Watch(case=case, doing=doing, channel=channel))

    def forget(self, id: str) -> None:
        """Nobody waits for this answer any more."""
        self._queries.discard(id)
        self._commands.discard(id)

    def received(self, text: str) -> list[Received]:
        """What one text from the server means. Never raises: a text that is no frame ends the connection by name."""
        if self._ended:
            return []
        try:
            frame = decode_server(text)
        except BadFrame as bad:
            if bad.code == "unknown-frame":
                return []
            if bad.id and bad.code == "bad-arguments":  # a page we cannot read concerns its query only
                return self._refused(bad.id, bad.code, f"the server's answer could not be read: {bad.message}")
            return self._fault(f"the server sent a bad frame ({bad.code}): {bad.message}")
        if isinstance(frame, Bye):
            self._ended = True
            return [Ended(frame.reason, frame.retry, final=frame.retry is None)]
        if isinstance(frame, Welcome):
            return self._welcome(frame)
        if not self.welcomed:
            return self._fault(f"the server sent {frame.type} before welcome")
        if isinstance(frame, EventFrame):
            return self._event(frame)
        if isinstance(frame, Reject):
            return self._refused(frame.id, frame.code, frame.message)
        if isinstance(frame, Ack):
            if frame.id not in self._commands:
                return []
            self._commands.discard(frame.id)
            return [Settled(frame.id, Acked(frame.id, frame.result))]
        if isinstance(frame, Seen):
            return [SeenThere(frame.case, frame.watchers)]
        return self._page(frame)

    def _page(self, frame: PageFrame) -> list[Received]:
        if frame.id not in self._queries:
            return []
        self._queries.discard(frame.id)
        return [Answered(frame.id, frame.page)]

    def _refused(self, id: str, code: str, message: str) -> list[Received]:
        rejected = Rejected(id, code, message)
        if id in self._queries:
            self._queries.discard(id)
            return [Answered(id, rejected)]
        if id in self._commands:
            self._commands.discard(id)
            return [Settled(id, rejected)]
        return []

    def _welcome(self, frame: Welcome) -> list[Received]:
        if self.welcomed:
            return self._fault("the server said welcome twice")
        self.welcomed = True
        first = not self.log
        # A restored store may have taken back what we know: then what we hold must be asked for again.
        resumed = frame.resumed and frame.log == self.log and frame.seq >= self.seq
        if not resumed:
            self.seq = frame.seq
            self._recorded = 0
        self.log = frame.log
        return [Welcomed(replace_resumed(frame, resumed), resumed, first)]

    def _event(self, frame: EventFrame) -> list[Received]:
        if frame.seq <= self.seq:
            return []  # a replay overlapped with what came live
        if frame.prev > self.seq:
            return self._fault(f"events after {self.seq} are missing")
        self.seq = frame.seq
        self._recorded = max(0, frame.recorded)
        event = Event(
            frame.seq, frame.prev, frame.occurred, frame.recorded, frame.body, frame.case, frame.by, frame.row
        )
        return [Happened(event, unreadable=isinstance(frame.body, UnknownBody) and bool(frame.case))]

    def _fault(self, reason: str) -> list[Received]:
        self._ended = True
        return [Ended(reason, fault=True)]


def replace_resumed(frame: Welcome, resumed: bool) -> Welcome:
    """The welcome as it holds for us."""
    return frame if frame.resumed == resumed else replace(frame, resumed=resumed)
