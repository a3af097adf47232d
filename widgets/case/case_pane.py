"""The opened case: its timeline above, the composer under it."""

from __future__ import annotations

from rich.text import Text
from textual.app import RenderResult
from textual.widget import Widget

from agent_tui.commands.context import ComposeMode, Move
from agent_tui.commands.spec import CALL, GLOBAL, LIST
from agent_tui.desk.changes import Changes
from agent_tui.domain.model import Message
from agent_tui.domain.text import SafeText
from agent_tui.domain.time import Ms
from agent_tui.services.workbench import Workbench
from agent_tui.widgets.paint import Paint


class CasePane(Widget, can_focus=True):
    """Timeline and composer of `desk.open_case`. Focusing the pane itself puts the focus on the timeline."""

    KEY_CONTEXTS = (LIST, CALL, GLOBAL)

    def __init__(self, workbench: Workbench, paint: Paint, id: str | None = None) -> None:
        super().__init__(id=id)
        self.workbench = workbench
        self.paint = paint

    def changed(self, changes: Changes) -> None:
        """See `agent_tui.widgets.pane.Pane`."""
        if changes.timeline:
            self.refresh()

    def tick(self, now: Ms) -> Ms | None:
        """See `agent_tui.widgets.pane.Pane`."""
        return None

    def move(self, move: Move) -> bool:
        """Move the timeline's cursor; False when it stands at that end already."""
        return False

    def focus_timeline(self) -> None:
        """Reading: the keys of lists apply."""
        self.focus()

    def focus_composer(self) -> bool:
        """Writing: the composer's keys apply. False when there is nothing to write to."""
        return False

    @property
    def composing(self) -> bool:
        """Whether the composer has the focus."""
        return False

    @property
    def enter_sends(self) -> bool:
        """What Enter does in the composer as it is now: sends (True), or begins a new line."""
        return True

    def compose_message(self, mode: ComposeMode, to: str = "") -> None:
        """Begin (or go on with) a draft of this kind in the composer and put the focus there. `to`: an address."""

    def composer_key(self, command: str, arguments: tuple[str, ...]) -> SafeText | None:
        """Carry out one of the `compose-*` commands; what to say on the status line, if anything."""
        return None

    def message_under_cursor(self) -> Message | None:
        """The message that `copy-message`, `forward` and `retry-send` are about; the last one when none is marked."""
        case = self.workbench.desk.open_case
        return case.messages[-1] if case is not None and case.messages else None

    def fold(self) -> None:
        """Fold or unfold the quoted text of the message under the cursor."""

    def show_letters(self) -> bool:
        """Put letters on links, files and messages to pick by; False when there is nothing to pick."""
        return False

    def explain(self) -> SafeText | None:
        """More to say about the message under the cursor (decoding problems, delivery), if anything."""
        return None

    def render(self) -> RenderResult:
        return Text("")
