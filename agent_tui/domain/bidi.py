"""The Unicode Bidirectional Algorithm (UAX #9): the level of each character of a paragraph, and the order of a line.

Rules are patterns over strings that hold one letter a character, its class (`agent_tui.domain.bidi_classes`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, Literal

from agent_tui.domain.bidi_classes import brackets, classes
from agent_tui.domain.frozen import frozen

Base = Literal["auto", "ltr", "rtl"]
"""The direction of a paragraph; `auto`: that of its first strong character outside isolates, else left to right."""

MAX_DEPTH: Final = 125
_MAX_BRACKETS: Final = 63

_LIKELY_RTL: Final = re.compile(
    "[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
"""What any text holds that is not simply left to right; a superset of classes R, AL, AN and the explicit ones."""

_EXPLICIT: Final = re.compile("[FGHIJUVXY]")
_STRONG_OR_ISOLATE: Final = re.compile("[LRAUVXY]")
_W1: Final = re.compile("(.)(M+)")
_W2: Final = re.compile("A[^LRA]*")
_W4_EUROPEAN: Final = re.compile("(?<=E)[PC](?=E)")
_W4_ARABIC: Final = re.compile("(?<=N)C(?=N)")
_W5: Final = re.compile("(?<=E)T++|(?<![ET])T++(?=E)")
_W7: Final = re.compile("L[^LR]*")
_N1_LEFT: Final = re.compile("(?<=L)[BSWOUVXY]++(?=L)")
_N1_RIGHT: Final = re.compile("(?<=[REN])[BSWOUVXY]++(?=[REN])")
_NEUTRAL: Final = re.compile("[BSWOUVXY]")
_L1: Final = re.compile("(?<![WUVXYFGHIJZ])[WUVXYFGHIJZ]*+(?:[SB]|$)")
_RISE: Final = (str.maketrans("LREN", "\0\1\2\2"), str.maketrans("LREN", "\1\0\1\1"))
"""How far the level rises by class, at an even and at an odd embedding level (I1, I2)."""


@frozen
class Paragraph:
    """A paragraph with its levels: `base` is its own, 0 or 1; `levels` holds one a character, odd where it is read
    from the right. Characters that X9 removes have the level of the one before. `kinds`: the classes."""

    base: int
    levels: bytes
    kinds: str

    def line(self, start: int, stop: int) -> bytes:
        """The levels of a line of it, its last blanks at the paragraph's own level (L1)."""
        return _reset(self.kinds[start:stop], self.levels[start:stop], self.base)


def is_simple(text: str) -> bool:
    """Whether `text` is all left to right, so that no rule does anything in a paragraph that is so too."""
    return text.isascii() or _LIKELY_RTL.search(text) is None


def base_level(text: str) -> int:
    """0 or 1 by the first strong character outside isolates (P2, P3); 0 without one."""
    return 0 if is_simple(text) else _first_strong(classes(text))


def resolve(text: str, base: Base = "auto") -> Paragraph:
    """The levels of one paragraph. Linear for all but brackets, of which 63 may be open at a time."""
    return resolve_classes(classes(text), base, text)


def resolve_classes(kinds: str, base: Base = "auto", text: str = "") -> Paragraph:
    """As `resolve`, from the classes; without `text` nothing is taken for a bracket."""
    own = _first_strong(kinds) if base == "auto" else int(base == "rtl")
    if _EXPLICIT.search(kinds) is None and "Z" not in kinds:
        edge = "LR"[own]
        return Paragraph(own, _implicit(kinds, own, edge, edge, text), kinds)
    embedded, replaced = _explicit(kinds, own)
    levels = bytearray(embedded)
    for places in _sequences(kinds, embedded):
        level = embedded[places[0]]
        before, after = _edges(kinds, embedded, places, own)
        part = "".join([replaced[place] for place in places])
        signs = "".join([text[place] for place in places]) if text else ""
        for place, found in zip(places, _implicit(part, level, before, after, signs), strict=True):
            levels[place] = found
    level = own
    for place, kind in enumerate(kinds):
        if kind in "FGHIJZ":
            levels[place] = level
        level = levels[place]
    return Paragraph(own, bytes(levels), kinds)


