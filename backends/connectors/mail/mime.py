"""The MIME tree of a mail, split in linear time with bounds on depth, parts and size.

The standard library's parser recurses per level and tests every line against every open boundary, so a mail of a few
hundred nested levels makes it quadratic or ends in RecursionError. This one scans for boundaries level by level.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from agent_tui.backends.connectors.mail.headers import Fields, content_type, lenient_base64, split_head

DEPTH_LIMIT = 50
PARTS_LIMIT = 500
SIZE_LIMIT = 64 * 1024 * 1024

_UU = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]*)\r?\n", re.MULTILINE)
_HTML = re.compile(rb"\s*<(?:!doctype html|html|head|body|div|table|p)\b", re.IGNORECASE)
_KNOWN = {
    "from",
    "to",
    "cc",
    "bcc",
    "sender",
    "subject",
    "date",
    "received",
    "return-path",
    "reply-to",
    "message-id",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "delivered-to",
    "x-mailer",
    "x-original-to",
}
_IDENTITY = {"", "7bit", "8bit", "binary", "7-bit", "8-bit", "plain", "none", "7bits", "8bits"}


@dataclass(slots=True)
class Entity:
    """One part. `media` is never empty; `body` is as transferred; `children` only for multipart and message/rfc822."""

    fields: Fields
    media: str
    parameters: dict[str, str]
    disposition: str
    disposition_parameters: dict[str, str]
    body: bytes
    depth: int
    preamble: bytes = b""
    """What stands before the first part: not for people (RFC 2046), yet old reports write their text there."""
    children: list[Entity] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The file name as sent, "" when none."""
        return self.disposition_parameters.get("filename") or self.parameters.get("name") or ""

    @property
    def content_id(self) -> str:
        return self.fields.raw("content-id").strip().strip("<>")

    def walk(self) -> Iterator[Entity]:
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(slots=True)
class Tree:
    """The root and what was wrong with the structure."""

    root: Entity
    problems: list[str]


def read_tree(raw: bytes) -> Tree:
    """Split `raw` into its parts. Never raises; past a bound the rest stays one undivided part, with a problem."""
    problems: list[str] = []
    if len(raw) > SIZE_LIMIT:
        problems.append(f"size: {len(raw)} bytes, only the first {SIZE_LIMIT} were read")
        raw = raw[:SIZE_LIMIT]
    root = _entity(raw, 0, "text/plain")
    waiting = [root]
    count = 1
    while waiting:
        entity = waiting.pop(0)
        pieces, default = _pieces(entity, problems)
        if not pieces:
            continue
        if entity.depth >= DEPTH_LIMIT:
            problems.append(f"structure: nested more than {DEPTH_LIMIT} deep, the inner part was left as it is")
            continue
        for piece in pieces:
            if count >= PARTS_LIMIT:
                problems.append(f"structure: more than {PARTS_LIMIT} parts, the rest was left out")
                return Tree(root, problems)
            child = _entity(piece, entity.depth + 1, default)
            entity.children.append(child)
            waiting.append(child)
            count += 1
    return Tree(root, problems)


def _entity(raw: bytes, depth: int, default: str) -> Entity:
    if depth and raw[:1] in (b"\n", b"\r"):
        fields, start = Fields([]), raw.find(b"\n") + 1  # a part may begin with its empty line: no fields at all
    else:
        fields, start = split_head(raw)
        if not depth and not any(name in _KNOWN for name, _ in fields.pairs):
            fields, start = Fields([]), 0  # text that happens to begin with "Note: ..."
    written = fields.raw("content-type")
    media, parameters = content_type(written) if written else ("", {})
    if media == "text" or not media:
        media = default if not written else "text/plain"
    disposition, disposition_parameters = _disposition(fields.raw("content-disposition"))
    if not written and default == "text/plain" and _HTML.match(raw[start : start + 200]):
        media = "text/html"
    return Entity(fields, media, parameters, disposition, disposition_parameters, raw[start:], depth)


