"""What is typed as the answer to a guided script's question, wherever the script stands on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent_tui.desk.keys import CaseKey
from agent_tui.domain.text import SafeText
from agent_tui.widgets.ask.line_text import LineText
from agent_tui.widgets.case.pieces import NOTHING

if TYPE_CHECKING:
    from agent_tui.services.guiding import Guided


class Answering:
    """`line`: what is typed; `problem`: why the last answer was none. `untouched`: it is what was offered, and goes
    with the first letter that is typed."""

    def __init__(self) -> None:
        self.line = LineText()
        self.problem: SafeText = NOTHING
        self.untouched = False
        self._at: tuple[CaseKey, str, str, int] | None = None

    def take(self, key: CaseKey, held: Guided, offered: str) -> None:
        """Another step than before: what may answer it stands there to be confirmed."""
        at = (key, held.id, held.run.at, len(held.run.path))
        if at == self._at or held.step is None:
            return
        self._at = at
        chosen = held.step.ask.kind in ("choice", "yes-no")
        self.line = LineText("" if chosen else offered)
        self.problem, self.untouched = NOTHING, bool(self.line.text)

    def type(self, text: str) -> None:
        """Letters at the caret."""
        if self.untouched:
            self.line = LineText()
        self.line.insert(text)
        self.problem, self.untouched = NOTHING, False

    def untype(self) -> bool:
        """Delete the letter before the caret; False where nothing was typed here."""
        if self.untouched or not self.line.text:
            return False
        self.line.delete_left()
        return True
