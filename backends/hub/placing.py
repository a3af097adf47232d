"""What makes a case wait in a queue: its team and a label, since queues say which cases they have."""

from __future__ import annotations

from dataclasses import replace

from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.domain.model import CaseRow
from agent_tui.domain.queues import queue_of


def in_queue(policy: HubPolicy, row: CaseRow, queue: str) -> CaseRow | None:
    """The row as it would wait there, with nobody's name on it; None where there is no such queue, or the case would
    wait elsewhere whatever its team and labels."""
    setup = next((setup for setup in policy.queues if setup.id == queue), None)
    if setup is None:
        return None
    labels = row.labels
    if setup.labels and frozenset(setup.labels).isdisjoint(labels):
        labels = (*labels, setup.labels[0])
    moved = replace(row, owner="", team=setup.team or row.team, labels=labels)
    waits = queue_of(policy.queues, team=moved.team, channel=moved.channel, brand=moved.brand, labels=moved.labels)
    return moved if waits is setup else None
