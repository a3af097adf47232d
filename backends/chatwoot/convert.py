"""Chatwoot's JSON as domain values. Keys that are missing or of another type have a default: servers differ by
version."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from agent_tui.backends.chatwoot.due_times import Standing, promised
from agent_tui.domain.channels import channel as channel_profile
from agent_tui.domain.clocks import owed_answer
from agent_tui.domain.filing import CaseState, show
from agent_tui.domain.known_as import PHONES, known_as
from agent_tui.domain.model import (
    Address,
    Agent,
    Attachment,
    CaseRow,
    Conversation,
    Customer,
    Delivery,
    Message,
    MessageKind,
    PastCase,
    Stage,
)
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import MS, Ms

Json = dict[str, Any]

_CHANNELS = {
    "Email": "email",
    "WebWidget": "webchat",
    "Whatsapp": "whatsapp",
    "FacebookPage": "messenger",
    "Instagram": "instagram",
    "Telegram": "telegram",
    "Sms": "sms",
    "TwilioSms": "sms",
    "Tiktok": "tiktok",
    "Line": "line",
    "Api": "api",
}
PRIORITIES: tuple[str | None, ...] = ("low", None, "high", "urgent")
"""Chatwoot's word for our 0 .. 3; its `medium` is our normal too."""
_STATES: dict[str, Delivery] = {"sent": "sent", "delivered": "delivered", "read": "read", "failed": "failed"}
OUTGOING, ACTIVITY = (1, 3), 2
_FAR = 1 << 52


def channel_of(name: object) -> str:
    """Our key for `Channel::...`."""
    word = str(name or "").removeprefix("Channel::")
    return _CHANNELS.get(word, word.lower() or "unknown")


def instant(value: object) -> Ms:
    """Epoch seconds (number or text) or ISO 8601 as Ms; 0 for none and for what is no time: REST and push differ."""
    if value is None or isinstance(value, bool):
        return 0
    try:
        return max(0, min(round(float(str(value)) * MS), _FAR))
    except (ValueError, OverflowError):
        pass
    try:
        return max(0, round(datetime.fromisoformat(str(value)).timestamp() * MS))
    except (ValueError, OverflowError):
        return 0


def number(value: object) -> int:
    """A whole number, 0 for what is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def entries(value: object) -> list[Any]:
    """A list, empty for what is none."""
    return value if isinstance(value, list) else []


def text(value: object) -> CustomerText:
    return CustomerText("" if value is None else str(value))


def part(value: object, name: str) -> Json:
    """A nested object, {} when it is none."""
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def id_of(value: object) -> str:
    """An id as text, "" for none."""
    return "" if value is None else str(value)


def name_of(contact: Json) -> CustomerText:
    return text(contact.get("name") or contact.get("email") or contact.get("phone_number") or contact.get("identifier"))


def updated_at(conversation: Json) -> float:
    """The server's own time of the last change, in seconds; older servers give only the last activity."""
    value = conversation.get("updated_at") or conversation.get("last_activity_at") or 0
    return instant(value) / MS


def row_of(conversation: Json, version: int) -> CaseRow:
    """A conversation as a case: the two are one here. The clock is that of its service level, else our estimate from
    `waiting_since`."""
    meta = part(conversation, "meta")
    contact, assignee = part(meta, "sender"), part(meta, "assignee")
    if meta.get("assignee_type") == "AgentBot":
        assignee = {}
    channel = channel_of(conversation.get("channel") or meta.get("channel"))
    waiting = instant(conversation.get("waiting_since"))
    last_at = instant(conversation.get("last_activity_at") or conversation.get("timestamp"))
    status = conversation.get("status")
    stage: Stage = "us" if waiting else "customer"
    if status == "snoozed":
        stage = "later"
    if status == "resolved":
        stage = "done"
    if contact.get("blocked"):
        stage = "spam"
    replied = bool(instant(conversation.get("first_reply_created_at")))
    state = CaseState(
        stage,
        entered=waiting or last_at,
        last_at=last_at,
        waiting=owed_answer(channel, waiting, replied) if waiting and stage == "us" else None,
        replied=replied,
        unread=number(conversation.get("unread_count")),
        snoozed=instant(conversation.get("snoozed_until")) if stage == "later" else None,
        resolved=instant(conversation.get("updated_at")) or last_at if stage == "done" else None,
    )
    last = _last_message(conversation)
    base = CaseRow(
        id_of(conversation.get("id")),
        number(conversation.get("id")),
        id_of(contact.get("id")),
        name_of(contact),
        channel,
        stage,
        0,
        version,
        (channel,),
        owner=id_of(assignee.get("id")),
        team=id_of(part(meta, "team").get("name")),
        preview=text(last.get("content")),
        preview_kind=kind_of(last),
        subject=text(part(conversation, "additional_attributes").get("mail_subject")),
        priority={"low": 0, "high": 2, "urgent": 3}.get(str(conversation.get("priority")), 1),
        labels=tuple(str(label) for label in entries(conversation.get("labels"))),
        known_as=known_as(_wrote_from(contact, channel)),
    )
    row = show(base, state)
    if stage not in ("us", "customer"):
        return row
    standing = Standing(instant(conversation.get("created_at")), waiting, replied)
    clock = promised(part(conversation, "applied_sla"), standing, instant)
    if clock is not None:
        return replace(row, clock=clock, sort_at=clock.due if stage == "us" else row.sort_at)
    return replace(row, clock=replace(row.clock, estimated=True)) if row.clock is not None else row


