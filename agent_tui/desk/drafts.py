"""What an agent is writing: a draft per case, and the order it becomes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from agent_tui.desk.keys import CaseKey
from agent_tui.desk.moving import Moving
from agent_tui.domain.frozen import frozen
from agent_tui.domain.model import EMPTY
from agent_tui.domain.orders import FileRef, HandOver, MoveChannel, NewMessage, Note, Order, Reply, SavedDraft, TakeOver
from agent_tui.domain.templates import UsedTemplate
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import Ms

NOBODY: tuple[CustomerText, ...] = ()
Asked = Literal["", "ask", "given"]
"""`ask`: the server wants to know before it sends; `given`: they agreed, as the agent says."""


@frozen
class LocalFile:
    """A file on the agent's side that still has to go up. `size` in bytes."""

    path: str
    name: str
    media: str
    size: int


@dataclass(slots=True)
class Draft:
    """An unsent text. `key` None: a message to somebody new (`backend` says where it goes). `base_version`: the row's
    version the agent had seen while writing, so that a newer reply can be pointed out before sending. `updated`: Ms."""

    key: CaseKey | None
    channel: str = ""
    conversation: str = ""
    account: str = ""
    subject: str = ""
    to: tuple[CustomerText, ...] = NOBODY
    cc: tuple[CustomerText, ...] = NOBODY
    bcc: tuple[CustomerText, ...] = NOBODY
    body: str = ""
    files: tuple[FileRef | LocalFile, ...] = field(default=())
    note: bool = False
    in_reply_to: str = ""
    forward_of: str = ""
    updated: Ms = 0
    base_version: int = 0
    backend: str = ""
    """Only for a new message (`key` None): the backend that sends it; "" is the first one."""
    move: Moving | None = None
    """It invites the customer to its channel, and the case goes on there."""
    template: UsedTemplate | None = None
    """The words are those of this approved template, and stay so."""
    canned: tuple[str, ...] = ()
    """Keys of the canned replies that were put in."""
    consent: Asked = ""
    """Of a new message: whether they agreed to be written to."""

    @property
    def empty(self) -> bool:
        """Nothing that would be a loss."""
        return not (self.body.strip() or self.files or (self.key is None and (self.subject or self.to)))


def order_of(draft: Draft) -> tuple[Order, tuple[LocalFile, ...]]:
    """The order that sends `draft`, and the local files that must go up first (they are joined to it then)."""
    here = tuple(file for file in draft.files if isinstance(file, FileRef))
    local = tuple(file for file in draft.files if isinstance(file, LocalFile))
    body, subject = CustomerText(draft.body), CustomerText(draft.subject)
    if draft.key is None:
        given = draft.consent == "given"
        return NewMessage(
            draft.channel, draft.to, body, draft.account, subject, draft.cc, draft.bcc, here, given
        ), local
    if draft.note:
        return Note(draft.key.case, body), ()
    if draft.move is not None:
        return _move_of(draft, draft.key, draft.move), ()
    reply = Reply(
        draft.key.case,
        draft.channel,
        body,
        draft.conversation,
        draft.account,
        subject,
        draft.to,
        draft.cc,
        draft.bcc,
        here,
        draft.in_reply_to,
        draft.forward_of,
        draft.base_version,
        template=draft.template,
        canned=draft.canned,
    )
    return reply, local


def _move_of(draft: Draft, key: CaseKey, move: Moving) -> MoveChannel:
    return MoveChannel(
        key.case,
        draft.channel,
        CustomerText(draft.body),
        CustomerText(move.note),
        draft.account,
        draft.to[0] if draft.to else EMPTY,
        CustomerText(draft.subject),
        move.consent,
        draft.base_version,
        draft.template,
    )


def same_words(one: Order, other: Order) -> bool:
    """Whether two orders say the same to the same, whatever had been seen when they were given."""
    if isinstance(one, MoveChannel) and isinstance(other, MoveChannel):
        return replace(one, seen=0) == replace(other, seen=0)
    if isinstance(one, Reply) and isinstance(other, Reply):
        return replace(one, seen=0, canned=()) == replace(other, seen=0, canned=())
    return one == other


def draft_of(key: CaseKey, order: Order, files: tuple[LocalFile, ...], now: Ms) -> Draft | None:
    """The draft that `order` was made from, so that what could not be sent can be written on; None for other orders."""
    if isinstance(order, Note):
        return Draft(key, body=order.body.raw, note=True, updated=now)
    if isinstance(order, NewMessage):
        return Draft(
            None,
            order.channel,
            "",
            order.account,
            order.subject.raw,
            order.to,
            order.cc,
            order.bcc,
            order.body.raw,
            order.files + files,
            updated=now,
            backend=key.backend,
            consent="given" if order.consent else "",
        )
    if isinstance(order, Reply):
        return Draft(
            key,
            order.channel,
            order.conversation,
            order.account,
            order.subject.raw,
            order.to,
            order.cc,
            order.bcc,
            order.body.raw,
            order.files + files,
            False,
            order.in_reply_to,
            order.forward_of,
            now,
            order.seen,
            canned=order.canned,
            template=order.template,
        )
    if isinstance(order, MoveChannel):
        return Draft(
            key,
            order.channel,
            account=order.account,
            subject=order.subject.raw,
            to=(order.to,) if order.to else (),
            body=order.body.raw,
            updated=now,
            base_version=order.seen,
            move=Moving(order.note.raw, order.consent),
            template=order.template,
        )
    if isinstance(order, HandOver) and order.note:
        return Draft(key, body=order.note.raw, note=True, updated=now)
    if isinstance(order, TakeOver):
        return Draft(key, body=order.reason.raw, note=True, updated=now)
    return None


def to_save(draft: Draft) -> SavedDraft | None:
    """The draft as a hub keeps it; None for a message to somebody new, which belongs to no case. Local files stay
    here."""
    if draft.key is None:
        return None
    return SavedDraft(
        draft.key.case,
        CustomerText(draft.body),
        draft.channel,
        draft.conversation,
        draft.account,
        CustomerText(draft.subject),
        draft.to,
        draft.cc,
        draft.bcc,
        tuple(file for file in draft.files if isinstance(file, FileRef)),
        draft.note,
        draft.in_reply_to,
        draft.forward_of,
        draft.base_version,
    )


def from_saved(backend: str, saved: SavedDraft) -> Draft:
    """The draft that a hub kept."""
    return Draft(
        CaseKey(backend, saved.case),
        saved.channel,
        saved.conversation,
        saved.account,
        saved.subject.raw,
        saved.to,
        saved.cc,
        saved.bcc,
        saved.body.raw,
        saved.files,
        saved.note,
        saved.in_reply_to,
        saved.forward_of,
        saved.at,
        saved.base_version,
    )
