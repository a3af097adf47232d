"""Files that came with a mail: a safe name, the declared and the sniffed type."""

from __future__ import annotations

import mimetypes
import re
import unicodedata
from dataclasses import dataclass

import puremagic

NAME_LIMIT = 120
"""Bytes of a file name in UTF-8."""

_SNIFFED_BYTES = 8192
_EXTENSIONS = {
    "message/rfc822": ".eml",
    "message/delivery-status": ".txt",
    "message/disposition-notification": ".txt",
    "message/feedback-report": ".txt",
    "text/rfc822-headers": ".txt",
    "message/rfc822-headers": ".txt",
    "image/jpg": ".jpg",
}
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
_OUTSIDE = re.compile(r"[\ud800-\udfff\ue000-\uf8ff]")


@dataclass(frozen=True, slots=True)
class MailFile:
    """One file. `name` is safe to write (basename, no controls, at most NAME_LIMIT bytes); `size` in bytes.
    `declared` is the sender's media type, `sniffed` what the content looks like ("" when it cannot be told)."""

    name: str
    declared: str
    sniffed: str
    size: int
    content: bytes
    content_id: str
    inline: bool


def make_file(name: str, declared: str, content: bytes, content_id: str, inline: bool, number: int) -> MailFile:
    """A MailFile; without a name it is `attachment-N` with the extension of its type."""
    sniffed = sniff(content)
    safe = safe_name(name)
    if not safe:
        safe = f"attachment-{number}{_extension(declared, sniffed)}"
    return MailFile(safe, declared, sniffed, len(content), content, content_id, inline)


def safe_name(name: str) -> str:
    """A basename that can be written and shown: NFC, no controls, no leading `.` or `-`; "" when nothing is left."""
    text = unicodedata.normalize("NFC", name[:2000])
    text = _OUTSIDE.sub("�", _UNSAFE.sub("", text))
    text = " ".join(re.split(r"[/\\]", text)[-1].split())
    text = re.sub(r'[<>:"|?*]', "_", text).lstrip(".- ").rstrip(". ")
    encoded = text.encode("utf-8")
    if len(encoded) <= NAME_LIMIT:
        return text
    stem, dot, extension = text.rpartition(".")
    ending = f"{dot}{extension}" if stem and len(extension.encode()) <= 12 else ""
    kept = (stem if ending else text).encode()[: NAME_LIMIT - len(ending.encode())].decode("utf-8", "ignore")
    return kept + ending


def sniff(content: bytes) -> str:
    """The media type by content, "" when it cannot be told."""
    if not content:
        return ""
    # only the head and the tail, as the library does with a file: its container readers are not for hostile input
    try:
        return str(puremagic.from_string(content[:_SNIFFED_BYTES], mime=True))
    except Exception:  # the library raises PureError, ValueError and what its readers of damaged files raise
        return ""


def _extension(declared: str, sniffed: str) -> str:
    if declared in _EXTENSIONS:
        return _EXTENSIONS[declared]
    for media in (declared, sniffed):
        if media and media != "application/octet-stream" and (found := mimetypes.guess_extension(media)):
            return found
    return ".bin"