def _wrote_from(contact: Json, channel: str) -> tuple[Address, ...]:
    """The address that a conversation came from. Whatever else stands in a contact may be typed: by a visitor into the
    form before a chat, by an agent."""
    scheme = channel_profile(channel).scheme
    value = contact.get("email") if scheme == "mailto" else contact.get("phone_number") if scheme in PHONES else ""
    return (Address(scheme, text(value)),) if value else ()


def _last_message(conversation: Json) -> Json:
    last = part(conversation, "last_non_activity_message")
    if last:
        return last
    messages = [m for m in entries(conversation.get("messages")) if isinstance(m, dict)]
    return messages[-1] if messages else {}


def kind_of(message: Json) -> MessageKind:
    if message.get("message_type") == ACTIVITY:
        return "system"
    if message.get("private"):
        return "note"
    return "out" if message.get("message_type") in OUTGOING else "in"


def message_of(message: Json, channel: str) -> Message:
    """One message, REST or push."""
    kind = kind_of(message)
    attributes = part(message, "content_attributes")
    mail = part(attributes, "email")
    full, reply = (str(part(mail, "text_content").get(name) or "") for name in ("full", "reply"))
    body = reply or str(message.get("content") or "")
    sender = part(message, "sender")
    ours = kind in ("out", "note")
    conversation = id_of(message.get("conversation_id"))
    return Message(
        id_of(message.get("id")),
        conversation,
        conversation,
        channel,
        kind,
        instant(message.get("created_at")),
        CustomerText(body),
        _STATES.get(str(message.get("status")), "sent") if kind == "out" else "received",
        author=id_of(sender.get("id")) if ours else "",
        sender=text(sender.get("name")),
        subject=text(mail.get("subject")),
        folded=CustomerText(full.removeprefix(reply).strip()) if reply else CustomerText(""),
        to=_people(attributes.get("to_emails") or mail.get("to")),
        cc=_people(attributes.get("cc_emails") or mail.get("cc")),
        bcc=_people(attributes.get("bcc_emails")),
        attachments=tuple(_file(file) for file in entries(message.get("attachments")) if isinstance(file, dict)),
        error=text(attributes.get("external_error")),
        auto="auto-reply" if mail.get("auto_reply") else "",
    )


def _people(value: object) -> tuple[CustomerText, ...]:
    if isinstance(value, str):
        value = [entry.strip() for entry in value.split(",") if entry.strip()]
    return tuple(text(entry) for entry in value) if isinstance(value, list) else ()


def _file(file: Json) -> Attachment:
    url = str(file.get("data_url") or "")
    name = file.get("fallback_title") or url.rpartition("/")[2] or file.get("file_type")
    media = str(file.get("content_type") or file.get("file_type") or "")
    return Attachment(text(name), media, number(file.get("file_size")), url)


def conversation_of(conversation: Json) -> Conversation:
    """The one thread of a case."""
    contact = part(part(conversation, "meta"), "sender")
    channel = channel_of(conversation.get("channel") or part(conversation, "meta").get("channel"))
    address = contact.get("email") if channel == "email" else contact.get("phone_number") or contact.get("identifier")
    return Conversation(
        id_of(conversation.get("id")),
        id_of(conversation.get("id")),
        channel,
        id_of(conversation.get("inbox_id")),
        text(address or contact.get("name")),
        instant(conversation.get("created_at")),
        text(part(conversation, "additional_attributes").get("mail_subject")),
        instant(conversation.get("waiting_since")) or None,
    )


def customer_of(contact: Json) -> Customer:
    found = (("mailto", contact.get("email")), ("tel", contact.get("phone_number")), ("x", contact.get("identifier")))
    addresses = tuple(Address(scheme, text(value)) for scheme, value in found if value)
    return Customer(
        id_of(contact.get("id")),
        name_of(contact),
        addresses,
        instant(contact.get("created_at")),
        blocked=bool(contact.get("blocked")),
    )


def past_case_of(conversation: Json) -> PastCase:
    row = row_of(conversation, 0)
    return PastCase(row.id, row.number, row.channel, row.subject or row.preview, row.last_at, 0, row.stage)


def agent_of(agent: Json, teams: tuple[str, ...] = ()) -> Agent:
    role = "admin" if agent.get("role") == "administrator" else "agent"
    name = str(agent.get("available_name") or agent.get("name") or "")
    presence = str(agent.get("availability_status") or "offline")
    return Agent(id_of(agent.get("id")), name, "admin" if role == "admin" else "agent", teams, presence)
