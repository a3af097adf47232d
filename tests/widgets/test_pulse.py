"""When the screen is drawn."""

from __future__ import annotations

from agent_tui.desk.changes import Changes
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.time import Ms, VirtualTime
from agent_tui.widgets.shell.pulse import Pulse


class Drawn:
    """Counts what a pulse does."""

    def __init__(self, start: Ms = 1_000_000) -> None:
        self.time = VirtualTime(start)
        self.draws: list[tuple[Ms, Changes]] = []
        self.ticks: list[Ms] = []
        self.steps: list[Ms] = []
        self.pulse = Pulse(self.time, lambda changes: self.draws.append((self.time.now(), changes)), self.tick)

    def tick(self, now: Ms) -> Ms | None:
        self.ticks.append(now)
        self.steps = [step for step in self.steps if step > now]
        return min(self.steps, default=None)

    def run(self, until: Ms) -> None:
        while self.time.advance_to_next(until):
            pass


def test_the_first_change_is_drawn_at_once() -> None:
    drawn = Drawn()
    drawn.pulse.changed(Changes(header=True))
    assert len(drawn.draws) == 1


def test_a_flood_is_drawn_twenty_times_a_second_and_nothing_is_lost() -> None:
    drawn = Drawn()
    start = drawn.time.now()
    for n in range(1000):
        drawn.run(start + n)
        drawn.pulse.changed(Changes(rows={CaseKey("hub", f"c{n}")}))
    drawn.run(start + 2000)
    assert len(drawn.draws) <= 21
    assert set().union(*(changes.rows for _, changes in drawn.draws)) == {CaseKey("hub", f"c{n}") for n in range(1000)}


def test_it_sleeps_until_the_next_step_and_no_longer_than_there_is_one() -> None:
    drawn = Drawn()
    start = drawn.time.now()
    drawn.steps = [start + 60_000, start + 180_000]
    drawn.pulse.wind()
    assert drawn.time.next_due() == start + 60_000
    drawn.run(start + 60_000)
    assert drawn.time.next_due() == start + 180_000
    drawn.run(start + 600_000)
    assert drawn.time.next_due() is None
    assert len(drawn.ticks) == 3


def test_after_a_key_nothing_waits() -> None:
    drawn = Drawn()
    drawn.pulse.changed(Changes(header=True))
    drawn.pulse.hurry()
    drawn.pulse.changed(Changes(inbox=True))
    assert [changes.inbox for _, changes in drawn.draws] == [False, True]


def test_what_changes_nothing_draws_nothing() -> None:
    drawn = Drawn()
    drawn.pulse.changed(Changes())
    assert drawn.draws == [] and drawn.time.next_due() is None


def test_a_stopped_pulse_leaves_no_timer() -> None:
    drawn = Drawn()
    drawn.steps = [drawn.time.now() + 1000]
    drawn.pulse.changed(Changes(header=True))
    drawn.pulse.changed(Changes(header=True))
    drawn.pulse.stop()
    drawn.pulse.changed(Changes(header=True))
    assert drawn.time.next_due() is None
