"""Which key a command has on the desk that draws: words that teach a key name the one that works there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, Protocol

from agent_tui.domain.text import SafeText, clean_line


class Keys(Protocol):
    """The keys in use."""

    def key_to_teach(self, command: str) -> str:
        """As a person reads it, `^T` or `g i`; "" where the command has none."""


TAUGHT: Final[ContextVar[Keys | None]] = ContextVar("taught", default=None)
"""Of the running context, as `agent_tui.domain.language.SPOKEN`. None: each command's usual key."""


def key_of(command: str, usual: str) -> SafeText:
    """The key of a command; `usual` is that of the default keymap."""
    keys = TAUGHT.get()
    return clean_line((keys.key_to_teach(command) if keys is not None else "") or usual)


def teach(keys: Keys) -> None:
    """From here on, and in all that is begun from here, these keys are taught. For composition roots alone."""
    TAUGHT.set(keys)


@contextmanager
def taught(keys: Keys) -> Iterator[None]:
    """Teach these keys for a while."""
    token = TAUGHT.set(keys)
    try:
        yield
    finally:
        TAUGHT.reset(token)
