"""What is done when the time of a case's clocks has come: warnings, steps, reminders. Each is remembered in the same
transaction, so that it is done once, whenever the hub is killed.
"""

from __future__ import annotations

from agent_tui.backends.hub import escalating, reminding
from agent_tui.backends.hub.measuring import Due, Measured, name_of
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.store import sla
from agent_tui.backends.hub.transaction import Tx
from agent_tui.domain.events import ClockChange, ClockTurned
from agent_tui.domain.sla.policies import Step, Warn
from agent_tui.domain.told import ROW_METRIC

AT_ONCE = 50
"""Cases of one transaction, so that others are not held up by many."""


def turn(tx: Tx, policy: HubPolicy) -> None:
    """Look at the cases whose time has come, the first ones first."""
    for case in sla.to_turn(tx.connection, tx.now, AT_ONCE):
        measured = tx.measured(case)
        if measured is None:
            tx.look(case)
            continue
        given = [due.name for due in measured.due]
        _warn(tx, case, measured)
        for due in measured.due:
            if isinstance(due.what, Step):
                done = escalating.do(tx, policy, case, due.what, due.clock)
                _tell(tx, case, "step", due, done)
        reminder = measured.reminder
        if reminder is not None and reminder.at <= tx.now and name_of(reminder) not in measured.known.done:
            given.append(name_of(reminder))
            if done := reminding.remind(tx, policy, case, reminder):
                tx.append(ClockTurned("reminder", detail=done), case)
        tx.look(case, given)


def _warn(tx: Tx, case: str, measured: Measured) -> None:
    """Of each clock only the last warning is told, none once it is late; what was passed long ago is passed over."""
    latest: dict[tuple[str, str, int], tuple[Due, Warn]] = {}
    for due in measured.due:
        if isinstance(due.what, Warn) and due.clock.state == "running":
            latest[due.clock.metric, due.clock.key, due.clock.started] = due, due.what
    for due, warn in latest.values():
        _tell(tx, case, "warned", due, f"{warn.percent}%" if warn.percent else f"left {warn.left_ms}")


def _tell(tx: Tx, case: str, change: ClockChange, due: Due, detail: str) -> None:
    """What was done about a clock, at the instant for which it was said; nothing where nothing was."""
    clock = due.clock
    if detail:
        body = ClockTurned(change, ROW_METRIC[clock.metric], clock.started, clock.due or 0, clock.key, detail)
        tx.append(body, case, occurred=due.at)
