"""The language a desk speaks: its words for ours, and the side at which its lines begin. One a desk, not a process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, Protocol


class Language(Protocol):
    """Words for our own English ones, which are the keys; a text it does not know is answered as it is."""

    @property
    def code(self) -> str:
        """`he`, as ISO 639 says it."""

    @property
    def from_right(self) -> bool:
        """Whether it is written from the right, so that the whole picture is mirrored."""

    def text(self, message: str, context: str = "") -> str:
        """What stands for `message`. `context` tells two meanings of one English word apart."""

    def plural(self, one: str, many: str, n: int) -> str:
        """The form that goes with `n`."""


SPOKEN: Final[ContextVar[Language | None]] = ContextVar("spoken", default=None)
"""Of the running context: tasks, readers and timers inherit it from the one that made them. None: English."""


def speak(language: Language | None) -> None:
    """From here on, and in all that is begun from here, `language` is spoken. For composition roots alone."""
    SPOKEN.set(language)


@contextmanager
def spoken(language: Language | None) -> Iterator[None]:
    """Speak `language` for a while."""
    token = SPOKEN.set(language)
    try:
        yield
    finally:
        SPOKEN.reset(token)
