"""What commands may ask of the keyboard's side of the desk; carried out by the shell."""

from __future__ import annotations

from typing import Protocol

from agent_tui.domain.text import SafeText


class Hands(Protocol):
    """Keys that are recorded and played."""

    def record(self) -> SafeText:
        """Begin to record keys, or end it; what to say."""
        ...

    def replay(self) -> SafeText | None:
        """Press what was recorded; why not, where that cannot be."""
        ...
