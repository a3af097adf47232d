"""The clocks of a case as a server tells them, with all that a sentence about each of them needs."""

from __future__ import annotations

from agent_tui.domain.frozen import frozen
from agent_tui.domain.time import Ms


@frozen
class Pause:
    """From `start` until before `end` (None: it lasts) the clock did not count, for the case was `status`."""

    start: Ms
    end: Ms | None
    status: str


@frozen
class Hours:
    """The calendar that a clock counts in: `week` has the openings of each day from Monday on, in minutes from its
    midnight in `zone` (IANA); `always`: every hour counts."""

    calendar: str
    zone: str
    week: tuple[tuple[tuple[int, int], ...], ...] = ()
    always: bool = False


@frozen
class CaseClock:
    """One clock. Fields are those of `domain.sla.clocks.SlaClock`, in its words; `case`: which of the row's cases it is
    of; `reason`, `reason_by`, `reason_at`: why it was breached, as somebody said."""

    case: str
    metric: str
    state: str
    policy: str
    version: str
    started: Ms
    within: int
    used: int
    due: Ms | None
    hours: Hours
    key: str = ""
    ended: Ms | None = None
    by: str = ""
    pauses: tuple[Pause, ...] = ()
    percent: int = 0
    next_day: bool = False
    reason: str = ""
    reason_by: str = ""
    reason_at: Ms = 0
