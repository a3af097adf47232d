"""Orders that have not been acknowledged: what waits, what failed, and how a waiting reply looks in the timeline."""

from __future__ import annotations

from typing import Literal

from agent_tui.desk.drafts import LocalFile
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.frozen import frozen
from agent_tui.domain.model import Attachment, Delivery, Message
from agent_tui.domain.orders import MoveChannel, NewMessage, Note, Order, Reply, UpdateIncident
from agent_tui.domain.text import CustomerText, SafeText, trusted
from agent_tui.domain.time import Ms

EntryState = Literal["held", "waiting", "sending", "failed", "unknown"]
"""`held`: can be taken back until `hold_until`. `waiting`: for the line, or behind an earlier one. `unknown`: it may
have arrived; only the agent repeats it. `failed`: refused, with the reason."""

OUTBOX_PREFIX = "outbox:"
NO_REASON = trusted("")


@frozen
class OutboxEntry:
    """One order until its acknowledgement. `id`: the command id (a uuid); `key.case` is "" when it touches no case."""

    id: str
    key: CaseKey
    order: Order
    state: EntryState
    hold_until: Ms | None = None
    created: Ms = 0
    attempts: int = 0
    reason: SafeText = NO_REASON
    files: tuple[LocalFile, ...] = ()
    fence: int = 0
    """Of the lease that the desk held when the order was given, or when it first left; 0: of none."""

    @property
    def writes(self) -> bool:
        """Whether it carries words that an agent wrote."""
        return isinstance(self.order, Reply | NewMessage | Note | MoveChannel | UpdateIncident)


_DELIVERY: dict[EntryState, Delivery] = {
    "held": "queued",
    "waiting": "queued",
    "sending": "queued",
    "failed": "failed",
    "unknown": "unknown",
}


def as_message(entry: OutboxEntry, me: str) -> Message | None:
    """How a reply or note looks at the end of its case's timeline while it waits; id `outbox:<command id>`."""
    order = entry.order
    if isinstance(order, Note):
        return Message(
            OUTBOX_PREFIX + entry.id,
            order.case,
            "",
            "",
            "note",
            entry.created,
            order.body,
            _DELIVERY[entry.state],
            me,
            error=CustomerText(entry.reason),
        )
    if isinstance(order, MoveChannel):
        order = Reply(order.case, order.channel, order.body, account=order.account, subject=order.subject)
    if not isinstance(order, Reply):
        return None
    files = tuple(Attachment(file.name, file.media, file.size, file.blob) for file in order.files)
    files += tuple(Attachment(CustomerText(file.name), file.media, file.size) for file in entry.files)
    return Message(
        OUTBOX_PREFIX + entry.id,
        order.case,
        order.conversation,
        order.channel,
        "out",
        entry.created,
        order.body,
        _DELIVERY[entry.state],
        me,
        subject=order.subject,
        to=order.to,
        cc=order.cc,
        bcc=order.bcc,
        attachments=files,
        error=CustomerText(entry.reason),
    )
