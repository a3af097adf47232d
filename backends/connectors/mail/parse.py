"""A mail as a customer sent it, read into a ParsedMail: any bytes end as a readable message or as a named problem."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from agent_tui.backends.connectors.mail.attachments import MailFile, make_file
from agent_tui.backends.connectors.mail.automatic import Auto, BounceOf, classify
from agent_tui.backends.connectors.mail.charsets import decode_bytes
from agent_tui.backends.connectors.mail.headers import Address, Fields
from agent_tui.backends.connectors.mail.html import HTML_LIMIT, html_to_text
from agent_tui.backends.connectors.mail.mime import Entity, Tree, decoded_body, read_tree
from agent_tui.backends.connectors.mail.reply import split_reply

TEXT_LIMIT = 1_000_000
"""Characters of readable text; more is cut, with a problem. The raw mail is always kept whole."""


_NO_PREAMBLE = re.compile(r"mime|multi-?part", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """A mail read. All text is raw and untrusted, never cleaned for a screen.

    `message_id` is `<...>` or "" ; `in_reply_to` and `references` are such ids, oldest first. `text` is the whole
    readable text, `reply` the new text only, `folded` the quoted rest and signature. `date` is aware or None.
    `problems`: one line each, a word and a colon first. `digest` names the content: equal for copies of one mail that
    came on different ways (trace fields are left out)."""

    raw: bytes
    digest: str
    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    subject: str = ""
    sender: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    date: datetime | None = None
    text: str = ""
    reply: str = ""
    folded: str = ""
    attachments: tuple[MailFile, ...] = ()
    auto: Auto | None = None
    bounce_of: BounceOf | None = None
    language: str = ""
    problems: tuple[str, ...] = ()


def parse_mail(raw: bytes, own: Collection[str] = ()) -> ParsedMail:
    """Read any bytes as a mail; never raises. `own`: our own addresses in lower case, to recognise loops."""
    try:
        return _parse(raw, own)
    except Exception as error:  # a defect in here must not hold up the mailbox: the mail is shown by its source
        text = decode_bytes(raw[:TEXT_LIMIT], "")[0]
        problem = f"could not be decoded: {type(error).__name__}, the source is shown"
        return ParsedMail(raw, hashlib.sha256(raw).hexdigest(), text=text, reply=text, problems=(problem,))


def _parse(raw: bytes, own: Collection[str]) -> ParsedMail:
    tree = read_tree(raw)
    root, fields = tree.root, tree.root.fields
    reading = _Reading(tree)
    text = reading.text()
    problems = [*tree.problems, *reading.problems, *_missing(fields, text, bool(reading.files))]
    auto, bounce = classify(root, text, own)
    reply, folded = split_reply(text)
    subject = fields.text("subject") or fields.text("thread-topic")
    ids = fields.ids("message-id")
    return ParsedMail(
        raw=raw,
        digest=_digest(root),
        message_id=ids[0] if ids else "",
        in_reply_to=fields.ids("in-reply-to"),
        references=fields.ids("references"),
        subject=subject,
        sender=fields.addresses("from") or fields.addresses("sender") or fields.addresses("return-path"),
        to=fields.addresses("to"),
        cc=fields.addresses("cc"),
        reply_to=fields.addresses("reply-to"),
        date=fields.date("date"),
        text=text,
        reply=reply,
        folded=folded,
        attachments=tuple(reading.files),
        auto=auto,
        bounce_of=bounce,
        language=fields.raw("content-language").split(",")[0].strip().lower()[:20],
        problems=tuple(dict.fromkeys(problems))[:50],
    )


def _missing(fields: Fields, text: str, files: bool) -> list[str]:
    found = []
    if not fields.pairs:
        found.append("header: none, the whole mail is shown as text")
    elif not any(address for _, address in fields.addresses("from")):
        found.append("sender: the From field names no address")
    if not fields.text("subject"):
        found.append("subject: none")
    if not text.strip():
        found.append("text: none, only files" if files else "text: the mail is empty")
    if fields.raw("date") and fields.date("date") is None:
        found.append("date: cannot be read")
    return found


def _digest(root: Entity) -> str:
    found = hashlib.sha256()
    for name in ("message-id", "from", "date", "subject", "content-type"):
        found.update(root.fields.raw(name).encode("utf-8", "surrogatepass") + b"\0")
    found.update(b"\n".join(line.rstrip() for line in root.body.split(b"\n")).rstrip())
    return found.hexdigest()


_TNEF = bytes.fromhex("789f3e22")
"""How a file in Outlook's own format begins (MS-OXTNEF section 2.1.3.1). The one library that unpacks it is no longer
kept and under the LGPL."""


@dataclass(slots=True)
class _Reading:
    """One walk over the tree: readable text in order, everything else as files."""

    tree: Tree
    files: list[MailFile] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    html_left: int = HTML_LIMIT
    text_left: int = TEXT_LIMIT
    html_only: bool = False

    def text(self) -> str:
        text = self._read(self.tree.root)
        if not text.strip() and (text := self._preamble()):
            self.problems.append("text: none in the parts, taken from before the first")
        if not text.strip() and (inner := self._inner()) is not None:
            text = self._read(inner)
            if text.strip():
                self.problems.append("text: none of its own, taken from the mail inside")
        if self.html_only:
            self.problems.append("html only: text was made from it")
        return text.strip("\n")

    def _preamble(self) -> str:
        text = decode_bytes(self.tree.root.preamble[:20_000], "")[0].replace("\r\n", "\n").strip()
        return "" if _NO_PREAMBLE.search(text[:300]) else text

    def _inner(self) -> Entity | None:
        return next(
            (part.children[0] for part in self.tree.root.walk() if part.media.startswith("message/") and part.children),
            None,
        )

    def _read(self, entity: Entity) -> str:
        media = entity.media
        if media == "multipart/alternative":
            return self._alternative(entity)
        if media == "multipart/related":
            return self._joined(self._start_first(entity))
        if media == "multipart/encrypted":
            self.problems.append("encrypted: OpenPGP, it cannot be read here")
            return self._joined(entity.children)
        if media.startswith("multipart/") and entity.children:
            return self._joined(entity.children)
        if media in ("text/plain", "text/html") and entity.disposition != "attachment" and not entity.name:
            return self._plain(entity) if media == "text/plain" else self._html(entity)
        if media in ("text/plain", "text/html") and entity is self.tree.root and entity.disposition != "attachment":
            return self._plain(entity) if media == "text/plain" else self._html(entity)
        if media in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
            self.problems.append("encrypted: S/MIME, it cannot be read here")
        self._file(entity)
        return ""

    def _joined(self, children: list[Entity]) -> str:
        texts = [self._read(child) for child in children]
        return "\n\n".join(text.strip("\n") for text in texts if text.strip())

    def _alternative(self, entity: Entity) -> str:
        """The plainest alternative that says something; files of every alternative are kept."""
        texts: list[tuple[int, str]] = []
        for child in entity.children:
            kinds = {part.media for part in child.walk()}
            before = self.html_only
            text = self._read(child)
            texts.append((0 if "text/html" not in kinds else 1, text))
            if "text/html" in kinds:
                self.html_only = before
        said = sorted((rank, index) for index, (rank, text) in enumerate(texts) if text.strip())
        if not said:
            return ""
        plain = texts[said[0][1]][1]
        rich = max((text for rank, text in texts if rank == 1), key=len, default="")
        if said[0][0] == 0 and len(plain.strip()) < 80 and len(rich) > 20 * len(plain.strip()):
            return rich  # "your program shows no HTML" and the like
        self.html_only = self.html_only or said[0][0] == 1
        return plain

    def _start_first(self, entity: Entity) -> list[Entity]:
        """RFC 2387: the root is the one `start` names, else the first."""
        start = entity.parameters.get("start", "").strip("<> ")
        return sorted(entity.children, key=lambda child: not (start and child.content_id == start))

    def _decoded(self, entity: Entity) -> str:
        raw, problem = decoded_body(entity)
        self._note(problem)
        text, problem = decode_bytes(raw[: 4 * TEXT_LIMIT], entity.parameters.get("charset", ""))
        self._note(problem)
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def _plain(self, entity: Entity) -> str:
        text = self._decoded(entity)
        if entity.parameters.get("format", "").lower() == "flowed":
            text = _unflowed(text, entity.parameters.get("delsp", "").lower() == "yes")
        return self._cut(text)

    def _html(self, entity: Entity) -> str:
        html = self._decoded(entity)
        if self.html_left <= 0:
            self._note(f"html: more than {HTML_LIMIT} characters in all, the rest was left out")
            return ""
        self.html_left -= len(html)
        text, problem = html_to_text(html)
        self._note(problem)
        self.html_only = self.html_only or bool(text)
        return self._cut(text)

    def _cut(self, text: str) -> str:
        if len(text) > self.text_left:
            self._note(f"text: longer than {TEXT_LIMIT} characters, the rest is only in the source")
        kept = text[: self.text_left]
        self.text_left -= len(kept)
        return kept

    def _file(self, entity: Entity) -> None:
        content, problem = decoded_body(entity)
        self._note(problem)
        if not content and not entity.name:
            return
        name = entity.name
        if not name and entity.media == "message/rfc822" and entity.children:
            subject = entity.children[0].fields.text("subject")
            name = f"{subject[:80]}.eml" if subject else ""
        if entity.media in ("application/ms-tnef", "application/vnd.ms-tnef") or content.startswith(_TNEF):
            name = name or "winmail.dat"
            self._note("packed: its files are inside winmail.dat (Outlook's TNEF), kept here; ask for them unpacked")
        inline = entity.disposition != "attachment" and (bool(entity.content_id) or entity.disposition == "inline")
        number = len(self.files) + 1
        self.files.append(make_file(name, entity.media, content, entity.content_id, inline, number))

    def _note(self, problem: str) -> None:
        if problem:
            self.problems.append(problem)


def _unflowed(text: str, delete_space: bool) -> str:
    """Lines that end in a space join the next one of the same quote depth (RFC 3676 section 4)."""
    result: list[list[str]] = []
    open_depth = -1
    for line in text.split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content[1:] if content.startswith(" ") else content
        flows = content.endswith(" ") and content != "-- "
        if flows and delete_space:
            content = content[:-1]
        if open_depth == depth and content != "-- ":
            result[-1].append(content)
        else:
            result.append([">" * depth + " " if depth else "", content])
        open_depth = depth if flows else -1
    return "\n".join("".join(pieces) for pieces in result)
