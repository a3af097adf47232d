"""The contract between the hub and a connector: what a channel brings in, and what becomes of what we send.

A connector speaks one channel's real protocol. It hands inbound things to the port, which returns only after they are
stored; then the connector may acknowledge to its channel. Everything is deduplicated by the channel's own id.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

from agent_tui.domain.model import CallState, Delivery
from agent_tui.domain.time import Ms


@dataclass(frozen=True, slots=True)
class InboundFile:
    """A file that came with a message, whole. `name` as sent, untrusted."""

    name: str
    claimed: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Inbound:
    """A message from a customer. `channel_id`: the channel's own id of the message, unique per account (dedupe key).
    `thread`: the channel's own conversation key ("" for mail, which threads by `references` and `subject`).
    `scheme`/`address`: who wrote, canonical. All text is raw and untrusted."""

    account: str
    channel: str
    channel_id: str
    scheme: str
    address: str
    name: str
    body: str
    at: Ms
    thread: str = ""
    subject: str = ""
    folded: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    reply_to: str = ""
    references: tuple[str, ...] = ()
    """Message ids of the thread, oldest first, the direct parent last (mail)."""
    files: tuple[InboundFile, ...] = ()
    raw: bytes = b""
    """The original, kept as a blob ("source")."""
    auto: str = ""
    problems: tuple[str, ...] = ()
    language: str = ""
    public: bool = False
    verified: tuple[str, ...] = ()
    """Further addresses (`scheme:value`, canonical) that the channel itself vouches are the writer's, such as the phone
    number behind a WhatsApp account."""


@dataclass(frozen=True, slots=True)
class Bounce:
    """A report that something we sent did not arrive. `channel_id`: the id of what we sent."""

    account: str
    channel_id: str
    reason: str
    at: Ms
    permanent: bool = True
    report_id: str = ""
    """The report's own id, so that a report seen twice counts once."""


@dataclass(frozen=True, slots=True)
class DeliveryUpdate:
    """The channel tells how a message of ours fares."""

    account: str
    channel_id: str
    state: Delivery
    at: Ms
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CallUpdate:
    """A call as the exchange sees it. `channel_id`: the exchange's id of the call."""

    account: str
    channel_id: str
    state: CallState
    at: Ms
    scheme: str = "tel"
    address: str = ""
    name: str = ""
    queue: str = ""
    direction: Literal["in", "out"] = "in"
    law_due: Ms | None = None
    muted: bool = False
    agent: str = ""
    language: str = ""
    topic: str = ""
    """What it is about, as the voice menu asked: `fault`, `account`, `ending` ...; a short word of the house's."""
    reason: Literal["", "busy", "no-answer", "failed"] = ""
    """Why a call of ours ended that was not answered."""


@dataclass(frozen=True, slots=True)
class CallReport:
    """What else became of a call: its waiting caller was `told` how long it takes, `asked` to be called back, or was
    `called-back`, whether they answered or not."""

    account: str
    channel_id: str
    what: Literal["told", "asked", "called-back"]
    at: Ms


@dataclass(frozen=True, slots=True)
class OutboundFile:
    """A file to send."""

    name: str
    media: str
    content: bytes


@dataclass(frozen=True, slots=True)
class OutboundTemplate:
    """An approved template to send, and what stands in its places, in their order."""

    name: str
    language: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outbound:
    """A message to send. `message`: our id; `channel_id`: the id we chose for it where the channel lets us
    (Message-ID),
    made before the first try, so that what became of it can be recognised. `references`: as in Inbound. `automatic`: no
    person wrote it, which a channel that can say so tells, so that no machine answers it."""

    message: str
    account: str
    channel: str
    channel_id: str
    thread: str
    address: str
    body: str
    subject: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    files: tuple[OutboundFile, ...] = ()
    attempt: int = 1
    automatic: bool = False
    template: OutboundTemplate | None = None
    """What `body` says is this one, which a channel takes where its window is closed."""


@dataclass(frozen=True, slots=True)
class SendResult:
    """`accepted`: the channel took it, `channel_id` is its id; `later`: try again in `retry_in` s (None: by the
    hub's back-off); `refused`: for good; `unknown`: it may have been taken, only an agent repeats it.
    `reason` is shown to the agent. `refused_to`: recipients refused while others were accepted."""

    outcome: Literal["accepted", "later", "refused", "unknown"]
    channel_id: str = ""
    reason: str = ""
    retry_in: float | None = None
    refused_to: tuple[str, ...] = field(default=())


class Hook(Protocol):
    """Takes what supervisors are told, where no customer is."""

    async def post(self, id: str, content: bytes) -> SendResult:
        """One try; `content`: JSON. `id` is the same over all tries. Never raises for what a network can do."""
        ...

    async def stop(self) -> None: ...


class ConnectorPort(Protocol):
    """What the hub offers a connector. Every call returns after the thing is stored and on disk."""

    async def inbound(self, message: Inbound) -> bool:
        """False: it was known already (same account and channel_id)."""
        ...

    async def original(self, account: str, channel_id: str) -> bytes | None:
        """What was handed in as `raw` with the message known by this id; None when there is none. For channels whose
        ids are not to be trusted (mail): the same id may come with other words."""
        ...

    async def bounce(self, bounce: Bounce) -> None: ...

    async def delivery(self, update: DeliveryUpdate) -> None: ...

    async def call(self, update: CallUpdate) -> None: ...

    async def call_report(self, report: CallReport) -> None: ...

    async def load_mark(self, account: str, key: str) -> str:
        """A place in the channel's stream (IMAP: UIDVALIDITY and UID), "" when there is none."""
        ...

    async def save_mark(self, account: str, key: str, value: str) -> None: ...


class Connector(Protocol):
    """One account of one channel."""

    @property
    def account(self) -> str: ...

    @property
    def channel(self) -> str: ...

    async def start(self, port: ConnectorPort) -> None:
        """Begin receiving; returns at once, keeps trying when the channel is down."""
        ...

    async def send(self, outbound: Outbound) -> SendResult:
        """One try. Never raises for what a channel can do; never repeats by itself."""
        ...

    async def call_action(self, call_id: str, action: str, agent: str, keys: str) -> str:
        """Work a call of this account; "" or why it could not be done. Voice channels only. `announce` says to a caller
        who waits what `keys` holds: words, or the name of a recording that the exchange has; that they were told it is
        reported then; no agent asks for it. `originate` rings the number in `keys` and joins them with the agent once
        they answer; it is reported under `call_id`."""
        ...

    def health(self) -> str:
        """ "" when well, else one line for operators."""
        ...

    async def stop(self) -> None: ...


@runtime_checkable
class PutsThrough(Protocol):
    """What a connector of an exchange has that can put a call through to another agent."""

    @property
    def puts_through(self) -> bool:
        """Whether this one can."""
        ...

    async def put_through(self, call_id: str, giver: str, to: str) -> SendResult:
        """One try, never repeated: the customer of a call that `giver` has is connected to agent `to`, and `giver` no
        longer. `accepted`: it is so; `refused` and `later`: it is as it was; `unknown`: nobody can tell, and the next
        report of the call that names its agent does."""
        ...
