"""What makes a case wait in a queue: its team and a label, since queues say which cases they have."""

from __future__ import annotations

from dataclasses import replace

from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.domain.model import CaseRow
from agent_tui.domain.queues import Misfit, QueueSetup, queue_of


def in_queue(policy: HubPolicy, row: CaseRow, queue: str) -> CaseRow | None:
    """The row as it would wait there, with nobody's name on it; None where there is no such queue, or the case would
    wait elsewhere whatever its team and labels."""
    setup = next((setup for setup in policy.queues if setup.id == queue), None)
    moved = _moved(row, setup) if setup is not None else None
    return moved if moved is not None and _waits(policy, moved) is setup else None


def misfit(policy: HubPolicy, row: CaseRow, setup: QueueSetup) -> tuple[Misfit, str]:
    """Why a case cannot be sent to a queue, and the earlier one that would have it."""
    if setup.channels and row.channel not in setup.channels:
        return "channel", ""
    if setup.brands and row.brand not in setup.brands:
        return "brand", ""
    moved = _moved(row, setup)
    waits = _waits(policy, moved)
    if waits is not None and waits is not setup:
        return "earlier", waits.id
    return ("there" if moved == row else ""), ""


def _moved(row: CaseRow, setup: QueueSetup) -> CaseRow:
    labels = row.labels
    if setup.labels and frozenset(setup.labels).isdisjoint(labels):
        labels = (*labels, setup.labels[0])
    return replace(row, owner="", team=setup.team or row.team, labels=labels)


def _waits(policy: HubPolicy, row: CaseRow) -> QueueSetup | None:
    return queue_of(policy.queues, team=row.team, channel=row.channel, brand=row.brand, labels=row.labels)
