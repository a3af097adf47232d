"""What the figures of one run are held against: ratios to peers measured in the same run, and a few plain limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Aim:
    """`value` and `beside` are paths into the result; their ratio (or `value` alone) is to be at most, or with `least`
    at least, `limit`; without one it is only told."""

    title: str
    limit: float | None
    value: tuple[str, ...]
    beside: tuple[str, ...] = ()
    least: bool = False


_DESK = ("programs", "agent-tui")
_NEOMUTT = ("programs", "neomutt")
_AERC = ("programs", "aerc")
_PAST = ("programs", "agent-tui-past", "scenarios")
_UPDOWN = ("scenarios", "updown")
_RULE, _TURNS = ("arrivals", "rule, a third more"), ("arrivals", "round robin, a third more")
AIMS = (
    Aim("start, to aerc", 0.3, (*_DESK, "start_ms"), (*_AERC, "start_ms")),
    Aim("start by a resident, to aerc", None, ("programs", "agent-tui-resident", "start_ms"), (*_AERC, "start_ms")),
    Aim("up/down p50, to neomutt", 2.0, (*_DESK, *_UPDOWN, "p50"), (*_NEOMUTT, *_UPDOWN, "p50")),
    Aim("up/down p95, to aerc", 0.3, (*_DESK, *_UPDOWN, "p95"), (*_AERC, *_UPDOWN, "p95")),
    Aim("PSS, to neomutt", 0.3, (*_DESK, "pss_mib"), (*_NEOMUTT, "pss_mib")),
    Aim("idle bytes/s", 0.0, (*_DESK, "idle_bytes_per_s")),
    Aim("typing p99 ms at 1,000 events/s", 16.7, ("programs", "agent-tui-busy", "scenarios", "typing", "p99")),
    Aim("first screen of a history of 5,000, p95 ms", 100.0, (*_PAST, "open", "p95")),
    Aim("a page back in it, p95 ms", 30.0, (*_PAST, "back", "p95")),
    Aim("cleaning the worst million characters, ms", 150.0, ("clean", "all", "1M ms")),
    Aim("first layout of a mixed message, ms", 0.5, ("text", "first layout", "mean ms")),
    Aim("known layout, us", 5.0, ("text", "known layout", "mean us")),
    Aim("a key in a Hebrew draft, p95 ms", 10.0, ("text", "a key in a Hebrew draft", "p95 ms")),
    Aim("all clocks of a usual case, median us", 100.0, ("clocks", "usual", "median us")),
    Aim("a tick of 100,000 open cases, p95 us", 2000.0, ("clocks", "a tick of 100,000 cases", "p95 us")),
    Aim("a tick of a desk, p95 us", 2000.0, ("clocks", "a tick of a desk of 100,000 cases", "p95 us")),
    Aim("placing one of 100,000 cases, p95 us", 1000.0, ("clocks", "placing one of 100,000", "p95 us")),
    Aim("a wallboard over 100,000 waiting cases, median ms", 300.0, ("wallboard", "answer", "median ms")),
    Aim("first results among a million messages, p95 ms", 100.0, ("search", "all", "p95 ms")),
    Aim("remembered messages found, %", 95.0, ("search", "known items", "found %"), least=True),
    Aim(
        "suggested replies among 10,000, asked of a hub, p95 ms",
        20.0,
        ("suggest", "10,000 replies, at the hub", "p95 ms"),
    ),
    Aim(
        "picked reply suggested first, to the recorded ranking",
        None,
        ("suggest", "suggested, with labels", "top-1 %"),
        ("suggest", "recorded ranking", "top-1 %"),
    ),
    Aim(
        "picked reply suggested first, to the most used",
        None,
        ("suggest", "suggested", "top-1 %"),
        ("suggest", "most used", "top-1 %"),
    ),
    Aim(
        "longest wait of the recorded day, to round robin",
        1.0,
        ("arrivals", "rule, as recorded", "max s"),
        ("arrivals", "round robin, as recorded", "max s"),
    ),
    Aim("p95 wait of a busy day, to round robin", 1.05, (*_RULE, "p95 s"), (*_TURNS, "p95 s")),
    Aim("unevenness of a busy day, to round robin", 0.75, (*_RULE, "gini"), (*_TURNS, "gini")),
    Aim("deliveries, to a bare broadcast", 0.5, ("fanout", "hub", "to broadcast"), least=True),
)


def _at(result: Mapping[str, Any], path: tuple[str, ...]) -> float | None:
    found: Any = result
    for part in path:
        if not isinstance(found, Mapping) or part not in found:
            return None
        found = found[part]
    return float(found) if found is not None else None


def held(result: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Per aim the figure, what was aimed at, and whether it was reached; only those whose figures were measured."""
    answer: dict[str, dict[str, Any]] = {}
    for aim in AIMS:
        value = _at(result, aim.value)
        beside = _at(result, aim.beside) if aim.beside else 1.0
        if value is None or not beside:
            continue
        figure = value / beside
        answer[aim.title] = {"figure": round(figure, 3)}
        if aim.limit is not None:
            reached = figure >= aim.limit if aim.least else figure <= aim.limit
            answer[aim.title] |= {
                "aim": f"{'at least' if aim.least else 'at most'} {aim.limit:g}",
                "reached": "yes" if reached else "no",
            }
    return answer
