"""Conversations and messages: what was said, where, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, func, insert, or_, select, tuple_, update

from agent_tui.backends.hub.store.schema import (
    address,
    attachment,
    conversation,
    conversation_text,
    message,
    message_text,
)
from agent_tui.backends.hub.store.values import dumps, from_texts, loads, storable, texts
from agent_tui.domain.model import Attachment, Conversation, Delivery, Message
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import Ms

_B = bindparam
_CONVERSATIONS = (
    select(conversation, conversation_text.c.subject, address.c.value)
    .join(conversation_text, conversation_text.c.conversation_id == conversation.c.id)
    .join(address, address.c.id == conversation.c.address_id)
)
_CONVERSATION = _CONVERSATIONS.where(conversation.c.id == _B("id"))
_OF_CASES = _CONVERSATIONS.where(conversation.c.case_id.in_(_B("cases", expanding=True))).order_by(
    conversation.c.started, conversation.c.id
)
_SPOKEN = (
    _CONVERSATIONS.where(conversation.c.case_id.in_(_B("cases", expanding=True)))
    .order_by(conversation.c.last_at.desc(), conversation.c.id.desc())
    .limit(1)
)
_BY_THREAD = (
    select(conversation.c.id)
    .where(conversation.c.account == _B("account"), conversation.c.thread == _B("thread"))
    .order_by(conversation.c.started.desc(), conversation.c.id)
    .limit(1)
)
_BEGUN = (
    select(conversation.c.id)
    .where(conversation.c.thread == "")
    .order_by(conversation.c.started.desc(), conversation.c.id.desc())
    .limit(1)
)
_BY_SUBJECT = (
    select(conversation.c.id)
    .join(conversation_text, conversation_text.c.conversation_id == conversation.c.id)
    .where(
        conversation.c.address_id == _B("address"),
        conversation.c.account == _B("account"),
        conversation.c.last_at >= _B("since"),
        conversation_text.c.subject_key == _B("subject_key"),
    )
    .order_by(conversation.c.last_at.desc(), conversation.c.id)
    .limit(1)
)
_TOUCH = (
    update(conversation)
    .where(conversation.c.id == _B("b_id"))
    .values(
        case_id=_B("case_id"),
        last_inbound=_B("last_inbound"),
        last_at=_B("last_at"),
        messages=conversation.c.messages + _B("by"),
    )
)
_MESSAGES = select(message, message_text).join(message_text, message_text.c.message_id == message.c.id)
_MESSAGE = _MESSAGES.where(message.c.id == _B("id"))
_BY_CHANNEL_ID = select(message.c.id, message.c.conversation_id, message.c.kind).where(
    message.c.account == _B("account"), message.c.channel_id == _B("channel_id")
)
_SOURCE = select(message.c.source).where(message.c.account == _B("account"), message.c.channel_id == _B("channel_id"))
_KNOWN_IDS = select(message.c.channel_id, message.c.conversation_id).where(
    message.c.account == _B("account"), message.c.channel_id.in_(_B("ids", expanding=True))
)
_REFERENCES = (
    select(message.c.channel_id)
    .where(
        message.c.conversation_id == _B("conversation"), message.c.id < _B("before"), message.c.channel_id.is_not(None)
    )
    .order_by(message.c.id.desc())  # as they were filed: a customer's clock may be wrong
    .limit(20)
)
_STATE = update(message).where(message.c.id == _B("b_id")).values(state=_B("state"))
_ERROR = update(message_text).where(message_text.c.message_id == _B("b_id")).values(error=_B("error"))


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation with what only the hub knows of it."""

    shown: Conversation
    thread: str
    address: str
    last_at: Ms


def _thread(row: Row[Any]) -> Thread:
    shown = Conversation(
        row.id,
        row.case_id,
        row.channel,
        row.account,
        CustomerText(row.value),
        row.started,
        CustomerText(row.subject),
        row.last_inbound,
        row.messages,
    )
    return Thread(shown, row.thread, row.address_id, row.last_at)


def find_thread(connection: Connection, id: str) -> Thread | None:
    row = connection.execute(_CONVERSATION, {"id": id}).first()
    return _thread(row) if row is not None else None


def conversations(connection: Connection, cases: Sequence[str]) -> tuple[Conversation, ...]:
    """The conversations of some cases, the oldest first."""
    return tuple(_thread(row).shown for row in connection.execute(_OF_CASES, {"cases": list(cases)}))


def last_spoken(connection: Connection, cases: Sequence[str]) -> Thread | None:
    """The conversation of some cases in which the last word was said."""
    row = connection.execute(_SPOKEN, {"cases": list(cases)}).first()
    return _thread(row) if row is not None else None


def by_thread(connection: Connection, account: str, thread: str) -> str:
    """Id of the conversation with the channel's own thread key, or ""."""
    return connection.execute(_BY_THREAD, {"account": account, "thread": storable(thread)}).scalar() or ""


