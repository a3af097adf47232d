"""What the hub says to customers by itself (reminders, acknowledgements): automatic messages that answer nothing."""

from __future__ import annotations

import logging
from typing import Literal

from agent_tui.backends.hub import consents, outgoing
from agent_tui.backends.hub import filing as hub_filing
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.store import outbound
from agent_tui.backends.hub.store.talk import Thread
from agent_tui.backends.hub.transaction import Tx
from agent_tui.domain import filing, joining
from agent_tui.domain.channels import channel as profile_of
from agent_tui.domain.channels import window_left
from agent_tui.domain.model import CaseRow, Message
from agent_tui.domain.replies.fields import open_fields
from agent_tui.domain.replies.known import Values, first_word
from agent_tui.domain.replies.reply import canned_for
from agent_tui.domain.replies.template import Refused, render
from agent_tui.domain.text import CustomerText

log = logging.getLogger("agent_tui.hub")
Auto = Literal["reminder", "acknowledgement", "incident"]


def may_write(tx: Tx, thread: Thread) -> bool:
    """Whether the customer of a conversation can be written to there now: its case is neither done nor spam (as that of
    one who was blocked or erased is), it is no call, they did not refuse it, and its window is open."""
    profile = profile_of(thread.shown.channel)
    record = tx.case(thread.shown.case)
    if record is None or record.state.stage in joining.CLOSED or profile.kind == "voice":
        return False
    if consents.refusal(tx, record.node, profile.key) is not None:
        return False
    return window_left(profile, thread.shown.last_inbound, tx.now) != 0


def text_of(policy: HubPolicy, row: CaseRow, key: str, language: str, channel: str) -> str:
    """The text for a channel of a canned reply of whom the case speaks for, in the customer's language (one called
    `KEY-he`, or one that is written in it) where there is one; "" when there is none at all."""
    known = canned_for(policy.canned, row.brand)
    found = known.get(f"{key}-{language[:2].lower()}") or known.get(key)
    return found.text_for(channel, language).text if found is not None else ""


def filled(text: str, row: CaseRow, *, agent: str = "", promised: str = "", language: str = "") -> str:
    """As the desk fills it. What is not known stays a field; "" where it is no template that can be filled."""
    name = row.name.safe_line.drawn()
    customer = {"name": name, "first_name": first_word(name), "language": language}
    by = {"name": agent, "first_name": first_word(agent)}
    values: Values = {"customer": customer, "case": {"number": str(row.number)}, "agent": by, "promised": promised}
    try:
        return render(text, values, {}) if text else ""
    except Refused as error:
        log.error("a canned reply was not filled: %s", error)  # `hub check` tells which
        return ""


def whole(thread: Thread, words: str, row: CaseRow) -> bool:
    """Whether it can go out without an agent: nothing is left to fill (braces in the customer's own name are none),
    and the channel takes its length."""
    most = profile_of(thread.shown.channel).max_chars
    left = open_fields(words, (row.name.safe_line.drawn(),))
    return bool(words.strip()) and not left and (most is None or len(words) <= most)


def say(tx: Tx, policy: HubPolicy, thread: Thread, words: str, auto: Auto, author: str = "") -> str:
    """Queue it in a conversation; the message's id. `author`: the agent who wrote it, "" the hub itself."""
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
        author=author,
        sender=CustomerText(name),
        subject=CustomerText(shown.subject.raw if mail else ""),
        to=(shown.address,) if mail else (),
        auto=auto,
    )
    tx.step(shown.case, filing.Replied(tx.now, message.id, outgoing.kind_of(message)))
    hub_filing.add_message(tx, message, thread, account, outgoing.channel_id(tx, policy, message, account), author)
    outbound.add(tx.connection, message.id, account, tx.now, "")
    return message.id
