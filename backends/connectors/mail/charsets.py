"""Bytes to text for any charset label a mailer can write, and a guess where there is none."""

from __future__ import annotations

import codecs

_ALIASES = {
    "utf-8mb4": "utf-8",
    "utf8mb4": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "iso-8859-8-i": "windows-1255",
    "iso-8859-8-e": "windows-1255",
    "iso-8859-8": "windows-1255",
    "iso-8859-6-i": "windows-1256",
    "iso-8859-1": "windows-1252",
    "latin1": "windows-1252",
    "latin-1": "windows-1252",
    "us-ascii": "windows-1252",
    "ascii": "windows-1252",
    "ansi_x3.4-1968": "windows-1252",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "macintosh": "mac_roman",
    "x-mac-roman": "mac_roman",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "iso-8859-9": "windows-1254",
}
"""Labels as they are written -> the codec that reads what is really sent (browsers do the same, WHATWG Encoding)."""

_REFUSED = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem", "unicode-escape"}
_UNLABELLED = {
    "",
    "unknown-8bit",
    "x-unknown",
    "unknown",
    "8bit",
    "binary",
    "default",
    "x-user-defined",
    "default_charset",
}


def decode_bytes(raw: bytes, label: str) -> tuple[str, str]:
    """Text, and what was wrong ("" when nothing was). Never raises; unreadable bytes become U+FFFD."""
    name = label.strip().strip("\"'").lower()
    if name in _UNLABELLED:
        text, used = guess(raw)
        clear = raw.isascii() or (not name and used == "utf-8")
        return text, "" if clear else f"charset: {name or 'none'} declared, read as {used}"
    codec = _ALIASES.get(name, name)
    if not _usable(codec):
        text, used = guess(raw)
        return text, f"charset: {name[:40]!a} is not known, read as {used}"
    if codec == "windows-1252" and not raw.isascii() and (read := _strict(raw, "utf-8")) is not None:
        return read, f"charset: {name} declared, read as utf-8"
    if (read := _strict(raw, codec)) is not None:
        return read, ""
    if (read := _strict(raw, "utf-8")) is not None:
        return read, f"charset: {name} declared, read as utf-8"
    if codec == "utf-8":
        text, used = guess(raw)
        if raw.count(b"\xc3") + raw.count(b"\xd7") + raw.count(b"\xe2") == 0:
            return text, f"charset: {name} declared, read as {used}"
    # windows code pages leave a few bytes undefined: latin-1 controls there are no better than U+FFFD
    return raw.decode(codec, "replace"), f"charset: some bytes are not {name[:40]!a}"


def guess(raw: bytes) -> tuple[str, str]:
    """Text and the charset taken for it: UTF-8 if it is, Hebrew windows-1255 if the letters are, else windows-1252."""
    if (text := _strict(raw, "utf-8")) is not None:
        return text, "utf-8"
    if b"\x1b$" in raw and (text := _strict(raw, "iso2022_jp_ext")) is not None:
        return text, "iso-2022-jp"
    high = [byte for byte in raw[:20_000] if byte >= 0x80]
    hebrew = sum(0xE0 <= byte <= 0xFA for byte in high)
    # accented Western letters sit in the same range, but hardly ever three in four of the letters of a word
    letters = sum(chr(byte).isalpha() for byte in raw[:20_000] if byte < 0x80)
    if high and hebrew >= 0.9 * len(high) and hebrew > letters / 3:
        return raw.decode("windows-1255", "replace"), "windows-1255"
    return raw.decode("windows-1252", "replace"), "windows-1252"


def _strict(raw: bytes, codec: str) -> str | None:
    try:
        return raw.decode(codec)
    except (UnicodeError, LookupError, ValueError, OverflowError):
        return None


def _usable(codec: str) -> bool:
    if codec in _REFUSED or not codec.isascii() or "\0" in codec:
        return False
    try:
        info = codecs.lookup(codec)
        b"a".decode(codec, "replace")  # refuses rot13, zlib and other codecs that are no charset
    except (LookupError, UnicodeError, ValueError, TypeError):
        return False
    return info.name not in _REFUSED
