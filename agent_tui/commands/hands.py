"""What commands may ask of the keyboard's side of the desk, and of its looks; carried out by the shell."""

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


class Looks(Protocol):
    """Themes and keymaps, and what is wrong with those of the agent's own."""

    def theme(self, name: str) -> SafeText | None:
        """Put a theme on; without a name let one be chosen, each shown while the cursor is on it."""
        ...

    def keymap(self, name: str) -> SafeText | None:
        """Use another keymap; without a name let one be chosen."""
        ...

    def problems(self) -> SafeText | None:
        """Show what of keymap and themes cannot be used, and why."""
        ...
