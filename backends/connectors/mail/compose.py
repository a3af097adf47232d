"""The mail that goes out: threading fields of RFC 5322 section 3.6.4, one Message-ID per message, safe headers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from agent_tui.backends.connectors.base import OutboundFile
from agent_tui.backends.connectors.mail.attachments import safe_name
from agent_tui.backends.connectors.mail.automatic import LOOP_FIELD
from agent_tui.domain.time import MS, Ms

REFERENCES_LIMIT = 40
"""Message ids kept in References: the first and the latest, as long threads would grow without end."""

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]+@[\x21-\x3b\x3d\x3f-\x7e]+>")
_MEDIA = re.compile(r"([\w!#$&^.+-]+)/([\w!#$&^.+-]+)", re.ASCII)
_WRITTEN = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]+@[^<>]+)>|(?P<bare>[^<>\s]+@[^<>\s]+)")
_WORD = "=?"
"""What begins a word of RFC 2047. The library decodes one in what it is given, line breaks too, and writes those."""
_LOCAL = re.compile(r"[^\s<>@\"(),:;\\\[\]\x00-\x1f\x7f]{1,64}")


class BadAddress(ValueError):
    """An address that no mail can be sent to; the message names it and says what is wrong."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What to send. Addresses as typed (`Name <a@b>` or `a@b`). `message`: our id of it. `automatic`: no person wrote
    it, so it says so (RFC 3834 section 5) and carries our loop mark."""

    message: str
    sender: str
    to: tuple[str, ...]
    subject: str
    body: str
    at: Ms
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    reply_to: str = ""
    references: tuple[str, ...] = ()
    files: tuple[OutboundFile, ...] = ()
    signature: str = ""
    quoted: str = ""
    automatic: bool = False
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Composed:
    """Ready for SMTP: the envelope (Bcc included) and the content (Bcc absent), lines ended by CRLF.
    `needs_utf8`: an address has a local part outside ASCII, so the server must offer SMTPUTF8 (RFC 6531)."""

    message_id: str
    sender: str
    recipients: tuple[str, ...]
    content: bytes
    needs_utf8: bool


def message_id_for(message: str, domain: str) -> str:
    """Our Message-ID of our message: always the same, so that its copy, its bounce and its answers are recognised."""
    digest = hashlib.sha256(f"agent-tui:{message}".encode()).hexdigest()[:32]
    return f"<{digest}@{_idna(domain) or 'localhost'}>"


def compose(draft: Draft) -> Composed:
    """Build the mail.

    Raises BadAddress when the sender or a recipient is no address, or when there is no recipient at all.
    """
    sender = _address(draft.sender)
    to, cc, bcc = (_addresses(each) for each in (draft.to, draft.cc, draft.bcc))
    recipients = tuple(dict.fromkeys(each.addr_spec for each in (*to, *cc, *bcc)))
    if not recipients:
        raise BadAddress("the message has no recipient: add an address to To, Cc or Bcc")
    message_id = draft.message_id or message_id_for(draft.message, sender.domain)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    if to:
        mail["To"] = to
    if cc:
        mail["Cc"] = cc
    if draft.reply_to:
        mail["Reply-To"] = _address(draft.reply_to)
    mail["Subject"] = _one_line(draft.subject)
    mail["Date"] = format_datetime(datetime.fromtimestamp(draft.at / MS, UTC))
    mail["Message-ID"] = message_id
    _thread(mail, draft.references)
    if draft.automatic:
        mail["Auto-Submitted"] = "auto-replied" if draft.references else "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"
        mail[LOOP_FIELD] = sender.addr_spec.lower()
    mail.set_content(_body(draft), charset="utf-8", cte="quoted-printable")
    for each in draft.files:
        _attach(mail, each)
    everyone = (sender.addr_spec, *recipients)
    utf8 = not all(each.isascii() for each in everyone)
    content = mail.as_bytes(policy=SMTP.clone(utf8=utf8))
    _only_these_fields(mail, content)
    return Composed(
        message_id=message_id,
        sender=sender.addr_spec,
        recipients=recipients,
        content=content,
        needs_utf8=utf8,
    )


def _only_these_fields(mail: EmailMessage, content: bytes) -> None:
    """The last line of defence: what was written begins no field and no body that was not meant. Raises BadAddress."""
    head = content.partition(b"\r\n\r\n")[0].split(b"\r\n")
    written = [line.partition(b":")[0].decode("ascii", "replace") for line in head if line[:1] not in (b" ", b"\t")]
    if written != list(mail.keys()):
        raise BadAddress("the subject or a name cannot be written into a mail: type it anew")


def quote(text: str, wrote: str = "") -> str:
    """`text` as a quotation, after a line that says who wrote it."""
    lines = [f">{line}" if line.startswith(">") else f"> {line}".rstrip() for line in text.strip("\n").split("\n")]
    return "\n".join([wrote, *lines] if wrote else lines)


def _body(draft: Draft) -> str:
    parts = [draft.body.rstrip()]
    if draft.quoted:
        parts.append(draft.quoted.rstrip())
    if draft.signature:
        parts.append(f"-- \n{draft.signature.strip()}")
    text = "\n\n".join(part for part in parts if part).replace("\r\n", "\n").replace("\r", "\n")
    text = text.encode("utf-8", "replace").decode("utf-8")
    return _CONTROLS.sub("", text) + "\n"


def _thread(mail: EmailMessage, references: Sequence[str]) -> None:
    listed = [
        each for each in dict.fromkeys(references) if len(each) <= 500 and _ID.fullmatch(each) and _WORD not in each
    ]
    if not listed:
        return
    mail["In-Reply-To"] = listed[-1]
    if len(listed) > REFERENCES_LIMIT:
        listed = [listed[0], *listed[-REFERENCES_LIMIT + 1 :]]
    mail["References"] = " ".join(listed)


def _attach(mail: EmailMessage, file: OutboundFile) -> None:
    match = _MEDIA.fullmatch(file.media.split(";")[0].strip().lower())
    main, sub = (match[1], match[2]) if match else ("application", "octet-stream")
    if main in ("multipart", "message"):
        main, sub = "application", "octet-stream"  # these may not be sent as base64 (RFC 2046 section 5.2.1)
    mail.add_attachment(file.content, maintype=main, subtype=sub, filename=safe_name(file.name) or "attachment.bin")


def _addresses(listed: Sequence[str]) -> tuple[Address, ...]:
    return tuple(_address(each) for each in listed if each.strip())


def _address(text: str) -> Address:
    """Raises BadAddress."""
    written = _one_line(text)
    match = _WRITTEN.fullmatch(written)
    if match is None:
        raise BadAddress(f"{written[:80]!a} is no e-mail address: write name@example.com or Name <name@example.com>")
    name = (match["name"] or "").strip().strip('"')
    address = match["address"] or match["bare"]
    local, _, domain = address.rpartition("@")
    encoded = _idna(domain)
    if not encoded or not _LOCAL.fullmatch(local) or _WORD in local:
        raise BadAddress(f"{address[:80]!a} is not an e-mail address: check what stands before and after the @")
    return Address(display_name=_one_line(name), username=local, domain=encoded)


def _idna(domain: str) -> str:
    """The domain in ASCII, "" when it is none."""
    try:
        encoded = domain.strip().rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""
    return encoded if re.fullmatch(r"[a-z0-9_]([a-z0-9_.-]{0,252}[a-z0-9])?|\[[0-9a-f.:]+\]", encoded) else ""


def _one_line(text: str) -> str:
    """No line break or control survives into a header: nothing can be injected (RFC 5322 section 2.2)."""
    cleaned = "".join(" " if ord(each) < 32 or each in "\x7f\x85\u2028\u2029" else each for each in text)
    return " ".join(cleaned.encode("utf-8", "replace").decode("utf-8").split())[:900].replace(_WORD, "= ?")
