"""What a reply, a forward or a new message begins with, where it can go, and what keeps it from being sent. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import replace

from agent_tui.desk.drafts import Draft
from agent_tui.desk.keys import CaseKey
from agent_tui.desk.open_case import OpenCase
from agent_tui.domain.channels import channel, window_left
from agent_tui.domain.frozen import frozen
from agent_tui.domain.mail_address import apart, bare
from agent_tui.domain.model import Conversation, Directory, Message, Sender
from agent_tui.domain.orders import FileRef
from agent_tui.domain.replies.fields import open_fields
from agent_tui.domain.templates import find, words_of
from agent_tui.domain.text import CustomerText, SafeText, clean_line, compose, listed, trusted
from agent_tui.domain.time import Ms
from agent_tui.domain.windows import last_heard
from agent_tui.widgets.case.closed_ways import closed, refused

_MAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+")
_PREFIX = re.compile(r"(?i)^\s*(re|fwd?|aw|wg|תשובה|הועבר)\s*:\s*")


@frozen
class Route:
    """One way to write to the customer of a case. `conversation` "": a new thread. `left`: ms of the reply window.
    `of`: the case that it belongs to, where the person may have several."""

    channel: str
    conversation: str
    account: str
    address: CustomerText
    left: int | None
    why_not: SafeText | None = None
    of: CaseKey | None = None


# -- what a draft begins with ------------------------------------------------------------------------------------------


def reply(case: OpenCase, directory: Directory, now: Ms, to: Message | None = None) -> Draft:
    """An answer in the conversation of `to`, else where the customer last wrote, else where one can write at all."""
    talk = _talk(case, to.conversation) if to is not None else None
    if talk is None or channel(talk.channel).kind == "voice":
        talk = _latest(case)
    draft = Draft(case.key, base_version=case.row.version if case.row is not None else 0)
    if talk is not None:
        answered = to if to is not None and to.conversation == talk.id else _last(case, talk.id)
        return _in_talk(draft, talk, answered)
    ways = [way for way in routes(case, directory, now) if way.why_not is None]
    if ways:
        return along(draft, ways[0])
    return replace(draft, channel=case.row.channel if case.row is not None else "")


def reply_all(case: OpenCase, directory: Directory, now: Ms, message: Message | None) -> Draft:
    """An answer to the sender and to everybody else that the mail went to, but for our own addresses."""
    draft = reply(case, directory, now, message)
    if message is None or channel(message.channel).kind != "mail":
        return draft
    ours = {bare(sender.address) for sender in directory.senders}
    if message.kind == "out":
        return replace(draft, to=message.to, cc=message.cc)
    talk = _talk(case, message.conversation)
    first = (message.sender,) if "@" in message.sender.safe_line else (talk.address,) if talk is not None else ()
    to = _without((*first, *message.to), ours)
    return replace(draft, to=to, cc=_without(message.cc, ours | {bare(one.safe_line) for one in to}))


def forward(case: OpenCase, directory: Directory, message: Message, who: SafeText, when: SafeText) -> Draft:
    """The whole message quoted, with whom it went to and its files, to somebody still to be named."""
    sender = next((one for one in _own_first(case, directory) if channel(one.channel).kind == "mail"), None)
    lines = [trusted("---------- Forwarded message ----------")]
    lines += [compose("From: {who}", who=who), compose("Date: {when}", when=when)]
    if message.to:
        lines.append(compose("To: {who}", who=listed(", ", [one.safe_line for one in message.to])))
    if message.cc:
        lines.append(compose("Cc: {who}", who=listed(", ", [one.safe_line for one in message.cc])))
    if message.subject:
        lines.append(compose("Subject: {words}", words=message.subject.safe_line))
    # what the timeline folds may be all there is to forward: a mail that was only passed on
    said = [part.safe.drawn().strip("\n") for part in (message.body, message.folded) if part]
    quoted = [f"> {line}".rstrip() for line in "\n\n".join(said).split("\n")]
    files = tuple(FileRef(f.blob, f.name, f.media, f.size) for f in message.attachments if f.blob)
    return Draft(
        case.key,
        sender.channel if sender is not None else "email",
        account=sender.account if sender is not None else "",
        subject=f"Fwd: {_PREFIX.sub('', message.subject.safe_line.drawn())}".strip(),
        body="\n\n" + "\n".join([*(line.drawn() for line in lines), "", *quoted]),
        files=files,
        forward_of=message.id,
    )


def quoted(message: Message) -> str:
    """What was said, each line with the mark of a quote; numbers of cards stay hidden, as in a forward."""
    said = message.body.safe.drawn().strip("\n")
    return "\n".join(f"> {line}".rstrip() for line in said.split("\n")) + "\n" if said else ""


def note(key: CaseKey) -> Draft:
    """Words that stay in the house."""
    return Draft(key, note=True)


def new_message(to: str, backend: str, directory: Directory) -> Draft:
    """To anyone; the channel is guessed from the address."""
    address = clean_line(to.strip())
    wanted = "email" if "@" in address or not address else "whatsapp"
    sender = _sender_for(directory, wanted) or next(iter(directory.senders), None)
    return Draft(
        None,
        sender.channel if sender is not None else wanted,
        account=sender.account if sender is not None else "",
        to=(CustomerText(address),) if address else (),
        backend=backend,
    )


def _in_talk(draft: Draft, talk: Conversation, answered: Message | None) -> Draft:
    draft = replace(draft, channel=talk.channel, conversation=talk.id, account=talk.account)
    if channel(talk.channel).kind != "mail":
        return draft
    subject = answered.subject if answered is not None and answered.subject else talk.subject
    words = _PREFIX.sub("", subject.safe_line.drawn())
    return replace(
        draft, subject=f"Re: {words}" if words else "", in_reply_to=answered.id if answered is not None else ""
    )


# -- where it can go ---------------------------------------------------------------------------------------------------


def routes(case: OpenCase, directory: Directory, now: Ms) -> tuple[Route, ...]:
    """Every way to write to the customer: the case's conversations, the newest first, then addresses that one can
    start on."""
    found: list[Route] = []
    for talk in sorted(case.conversations, key=lambda t: _closeness(case, t), reverse=True):
        profile = channel(talk.channel)
        if profile.kind == "voice":
            continue
        heard = last_heard(case.conversations, talk.channel, talk.address)
        left = window_left(profile, heard, now)
        why_not = refused(case, profile, heard) or closed(profile, left)
        found.append(Route(talk.channel, talk.id, talk.account, talk.address, left, why_not))
    used = {(way.channel, bare(way.address.safe_line)) for way in found}
    for address in case.customer.addresses if case.customer is not None else ():
        for sender in _own_first(case, directory):
            profile = channel(sender.channel)
            if profile.scheme != address.scheme or (sender.channel, bare(address.value.safe_line)) in used:
                continue
            heard = last_heard(case.conversations, sender.channel, address.value)
            left = window_left(profile, heard, now)
            why_not = refused(case, profile, heard) or closed(profile, left)
            found.append(Route(sender.channel, "", sender.account, address.value, left, why_not))
    return tuple(found)


def wrote_last(case: OpenCase) -> OpenCase:
    """Of a person's cases the one where they wrote last; the one that is worked on where they never did."""
    latest = {part.key: max((m.at for m in part.messages if m.kind == "in"), default=0) for part in case.parts}
    return max((case, *case.beside), key=lambda part: latest[part.key])


