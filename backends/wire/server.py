"""The server's side of the desk protocol without I/O: one desk's handshake, its limits and its place in the log."""

from __future__ import annotations

from typing import Literal

from agent_tui.backends.wire.codec import BadFrame, Encoded, decode_client, encode
from agent_tui.backends.wire.frames import Bye, Command, Hello, Limits, Reject, Watch, Welcome
from agent_tui.backends.wire.rate import TokenBucket
from agent_tui.domain.frozen import frozen
from agent_tui.domain.orders import Order
from agent_tui.domain.queries import Query
from agent_tui.domain.time import Ms

CUT_BYTES = 1 << 20
"""A desk with more than this unread is cut; it resumes."""
MAX_PAGE_BYTES = CUT_BYTES // 2
"""Pages stay under half of it, so that a page on a slow line is no reason to cut."""
AGAIN = 5.0
"""Seconds that a desk which broke the rules is asked to stay away."""


@frozen
class AskedIn:
    """The desk's hello: where it was."""

    hello: Hello


@frozen
class AskedOrder:
    id: str
    order: Order
    fence: int


@frozen
class AskedQuery:
    id: str
    query: Query


@frozen
class AskedWatch:
    """The desk's agent has another case open, or does something else there."""

    watch: Watch


@frozen
class Answer:
    """A text to send back at once."""

    text: str


@frozen
class End:
    """Send `text` (a bye) and close with `code` (RFC 6455, section 7.4). `reason` is told again in the next welcome."""

    text: str
    code: int
    reason: str


Asked = AskedIn | AskedOrder | AskedQuery | AskedWatch | Answer | End
_CODES = {"too-big": 1009, "bad-json": 1007}


class ServerProtocol:
    """One desk on one line. `state`: hello (nothing said yet), catching-up (welcomed, the events of its gap are being
    sent), live, ended. `seen` is its place in the log, `shown` the last event it was sent (or told of by welcome)."""

    def __init__(self, limits: Limits, now: Ms) -> None:
        self.state: Literal["hello", "catching-up", "live", "ended"] = "hello"
        self.seen = 0
        self.shown = 0
        self._limits = limits
        rate = limits.commands_per_second
        self._commands = TokenBucket(rate, rate, now)
        self._queries = TokenBucket(rate, rate, now)

    def received(self, text: str, now: Ms) -> list[Asked]:
        """What one text from the desk asks for. Never raises."""
        if self.state == "ended":
            return []
        try:
            frame = decode_client(text, self._limits.frame_bytes, self._limits.depth)
        except BadFrame as bad:
            return self._bad(bad, now)
        if isinstance(frame, Hello):
            if self.state != "hello":
                return [self.end("hello came twice", retry=AGAIN, code=1002)]
            return [AskedIn(frame)]
        if self.state == "hello":
            return [self.end("the first frame must be hello", retry=None, code=1002)]
        if isinstance(frame, Watch):
            return [self._too_fast(self._commands, now) or AskedWatch(frame)]
        if isinstance(frame, Command):
            return [self._too_fast(self._commands, now) or AskedOrder(frame.id, frame.order, frame.fence)]
        return [self._too_fast(self._queries, now) or AskedQuery(frame.id, frame.query)]

    def _bad(self, bad: BadFrame, now: Ms) -> list[Asked]:
        if self.state == "hello":
            return [
                self.end(f"the first frame must be hello: {bad.message}", retry=None, code=_CODES.get(bad.code, 1002))
            ]
        if bad.id:
            return [
                self._too_fast(self._commands, now)
                or Answer(encode(Reject(id=bad.id, code=bad.code, message=bad.message)))
            ]
        if bad.code == "unknown-frame":  # from a newer desk; ignored, but not for nothing
            slow = self._too_fast(self._commands, now)
            return [] if slow is None else [slow]
        return [self.end(bad.message, retry=AGAIN, code=_CODES.get(bad.code, 1008))]

    def _too_fast(self, bucket: TokenBucket, now: Ms) -> End | None:
        if bucket.take(now) == 0:
            return None
        # Not a reject: that would be for good, and what was not acknowledged is to be sent again.
        limit = self._limits.commands_per_second
        return self.end(f"more than {limit} commands or queries a second", retry=1.0, code=1008)

    def end(self, reason: str, *, retry: float | None, code: int = 1000) -> End:
        """End this desk's line; nothing it sends counts any more."""
        self.state = "ended"
        return End(encode(Bye(reason=reason, retry=retry)), code, reason)

    def welcome(self, welcome: Welcome, hello: Hello) -> str:
        """Let the desk in: at its own place when the welcome says `resumed`, else at the welcome's seq, live."""
        place = hello.seq if welcome.resumed else welcome.seq
        self.seen = self.shown = place
        self.state = "catching-up" if welcome.resumed and place < welcome.seq else "live"
        return encode(welcome)

    def passes(self, seq: int, visible: bool) -> bool:
        """Move over one event of the log; whether it is to be sent (not again, and not what the desk may not see)."""
        if seq <= self.seen:
            return False
        self.seen = seq
        return visible

    def text_of(self, seq: int, encoded: Encoded) -> str:
        """The event's text for this desk, its `prev` being the last one that this desk was sent."""
        prev = min(self.shown, encoded.prev)
        self.shown = seq
        return encoded.text(prev)

    def caught_up(self, seq: int) -> None:
        """Everything up to `seq` has been sent or may not be seen."""
        self.seen = max(self.seen, seq)
        if self.state == "catching-up":
            self.state = "live"
