"""Bytes from the terminal to Textual's messages. Rests on Textual 8.2.8's private `XTermParser`."""

from __future__ import annotations

from codecs import getincrementaldecoder
from collections.abc import Iterator

from textual._time import get_time
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.message import Message

_ESC = "\x1b"


class KeyParser:
    """Feeds `XTermParser`, which cannot know by itself whether ESC is a key or the start of a sequence.

    After `feed`, `wait` is the seconds after which `tick` must be called (unless more arrives before), or None.

    ESC is taken out of what is pasted: the parser takes an escape sequence inside a paste for keys, so that each line
    break after it would be Enter.
    """

    def __init__(self) -> None:
        self._parser = XTermParser()
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._pasting = False
        self._before = ""
        """The end of what was fed, in which a paste's start may have begun; within a paste what may begin its end."""

    def feed(self, data: bytes) -> Iterator[Message]:
        text = self._decode(data)
        while text:
            piece, text = self._in_paste(text) if self._pasting else self._outside(text)
            if piece:
                yield from self._parser.feed(piece)

    def tick(self) -> Iterator[Message]:
        if not self._pasting:
            self._before = ""  # that ESC was a key
        yield from self._parser.tick()

    def _outside(self, text: str) -> tuple[str, str]:
        """What to feed, up to and with the start of a paste; and what is left."""
        seen = self._before + text
        at = seen.find(BRACKETED_PASTE_START)
        if at < 0:
            self._before = seen[1 - len(BRACKETED_PASTE_START) :]
            return text, ""
        left = seen[at + len(BRACKETED_PASTE_START) :]
        self._pasting, self._before = True, ""
        return text[: len(text) - len(left)], left

    def _in_paste(self, text: str) -> tuple[str, str]:
        """The same up to and with the end of the paste, its words without ESC."""
        seen = self._before + text
        words, end, left = seen.partition(BRACKETED_PASTE_END)
        self._pasting, self._before = not end, ""
        if not end:
            begun = words.rfind(_ESC)
            if begun >= 0 and BRACKETED_PASTE_END.startswith(words[begun:]):
                words, self._before = words[:begun], words[begun:]
        return words.replace(_ESC, "") + end, left

    @property
    def wait(self) -> float | None:
        due = self._parser._timeout_time
        return None if due is None else max(0.0, due - get_time()) + 0.001
