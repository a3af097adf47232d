"""The type of a file by its content; what the sender claims is only a claim."""

from __future__ import annotations

import mimetypes

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"BM", "image/bmp"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"\x7fELF", "application/x-elf"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
)
_OPAQUE = "application/octet-stream"


def sniff(content: bytes, claimed: str, name: str) -> str:
    """A media type. The claim stands only where content cannot contradict it."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:8] == b"ftyp":
        return "image/heic" if content[8:12] in (b"heic", b"mif1") else "video/mp4"
    if content[:4] == b"PK\x03\x04":
        # office documents are zip files; only the claim or the name tells which
        return claimed if claimed.startswith("application/vnd.") else mimetypes.guess_type(name)[0] or "application/zip"
    for magic, media in _MAGIC:
        if content.startswith(magic):
            if media == "application/x-ole-storage" and claimed.startswith("application/"):
                return claimed
            return media
    if claimed.startswith("image/") and claimed != "image/svg+xml":
        return _OPAQUE
    return claimed or mimetypes.guess_type(name)[0] or _OPAQUE
