"""What a program wrote to its terminal, taken apart: escape sequences by kind, strings (OSC, DCS, APC), plain text.

The grammar is that of ECMA-48, section 5.4 and 5.6, as xterm reads it; both the 7-bit and the 8-bit forms count.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from agent_tui.domain.text_isolates import ISOLATES, balance

_SEQUENCE = re.compile(
    r"(?P<csi>(?:\x1b\[|\x9b)(?P<params>[0-?]*)(?P<between>[ -/]*)(?P<final>[@-~]))"
    r"|(?P<string>(?:\x1b(?P<start>[\]P_^X])|(?P<start8>[\x90\x98\x9d-\x9f]))(?P<content>[^\x07\x1b\x9c]*)"
    r"(?P<end>\x07|\x1b\\|\x9c))"
    r"|(?P<escape>\x1b(?P<mids>[ -/]*)(?P<last>[0-~]))"
    r"|(?P<control>[\x00-\x1f\x7f-\x9f])"
)
_STARTS = {"]": "OSC", "P": "DCS", "_": "APC", "^": "PM", "X": "SOS"}
_STARTS_8 = {"\x90": "DCS", "\x98": "SOS", "\x9d": "OSC", "\x9e": "PM", "\x9f": "APC"}
_PLACED = frozenset("ABCDEFGHJKSTXLMP@bdfm`aer")
"""Final bytes whose parameters are places, counts or looks: the kind alone counts."""
_STEERING = frozenset("\u061c\u200e\u200f") | {chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}


@dataclass(frozen=True, slots=True)
class Written:
    """`kinds`: what sequences there were (`CSI ?25 h`, `CSI m`, `OSC 52`, `C0 07`). `strings`: contents of OSC and
    its like, by kind. `text`: all that stood between them."""

    kinds: frozenset[str]
    strings: tuple[tuple[str, str], ...]
    text: str

    def clipboard(self) -> list[str]:
        """What OSC 52 put into the clipboard."""
        return [
            base64.b64decode(content.rpartition(";")[2]).decode() for kind, content in self.strings if kind == "OSC 52"
        ]

    def unclean(self) -> list[str]:
        """Characters in the text and in all strings that steer or hide, by code point. Isolates may stand in strings,
        balanced: what a notification or another program shows is laid out there, and needs them."""
        told = [*(content for kind, content in self.strings if kind != "OSC 52"), *self.clipboard()]
        unbalanced = [text for text in told if balance(text) != text]
        kept = [self.text, *(ISOLATES.sub("", text) for text in told), *unbalanced]
        return sorted({f"U+{ord(char):04X}" for text in kept for char in text if _steers(char)})


def written(data: bytes) -> Written:
    """Raises UnicodeDecodeError when it is no UTF-8."""
    kinds: set[str] = set()
    strings: list[tuple[str, str]] = []
    text: list[str] = []
    for part, found in _parts(data.decode()):
        if found is None:
            text.append(part)
        elif found["csi"]:
            kinds.add(_csi(found))
        elif found["string"]:
            kind = _STARTS.get(found["start"] or "") or _STARTS_8[found["start8"]]
            name = f"{kind} {found['content'].partition(';')[0]}" if kind == "OSC" else f"{kind} {found['content'][:8]}"
            kinds.add(name)
            strings.append((name, found["content"]))
        elif found["escape"]:
            kinds.add(f"ESC {found['mids']}{found['last']}")
        else:
            kinds.add(f"C {ord(part):02x}")
    return Written(frozenset(kinds), tuple(strings), "".join(text))


def _csi(found: re.Match[str]) -> str:
    params, final = found["params"], found["final"]
    private = params[:1] if params[:1] in ("<", "=", ">", "?") else ""
    shown = private if final in _PLACED else params
    return f"CSI {shown}{found['between']}{final}"


def _parts(text: str) -> Iterator[tuple[str, re.Match[str] | None]]:
    end = 0
    for found in _SEQUENCE.finditer(text):
        if found.start() > end:
            yield text[end : found.start()], None
        yield found.group(), found
        end = found.end()
    if end < len(text):
        yield text[end:], None


def _steers(char: str) -> bool:
    if char == "\n":
        return False
    return char in _STEERING or unicodedata.category(char) in ("Cc", "Cs", "Co", "Zl", "Zp")