def _own_first(case: OpenCase, directory: Directory) -> list[Sender]:
    """The accounts one can write from: those of the case's brand first; others only where it has none there."""
    brand = case.row.brand if case.row is not None else ""
    own = {sender.channel for sender in directory.senders if sender.brand == brand}
    return [sender for sender in directory.senders if sender.brand == brand or sender.channel not in own]


def along(draft: Draft, way: Route, case: OpenCase | None = None) -> Draft:
    """The same words another way; in a mail conversation of `case` as an answer to its last mail."""
    mail = channel(way.channel).kind == "mail"
    to = (way.address,) if mail and not way.conversation else ()
    talk = _talk(case, way.conversation) if case is not None else None
    if case is not None and talk is not None and mail and draft.conversation != talk.id:
        draft = _in_talk(draft, talk, _last(case, talk.id))
    elif not mail:
        draft = replace(draft, subject="", in_reply_to="")
    return replace(
        draft,
        move=None,
        template=None,
        consent="",
        channel=way.channel,
        conversation=way.conversation,
        account=way.account,
        to=to,
        cc=draft.cc if mail else (),
        bcc=draft.bcc if mail else (),
        note=False,
    )


def left_of(case: OpenCase | None, draft: Draft, now: Ms) -> int | None:
    """Milliseconds of the reply window left, None where there is none."""
    if draft.note or draft.key is None:
        return None
    if draft.template is not None:
        return None
    talk = _talk(case, draft.conversation) if case is not None else None
    address = talk.address if talk is not None else draft.to[0] if draft.to else None
    heard = last_heard(case.conversations, draft.channel, address) if case is not None and address else None
    return window_left(channel(draft.channel), heard, now)


def recipients(case: OpenCase | None, draft: Draft) -> tuple[SafeText, ...]:
    """Whom it goes to, the conversation's own address when nobody else is named."""
    if draft.to:
        return tuple(one.safe_line for one in draft.to)
    talk = _talk(case, draft.conversation) if case is not None and not draft.forward_of else None
    return (talk.address.safe_line,) if talk is not None and talk.address else ()


def sender_of(directory: Directory, draft: Draft) -> Sender | None:
    """The account it leaves from."""
    named = next((sender for sender in directory.senders if sender.account == draft.account and draft.account), None)
    return named or _sender_for(directory, draft.channel)


