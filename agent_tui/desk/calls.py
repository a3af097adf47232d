"""The calls that a desk knows of, from events and from the rows it sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent_tui.desk.keys import CaseKey
from agent_tui.domain.model import Agent, Call, CaseRow

_ENDED = ("abandoned", "written-up")


class Calls:
    """Live calls by (backend, call id)."""

    def __init__(self) -> None:
        self._calls: dict[tuple[str, str], Call] = {}

    def changed(self, backend: str, call: Call) -> bool:
        """A call as it is now; True when that is news."""
        place = (backend, call.id)
        if call.state in _ENDED:
            return self._calls.pop(place, None) is not None
        if self._calls.get(place) == call:
            return False
        self._calls[place] = call
        return True

    def seen(self, backend: str, row: CaseRow) -> bool:
        """A row tells of its call, or that it has none any more."""
        gone = [
            place
            for place, call in self._calls.items()
            if place[0] == backend and call.case == row.id and not call.part_of
            if row.call is None or row.call.id != call.id
        ]
        for place in gone:
            del self._calls[place]
        return (self.changed(backend, row.call) if row.call is not None else False) or bool(gone)

    def parts(self, backend: str, parts: Sequence[Call]) -> bool:
        """These are my parts of calls that are to be written up, and no others: no row tells of them."""
        known = {part.id for part in parts}
        gone = [at for at, call in self._calls.items() if at[0] == backend and call.part_of and call.id not in known]
        for place in gone:
            del self._calls[place]
        told = [self.changed(backend, part) for part in parts]
        return any(told) or bool(gone)

    def erased(self, key: CaseKey) -> bool:
        """Nothing of that case's calls is known any more."""
        gone = [at for at, call in self._calls.items() if CaseKey(at[0], call.case) == key]
        for place in gone:
            del self._calls[place]
        return bool(gone)

    def live(self, me: Mapping[str, Agent]) -> tuple[tuple[CaseKey, Call], ...]:
        """Calls that concern the agent (`me` by backend): ringing first (longest waiting first), then mine active or
        held, then mine to write up."""
        ranked = []
        for (backend, _), call in self._calls.items():
            agent = me.get(backend)
            if agent is None:
                continue
            if call.comes:
                if call.agent in ("", agent.id):
                    ranked.append((0, call.since, call.id, CaseKey(backend, call.case), call))
            elif call.agent == agent.id:
                ranked.append(
                    (2 if call.state == "ended" else 1, call.since, call.id, CaseKey(backend, call.case), call)
                )
        ranked.sort(key=lambda entry: entry[:4])
        return tuple((key, call) for *_, key, call in ranked)
