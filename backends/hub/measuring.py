"""Measuring a case: its clocks from its facts by the rules in force, and what of that has to be stored and told."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from agent_tui.backends.hub.rules import RulesInForce
from agent_tui.backends.hub.store.values import dumps, loads
from agent_tui.domain.filing import CaseState, Fact
from agent_tui.domain.model import Clock, ClockState
from agent_tui.domain.sla.calendars import NEVER
from agent_tui.domain.sla.changes import foremost, next_turn, steps, warnings
from agent_tui.domain.sla.clocks import SlaClock, measured, spells
from agent_tui.domain.sla.course import Course
from agent_tui.domain.sla.policies import CALLS, Rulebook, Step, Warn
from agent_tui.domain.sla.reminders import Reminder, reminder_of
from agent_tui.domain.time import Ms
from agent_tui.domain.told import ROW_METRIC, told


@dataclass(frozen=True, slots=True)
class Known:
    """What was done about a case's clocks already. `final`: digest of those that are stored as breached or ended;
    `done`: names of warnings, steps and reminders that were given; `queue`: the one it was in, None never measured."""

    final: str = ""
    done: frozenset[str] = frozenset()
    queue: str | None = None

    @classmethod
    def read(cls, column: str) -> Known:
        """From its column."""
        if not column:
            return cls()
        final, done, queue = loads(column)
        return cls(final, frozenset(done), queue)

    @property
    def column(self) -> str:
        return dumps([self.final, sorted(self.done), self.queue]) if self != Known() else ""

    def was(self, traits: tuple[str, ...]) -> tuple[str, ...]:
        """A case's traits with the queue that it was in: hub.toml may have other queues now, of which no fact tells."""
        return traits if self.queue is None else (traits[0], self.queue, *traits[2:])


@dataclass(frozen=True, slots=True)
class Due:
    """Something to be done about a clock now: a warning, or a step. `name`: what it is remembered by."""

    name: str
    clock: SlaClock
    what: Warn | Step
    at: Ms


@dataclass(frozen=True, slots=True)
class Measured:
    """A case measured. `clocks`: all it has had; `governed`: a policy is in force for it; `promised`: the clock its row
    shows; `final`: clocks that were breached or have ended, as far as its facts are kept one by one; `known`: what is
    known of it from now on; `due`: warnings and steps whose time has come and that were not given yet; `reminder`: the
    next one of a silent customer; `turn`: when it is to be measured again, None for when something happens to it."""

    clocks: tuple[SlaClock, ...]
    governed: bool
    promised: Clock | None
    final: tuple[SlaClock, ...]
    known: Known
    due: tuple[Due, ...]
    reminder: Reminder | None
    turn: Ms | None


def measure(
    rules: RulesInForce,
    kept: Iterable[Fact | CaseState],
    traits: tuple[str, ...],
    language: str,
    known: Known,
    now: Ms,
) -> Measured:
    """All of it, at `now`, from the facts of a case in the order in which they became known; `traits`, `language`: what
    it is like now (`domain.told.traits_of`), and its customer's language."""
    history = told(kept, known.was(traits), language, rules.in_force)
    course = Course(history.facts, now)
    measures = spells(course, rules.book)
    found = measured(course, measures)
    if history.calls:
        called = Course(history.calls, now)
        of_calls = measured(called, spells(called, rules.book))
        found = (
            *(clock for clock in of_calls if clock.metric in CALLS),
            *(clock for clock in found if clock.metric not in CALLS),
        )
    going = [clock for clock in found if clock.counts]
    final = tuple(clock for clock in found if _is_final(clock, history.begun))
    todo = [one for clock in going for one in _todo(clock, rules.book)]
    due = tuple(one for one in todo if one.at <= now and one.name not in known.done)
    turns = [turn for clock in going if (turn := next_turn(clock, rules.book, now)) is not None]
    turns += [now] if due else []
    # the machine's clock went back
    turns += [fact.at for fact in (*history.facts, *history.calls) if fact.at > now]
    reminder = reminder_of(course, rules.now)
    if reminder is not None and name_of(reminder) not in known.done:
        turns.append(max(reminder.at, now))
    places = tuple(map(_place, _still_told(found)))
    done = {name for name in known.done if name.endswith(places)}
    if reminder is not None:
        done |= known.done & {name_of(reminder)}
    return Measured(
        found,
        bool(measures) and measures[-1].policy is not None,
        _shown(foremost(going), rules.book),
        final,
        Known(_digest(final), frozenset(done), known.queue),
        due,
        reminder,
        min(turns, default=None),
    )


def name_of(reminder: Reminder) -> str:
    """What a reminder is remembered by."""
    return f"remind {reminder.plan.id} {reminder.number} {reminder.at}"


def _is_final(clock: SlaClock, begun: Ms) -> bool:
    end = clock.ended if clock.ended is not None else clock.breached_at
    return end is not None and end >= begun


def _still_told(clocks: Iterable[SlaClock]) -> Iterable[SlaClock]:
    """Those about which it matters what was done: that go on, and the newest of each kind, which goes on when an answer
    does not arrive. Under which policy it was done is all one: what two policies do about a clock, each once, comes to
    an end even where each gives the case to the other."""
    newest = {(clock.metric, clock.key): clock for clock in clocks}
    return [clock for clock in clocks if clock.counts or newest[clock.metric, clock.key] is clock]


def _place(clock: SlaClock) -> str:
    return f" {clock.metric} {clock.key} {clock.started}"


def _todo(clock: SlaClock, book: Rulebook) -> Iterator[Due]:
    place = _place(clock)
    for warn, at in warnings(clock, book):
        yield Due(f"warn {warn.percent} {warn.left_ms}{place}", clock, warn, at)
    for step, at in steps(clock, book):
        when = f"{step.warn.percent} {step.warn.left_ms}" if step.warn is not None else f"late {step.late_ms}"
        yield Due(f"step {step.act} {step.to} {when}{place}", clock, step, at)


def _shown(clock: SlaClock | None, book: Rulebook) -> Clock | None:
    """As a row shows it: nearly due from its first warning on, where there is none not before it is due."""
    if clock is None:
        return None
    paused = clock.state == "paused"
    state: ClockState = "breached" if clock.state == "breached" else "paused" if paused else "running"
    due = clock.due if clock.due is not None else NEVER
    warned = next((at for _, at in warnings(clock, book)), due)
    left = max(0, clock.remaining) if paused else 0
    return Clock(ROW_METRIC[clock.metric], clock.started, due, state, warn=warned, left=left)


def _digest(final: tuple[SlaClock, ...]) -> str:
    """Changes when any of them does."""
    if not final:
        return ""
    said = ((c.metric, c.key, c.started, c.state, c.due, c.ended, c.by, c.policy) for c in final)
    return hashlib.blake2b(repr(list(said)).encode(), digest_size=6).hexdigest()
