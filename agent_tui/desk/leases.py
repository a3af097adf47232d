"""Who handles which case, as far as this desk knows: what it holds itself, and how a case stands for its agent."""

from __future__ import annotations

from typing import Literal

from agent_tui.desk.backend_state import BackendState
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.model import CaseRow, Lease
from agent_tui.domain.taught import key_of
from agent_tui.domain.text import SafeText, clean_line, compose, trusted

Standing = Literal["free", "mine", "my-other", "for-me", "colleague"]
"""`my-other`: at another terminal of mine; `for-me`: handed to me, and I have not taken it yet."""


def standing(lease: Lease | None, me: str, desk: str) -> Standing:
    """How a case with this lease stands for the agent `me` at `desk`."""
    if lease is None:
        return "free"
    if lease.agent != me:
        return "colleague"
    if not lease.desk:
        return "for-me"
    return "mine" if lease.desk == desk else "my-other"


_NOBODY = trusted("")


class Leases:
    """The leases of this desk, by what rows and acknowledgements told; a row older than that changes nothing."""

    def __init__(self, desk: str) -> None:
        self._desk = desk
        self._known: dict[CaseKey, int] = {}
        self._mine: dict[CaseKey, int] = {}

    @property
    def mine(self) -> tuple[CaseKey, ...]:
        """Cases that this desk holds, as far as it knows."""
        return tuple(self._mine)

    def fence(self, key: CaseKey) -> int:
        """The fence of a case that this desk holds, 0 for another."""
        return self._mine.get(key, 0)

    def seen(self, backend: str, row: CaseRow, me: str) -> None:
        """A row came."""
        key = CaseKey(backend, row.id)
        if row.lease is None and key not in self._known:
            return
        if row.version < self._known.get(key, 0):
            return
        self._known[key] = row.version
        if row.lease is not None and standing(row.lease, me, self._desk) == "mine":
            self._mine[key] = row.lease.fence
        else:
            self._mine.pop(key, None)

    def granted(self, key: CaseKey, fence: int) -> None:
        """The server says that this desk has it; the event may still be under way."""
        if fence >= self._known.get(key, 0):
            self._known[key] = fence
            self._mine[key] = fence

    def gone(self, key: CaseKey) -> None:
        """The desk gave it back, or was told that it has it no longer."""
        self._mine.pop(key, None)


def colleague(state: BackendState, id: str) -> SafeText:
    """A colleague's name, else the id."""
    return clean_line(next((agent.name for agent in state.directory.agents if agent.id == id), id))


def handled_by(state: BackendState, row: CaseRow, desk: str) -> SafeText:
    """The colleague who handles a case now, "" for nobody and for me."""
    if row.lease is None or state.me is None or standing(row.lease, state.me.id, desk) != "colleague":
        return _NOBODY
    return colleague(state, row.lease.agent)


def held_words(state: BackendState, row: CaseRow | None, desk: str) -> SafeText | None:
    """Why what is written here would not leave now, and what to do; None when it would."""
    lease = row.lease if row is not None else None
    if lease is None or state.me is None:
        return None
    how = standing(lease, state.me.id, desk)
    if how == "my-other":
        return compose("you have this case at another terminal: {key} takes it here", key=key_of("case-open", "Enter"))
    if how != "colleague":
        return None
    who, key = colleague(state, lease.agent), key_of("lease-ask", "G")
    if state.me.role != "agent":
        return compose(
            "{who} has this case: {key} asks for it, :take-over takes it; your text stays a draft", who=who, key=key
        )
    return compose("{who} has this case: {key} asks for it; your text stays a draft", who=who, key=key)
