"""The canned replies that this desk can use, ready to be found, and how they were used."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from agent_tui.desk.backend_state import BackendState
from agent_tui.domain.replies.reply import Canned, canned_for, names_in
from agent_tui.domain.time import TimeSource
from agent_tui.services.reply_use import ReplyUse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agent_tui.domain.replies.finding import Occasion, ReplyIndex


class ReplyShelf:
    """What was made ready is kept until the server's replies are others. `folder`: of the desk's state."""

    def __init__(self, folder: Path | None, time: TimeSource) -> None:
        self._time = time
        self._use = ReplyUse(folder)
        self._ready: dict[tuple[str, str], tuple[tuple[Canned, ...], ReplyIndex]] = {}
        self._names: dict[str, tuple[tuple[Canned, ...], frozenset[str]]] = {}

    def known(self, state: BackendState, brand: str) -> Mapping[str, Canned]:
        """Those of whom one speaks for, by key."""
        return self.index(state, brand).replies

    def index(self, state: BackendState, brand: str) -> ReplyIndex:
        """The same, to find them in."""
        from agent_tui.domain.replies.finding import ReplyIndex  # no inbox needs it

        held, all_there = self._ready.get((state.id, brand)), state.directory.canned
        if held is None or held[0] is not all_there:
            held = self._ready[state.id, brand] = (all_there, ReplyIndex(canned_for(all_there, brand)))
        return held[1]

    def names(self, state: BackendState) -> frozenset[str]:
        """What any of them may leave to be filled."""
        held, all_there = self._names.get(state.id), state.directory.canned
        if held is None or held[0] is not all_there:
            held = self._names[state.id] = (all_there, names_in(all_there))
        return held[1]

    def occasion(self, channel: str, language: str, brand: str) -> Occasion:
        """What is being written now, with what was used of late."""
        from agent_tui.domain.replies.finding import Occasion

        return Occasion(channel, language, brand, self._use.counts(self._time.now()))

    def used(self, key: str) -> None:
        """It was put into a draft."""
        self._use.used(key, self._time.now())
