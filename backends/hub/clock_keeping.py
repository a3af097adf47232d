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
    _keep_traits(tx, id, edit)
    measured = tx.measured(id)
    if measured is None:
        # tried again in an hour, or at once by whoever has the rules
        again = tx.now if tx.rules is None else tx.now + HOUR_MS
        edit.now = replace(record, turn=again if tx.rules is not None or record.turn is not None else None)
        return
    if measured.known.final != Known.read(record.sla).final:
        _keep_final(tx, id, record.row, measured)
    state = replace(record.state, governed=measured.governed, promised=measured.promised)
    seen = record.seen
    if seen is not None:
        seen = replace(seen, governed=measured.governed, promised=measured.promised)
    shown = filing.show(record.row, state)
    edit.now = replace(record, row=shown, state=state, seen=seen, turn=measured.turn, sla=measured.known.column)
    if edit.looked and not edit.version and filing.owed(edit.now.view) != filing.owed(record.view):
        tx.append(ClockTurned("measured"), id)


def _keep_traits(tx: Tx, id: str, edit: Edit) -> None:
    """What policies ask about the case is something else now."""
    began, row = edit.began, edit.now.row
    if edit.version and began is not None and _asked(began) != _asked(row):
        queues = tx.rules.queues if tx.rules is not None else ()
        tx.with_event(edit.version, id, TraitsChanged(tx.now, traits_of(began, queues), traits_of(row, queues)))


def _asked(row: CaseRow) -> tuple[object, ...]:
    return row.channel, row.team, row.brand, row.priority, row.labels


def _keep_final(tx: Tx, id: str, row: CaseRow, measured: Measured) -> None:
    """Clocks that were breached or have ended; a breach is told at its due instant, however late it is found."""
    queue = traits_of(row, tx.rules.queues)[1] if tx.rules is not None else ""
    broken, kept = sla.replace_clocks(tx.connection, row, queue, measured.final)
    for clock in broken:
        due = clock.due or 0
        tx.append(ClockTurned("breached", ROW_METRIC[clock.metric], clock.started, due, clock.key), id, occurred=due)
    for breach in kept:
        tx.append(ClockTurned("withdrawn", breach.metric, breach.started, breach.due, breach.key), id)
