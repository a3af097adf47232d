"""The canned replies that this desk can use, ready to be found, and how they were used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from agent_tui.desk.backend_state import BackendState
from agent_tui.domain.queries import Page, Query, RepliesPage, RepliesQuery
from agent_tui.domain.replies.reply import Canned, canned_for, names_in
from agent_tui.domain.time import TimeSource
from agent_tui.services.reply_use import ReplyUse

if TYPE_CHECKING:
    from agent_tui.domain.replies.finding import Occasion, ReplyIndex

Inquire = Callable[[str, Query, Callable[[Page], None]], None]


@dataclass(slots=True)
class _Fetched:
    """Replies of a server that has too many for its directory. `whole`: the last that were complete, of `version`;
    `coming`: what is there of `wanted`, `total` of them."""

    whole: tuple[Canned, ...] = ()
    version: str = ""
    coming: list[Canned] = field(default_factory=list)
    wanted: str = ""
    total: int = 0


class ReplyShelf:
    """What was made ready is kept until the replies are others. `folder`: of the desk's state. `inquire` puts a
    question to a server."""

    def __init__(self, folder: Path | None, time: TimeSource, inquire: Inquire) -> None:
        self._time = time
        self._inquire = inquire
        self._use = ReplyUse(folder)
        self._fetched: dict[str, _Fetched] = {}
        self._own: tuple[Canned, ...] = ()
        self._said = ""
        self._ready: dict[tuple[str, str], tuple[tuple[Canned, ...], tuple[Canned, ...], ReplyIndex]] = {}
        self._names: dict[str, tuple[tuple[Canned, ...], tuple[Canned, ...], frozenset[str]]] = {}
        self.personal: Callable[[], tuple[tuple[Canned, ...], str]] = lambda: ((), "")
        """Reads the agent's own replies, and says what is wrong with them; set by what knows where they are."""

    # -- what there is

    def any_for(self, state: BackendState, brand: str) -> bool:
        """Whether there may be one to put in, as far as that is known without asking."""
        theirs = self._of_server(state)
        return bool(state.directory.replies) or any(one.brand in ("", brand) for one in (*theirs, *self._read_own()[0]))

    def index(self, state: BackendState, brand: str) -> ReplyIndex:
        """Those of whom one speaks for, to be found in; the agent's own before the server's of the same key."""
        from agent_tui.domain.replies.finding import ReplyIndex  # no inbox needs it

        theirs, held = self._of_server(state), self._ready.get((state.id, brand))
        if held is None or held[0] is not theirs or held[1] is not self._own:
            own = {one.key: one for one in self._own if one.brand in ("", brand)}
            held = self._ready[state.id, brand] = (theirs, self._own, ReplyIndex(canned_for(theirs, brand) | own))
        return held[2]

    def names(self, state: BackendState) -> frozenset[str] | None:
        """What any of them may leave to be filled; None where not all of them are known here."""
        if self.missing(state) is not None:
            return None
        theirs, held = self._of_server(state), self._names.get(state.id)
        if held is None or held[0] is not theirs or held[1] is not self._own:
            held = self._names[state.id] = (theirs, self._own, names_in((*theirs, *self._own)))
        return held[2]

    def look(self, state: BackendState, told: Callable[[], None]) -> str:
        """Somebody wants to choose: the agent's own are read where they changed, and what the server has is fetched;
        `told` is called whenever more is there. Says what is wrong with the agent's own, once."""
        _, wrong = self._read_own()
        if self.missing(state) is not None:
            self._fetch(state, told)
        before, self._said = self._said, wrong
        return wrong if wrong != before else ""

    def when_here(self, state: BackendState, then: Callable[[], None]) -> None:
        """`then`, once all that the server has is here: now, or when it was fetched."""
        waiting = [then]

        def told() -> None:
            if self.missing(state) is None and waiting:
                waiting.pop()()

        self._read_own()
        told()
        if waiting:
            self._fetch(state, told)

    def _read_own(self) -> tuple[tuple[Canned, ...], str]:
        own, wrong = self.personal()
        if own != self._own:
            self._own = own  # else what was made ready of it stays
        return self._own, wrong

    # -- fetching

    def missing(self, state: BackendState) -> tuple[int, int] | None:
        """How many of how many are there, while they are not all here; (0, 0) before it is known how many."""
        version, fetched = state.directory.replies, self._fetched.get(state.id)
        if not version or (fetched is not None and fetched.version == version):
            return None
        return (len(fetched.coming), fetched.total) if fetched is not None else (0, 0)

    def _of_server(self, state: BackendState) -> tuple[Canned, ...]:
        fetched = self._fetched.get(state.id)
        if state.directory.replies:
            return fetched.whole if fetched is not None else ()
        return state.directory.canned

    def _fetch(self, state: BackendState, told: Callable[[], None]) -> None:
        fetched = self._fetched.setdefault(state.id, _Fetched())
        if fetched.wanted != state.directory.replies:
            fetched.wanted, fetched.coming, fetched.total = state.directory.replies, [], 0

        def arrived(page: Page) -> None:
            if not isinstance(page, RepliesPage) or page.version == fetched.version:
                return
            if page.version != fetched.wanted:
                fetched.wanted, fetched.coming = page.version, []
            if page.first != len(fetched.coming):
                return  # two were asked for the same, as where the picker was opened twice
            fetched.coming += page.replies
            fetched.total = page.total
            if len(fetched.coming) >= page.total or not page.replies:
                fetched.whole, fetched.version, fetched.coming = tuple(fetched.coming), page.version, []
            else:
                ask()
            told()

        def ask() -> None:
            self._inquire(state.id, RepliesQuery(fetched.wanted, len(fetched.coming)), arrived)

        ask()

    # -- use

    def occasion(self, channel: str, language: str, brand: str) -> Occasion:
        """What is being written now, with what was used of late."""
        from agent_tui.domain.replies.finding import Occasion

        return Occasion(channel, language, brand, self._use.counts(self._time.now()))

    def used(self, key: str) -> None:
        """It was put into a draft."""
        self._use.used(key, self._time.now())
