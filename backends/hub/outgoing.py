"""What goes out to customers, whoever says it: from which account, under which id, and what it is to clocks."""

from __future__ import annotations

from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.transaction import Tx
from agent_tui.domain.channels import channel as profile_of
from agent_tui.domain.model import Message, Sender
from agent_tui.domain.sla.policies import ReplyKind

INVITATION = "invitation"
"""`Message.auto` of an invitation to somebody whose call still rings: it answers them nothing."""


def kind_of(message: Message, *, templated: bool = False) -> ReplyKind:
    """A person's words, an approved template that a person sent, or something automatic."""
    if not message.auto:
        return "template" if templated else "human"
    return "reminder" if message.auto == "reminder" else "auto"


def sender(policy: HubPolicy, account: str) -> Sender | None:
    """The account that is written from."""
    return next((sender for sender in policy.senders if sender.account == account), None)


def channel_id(tx: Tx, policy: HubPolicy, message: Message, account: str) -> str:
    """The id we choose before the first try: a Message-ID (RFC 5322 section 3.6.4) for mail, else our own id."""
    if profile_of(message.channel).kind != "mail":
        return message.id
    written_from = sender(policy, account)
    domain = written_from.address.rpartition("@")[2] if written_from is not None else ""
    return f"<{message.id}.{tx.ids.secret()[:12]}@{domain or 'agent-tui.invalid'}>"
