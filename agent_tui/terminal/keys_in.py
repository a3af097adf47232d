"""Bytes from the terminal to Textual's messages. Rests on Textual 8.2.8's private `XTermParser`."""

from __future__ import annotations

from codecs import getincrementaldecoder
from collections.abc import Iterator

from textual._time import get_time
from textual._xterm_parser import XTermParser
from textual.message import Message


class KeyParser:
    """Feeds `XTermParser`, which cannot know by itself whether ESC is a key or the start of a sequence.

    After `feed`, `wait` is the seconds after which `tick` must be called (unless more arrives before), or None.
    """

    def __init__(self) -> None:
        self._parser = XTermParser()
        self._decode = getincrementaldecoder("utf-8")("replace").decode

    def feed(self, data: bytes) -> Iterator[Message]:
        if text := self._decode(data):
            yield from self._parser.feed(text)

    def tick(self) -> Iterator[Message]:
        yield from self._parser.tick()

    @property
    def wait(self) -> float | None:
        due = self._parser._timeout_time
        return None if due is None else max(0.0, due - get_time()) + 0.001
