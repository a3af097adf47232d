"""What share of many clocks was in time: "80% in 20 s"."""

from __future__ import annotations

from collections.abc import Iterable

from agent_tui.domain.frozen import frozen
from agent_tui.domain.sla.clocks import SlaClock
from agent_tui.domain.sla.policies import METRICS, SlaMetric


@frozen
class Level:
    """Of one metric under one policy: how many clocks were met, were or are late, ended without either (a caller who
    hung up in time is nobody's fault), and still go on in time. `promised`: the share in percent that must be met, 0
    where nothing is said."""

    metric: SlaMetric
    policy: str
    met: int = 0
    late: int = 0
    neither: int = 0
    going: int = 0
    promised: int = 0

    @property
    def percent(self) -> float | None:
        """The share that was in time, of what was met or late; None before there is any."""
        measured = self.met + self.late
        return 100 * self.met / measured if measured else None

    @property
    def kept(self) -> bool | None:
        """Whether it is at least what was promised; None where nothing is promised, or nothing measured."""
        percent = self.percent
        return None if percent is None or not self.promised else percent >= self.promised


def levels(clocks: Iterable[SlaClock]) -> tuple[Level, ...]:
    """One for each metric and policy that there are clocks of."""
    counts: dict[tuple[SlaMetric, str], list[int]] = {}
    promised: dict[tuple[SlaMetric, str], int] = {}
    for clock in clocks:
        place = (clock.metric, clock.policy)
        counted = counts.setdefault(place, [0, 0, 0, 0])
        counted[_COLUMNS.get(clock.state, 3)] += 1
        promised[place] = clock.percent
    ordered = sorted(counts, key=lambda place: (METRICS.index(place[0]), place[1]))
    found = []
    for metric, policy in ordered:
        met, late, neither, going = counts[metric, policy]
        found.append(Level(metric, policy, met, late, neither, going, promised[metric, policy]))
    return tuple(found)


_COLUMNS = {"met": 0, "breached": 1, "ended": 2}
