"""What Chatwoot's service levels promise about a conversation: its own due times win, else they are reckoned here.

Source: the SLA objects of Chatwoot's enterprise edition, v4.14, and the due times that releases after 4.15.1 add.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from agent_tui.domain.frozen import frozen
from agent_tui.domain.model import Clock, Metric
from agent_tui.domain.time import MS, Ms

_OVER: Final = ("hit", "missed")
"""Such a service level is not counted any more, whatever happens later."""
_LONGEST_SECONDS: Final = 10**10


@frozen
class Standing:
    """Where a conversation stands. `waiting`: since when the customer waits, 0 while they do not; `replied`: whether a
    human ever answered; `created`: when it began."""

    created: Ms
    waiting: Ms
    replied: bool


def promised(applied: dict[str, Any], standing: Standing, instant: Callable[[object], Ms]) -> Clock | None:
    """The clock of an `applied_sla` that is due first; None where nothing is promised, or not any more. `instant` reads
    a time of the server's. Nothing pauses it: a conversation that sleeps is no reason for Chatwoot."""
    if not applied or applied.get("sla_status") in _OVER or instant(applied.get("sla_completed_at")):
        return None
    return min(_clocks(applied, standing, instant), key=lambda clock: clock.due, default=None)


def _clocks(applied: dict[str, Any], standing: Standing, instant: Callable[[object], Ms]) -> Iterator[Clock]:
    told = "sla_frt_due_at" in applied
    spans: list[tuple[Metric, str, str, Ms]] = [
        ("total", "sla_rt_due_at", "sla_resolution_time_threshold", standing.created)
    ]
    if not standing.replied:
        spans.append(("first", "sla_frt_due_at", "sla_first_response_time_threshold", standing.created))
    elif standing.waiting:
        spans.append(("next", "sla_nrt_due_at", "sla_next_response_time_threshold", standing.waiting))
    for metric, due_at, threshold, since in spans:
        within = _seconds(applied.get(threshold)) if since else 0
        due = instant(applied.get(due_at)) if told else since + within * MS if within else 0
        if due:
            yield Clock(metric, since, due, estimated=not told)


def _seconds(value: object) -> int:
    """A threshold, 0 for none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < _LONGEST_SECONDS else 0