def visual_order(levels: bytes) -> list[int]:
    """Which logical place stands at each visual one, from the left (L2)."""
    order = list(range(len(levels)))
    lowest = min((level for level in levels if level & 1), default=None)
    if lowest is not None:
        for level in range(max(levels), lowest - 1, -1):
            for run in _at_least(level).finditer(levels):
                start, stop = run.span()
                order[start:stop] = order[start:stop][::-1]
    return order


@lru_cache(maxsize=MAX_DEPTH + 2)
def _at_least(level: int) -> re.Pattern[bytes]:
    return re.compile(b"[\\x%02x-\xff]+" % level)


def inverse(order: Sequence[int]) -> list[int]:
    """The other way: at which visual place each logical one stands, or back."""
    back = [0] * len(order)
    for place, value in enumerate(order):
        back[value] = place
    return back


def _first_strong(kinds: str) -> int:
    """The level that the first strong character outside isolates asks for."""
    depth = 0
    for found in _STRONG_OR_ISOLATE.finditer(kinds):
        kind = found.group()
        if kind == "Y":
            depth = max(0, depth - 1)
        elif kind in "UVX":
            depth += 1
        elif not depth:
            return int(kind != "L")
    return 0


def _isolated_from_right(kinds: str) -> set[int]:
    """The places of the isolate initiators whose first strong character is one from right to left (X5c)."""
    right: set[int] = set()
    waiting: list[int | None] = []
    for found in _STRONG_OR_ISOLATE.finditer(kinds):
        kind = found.group()
        if kind in "UVX":
            waiting.append(found.start())
        elif waiting and kind == "Y":
            waiting.pop()
        elif waiting and waiting[-1] is not None:
            if kind != "L":
                right.add(waiting[-1])
            waiting[-1] = None
    return right


# -- explicit levels (X1 to X10)


def _explicit(kinds: str, own: int) -> tuple[bytearray, list[str]]:
    """The embedding level of each character, and its class after overrides (X1 to X8)."""
    levels = bytearray(len(kinds))
    replaced = list(kinds)
    stack: list[tuple[int, str, bool]] = [(own, "", False)]
    from_right = _isolated_from_right(kinds) if "X" in kinds else set()
    lost_isolates = lost_embeddings = open_isolates = 0
    for place, kind in enumerate(kinds):
        level, override, _ = stack[-1]
        levels[place] = level
        if kind in "UVX":
            right = kind == "V" or (kind == "X" and place in from_right)
            if override:
                replaced[place] = override
            higher = (level + 1) | 1 if right else (level + 2) & ~1
            if higher <= MAX_DEPTH and not lost_isolates and not lost_embeddings:
                open_isolates += 1
                stack.append((higher, "", True))
            else:
                lost_isolates += 1
        elif kind == "Y":
            if lost_isolates:
                lost_isolates -= 1
            elif open_isolates:
                lost_embeddings = 0
                while not stack[-1][2]:
                    stack.pop()
                stack.pop()
                open_isolates -= 1
            level, override, _ = stack[-1]
            levels[place] = level
            if override:
                replaced[place] = override
        elif kind in "FGHI":
            higher = (level + 1) | 1 if kind in "HI" else (level + 2) & ~1
            if higher <= MAX_DEPTH and not lost_isolates and not lost_embeddings:
                stack.append((higher, {"G": "L", "I": "R"}.get(kind, ""), False))
            elif not lost_isolates:
                lost_embeddings += 1
        elif kind == "J":
            if lost_isolates:
                continue
            if lost_embeddings:
                lost_embeddings -= 1
            elif not stack[-1][2] and len(stack) > 1:
                stack.pop()
        elif kind == "B":
            levels[place] = own
        elif override and kind != "Z":
            replaced[place] = override
    return levels, replaced


def _sequences(kinds: str, levels: bytearray) -> Iterator[list[int]]:
    """The isolating run sequences (BD13): the places of each, without what X9 removes."""
    runs: list[list[int]] = []
    for place, kind in enumerate(kinds):
        if kind in "FGHIJZ":
            continue
        if runs and levels[runs[-1][-1]] == levels[place]:
            runs[-1].append(place)
        else:
            runs.append([place])
    waiting: list[list[int] | None] = []
    first: list[list[int]] = []
    for run in runs:
        sequence = run
        if kinds[run[0]] == "Y" and waiting:
            opened = waiting.pop()
            if opened is not None:
                opened += run
                sequence = opened
        if sequence is run:
            first.append(run)
        for place in run:
            if kinds[place] == "Y" and place != run[0] and waiting:
                waiting.pop()
            elif kinds[place] in "UVX":
                waiting.append(sequence if place == run[-1] else None)
    yield from first


