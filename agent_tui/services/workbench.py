"""The one object that commands and widgets talk to: it keeps the desk's state, asks, sends and tells what changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from agent_tui.backends.base import Backend
from agent_tui.desk.changes import Changes
from agent_tui.desk.desk import Desk
from agent_tui.desk.drafts import Draft
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.orders import FileRef, Order
from agent_tui.domain.queries import LinkPage
from agent_tui.domain.text import SafeText, trusted
from agent_tui.domain.time import TimeSource
from agent_tui.domain.views import View


class Workbench:
    """Widgets read `desk`, listen by `subscribe`, and act by the methods; nothing here blocks on the network."""

    def __init__(
        self,
        backends: Sequence[Backend],
        state_dir: Path | None,
        time: TimeSource,
        undo_seconds: float = 5.0,
        names: Mapping[str, str] | None = None,
    ) -> None:
        """`state_dir` None keeps drafts and outbox in memory. `names`: what to call a backend, by id.
        Raises StateInUse when another desk works in `state_dir`."""
        self.desk = Desk()
        self.time = time

    def subscribe(self, callback: Callable[[Changes], None]) -> Callable[[], None]:
        """`callback` is called once per loop turn with all that changed; the answer takes it off again."""
        return lambda: None

    async def run(self) -> None:
        """All sessions, until `stop()`."""

    async def stop(self) -> None:
        """End the sessions. Held sends stay in the outbox and go out at the next start as drafts."""

    def busy(self) -> bool:
        """Something is under way that ends without time passing."""
        return False

    def look_at(self, start: int, stop: int) -> None:
        """The visible range of inbox items; what is missing is asked for."""

    def show(self, view: View) -> None:
        """Another view, channel or filter text."""

    def open(self, key: CaseKey) -> None:
        """Open a case."""

    def close_case(self) -> None:
        """Close the open case."""

    def load_older(self) -> None:
        """An older page of the open timeline."""

    def order(self, backend: str, order: Order, *, hold: bool = False, key: CaseKey | None = None) -> str:
        """Keep `order` in the outbox, then send it; answers its command id. `hold`: only after `undo_seconds`."""
        return ""

    def send(self, draft: Draft) -> str:
        """Send what the composer holds, after `undo_seconds` in which `take_back` returns it; answers the command
        id."""
        return ""

    def take_back(self) -> Draft | None:
        """The youngest held send becomes a draft again."""
        return None

    def retry(self, key: CaseKey, message_or_command: str) -> None:
        """Send again what failed or whose outcome is unknown: a message id, or `outbox:<command id>`."""

    def dismiss(self, key: CaseKey, message_or_command: str) -> None:
        """Put a failed or unknown entry of the outbox away."""

    def save_draft(self, draft: Draft) -> None:
        """Keep a draft, durable before return."""

    def discard_draft(self, key: CaseKey | None) -> None:
        """Throw a draft away."""

    def undo(self) -> SafeText:
        """Take the last undoable act back; says what was undone, or why nothing was."""
        return trusted("nothing to undo")

    def settle(self) -> None:
        """The inbox takes its true order now."""

    async def fetch(self, backend: str, blob: str) -> Path:
        """A file on this machine. Raises BackendDown or QueryRefused."""
        raise NotImplementedError

    async def link(self, key: CaseKey, blob: str) -> LinkPage:
        """A one-time link to fetch `blob`, or with "" to upload. Raises BackendDown or QueryRefused."""
        raise NotImplementedError

    async def upload(self, backend: str, path: Path, name: str = "") -> FileRef:
        """Bring a local file to a backend. Raises BackendDown or QueryRefused."""
        raise NotImplementedError
