"""Safe text in the order of the cells, from the left: what a terminal that knows nothing of direction must be given.

Letters are reordered grapheme by grapheme, so that marks stay with their base (UAX #9, L3) and emoji stay whole;
brackets are mirrored (L4); what is a phone number, an address, a link, a handle, an id or a key keeps its inner order
(HL3). In words from the left it is one of them, and elsewhere it stands alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import accumulate
from typing import Final, Literal

from agent_tui.domain.bidi import Base, Paragraph, base_level, is_simple, resolve, visual_order
from agent_tui.domain.bidi_classes import mirrored
from agent_tui.domain.frozen import frozen
from agent_tui.domain.text_cells import ELLIPSIS, graphemes, narrowed, truncate, wrap, wrapped_places
from agent_tui.domain.text_isolates import UNSEEN
from agent_tui.domain.text_safe import SafeText, repair

Bidi = Literal["visual", "terminal", "off"]
"""Who puts right-to-left text in order: `visual` we do; `terminal` it does, row by row as text that begins at the
left; `off` nobody, text stands as it is stored."""

_LRI, _PDI, _LRM = "\u2066", "\u2069", "\u200e"
_STEERING: Final = frozenset("\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
_KEPT_WHOLE: Final = re.compile(
    r"""
    (?<![A-Za-z0-9_@])
    (?: (?:https?://|www\.) [^\s<>"\u2066-\u2069]{0,2000} [^\s<>"\u2066-\u2069.,;:!?)\]}']
      | [A-Za-z0-9][A-Za-z0-9._%+-]{0,63} @ [A-Za-z0-9.-]{1,253} [A-Za-z0-9]
      | \+\d [\d().\x20-]{4,18} \d
      | \(?0\d{1,3}\)? [-.\x20] \d [\d.\x20-]{3,12} \d
      | [#*]\d+
      | [@#][A-Za-z_][A-Za-z0-9_.]{0,63} (?<!\.)
      | \^[A-Z](?![A-Za-z])
      | [A-Za-z0-9]++ (?:[-_./:#&=+][A-Za-z0-9]++)+
    )
    """,
    re.VERBOSE,
)
_LATIN: Final = re.compile("[A-Za-z]")


@frozen
class VisualLine:
    """A line as it is drawn. `right`: its paragraph begins at the right."""

    text: SafeText
    right: bool


def visual_line(text: SafeText, bidi: Bidi, cells: int | None = None, ellipsis: SafeText = ELLIPSIS) -> VisualLine:
    """One line, in at most `cells` cells: what is too long ends with an ellipsis where its reading ends."""
    short = text if cells is None else truncate(text, cells, ellipsis)
    if bidi == "off" or is_simple(text):
        return VisualLine(short.drawn(), False)
    base = base_level(text)
    drawn, paragraph = directed(short, base)
    return VisualLine(repair("".join(_in_order(drawn, paragraph, 0, len(drawn), bidi))), bool(base))


def visual_lines(paragraph: SafeText, cells: int, bidi: Bidi) -> list[VisualLine]:
    """A paragraph wrapped as it is read, each line then put in order. At least one line for `cells` above 0."""
    if cells < 1:
        return []
    if bidi == "off" or is_simple(paragraph):
        return [VisualLine(line, False) for line in wrap(paragraph.drawn(), cells)]
    drawn, resolved = directed(paragraph, base_level(paragraph))
    return [
        VisualLine(repair(narrowed("".join(_in_order(drawn, resolved, start, stop, bidi)), cells)), bool(resolved.base))
        for start, stop in wrapped_places(drawn, cells)
    ]


def levels_of(text: str, base: int) -> Paragraph:
    """One paragraph with a level for each of its characters; what must stay whole is isolated for that."""
    text = str(text)  # slices of a SafeText are repaired, and these must not be
    spans = [found.span() for found in _KEPT_WHOLE.finditer(text) if not _ends_inside_a_letter(found)]
    direction: Base = "rtl" if base else "ltr"
    if not spans:
        return resolve(text, direction)
    parts: list[str] = []
    kept: list[int] = []
    place = shift = 0
    in_words = False  # of the left: what is whole stands in them then, "order #4471" and "T-shirt blue" stay phrases
    for start, stop in spans:
        between, whole = text[place:start], text[start:stop]
        in_words = _LATIN.search(whole) is not None or _ends_in_words_from_the_left(between, in_words)
        mark = _LRM if in_words else ""
        parts += (between, mark, _LRI, whole, _PDI, mark)
        kept += range(place + shift, start + shift)
        shift += len(mark) + 1
        kept += range(start + shift, stop + shift)
        shift += len(mark) + 1
        place = stop
    parts.append(text[place:])
    kept += range(place + shift, len(text) + shift)
    return _only(resolve("".join(parts), direction), kept)


def directed(text: str, base: int) -> tuple[str, Paragraph]:
    """One paragraph without the characters that only steer its direction, and the levels they led to."""
    text = str(text)
    paragraph = levels_of(text, base)
    if UNSEEN.search(text) is None:
        return text, paragraph
    kept = [place for place, sign in enumerate(text) if sign not in _STEERING]
    return "".join([text[place] for place in kept]), _only(paragraph, kept)


def _only(paragraph: Paragraph, kept: list[int]) -> Paragraph:
    levels, kinds = paragraph.levels, paragraph.kinds
    return Paragraph(
        paragraph.base, bytes([levels[place] for place in kept]), "".join([kinds[place] for place in kept])
    )


def letters_in_order(letters: Sequence[str], levels: bytes, kinds: str, bidi: Bidi) -> tuple[list[int], list[str]]:
    """Graphemes with their levels and classes -> which stands at each place from the left, and how each is drawn."""
    order = visual_order(levels)
    if bidi != "terminal":
        return order, [_turned(letters[at]) if levels[at] & 1 else letters[at] for at in order]
    return _for_a_terminal_that_reorders(order, letters, levels, kinds)


def _in_order(drawn: str, paragraph: Paragraph, start: int, stop: int, bidi: Bidi) -> list[str]:
    levels = paragraph.line(start, stop)
    letters = list(graphemes(drawn[start:stop]))
    if not any(levels):
        return letters
    places = list(accumulate(map(len, letters), initial=0))[:-1]
    ranks = bytes([levels[place] for place in places])
    kinds = "".join([paragraph.kinds[start + place] for place in places])
    return letters_in_order(letters, ranks, kinds, bidi)[1]


def _turned(letter: str) -> str:
    return mirrored(letter[:1]) + letter[1:]


def _for_a_terminal_that_reorders(
    order: list[int], letters: Sequence[str], levels: bytes, kinds: str
) -> tuple[list[int], list[str]]:
    """What such a terminal must be sent to show `order`: its runs from right to left stand as they are read, and it
    turns and mirrors them. A number between two such runs it takes to them, whatever we say."""
    placed = list(order)
    drawn = [_turned(letters[at]) if levels[at] & 1 else letters[at] for at in placed]
    shape = "".join(["R" if kinds[at] in "RA" else "L" if kinds[at] == "L" else "N" for at in placed])
    for run in re.finditer("R(?:[RN]*R)?", shape):
        start, stop = run.span()
        placed[start:stop] = sorted(placed[start:stop])
        drawn[start:stop] = [letters[at] for at in placed[start:stop]]
    return placed, drawn


def _ends_in_words_from_the_left(between: str, before: bool) -> bool:
    """Whether the last letter with a direction runs from the left; `before`: whether what stands before does."""
    for letter in reversed(between):
        if letter in _STEERING:
            return letter == _LRM
        if (kind := unicodedata.bidirectional(letter)) in ("L", "R", "AL"):
            return kind == "L"
    return before


def _ends_inside_a_letter(found: re.Match[str]) -> bool:
    after = found.string[found.end() : found.end() + 1]
    return bool(after) and (after in "\u200c\u200d" or unicodedata.category(after).startswith("M"))