def _edges(kinds: str, levels: bytearray, places: list[int], own: int) -> tuple[str, str]:
    """sos and eos (X10): the class of the boundary before and after a sequence."""
    level = levels[places[0]]
    before = places[0] - 1
    while before >= 0 and kinds[before] in "FGHIJZ":
        before -= 1
    after = places[-1] + 1
    while after < len(kinds) and kinds[after] in "FGHIJZ":
        after += 1
    left = levels[before] if before >= 0 else own
    right = levels[after] if after < len(kinds) and kinds[places[-1]] not in "UVX" else own
    return "LR"[max(level, left) & 1], "LR"[max(level, right) & 1]


# -- implicit levels (W1 to I2)


def _implicit(kinds: str, level: int, before: str, after: str, signs: str) -> bytes:
    """The levels of one isolating run sequence."""
    resolved = before + kinds + after  # the boundaries take part as strong characters
    if "M" in kinds:
        resolved = _W1.sub(_like_before, resolved)
    if "A" in resolved:
        resolved = _W2.sub(_arabic_numbers, resolved).replace("A", "R")
    if "E" in resolved or "N" in resolved:
        resolved = _W4_ARABIC.sub("N", _W4_EUROPEAN.sub("E", resolved))
        resolved = _W5.sub(lambda found: "E" * len(found.group()), resolved)
        resolved = _W7.sub(lambda found: found.group().replace("E", "L"), resolved)
    resolved = resolved.translate(_SEPARATORS)
    if signs:
        resolved = _bracketed(resolved, kinds, signs, level)
    resolved = _N1_LEFT.sub(lambda found: "L" * len(found.group()), resolved)
    resolved = _N1_RIGHT.sub(lambda found: "R" * len(found.group()), resolved)
    resolved = _NEUTRAL.sub("LR"[level & 1], resolved)
    rises = resolved[1:-1].translate(_RISE[level & 1]).encode("latin-1")
    return bytes([level + rise for rise in rises]) if level else rises


_SEPARATORS: Final = str.maketrans("PTC", "OOO")


def _like_before(found: re.Match[str]) -> str:
    first, marks = found.groups()
    return str(first + ("O" if first in "UVXY" else first) * len(marks))


def _arabic_numbers(found: re.Match[str]) -> str:
    return found.group().replace("E", "N")


def _bracketed(resolved: str, kinds: str, signs: str, level: int) -> str:
    """Brackets get the direction of what they hold (N0). `resolved` has one boundary character at each end."""
    pairs = _bracket_pairs(resolved, signs)
    if not pairs:
        return resolved
    own = "LR"[level & 1]
    strong = {"L": "L", "R": "R", "E": "R", "N": "R"}
    found = list(resolved)
    for opening, closing in pairs:
        inside = {strong[kind] for kind in found[opening + 1 : closing] if kind in strong}
        if own in inside:
            kind = own
        elif inside:
            before = opening - 1
            while found[before] not in strong:
                before -= 1
            kind = strong[found[before]]
        else:
            continue
        for place in (opening, closing):
            found[place] = kind
            after = place + 1
            while after <= len(kinds) and kinds[after - 1] == "M":
                found[after] = kind
                after += 1
    return "".join(found)


def _bracket_pairs(resolved: str, signs: str) -> list[tuple[int, int]]:
    """The places in `resolved` of the brackets that belong together, by their opening one (BD16)."""
    opening, closing = brackets()
    pairs: list[tuple[int, int]] = []
    stack: list[tuple[str, int]] = []
    for place, sign in enumerate(signs, start=1):
        if resolved[place] != "O":
            continue
        if sign in opening:
            if len(stack) == _MAX_BRACKETS:
                return []
            stack.append((opening[sign], place))
        elif sign in closing:
            for depth in range(len(stack) - 1, -1, -1):
                if stack[depth][0] == closing[sign]:
                    pairs.append((stack[depth][1], place))
                    del stack[depth:]
                    break
    return sorted(pairs)


# -- lines (L1)


def _reset(kinds: str, levels: bytes, base: int) -> bytes:
    found = bytearray(levels)
    for span in _L1.finditer(kinds):
        found[span.start() : span.end()] = bytes([base]) * (span.end() - span.start())
    return bytes(found)
