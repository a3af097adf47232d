"""A case while a job changes it."""

from __future__ import annotations

from dataclasses import dataclass

from agent_tui.backends.hub.store.cases import CaseRecord, Shown
from agent_tui.domain.model import CaseRow


@dataclass(slots=True)
class Edit:
    """A case being changed. `stored`: the row that the store shows for it; `now`: the case by itself, as it is now;
    `head`: who leads it from now on; `shown`: what it shows from now on, None when that is itself; `version`: its last
    event here, 0 none; `spoke`: its last one that its row is told with; `touched`: it is saved even without one;
    `told`: desks know a row of it; `also`: numbers that find the row; `part`: it was kept beside its row; `known_anew`:
    agents have said who its customer is at other servers; `began`: its own row before; `looked`: its clocks' time has
    come."""

    stored: CaseRow
    now: CaseRecord
    head: str
    told: bool
    shown: Shown | None = None
    also: tuple[str, ...] = ()
    version: int = 0
    spoke: int = 0
    touched: bool = False
    part: bool = False
    known_anew: bool = False
    began: CaseRow | None = None
    looked: bool = False