def addresses_in(text: str) -> tuple[CustomerText, ...]:
    """`Dana <dana@example.org>, avi@example.org` as recipients."""
    return tuple(CustomerText(one) for one in apart(text))


# -- what keeps it from being sent -------------------------------------------------------------------------------------


def why_not_send(case: OpenCase | None, draft: Draft, now: Ms) -> SafeText | None:
    """What must be put right first, and with which key; None when it can go."""
    if not draft.body.strip() and not (draft.files and not draft.note):
        return trusted("there is nothing to send yet")
    if draft.note:
        return None
    profile = channel(draft.channel)
    if profile.kind == "voice" or not draft.channel:
        return trusted("nobody can be written to by phone: ^T chooses a channel")
    left = left_of(case, draft, now)
    if left == 0:
        why = closed(profile, left) or trusted("closed")
        return compose("{channel} is {why}; ^T: another", channel=profile.title, why=why)
    if profile.max_chars is not None and len(draft.body) > profile.max_chars:
        over = len(draft.body) - profile.max_chars
        return compose(
            "too long by {over}: {channel} takes {most} characters",
            over=over,
            channel=profile.title,
            most=profile.max_chars,
        )
    if draft.files and not profile.attachments:
        return compose("{channel} takes no files: ^T chooses another channel", channel=profile.title)
    to = recipients(case, draft)
    if not to and (draft.key is None or draft.forward_of or profile.kind == "mail"):
        return trusted("it goes to nobody yet: ^T names the recipients")
    if profile.kind == "mail":
        for one in (*to, *(person.safe_line for person in (*draft.cc, *draft.bcc))):
            if not _MAIL.fullmatch(bare(one)):
                return compose("{one} is no e-mail address: ^T changes it", one=one)
    return None


def changes_template(directory: Directory, draft: Draft) -> bool:
    """Whether words of an approved template were changed, which goes as it is."""
    used = draft.template
    sender = sender_of(directory, draft)
    held = find(sender.templates, used.name, used.language) if used is not None and sender is not None else None
    if used is None or held is None:
        return False
    return draft.body != words_of(held, used)


def lacks_subject(draft: Draft) -> bool:
    """Whether it is a new mail, no answer, without a word in its subject."""
    mail = channel(draft.channel).kind == "mail" and not draft.note
    return mail and not draft.in_reply_to and not draft.subject.strip()


def open_field(fields: Collection[str] | None, body: str, data: Collection[str] = ()) -> str:
    """One of these fields (None: of any) that is still to be filled, "" when there is none. `data`: as in
    `open_fields`."""
    return next((name for name in open_fields(body, data) if fields is None or name in fields), "")


def length_left(draft: Draft) -> int | None:
    """Characters left when that begins to matter (under a tenth of the channel's limit), else None."""
    most = channel(draft.channel).max_chars
    if most is None or draft.note:
        return None
    left = most - len(draft.body)
    return left if left < max(40, most // 10) else None


# -- inside ------------------------------------------------------------------------------------------------------------


def _moved_to(case: OpenCase, talk: Conversation) -> bool:
    moved = case.moves[-1] if case.moves else None
    if moved is None or moved.conversation != talk.id:
        return False
    return all((other.last_inbound or 0) <= moved.at for other in case.conversations if other.id != talk.id)


def _talk(case: OpenCase, id: str) -> Conversation | None:
    return next((talk for talk in case.conversations if talk.id == id), None)


def _latest(case: OpenCase) -> Conversation | None:
    written = [talk for talk in case.conversations if channel(talk.channel).kind != "voice"]
    return max(written, key=lambda talk: _closeness(case, talk), default=None)


def _closeness(case: OpenCase, talk: Conversation) -> tuple[bool, bool, bool, Ms]:
    """Greater where an answer belongs sooner: where the case moved to, unless they wrote elsewhere since; where
    somebody wrote to us, then at an address of the customer (what was
    forwarded to a third party began later, but is not where the customer reads), then the newest."""
    own = {bare(one.value.safe_line) for one in case.customer.addresses} if case.customer is not None else set()
    return (
        _moved_to(case, talk),
        talk.last_inbound is not None,
        bare(talk.address.safe_line) in own,
        talk.last_inbound or talk.started,
    )


def _last(case: OpenCase, conversation: str) -> Message | None:
    """The newest message of the customer there, else of ours."""
    said = [m for m in case.messages if m.conversation == conversation and not m.id.startswith("outbox:")]
    return next((m for m in reversed(said) if m.kind == "in"), said[-1] if said else None)


def _sender_for(directory: Directory, key: str) -> Sender | None:
    return next((sender for sender in directory.senders if sender.channel == key), None)


def _without(people: Iterable[CustomerText], known: set[str]) -> tuple[CustomerText, ...]:
    seen, kept = set(known), []
    for one in people:
        address = bare(one.safe_line)
        if address and address not in seen:
            seen.add(address)
            kept.append(one)
    return tuple(kept)
