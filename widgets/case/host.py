"""What the case asks of the application it stands in: the agent's time zone, the status line, questions, the clipboard.

The application (`agent_tui.app.DeskApp`) has these; a widget knows no more of it than this.
"""

from __future__ import annotations

from datetime import tzinfo
from pathlib import Path
from typing import Protocol, cast

from textual.widget import Widget

from agent_tui.commands.context import Ui
from agent_tui.domain.text import SafeText
from agent_tui.widgets.ask import Asking


class CaseUi(Ui, Protocol):
    """The shell's screen; `ask` puts any question at the bottom line, the focus comes back when it is over.
    `on_keypad`: digits go into the call."""

    on_keypad: bool

    def instead(self, told: SafeText, now: SafeText) -> None:
        """Where the status line says `told` it says `now`, which is true; nothing where that is nothing."""
        ...

    def ask(self, asking: Asking, text: str = "") -> None: ...


class _Settings(Protocol):
    @property
    def zone(self) -> tzinfo: ...

    @property
    def half_blocks(self) -> bool | None:
        """How pictures are shown: in half blocks, in plain signs, or with None not at all."""
        ...

    @property
    def downloads(self) -> Path | None: ...

    @property
    def ask_above(self) -> int: ...

    @property
    def signature(self) -> str: ...

    @property
    def suggestions(self) -> bool: ...


class Host(Protocol):
    """The application around a case."""

    @property
    def ui(self) -> CaseUi: ...

    @property
    def settings(self) -> _Settings: ...


def host(widget: Widget) -> Host:
    """The application that `widget` is mounted in."""
    return cast(Host, widget.app)
