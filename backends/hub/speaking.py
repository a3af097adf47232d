"""What the hub says to customers by itself (reminders, acknowledgements): automatic messages that answer nothing."""

from __future__ import annotations

from typing import Literal

from agent_tui.backends.hub import filing as hub_filing
from agent_tui.backends.hub import outgoing
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.store import outbound
from agent_tui.backends.hub.store.talk import Thread
from agent_tui.backends.hub.transaction import Tx
from agent_tui.domain import filing, joining
from agent_tui.domain.canned import fill, open_fields
from agent_tui.domain.channels import channel as profile_of
from agent_tui.domain.channels import window_left
from agent_tui.domain.model import CaseRow, Directory, Message
from agent_tui.domain.text import CustomerText

Auto = Literal["reminder", "acknowledgement"]


def may_write(tx: Tx, thread: Thread) -> bool:
    """Whether the customer of a conversation can be written to there now: its case is neither done nor spam (as that of
    one who was blocked or erased is), it is no call, and its window is open."""
    profile = profile_of(thread.shown.channel)
    record = tx.case(thread.shown.case)
    if record is None or record.state.stage in joining.CLOSED or profile.kind == "voice":
        return False
    return window_left(profile, thread.shown.last_inbound, tx.now) != 0


def text_of(policy: HubPolicy, row: CaseRow, key: str, language: str) -> str:
    """A canned reply of whom the case speaks for, in the customer's language (`KEY-he`) where there is one in it; ""
    when there is none at all."""
    known = Directory(canned=policy.canned).canned_for(row.brand)
    return known.get(f"{key}-{language[:2].lower()}") or known.get(key, "")


def filled(text: str, row: CaseRow, **more: str) -> str:
    """As the desk fills it; `more`: by the names of their fields. What is not known stays a field."""
    return fill(text, {"customer": row.name.safe_line, "case": str(row.number), **more})


def whole(thread: Thread, words: str) -> bool:
    """Whether it can go out without an agent: nothing is left to fill, and the channel takes its length."""
    most = profile_of(thread.shown.channel).max_chars
    return bool(words.strip()) and not open_fields(words) and (most is None or len(words) <= most)


def say(tx: Tx, policy: HubPolicy, thread: Thread, words: str, auto: Auto) -> str:
    """Queue it in a conversation; the message's id."""
    account, shown = thread.shown.account, thread.shown
    sender, mail = outgoing.sender(policy, account), profile_of(shown.channel).kind == "mail"
    record = tx.case(shown.case)
    assert record is not None
    name = (sender.name if sender is not None else "") or dict(policy.brand_titles).get(record.row.brand, "")
    message = Message(
        id=tx.message_id(),
        case=shown.case,
        conversation=shown.id,
        channel=shown.channel,
        kind="out",
        at=tx.now,
        body=CustomerText(words),
        state="queued",
        sender=CustomerText(name),
        subject=CustomerText(shown.subject.raw if mail else ""),
        to=(shown.address,) if mail else (),
        auto=auto,
    )
    tx.step(shown.case, filing.Replied(tx.now, message.id, outgoing.kind_of(message)))
    hub_filing.add_message(tx, message, thread, account, outgoing.channel_id(tx, policy, message, account))
    outbound.add(tx.connection, message.id, account, tx.now, "")
    return message.id
