"""What was late comes into a history that is open, gets its reason there, and goes when it was in time after all."""

from __future__ import annotations

from agent_tui.desk.journal import Journal
from agent_tui.desk.past import Past
from agent_tui.domain.events import ClockChange, ClockTurned, Event
from agent_tui.domain.model import Breach, Customer
from agent_tui.domain.past import PastEntry, late_entry
from agent_tui.domain.queries import PastPage, PastQuery
from agent_tui.domain.text import CustomerText
from tests.desk.world import row

LATE = Breach("first", 100, 200)


def opened(*entries: PastEntry) -> Past:
    """A history of the customer of case `a`, all of it."""
    past, who = Past("hub", row("a").customer), Customer(row("a").customer, CustomerText("Dana"))
    query = past.asks()[0]
    assert isinstance(query, PastQuery)
    past.page(query, PastPage(who, entries, False, 10, nodes=(who.id,)), Journal())
    return past


def turn(seq: int, change: ClockChange, detail: str = "", by: str = "") -> Event:
    return Event(seq, seq - 1, 300, 300, ClockTurned(change, "first", 100, 200, detail=detail), "a", by, row("a"))


def breaches(past: Past) -> list[Breach]:
    return [entry.breach for chunk in past.chunks for entry in chunk if entry.breach is not None]


def test_a_breach_comes_is_explained_and_goes() -> None:
    past = opened()
    assert past.apply(turn(11, "breached")) and breaches(past) == [LATE]
    assert not past.apply(turn(11, "breached")), "told twice"
    assert past.apply(turn(12, "excused", "busy", "avi"))
    assert breaches(past) == [Breach("first", 100, 200, "", "busy", "avi", 300)]
    assert not past.apply(turn(13, "warned", "75%")) and not past.apply(turn(14, "step", "raise urgent"))
    assert past.apply(turn(15, "withdrawn")) and not any(past.chunks)


def test_what_a_page_holds_is_not_told_again_by_events_before_it() -> None:
    past = opened(late_entry("a", Breach("first", 100, 200, "", "busy", "avi", 250)))
    assert not past.apply(turn(9, "breached"))
    assert [breach.reason for breach in breaches(past)] == ["busy"]


def test_an_entry_of_a_kind_that_is_not_known_here_is_left_out() -> None:
    past = opened(PastEntry(50, "new-kind", "a"), late_entry("a", LATE))
    assert [entry.id for chunk in past.chunks for entry in chunk] == [late_entry("a", LATE).id]
