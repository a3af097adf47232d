"""What the hub needs of one of the company's systems: an answer for a card, in time."""

from __future__ import annotations

from typing import Protocol

from agent_tui.domain.card_requests import Values

SECONDS = 2.0
"""For all of a look-up."""
LARGEST = 256 * 1024
"""Bytes of an answer at most."""


class CardSource(Protocol):
    """What one card is filled from."""

    async def look_up(self, values: Values) -> bytes:
        """The JSON that it answers, `LARGEST` bytes at most, within `SECONDS`. `values`: see
        `domain.card_requests.chosen`. Raises CardFailed, and nothing else that a network or a program can do."""
        ...

    async def stop(self) -> None: ...
