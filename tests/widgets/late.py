"""A shop that counts by policies: Dana's case has clocks, one of which was breached, and reasons for it to choose."""

from __future__ import annotations

from dataclasses import replace

from agent_tui.domain.case_clocks import CaseClock, Hours, Pause
from agent_tui.domain.events import ClockChange, ClockTurned, Event
from agent_tui.domain.model import Breach, Metric
from agent_tui.domain.queries import CasePage, DirectoryPage, Page, Query
from agent_tui.domain.time import HOUR_MS, MINUTE_MS, Ms
from tests.widgets.shop import NOW
from tests.widgets.talk import DANA, TalkShop

REASONS = (("staff", "Too few of us"), ("system", "A system was down"), ("third-party", ""))
OFFICE = Hours("office", "UTC", ((((9 * 60, 17 * 60),),) * 4 + (((9 * 60, 13 * 60),), (), ())))
STARTED: Ms = NOW - 33 * MINUTE_MS
LATE = Breach("next", STARTED, STARTED + 30 * MINUTE_MS)


def clock(metric: str, state: str, within: int, used: int, **more: object) -> CaseClock:
    """A clock of Dana's that began `used` working ms ago and counts in the office's hours."""
    due = NOW - used + within if state in ("running", "breached") else None
    one = CaseClock(DANA, metric, state, "vip-chat", "v1", NOW - used, within, used, due, OFFICE)
    return replace(one, **more)  # type: ignore[arg-type]  # the fields of CaseClock by name


CLOCKS = (
    clock("first-response", "met", 10 * MINUTE_MS, 4 * MINUTE_MS, ended=NOW - HOUR_MS, by="answered", due=NOW),
    clock("next-response", "breached", 30 * MINUTE_MS, 33 * MINUTE_MS),
    clock("agent-work", "paused", 4 * HOUR_MS, HOUR_MS, pauses=(Pause(NOW - 12 * MINUTE_MS, None, "pending"),)),
    clock(
        "total-resolution",
        "running",
        16 * HOUR_MS,
        2 * HOUR_MS,
        hours=Hours("", "UTC", always=True),
        pauses=(Pause(NOW - HOUR_MS, NOW - HOUR_MS // 2, "snoozed"),),
    ),
)


class LateShop(TalkShop):
    """`breaches`: of Dana's case; `reasons`: what agents may choose from."""

    def __init__(self, breaches: tuple[Breach, ...] = (LATE,), reasons: tuple[tuple[str, str], ...] = REASONS) -> None:
        super().__init__()
        self.breaches, self.reasons = breaches, reasons
        self.clocks[DANA] = CLOCKS

    def turns(self, change: ClockChange, metric: Metric = "next", by: str = "", detail: str = "", at: Ms = NOW) -> None:
        """Something became of the clock of Dana's that began at `STARTED`."""
        self.seq += 1
        row = self.rows[DANA] = replace(self.rows[DANA], version=self.seq)
        body = ClockTurned(change, metric, STARTED, STARTED + 30 * MINUTE_MS, detail=detail)
        self.happens(Event(self.seq, self.seq - 1, at, at, body, DANA, by, row))

    async def query(self, query: Query) -> Page:
        page = await super().query(query)
        if isinstance(page, CasePage) and page.detail is not None and page.detail.row.id == DANA:
            return replace(page, detail=replace(page.detail, breaches=self.breaches))
        if isinstance(page, DirectoryPage):
            return replace(page, directory=replace(page.directory, breach_reasons=self.reasons))
        return page
