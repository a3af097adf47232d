"""Header fields of a mail: splitting, RFC 2047 words, addresses, message ids and dates, whatever was sent.

The standard library's modern policy raises from lazily parsed malformed headers and some of its parsers take quadratic
time, so fields are read here with a cap on length; nothing in this module raises for any input.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from email.errors import MessageError
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from agent_tui.backends.connectors.mail.charsets import decode_bytes

Address = tuple[str, str]
"""Display name (decoded, may be empty) and address as written."""

FIELD_LIMIT = 32_768
"""Bytes of one field that are looked at: longer ones are cut (a To with a thousand addresses fits)."""
FIELDS_LIMIT = 2_000
ADDRESSES_LIMIT = 500
IDS_LIMIT = 200
ID_LENGTH = 500

_WORD = re.compile(r"=\?([^?\s*]{1,60})(?:\*[^?\s]{0,20})?\?([bBqQ])\?([^?]*)\?=")
_FIELD_NAME = re.compile(rb"[\x21-\x39\x3b-\x7e]{1,200}[ \t]*:")
_CHARSET = re.compile(rb"charset\s*=\s*\"?([\w.:-]{1,40})", re.IGNORECASE | re.ASCII)
_ADDRESS = re.compile(r"(?:\"[^\"]{1,200}\"|[^\s<>\"]{1,200})@[^\s<>@\"]{1,255}")
_ANGLE_ID = re.compile(r"<([^<>\s]{1,500})>")
_BARE_ID = re.compile(r"[^<>\s,;\"]{1,300}@[^<>\s,;\"]{1,199}")
_BARE_ADDRESS = re.compile(r"[^\s<>\"',;:()\[\]]{1,200}@[^\s<>\"',;:()\[\]]{1,255}")


class Fields:
    """The header fields of one entity, in order. Names are matched without case."""

    def __init__(self, pairs: list[tuple[str, bytes]]) -> None:
        self.pairs = pairs
        # unencoded 8-bit fields are mostly in the charset of the body
        found = next((_CHARSET.search(value) for key, value in pairs if key == "content-type"), None)
        self._charset = found[1].decode("ascii") if found else ""

    def raw(self, name: str) -> str:
        """The first such field unfolded, not decoded; "" when there is none. Bytes outside ASCII are guessed."""
        return next(self.all_raw(name), "")

    def all_raw(self, name: str) -> Iterator[str]:
        wanted = name.lower()
        return (_as_text(value, self._charset) for key, value in self.pairs if key == wanted)

    def text(self, name: str) -> str:
        """The first non-empty such field, RFC 2047 words decoded, on one line."""
        for value in self.all_raw(name):
            if value:
                return " ".join(decode_words(value).split())
        return ""

    def __contains__(self, name: str) -> bool:
        wanted = name.lower()
        return any(key == wanted for key, _ in self.pairs)

    def count(self, name: str) -> int:
        wanted = name.lower()
        return sum(key == wanted for key, _ in self.pairs)

    def addresses(self, name: str) -> tuple[Address, ...]:
        """All addresses of all such fields; an entry without any `@` keeps its text as the name."""
        found: list[Address] = []
        for value in self.all_raw(name):
            found.extend(parse_addresses(value))
        return tuple(found[:ADDRESSES_LIMIT])

    def ids(self, name: str) -> tuple[str, ...]:
        """The message ids of all such fields, in order, once each, with angle brackets."""
        return tuple(dict.fromkeys(found for value in self.all_raw(name) for found in message_ids(value)))[:IDS_LIMIT]

    def date(self, name: str) -> datetime | None:
        """The first readable date, aware; one without a zone counts as UTC (RFC 5322 section 4.3)."""
        for value in self.all_raw(name):
            if (found := parse_date(value)) is not None:
                return found
        return None


def split_head(raw: bytes) -> tuple[Fields, int]:
    """The fields at the head of an entity and where its body begins. Without any field the body begins at 0.

    A leading mbox `From ` line and a byte order mark are skipped; a line that is no field ends the head (RFC 5322 4.1).
    """
    pairs: list[tuple[str, bytes]] = []
    parts: list[bytes] = []
    name = ""
    position = 3 if raw.startswith(b"\xef\xbb\xbf") else 0
    first = True

    def finish() -> None:
        if name and len(pairs) < FIELDS_LIMIT:
            pairs.append((name, b" ".join(parts)[:FIELD_LIMIT]))

    while position < len(raw):
        end = raw.find(b"\n", position)
        following = len(raw) if end < 0 else end + 1
        line = raw[position:following].rstrip(b"\r\n")
        if first and line.startswith((b"From ", b">From ")):
            position = following
            continue
        first = False
        if not line:
            finish()
            return Fields(pairs), following
        if line[:1] in b" \t" and name:
            parts.append(line.strip())
        elif match := _FIELD_NAME.match(line):
            finish()
            name = line[: match.end() - 1].strip().decode("ascii").lower()
            parts = [line[match.end() :].strip()]
        else:
            break
        position = following
    finish()
    return (Fields(pairs), position) if pairs else (Fields([]), 0)


def _as_text(value: bytes, charset: str) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return decode_bytes(value, charset if charset.lower() not in ("utf-8", "us-ascii") else "")[0]


def decode_words(value: str) -> str:
    """RFC 2047 words decoded; neighbours in one charset are joined as bytes first, since mailers cut characters."""
    result: list[str] = []
    pending = b""
    pending_charset = ""
    position = 0

    def flush() -> None:
        nonlocal pending
        if pending:
            result.append(decode_bytes(pending, pending_charset)[0])
            pending = b""

    for match in _WORD.finditer(value):
        between = value[position : match.start()]
        if not (pending and not between.strip()):
            flush()
            result.append(between)
        charset = match[1].lower()
        if charset != pending_charset:
            flush()
        pending += _word_bytes(match[2].lower(), match[3])
        pending_charset = charset
        position = match.end()
    flush()
    result.append(value[position:])
    return "".join(result)


def _word_bytes(encoding: str, text: str) -> bytes:
    raw = text.encode("utf-8", "surrogateescape")
    if encoding == "q":
        return binascii.a2b_qp(raw.replace(b" ", b"_"), header=True)
    return lenient_base64(raw)


def lenient_base64(raw: bytes) -> bytes:
    """Base64 with foreign characters and missing or early padding forgiven."""
    clean = re.sub(rb"[^A-Za-z0-9+/=]+", b"", raw)
    decoded = []
    for chunk in clean.split(b"="):  # some mailers join several padded pieces
        bare = chunk[:-1] if len(chunk) % 4 == 1 else chunk
        with suppress(binascii.Error):
            decoded.append(binascii.a2b_base64(bare + b"=" * (-len(bare) % 4)))
    return b"".join(decoded)


def parse_addresses(value: str) -> list[Address]:
    """Addresses of one field, names decoded; falls back to whatever looks like an address."""
    try:
        pairs = getaddresses([value])
    except (RecursionError, ValueError, IndexError, TypeError, AttributeError, MessageError):
        pairs = []
    found = [(_clean(decode_words(name)), _clean(address)) for name, address in pairs if _ADDRESS.fullmatch(address)]
    if found:
        return found[:ADDRESSES_LIMIT]
    decoded = decode_words(value)
    bare = _BARE_ADDRESS.findall(decoded)[:ADDRESSES_LIMIT]
    if bare:
        name = decoded.split("<")[0].strip(" \"'") if len(bare) == 1 and "<" in decoded else ""
        return [(_clean(name), address) for address in bare]
    name = _clean(decoded).strip("<>\"' ,;")
    return [(name, "")] if name and not name.endswith(":") else []


def _clean(text: str) -> str:
    return " ".join(text.split())


def message_ids(value: str) -> list[str]:
    """The message ids in a field as `<...>`. Bare ones count too; comments and phrases do not."""
    found = _ANGLE_ID.findall(value)
    if not found:
        found = _BARE_ID.findall(value)
    return [f"<{each}>" for each in found if len(each) <= ID_LENGTH][:IDS_LIMIT]


def parse_date(value: str) -> datetime | None:
    """An RFC 5322 date, aware, or None when no date can be read."""
    try:
        found = parsedate_to_datetime(value[:200])
        if found.tzinfo is None:
            found = found.replace(tzinfo=UTC)
        found.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError, RecursionError):
        return None
    return found


def content_type(value: str) -> tuple[str, dict[str, str]]:
    """Media type in lower case ("" when missing or malformed) and its parameters, RFC 2231 joined and decoded."""
    message: Message = Message()
    message["content-type"] = value[:4096].replace("\r", " ").replace("\n", " ")
    media = value.split(";", 1)[0].strip().lower()
    if not re.fullmatch(r"[\w!#$&^.+*-]+/[\w!#$&^.+*-]+", media, re.ASCII):
        loose = re.match(r"\s*([a-z]+/[a-z0-9.+-]+)", value, re.IGNORECASE)
        media = loose[1].lower() if loose else ""
    return media, _parameters(message)


def _parameters(message: Message) -> dict[str, str]:
    found: dict[str, str] = {}
    try:
        listed = message.get_params(failobj=[])
    except (ValueError, TypeError, IndexError, AttributeError, LookupError, UnicodeError, RecursionError):
        return found
    for name, parameter in listed[1:100]:
        if isinstance(parameter, tuple):
            charset, _, text = parameter
            raw = text.encode("latin-1", "replace") if isinstance(text, str) else bytes(text)
            decoded = decode_bytes(raw, charset or "utf-8")[0]
        else:
            decoded = decode_words(str(parameter))
        found.setdefault(name.lower(), decoded.strip())
    return found