def _disposition(value: str) -> tuple[str, dict[str, str]]:
    if not value:
        return "", {}
    kind, _, rest = value.partition(";")
    _, parameters = content_type(f"x/x;{rest}")
    return kind.strip().lower(), parameters


def _pieces(entity: Entity, problems: list[str]) -> tuple[list[bytes], str]:
    """The raw children and their default media type."""
    if entity.media.startswith("multipart/"):
        boundary = entity.parameters.get("boundary", "").encode("utf-8", "surrogateescape").rstrip()
        if not boundary:
            boundary = _missing_boundary(entity.body)
            problems.append("structure: multipart without a boundary")
        pieces, closed, entity.preamble = _split(entity.body, boundary) if boundary else ([], False, b"")
        if not pieces:
            problems.append(f"structure: {entity.media} without parts")
            entity.media = "text/plain" if entity.body.strip() else entity.media
        elif not closed:
            problems.append("structure: the last part has no end, it may be cut off")
        return pieces, "message/rfc822" if entity.media == "multipart/digest" else "text/plain"
    if entity.media in ("message/rfc822", "message/global", "message/news"):
        body = decoded_body(entity)[0]
        return ([body] if body.strip() else []), "text/plain"
    return [], ""


def _missing_boundary(body: bytes) -> bytes:
    match = re.search(rb"^--([^\r\n]{1,70}?)[ \t]*\r?\nContent-", body[:100_000], re.MULTILINE | re.IGNORECASE)
    return match[1] if match else b""


def _split(body: bytes, boundary: bytes) -> tuple[list[bytes], bool, bytes]:
    """The parts between the delimiter lines of RFC 2046 5.1.1, whether the closing one is there, and the preamble."""
    delimiter = b"--" + boundary
    pieces: list[bytes] = []
    begun = -1
    preamble = b""
    position = 0
    while len(pieces) <= PARTS_LIMIT:
        found = body.find(delimiter, position)
        if found < 0:
            break
        position = found + len(delimiter)
        if found and body[found - 1 : found] != b"\n":
            continue
        end = body.find(b"\n", position)
        rest = body[position : len(body) if end < 0 else end].strip()
        if rest not in (b"", b"--"):
            continue  # a longer boundary that begins with this one
        if begun >= 0:
            pieces.append(_without_last_break(body[begun:found]))
        else:
            preamble = body[:found]
        if rest == b"--":
            return pieces, True, preamble
        begun = len(body) if end < 0 else end + 1
        position = begun
    if 0 <= begun < len(body):
        pieces.append(body[begun:])
    return pieces, False, preamble


def _without_last_break(piece: bytes) -> bytes:
    if piece.endswith(b"\r\n"):
        return piece[:-2]
    return piece[:-1] if piece.endswith(b"\n") else piece


def decoded_body(entity: Entity) -> tuple[bytes, str]:
    """The body with its transfer encoding undone, and what was wrong ("" when nothing was)."""
    encoding = entity.fields.raw("content-transfer-encoding").split("(")[0].strip().strip(";\"'").lower()
    body = entity.body
    if encoding == "base64":
        return lenient_base64(body), ""
    if encoding in ("quoted-printable", "quoted printable", "qp"):
        return binascii.a2b_qp(body), ""
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return _uudecode(body)
    if encoding in _IDENTITY:
        return body, ""
    return body, f"encoding: {encoding[:40]!a} is not known, shown as it came"


def _uudecode(body: bytes) -> tuple[bytes, str]:
    start = _UU.search(body)
    if start is None:
        return body, "encoding: uuencode without a begin line, shown as it came"
    decoded = []
    for line in body[start.end() :].splitlines():
        if line.strip() == b"end":
            break
        try:
            decoded.append(binascii.a2b_uu(line))
        except binascii.Error:
            length = (((line[0] - 32) & 63) * 4 + 5) // 3 if line else 0  # broken encoders pad the line
            try:
                decoded.append(binascii.a2b_uu(line[:length]))
            except (binascii.Error, IndexError):
                return b"".join(decoded), "encoding: uuencode is damaged"
    return b"".join(decoded), ""
