"""What a command gets to work with: the desk's workbench, the case it is about, and what it may ask of the screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from typing import Literal, Protocol

from agent_tui.commands.hands import Hands, Looks
from agent_tui.desk.backend_state import BackendState
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.frozen import frozen
from agent_tui.domain.model import CaseRow, Message
from agent_tui.domain.text import SafeText, trusted
from agent_tui.services.workbench import Workbench

Move = Literal["next", "previous", "first", "last", "page-on", "page-back"]
Place = Literal["inbox", "timeline", "history", "composer", "customer", "script"]
ComposeMode = Literal["reply", "reply-all", "reply-choose", "note", "forward", "new"]
Arguments = tuple[str, ...]
NOTHING: SafeText = trusted("")


@frozen
class Choice:
    """One line to choose from. `value` is what the choice means; `beside` stands quietly at the right."""

    value: str
    title: SafeText
    beside: SafeText = NOTHING
    why_not: SafeText | None = None
    """Why it cannot be chosen now; None when it can."""
    heading: bool = False
    """Whether it only names the lines under it."""


class Ui(Protocol):
    """What commands may ask of the screen. It is carried out by the shell; commands know no widget."""

    @property
    def place(self) -> Place:
        """Where the focus is (or was, while a line is typed)."""
        ...

    def focus(self, place: Place) -> None: ...

    def focus_next(self, step: int) -> None:
        """To the next pane (1) or the one before (-1)."""
        ...

    def move(self, move: Move) -> bool:
        """Move the cursor where the focus is; False when it stands at that end already."""
        ...

    def point_at(self, key: CaseKey) -> None:
        """Put the inbox's cursor on this case, if it is in the view."""
        ...

    def open_case(self, key: CaseKey, place: Place = "timeline") -> None:
        """Open a case, put the inbox's cursor on it and the focus in `place`; the case left is the last case then."""
        ...

    def open_past(self) -> None:
        """Open the earlier case under the customer pane's cursor."""
        ...

    def keypad(self) -> None:
        """From now on digits go into the call, until Esc."""
        ...

    def back(self) -> None:
        """Out one layer: prompt, card, composer, timeline, the case; never further."""
        ...

    def toggle_customer(self) -> None: ...

    def toggle_history(self) -> None:
        """The customer's history in the timeline's place, or the timeline again."""
        ...

    def open_entry(self) -> None:
        """Open the case of what the history's cursor is on, at it."""
        ...

    def come_back_to(self, key: CaseKey) -> None:
        """The inbox's cursor goes to a case, as soon as that stands there."""
        ...

    def keep_draft(self) -> None:
        """What is being written is on the disk from now on."""
        ...

    def quote(self) -> SafeText | None:
        """Quote the message under the cursor in what is being written; why not, where that cannot be."""
        ...

    @property
    def typed(self) -> str:
        """What is typed as the answer to a guided script's question."""
        ...

    def untype(self) -> bool:
        """Delete the last letter of that; False when nothing is typed."""
        ...

    def refuse(self, why: SafeText) -> None:
        """That is no answer: say why beside it."""
        ...

    def write(self, words: str, fields: Mapping[str, str]) -> SafeText | None:
        """Put words with variables into the reply to the customer, at the caret; why not, where that cannot be.
        `fields`: what is known beside the case."""
        ...

    def write_canned(self, key: str) -> SafeText | None:
        """Put a canned reply in; why not, where that cannot be."""
        ...

    def compose(self, mode: ComposeMode, to: str = "") -> None: ...

    def composer_key(self, command: str, arguments: Arguments) -> SafeText | None: ...

    def edit(self, action: Literal["delete-word", "delete-line", "undo-text"]) -> bool:
        """Edit the prompt that is open; False when none is."""
        ...

    def message(self) -> Message | None:
        """The message under the timeline's cursor."""
        ...

    def show_source(self, message: Message) -> None:
        """Let the agent read what was sent."""
        ...

    def fold(self, every: bool = False) -> None: ...

    def show_letters(self) -> bool: ...

    def explain(self) -> SafeText | None: ...

    def pick(
        self,
        title: SafeText,
        choices: Sequence[Choice],
        then: Callable[[str], None],
        free: bool = False,
        numbered: bool = False,
    ) -> None:
        """Let the agent choose one. `free`: what was typed counts too when it is none of the choices. `numbered`: the
        first nine are chosen by their number alone."""
        ...

    def page_comes(self) -> None:
        """A page will be asked for as soon as servers have answered: keys typed until then are for it."""
        ...

    def page_came(self) -> None:
        """It stands there in another way, or does not come: keys go where the focus is again."""
        ...

    def page(self, title: SafeText, choices: Sequence[Choice], then: Callable[[str], None], at: str = "") -> None:
        """A page to read and choose from: what stands beside the titles is shown whole. `at`: the choice whose line is
        marked first."""
        ...

    def wallboard(self, backend: str) -> None:
        """A server's wallboard in place of inbox and case, until it is left."""
        ...

    @property
    def asking(self) -> bool:
        """Whether a question, a page or a line to type on is open."""
        ...

    def filter(self) -> None:
        """Type words that narrow the view."""
        ...

    def search(self, words: str) -> None:
        """Look for words in all that was said; the cursor comes to what is found."""
        ...

    def find_again(self, step: int) -> SafeText | None:
        """Open the next (1) of what was searched for or the one before (-1); why not, where there is none."""
        ...

    @property
    def hands(self) -> Hands:
        """What the keyboard does beside commands."""
        ...

    @property
    def looks(self) -> Looks:
        """Themes and keymaps."""
        ...

    def command_line(self, start: str = "") -> None: ...

    def palette(self) -> None: ...

    def help(self, command: str = "") -> None: ...

    def say(self, text: SafeText, level: Literal["info", "warning", "failure"] = "info") -> None:
        """Put a result on the status line."""
        ...

    def tell(self, about: SafeText, words: Sequence[SafeText]) -> None:
        """Answer what was asked of somebody: on the status line, or line by line where it is longer than that."""
        ...

    def copy(self, text: SafeText) -> None:
        """To the terminal's clipboard (OSC 52)."""
        ...

    @property
    def lock(self) -> Callable[[], None]:
        """Hides all until it is opened again."""
        ...

    def redraw(self) -> None: ...

    def quit(self) -> None: ...


@frozen
class Context:
    """One moment: who acts, on what, from where. `key` is the opened case where the focus is in it, else the row under
    the inbox's cursor; None when there is none."""

    workbench: Workbench
    ui: Ui
    key: CaseKey | None
    contexts: tuple[str, ...]
    zone: tzinfo
    last_case: CaseKey | None = None

    @property
    def row(self) -> CaseRow | None:
        """The case's row, as the desk knows it."""
        return self.workbench.desk.row(self.key) if self.key is not None else None

    @property
    def backend(self) -> BackendState | None:
        """The server that holds the case; without a case, the first one."""
        backends = self.workbench.desk.backends
        if self.key is not None:
            return backends.get(self.key.backend)
        return next(iter(backends.values()), None)

    @property
    def opened(self) -> bool:
        """Whether the case the command is about is the one that is open."""
        open_case = self.workbench.desk.open_case
        return open_case is not None and open_case.key == self.key
