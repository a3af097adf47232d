"""The share of clocks that were in time."""

from __future__ import annotations

from agent_tui.domain.sla.clocks import clocks
from agent_tui.domain.sla.facts import CallMoved, Fact
from agent_tui.domain.sla.levels import levels
from agent_tui.domain.time import MS
from tests.domain.sla.cases import at, book, target

T = at("2026-11-23 10:00")


def test_so_many_percent_in_so_many_seconds() -> None:
    rules = book(target("pickup", 20 / 60, percent=80))
    waits = (5, 20, 21, 10, 20)
    facts: list[Fact] = [CallMoved(T, str(place), "rang") for place in range(8)]
    facts += [CallMoved(T + wait * MS, str(place), "answered") for place, wait in enumerate(waits)]
    facts += [CallMoved(T + 5 * MS, "5", "ended"), CallMoved(T + 25 * MS, "6", "ended")]

    (early,) = levels(clocks(facts, rules, T + 15 * MS))
    assert (early.met, early.late, early.neither, early.going) == (2, 0, 1, 5)
    assert early.kept is True
    (level,) = levels(clocks(facts, rules, T + 20 * MS))
    assert (level.met, level.late, level.going) == (4, 0, 3)
    (level,) = levels(clocks(facts, rules, T + 30 * MS))
    assert (level.metric, level.policy) == ("pickup", "p")
    assert (level.met, level.late, level.neither, level.going) == (4, 3, 1, 0)
    assert level.percent == 400 / 7
    assert (level.promised, level.kept) == (80, False)


def test_nothing_is_measured_before_there_is_anything() -> None:
    assert levels(()) == ()
    rules = book(target("pickup", 1, percent=80))
    (level,) = levels(clocks([CallMoved(T, "c", "rang")], rules, T))
    assert (level.percent, level.kept, level.going) == (None, None, 1)
    unpromised = book(target("pickup", 1))
    (level,) = levels(clocks([CallMoved(T, "c", "rang"), CallMoved(T, "c", "answered")], unpromised, T))
    assert (level.percent, level.kept) == (100, None)
