"""What happened: the bodies of the workspace's log, and the event that carries one to a desk.

Bodies are facts about one case; `Event.row` is the case's row after it (the newest the server knows when it sends,
never older), so a desk that missed events converges: it keeps the row with the greater version.
"""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from agent_tui.domain.frozen import frozen
from agent_tui.domain.guided.place import CaseScript
from agent_tui.domain.incidents import Incident
from agent_tui.domain.leases import LeaseChange
from agent_tui.domain.model import (
    Agent,
    Announcement,
    Call,
    CaseRow,
    Conversation,
    Customer,
    Delivery,
    Join,
    Message,
    Metric,
    Promise,
)
from agent_tui.domain.queues import Why
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import Ms
from agent_tui.domain.transfers import Transfer


@frozen
class MessageAdded:
    """A message, note or system line came into a case."""

    message: Message
    conversation: Conversation | None = None
    """The thread it belongs to, as it is after the message."""
    type: Literal["message-added"] = "message-added"


@frozen
class MessageChanged:
    """Delivery moved on, or failed with a reason."""

    message: str
    state: Delivery
    error: CustomerText
    type: Literal["message-changed"] = "message-changed"


@frozen
class CallChanged:
    """A call rings, is answered, held, muted, over, written up: the whole call after the change."""

    call: Call
    type: Literal["call-changed"] = "call-changed"


@frozen
class ChannelMoved:
    """The customer was invited to go on on another channel: `message` says it, in `conversation`."""

    from_channel: str
    to_channel: str
    from_conversation: str
    conversation: str
    message: str
    type: Literal["channel-moved"] = "channel-moved"


CaseChange = Literal[
    "opened",
    "reopened",
    "resolved",
    "snoozed",
    "woken",
    "assigned",
    "labelled",
    "prioritised",
    "read",
    "unread",
    "blocked",
    "unblocked",
    "spam",
    "not-spam",
    "merged",
    "joined",
    "parted",
    "erased",
    "elsewhere",
    "followed",
    "unfollowed",
    "incident",
]


@frozen
class CaseChanged:
    """The case itself changed; the row holds how it is now. `detail`: short machine words (agent id, label names
    ...). `why`: of an assignment out of a queue."""

    change: CaseChange
    detail: str = ""
    why: Why | None = None
    type: Literal["case-changed"] = "case-changed"


def is_erased(body: AnyBody) -> bool:
    """Whether an event tells that a case's customer was erased."""
    return isinstance(body, CaseChanged) and body.change == "erased"


@frozen
class CustomerChanged:
    """Name, addresses, language or block of a customer changed."""

    customer: Customer
    type: Literal["customer-changed"] = "customer-changed"


@frozen
class CustomersJoined:
    """Two customers are one person from now on (`Event.by`, `Join.reason`): `customer` is what they are together. The
    cases that another one leads now are told one by one, as "joined"."""

    join: Join
    customer: Customer
    type: Literal["customers-joined"] = "customers-joined"


@frozen
class CustomersParted:
    """A join was taken back: the two are again who they were. Cases that stand by themselves again are told one by one,
    as "parted"."""

    join: Join
    one: Customer
    other: Customer
    type: Literal["customers-parted"] = "customers-parted"


@frozen
class CustomerErased:
    """All that was personal of a customer was erased: by whom (`Event.by`, "" from the server's command line) and when.
    `customer`: what desks knew the person by; `parts`: the customers that are erased. Each of their cases is told too,
    as "erased", with a row that names nobody. A desk forgets what it holds of them, drafts and files too."""

    customer: str
    parts: tuple[str, ...]
    type: Literal["customer-erased"] = "customer-erased"


@frozen
class AgentChanged:
    """A colleague came, left, changed name, role or teams."""

    agent: Agent
    type: Literal["agent-changed"] = "agent-changed"


@frozen
class CardShown:
    """An agent asked to see the card numbers that a message holds: `Event.by`, at `Event.occurred`. The number itself
    stands in no event."""

    message: str
    type: Literal["card-shown"] = "card-shown"


@frozen
class LeaseChanged:
    """Another agent handles the case now, or nobody (`agent` ""), or whoever does may be gone at `until` (Ms, 0: no end
    is set). The fields are those of `Lease`; `was`: who had it before, "" when nobody had."""

    change: LeaseChange
    agent: str = ""
    desk: str = ""
    fence: int = 0
    until: Ms = 0
    was: str = ""
    was_desk: str = ""
    type: Literal["lease-changed"] = "lease-changed"