def take_up(connection: Connection, account: str, address_id: str, thread: str) -> str:
    """The newest conversation with an address that has no key of the channel yet gets it; its id, or ""."""
    begun = _BEGUN.where(conversation.c.account == account, conversation.c.address_id == address_id)
    found: str = connection.execute(begun).scalar() or ""
    if found:
        connection.execute(update(conversation).where(conversation.c.id == found).values(thread=storable(thread)))
    return found


def by_references(connection: Connection, account: str, references: Sequence[str]) -> str:
    """The conversation of the nearest known parent, or "". `references`: oldest first."""
    wanted = [storable(reference) for reference in references[-50:]]
    if not wanted:
        return ""
    held = {
        row.channel_id: row.conversation_id
        for row in connection.execute(_KNOWN_IDS, {"account": account, "ids": wanted})
    }
    return next((held[reference] for reference in reversed(wanted) if held.get(reference)), "")


def by_subject(connection: Connection, account: str, address_id: str, subject_key: str, since: Ms) -> str:
    """The newest conversation of an address under an equal subject, or ""."""
    wanted = {"account": account, "address": address_id, "subject_key": storable(subject_key), "since": since}
    return connection.execute(_BY_SUBJECT, wanted).scalar() or ""


def thread_columns(new: Thread, subject_key: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Columns for `conversation` and `conversation_text`."""
    shown = new.shown
    return (
        {
            "id": shown.id,
            "case_id": shown.case,
            "channel": shown.channel,
            "account": shown.account,
            "thread": storable(new.thread),
            "address_id": new.address,
            "started": shown.started,
            "last_inbound": shown.last_inbound,
            "last_at": new.last_at,
            "messages": shown.count,
        },
        {
            "conversation_id": shown.id,
            "subject": storable(shown.subject.raw),
            "subject_key": storable(subject_key),
        },
    )


def add_thread(connection: Connection, new: Thread, subject_key: str) -> None:
    columns, text = thread_columns(new, subject_key)
    connection.execute(insert(conversation), columns)
    connection.execute(insert(conversation_text), text)


def touch_thread(connection: Connection, id: str, case: str, last_inbound: Ms | None, last_at: Ms, by: int) -> None:
    """One more message (`by`), and where the conversation is filed now."""
    connection.execute(
        _TOUCH, {"b_id": id, "case_id": case, "last_inbound": last_inbound, "last_at": last_at, "by": by}
    )


def message_columns(entry: Message, account: str, channel_id: str | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Columns for `message` and `message_text`."""
    parties = {k: texts(v) for k, v in (("to", entry.to), ("cc", entry.cc), ("bcc", entry.bcc)) if v}
    return (
        {
            "id": entry.id,
            "case_id": entry.case,
            "conversation_id": entry.conversation,
            "channel": entry.channel,
            "account": account,
            "channel_id": storable(channel_id) if channel_id is not None else None,
            "kind": entry.kind,
            "at": entry.at,
            "state": entry.state,
            "author": entry.author,
            "auto": entry.auto,
            "source": entry.source,
            "files": len(entry.attachments),
        },
        {
            "message_id": entry.id,
            "body": storable(entry.body.raw),
            "sender": storable(entry.sender.raw),
            "subject": storable(entry.subject.raw),
            "folded": storable(entry.folded.raw),
            "parties": dumps(parties) if parties else "",
            "error": storable(entry.error.raw),
            "problems": dumps([storable(problem) for problem in entry.problems]) if entry.problems else "",
        },
    )


def add_message(connection: Connection, entry: Message, account: str, channel_id: str | None) -> None:
    columns, text = message_columns(entry, account, channel_id)
    connection.execute(insert(message), columns)
    connection.execute(insert(message_text), text)
    for place, file in enumerate(entry.attachments):
        connection.execute(
            insert(attachment),
            {
                "message_id": entry.id,
                "place": place,
                "name": storable(file.name.raw),
                "media": storable(file.media),
                "claimed": storable(file.claimed),
                "size": file.size,
                "blob": file.blob,
            },
        )


def _files(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[Attachment, ...]]:
    found: dict[str, list[Attachment]] = {}
    wanted = select(attachment).where(attachment.c.message_id.in_(ids))
    for row in connection.execute(wanted.order_by(attachment.c.message_id, attachment.c.place)):
        file = Attachment(CustomerText(row.name), row.media, row.size, row.blob, row.claimed)
        found.setdefault(row.message_id, []).append(file)
    return {id: tuple(files) for id, files in found.items()}


def _read(connection: Connection, rows: Sequence[Row[Any]]) -> list[Message]:
    with_files = [row.id for row in rows if row.files]
    files = _files(connection, with_files) if with_files else {}
    entries = []
    for row in rows:
        parties = loads(row.parties) if row.parties else {}
        entries.append(
            Message(
                id=row.id,
                case=row.case_id,
                conversation=row.conversation_id,
                channel=row.channel,
                kind=row.kind,
                at=row.at,
                body=CustomerText(row.body),
                state=row.state,
                author=row.author,
                sender=CustomerText(row.sender),
                subject=CustomerText(row.subject),
                folded=CustomerText(row.folded),
                to=from_texts(parties.get("to", ())),
                cc=from_texts(parties.get("cc", ())),
                bcc=from_texts(parties.get("bcc", ())),
                attachments=files.get(row.id, ()),
                error=CustomerText(row.error),
                auto=row.auto,
                problems=tuple(loads(row.problems)) if row.problems else (),
                source=row.source,
            )
        )
    return entries


def find_message(connection: Connection, id: str) -> Message | None:
    rows = connection.execute(_MESSAGE, {"id": id}).all()
    return _read(connection, rows)[0] if rows else None


def find_messages(connection: Connection, ids: Sequence[str]) -> dict[str, Message]:
    rows = connection.execute(_MESSAGES.where(message.c.id.in_(ids))).all()
    return {entry.id: entry for entry in _read(connection, rows)}


def by_channel_id(connection: Connection, account: str, channel_id: str) -> tuple[str, str, str] | None:
    """Id, conversation and kind of the message with the channel's own id."""
    row = connection.execute(_BY_CHANNEL_ID, {"account": account, "channel_id": storable(channel_id)}).first()
    return (row.id, row.conversation_id, row.kind) if row is not None else None


def source_of(connection: Connection, account: str, channel_id: str) -> str:
    """Blob of the raw original of the message with the channel's own id; "" when there is none."""
    return str(connection.execute(_SOURCE, {"account": account, "channel_id": storable(channel_id)}).scalar() or "")


def account_and_channel_id(connection: Connection, id: str) -> tuple[str, str]:
    row = connection.execute(select(message.c.account, message.c.channel_id).where(message.c.id == id)).one()
    return row.account, row.channel_id or ""


def set_channel_id(connection: Connection, id: str, channel_id: str) -> None:
    """The channel gave our message another id than we chose."""
    connection.execute(update(message).where(message.c.id == id).values(channel_id=storable(channel_id)))


def references(connection: Connection, conversation_id: str, before: str) -> tuple[str, ...]:
    """The channel's ids of a conversation's messages filed before one of ours, oldest first."""
    wanted = {"conversation": conversation_id, "before": before}
    return tuple(reversed(connection.execute(_REFERENCES, wanted).scalars().all()))


def timeline(connection: Connection, cases: Sequence[str], before: str, limit: int) -> tuple[tuple[Message, ...], bool]:
    """The newest messages of some cases, or those before one, oldest first; and whether older ones exist. Each case is
    read by its own index: together they would be sorted whole."""
    wanted = _MESSAGES
    if before:
        place = connection.execute(select(message.c.at, message.c.id).where(message.c.id == before)).first()
        if place is None:
            return (), False
        wanted = wanted.where(tuple_(message.c.at, message.c.id) < tuple_(place.at, place.id))
    rows: list[Row[Any]] = []
    for case in cases:
        newest = wanted.where(message.c.case_id == case).order_by(message.c.at.desc(), message.c.id.desc())
        rows.extend(connection.execute(newest.limit(limit + 1)))
    if len(cases) > 1:
        rows.sort(key=lambda row: (row.at, row.id), reverse=True)
    entries = _read(connection, rows[:limit])
    entries.reverse()
    return tuple(entries), len(rows) > limit


def count_messages(connection: Connection, cases: Sequence[str]) -> dict[str, int]:
    """Customer-visible messages of each case."""
    found = (
        select(message.c.case_id, func.count())
        .where(message.c.case_id.in_(cases), message.c.kind.in_(("in", "out")))
        .group_by(message.c.case_id)
    )
    return {row[0]: row[1] for row in connection.execute(found)}


def came_after(connection: Connection, case: str, version: int) -> int:
    """How many messages of the customer came after the case's `version`: message ids grow with the log."""
    found = (
        select(func.count())
        .select_from(message)
        .where(message.c.case_id == case, message.c.kind == "in", message.c.id > f"m_{version + 1:011x}")
    )
    return int(connection.execute(found).scalar_one())


def said_after(connection: Connection, cases: Sequence[str], version: int, agent: str) -> bool:
    """Whether the customer, or another than `agent` to the customer, wrote after the `version` of a row of cases; what
    is automatic does not count."""
    found = select(message.c.id).where(
        message.c.case_id.in_(cases),
        message.c.id > f"m_{version + 1:011x}",
        message.c.auto == "",
        or_(
            message.c.kind == "in",
            and_(message.c.kind == "out", message.c.author != agent),
        ),
    )
    return connection.execute(found.limit(1)).first() is not None


def set_state(connection: Connection, id: str, state: Delivery, error: str) -> None:
    connection.execute(_STATE, {"b_id": id, "state": state})
    connection.execute(_ERROR, {"b_id": id, "error": storable(error)})
