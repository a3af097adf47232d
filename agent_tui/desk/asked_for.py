"""Who asked for a case that somebody has, until they have it no longer: asking is an event, and no row tells it."""

from __future__ import annotations

from agent_tui.desk.keys import CaseKey
from agent_tui.domain.events import Event, LeaseAsked, LeaseChanged


class AskedFor:
    """What this desk heard. A desk that begins anew has heard nothing."""

    def __init__(self) -> None:
        self._asks: dict[CaseKey, tuple[str, tuple[str, ...]]] = {}

    def heard(self, key: CaseKey, event: Event, me: str) -> bool:
        """An event came. Whether I had asked for a case that changes hands by it."""
        holder, asked = self._asks.get(key, ("", ()))
        if isinstance(event.body, LeaseAsked):
            others = tuple(one for one in asked if one != event.by) if event.body.holder == holder else ()
            self._asks[key] = (event.body.holder, (*others, event.by))
        elif isinstance(event.body, LeaseChanged) and event.body.agent != holder:
            self._asks.pop(key, None)
            return me in asked
        return False

    def of(self, key: CaseKey, holder: str) -> tuple[str, ...]:
        """The agents who asked `holder` for it, the newest last."""
        asked_of, asked = self._asks.get(key, ("", ()))
        return asked if asked_of == holder else ()
