"""A line being typed: text, caret, undo. Pure; the caret never stands inside a grapheme's marks."""

from __future__ import annotations

import unicodedata

MOST = 1000
"""Characters a line may have."""
_UNDO = 100


class LineText:
    """One line. Line breaks that are pasted become blanks."""

    def __init__(self, text: str = "") -> None:
        self.text = text[:MOST]
        self.caret = len(self.text)
        self._before: list[tuple[str, int]] = []

    def insert(self, typed: str) -> None:
        """Put text in at the caret; controls are left out."""
        words = " ".join(typed.splitlines()) if len(typed) > 1 else typed
        kept = "".join(character for character in words if unicodedata.category(character) not in ("Cc", "Cs"))
        kept = kept[: MOST - len(self.text)]
        if kept:
            self._change(self.text[: self.caret] + kept + self.text[self.caret :], self.caret + len(kept))

    def delete_left(self) -> None:
        """Backspace."""
        start = self._left_of(self.caret)
        self._change(self.text[:start] + self.text[self.caret :], start)

    def delete_right(self) -> None:
        """Delete."""
        self._change(self.text[: self.caret] + self.text[self._right_of(self.caret) :], self.caret)

    def delete_word(self) -> None:
        """The word before the caret, with the blanks after it."""
        start = len(self.text[: self.caret].rstrip())
        while start and not self.text[start - 1].isspace():
            start -= 1
        self._change(self.text[:start] + self.text[self.caret :], start)

    def delete_line(self) -> None:
        """From the caret to the start."""
        self._change(self.text[self.caret :], 0)

    def replace(self, text: str) -> None:
        """Another text, the caret at its end."""
        self._change(text[:MOST], len(text[:MOST]))

    def undo(self) -> None:
        """Take the last change back."""
        if self._before:
            self.text, self.caret = self._before.pop()

    def left(self) -> None:
        """One grapheme to the left."""
        self.caret = self._left_of(self.caret)

    def right(self) -> None:
        """One grapheme to the right."""
        self.caret = self._right_of(self.caret)

    def home(self) -> None:
        """To the start."""
        self.caret = 0

    def end(self) -> None:
        """To the end."""
        self.caret = len(self.text)

    def _change(self, text: str, caret: int) -> None:
        if text != self.text:
            self._before.append((self.text, self.caret))
            del self._before[:-_UNDO]
        self.text, self.caret = text, caret

    def _left_of(self, place: int) -> int:
        place = max(0, place - 1)
        while place and _joins(self.text[place]):
            place -= 1
        return place

    def _right_of(self, place: int) -> int:
        place = min(len(self.text), place + 1)
        while place < len(self.text) and _joins(self.text[place]):
            place += 1
        return place


def _joins(character: str) -> bool:
    return unicodedata.category(character) in ("Mn", "Me", "Mc", "Cf")
