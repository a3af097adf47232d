"""Transfers by themselves: what is stored and told of each, what an answer that never comes means, and what becomes of
one whose case goes another way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from agent_tui.backends.hub.store import agents, transfers
from agent_tui.domain import joining
from agent_tui.domain import transfers as rules
from agent_tui.domain.events import CaseChanged, TransferChanged
from agent_tui.domain.model import CaseRow
from agent_tui.domain.standing import OFFLINE
from agent_tui.domain.transfers import Transfer

if TYPE_CHECKING:
    from agent_tui.backends.hub.transaction import Tx


def keep(tx: Tx, now: Transfer, by: str = "") -> None:
    """Store it as it is now, show it in its case's row while it is open, and tell of it."""
    transfers.save(tx.connection, now)
    show(tx, now, by)


def show(tx: Tx, now: Transfer, by: str) -> None:
    """Put it into its case's row while it is open, and tell of it."""
    record = tx.case(now.case)
    assert record is not None, now.case
    tx.put(replace(record.row, transfer=now if now.open else None))
    tx.append(TransferChanged(now), now.case, by=by)


def give(tx: Tx, row: CaseRow, owner: str, team: str, labels: tuple[str, ...], by: str) -> None:
    """Another's from now on, or a queue's."""
    record = tx.case(row.id)
    assert record is not None, row.id
    before = record.row
    tx.put(replace(before, owner=owner, team=team, labels=labels))
    added = [f"+{label}" for label in labels if label not in before.labels]
    gone = [f"-{label}" for label in before.labels if label not in labels]
    if added or gone:
        tx.append(CaseChanged("labelled", " ".join([*added, *gone])), row.id, by=by)
    if (owner, team) != (before.owner, before.team):
        tx.append(CaseChanged("assigned", owner or team), row.id, by=by)


def come_back(tx: Tx, held: Transfer, by: str = "") -> None:
    """A case that waits in the queue it was sent to is whose it was, unless they have gone: then it waits on."""
    giver = agents.find(tx.connection, held.by)
    record = tx.case(held.case)
    assert record is not None, held.case
    if record.row.owner or giver is None or giver.presence == OFFLINE:
        return
    was_team, label = transfers.came_from(tx.connection, held.id)
    labels = tuple(one for one in record.row.labels if one != label)
    give(tx, record.row, held.by, was_team, labels, by)


def settle(tx: Tx, id: str) -> None:
    """At the end of a job that changed a case: an open transfer of it that is not one any more."""
    record = tx.case(id)
    if record is None or record.row.transfer is None:
        return
    closed = tx.shown(id).stage in joining.CLOSED
    held = record.row.transfer
    now = rules.follow(held, record.row.owner, closed, tx.now)
    if now != held:
        keep(tx, now)


def regrouped(tx: Tx, moved: Sequence[tuple[str, str, str]]) -> None:
    """Cases are led by others than before: (case, who led it, who leads it now). The leading one's owner has all."""
    for case, _, head in moved:
        record = tx.case(case)
        if head in ("", case) or record is None or record.row.transfer is None:
            continue
        keep(tx, rules.follow(record.row.transfer, "", True, tx.now))
