"""Bytes from the terminal to Textual's messages. Rests on Textual 8.2.8's private `XTermParser`."""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator

from textual import constants
from textual._time import get_time
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.message import Message

from agent_tui.terminal.answers import AnswerReader

LATE_SECONDS = 10.0
"""How long after an ESC that counted as a key the rest of a paste's start is still known for one. A stalled line splits
them, and what is pasted would be keys; nobody types `[200~`."""

_ESC = "\x1b"
_CONTROL_SEQUENCE = re.compile(r"\[[0-?]*[ -/]*[@-~]")


class KeyParser:
    """Feeds `XTermParser`, which cannot know by itself whether ESC is a key or the start of a sequence.

    After `feed`, `wait` is the seconds after which `tick` must be called (unless more arrives before), or None.

    ESC is taken out of what is pasted: the parser takes an escape sequence inside a paste for keys, so that each line
    break after it would be Enter. A sequence whose ESC was given as a key already is still taken for one when its rest
    comes at once.

    `answers` takes out what the terminal answers, which the parser would take for keys; not within a paste, which
    could play the terminal.
    """

    def __init__(self, answers: AnswerReader | None = None, now: Callable[[], float] = get_time) -> None:
        self._answers = answers or AnswerReader()
        self._now = now
        self._parser = XTermParser()
        self._given = ""
        """So much of a paste's start was given as keys, or given up, since nothing followed in time."""
        self._given_at = 0.0
        self._held = ""
        """What may be the next of it, not given yet; `_held_until`: when it counts as keys too."""
        self._held_until = 0.0
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._pasting = False
        self._before = ""
        """The end of what was fed, in which a paste's start may have begun; within a paste what may begin its end."""

    def feed(self, data: bytes) -> Iterator[Message]:
        text = self._decode(data)
        if self._given and text:
            text = self._after_given(text)
        while text:
            if self._pasting:
                piece, text = self._in_paste(text)
            else:
                piece, text = self._outside(text)
                piece = self._answers.take(piece, self._now())
            if piece:
                yield from self._parser.feed(piece)

    def tick(self) -> Iterator[Message]:
        if self._held and self._now() >= self._held_until:
            late, self._held = self._held, ""
            self._given += late
            yield from self._parser.feed(late)
        held = self._answers.wait(self._now()) is not None
        typed = self._answers.tick(self._now())
        lost = held and not typed and self._answers.wait(self._now()) is None
        if typed:
            yield from self._parser.feed(typed)
            if self._parser._timeout_time is not None:
                self._parser._timeout_time = get_time()  # it has waited already
        waited = self._parser._timeout_time is not None
        yield from self._parser.tick()
        if (lost or (waited and self._parser._timeout_time is None)) and not self._pasting:
            at = self._before.rfind(_ESC)
            self._given, self._given_at = self._before[at:] if at >= 0 else "", self._now()
            self._before = ""  # that ESC was a key

    def _after_given(self, text: str) -> str:
        """What to go on with, "" while it may still be the rest of a paste's start."""
        given, held = self._given, self._held
        self._held = ""
        if self._now() - self._given_at <= LATE_SECONDS and BRACKETED_PASTE_START.startswith(given):
            rest = BRACKETED_PASTE_START[len(given) + len(held) :]
            if text.startswith(rest):
                self._given = ""
                return BRACKETED_PASTE_START + text[len(rest) :]
            if rest.startswith(text):
                self._held, self._held_until = held + text, self._now() + constants.ESCAPE_DELAY
                return ""
        self._given = ""
        whole = given == _ESC and _CONTROL_SEQUENCE.match(held + text)
        return (_ESC if whole else "") + held + text

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
        waits = [self._answers.wait(self._now()), None if due is None else max(0.0, due - get_time())]
        waits.append(max(0.0, self._held_until - self._now()) if self._held else None)
        soonest = min((wait for wait in waits if wait is not None), default=None)
        return None if soonest is None else soonest + 0.001
