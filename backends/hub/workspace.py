"""What a hub serves: one log, its agents, cases and connectors, behind the few calls that a server needs."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from agent_tui.backends.base import Outcome
from agent_tui.backends.connectors.base import Connector, ConnectorPort
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.store import Store
from agent_tui.domain.events import Event
from agent_tui.domain.model import Agent
from agent_tui.domain.orders import Order
from agent_tui.domain.queries import Page, Query
from agent_tui.domain.time import TimeSource


@dataclass(frozen=True, slots=True)
class Blob:
    """A kept file: content address (sha256 hex), size in bytes, media type."""

    blob: str
    size: int
    media: str


@dataclass(frozen=True, slots=True)
class LinkGrant:
    """What a one-time link allows, once: `fetch` of `blob`, or `upload` of one file to `case` by `agent`."""

    use: Literal["fetch", "upload"]
    blob: str
    name: str
    media: str
    case: str
    agent: str


class Workspace:
    """One workspace over one store. `inline`: everything happens on the loop, in call order (virtual-time runs);
    else one writer thread commits groups of jobs and readers have threads of their own.

    Raises nothing of its own from `order`: what cannot be done comes back as `Rejected`."""

    def __init__(
        self,
        store: Store,
        time: TimeSource,
        ids: Ids,
        connectors: Sequence[Connector] = (),
        policy: HubPolicy | None = None,
        *,
        inline: bool = False,
    ) -> None:
        raise NotImplementedError

    policy: HubPolicy
    """May be replaced (with `dataclasses.replace`) once the HTTP address is known."""

    @property
    def log(self) -> str:
        """Names the log; changes only when a store is restored."""
        raise NotImplementedError

    def head(self) -> int:
        """The last seq that is on disk (and published, or about to be)."""
        raise NotImplementedError

    @property
    def port(self) -> ConnectorPort:
        """What connectors (of any account) hand things to."""
        raise NotImplementedError

    async def start(self) -> None:
        """Settle what a crash left (`sending` becomes `unknown`), start the connectors, the sending and the wake-ups."""
        raise NotImplementedError

    async def stop(self) -> None:
        """Stop connectors, finish what is being written, close the store."""
        raise NotImplementedError

    def idle(self) -> bool:
        """Nothing is being written, published or sent: only time or the outside can make something happen."""
        raise NotImplementedError

    async def authenticate(self, token: str) -> Agent | None:
        """The agent a bearer token belongs to; None for a wrong or revoked token or a disabled agent."""
        raise NotImplementedError

    async def order(self, agent: Agent, command_id: str, order: Order, fence: int = 0) -> Outcome:
        """Carry out an order at most once per (agent, command id); returns when it is on disk."""
        raise NotImplementedError

    async def query(self, agent: Agent, query: Query) -> Page:
        """Answer a query. Raises backends.base.QueryRefused."""
        raise NotImplementedError

    async def replay(self, agent: Agent, after_seq: int, limit: int) -> list[Event] | None:
        """Events after a seq, in order, at most `limit`; None when the log cannot continue from there."""
        raise NotImplementedError

    def subscribe(self, callback: Callable[[list[Event]], None]) -> Callable[[], None]:
        """Call back on the loop with every committed batch of events, in seq order. Returns what ends it."""
        raise NotImplementedError

    def visible(self, agent: Agent, event: Event) -> bool:
        """Whether this agent may see the event."""
        raise NotImplementedError

    async def presence(self, agent: str, state: str) -> None:
        """The server tells that an agent's first desk came ("available") or the last one left ("offline")."""
        raise NotImplementedError

    async def put_blob(self, chunks: AsyncIterable[bytes], media: str = "", limit: int | None = None) -> Blob:
        """Keep a file; on disk when this returns. Raises store.BlobTooLarge or store.StoreFull."""
        raise NotImplementedError

    async def find_blob(self, blob: str) -> Blob | None:
        """Size and type of a kept file."""
        raise NotImplementedError

    def open_blob(self, blob: str, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """The bytes of a kept file, in chunks of 64 KiB. Raises KeyError for an unknown one."""
        raise NotImplementedError

    async def take_link(self, token: str) -> LinkGrant | None:
        """Use up a one-time link; None when it is unknown, used or expired."""
        raise NotImplementedError

    async def link_uploaded(self, grant: LinkGrant, blob: Blob, name: str) -> None:
        """A file came through an upload link: it appears in the case as a note with the file attached."""
        raise NotImplementedError
