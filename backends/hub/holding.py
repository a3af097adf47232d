"""What becomes of leases and drafts when cases make other rows: they are kept with the case that leads a row, so that
one agent handles all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from agent_tui.backends.hub.store import drafts, leases
from agent_tui.domain import leases as rules
from agent_tui.domain.events import DraftChanged, LeaseChanged
from agent_tui.domain.leases import Held, LeaseChange
from agent_tui.domain.model import Lease

if TYPE_CHECKING:
    from agent_tui.backends.hub.transaction import Tx


def keep(tx: Tx, case: str, held: Held, change: LeaseChange, by: str) -> str:
    """Keep it and tell of it, where it is another than before; the fence of the lease, "" where there is none."""
    before = leases.find(tx.connection, case)
    if held != before:
        leases.save(tx.connection, case, held)
    now, was = held.lease, before.lease
    if now != was:
        _tell(tx, case, now, held.fence, change, was, by)
    return str(now.fence) if now is not None else ""


def _tell(tx: Tx, case: str, now: Lease | None, fence: int, change: LeaseChange, was: Lease | None, by: str) -> None:
    record = tx.case(case)
    assert record is not None, case
    tx.put(replace(record.row, lease=now))
    old = (was.agent, was.desk) if was is not None else ("", "")
    if now is None:
        tx.append(LeaseChanged(change, "", "", fence, 0, *old), case, by=by)
    else:
        tx.append(LeaseChanged(change, now.agent, now.desk, now.fence, now.until, *old), case, by=by)


def regrouped(tx: Tx, moved: Sequence[tuple[str, str, str]]) -> None:
    """Cases are led by others than before: (case, who led it, who leads it now)."""
    ordered = sorted(moved, key=lambda one: one[2] not in ("", one[0]))  # those that stand alone again come first
    for case, before, head in ordered:
        if head not in ("", case):
            _led(tx, case, head)
        elif before not in ("", case):
            leases.save(tx.connection, case, rules.parted(leases.find(tx.connection, case), tx.next_seq - 1))


def _led(tx: Tx, case: str, head: str) -> None:
    leading, own = leases.find(tx.connection, head), leases.find(tx.connection, case)
    leads, led = rules.joined(leading, own, tx.next_seq, tx.now)
    leases.save(tx.connection, case, led)
    record = tx.case(case)
    assert record is not None, case
    tx.put(replace(record.row, lease=None))
    was = rules.settled(own, tx.now).lease
    if leads != leading:
        leases.save(tx.connection, head, leads)
    if was is not None or leads.lease != leading.lease:
        _tell(tx, head, leads.lease, leads.fence, "joined", was, "")
    for agent in drafts.bring(tx.connection, case, head):
        tx.append(DraftChanged(head, ""), head, by=agent)
