"""The contract between a desk and a backend: what any help-desk server must be able to say and do for a desk.

A backend runs one connection (with its own reconnects) and speaks domain values only. The desk's session asks queries,
sends orders by command id and consumes `feed()`; it adapts to what `capabilities` lacks.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal, Protocol

from agent_tui.domain.events import Event
from agent_tui.domain.frozen import frozen
from agent_tui.domain.model import Agent
from agent_tui.domain.orders import FileRef, Order
from agent_tui.domain.presence import Doing, Watcher
from agent_tui.domain.queries import Page, Query
from agent_tui.domain.time import Ms, TimeSource


@frozen
class Capabilities:
    """What the server itself guarantees.

    `replay`: missed events come again after a reconnect (else the desk refetches what it shows).
    `command_ids`: an order takes effect once per id (else a send of unknown outcome is shown, never repeated by
    itself).
    `lease`: hard (it refuses what another than the holder sends), advisory (it says who is at a case, and a reply is
    refused when a newer one is there) or none. `presence`: it tells who else has a case open.
    `cases`: it knows cases over several conversations. `snooze`, `due_times`, `search`
    (of all that was said): as named. `history`: it answers what a customer's whole history is.
    `shift`: it tells what was handed over, promised and announced. `persons`: it finds whom another server knows too.
    `wallboard`: it tells how queues and agents do. `cards`: it asks the company's own systems about a customer.
    `suggest`: it suggests canned replies.
    `orders`: names of the orders it can carry out; others are disabled on the desk, with the reason.
    """

    replay: bool = False
    command_ids: bool = False
    lease: Literal["hard", "advisory", "none"] = "none"
    cases: bool = False
    snooze: bool = False
    due_times: bool = False
    calls: bool = False
    files: bool = False
    orders: frozenset[str] = frozenset()
    search: bool = False
    history: bool = False
    presence: bool = False
    shift: bool = False
    persons: bool = False
    wallboard: bool = False
    cards: bool = False
    suggest: bool = False


@frozen
class Connected:
    """The line is up. `resumed`: every missed event follows in order; else what the desk holds must be asked for again.
    `caught_up_to`: Ms of the last thing known before, None at the first connection. `clock_skew`: server's now minus
    ours."""

    me: Agent
    capabilities: Capabilities
    seq: int
    resumed: bool
    caught_up_to: Ms | None = None
    clock_skew: int = 0
    cut_reason: str = ""


@frozen
class Disconnected:
    """The line is down and is being tried again in `retry_in` seconds; None: it will not be (a refused token ...)."""

    reason: str
    retry_in: float | None


@frozen
class Stale:
    """What the desk holds of these cases may be old (of all, when None): ask again. From servers without replay."""

    cases: frozenset[str] | None = None


@frozen
class Watched:
    """Who else has this case open now, the whole of it."""

    case: str
    watchers: tuple[Watcher, ...]


Happening = Connected | Disconnected | Stale | Watched | Event


@frozen
class Acked:
    """The order took effect (now, or earlier under the same id). `result`: id of what it made (message, case), or
    ""."""

    command: str
    result: str = ""


@frozen
class Rejected:
    """The order was refused for good; `message` tells a person why and what to do."""

    command: str
    code: str
    message: str


Outcome = Acked | Rejected


class BackendDown(Exception):
    """There is no connection: the order or query did not reach the server."""


class OutcomeUnknown(Exception):
    """The line broke after the order may have reached a server without command ids."""


class QueryRefused(Exception):
    """The server would not answer this query; the message says why."""


class Backend(Protocol):
    """One connection to one server, as one agent."""

    @property
    def id(self) -> str:
        """Short name from the desk's configuration, unique on the desk."""
        ...

    @property
    def capabilities(self) -> Capabilities: ...

    def introduce(self, desk: str) -> None:
        """Names this terminal to the server, before `feed()` is read; the same after a restart."""
        ...

    def feed(self) -> AsyncIterator[Happening]:
        """Connect, stay connected, and tell what happens; ends after `close()` or a final `Disconnected`."""
        ...

    async def query(self, query: Query) -> Page:
        """Answer one query. Raises BackendDown or QueryRefused."""
        ...

    async def order(self, command_id: str, order: Order, fence: int = 0) -> Outcome:
        """Carry out one order. Raises BackendDown (not delivered, or safe to repeat by id) or OutcomeUnknown."""
        ...

    async def watch(self, case: str, doing: Doing, channel: str = "") -> None:
        """Tell the others at this case what I do there; "" that I left. Best effort: never raises, never waits for an
        answer, and is told again by itself after a reconnect."""
        ...

    async def upload(self, path: Path, name: str) -> FileRef:
        """Bring a local file to the server. Raises BackendDown or QueryRefused."""
        ...

    async def download(self, blob: str, target: Path) -> None:
        """Fetch a file to `target` (created 0600). Raises BackendDown or QueryRefused."""
        ...

    async def close(self) -> None: ...


class BackendKind(Protocol):
    """What an entry point of the group `agent_tui.backends` names: a class that can make a Backend from settings."""

    def connect_to(self, id: str, url: str, token: str, time: TimeSource, tls: ssl.SSLContext | None = None) -> Backend:
        """A backend for the server at `url`; nothing is opened before its `feed()` is read."""
        ...
