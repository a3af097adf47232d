"""What is done when the time of a case's clocks has come: warnings, steps, reminders. Each is remembered in the same
transaction, so that it is done once, whenever the hub is killed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from agent_tui.backends.hub import escalating, reminding
from agent_tui.backends.hub.measuring import Due, name_of
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.store import StoreFull, sla
from agent_tui.backends.hub.transaction import Tx
from agent_tui.backends.hub.writer import Writer
from agent_tui.domain.events import ClockChange, ClockTurned
from agent_tui.domain.sla.policies import Step, Warn
from agent_tui.domain.time import HOUR_MS
from agent_tui.domain.told import ROW_METRIC

AT_ONCE = 10
"""Cases of one transaction, so that others are not held up by many."""


AGAIN_MS: Final = HOUR_MS
"""When what could not be done about a case is tried again."""
log = logging.getLogger("agent_tui.hub")


async def turn(writer: Writer, policy: Callable[[], HubPolicy]) -> None:
    """Look at the cases whose time has come, the first ones first. Where one of them cannot be dealt with, each gets a
    transaction of its own, and that one is put off, so that it holds up no other. Raises StoreError."""
    try:
        await writer.run(lambda tx: _turn_all(tx, policy()))
        return
    except StoreFull:
        raise
    except Exception:
        log.exception("what is due about some cases cannot be done at once")
    for case in await writer.run(_due):
        try:
            await writer.run(partial(_turn, policy=policy(), case=case))
        except StoreFull:
            raise
        except Exception:
            log.exception("what is due about case %s cannot be done; it is tried again in an hour", case)
            await writer.run(partial(_put_off, case=case))


def _due(tx: Tx) -> list[str]:
    return sla.to_turn(tx.connection, tx.now, AT_ONCE)


def _put_off(tx: Tx, case: str) -> None:
    sla.put_off(tx.connection, case, tx.now + AGAIN_MS)


def _turn_all(tx: Tx, policy: HubPolicy) -> None:
    for case in _due(tx):
        _turn(tx, policy, case)


def _turn(tx: Tx, policy: HubPolicy, case: str) -> None:
    measured = tx.measured(case)
    if measured is None:
        tx.look(case)
        return
    given = [due.name for due in measured.due]
    # what was due before these rules held is passed over: the first ones of a hub find much that is long late
    fresh = [due for due in measured.due if tx.rules is not None and due.at >= tx.rules.in_force[-1].at]
    _warn(tx, case, fresh)
    for due in fresh:
        if isinstance(due.what, Step):
            done = escalating.do(tx, policy, case, due.what, due.clock)
            _tell(tx, case, "step", due, done)
    reminder = measured.reminder
    if reminder is not None and reminder.at <= tx.now and name_of(reminder) not in measured.known.done:
        given.append(name_of(reminder))
        if done := reminding.remind(tx, policy, case, reminder):
            tx.append(ClockTurned("reminder", detail=done), case)
    tx.look(case, given)


def _warn(tx: Tx, case: str, dues: Iterable[Due]) -> None:
    """Of each clock only the last warning is told, none once it is late; what was passed long ago is passed over."""
    latest: dict[tuple[str, str, int], tuple[Due, Warn]] = {}
    for due in dues:
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
