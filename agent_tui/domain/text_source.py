"""The source of a text: what was sent, each character that is not drawn as it is written as its code point."""

from __future__ import annotations

import unicodedata
from typing import Final

from agent_tui.domain.text_cards import MASK, mask_sent
from agent_tui.domain.text_clean import PLAIN_TEXT, clean
from agent_tui.domain.text_safe import SafeText

_SHORT: Final = {"\\": "\\\\", "\t": "\\t", "\r": "\\r"}
_MOST_MARKS: Final = 4
HEADERS: Final = 64 * 1024
"""Bytes of a mail that are searched for the end of its headers."""


def escaped(raw: str, most: int = 100_000) -> SafeText:
    """`raw` with line feeds as they are and everything unseen, steering or unusual as `\\u202e`; the first `most`
    characters, with a notice of how many more there are. Letters, figures and their marks stay readable."""
    kept: list[str] = []
    marks = 0
    for char in raw[:most]:
        marks = marks + 1 if unicodedata.category(char).startswith("M") else 0
        kept.append(char if _stays(char, marks, bool(kept)) else _SHORT.get(char) or _point(char))
    more = f"\n… {len(raw) - most} more" if len(raw) > most else ""
    # Cleaning changes no more than what cannot stand alone here: the cut of a line, a mark without a base.
    return clean("".join(kept) + more, max_chars=14 * most, max_line=14 * most)


def headers_of(original: bytes) -> SafeText:
    """The headers of a mail as they came, card numbers masked; a byte that is no printable ASCII as `\\xe9`, whatever
    it was meant to be."""
    head = original[:HEADERS].replace(b"\r\n", b"\n").partition(b"\n\n")[0].decode("latin-1")
    return clean(
        "".join(char if char in ("\n", MASK) or " " <= char <= "~" else _point(char) for char in mask_sent(head))
    )


def _stays(char: str, marks: int, has_base: bool) -> bool:
    if char == "\n" or (char.isascii() and char.isprintable() and char != "\\"):
        return True
    if char.isascii() or unicodedata.bidirectional(char) in (
        "LRE",
        "RLE",
        "LRO",
        "RLO",
        "PDF",
        "LRI",
        "RLI",
        "FSI",
        "PDI",
    ):
        return False
    if marks:
        return (
            has_base
            and marks <= _MOST_MARKS
            and unicodedata.category(char) == "Mn"
            and not "\ufe00" <= char <= "\ufe0f"
        )
    return bool(PLAIN_TEXT.fullmatch(char)) and not char.isspace() and char != "\ufffd"


def _point(char: str) -> str:
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