@frozen
class LeaseAsked:
    """`Event.by` would like to have the case that `holder` handles."""

    holder: str
    type: Literal["lease-asked"] = "lease-asked"


@frozen
class DraftChanged:
    """A draft of mine (`Event.by`) was begun, taken up at another terminal (`desk`) or thrown away. Only its author is
    told; the words stand in no event."""

    case: str
    desk: str
    gone: bool = False
    type: Literal["draft-changed"] = "draft-changed"


@frozen
class PromiseChanged:
    """A promise was given, changed, kept, dropped or taken back: the whole promise after it."""

    promise: Promise
    type: Literal["promise-changed"] = "promise-changed"


@frozen
class TransferChanged:
    """A transfer was begun, answered, ran out or was taken back: the whole transfer after it."""

    transfer: Transfer
    type: Literal["transfer-changed"] = "transfer-changed"


@frozen
class ScriptMoved:
    """A guided script of the case was begun, gone on with, finished or left: where it stands after that."""

    script: CaseScript
    type: Literal["script-moved"] = "script-moved"


ClockChange = Literal["warned", "breached", "withdrawn", "excused", "step", "reminder", "measured"]
"""What became of a clock: it is nearly due (`detail`: `75%`, or `left 60000` ms); it was breached, dated at its due
instant; that was withdrawn, since an answer turned out to have been in time; somebody said why it was breached
(`detail`: the code); something was done about it (`detail`: `tell supervisors`, `raise urgent` ...); a silent
customer was reminded (`detail`: `sent 1`, `draft 1`); or only the row's clock is another one, as where rules were
edited."""


@frozen
class ClockTurned:
    """Something became of a clock of the case. `metric`, `started` (Ms) and `key` tell which one, and `due` (Ms, 0: not
    said) when it was to be met."""

    change: ClockChange
    metric: Metric = "first"
    started: Ms = 0
    due: Ms = 0
    key: str = ""
    detail: str = ""
    type: Literal["clock-turned"] = "clock-turned"


@frozen
class RulesChanged:
    """Another version of the rules (sla.toml) is in force from now on. What was breached before stays so; each case
    whose clock is another one now is told as it is measured."""

    version: str
    type: Literal["rules-changed"] = "rules-changed"


@frozen
class RepliesChanged:
    """The canned replies are others from now on; the directory says which."""

    version: str
    type: Literal["replies-changed"] = "replies-changed"


@frozen
class Announced:
    """Something that all who work here are told."""

    announcement: Announcement
    type: Literal["announced"] = "announced"


@frozen
class IncidentChanged:
    """An incident was opened, has other cases, was told of, closed or opened again: the whole incident after it."""

    incident: Incident
    type: Literal["incident-changed"] = "incident-changed"


@frozen
class UnknownBody:
    """An event this version does not know: it moves the place in the log and changes nothing."""

    type: Literal["unknown"] = "unknown"


Body = (
    MessageAdded
    | MessageChanged
    | CallChanged
    | ChannelMoved
    | CaseChanged
    | CustomerChanged
    | CustomersJoined
    | CustomersParted
    | CustomerErased
    | AgentChanged
    | CardShown
    | PromiseChanged
    | TransferChanged
    | ScriptMoved
    | LeaseChanged
    | LeaseAsked
    | DraftChanged
    | ClockTurned
    | RulesChanged
    | RepliesChanged
    | Announced
    | IncidentChanged
)
AnyBody = Body | UnknownBody


@frozen
class Event:
    """One entry of the log as a desk sees it. `prev`: the last seq this agent may see, so gaps by permission are no
    loss. `recorded`: the hub's time; `occurred`: the channel's, never after it. `case`: the one that leads the row now.
    `by`: agent id, or "" for channel and hub."""

    seq: int
    prev: int
    occurred: Ms
    recorded: Ms
    body: AnyBody
    case: str = ""
    by: str = ""
    row: CaseRow | None = None
    brands: tuple[str, ...] = field(default=(), compare=False)
    """Of an event without a case: who sees it must see all of these. Never told to a desk."""
