"""A text being written: caret, marked part, undo. Pure; steps are graphemes and words, never half a letter."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left, bisect_right

from agent_tui.domain.replies.fields import FIELD, without
from agent_tui.domain.text import clean
from agent_tui.widgets.text.layout import graphemes

MOST = 100_000
"""Characters a text may have."""
_UNDO = 200


def cleaned(typed: str, letter: str = "") -> str:
    """What may be put in of what was typed or pasted: no controls but line breaks, no direction overrides.

    `letter`: the one before it, which its first mark joins; without one a mark stands on a dotted circle."""
    text = typed.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    kept = "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs"))
    if letter and kept and unicodedata.category(kept[0]).startswith("M"):
        joined = str(clean(letter + kept))
        if joined.startswith(letter):
            return joined[len(letter) :]
    return str(clean(kept))


class EditText:
    """`caret` and `anchor` are places between graphemes; between them lies what is marked, nothing when equal."""

    def __init__(self, text: str = "", caret: int | None = None) -> None:
        self.text = text[:MOST]
        self.caret = self.anchor = len(self.text) if caret is None else self._edge(caret)
        self._before: list[tuple[str, int]] = []
        self._after: list[tuple[str, int]] = []
        self._typing = False
        self.data: tuple[str, ...] = ()
        """Values that were put in: braces in them are no field."""

    @property
    def marked(self) -> tuple[int, int]:
        """Start and end of the marked part."""
        return min(self.caret, self.anchor), max(self.caret, self.anchor)

    # -- changing

    def insert(self, typed: str) -> None:
        """Put text in at the caret, in place of what is marked."""
        start, stop = self.marked
        kept = cleaned(typed, self.text[self._left_of(start) : start].strip("\n"))
        kept = kept[: max(0, MOST - len(self.text) + stop - start)]
        if kept:
            self._change(start, stop, kept, joins=len(kept) == 1 and not kept.isspace())

    def backspace(self) -> None:
        """Delete what is marked, else the grapheme before the caret."""
        start, stop = self.marked
        self._change(start if start != stop else self._left_of(self.caret), stop, "")

    def delete(self) -> None:
        """Delete what is marked, else the grapheme after the caret."""
        start, stop = self.marked
        self._change(start, stop if start != stop else self._right_of(self.caret), "")

    def delete_word(self) -> None:
        """Delete what is marked, else the word before the caret with the blanks after it."""
        start, stop = self.marked
        self._change(start if start != stop else self._word_left(self.caret), stop, "")

    def delete_line(self) -> None:
        """Delete what is marked, else from the caret to the start of its line; at the start, the line break before
        it."""
        start, stop = self.marked
        if start == stop:
            line = self.text.rfind("\n", 0, stop) + 1
            start = line if line != stop else max(0, stop - 1)
        self._change(start, stop, "")

    def replace(self, text: str, caret: int | None = None) -> None:
        """Another text in place of this one; can be undone."""
        self._change(0, len(self.text), text[:MOST])
        self.put_caret(len(self.text) if caret is None else caret)

    def undo(self) -> bool:
        """Take the last change back; False when there is none."""
        self._typing = False
        return self._exchange(self._before, self._after)

    def redo(self) -> bool:
        """Make the change again that was taken back last; False when there is none, or something was written since."""
        self._typing = False
        return self._exchange(self._after, self._before)

    def _exchange(self, taken: list[tuple[str, int]], kept: list[tuple[str, int]]) -> bool:
        if not taken:
            return False
        kept.append((self.text, self.caret))
        self.text, self.caret = taken.pop()
        self.anchor = self.caret
        return True

    # -- moving

    def put_caret(self, place: int, mark: bool = False) -> None:
        """The caret at a place; `mark`: what lies between is marked."""
        self._typing = False
        self.caret = self._edge(place)
        if not mark:
            self.anchor = self.caret

    def left(self, mark: bool = False) -> None:
        start, stop = self.marked
        self.put_caret(start if start != stop and not mark else self._left_of(self.caret), mark)

    def right(self, mark: bool = False) -> None:
        start, stop = self.marked
        self.put_caret(stop if start != stop and not mark else self._right_of(self.caret), mark)

    def word_left(self, mark: bool = False) -> None:
        self.put_caret(self._word_left(self.caret), mark)

    def word_right(self, mark: bool = False) -> None:
        place = self.caret
        while place < len(self.text) and self.text[place].isspace():
            place += 1
        while place < len(self.text) and not self.text[place].isspace():
            place += 1
        self.put_caret(place, mark)

    def at_word_start(self) -> bool:
        """Whether a word would begin at the caret."""
        start, _ = self.marked
        return start == 0 or self.text[start - 1].isspace()

    def mark_field(self, start: int = 0, stop: int | None = None) -> bool:
        """Mark the first `{{ field }}` from `start` on (up to `stop`), so that typing fills it; False when there is
        none."""
        found = FIELD.search(without(self.text, self.data), start, len(self.text) if stop is None else stop)
        if found is None:
            return False
        self._typing = False
        self.anchor, self.caret = map(self._edge, found.span())
        return True

    def next_field(self) -> bool:
        """Mark the next field after the caret, else the first one."""
        return self.mark_field(self.marked[1]) or self.mark_field()

    # -- inside

    def _change(self, start: int, stop: int, new: str, joins: bool = False) -> None:
        if start == stop and not new:
            return
        if not (joins and self._typing):
            self._before.append((self.text, self.caret))
            del self._before[:-_UNDO]
        self._after.clear()
        self._typing = joins
        self.text = self.text[:start] + new + self.text[stop:]
        # A mark behind what was put in or taken out joins what is before it now.
        self.caret = self.anchor = self._edge(start + len(new))

    def _edge(self, place: int) -> int:
        """The place itself, or behind the grapheme in which it would stand."""
        place = max(0, min(place, len(self.text)))
        if place == len(self.text) or self.text[place].isascii():
            return place
        _, edges = self._edges(place)
        return edges[min(bisect_left(edges, place), len(edges) - 1)]

    def _edges(self, place: int) -> tuple[int, list[int]]:
        """Start of the line of `place`, and where its graphemes end."""
        start = self.text.rfind("\n", 0, place) + 1
        stop = self.text.find("\n", place)
        line = self.text[start : stop if stop >= 0 else len(self.text)]
        edges, at = [start], start
        for grapheme in graphemes(line):
            at += len(grapheme)
            edges.append(at)
        return start, edges

    def _left_of(self, place: int) -> int:
        if place == 0:
            return 0
        start, edges = self._edges(place)
        return edges[bisect_left(edges, place) - 1] if place > start else place - 1

    def _right_of(self, place: int) -> int:
        if place >= len(self.text):
            return len(self.text)
        _, edges = self._edges(place)
        after = bisect_right(edges, place)
        return edges[after] if after < len(edges) else place + 1

    def _word_left(self, place: int) -> int:
        while place and self.text[place - 1].isspace():
            place -= 1
        while place and not self.text[place - 1].isspace():
            place -= 1
        edge = self._edge(place)
        return place if edge == place else self._left_of(place)  # a blank that carries a mark goes with its word
