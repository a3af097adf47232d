"""A case's clocks as a job leaves them: what its row shows, what is stored and told, and when it is to be looked at
again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agent_tui.backends.hub.edits import Edit
from agent_tui.backends.hub.measuring import Known, Measured
from agent_tui.backends.hub.store import sla
from agent_tui.domain import filing
from agent_tui.domain.events import ClockTurned
from agent_tui.domain.filing import TraitsChanged
from agent_tui.domain.model import CaseRow
from agent_tui.domain.time import HOUR_MS
from agent_tui.domain.told import ROW_METRIC, traits_of

if TYPE_CHECKING:
    from agent_tui.backends.hub.transaction import Tx


def keep_clocks(tx: Tx, id: str, edit: Edit) -> None:
    """At the end of the job, for each case that it changed or looked at."""
    record = edit.now
    if record.row.erased:  # nothing is owed any more, and what was stays as it was counted
        edit.now = replace(record, turn=None)
        return
    known, queue = Known.read(record.sla), _keep_traits(tx, id, edit)
    measured = tx.measured(id)
    if measured is None:
        if tx.rules is not None:  # tried again in an hour
            edit.now = replace(record, turn=tx.now + HOUR_MS, sla=replace(known, queue=queue).column)
        elif record.turn is not None:  # at once, by whoever has the rules
            edit.now = replace(record, turn=tx.now)
        return
    if measured.known.final != known.final:
        _keep_final(tx, id, record.row, queue, measured)
    state = replace(record.state, governed=measured.governed, promised=measured.promised)
    seen = record.seen
    if seen is not None:
        seen = replace(seen, governed=measured.governed, promised=measured.promised)
    shown, column = filing.show(record.row, state), replace(measured.known, queue=queue).column
    edit.now = replace(record, row=shown, state=state, seen=seen, turn=measured.turn, sla=column)
    if edit.looked and not edit.version and filing.owed(edit.now.view) != filing.owed(record.view):
        tx.append(ClockTurned("measured"), id)


def _keep_traits(tx: Tx, id: str, edit: Edit) -> str:
    """What policies ask about the case may be something else now; the queue that it is known to be in."""
    queues = tx.rules.queues if tx.rules is not None else None
    now = traits_of(edit.now.row, queues)
    was = traits_of(edit.began, queues) if edit.began is not None else now
    if tx.rules is not None:
        was = Known.read(edit.now.sla).was(was)
    if was != now:
        if not (edit.version or edit.looked):  # what happened in the person's other case tells nothing of it
            return was[1]
        seq = edit.version or tx.append(ClockTurned("measured"), id)
        tx.with_event(seq, id, TraitsChanged(tx.now, was, now))
    return now[1]


def _keep_final(tx: Tx, id: str, row: CaseRow, queue: str, measured: Measured) -> None:
    """Clocks that were breached or have ended; a breach is told at its due instant, however late it is found."""
    broken, kept = sla.replace_clocks(tx.connection, row, queue, measured.final)
    for clock in broken:
        due = clock.due or 0
        tx.append(ClockTurned("breached", ROW_METRIC[clock.metric], clock.started, due, clock.key), id, occurred=due)
    for breach in kept:
        tx.append(ClockTurned("withdrawn", breach.metric, breach.started, breach.due, breach.key), id)
